"""The pages of a PDF through PDFium's raw API: words, ruling lines, boxes, pictures.

The raw API is ten times as fast as the convenience layers above it (measured), which is why this file
and those beside it speak ctypes. Everything is converted to points from the top left of the page as
displayed.
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium

from parsers.documents.pdf_digest import PagePrint
from parsers.documents.pdf_drawing import Drawing, drawn_on
from parsers.documents.pdf_ticks import boxes_of
from parsers.documents.pdf_view import View, turns_of
from parsers.documents.pdf_words import LettersOf, words_on
from parsers.documents.reading import Page, Picture, Ruling
from parsers.documents.struck import struck_out
from parsers.remembered import Remembered
from parsers.types import BBox, Problem, ReadOptions


class PagesUnreadable(Exception):
    """PDFium cannot open the file. Its own error code is not kept: it may be an earlier file's."""


@dataclass(frozen=True, slots=True)
class PageContent:
    pages: tuple[Page, ...]
    needs_ocr: tuple[int, ...]
    count: int
    notes: tuple[Problem, ...]


_PAGES: Remembered[tuple[Page, bool]] = Remembered(32)
"""Pages of blanks, by number and digest, and whether they need OCR."""
_MOST_WORDS = 3000
"""Of a page that is kept: more are no form's."""


def read_pages(
    data: bytes, options: ReadOptions, deadline: float, prints: Sequence[PagePrint | None] = ()
) -> PageContent:
    """All pages up to the limits of `options`. Raises PagesUnreadable.

    `prints` are of all pages in turn; those that were read before are not read again.
    """
    known = [_PAGES.find((), (n, p.page)) if p else None for n, p in enumerate(prints, start=1)]
    if known and len(known) <= options.max_pages and all(known):
        read = [one for one in known if one is not None]
        scans = tuple(page.number for page, ocr in read if ocr)
        return PageContent(tuple(page for page, _ in read), scans, len(read), ())
    pdfium.FPDF_InitLibraryWithConfig(_config())
    buffer = ctypes.create_string_buffer(data, len(data))
    document = pdfium.FPDF_LoadMemDocument64(buffer, len(data), None)
    if not document:
        raise PagesUnreadable
    try:
        count = pdfium.FPDF_GetPageCount(document)
        pages: list[Page] = []
        needs_ocr: list[int] = []
        notes: list[Problem] = []
        if count == 0:
            raise PagesUnreadable
        for number in range(1, min(count, options.max_pages) + 1):
            if time.monotonic() > deadline:
                notes.append(Problem(code="timeout", message=f"Reading stopped before page {number}."))
                break
            before = known[number - 1] if number <= len(known) else None
            page, ocr = before or _read_page(document, number)
            if number <= len(prints) and (told := prints[number - 1]) and len(page.words) <= _MOST_WORDS:
                _PAGES.keep((), (page, ocr), (number, told.page))
            pages.append(page)
            if ocr:
                needs_ocr.append(number)
        if count > options.max_pages:
            message = f"Only the first {options.max_pages} of {count} pages were read."
            notes.append(Problem(code="truncated", message=message))
        return PageContent(tuple(pages), tuple(needs_ocr), count, tuple(notes))
    finally:
        pdfium.FPDF_CloseDocument(document)


def _config() -> Any:
    return pdfium.FPDF_LIBRARY_CONFIG(version=2, m_pUserFontPaths=None, m_pIsolate=None, m_v8EmbedderSlot=0)


def _read_page(document: Any, number: int) -> tuple[Page, bool]:
    page = pdfium.FPDF_LoadPage(document, number - 1)
    if not page:
        return Page(number, 595.0, 842.0), False
    text_page = pdfium.FPDFText_LoadPage(page)
    turns = turns_of(text_page, page)
    if text_page and turns != pdfium.FPDFPage_GetRotation(page):
        # PDFium reads the letters in the order in which the page is displayed: here from their wrong side.
        pdfium.FPDFText_ClosePage(text_page)
        pdfium.FPDFPage_SetRotation(page, turns)
        text_page = pdfium.FPDFText_LoadPage(page)
    try:
        view = View.of(page, turns)
        seams: list[BBox] = []
        words = words_on(text_page, number, view, seams) if text_page else []
        drawing = drawn_on(page, view)
        letters = LettersOf(text_page, view) if text_page else None
        words, struck = struck_out(words, [*drawing.rulings, *drawing.dashes], letters)
    finally:
        if text_page:
            pdfium.FPDFText_ClosePage(text_page)
        pdfium.FPDF_ClosePage(page)
    result = Page(
        number,
        view.width,
        view.height,
        words=tuple(words),
        struck=tuple(struck),
        seams=tuple(seams),
        rulings=tuple(Ruling(number, box) for box in drawing.rulings),
        boxes=tuple(boxes_of(number, drawing.boxes, drawing.rounds, drawing.marks, drawing.rulings, words)),
        pictures=tuple(Picture(number, box, size, digest) for box, size, digest in drawing.pictures),
        curves=drawing.curves,
        strokes=tuple(drawing.strokes),
    )
    return result, _needs_ocr(result, drawing)


def _needs_ocr(page: Page, drawing: Drawing) -> bool:
    """True when what the page shows is not in its text: a scan, letters drawn as paths, a broken font."""
    letters = sum(len(w.text) for w in page.words)
    broken = sum(
        1 for w in page.words for c in w.text if c == "\ufffd" or "\ue000" <= c <= "\uf8ff" or ord(c) < 32
    )
    if letters and broken > 0.3 * letters:
        return True
    area = max(page.width * page.height, 1.0)
    covered = max(
        ((p.box[2] - p.box[0]) * (p.box[3] - p.box[1]) / area for p in page.pictures if p.box), default=0.0
    )
    total = sum((p.box[2] - p.box[0]) * (p.box[3] - p.box[1]) for p in page.pictures if p.box) / area
    if max(covered, min(total, 1.0)) >= 0.55:
        return len(page.words) < 40 or drawing.invisible > drawing.visible
    if letters >= 20:
        return False
    return covered >= 0.1 or drawing.curves > 100
