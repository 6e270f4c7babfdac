"""A table's cells with one character each, as a comb on paper has them -> one cell with all of it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from parsers.documents.reading import Block, CellPosition

Item = tuple[int | None, Block]
"""A block and its index in the reading; None for what was put together, which holds no form fields."""

_ONE = re.compile(r"[^\W_]|[-–/.,+]")
_MANY = 5
"""Characters in a row of their own that are no columns of a table, whatever other rows hold."""


def combs_joined(items: Sequence[Item]) -> list[Item]:
    """The blocks, each row of cells with one character put together."""
    if sum(_character(block) != "" for _, block in items) < 2:
        return list(items)
    wide = _wide_columns(block for _, block in items)
    joined: list[Item] = []
    for _, row in groupby(items, key=lambda item: _row(item[1])):
        joined += _joined(list(row), wide)
    return _into_outer_cells(joined)


def _joined(row: list[Item], wide: dict[int, dict[int, set[int]]]) -> list[Item]:
    cells = [list(items) for _, items in groupby(row, key=lambda item: item[1].cell)]
    done: list[Item] = []
    at = 0
    while at < len(cells):
        end = at
        while end < len(cells) and _may_hold_one(cells[end]) and _touches(cells[at:end], cells[end]):
            end += 1
        run = cells[at:end]
        positions = [cell for _, block in (items[0] for items in run) if (cell := block.cell) is not None]
        text = "".join("".join(_character(block) for _, block in cell) or " " for cell in run).strip()
        if _is_comb(positions, text, wide):
            first, last = positions[0], positions[-1]
            cell = replace(first, column_span=last.column + last.column_span - first.column)
            done.append((None, replace(run[0][0][1], text=re.sub(r" +", " ", text), cell=cell)))
            at = end
        else:
            done += cells[at]
            at += 1
    return done


def _is_comb(cells: list[CellPosition], text: str, wide: dict[int, dict[int, set[int]]]) -> bool:
    """True for at least two characters, a digit among them, in columns that hold nothing longer."""
    written = text.replace(" ", "")
    if len(written) < 2 or not re.search(r"\d", written):
        return False
    taken = sum(bool(wide[c.table][c.column] - {c.row}) for c in cells)
    return not taken or (len(written) >= _MANY and 2 * taken < len(cells))


def _wide_columns(blocks: Iterable[Block]) -> dict[int, dict[int, set[int]]]:
    """By table and column, the rows in which more than one character stands."""
    found: dict[int, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for block in blocks:
        cell = block.cell
        if cell is not None and cell.column_span == 1 and len(_bare(block)) > 1:
            found[cell.table][cell.column].add(cell.row)
    return found


def _into_outer_cells(items: list[Item]) -> list[Item]:
    """A comb that is a table of its own in a cell of another one stands in that cell."""
    placed = list(items)
    for at in range(1, len(placed) - 1):
        before, block, after = (placed[at + step][1] for step in (-1, 0, 1))
        inner, outer = block.cell, after.cell
        nested = placed[at][0] is None and inner is not None and outer is not None and not _bare(after)
        if nested and _row(before) == _row(after) != _row(block):
            placed[at] = (None, replace(block, cell=outer))
    return placed


def _may_hold_one(cell: list[Item]) -> bool:
    return cell[0][1].cell is not None and all(not _bare(b) or _character(b) for _, b in cell)


def _touches(run: list[list[Item]], cell: list[Item]) -> bool:
    before, here = run[-1][0][1].cell if run else None, cell[0][1].cell
    return not run or (
        before is not None and here is not None and before.column + before.column_span == here.column
    )


def _character(block: Block) -> str:
    """The one character of a table's cell; empty for anything else."""
    text = _bare(block)
    return text if block.cell is not None and _ONE.fullmatch(text) else ""


def _bare(block: Block) -> str:
    return block.text.strip("\ufffc _\n\t.") or block.text.strip("\ufffc _\n\t")


def _row(block: Block) -> tuple[int, int] | None:
    cell: CellPosition | None = block.cell
    return None if cell is None else (cell.table, cell.row)
