"""Tables of rows under printed column heads (the prestataires of a delivery note) -> claims."""

from __future__ import annotations

import re

from pydantic import JsonValue

from parsers.claims import Claim
from parsers.labels.index import index_of
from parsers.layout.sheet import Segment, Sheet, union
from parsers.no_value import is_absent
from parsers.printed.context import Context
from parsers.printed.further_lines import on_one_level
from parsers.table_heads import cell_of, head_of, heads_beside
from parsers.types import BBox, FieldDef, Source
from parsers.values import parse_value

_Cells = dict[str, list[Segment]]
"""What stands in one line, by the column that it stands in."""

_MAX_ROWS = 500
_RUNNING_HEAD = 0.12
"""Of a page's height, at its top."""
_EDGE = 6.0
"""Points by which the cells of one column may begin and end elsewhere."""
_PAGE = re.compile(r"(?:page|seite|p\.)\s*\d{1,3}(?:\s*(?:/|sur|von|of|de)\s*\d{1,3})?", re.I)
"""A page's number, at the foot of the page."""
_UNKNOWN_HEAD = 0.88
"""How sure rows are beside a column whose head says nothing: it may be the one that was not found."""


def claims_from_tables(context: Context) -> list[Claim]:
    """One claim for each table field whose column heads are printed; over page breaks too."""
    claims = []
    for definition in context.form.fields:
        if definition.type == "table":
            claim = _read(definition, context)
            if claim is not None:
                claims.append(claim)
    return claims


def _read(definition: FieldDef, context: Context) -> Claim | None:
    index = index_of(definition.columns)
    rows: list[JsonValue] = []
    boxes: list[BBox] = []
    sure = 0.98
    page: int | None = None
    head: dict[str, Segment] | None = None
    ocr = False
    for sheet in context.sheets:
        here = head_of(sheet, index)
        if here is None and head is None:
            continue
        top = max(s.box[3] for s in here.values()) if here else 0.0
        for head_cell in (here or {}).values():
            top = max(top, *(s.box[3] for s in cell_of(head_cell, sheet)))
        if here and len(here) < len(definition.columns) and heads_beside(sheet, here):
            sure = min(sure, _UNKNOWN_HEAD)
        head = here or head
        if head is None:
            continue
        lines = _rows(sheet, head, top, context)
        if here is None:
            lines = _without_running_head(lines, sheet)
            if not rows and not (lines and _proves_a_row(lines[0], definition)):
                continue  # nothing of a table whose heads ended the page before
        for number, cells in enumerate(lines):
            row, confidence, box, read = _row(cells, definition)
            if row is None:
                if any(_proves_a_row(later, definition) for later in lines[number + 1 :]):
                    sure = min(sure, _UNKNOWN_HEAD)  # perhaps the table goes on behind what parts it
                break
            if row:
                rows.append(row)
                sure = min(sure, confidence)
                ocr = ocr or read
                boxes += [box] if box else []
                page = page or sheet.number
            if len(rows) >= _MAX_ROWS:
                break
    if not rows:
        return None
    evidence = (f"{len(rows)} rows under the heads of “{definition.id}”",)
    source: Source = "ocr" if ocr else "table"
    return Claim(definition.id, rows, None, sure, source, 2, page, union(boxes), evidence, True)


def _rows(sheet: Sheet, head: dict[str, Segment], top: float, context: Context) -> list[_Cells]:
    """Segments below the heads, line by line, each under the head that it stands under."""
    order = sorted(head.items(), key=lambda item: item[1].box[0])
    spans: dict[str, tuple[float, float]] = {}
    for number, (column, segment) in enumerate(order):
        if segment.frame is not None:
            spans[column] = (segment.frame[0] - 2, segment.frame[2] + 2)
        else:
            end = order[number + 1][1].box[0] - 4 if number + 1 < len(order) else sheet.width
            spans[column] = (segment.box[0] - 12, end)
    lines: list[list[Segment]] = []
    bottom = top
    for segment in sheet.segments:
        if segment.box[1] < top - 2:
            continue
        if lines and segment.box[1] - bottom > 70:
            break
        if id(segment) in context.labels or _divided_otherwise(segment, head):
            break
        if _PAGE.fullmatch(segment.text):
            lines = [line for line in lines if not on_one_level(line[0], segment)]
            break  # the foot of the page
        middle = (segment.box[1] + segment.box[3]) / 2
        if lines and abs((lines[-1][0].box[1] + lines[-1][0].box[3]) / 2 - middle) < 5:
            lines[-1].append(segment)
        else:
            lines.append([segment])
        bottom = segment.box[3]
    result: list[_Cells] = []
    for line in lines:
        cells: _Cells = {}
        for segment in line:
            left = (segment.box[0] + min(segment.box[2], segment.box[0] + 20)) / 2
            column_id = next((c for c, (a, b) in spans.items() if a <= left <= b), None)
            if column_id:
                cells.setdefault(column_id, []).append(segment)
        if result and len(cells) == 1:
            (column_id, more), *_ = cells.items()
            begun = result[-1].get(column_id)
            if begun and more[0].frame is not None and more[0].frame == begun[-1].frame:
                begun += more  # the cell goes on
                continue
        result.append(cells)
    return result


def _proves_a_row(cells: _Cells, definition: FieldDef) -> bool:
    """True for a line with a code in the codes' column."""
    codes = [c for c in definition.columns if c.type == "code_prestataire"]
    return any(parse_value(c.type, s.text, c).certain for c in codes for s in cells.get(c.id, ()))


def _without_running_head(lines: list[_Cells], sheet: Sheet) -> list[_Cells]:
    """The lines of a page that a table goes on to, from behind the title that is printed again at its top."""
    for number, cells in enumerate(lines):
        bottom = max((s.box[3] for segments in cells.values() for s in segments), default=0.0)
        if len(cells) > 1 or bottom > _RUNNING_HEAD * sheet.height:
            return lines[number:]
    return []


def _divided_otherwise(segment: Segment, head: dict[str, Segment]) -> bool:
    """True for a cell below ruled columns that ends or begins within one of them: another table's."""
    columns = [s.frame for s in head.values() if s.frame is not None]
    cell = segment.frame
    return (
        cell is not None
        and not segment.entered
        and any(
            column[0] + _EDGE < edge < column[2] - _EDGE for column in columns for edge in (cell[0], cell[2])
        )
    )


def _row(
    cells: dict[str, list[Segment]], definition: FieldDef
) -> tuple[dict[str, JsonValue] | None, float, BBox | None, bool]:
    """(values, confidence, box, read by OCR); values None where the table has ended."""
    row: dict[str, JsonValue] = {}
    sure, ocr = 0.98, False
    boxes: list[BBox] = []
    for column in definition.columns:
        segments = cells.get(column.id, [])
        text = " ".join(s.text for s in segments)
        if not text or is_absent(text):
            continue
        result = parse_value(column.type, text, column)
        if result.value is None:
            continue
        if result.problem == "malformed":
            if len(cells) == 1:
                return None, 0.0, None, False
            sure = min(sure, 0.8)
        row[column.id] = result.value
        for word in (w for s in segments for w in s.words):
            if word.confidence is not None:
                sure, ocr = min(sure, word.confidence), True
        boxes += [s.box for s in segments]
    if len(cells) == 1 and row and len(definition.columns) > 2:
        # A single filled column under the table is a sentence, a total or a signature.
        return None, 0.0, None, False
    return row, sure, union(boxes), ocr
