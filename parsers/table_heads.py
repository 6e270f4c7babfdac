"""The heads of a table's columns, printed side by side."""

from __future__ import annotations

import re

from parsers.labels.index import LabelIndex, index_of
from parsers.labels.text import match_text
from parsers.layout.sheet import Segment, Sheet
from parsers.types import FormDef


def table_heads(sheet: Sheet, form: FormDef) -> list[Segment]:
    """The segments of a page that head the columns of the form's tables."""
    heads: list[Segment] = []
    for definition in form.fields:
        if definition.type == "table":
            for head in (head_of(sheet, index_of(definition.columns)) or {}).values():
                heads += cell_of(head, sheet)
    return heads


def cell_of(head: Segment, sheet: Sheet) -> list[Segment]:
    """The lines of the cell that a head begins, top to bottom: set alike and close to each other."""
    lines = [head]
    for line in sheet.segments if head.frame is not None else ():
        last = lines[-1]
        close = line.box[1] - last.box[1] > 0 and line.box[1] - last.box[3] < 0.6 * (
            last.box[3] - last.box[1]
        )
        alike = abs(line.size - head.size) < 0.3 and line.bold == head.bold and not line.entered
        if line.frame == head.frame and close and alike and not re.search(r"\d", line.text):
            lines.append(line)
    return lines


def head_of(sheet: Sheet, index: LabelIndex) -> dict[str, Segment] | None:
    """Column id -> its head, for the first row where most heads stand side by side, two at least."""
    rows: list[list[Segment]] = []
    for segment in sheet.segments:
        middle = (segment.box[1] + segment.box[3]) / 2
        if rows and abs((rows[-1][0].box[1] + rows[-1][0].box[3]) / 2 - middle) < 9:
            rows[-1].append(segment)
        else:
            rows.append([segment])
    best: dict[str, Segment] | None = None
    for row in rows:
        found: dict[str, Segment] = {}
        for segment in row:
            lines = [segment.text, *(s.text for s in cell_of(segment, sheet) if s is not segment)]
            named = match_text(" ".join(lines).rstrip(" *:"), index) if len(lines) < 4 else None
            if named and named[1] != "weak":
                free = next((f for f in named[0] if f not in found), None)
                if free:
                    found[free] = segment
        if len(found) >= 2 and (best is None or len(found) > len(best)):
            best = found
    return best


def heads_beside(sheet: Sheet, heads: dict[str, Segment]) -> bool:
    """True when the row of heads has one more that names no column."""
    known = {id(s) for s in heads.values()}
    some = next(iter(heads.values()))
    return any(
        id(s) not in known and abs(s.box[1] + s.box[3] - some.box[1] - some.box[3]) < 8
        for s in sheet.segments
    )
