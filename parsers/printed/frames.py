"""Frames and table cells to write in."""

from __future__ import annotations

from parsers.labels.line import LabelHit
from parsers.layout.sheet import Segment, Sheet, covers
from parsers.printed.context import Context, Found
from parsers.printed.neighbours import is_other_label
from parsers.types import BBox

_ONE_DIGIT_S_BOX = 24.0
"""Points of a box for one character at most."""


def has_tick(frame: BBox, sheet: Sheet) -> bool:
    """True when a box to tick stands in the frame, not merely on its edge."""
    inner = (frame[0], frame[1] + 3, frame[2], frame[3] - 3)
    return any(covers(inner, t.box) for t in sheet.ticks)


def is_cell(frame: BBox, sheet: Sheet) -> bool:
    """True for a table's cell, false for a frame drawn around a whole section."""
    height, width = frame[3] - frame[1], frame[2] - frame[0]
    return (
        height < 60
        or (height < 90 and width < 0.93 * sheet.width)
        or (height < 140 and width < 0.5 * sheet.width)
    )


def has_frame_below(label: BBox, sheet: Sheet, context: Context) -> bool:
    """True when a frame to write in begins right under the label, at its left edge."""
    height = min(label[3] - label[1], 14.0)
    return any(
        abs(f[0] - label[0]) < 6 and -0.6 * height <= f[1] - label[3] <= 0.8 * height and f[3] - f[1] <= 120
        and not any(covers(f, s.box) and _names_the_frame(s, f, context) for s in sheet.segments)
        for f in sheet.frames
    )  # fmt: skip


def _names_the_frame(segment: Segment, frame: BBox, context: Context) -> bool:
    """True for a label at the top of a frame ("Signature :"): the frame is not the label's above it."""
    at_top = segment.box[1] - frame[1] < segment.box[3] - segment.box[1]
    return at_top and (id(segment) in context.labels or is_other_label(segment))


def is_headed(frame: BBox, hit: LabelHit, sheet: Sheet) -> bool:
    """True for a box with a line of other text right above it, at its left edge."""
    cell = hit.segment.frame
    if sheet.flow or (cell is not None and _is_next_cell(frame, cell)):
        return False
    own = {id(s) for s in (hit.segment, *hit.below)}
    heads = [
        s for s in sheet.segments
        if id(s) not in own and not s.entered
        and abs(s.box[0] - frame[0]) < 8 and -2 <= frame[1] - s.box[3] < 6
    ]  # fmt: skip
    boxes = [f for f in sheet.frames if f is not frame and f[3] - f[1] < 60] if heads else []
    return any(not any(covers(f, s.box) for f in boxes) for s in heads)


def _is_next_cell(frame: BBox, cell: BBox) -> bool:
    """True for the cell that ends and begins with another one's row, right beside it."""
    return abs(frame[1] - cell[1]) < 1 and abs(frame[3] - cell[3]) < 1 and abs(frame[0] - cell[2]) < 1


def is_behind(hit: LabelHit, box: BBox, slack: float) -> bool:
    """True for what stands right of the label's line that it is level with, or of all its lines."""
    lines = (hit.segment, *hit.below)
    level = [s for s in lines if box[1] - 1 <= (s.box[1] + s.box[3]) / 2 <= box[3] + 1]
    return box[0] >= max(s.box[2] for s in level or lines) - slack


def frame_beside(hit: LabelHit, label: BBox, sheet: Sheet, limit: float) -> BBox | None:
    """The frame to write in that stands right of the label, or the next cell of its row."""
    segment = hit.segment
    middle = (segment.box[1] + segment.box[3]) / 2
    found = [
        f for f in sheet.frames
        if f[0] <= limit - 3 and f[3] - f[1] <= 160 and not is_narrow(f, sheet) and is_behind(hit, f, 4)
    ]  # fmt: skip
    level = [f for f in found if f[1] - 0.5 <= middle <= f[3] + 0.5 or _level(f, label)]
    if not level and segment.frame is not None and is_cell(segment.frame, sheet):
        level = [f for f in found if _in_row(f, segment.frame) and not _is_anothers(f, segment, sheet)]
    best: BBox | None = None
    for frame in level:
        if (
            best is None
            or frame[0] < best[0] - 0.5
            or (abs(frame[0] - best[0]) <= 0.5 and frame[2] < best[2])
        ):
            best = frame
    if best is not None:
        best = whole_comb(best, sheet)
        between = [
            s
            for s in sheet.segments
            if segment.box[2] < s.box[0]
            and s.box[2] <= best[0] + 1
            and any(map(str.isalnum, s.text))  # the label's own colon, or star, may stand apart
            and abs((s.box[1] + s.box[3]) / 2 - middle) < 5
        ]
        return None if between else best
    if segment.frame is None:
        return None
    # A cell made of ruling lines: what stands in the next cell of the row tells its frame.
    cells = [
        s.frame
        for s in sheet.segments
        if s.frame is not None
        and abs(s.frame[0] - segment.frame[2]) < 4
        and (s.frame[1] - 2 <= middle <= s.frame[3] + 2 or _in_row(s.frame, segment.frame))
        and s.frame[0] < limit
    ]
    return cells[0] if cells else None


def _level(frame: BBox, label: BBox) -> bool:
    """True when a frame stands beside a label of several lines."""
    shared = min(frame[3], label[3]) - max(frame[1], label[1])
    return shared >= 0.6 * min(frame[3] - frame[1], label[3] - label[1])


def _in_row(frame: BBox, cell: BBox) -> bool:
    """True for a box to write in within the row of a label's cell, wherever in its height."""
    return cell[1] - 2 <= frame[1] and frame[3] <= cell[3] + 2


def _is_anothers(frame: BBox, segment: Segment, sheet: Sheet) -> bool:
    """True where other words of the same cell stand level with a box: a frame around rows is no row."""
    cell = segment.frame
    return cell is not None and any(
        s is not segment
        and s.box[2] <= frame[0] + 1
        and covers(cell, s.box)
        and frame[1] <= (s.box[1] + s.box[3]) / 2 <= frame[3]
        for s in sheet.segments
    )


def is_narrow(frame: BBox, sheet: Sheet) -> bool:
    """True for a box with no room for a value that is no part of a row of such boxes."""
    if frame[2] - frame[0] >= 14:
        return False
    left, _, right, _ = whole_comb(frame, sheet)
    return right - left < 45


def whole_comb(frame: BBox, sheet: Sheet) -> BBox:
    """Small cells side by side are one place to write, one character each."""
    left, top, right, bottom = frame
    if right - left > 30:
        return frame
    grown = True
    while grown:
        grown = False
        for other in sheet.frames:
            if abs(other[1] - top) >= 2 or abs(other[3] - bottom) >= 2 or other[2] - other[0] > 30:
                continue
            if -2 <= other[0] - right <= 9:
                right, grown = other[2], True
            elif -2 <= left - other[2] <= 9:
                left, grown = other[0], True
    return (left, top, right, bottom)


def is_in_one_of_many_boxes(place: Found, sheet: Sheet) -> bool:
    """True for a digit in a narrow box that another one of its size touches: a box for each digit."""
    if len(place.text.strip()) != 1 or not place.words:
        return False
    left, top, right, bottom = place.words[0].box
    own = [
        f
        for f in sheet.frames
        if f[0] - 1 <= left and right <= f[2] + 1 and f[1] - 2 <= top + 2 and bottom - 2 <= f[3] + 2
    ]
    return any(
        f[2] - f[0] < _ONE_DIGIT_S_BOX
        and any(
            abs(o[1] - f[1]) < 2
            and abs((o[2] - o[0]) - (f[2] - f[0])) < 2
            and (abs(o[0] - f[2]) < 3 or abs(o[2] - f[0]) < 3)
            for o in sheet.frames
        )
        for f in own
    )
