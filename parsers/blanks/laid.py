"""A scanned page laid on a page of a blank: where a point of the one is on the other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from parsers.documents.reading import TickState
from parsers.types import BBox

CELL = 24.0
"""Points: the side of the squares of a page within which the paper's bend is taken as one."""


@dataclass(frozen=True, slots=True)
class TickMark:
    """A box to tick of the blank (in the blank's points) with what the scan has in it and the blank lacks."""

    box: BBox
    state: TickState
    confidence: float


@dataclass(frozen=True, slots=True)
class Laid:
    """`to_blank` takes points of the scan to points of the blank (a homography, row by row).

    `found` are the blank's printed words that the scan has; `pulls` say, for each square of `CELL` points of
    the blank row by row, `columns` to a row, by how much what the scan has there is off. `matched` is the
    share of the blank's words that were found.
    """

    blank: str
    """The blank's sha256."""
    page: int
    to_blank: tuple[float, ...]
    to_scan: tuple[float, ...]
    found: frozenset[int]
    matched: float
    pulls: tuple[tuple[float, float], ...] = ()
    columns: int = 1
    ticks: tuple[TickMark, ...] = ()
    unread: tuple[BBox, ...] = ()
    """Ink in places to write, on the blank, for which there is no word."""

    def on_blank(self, box: BBox) -> BBox:
        """A box of the scan on the blank, the paper's own bend allowed for."""
        rough = _moved(box, self.to_blank)
        dx, dy = self.pull(((rough[0] + rough[2]) / 2, (rough[1] + rough[3]) / 2))
        return (rough[0] + dx, rough[1] + dy, rough[2] + dx, rough[3] + dy)

    def on_scan(self, box: BBox) -> BBox:
        """A box of the blank on the scan."""
        dx, dy = self.pull(((box[0] + box[2]) / 2, (box[1] + box[3]) / 2))
        return _moved((box[0] - dx, box[1] - dy, box[2] - dx, box[3] - dy), self.to_scan)

    def on_scan_exactly(self, box: BBox) -> BBox:
        """A box on the scan that is in the blank's points, but where the scan has it and not the blank."""
        return _moved(box, self.to_scan)

    def pull(self, point: tuple[float, float]) -> tuple[float, float]:
        """How far the scan is off near a point of the blank, as the printed words there have it."""
        if not self.pulls:
            return 0.0, 0.0
        column = min(self.columns - 1, max(0, int(point[0] // CELL)))
        row = min(len(self.pulls) // self.columns - 1, max(0, int(point[1] // CELL)))
        return self.pulls[row * self.columns + column]


def moved_point(x: float, y: float, matrix: Sequence[float]) -> tuple[float, float]:
    """A point through a homography."""
    a, b, c, d, e, f, g, h, i = matrix
    scale = g * x + h * y + i
    return (a * x + b * y + c) / scale, (d * x + e * y + f) / scale


def _moved(box: BBox, matrix: Sequence[float]) -> BBox:
    """By its middle lines: what turns a wide box a little does not make it higher."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    left, right = moved_point(box[0], y, matrix), moved_point(box[2], y, matrix)
    top, bottom = moved_point(x, box[1], matrix), moved_point(x, box[3], matrix)
    middle = moved_point(x, y, matrix)
    width, height = math.dist(left, right) / 2, math.dist(top, bottom) / 2
    return (middle[0] - width, middle[1] - height, middle[0] + width, middle[1] + height)
