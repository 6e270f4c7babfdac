"""A whole file: its pages one after the other, until the time is over."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

from parsers import sniff
from parsers.blanks.book import known_blanks
from parsers.documents.reading import Page, Reading, refused
from parsers.scans import ocr
from parsers.scans.image import Sheet
from parsers.scans.load import image_sheets
from parsers.scans.page import PageResult, read_sheet
from parsers.scans.pictures import keep
from parsers.types import Problem, ReadOptions

_WORD = frozenset({sniff.DOCX, sniff.DOCM, sniff.DOTX, sniff.DOTM})


def sheets(
    data: bytes, media_type: str, options: ReadOptions, pages: list[int] | None
) -> Iterator[Sheet | Problem]:
    """The pages of an image file, a PDF or a Word file with pasted scans as pixels, problems in between."""
    wanted = set(pages) if pages is not None else None
    if media_type in _WORD:
        return _pasted(data, wanted, options)
    if media_type == "application/pdf":
        from parsers.scans.render import pdf_sheets

        return pdf_sheets(data, wanted, options.max_pages)
    return image_sheets(data, wanted, options.max_pages)


def _pasted(data: bytes, wanted: set[int] | None, options: ReadOptions) -> Iterator[Sheet | Problem]:
    from parsers.documents.docx_scans import scans_in

    for number, picture in enumerate(scans_in(data, options), start=1):
        if number > options.max_pages:
            yield Problem(code="truncated", message=f"Of the pasted pages {options.max_pages} were read.")
            return
        if wanted is None or number in wanted:
            for sheet in image_sheets(picture, {1}, options.max_pages):
                yield sheet if isinstance(sheet, Problem) else replace(sheet, number=number)


def read_document(
    data: bytes, media_type: str, options: ReadOptions, pages: list[int] | None, deadline: float
) -> Reading:
    """See `parsers.documents.scan.scan_pages`; `deadline` is on time.monotonic()."""
    if len(data) > options.max_bytes:
        return refused(media_type, "too_large", f"The file has {len(data)} bytes.")
    found: list[Page] = []
    notes: list[Problem] = []
    blanks = known_blanks(options)
    try:
        ocr.languages()
        for sheet in sheets(data, media_type, options, pages):
            if isinstance(sheet, Problem):
                notes.append(sheet)
                continue
            if time.monotonic() > deadline - 1:
                notes.append(
                    Problem(code="timeout", message=f"Time was over before page {sheet.number} was read.")
                )
                break
            result: PageResult = read_sheet(sheet, deadline, blanks)
            keep(data, sheet.number, result.gray, result.dpi)
            found.append(result.page)
            notes += result.problems
    except ocr.OcrUnavailable as error:
        return refused(media_type, "ocr_unavailable", str(error))
    return Reading(media_type=media_type, pages=tuple(found), notes=tuple(notes), page_count=len(found))
