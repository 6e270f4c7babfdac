"""Tables in which cells and labels do not go in pairs: columns of answers, several cells beside one label."""

from __future__ import annotations

from parsers.labels.line import LabelHit
from parsers.layout.sheet import Segment, Sheet
from parsers.printed.context import Context, Found, is_free
from parsers.printed.neighbours import is_other_label
from parsers.types import BBox, FieldDef
from parsers.values import parse_value

_EDGE = 3.0
"""Points by which the edges of one row's or column's cells differ."""


def is_one_of_several(
    place: Found, hit: LabelHit, definition: FieldDef, sheet: Sheet, context: Context
) -> bool:
    """True for a value beside whose cell others are filled, too, where heads above say whose each is."""
    label = hit.segment.frame
    first = next((s for s in sheet.segments if place.words and place.words[0] in s.words), None)
    cell = first.frame if first is not None else None
    if label is None or cell is None or not _in_row(label, cell):
        return False
    head = _head(cell, sheet)
    beside = [
        s for s in sheet.segments
        if s.frame is not None and _in_row(s.frame, cell) and s.frame[0] > cell[0] + _EDGE
    ]  # fmt: skip
    if head is None or any(id(s) in context.labels or is_other_label(s) for s in beside):
        return False
    headed = [s for s in beside if _is_headed(s, head, sheet)]
    heads_rows = any(
        s.frame is not None and _in_row(s.frame, head) and _in_column(s.frame, label) for s in sheet.segments
    )
    if heads_rows:  # a table with a head for each column: only another one's own answer says as much
        return any(parse_value(definition.type, s.text, definition).certain for s in headed)
    return bool(headed)


def has_more_cells_in_its_row(place: Found, hit: LabelHit, sheet: Sheet, context: Context) -> bool:
    """True where the label's cell is as high as several, and what stands in the value's is not all of it."""
    label, own = hit.segment.frame, set(place.words)
    cell = next((s.frame for s in sheet.segments if own.intersection(s.words)), None)
    if label is None or cell is None or cell[3] > label[3] - _EDGE:
        return False
    lines = (hit.segment, *hit.below)
    if any(s.frame == label and id(s) in context.labels and s not in lines for s in sheet.segments):
        return False  # a frame around several labels
    return any(
        s.frame is not None
        and _in_column(s.frame, cell)
        and s.frame[1] >= cell[3] - _EDGE
        and s.frame[3] <= label[3] + _EDGE
        and is_free(s, context)
        and not own.intersection(s.words)
        for s in sheet.segments
    )


def _is_headed(segment: Segment, row: BBox, sheet: Sheet) -> bool:
    head = _head(segment.frame, sheet) if segment.frame is not None else None
    return head is not None and _in_row(head, row)


def _head(cell: BBox, sheet: Sheet) -> BBox | None:
    """The highest of the cells with words that stand upon each other over one; None where none does."""
    column = {
        f for f in (*sheet.frames, *(s.frame for s in sheet.segments if s.frame is not None))
        if _in_column(f, cell) and f[3] <= cell[1] + _EDGE
    }  # fmt: skip
    top = cell
    while above := [f for f in column if abs(f[3] - top[1]) < _EDGE and f[1] < top[1] - _EDGE]:
        top = max(above, key=lambda f: f[1])
    return top if top != cell and any(s.frame == top for s in sheet.segments) else None


def _in_row(one: BBox, other: BBox) -> bool:
    return abs(one[1] - other[1]) < _EDGE and abs(one[3] - other[3]) < _EDGE


def _in_column(one: BBox, other: BBox) -> bool:
    return abs(one[0] - other[0]) < _EDGE and abs(one[2] - other[2]) < _EDGE
