"""PDF pages to sheets, at the resolution of the scan that they hold."""

from __future__ import annotations

from collections.abc import Iterator

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from parsers.scans.image import Sheet, as_gray
from parsers.scans.load import BOMB_PIXELS, MAX_PIXELS, WORKING_DPI, rgb_to_gray, scaled
from parsers.types import Problem

_LOWEST_DPI = 150.0


def pdf_sheets(data: bytes, wanted: set[int] | None, max_pages: int) -> Iterator[Sheet | Problem]:
    """The pages of a PDF as pixels, annotations and form fields included."""
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError:
        yield Problem(code="damaged", message="The PDF cannot be opened for rendering.")
        return
    try:
        if document.get_formtype() != pdfium_c.FORMTYPE_NONE:
            document.init_forms()
        count = len(document)
        numbers = sorted(wanted) if wanted is not None else range(1, count + 1)
        chosen = [n for n in numbers if 1 <= n <= count]
        if len(chosen) > max_pages:
            yield Problem(code="truncated", message=f"Of {len(chosen)} pages {max_pages} were read.")
        for number in chosen[:max_pages]:
            yield _rendered(document, number)
    finally:
        document.close()


def _rendered(document: pdfium.PdfDocument, number: int) -> Sheet | Problem:
    try:
        page = document[number - 1]
        width, height = page.get_size()
        dpi = _native_dpi(page, width, height)
        if isinstance(dpi, Problem):
            return dpi
        pixels = width * height * (dpi / 72.0) ** 2
        if pixels <= 0:
            return Problem(code="damaged", message=f"Page {number} has no size.")
        if pixels > MAX_PIXELS:
            dpi *= (MAX_PIXELS / pixels) ** 0.5
        if dpi < 40:
            return Problem(code="too_large", message=f"Page {number} is too large to render.")
        bitmap = page.render(scale=dpi / 72.0, rev_byteorder=True)
        gray, ink = rgb_to_gray(as_gray(bitmap.to_numpy()[:, :, :3]))
        page.close()
    except (pdfium.PdfiumError, MemoryError, ValueError):
        return Problem(code="damaged", message=f"Page {number} cannot be rendered.")
    # What counts below is points on the page, so the size decides and not the rounded pixel count.
    return scaled(number, gray, gray.shape[1] * 72.0 / width, gray.shape[0] * 72.0 / height, False, ink)


def _native_dpi(page: pdfium.PdfPage, width: float, height: float) -> float | Problem:
    """The resolution of the picture that covers the page, within bounds; 300 where there is none."""
    best = 0.0
    for item in page.get_objects(filter=(pdfium_c.FPDF_PAGEOBJ_IMAGE,), max_depth=3):
        w, h = item.get_px_size()
        if w * h > BOMB_PIXELS:
            return Problem(code="bomb", message=f"A picture on the page claims {w * h} pixels.")
        left, bottom, right, top = item.get_bounds() if hasattr(item, "get_bounds") else item.get_pos()
        if (right - left) * (top - bottom) > 0.5 * width * height:
            best = max(best, max(w, h) * 72.0 / max(right - left, top - bottom))
    if best == 0.0:
        return float(WORKING_DPI)
    return min(max(best, _LOWEST_DPI), float(WORKING_DPI))
