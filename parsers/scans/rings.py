"""Circles to tick: rings that are no letters."""

from __future__ import annotations

import numpy as np

from parsers.scans.boxes import stands_alone
from parsers.scans.image import Mask, Parts, Sheet

_HOLE = 0.42
"""Of its radius: how far a bold ring is empty."""
_SET_WIDE, _SMALLER = 0.6, 0.85
"""Of a ring's width, how near letters stand on both sides of a round one; of the usual width, the least."""


def circles(ink: Mask, parts: Parts, sheet: Sheet) -> list[tuple[int, int, int, int]]:
    """Rings of the size of a radio button that stand alone, as a letter O in a word does not.

    `parts` are the connected shapes of the ink.
    """
    low, high = sheet.px(6.0), sheet.px(16.0)
    labels, stats = parts
    wide, tall = stats[:, 2], stats[:, 3]
    sized = (
        (wide >= low) & (wide <= high) & (tall >= low) & (tall <= high) & (stats[:, 4] <= 0.62 * wide * tall)
    )
    even = (wide > 0.9 * tall) & (wide < 1.11 * tall)
    found = []
    for index in np.flatnonzero(sized & even).tolist():
        left, top, width, height, _ = stats[index].tolist()
        patch = labels[top : top + height, left : left + width] == index
        inner = patch[height // 4 : -(height // 4), width // 4 : -(width // 4)]
        # A letter or an @ is joined to what is inside of it and stands close to its neighbours.
        room = 0.45 if inner.any() else 0.26
        box = (left, top, left + width, top + height)
        if _is_ring(patch) and stands_alone(ink, box, room) and not _within_word(ink, box):
            found.append(box)
    return _of_one_size(found)


def _within_word(ink: Mask, box: tuple[int, int, int, int]) -> bool:
    """True with ink close by on both sides: a letter of a face that is set wide."""
    left, top, right, bottom = box
    reach = round((right - left) * _SET_WIDE)
    before, after = (
        ink[top:bottom, max(0, left - reach) : left - 1],
        ink[top:bottom, right + 1 : right + reach],
    )
    return bool(before.any()) and bool(after.any())


def _of_one_size(rings: list[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Without those much smaller than most: a form draws all of its rings alike, a round letter is none."""
    sizes = sorted(right - left for left, _, right, _ in rings)
    usual = sizes[len(sizes) // 2] if len(sizes) > 2 else 0
    return [ring for ring in rings if ring[2] - ring[0] >= _SMALLER * usual]


def _is_ring(patch: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> bool:
    height, width = patch.shape
    angles = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    covered = np.zeros(len(angles), dtype=bool)
    thickness = 0
    for share in np.arange(1.0, 0.55, -0.04):
        x = np.clip(np.round((width - 1) / 2 * (1 + share * np.cos(angles))).astype(int), 0, width - 1)
        y = np.clip(np.round((height - 1) / 2 * (1 + share * np.sin(angles))).astype(int), 0, height - 1)
        hit = patch[y, x]
        thickness += int(hit.mean() > 0.5)
        if share > 0.8:
            covered |= hit
    # However bold it is drawn, there is a hole in its middle.
    y, x = np.ogrid[:height, :width]
    hole = np.hypot((x - (width - 1) / 2) / (width / 2), (y - (height - 1) / 2) / (height / 2)) < _HOLE
    return bool(covered.mean() > 0.93) and (thickness <= 7 or not patch[hole].any())
