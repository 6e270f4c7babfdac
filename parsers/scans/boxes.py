"""Boxes and circles to tick: where they are and whether something was put into them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from parsers.documents.reading import TickState
from parsers.scans.image import Mask, Sheet, as_gray

_SMALLEST, _LARGEST = 5.0, 20.0
"""Points: the side of a box to tick."""
_ON, _OFF = 0.09, 0.03
"""Share of the inside that is inked: a thin cross covers a tenth, dust a hundredth."""


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


def small_squares(ink: Mask, sheet: Sheet) -> list[tuple[int, int, int, int]]:
    """Frames of the size of a box to tick or of one cell of a comb, whatever is drawn across them."""
    reach = sheet.px(_SMALLEST) - 3
    across = cv2.dilate(ink, np.ones((3, 1), np.uint8))
    across = cv2.morphologyEx(across, cv2.MORPH_OPEN, np.ones((1, reach), np.uint8))
    down = cv2.dilate(ink, np.ones((1, 3), np.uint8))
    down = cv2.morphologyEx(down, cv2.MORPH_OPEN, np.ones((reach, 1), np.uint8))
    grid = as_gray(cv2.bitwise_or(across, down))
    low, high = sheet.px(_SMALLEST), sheet.px(_LARGEST)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(grid, connectivity=8)
    found = []
    for index in range(1, count):
        left, top, width, height, _area = stats[index].tolist()
        if not (low <= width <= high and low <= height <= high and 0.75 < width / height < 1.34):
            continue
        if _is_frame(labels[top : top + height, left : left + width] == index):
            found.append((left, top, left + width, top + height))
    return found


def _is_frame(patch: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> bool:
    height, width = patch.shape
    band = max(2, round(min(height, width) * 0.1))
    sides = (
        patch[:band].any(axis=0), patch[-band:].any(axis=0),
        patch[:, :band].any(axis=1), patch[:, -band:].any(axis=1),
    )  # fmt: skip
    if min(float(side.mean()) for side in sides) < 0.85:
        return False
    # A letter D, B or 8 has strokes at its sides too, but no corners, and thick strokes for its size.
    nook = max(3, round(min(height, width) * 0.16))
    corners = patch[:nook, :nook], patch[:nook, -nook:], patch[-nook:, :nook], patch[-nook:, -nook:]
    if not all(corner.any() for corner in corners):
        return False
    core = patch[2 * band : -2 * band, 2 * band : -2 * band]
    return core.size > 0 and float(core.mean()) < 0.6


def circles(ink: Mask, sheet: Sheet) -> list[tuple[int, int, int, int]]:
    """Rings of the size of a radio button that stand alone, as a letter O in a word does not."""
    low, high = sheet.px(6.0), sheet.px(16.0)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    found = []
    for index in range(1, count):
        left, top, width, height, area = stats[index].tolist()
        if not (low <= width <= high and low <= height <= high and 0.9 < width / height < 1.11):
            continue
        if area > 0.55 * width * height:
            continue
        patch = labels[top : top + height, left : left + width] == index
        if _is_ring(patch) and _alone(ink, (left, top, left + width, top + height)):
            found.append((left, top, left + width, top + height))
    return found


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
    return bool(covered.mean() > 0.93) and thickness <= 7


def _alone(ink: Mask, box: tuple[int, int, int, int]) -> bool:
    left, top, right, bottom = box
    margin = max(3, round((right - left) * 0.36))
    before = ink[top:bottom, max(0, left - margin) : max(0, left - 1)]
    after = ink[top:bottom, right + 1 : right + margin]
    return not before.any() and not after.any()


def measured(ink: Mask, box: tuple[int, int, int, int], is_round: bool) -> Square:
    """How much of the inside is inked, the frame itself left out."""
    left, top, right, bottom = box
    patch = ink[top:bottom, left:right] > 0
    height, width = patch.shape
    if is_round:
        y, x = np.ogrid[:height, :width]
        inner = ((x - (width - 1) / 2) / (width / 2)) ** 2 + ((y - (height - 1) / 2) / (height / 2)) ** 2
        inside = patch[inner < 0.42]
    else:
        edge = max(3, round(min(width, height) * 0.2))
        inside = patch[edge : height - edge, edge : width - edge].ravel()
    return Square(box, is_round, float(inside.mean()) if inside.size else 0.0)
