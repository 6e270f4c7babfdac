"""Boxes and circles to tick: where they are and whether something was put into them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from parsers.documents.reading import TickState
from parsers.scans.image import Mask, Parts, Sheet, as_gray, shapes

_SMALLEST, _LARGEST = 6.2, 20.0
"""Points: the side of a box to tick."""
_DENSE = 0.62
"""Inked share of the inside from which it could as well be a fat letter."""
_OUTLINE_SHARE = 0.7
"""Of an outline that is inked where a box lies under a mark: scans thin and shift it a little."""
_COARSE, _COARSE_SHARE, _MOST_LIKELY = 3, 0.74, 80
"""Boxes under marks are first looked for in a picture that many times smaller."""
_FULL = 0.97
"""Inked share of a box that somebody blackened."""
_LETTER_GAP = 11
"""Pixels at 300 dpi: letters of a word stand closer, even in a typewriter's face."""
_ON, _OFF = 0.09, 0.03
"""Share of the inside that is inked: a thin cross covers a tenth, dust a hundredth."""

_HOLE = 0.42
"""Of its radius: how far a bold ring is empty."""
_STROKE = 0.5
"""Pixels outside of a box for each of its width, from which a stroke was drawn there."""
_CLOSE = 9
"""Pixels at 300 dpi: letters of a heading stand closer, a box's words do not."""
_FAR = 0.8
"""Of a box's width, farther than the arms of a mark reach beside it."""
_SET_WIDE, _SMALLER = 0.6, 0.85
"""Of a ring's width, how near letters stand on both sides of a round one; of the usual width, the least."""
_SCRIBBLED, _SAME_SIZE = 0.5, 0.07
"""Inked share inside a box that was scribbled full, and how far boxes of one form differ in size."""


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
    return even and _alone(bare, box, 0.22 if frame.share < _DENSE else 0.4)


def is_filled_like(
    ink: Mask, box: tuple[int, int, int, int], clear: Sequence[tuple[int, int, int, int]]
) -> bool:
    """True for a square that is scribbled full, of the size of a clear one, however close its words stand."""
    left, top, right, bottom = box
    frame = _frame(ink[top:bottom, left:right] > 0)
    if frame is None or frame.share < _SCRIBBLED or not _alone(ink, box, 0.15):
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
        if _is_ring(patch) and _alone(ink, box, room) and not _within_word(ink, box):
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
    if not _covered(patch) or _is_letter(ink, box, max(_LETTER_GAP, round((box[2] - box[0]) * 0.26))):
        return False
    inside = measured(ink, box, True).state
    if inside != "off":
        return inside == "on"
    left, top, right, bottom = box
    x, y = max(0, left - _LETTER_GAP), max(0, top - _LETTER_GAP)
    _, labels = cv2.connectedComponents(
        ink[y : bottom + _LETTER_GAP, x : right + _LETTER_GAP], connectivity=8
    )
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


def _alone(ink: Mask, box: tuple[int, int, int, int], room: float) -> bool:
    left, top, right, bottom = box
    margin = max(_LETTER_GAP, round((right - left) * room))
    # Neighbouring letters stand beside the middle; the arms of a mark leave at the corners.
    quarter = (bottom - top) // 4
    top, bottom = top + quarter, bottom - quarter
    before = ink[top:bottom, max(0, left - margin) : max(0, left - 3)]
    after = ink[top:bottom, right + 3 : right + margin]
    return not before.any() and not after.any()


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
