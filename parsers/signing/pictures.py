"""Pieces of PDF pages as pixels, drawn by PDFium with annotations, with or without form fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pypdfium2 as pdfium

from parsers.documents.reading import Page
from parsers.signing.ink import Gray
from parsers.types import BBox

_DPI = 150.0
_MOST_PIXELS = 12_000_000


@contextmanager
def opened(data: bytes, *, fields: bool = False) -> Iterator[Any]:
    """The PDF, or None where PDFium cannot open it. `fields`: its form fields are to be drawn as well."""
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError:
        yield None
        return
    try:
        if fields:
            document.init_forms()
        yield document
    finally:
        document.close()


def renderer(document: Any, page: Page, *, fields: bool = False) -> Callable[[BBox], Gray] | None:
    """Draws pieces (in points from the top left) of a page; None where the page cannot be drawn.

    `fields` as for `opened`.
    """
    try:
        source = document[page.number - 1]
        width, height = source.get_size()
    except (pdfium.PdfiumError, IndexError):
        return None

    def render(region: BBox) -> Gray:
        left, top = max(0.0, region[0]), max(0.0, region[1])
        right, bottom = min(width, region[2]), min(height, region[3])
        if right - left < 2 or bottom - top < 2:
            return np.full((1, 1), 255, dtype=np.uint8)
        if (right - left) * (bottom - top) * (_DPI / 72.0) ** 2 > _MOST_PIXELS:
            return np.full((1, 1), 255, dtype=np.uint8)
        try:
            bitmap = source.render(
                scale=_DPI / 72.0,
                crop=(left, height - bottom, width - right, top),
                grayscale=True,
                may_draw_forms=fields,
            )
        except (pdfium.PdfiumError, MemoryError, ValueError):
            return np.full((1, 1), 255, dtype=np.uint8)
        pixels: Gray = np.asarray(bitmap.to_numpy(), dtype=np.uint8)
        return pixels[:, :, 0].copy() if pixels.ndim == 3 else pixels.copy()

    return render
