"""The walk through WordprocessingML: paragraphs, tables, and the form fields where they stand."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Literal

from parsers.documents.docx_controls import (
    Repeat,
    content_control,
    is_container,
    legacy_field,
    repeating_item,
    tag_of,
)
from parsers.documents.docx_xml import attribute, child, integer, is_on, local
from parsers.documents.reading import Block, CellPosition, Widget

BlockKind = Literal["paragraph", "heading", "cell", "header", "footer", "textbox"]
_SCRIBBLE = 20
"""Points of a shape from which on it was drawn by hand: no arrow or frame has as many."""
_MAX_DEPTH = 120
_MAX_BLOCKS = 50_000
# Symbol fonts' boxes and ticks (Wingdings, Wingdings 2) as characters that everybody has.
_SYMBOLS = {
    "A8": "☐", "6F": "☐", "71": "☐", "72": "☐", "FE": "☒", "FD": "☒", "78": "☒", "FC": "✓", "FB": "✗",
    "A3": "☐", "52": "☑", "53": "☒", "54": "☒", "50": "✓", "4F": "✗", "6E": "■", "A2": "■",
}  # fmt: skip


_LOOKS = frozenset({"vanish", "b", "strike", "dstrike"})
_PLAIN: frozenset[str] = frozenset()


def _looks(properties: Any) -> frozenset[str]:
    """Which of these are on in a run's properties; of one that is given twice, the first counts."""
    on: dict[str, bool] = {}
    for element in properties:
        name = local(element)
        if name in _LOOKS and name not in on:
            on[name] = is_on(element)
    return frozenset(name for name, is_on in on.items() if is_on) if on else _PLAIN


@dataclass(slots=True)
class _LegacyField:
    """A complex field between its begin and end marks."""

    data: Any | None
    start: int
    in_result: bool = False
    instruction: str = ""
    result_start: int = 0


@dataclass(slots=True)
class _Text:
    """The text of the paragraph under way."""

    pieces: list[str]
    length: int = 0
    bold: int = 0
    struck: bool = False
    """Whether words of it were struck out; they are left out."""

    def add(self, text: str, bold: bool = False) -> None:
        self.pieces.append(text)
        self.length += len(text)
        if bold:
            self.bold += len(text.strip())

    def since(self, start: int) -> str:
        return "".join(self.pieces)[start:]

    def cut(self, start: int) -> None:
        kept = "".join(self.pieces)[:start]
        self.pieces[:] = [kept]
        self.length = len(kept)


class BodyWalk:
    """Collects blocks, widgets and picture references while it walks."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.widgets: list[Widget] = []
        self.pictures: list[tuple[str, int]] = []
        self.scribbles: list[int] = []
        """Blocks in which a line was drawn by hand, as a shape."""
        self._tables = 0
        self._kind: BlockKind = "paragraph"
        self._cell: CellPosition | None = None
        self._fields: list[_LegacyField] = []
        self._repeat: Repeat | None = None
        self._after: list[Any] = []

    def body(self, root: Any) -> None:
        body = child(root, "body")
        self._children(root if body is None else body, 0)

    def side(self, root: Any, kind: Literal["header", "footer"]) -> None:
        self._kind = kind
        self._children(root, 0)
        self._kind = "paragraph"

    @property
    def words_alone(self) -> bool:
        """True where nothing but paragraphs was met: they would be the same in any other walk."""
        others = (self.widgets, self.pictures, self.scribbles, self._fields, self._tables)
        return not any(others) and len(self.blocks) < _MAX_BLOCKS

    @property
    def in_a_field(self) -> bool:
        """True where a complex field has begun, to which what comes next belongs."""
        return bool(self._fields)

    # Block level

    def _children(self, element: Any, depth: int) -> None:
        for item in element:
            self._block(item, depth)

    def _block(self, item: Any, depth: int) -> None:
        if depth > _MAX_DEPTH:
            raise RecursionError
        name = local(item)
        if name == "p":
            self._paragraph(item, depth)
        elif name == "tbl":
            self._table(item, depth)
        elif name == "sdt":
            self._block_control(item, depth)
        elif name in ("ins", "moveTo", "customXml", "smartTag", "sdtContent"):
            self._children(item, depth + 1)
        elif name == "AlternateContent":
            self._block_alternative(item, depth)

    def _block_alternative(self, item: Any, depth: int) -> None:
        chosen = child(item, "Choice")
        chosen = child(item, "Fallback") if chosen is None else chosen
        if chosen is not None:
            self._children(chosen, depth + 1)

    def _paragraph(self, paragraph: Any, depth: int) -> None:
        if len(self.blocks) >= _MAX_BLOCKS:
            return
        text = _Text([])
        properties = child(paragraph, "pPr")
        fields = len(self.widgets)
        self._runs(paragraph, text, depth)
        waiting, self._after = self._after, []
        alone = len(self.widgets) == fields and not "".join(text.pieces).strip()
        if not (waiting and alone):  # a text box alone leaves no empty line
            self._emit(text, _heading(properties))
        kind, self._kind = self._kind, "textbox"
        for box in waiting:
            self._children(box, depth + 1)
        self._kind = kind

    def _emit(self, text: _Text, heading: bool) -> None:
        content = "".join(text.pieces)
        kind: BlockKind = self._kind
        if self._cell is not None and kind == "paragraph":
            kind = "cell"
        elif heading and kind == "paragraph":
            kind = "heading"
        letters = sum(map(len, content.split())) if text.bold else 0
        bold = letters > 0 and text.bold >= 0.8 * letters
        self.blocks.append(Block(content, kind, self._cell, bold, text.struck))

    def _table(self, table: Any, depth: int) -> None:
        number = self._tables
        self._tables += 1
        outer = self._cell
        row_number = 0
        for row in _through(table, "tr"):
            properties = child(row, "trPr")
            if properties is not None and child(properties, "del") is not None:
                continue
            column = (
                int(attribute(child(properties, "gridBefore"), "val") or 0)
                if (properties is not None and child(properties, "gridBefore") is not None)
                else 0
            )
            self._row(row, number, row_number, column, depth)
            row_number += 1
        self._cell = outer

    def _row(self, row: Any, table: int, number: int, column: int, depth: int) -> None:
        repeat = self._repeat
        wrapper = row.getparent()
        section = repeating_item(wrapper)
        if section is not None:
            self._repeat = section
        for holder, cell in _cells(row):
            properties = child(cell, "tcPr")
            span = 1
            merged_below = False
            if properties is not None:
                grid = child(properties, "gridSpan")
                span = integer(attribute(grid, "val"), 1) if grid is not None else 1
                merge = child(properties, "vMerge")
                merged_below = merge is not None and attribute(merge, "val") in (None, "continue")
            if not merged_below:
                self._cell = CellPosition(table, number, column, 1, max(1, span))
                if holder is not None:
                    self._control_around(holder, cell, depth)
                else:
                    self._children(cell, depth + 1)
            column += max(1, span)
        self._repeat = repeat

    def _block_control(self, control: Any, depth: int) -> None:
        content = child(control, "sdtContent")
        if content is None:
            return
        properties = child(control, "sdtPr")
        if properties is not None and child(properties, "repeatingSection") is not None:
            tag = tag_of(properties)
            items = [c for c in content if local(c) == "sdt"]
            outer = self._repeat
            for index, item in enumerate(items):
                self._repeat = (tag, index)
                inner = child(item, "sdtContent")
                if inner is not None:
                    self._children(inner, depth + 1)
            self._repeat = outer
            return
        if any(local(e) in ("tbl", "sdt") for e in content) or is_container(properties):
            self._children(content, depth + 1)
            return
        self._control_around(control, content, depth)

    def _control_around(self, control: Any, content: Any, depth: int) -> None:
        """A control that holds whole paragraphs: one widget over their text."""
        properties = child(control, "sdtPr")
        first = len(self.blocks)
        inner = len(self.widgets)
        self._children(content, depth + 1)
        if len(self.widgets) > inner or properties is None:
            return  # a wrapper around other controls
        text = "\n".join(block.text for block in self.blocks[first:]).strip()
        widget, shown = content_control(properties, text, self._repeat)
        if widget is None:
            return
        if shown != text or len(self.blocks) > first + 1:
            for index in range(first, len(self.blocks)):
                self.blocks[index] = replace(self.blocks[index], text=shown if index == first else "")
        self.widgets.append(replace(widget, block=first if first < len(self.blocks) else None, offset=0))

    # Run level

    def _runs(self, element: Any, text: _Text, depth: int) -> None:
        if depth > _MAX_DEPTH:
            raise RecursionError
        for item in element:
            name = local(item)
            if name == "r":
                self._run(item, text, depth)
            elif name == "sdt":
                self._inline_control(item, text, depth)
            elif name == "fldSimple":
                self._simple_field(item, text, depth)
            elif name in ("ins", "moveTo", "hyperlink", "smartTag", "customXml", "sdtContent", "dir", "bdo"):
                self._runs(item, text, depth + 1)
            elif name == "AlternateContent":
                self._inline_alternative(item, text, depth)

    def _inline_alternative(self, item: Any, text: _Text, depth: int) -> None:
        chosen = child(item, "Choice")
        if chosen is None or _holds_ink(chosen):
            chosen = child(item, "Fallback")
        if chosen is not None:
            self._run(chosen, text, depth + 1)
            self._runs(chosen, text, depth + 1)

    def _run(self, run: Any, text: _Text, depth: int) -> None:
        properties = child(run, "rPr")
        looks = frozenset() if properties is None else _looks(properties)
        if "vanish" in looks:
            return
        bold = "b" in looks
        struck = "strike" in looks or "dstrike" in looks
        for item in run:
            name = local(item)
            if struck and name in ("t", "sym", "noBreakHyphen"):
                text.struck = True
            elif name == "t":
                text.add(item.text or "", bold)
            elif name in ("tab", "ptab"):
                text.add("\t")
            elif name in ("br", "cr"):
                text.add("\n")
            elif name == "noBreakHyphen":
                text.add("-")
            elif name == "sym":
                text.add(_symbol(item), bold)
            elif name == "fldChar":
                self._field_mark(item, text)
            elif name == "instrText" and self._fields:
                self._fields[-1].instruction += item.text or ""
            elif name in ("drawing", "pict", "object"):
                self._drawing(item)
            elif name == "AlternateContent":
                self._inline_alternative(item, text, depth)

    def _drawing(self, drawing: Any) -> None:
        for item in drawing.iter():
            name = local(item)
            if name == "txbxContent":
                if not any(local(a) == "txbxContent" for a in _between(item, drawing)):
                    self._after.append(item)
            elif name == "blip":
                self._picture(attribute(item, "embed"))
            elif name == "imagedata":
                self._picture(attribute(item, "id"))
            elif name == "custGeom" and sum(local(a) == "pt" for a in item.iter()) >= _SCRIBBLE:
                self.scribbles.append(len(self.blocks))

    def _picture(self, relation: str | None) -> None:
        if relation:
            self.pictures.append((relation, len(self.blocks)))

    def _inline_control(self, control: Any, text: _Text, depth: int) -> None:
        content = child(control, "sdtContent")
        properties = child(control, "sdtPr")
        start, inner = text.length, len(self.widgets)
        if content is not None:
            self._runs(content, text, depth + 1)
        if properties is None or len(self.widgets) > inner:
            return
        written = text.since(start)
        widget, shown = content_control(properties, written.strip(), self._repeat)
        if widget is None:
            return
        if shown != written.strip():
            text.cut(start)
            text.add(shown)
        self.widgets.append(replace(widget, block=len(self.blocks), offset=start))

    # Form fields

    def _field_mark(self, mark: Any, text: _Text) -> None:
        kind = attribute(mark, "fldCharType")
        if kind == "begin":
            self._fields.append(_LegacyField(child(mark, "ffData"), text.length))
        elif kind == "separate" and self._fields:
            self._fields[-1].in_result = True
            self._fields[-1].result_start = text.length
        elif kind == "end" and self._fields:
            done = self._fields.pop()
            start = done.result_start if done.in_result else text.length
            if done.start > text.length or start > text.length:
                start = 0  # the field began in an earlier paragraph
            if done.data is not None:
                self._legacy(done.data, text.since(start) if done.in_result else "", text, start)

    def _simple_field(self, element: Any, text: _Text, depth: int) -> None:
        start = text.length
        self._runs(element, text, depth + 1)
        data = child(element, "ffData")
        data = child(element, "fldData") if data is None else data
        if data is not None and child(data, "name") is not None:
            self._legacy(data, text.since(start), text, start)

    def _legacy(self, data: Any, written: str, text: _Text, start: int) -> None:
        widget, shown = legacy_field(data, written)
        text.cut(start)
        text.add(shown)
        self.widgets.append(replace(widget, block=len(self.blocks), offset=start))


def _holds_ink(choice: Any) -> bool:
    """True for what was drawn with Word's pen: what else stands there is its picture."""
    return any(local(item) == "contentPart" for item in choice.iter())


def _symbol(element: Any) -> str:
    code = (attribute(element, "char") or "").upper()
    if "WINGDINGS" in (attribute(element, "font") or "").upper():
        return _SYMBOLS.get(code[-2:], "")
    return chr(int(code, 16)) if re.fullmatch(r"[0-9A-F]{2,4}", code) else ""


def _heading(properties: Any | None) -> bool:
    style = child(properties, "pStyle") if properties is not None else None
    name = (attribute(style, "val") or "").lower() if style is not None else ""
    return name.startswith(("heading", "titre", "title", "überschrift", "berschrift", "titel", "subtitle"))


def _through(element: Any, wanted: str) -> list[Any]:
    """Children of that name, also inside controls and accepted insertions."""
    found = []
    for item in element:
        name = local(item)
        if name == wanted:
            found.append(item)
        elif name in ("sdt", "sdtContent", "ins", "customXml", "moveTo"):
            found += _through(item, wanted)
    return found


def _cells(row: Any) -> list[tuple[Any | None, Any]]:
    """(control around the cell or None, cell)"""
    found: list[tuple[Any | None, Any]] = []
    for item in row:
        name = local(item)
        if name == "tc":
            found.append((None, item))
        elif name == "sdt":
            content = child(item, "sdtContent")
            inner = _through(content, "tc") if content is not None else []
            found += [(item if len(inner) == 1 else None, cell) for cell in inner]
        elif name in ("ins", "customXml", "moveTo"):
            found += [(None, cell) for cell in _through(item, "tc")]
    return found


def _between(item: Any, top: Any) -> list[Any]:
    found = []
    parent = item.getparent()
    while parent is not None and parent is not top:
        found.append(parent)
        parent = parent.getparent()
    return found
