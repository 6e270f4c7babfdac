"""A page of a PDF as it is displayed: crop box and rotation, text upright."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium

from parsers.types import BBox


@dataclass(frozen=True, slots=True)
class View:
    """From user space to the page as displayed: crop box and rotation."""

    left: float
    bottom: float
    right: float
    top: float
    rotation: int
    width: float
    height: float

    @classmethod
    def of(cls, page: Any, rotation: int) -> View:
        rect = pdfium.FS_RECTF()
        if pdfium.FPDF_GetPageBoundingBox(page, rect):
            left, bottom, right, top = rect.left, rect.bottom, rect.right, rect.top
        else:
            left, bottom, right, top = 0.0, 0.0, 595.0, 842.0
        width, height = right - left, top - bottom
        if rotation % 2:
            width, height = height, width
        return cls(left, bottom, right, top, rotation, width, height)

    def box(self, x0: float, y0: float, x1: float, y1: float) -> BBox:
        """(left, bottom, right, top) in user space -> a box from the displayed top left."""
        if self.rotation == 0:
            points = (x0 - self.left, self.top - y1, x1 - self.left, self.top - y0)
        elif self.rotation == 1:
            points = (y0 - self.bottom, x0 - self.left, y1 - self.bottom, x1 - self.left)
        elif self.rotation == 2:
            points = (self.right - x1, y0 - self.bottom, self.right - x0, y1 - self.bottom)
        else:
            points = (self.top - y1, self.right - x1, self.top - y0, self.right - x0)
        a, b, c, d = points
        return (round(min(a, c), 2), round(min(b, d), 2), round(max(a, c), 2), round(max(b, d), 2))


def upright_turns(page: Any) -> int:
    """Quarter turns that bring a pypdfium2 page upright, for those who draw boxes on it."""
    return turns_of(page.get_textpage().raw, page.raw)


def turns_of(text_page: Any, page: Any) -> int:
    """Quarter turns that bring the page's text upright; the page's own rotation where it has none.

    A page that was scanned or printed sideways is read as a person would hold it.
    """
    count = pdfium.FPDFText_CountChars(text_page) if text_page else 0
    if count <= 0:
        return int(pdfium.FPDFPage_GetRotation(page))
    angles = [
        pdfium.FPDFText_GetCharAngle(text_page, i) for i in range(0, min(count, 2000), max(1, count // 15))
    ]
    turns = [-round(angle / (math.pi / 2)) % 4 for angle in angles if angle >= 0]
    return max(set(turns), key=turns.count) if turns else int(pdfium.FPDFPage_GetRotation(page))
