"""Boxes and circles that a mark drawn across them hides from the search for frames and rings."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from parsers.scans.boxes import LETTER_GAP
from parsers.scans.image import Mask, Sheet, as_gray
from parsers.scans.ticked import measured

_OUTLINE_SHARE = 0.7
"""Of an outline that is inked where a box lies under a mark: scans thin and shift it a little."""
_COARSE, _COARSE_SHARE, _MOST_LIKELY = 3, 0.74, 80
"""Boxes under marks are first looked for in a picture that many times smaller."""
_FULL = 0.97
"""Inked share of a box that somebody blackened."""
_CLOSE = 9
"""Pixels at 300 dpi: letters of a heading stand closer, a box's words do not."""
_FAR = 0.8
"""Of a box's width, farther than the arms of a mark reach beside it."""


def marked(
    ink: Mask, sheet: Sheet, clear: Sequence[tuple[int, int, int, int]], is_round: bool
) -> list[tuple[int, int, int, int]]:
    """Boxes or rings that a mark drawn across them has made one shape with it.

    A form draws all of its boxes alike: they are looked for in the sizes of the `clear` ones.
    """
    sizes = sorted(
        {right - left for left, _, right, _ in clear} | {bottom - top for _, top, _, bottom in clear}
    )
    if not sizes:
        return []
    found: list[tuple[int, int, int, int]] = []
    for place in _likely(ink, clear, sizes[len(sizes) // 2], is_round):
        box = _best_fit(ink, place, sizes, is_round)
        if box is None or any(_meet(box, other) for other in (*clear, *found)):
            continue
        x0, y0, x1, y1 = (max(0, v) for v in box)
        patch = ink[y0:y1, x0:x1] > 0
        # No letter has the size of this form's boxes and a straight side on all four sides as well.
        if patch.mean() < _FULL and (
            _marked_ring(ink, box, patch)
            if is_round
            else _sided(patch) and not _is_letter(ink, box, max(_CLOSE, round((box[2] - box[0]) * 0.15)))
        ):
            found.append(box)
    return found


def _outline(
    size: int, is_round: bool, thickness: float
) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    y, x = np.ogrid[:size, :size]
    middle = (size - 1) / 2
    away = np.hypot(x - middle, y - middle) if is_round else np.maximum(abs(x - middle), abs(y - middle))
    return (np.abs(away - (size / 2 - thickness / 2 - 0.5)) < thickness / 2).astype(np.float32)


def _likely(
    ink: Mask, clear: Sequence[tuple[int, int, int, int]], size: int, is_round: bool
) -> list[tuple[int, int, int, int]]:
    """Where on a coarser picture an outline of about that size is inked, with some room around.

    Only beside, above or below a clear box: the choices of one question stand together.
    """
    coarse = cv2.resize(ink, None, fx=1 / _COARSE, fy=1 / _COARSE, interpolation=cv2.INTER_AREA)
    near = cv2.dilate((coarse > 80).astype(np.float32), np.ones((3, 3), np.uint8))
    side = max(5, round(size / _COARSE))
    if min(near.shape) <= side:
        return []
    outline = _outline(side, is_round, 1.5)
    share = cv2.matchTemplate(near, outline, cv2.TM_CCORR) / float(outline.sum())
    together = np.zeros(share.shape, np.uint8)
    for left, top, _, _ in clear:
        x, y, reach, width = left // _COARSE, top // _COARSE, 3 * side, max(2, side // 2)
        together[max(0, y - reach) : y + reach] = 1
        together[:, max(0, x - width) : x + width] = 1
    best = cv2.dilate(np.asarray(share, dtype=np.float32), np.ones((side, side), np.uint8))
    peaks = as_gray((share == best) & (share > _COARSE_SHARE) & (together > 0))
    # A thick outline fits in several places beside each other: their middle stands for them.
    _, _, _, centres = cv2.connectedComponentsWithStats(peaks, connectivity=8)
    columns, rows = np.round(centres[1:]).astype(int).T
    order = np.argsort(-share[rows, columns])[:_MOST_LIKELY]
    room = 2 * _COARSE
    return [
        (
            max(0, x * _COARSE - room),
            max(0, y * _COARSE - room),
            x * _COARSE + size + room,
            y * _COARSE + size + room,
        )
        for y, x in zip(rows[order].tolist(), columns[order].tolist(), strict=True)
    ]


def _meet(a: tuple[int, int, int, int], b: tuple[int, int, int, int]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _best_fit(
    ink: Mask, box: tuple[int, int, int, int], sizes: Sequence[int], is_round: bool
) -> tuple[int, int, int, int] | None:
    """Where in a shape an outline of one of the sizes lies best."""
    left, top, right, bottom = box
    patch = np.pad((ink[top:bottom, left:right] > 0).astype(np.float32), 3)
    best: tuple[float, tuple[int, int, int, int]] | None = None
    for size in sizes:
        if min(patch.shape) < size:
            continue
        outline = _outline(size, is_round, 2.0)
        share = cv2.matchTemplate(patch, outline, cv2.TM_CCORR) / float(outline.sum())
        y0, x0 = (int(v) - 3 for v in np.unravel_index(int(share.argmax()), share.shape))
        if best is None or float(share.max()) > best[0]:
            best = (float(share.max()), (left + x0, top + y0, left + x0 + size, top + y0 + size))
    return best[1] if best is not None and best[0] >= _OUTLINE_SHARE else None


def _sided(patch: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> bool:
    """Ink along all four sides."""
    edge = max(4, round(0.11 * min(patch.shape)))
    sides = (patch[:edge].any(axis=0), patch[-edge:].any(axis=0),
             patch[:, :edge].any(axis=1), patch[:, -edge:].any(axis=1))  # fmt: skip
    return min(float(side.mean()) for side in sides) > 0.93


def _is_letter(ink: Mask, box: tuple[int, int, int, int], reach: int) -> bool:
    """True with another shape as close beside it as a word's letters, or joined to a row of them.

    A fat D has four sides as well, and an n is round enough; a mark that is joined to a box ends near it.
    """
    left, top, right, bottom = box
    far, quarter = round((right - left) * _FAR), (bottom - top) // 4
    x = max(0, left - far)
    _, labels = cv2.connectedComponents(ink[top:bottom, x : right + far], connectivity=8)
    own = np.unique(labels[:, left - x : right - x])
    middle = labels[quarter:-quarter]
    if np.isin(middle[:, (0, -1)], own[own > 0]).any():
        return True
    beside = middle[:, max(0, left - x - reach) : right - x + reach]
    return not np.isin(np.unique(beside), (0, *own)).all()


def _marked_ring(
    ink: Mask, box: tuple[int, int, int, int], patch: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
) -> bool:
    """A ring that a mark is joined to and that stands apart; a round letter is alone or between others."""
    if not _covered(patch) or _is_letter(ink, box, max(LETTER_GAP, round((box[2] - box[0]) * 0.26))):
        return False
    inside = measured(ink, box, True).state
    if inside != "off":
        return inside == "on"
    left, top, right, bottom = box
    x, y = max(0, left - LETTER_GAP), max(0, top - LETTER_GAP)
    _, labels = cv2.connectedComponents(ink[y : bottom + LETTER_GAP, x : right + LETTER_GAP], connectivity=8)
    own = np.unique(labels[top - y : bottom - y, left - x : right - x])
    around = np.isin(labels, own[own > 0])
    around[top - y - 1 : bottom - y + 1, left - x - 1 : right - x + 1] = False
    return bool(around.any())


def _covered(patch: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> bool:
    """Ink at the rim in nearly every direction."""
    height, width = patch.shape
    angles = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    covered = np.zeros(len(angles), dtype=bool)
    for share in np.arange(1.02, 0.8, -0.04):
        x = np.clip(np.round((width - 1) / 2 * (1 + share * np.cos(angles))).astype(int), 0, width - 1)
        y = np.clip(np.round((height - 1) / 2 * (1 + share * np.sin(angles))).astype(int), 0, height - 1)
        covered |= patch[y, x]
    return bool(covered.mean() > 0.93)
