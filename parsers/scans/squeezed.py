"""A page with little left on it, without its empty rows and margins: less to look at for who reads it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from parsers.scans.image import Gray, Sheet, as_gray
from parsers.scans.ocr import Token

_DARK, _FEWEST = 185, 3
_AIR, _SIDE = 7.0, 10.0
"""Points of paper that stay above and below, and beside."""


@dataclass(frozen=True, slots=True)
class Squeezed:
    """`rows` are the page's rows that were kept, `left` its first column."""

    gray: Gray
    rows: npt.NDArray[np.int64]
    left: int

    def on_page(self, token: Token) -> Token:
        """A token of the squeezed page where it stands on the whole one.

        Tesseract's boxes may reach beyond their word: what reaches into another strip of the page is cut off.
        """
        x0, top, x1, bottom = token.box
        last = len(self.rows) - 1
        middle = min((top + bottom) // 2, last)
        seams = np.flatnonzero(np.diff(self.rows) > 1) + 1
        after = int(np.searchsorted(seams, middle, side="right"))
        first = int(seams[after - 1]) if after else 0
        end = int(seams[after]) - 1 if after < len(seams) else last
        y0, y1 = int(self.rows[max(top, first)]), int(self.rows[min(bottom - 1, end)]) + 1
        return replace(token, box=(x0 + self.left, y0, x1 + self.left, y1))


def squeezed(gray: Gray, sheet: Sheet) -> Squeezed | None:
    """The page without rows on which nothing stands; None where nothing stands on it at all."""
    dark = gray < _DARK
    rows = _near(dark.sum(axis=1) >= _FEWEST, sheet.px(_AIR))
    columns = _near(dark.sum(axis=0) >= _FEWEST, sheet.px(_SIDE))
    if not len(rows) or not len(columns):
        return None
    left, right = int(columns[0]), int(columns[-1]) + 1
    return Squeezed(as_gray(np.ascontiguousarray(gray[rows, left:right])), rows, left)


def _near(inked: npt.NDArray[np.bool_], reach: int) -> npt.NDArray[np.int64]:
    """Indices of what is inked, and of what is that near to it."""
    kept = cv2.dilate(inked.astype(np.uint8)[:, None], np.ones((2 * reach + 1, 1), np.uint8))
    return np.flatnonzero(kept)
