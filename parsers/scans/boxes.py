"""Boxes to tick and the cells of combs: where their frames are, and which of them are no letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from parsers.scans.image import Mask, Sheet, as_gray, shapes

_SMALLEST, _LARGEST = 6.2, 20.0
"""Points: the side of a box to tick."""
_DENSE = 0.62
"""Inked share of the inside from which it could as well be a fat letter."""
LETTER_GAP = 11
"""Pixels at 300 dpi: letters of a word stand closer, even in a typewriter's face."""
_SCRIBBLED, _SAME_SIZE = 0.5, 0.07
"""Inked share inside a box that was scribbled full, and how far boxes of one form differ in size."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """The sides found in a patch, and the inked share of what is between them."""

    left: int
    top: int
    right: int
    bottom: int
    share: float


def small_squares(ink: Mask, sheet: Sheet) -> list[tuple[int, int, int, int]]:
    """Frames of the size of a box to tick or of one cell of a comb, whatever is drawn across them."""
    reach = sheet.px(5.0) - 3
    across = cv2.dilate(ink, np.ones((3, 1), np.uint8))
    across = cv2.morphologyEx(across, cv2.MORPH_OPEN, np.ones((1, reach), np.uint8))
    down = cv2.dilate(ink, np.ones((1, 3), np.uint8))
    down = cv2.morphologyEx(down, cv2.MORPH_OPEN, np.ones((reach, 1), np.uint8))
    grid = as_gray(cv2.bitwise_or(across, down))
    low, high = sheet.px(_SMALLEST), sheet.px(_LARGEST)
    found = []
    for left, top, width, height in shapes(grid):
        if not (low <= width <= high and low <= height <= high and 0.75 < width / height < 1.34):
            continue
        frame = _frame(ink[top : top + height, left : left + width] > 0)
        if frame is None:
            continue
        box = (left + frame.left, top + frame.top, left + frame.right + 1, top + frame.bottom + 1)
        # With something in it, it might be a letter B; but letters have close neighbours.
        found.append(box)
    return found


def is_tick_box(ink: Mask, bare: Mask, box: tuple[int, int, int, int]) -> bool:
    """True for a square to tick; with something in it, it might be a letter B or one cell of a comb.

    `bare` is the ink without ruling lines, beside which a box may stand.
    """
    left, top, right, bottom = box
    frame = _frame(ink[top:bottom, left:right] > 0)
    if frame is None:
        return False
    if frame.share < 0.02:
        return True
    even = 0.86 < (right - left) / (bottom - top) < 1.16
    return even and stands_alone(bare, box, 0.22 if frame.share < _DENSE else 0.4)


def is_filled_like(
    ink: Mask, box: tuple[int, int, int, int], clear: Sequence[tuple[int, int, int, int]]
) -> bool:
    """True for a square that is scribbled full, of the size of a clear one, however close its words stand."""
    left, top, right, bottom = box
    frame = _frame(ink[top:bottom, left:right] > 0)
    if frame is None or frame.share < _SCRIBBLED or not stands_alone(ink, box, 0.15):
        return False
    sides = (right - left, bottom - top)
    return any(
        all(
            abs(side - other) <= _SAME_SIZE * other for side, other in zip(sides, (r - x, b - y), strict=True)
        )
        for x, y, r, b in clear
    )


def _frame(patch: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> _Frame | None:
    """Four straight sides that meet in corners.

    `patch` is the ink in and around the supposed frame, marks that overflow it included.
    """
    height, width = patch.shape
    rows, columns = patch.mean(axis=1), patch.mean(axis=0)
    # The outermost rows and columns that are inked for half their length: a mark's arms are not.
    long_rows, long_columns = np.nonzero(rows >= 0.5)[0], np.nonzero(columns >= 0.5)[0]
    if len(long_rows) < 2 or len(long_columns) < 2:
        return None
    top, bottom = int(long_rows[0]), int(long_rows[-1])
    left, right = int(long_columns[0]), int(long_columns[-1])
    if bottom - top < 0.7 * height or right - left < 0.7 * width:
        return None
    near = max(1, round(0.075 * min(height, width)))
    for y in (top, bottom):
        for x in (left, right):  # a letter O, D or B has round sides and nothing here
            if not patch[max(0, y - near) : y + near + 1, max(0, x - near) : x + near + 1].any():
                return None
    across, down = slice(left, right + 1), slice(top, bottom + 1)
    edge = near + 2
    sides = (
        patch[max(0, top - near) : top + edge, across].any(axis=0),
        patch[max(0, bottom - edge + 1) : bottom + near + 1, across].any(axis=0),
        patch[down, max(0, left - near) : left + edge].any(axis=1),
        patch[down, max(0, right - edge + 1) : right + near + 1].any(axis=1),
    )
    if min(float(side.mean()) for side in sides) < 0.9:
        return None
    inner = patch[top + 2 * edge : bottom - 2 * edge, left + 2 * edge : right - 2 * edge]
    share = float(inner.mean()) if inner.size else 1.0
    # The hollow of a fat letter is empty too, but its walls are thick.
    thick = float(patch[down, across].mean()) > 0.42
    return _Frame(left, top, right, bottom, max(share, 0.02) if thick else share)


def stands_alone(ink: Mask, box: tuple[int, int, int, int], room: float) -> bool:
    """True with no ink beside it, as close as `room`, in widths of the box."""
    left, top, right, bottom = box
    margin = max(LETTER_GAP, round((right - left) * room))
    # Neighbouring letters stand beside the middle; the arms of a mark leave at the corners.
    quarter = (bottom - top) // 4
    top, bottom = top + quarter, bottom - quarter
    before = ink[top:bottom, max(0, left - margin) : max(0, left - 3)]
    after = ink[top:bottom, right + 3 : right + margin]
    return not before.any() and not after.any()
