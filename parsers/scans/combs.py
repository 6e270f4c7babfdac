"""Combs: one cell for each character, drawn as a frame with partitions or as a row of small boxes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from parsers.scans.image import Gray, Mask, Sheet, as_gray, shapes

_FEWEST_CELLS = 5
_UNEVEN = 0.12
"""Of a cell's width: how far a side may be off; a frame's own sides are often thicker than its partitions."""
_NARROWEST, _WIDEST = 8.0, 30.0
"""Points between two partitions."""


@dataclass(frozen=True, slots=True)
class Comb:
    """The cells from left to right, in pixels."""

    cells: tuple[tuple[int, int, int, int], ...]

    @property
    def box(self) -> tuple[int, int, int, int]:
        return (self.cells[0][0], min(c[1] for c in self.cells), self.cells[-1][2],
                max(c[3] for c in self.cells))  # fmt: skip


def combs(ink: Mask, squares: list[tuple[int, int, int, int]], sheet: Sheet) -> list[Comb]:
    """All combs of a page, partitioned frames first."""
    found = _partitioned(ink, sheet)
    found += [comb for comb in _rows_of_squares(squares) if not any(_overlap(comb, other) for other in found)]
    return found


def _overlap(a: Comb, b: Comb) -> bool:
    return not (a.box[2] <= b.box[0] or b.box[2] <= a.box[0] or a.box[3] <= b.box[1] or b.box[3] <= a.box[1])


def _partitioned(ink: Mask, sheet: Sheet) -> list[Comb]:
    reach = sheet.px(6.5)
    thick = cv2.dilate(ink, np.ones((1, 3), np.uint8))
    down = as_gray(cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((reach, 1), np.uint8)))
    bars = [
        (left, top, left + width, top + height)
        for left, top, width, height in sorted(shapes(down), key=lambda box: (box[1], box[0]))
        if width <= sheet.px(3.0) and height <= sheet.px(32.0)
    ]
    found: list[Comb] = []
    used: set[tuple[int, int, int, int]] = set()
    for bar in bars:
        if bar in used:
            continue
        level = sorted(
            b for b in bars
            if abs(b[3] - bar[3]) <= 5 and b not in used and (b[3] - b[1]) > 0.5 * (bar[3] - bar[1])
        )  # fmt: skip
        if len(level) <= _FEWEST_CELLS:
            continue
        for row in _even(level, sheet):
            comb = Comb(tuple(
                (a[2], min(a[1], b[1]), b[0], max(a[3], b[3])) for a, b in pairwise(row)
            ))  # fmt: skip
            if _has_floor(ink, comb):
                found.append(comb)
                used.update(row)
        used.update(b for b in level if abs(b[3] - bar[3]) <= 2)
    return found


def _even(bars: list[tuple[int, int, int, int]], sheet: Sheet) -> list[list[tuple[int, int, int, int]]]:
    """Runs of bars at one distance; a bar in between (the stroke of a 1) is passed over."""
    low, high = sheet.px(_NARROWEST), sheet.px(_WIDEST)
    runs: list[list[tuple[int, int, int, int]]] = []
    taken: set[tuple[int, int, int, int]] = set()
    for i, first in enumerate(bars):
        if first in taken:
            continue
        best: list[tuple[int, int, int, int]] = []
        for second in bars[i + 1 : i + 6]:
            step = second[0] - first[0]
            if not low <= step <= high:
                continue
            run = [first, second]
            while True:
                aim = run[-1][0] + step
                near = [b for b in bars if abs(b[0] - aim) <= max(3, step * _UNEVEN)]
                if not near:
                    break
                run.append(min(near, key=lambda b: abs(b[0] - aim)))
            if len(run) > len(best):
                best = run
        if len(best) > _FEWEST_CELLS:
            runs.append(best)
            taken.update(best)
    return runs


def _has_floor(ink: Mask, comb: Comb) -> bool:
    left, _, right, bottom = comb.box
    strip = ink[max(0, bottom - 8) : bottom + 5, left:right]
    return strip.size > 0 and float(strip.any(axis=0).mean()) > 0.9


def _rows_of_squares(squares: list[tuple[int, int, int, int]]) -> list[Comb]:
    found: list[Comb] = []
    rest = sorted(squares)
    while rest:
        run = [rest.pop(0)]
        while True:
            left, top, right, bottom = run[-1]
            side = right - left
            near = [
                s for s in rest
                if -4 <= s[0] - right <= side * 0.8 and abs(s[1] - top) <= 5 and abs(s[3] - bottom) <= 5
            ]  # fmt: skip
            if not near:
                break
            run.append(min(near))
            rest.remove(run[-1])
        if len(run) >= _FEWEST_CELLS:
            found.append(Comb(tuple(run)))
    return found


def strip(gray: Gray, comb: Comb, sheet: Sheet) -> tuple[Gray | None, list[int]]:
    """The characters pushed together as in a word, and which cells hold one.

    None when all cells are empty.
    """
    parts: list[Gray | None] = []
    _, top, _, bottom = comb.box  # one height for all, whatever the frame's print lost
    for left, _, right, _ in comb.cells:
        dx, dy = 2 + (right - left) // 12, 3 + (bottom - top) // 14
        cell = gray[top + dy : bottom - dy, left + dx : right - dx]
        parts.append(_character(cell))
    filled = [index for index, part in enumerate(parts) if part is not None]
    if not filled:
        return None, []
    height = max(part.shape[0] for part in parts if part is not None)
    gap = as_gray(np.full((height, max(3, height // 9)), 255))
    pieces: list[Gray] = [gap]
    for index in range(filled[0], filled[-1] + 1):
        part = parts[index]
        pieces += [gap, gap, gap] if part is None else [part, gap]
    row = np.hstack(pieces)
    return as_gray(np.pad(row, sheet.px(3), constant_values=255)), filled


def _character(cell: Gray) -> Gray | None:
    """The inked columns of a cell at the cell's full height; None for an empty one."""
    if cell.size == 0:
        return None
    dark = cell < 140
    if float(dark.mean()) < 0.008:
        return None
    columns = np.nonzero(dark.any(axis=0))[0]
    return as_gray(cell[:, max(0, columns[0] - 1) : columns[-1] + 2])
