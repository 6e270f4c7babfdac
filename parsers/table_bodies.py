"""Numbers in the rows of a table that the form does not ask for: one row's number is never the total."""

from __future__ import annotations

from collections.abc import Collection

from parsers.layout.sheet import Segment, Sheet
from parsers.types import BBox
from parsers.values import parse_value

_SAME_ROW = 5.0
"""Points between the middles of what stands in one row."""


def in_table_body(head: Segment, value: BBox, sheet: Sheet, labels: Collection[int]) -> bool:
    """True when a number under a label stands in a row of a table whose column the label heads.

    Either the column goes on with another number, or the row has cells under further heads that ask for
    no field of the form (`labels` are the ids of the segments that do).
    """
    column = (min(value[0], head.box[0]), max(value[2], head.box[2]))
    reach = value[3] + 4 * (value[3] - value[1])
    below = [s for s in sheet.segments if value[3] - 2 <= s.box[1] < reach and _over(s.box, column)]
    following = min(below, key=lambda s: s.box[1], default=None)
    if following is not None and parse_value("int", following.text).certain:
        return True
    row = [s for s in sheet.segments if _level(s.box, value) and not _over(s.box, column)]
    heads = [
        s for s in sheet.segments
        if _level(s.box, head.box) and s is not head and id(s) not in labels and not s.entered
    ]  # fmt: skip
    filled = [cell for cell in row if any(_over(cell.box, (h.box[0], h.box[2])) for h in heads)]
    return len(filled) > 1 or any(parse_value("code_prestataire", s.text).certain for s in filled)


def _level(a: BBox, b: BBox) -> bool:
    return abs(a[1] + a[3] - b[1] - b[3]) < 2 * _SAME_ROW


def _over(box: BBox, column: tuple[float, float]) -> bool:
    return box[0] < column[1] and box[2] > column[0]
