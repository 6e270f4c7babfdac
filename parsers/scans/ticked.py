"""Whether something was put into a box or a circle to tick."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from parsers.documents.reading import TickState
from parsers.scans.image import Mask

_ON, _OFF = 0.09, 0.03
"""Share of the inside that is inked: a thin cross covers a tenth, dust a hundredth."""
_STROKE = 0.5
"""Pixels outside of a box for each of its width, from which a stroke was drawn there."""


@dataclass(frozen=True, slots=True)
class Square:
    """A box to tick in pixels; `ink` is the inked share of its inside."""

    box: tuple[int, int, int, int]
    round: bool
    ink: float

    @property
    def state(self) -> TickState:
        if self.ink >= _ON:
            return "on"
        return "off" if self.ink <= _OFF else "unsure"

    @property
    def confidence(self) -> float:
        """How far the ink is from the doubtful middle."""
        if self.state == "on":
            return min(0.99, 0.9 + (self.ink - _ON) * 4)
        if self.state == "off":
            return 0.99 if self.ink < _OFF / 2 else 0.96
        return 0.5


def measured(ink: Mask, box: tuple[int, int, int, int], is_round: bool) -> Square:
    """How much of the inside is inked, the frame itself left out."""
    left, top, right, bottom = box
    patch = ink[top:bottom, left:right] > 0
    height, width = patch.shape
    if is_round:
        y, x = np.ogrid[:height, :width]
        inner = ((x - (width - 1) / 2) / (width / 2)) ** 2 + ((y - (height - 1) / 2) / (height / 2)) ** 2
        inside = patch[inner < _hollow(patch, inner) ** 2]
    else:
        edge = max(3, round(min(width, height) * 0.2))
        inside = patch[edge : height - edge, edge : width - edge].ravel()
    return Square(box, is_round, float(inside.mean()) if inside.size else 0.0)


def _hollow(
    patch: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    inner: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
) -> float:
    """Of a ring's radius: how far its inside reaches, less where the ring is drawn bold."""
    for share in np.arange(0.95, 0.4, -0.05):
        if patch[(inner < share**2) & (inner >= (share - 0.1) ** 2)].mean() < 0.5:
            return min(0.65, float(share) - 0.15)
    return 0.65


def with_marks_beside(ink: Mask, squares: Sequence[Square]) -> list[Square]:
    """A box that a stroke is joined to from outside, where that is not another one's mark.

    With hardly any ink inside it is doubtful; with a little, the stroke is a mark that runs through.
    """
    result = []
    for square in squares:
        if square.state != "on" and _touched(ink, square, squares):
            square = replace(square, ink=_ON if square.state == "unsure" else (_ON + _OFF) / 2)
        result.append(square)
    return result


def _touched(ink: Mask, square: Square, squares: Sequence[Square]) -> bool:
    left, top, right, bottom = square.box
    reach, rim = round((right - left) * 0.5), max(3, (right - left) // 8)
    x, y = max(0, left - reach), max(0, top - reach)
    _, labels = cv2.connectedComponents(ink[y : bottom + reach, x : right + reach], connectivity=8)
    own = np.unique(labels[top - y : bottom - y, left - x : right - x])
    stroke = np.isin(labels, own[own > 0])
    for other in squares:
        if other is not square and other.state != "off":
            x0, y0, x1, y1 = other.box
            if (
                x0 - reach < right + reach
                and x1 + reach > left - reach
                and y0 < bottom + reach
                and y1 > top - reach
            ):
                return False
    stroke[max(0, top - y - rim) : bottom - y + rim, max(0, left - x - rim) : right - x + rim] = False
    return int(stroke.sum()) > _STROKE * (right - left)
