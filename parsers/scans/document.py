"""A whole file: its pages one after the other, until the time is over."""

from __future__ import annotations

import time
from collections.abc import Iterator

from parsers.documents.reading import Page, Reading, refused
from parsers.scans import ocr
from parsers.scans.image import Sheet
from parsers.scans.load import image_sheets
from parsers.scans.page import PageResult, read_sheet
from parsers.scans.pictures import keep
from parsers.types import Problem, ReadOptions


def sheets(
    data: bytes, media_type: str, options: ReadOptions, pages: list[int] | None
) -> Iterator[Sheet | Problem]:
    """The pages of an image file or a PDF as pixels, problems in between."""
    wanted = set(pages) if pages is not None else None
    if media_type == "application/pdf":
        from parsers.scans.render import pdf_sheets

        return pdf_sheets(data, wanted, options.max_pages)
    return image_sheets(data, wanted, options.max_pages)


def read_document(
    data: bytes, media_type: str, options: ReadOptions, pages: list[int] | None, deadline: float
) -> Reading:
    """See `parsers.documents.scan.scan_pages`; `deadline` is on time.monotonic()."""
    if len(data) > options.max_bytes:
        return refused(media_type, "too_large", f"The file has {len(data)} bytes.")
    found: list[Page] = []
    notes: list[Problem] = []
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
            result: PageResult = read_sheet(sheet, deadline)
            keep(data, sheet.number, result.gray, result.dpi)
            found.append(result.page)
            notes += result.problems
    except ocr.OcrUnavailable as error:
        return refused(media_type, "ocr_unavailable", str(error))
    return Reading(media_type=media_type, pages=tuple(found), notes=tuple(notes), page_count=len(found))
