"""Ruling lines: find them, report them, and take them away so that letters can be read."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from parsers.documents.reading import Ruling
from parsers.scans.image import Gray, Mask, Sheet, as_gray, binary, resized, shapes
from parsers.types import BBox

_SHORTEST_HORIZONTAL = 20.0
_SHORTEST_VERTICAL = 16.0
"""Points. Longer than any stroke of a letter in running text."""
_PALE, _DIRTY, _PALE_LENGTH, _PALE_WIDTH, _FOUND, _BARE = 222, 0.14, 40.0, 1.5, 0.6, 0.12
"""Brightness up to which a rule may be pale, on a page less of which is so dark; points that a level one is
long at least and any is thick at most; the share of a rule from which it was found as ink; the most ink along
its sides."""
_SHORTEST_SIDE = 9.5
_LOWEST_FRAME, _HIGHEST_FRAME, _NARROWEST_FRAME, _FRAME_LINE = 12.0, 22.0, 7.0, 1.5
"""Points: how high and how narrow a frame around one or two characters is, and how thick its lines are."""
_TOUCHING = 4
"""Pixels."""
_THICKEST = 4.0
_EDGE = 5.0
"""Points from the page's border: no form is ruled there, but a photo shows where its paper ends."""
_HALF_A_RULE = 0.7
_SAME_END, _HIGHEST_ROW, _SIDE = 2.0, 120.0, 3
"""Points by which the ends of a table's rules differ, and between two rules at most; pixels of a side."""
_HAIR, _LEVEL, _DASHES, _DASHED = 1.0, 6, 4, 36.0
"""Points that a hair line is thick; pixels in which its dashes are level; their least number and, in points,
their least length together."""
_BETWEEN_DOTS = 6.5
"""Points between two dots to write on, in a typewriter's face."""
_CRUMB, _DOT, _HALO = 9, 3, 2
"""Pixels: the largest bit of a line, the smallest dot, and how far a line's grey edge reaches."""
_ACCENT = 14
"""Pixels of ink beyond a line's own edge that are no roughness of it."""
_NEXT = np.ones((3, 3), np.uint8)
_BESIDE, _LETTERS_BESIDE, _WHOLE = 4, 0.2, 0.96
"""Pixels from a line, the inked share there that only letters have, the inked share of a line itself."""


def line_masks(ink: Mask, sheet: Sheet) -> tuple[Mask, Mask]:
    """Horizontal and vertical lines as masks; gaps of a worn print are bridged, pale rules drawn whole."""
    across = _runs(ink, sheet.px(_SHORTEST_HORIZONTAL), True, sheet.px(_THICKEST))
    down = _runs(ink, sheet.px(_SHORTEST_VERTICAL), False, sheet.px(_THICKEST))
    across, down = _with_pale_rules(across, down, sheet)
    return across, as_gray(cv2.bitwise_or(down, _sides(ink, across, sheet)))


def _with_pale_rules(across: Mask, down: Mask, sheet: Sheet) -> tuple[Mask, Mask]:
    """With long thin grey rules, which a threshold between ink and paper loses or breaks up.

    Looked for in a picture of half the size, which is enough; rules that were found stay as they are.
    """
    height, width = sheet.gray.shape
    pale = as_gray(cv2.inRange(resized(sheet.gray, width // 2, height // 2), 0, _PALE))
    if cv2.countNonZero(pale) > _DIRTY * pale.size:
        return across, down
    thickest = max(2, sheet.px(_PALE_WIDTH) // 2)
    masks = []
    for mask, level, length in ((across, True, _PALE_LENGTH), (down, False, _SHORTEST_VERTICAL)):
        mask = mask.copy()
        for left, top, wide, high in shapes(_runs(pale, sheet.px(length) // 2, level, thickest)):
            rows, columns = slice(2 * top, 2 * (top + high)), slice(2 * left, 2 * (left + wide))
            found = float((mask[rows, columns] > 0).any(axis=0 if level else 1).mean()) >= _FOUND
            if not found and _stands_alone(pale, (left, top, left + wide, top + high), level):
                mask[rows, columns] = 255
        masks.append(mask)
    return masks[0], masks[1]


def _stands_alone(pale: Mask, box: tuple[int, int, int, int], level: bool) -> bool:
    """True with paper along both sides: the heads of letters in a row are no rule."""
    left, top, right, bottom = box
    sides = (
        (pale[max(0, top - 3) : max(0, top - 1), left:right], pale[bottom + 1 : bottom + 3, left:right])
        if level
        else (pale[top:bottom, max(0, left - 3) : max(0, left - 1)], pale[top:bottom, right + 1 : right + 3])
    )
    return all(not side.size or float((side > 0).mean()) < _BARE for side in sides)


def with_open_sides(across: Mask, down: Mask, sheet: Sheet) -> Mask:
    """The upright lines, with the outer sides of tables that have none, or too pale ones.

    Where an upright line parts two rules that begin and end together, these are a row of cells.
    """
    near, highest = sheet.px(_SAME_END), sheet.px(_HIGHEST_ROW)
    rules = sorted(shapes(across), key=lambda box: box[1])
    bars = shapes(down)
    found = down.copy()
    for i, (left, top, width, height) in enumerate(rules):
        below = [
            r for r in rules[i + 1 :]
            if r[1] > top + height and abs(r[0] - left) <= near and abs(r[0] + r[2] - left - width) <= near
        ]  # fmt: skip
        if not below or below[0][1] - top > highest:
            continue
        end = below[0][1] + below[0][3]
        through = [b[0] for b in bars if b[1] <= top + height + near and b[1] + b[3] >= below[0][1] - near]
        if any(left + near < x < left + width - near for x in through):
            for side in (left, left + width - _SIDE):
                if not any(abs(x - side) <= 2 * near for x in through):
                    found[top:end, max(0, side) : side + _SIDE] = 255
    return found


def with_narrow_frames(across: Mask, down: Mask, ink: Mask, sheet: Sheet) -> tuple[Mask, Mask]:
    """The masks with the frames around one or two characters, whose sides are shorter than other lines.

    Boxes to tick are lower; the cells of a comb stand side by side.
    """
    low, high = sheet.px(_LOWEST_FRAME), sheet.px(_HIGHEST_FRAME)
    level = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, sheet.px(_NARROWEST_FRAME)), np.uint8))
    upright = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((low, 1), np.uint8))
    grid = as_gray(cv2.bitwise_or(level, upright))
    boxes = [
        (x, y, x + width, y + height)
        for x, y, width, height in shapes(grid)
        if sheet.px(_NARROWEST_FRAME) <= width <= sheet.px(_SHORTEST_HORIZONTAL) + 8 and low <= height <= high
    ]
    across, down = across.copy(), down.copy()
    thick = sheet.px(_FRAME_LINE)
    for left, top, right, bottom in boxes:
        sides = (
            (level, slice(top, top + thick), slice(left, right), 0),
            (level, slice(bottom - thick, bottom), slice(left, right), 0),
            (upright, slice(top, bottom), slice(left, left + thick), 1),
            (upright, slice(top, bottom), slice(right - thick, right), 1),
        )
        if all(
            float(lines[rows, columns].any(axis=axis).mean()) > _WHOLE for lines, rows, columns, axis in sides
        ):
            for mask, (lines, rows, columns, _) in zip((across, across, down, down), sides, strict=True):
                mask[rows, columns] = np.maximum(mask[rows, columns], lines[rows, columns])
    return across, down


def _sides(ink: Mask, across: Mask, sheet: Sheet) -> Mask:
    """The sides of low boxes, shorter than other upright lines: they stand between two level ones."""
    found = as_gray(np.zeros_like(ink))
    if not across.any():
        return found
    upright = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((sheet.px(_SHORTEST_SIDE), 1), np.uint8))
    reach = _TOUCHING
    for left, top, width, height in shapes(as_gray(upright)):
        if width > sheet.px(_THICKEST):
            continue
        columns = slice(left, left + width)
        above = across[max(0, top - reach) : top + reach + 1, columns]
        below = across[max(0, top + height - reach - 1) : top + height + reach, columns]
        if above.any() and below.any():
            found[top : top + height, columns] = upright[top : top + height, columns]
    return found


def with_known_rules(across: Mask, down: Mask, rules: Sequence[BBox], sheet: Sheet) -> tuple[Mask, Mask]:
    """The masks with lines that are known to be there, a point thick."""
    across, down = across.copy(), down.copy()
    half = sheet.px(_HALF_A_RULE)
    for box in rules:
        left, top, right, bottom = (round(v / sheet.points) for v in box)
        mask = across if right - left >= bottom - top else down
        mask[max(0, top - half) : bottom + half, max(0, left - half) : right + half] = 255
    return across, down


def _runs(ink: Mask, length: int, horizontal: bool, thickest: int) -> Mask:
    bridge = (5, 1) if horizontal else (1, 5)
    shape = (length, 1) if horizontal else (1, length)
    closed = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones(bridge[::-1], np.uint8))
    lines = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones(shape[::-1], np.uint8))
    # Filled areas (a logo, a grey heading) are no lines.
    thick = (1, thickest) if horizontal else (thickest, 1)
    areas = cv2.morphologyEx(lines, cv2.MORPH_OPEN, np.ones(thick[::-1], np.uint8))
    if areas.any():
        lines = cv2.subtract(lines, cv2.dilate(areas, np.ones((3, 3), np.uint8)))
    lines = as_gray(lines)
    _drop_letters(lines, ink, horizontal)
    return lines


def _drop_letters(lines: Mask, ink: Mask, horizontal: bool) -> None:
    """Bold letters in a row make a line too, once the gaps between them are bridged.

    It has gaps, and the letters go on above it or below; a line has only the one or the other, if any.
    """
    contours, _ = cv2.findContours(lines, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    for contour in contours:
        left, top, width, height = cv2.boundingRect(contour)
        along = slice(left, left + width) if horizontal else slice(top, top + height)
        near, far = (top, top + height) if horizontal else (left, left + width)
        size = ink.shape[0] if horizontal else ink.shape[1]
        sides = [
            ink[at, along] if horizontal else ink[along, at]
            for at in (near - _BESIDE, far + _BESIDE - 1)
            if 0 <= at < size
        ]
        if max((float((side > 0).mean()) for side in sides), default=0.0) < _LETTERS_BESIDE:
            continue
        piece = ink[top : top + height, left : left + width] > 0
        if float(piece.any(axis=0 if horizontal else 1).mean()) < _WHOLE:
            cv2.drawContours(lines, [contour], -1, (0,), thickness=cv2.FILLED)


def leaders(ink: Mask, stats: npt.NDArray[np.int32], sheet: Sheet) -> Mask:
    """Rows of dots or dashes that lead from a label to its value. `stats` are those of the ink's shapes."""
    mask = as_gray(np.zeros_like(ink))
    dot, thin = sheet.px(2.4), sheet.px(1.5)
    wide, high = stats[1:, 2], stats[1:, 3]
    # A dash of any length: a thin line that the scanner broke leads too.
    for left, top, width, height in stats[1:, :4][(high <= thin) | ((wide <= dot) & (high <= dot))].tolist():
        mask[top : top + height, left : left + width] = 255
    mask = as_gray(cv2.bitwise_and(mask, ink))
    rows = cv2.morphologyEx(
        _joined(mask, stats[1:], sheet), cv2.MORPH_CLOSE, np.ones((3, sheet.px(_BETWEEN_DOTS)), np.uint8)
    )
    rows = cv2.morphologyEx(rows, cv2.MORPH_OPEN, np.ones((1, sheet.px(36)), np.uint8))
    near = cv2.dilate(rows, np.ones((5, 5), np.uint8))
    return as_gray(cv2.dilate(cv2.bitwise_and(mask, near), np.ones((3, 3), np.uint8)))


def _joined(mask: Mask, stats: npt.NDArray[np.int32], sheet: Sheet) -> Mask:
    """With the rows drawn through of which dashes far from each other are left: a pale rule in bilevel."""
    mask = mask.copy()
    left, top, wide, high = (stats[:, column] for column in range(4))
    dash = (high <= sheet.px(_HAIR)) & (wide >= 3 * high)
    level = (top + high // 2) // _LEVEL
    lengths = np.bincount(level[dash], weights=wide[dash])
    counts = np.bincount(level[dash])
    for row in np.flatnonzero((counts >= _DASHES) & (lengths >= sheet.px(_DASHED))).tolist():
        own = dash & (level == row)
        first, last = int(left[own].min()), int((left + wide)[own].max())
        mask[row * _LEVEL + _LEVEL // 2, first:last] = 255
    return mask


def rulings(across: Mask, down: Mask, sheet: Sheet) -> tuple[Ruling, ...]:
    """The lines in points, without the edges of the paper itself."""
    found: list[Ruling] = []
    for mask, horizontal in ((across, True), (down, False)):
        far = (sheet.height if horizontal else sheet.width) - _EDGE
        for left, top, width, height in shapes(mask):
            box = points_of((left, top, left + width, top + height), sheet)
            near, end = (box[1], box[3]) if horizontal else (box[0], box[2])
            long = max(width, height) >= sheet.px(_NARROWEST_FRAME)
            if long and end > _EDGE and near < far:
                found.append(Ruling(sheet.number, box))
    return tuple(sorted(found, key=lambda r: (r.box[1], r.box[0])))


def points_of(box: tuple[float, float, float, float], sheet: Sheet) -> tuple[float, float, float, float]:
    """A box of pixels in points, to a tenth."""
    left, top, right, bottom = (round(v * sheet.points, 1) for v in box)
    return (left, top, right, bottom)


def pixels_of(box: BBox, sheet: Sheet) -> tuple[int, int, int, int]:
    """A box of points in whole pixels."""
    left, top, right, bottom = (round(v / sheet.points) for v in box)
    return (left, top, right, bottom)


def without_lines(gray: Gray, ink: Mask, across: Mask, down: Mask) -> Gray:
    """The page with its lines painted over; strokes that cross a line stay whole."""
    out = gray.copy()
    for mask, horizontal in ((across, True), (down, False)):
        if not mask.any():
            continue
        halo = 2 * _HALO + 1
        wide = as_gray(cv2.dilate(mask, np.ones((halo, 1) if horizontal else (1, halo), np.uint8)))
        rest = cv2.subtract(ink, wide)
        # A letter's stroke goes on above and below the line: join what faces each other across it.
        reach = np.ones((13, 1) if horizontal else (1, 13), np.uint8)
        crossing = cv2.bitwise_and(cv2.morphologyEx(rest, cv2.MORPH_CLOSE, reach), wide)
        own = cv2.bitwise_or(crossing, _beside_line(as_gray(rest), ink, mask, horizontal))
        out = as_gray(cv2.max(out, cv2.subtract(wide, own)))
    _drop_crumbs(out, ink, as_gray(cv2.bitwise_or(across, down)))
    return out


def _beside_line(rest: Mask, ink: Mask, line: Mask, horizontal: bool) -> Mask:
    """Ink right beside a line that goes on straight away from it: a letter stands that close to it."""
    step = np.ones((3, 1) if horizontal else (1, 3), np.uint8)
    free = as_gray(cv2.subtract(ink, line))
    own = rest
    for _ in range(_HALO):
        own = as_gray(cv2.bitwise_and(cv2.dilate(own, step), free))
    return own


def _drop_crumbs(gray: Gray, before: Mask, lines: Mask) -> None:
    """Bits of a line that stayed because they looked like a crossing stroke.

    What did not touch the line `before`, or stands out from it, is the dot of an i, a comma, an accent.
    """
    if not lines.any():
        return
    ink = binary(gray)
    near = cv2.dilate(lines, np.ones((9, 9), np.uint8))
    beyond = as_gray(cv2.dilate(lines, np.ones((7, 7), np.uint8)))
    around = as_gray(cv2.bitwise_and(ink, cv2.dilate(lines, np.ones((29, 29), np.uint8))))
    for left, top, width, height in shapes(around):
        if max(width, height) > _CRUMB:
            continue
        down, across = slice(top, top + height), slice(left, left + width)
        if not near[down, across].any():
            continue
        out = int(((ink[down, across] > 0) & (beyond[down, across] == 0)).sum())
        if out < _ACCENT and not _stands_free(before, lines, (left, top, width, height)):
            gray[max(0, top - 1) : top + height + 1, max(0, left - 1) : left + width + 1] = 255


def _stands_free(before: Mask, lines: Mask, crumb: tuple[int, int, int, int]) -> bool:
    """True for a dot that touches no line, and is not a piece of something larger that may."""
    left, top, width, height = crumb
    if max(width, height) < _DOT:
        return False
    y, x = max(0, top - _CRUMB), max(0, left - _CRUMB)
    window = np.s_[y : top + height + _CRUMB, x : left + width + _CRUMB]
    _, labels = cv2.connectedComponents(before[window], connectivity=8)
    inner = np.s_[top - y : top - y + height, left - x : left - x + width]
    own = np.isin(labels, np.setdiff1d(labels[inner], 0))
    rim = own[0].any() or own[-1].any() or own[:, 0].any() or own[:, -1].any()
    beside = cv2.dilate(own.astype(np.uint8), _NEXT) > 0
    return bool(own.any() and not rim and not lines[window][beside].any())
