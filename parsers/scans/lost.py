"""Ink where somebody writes, and no word for it: what a reading passed over.

On a whole page leftovers are specks and strokes of a pen more often than not; in a place of a known blank
they are a part of its value.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from parsers.scans.image import Gray, Sheet

_DARK = 140
_INSIDE = 1.5
"""Points next to a place's frame that are not looked at."""
_AROUND = 0.8
_JOINED = 4.0
_LOWEST, _NARROWEST, _LEAST_INK = 3.8, 4.0, 0.1
_SPECK = 1.2

Pixels = tuple[int, int, int, int]


def lost_in_places(
    text_only: Gray, read: Sequence[Pixels], places: Sequence[Pixels], sheet: Sheet
) -> list[Pixels]:
    """Boxes of ink of the size of letters, outside of what was `read`. All in pixels."""
    found = []
    rim, around = sheet.px(_INSIDE), sheet.px(_AROUND)
    for left, top, right, bottom in places:
        x, y = max(0, left + rim), max(0, top + rim)
        piece = text_only[y : bottom - rim, x : right - rim]
        if min(piece.shape) < sheet.px(_LOWEST):
            continue
        ink = (piece < _DARK).astype(np.uint8)
        for x0, y0, x1, y1 in read:
            ink[
                max(0, y0 - around - y) : max(0, y1 + around - y),
                max(0, x0 - around - x) : max(0, x1 + around - x),
            ] = 0
        _drop_specks(ink, sheet.px(_SPECK))
        joined = cv2.dilate(ink, np.ones((3, sheet.px(_JOINED)), np.uint8))
        _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
        for cx, cy, width, height, _ in stats[1:].tolist():
            inked = float(ink[cy : cy + height, cx : cx + width].mean())
            if height >= sheet.px(_LOWEST) and width >= sheet.px(_NARROWEST) and inked >= _LEAST_INK:
                found.append((x + cx, y + cy, x + cx + width, y + cy + height))
    return found


def _drop_specks(ink: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], side: int) -> None:
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    small = (stats[:, cv2.CC_STAT_WIDTH] <= side) & (stats[:, cv2.CC_STAT_HEIGHT] <= side)
    small[0] = False
    ink[small[labels]] = 0
