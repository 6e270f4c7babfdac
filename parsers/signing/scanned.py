"""Signatures on scanned pages: the picture of each page, set straight as its words were read."""

from __future__ import annotations

import numpy as np

from parsers.documents.reading import Page, Reading
from parsers.signing.drawn import drawn_signers
from parsers.signing.ink import Gray
from parsers.signing.places import places_on
from parsers.signing.roles import by_order
from parsers.types import FormDef, Problem, ReadOptions, Signer


def read_by_ocr(page: Page) -> bool:
    return any(word.confidence is not None for word in page.words)


def drawn_on_scans(data: bytes, reading: Reading, form: FormDef | None, options: ReadOptions) -> list[Signer]:
    """Ink and stamps on the pages that OCR read and that have a place to sign."""
    pages = {p.number: p for p in reading.pages if read_by_ocr(p) and places_on(p, (), form)}
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
        signers += drawn_signers(picture, pages[number].words, form, pages[number])
    return by_order(signers, form)


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
