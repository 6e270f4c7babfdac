"""Signatures on scanned pages: the picture of each page, set straight as its words were read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import numpy as np

from parsers.blanks.book import Blank, known_blanks
from parsers.documents.reading import Page, Reading, Widget
from parsers.signing.drawn import PrintOf, drawn_signers
from parsers.signing.ink import Gray
from parsers.signing.places import places_on
from parsers.signing.roles import by_order
from parsers.types import FormDef, Problem, ReadOptions, Signer


def read_by_ocr(page: Page) -> bool:
    return any(word.confidence is not None for word in page.words)


def drawn_on_scans(data: bytes, reading: Reading, form: FormDef | None, options: ReadOptions) -> list[Signer]:
    """Ink and stamps on the pages that OCR read and that have a place to sign."""
    blanks = {blank.sha256: blank for blank in known_blanks(options)}
    fields = {p.number: _fields_to_sign(p, blanks) for p in reading.pages}
    pages = {p.number: p for p in reading.pages if read_by_ocr(p) and places_on(p, fields[p.number], form)}
    if not pages:
        return []
    from parsers.scans.document import sheets
    from parsers.scans.page import straight
    from parsers.scans.pictures import sharp_picture

    pictures = {number: picture for number in pages if (picture := sharp_picture(data, number)) is not None}
    missing = sorted(pages.keys() - pictures.keys())
    for sheet in sheets(data, reading.media_type, options, missing) if missing else ():
        if not isinstance(sheet, Problem) and sheet.number in pages:
            pictures[sheet.number] = _upright(straight(sheet).gray, pages[sheet.number])
    signers: list[Signer] = []
    for number, picture in sorted(pictures.items()):
        page = pages[number]
        signers += drawn_signers(picture, page.words, form, page, fields[number], _print_of(page, blanks))
    return by_order(signers, form)


def _fields_to_sign(page: Page, blanks: Mapping[str, Blank]) -> tuple[Widget, ...]:
    """The form fields to sign of the blank on which a page lies, where the scan has them."""
    if page.laid is None or page.laid.blank not in blanks:
        return ()
    laid = page.laid
    return tuple(
        replace(w, page=page.number, box=laid.on_scan(w.box))
        for w in blanks[laid.blank].reading.widgets
        if w.kind == "signature" and w.page == laid.page and w.box
    )


def _print_of(page: Page, blanks: Mapping[str, Blank]) -> PrintOf | None:
    if page.laid is None or page.laid.blank not in blanks:
        return None
    from parsers.scans.blank_picture import print_under

    return partial(print_under, blanks[page.laid.blank], page.laid)


def _upright(gray: Gray, page: Page) -> Gray:
    """Turned by half where the words show more ink that way: a sheet may have been scanned upside down."""
    turned = np.ascontiguousarray(gray[::-1, ::-1])
    return turned if _ink_under_words(turned, page) > 1.15 * _ink_under_words(gray, page) else gray


def _ink_under_words(gray: Gray, page: Page) -> float:
    scale = gray.shape[1] / page.width if page.width else 0.0
    dark = 0.0
    for word in page.words:
        left, top, right, bottom = (max(0, round(v * scale)) for v in word.box)
        piece = gray[top:bottom, left:right]
        dark += float((piece < 128).sum())
    return dark
