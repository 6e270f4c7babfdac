"""Flowing text (DOCX, plain text) laid out on one long page, a table's cell as a drawn box."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from parsers.documents.reading import Block, Box, Page, Widget, Word
from parsers.layout.captions import labels_first
from parsers.layout.cell_combs import combs_joined
from parsers.remembered import TEXTS_OF_MAILS

_FLOW_WIDTH, _CHAR, _LINE = 1000.0, 5.0, 12.0
_FLOWS_KEPT = 2
_COLONS = frozenset({":", "："})
_OPEN_BRACKET = re.compile(r"[\[(](?!\S)")


@dataclass(frozen=True, slots=True)
class Line:
    """The words of one line. `alone`: nothing else of the page stands level with it or reaches into it, so
    that what is made of it depends on nothing but its words."""

    words: tuple[Word, ...]
    alone: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """`page` has everything but the words, which stand in `lines`; `widgets` are placed."""

    page: Page
    lines: tuple[Line, ...]
    widgets: tuple[Widget, ...]


@lru_cache(maxsize=_FLOWS_KEPT)
def laid_out(blocks: tuple[Block, ...], widgets: tuple[Widget, ...]) -> Flow:
    """The blocks as one long page; kept, as it is asked for to classify and again to extract."""
    ordered = labels_first(combs_joined(list(enumerate(blocks))))
    numbers, blocks = tuple(n for n, _ in ordered), tuple(b for _, b in ordered)
    lines: list[Line] = []
    # A box to tick may be written over two lines, a value may reach into those below it.
    reaching = any(_OPEN_BRACKET.search(b.text) for b in blocks) or any("\n" in w.value for w in widgets)
    boxes: list[Box] = []
    placed: list[Widget] = []
    by_block: dict[int, list[Widget]] = {}
    for widget in widgets:
        if widget.block is not None:
            by_block.setdefault(widget.block, []).append(widget)
    columns: dict[int, int] = {}
    for block in blocks:
        if block.cell:
            columns[block.cell.table] = max(
                columns.get(block.cell.table, 1), block.cell.column + block.cell.column_span
            )
    y = 20.0
    index = 0
    while index < len(blocks):
        cell = blocks[index].cell
        if blocks[index].kind == "footer":
            index += 1  # the form's own edition and page numbers
            continue
        if cell is None:
            y = (
                _lay_block(
                    blocks[index], numbers[index], 20.0, y, lines, by_block, placed, alone=not reaching
                )
                + 6.0
            )
            index += 1
            continue
        # One row of a table: its cells side by side, as high as the highest.
        row_top, row_bottom = y, y + _LINE
        cells: list[tuple[float, float]] = []
        position: tuple[int, int] | None = None
        cell_y = row_top + 2
        unit = (_FLOW_WIDTH - 40.0) / columns[cell.table]
        while index < len(blocks):
            here = blocks[index].cell
            if here is None or (here.table, here.row) != (cell.table, cell.row):
                break
            if position != (here.row, here.column):
                position = (here.row, here.column)
                cell_y = row_top + 2
                cells.append((20.0 + here.column * unit, 20.0 + (here.column + here.column_span) * unit))
                if len(cells) > 1 and blocks[index].text.strip() in _COLONS:
                    cells[-2:] = [(cells[-2][0], cells[-1][1])]  # a column of colons is the labels'
                    index += 1
                    continue
            longest = max(map(_units, blocks[index].text.split("\n")), default=0)
            narrow = (cells[-1][1] - cells[-1][0] - 6) / max(longest, 1)  # a long text stays in its cell
            cell_y = _lay_block(
                blocks[index],
                numbers[index],
                cells[-1][0] + 3,
                cell_y,
                lines,
                by_block,
                placed,
                min(_CHAR, narrow),
            )
            row_bottom = max(row_bottom, cell_y + 2)
            index += 1
        boxes += [Box(1, (left, row_top, right, row_bottom)) for left, right in cells]
        y = row_bottom
        if index < len(blocks):
            following = blocks[index].cell
            if following is None or following.table != cell.table:
                y += 6.0
    return Flow(Page(1, _FLOW_WIDTH, y + 20, boxes=tuple(boxes)), tuple(lines), tuple(placed))


def _lay_block(
    block: Block,
    number: int | None,
    left: float,
    top: float,
    lines: list[Line],
    by_block: dict[int, list[Widget]],
    placed: list[Widget],
    unit: float = _CHAR,
    alone: bool = False,
) -> float:
    """Puts a block's lines one under the other and returns where the next one starts."""
    size = 14.0 if block.kind == "heading" else 10.0
    starts = (
        sorted((w.offset or 0, w) for w in by_block[number])
        if number is not None and number in by_block
        else []
    )
    position, y = 0, top
    for line in block.text.split("\n"):
        if not starts:
            bold = block.bold or block.kind == "heading"
            lines.append(Line(_line_words(line, left, y, unit, size, bold), alone))
            y += _LINE
            continue
        x = left
        words: list[Word] = []
        reached: dict[int, float] = {}  # offset in the line -> where that stands
        for piece in re.finditer(r"\t|[^\S\t]+|[^\s]+", line):
            text = piece[0]
            reached |= {piece.start() + i: x + unit * i for i in range(len(text))}
            if text == "\t":
                x = _after_tab(x, left, unit)
                continue
            if not text.strip():
                x += unit
                continue
            begin = position + piece.start()
            owner = _owner(begin, starts)
            box = (x, y, x + unit * len(text), y + 10)
            if owner is None and text != "\ufffc":
                words.append(Word(text, 1, box, size=size, bold=block.bold or block.kind == "heading"))
            x += unit * len(text)
        lines.append(Line(tuple(words)))
        for offset, widget in starts:
            if position <= offset <= position + len(line):
                wx = reached.get(offset - position, x)
                width = (
                    unit * max(12, _length(widget)) if widget.kind not in ("checkbox", "radio") else unit * 1
                )
                below = _LINE * widget.value.count("\n")
                placed.append(replace(widget, page=1, box=(wx, y, wx + width, y + 10 + below)))
        position += len(line) + 1
        y += _LINE
    return y


def _after_tab(x: float, left: float, unit: float) -> float:
    """The next tab stop, 12 characters apart, and 4 more: a gap wherever the text before ends."""
    stop = 12 * unit
    return left + ((x - left) // stop + 1) * stop + 4 * unit


def _units(line: str) -> int:
    """How many characters wide a line is at most."""
    return len(line) + 15 * line.count("\t")


@lru_cache(maxsize=TEXTS_OF_MAILS)
def _line_words(line: str, left: float, top: float, unit: float, size: float, bold: bool) -> tuple[Word, ...]:
    """The words of a line without form fields; kept, as most lines of a form are the same in every copy."""
    words = []
    x = left
    for piece in re.finditer(r"\t|[^\S\t]+|[^\s]+", line):
        text = piece[0]
        if text == "\t":
            x = _after_tab(x, left, unit)
        elif not text.strip():
            x += unit
        else:
            if text != "\ufffc":
                words.append(Word(text, 1, (x, top, x + unit * len(text), top + 10), size=size, bold=bold))
            x += unit * len(text)
    return tuple(words)


def _owner(begin: int, starts: Sequence[tuple[int, Widget]]) -> Widget | None:
    """The widget whose value the character at that offset belongs to."""
    return next((w for offset, w in starts if offset <= begin < offset + max(1, _length(w))), None)


def _length(widget: Widget) -> int:
    return 1 if widget.kind in ("checkbox", "radio") else len(widget.shown)
