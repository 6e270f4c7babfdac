"""Flowing forms that print their labels in brackets under the line to write on -> the labels first.

"Nova Santé S.à r.l." and under it "(dénomination sociale)", as in agreements and on paper forms. A note in
brackets that explains a label is none: what stands above it asks for something.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from parsers.concepts import understood
from parsers.documents.reading import Block, CellPosition
from parsers.folding import words_of
from parsers.layout.cell_combs import Item
from parsers.no_value import is_hint, without_samples

_BRACKETS = re.compile(r"[(\[](.*)[)\]][\s*:]*")
_BRACKETED = re.compile(r"[(\[][^()\[\]]*[)\]]")
_FEWEST = 3
"""Labels in brackets that make it the form's way to print them."""
_TICK = re.compile(r"[\u2610-\u2612\u25a0-\u25a3\uf0a8\uf0fe]|\[[ xX]?\]")
_ASKS = re.compile(r":(?:\s|$)")


@dataclass(frozen=True, slots=True)
class _Caption:
    """A label in brackets, and the blocks over it that answer; all are places in one list."""

    label: int
    values: range


def labels_first(plain: list[Item]) -> list[Item]:
    """The blocks with their indices, each label in brackets before what stands over it."""
    if sum(")" in block.text or "]" in block.text for _, block in plain) < _FEWEST:
        return plain
    items = [part for item in plain for part in _parted(item)]
    items = _rows_joined(items)
    captions = _captions(items)
    if not _is_usual(captions, items):
        return plain
    for number, caption in enumerate(captions):
        label = items[caption.label][1]
        cell = label.cell or CellPosition(-1 - number, 0, 0)  # one for each, as nothing else parts them
        head: Item = (None, replace(label, text=f"{asked_in_brackets(label.text)} :", cell=cell))
        values = [
            (at, replace(block, cell=cell)) for at, block in items[caption.values.start : caption.label]
        ]
        items[caption.values.start : caption.label + 1] = [head, *values]
    return items


def asked_in_brackets(text: str) -> str:
    """What a label in brackets asks for; empty for all that is none."""
    found = _BRACKETS.fullmatch(text.strip())
    if found is None:
        return ""
    bare = without_samples(_BRACKETED.sub(" ", found[1]))
    known = any(understood(words_of(said)) for said in (bare, found[1]))
    asks = words_of(bare) and known and not is_hint(bare) and not re.search(r"\d{3}|[()\[\]]", bare)
    return found[1].strip() if asks else ""


def _parted(item: Item) -> list[Item]:
    """The block, its last line apart where that is a label in brackets."""
    number, block = item
    *lines, last = block.text.split("\n")
    if not lines or not asked_in_brackets(last):
        return [item]
    return [(number, replace(block, text="\n".join(lines))), (None, replace(block, text=last))]


def _captions(items: Sequence[Item]) -> list[_Caption]:
    found = []
    for number, (_, block) in enumerate(items):
        if not asked_in_brackets(block.text):
            continue
        first = number
        while (
            first
            and items[first - 1][1].cell == block.cell
            and not asked_in_brackets(items[first - 1][1].text)
        ):
            first -= 1
            if block.cell is None:
                break
        found.append(_Caption(number, range(first, number)))
    return found


def _answers(block: Block, label: Block) -> bool:
    """True for what stands in the same cell as a label, and is none itself."""
    return block.cell == label.cell and not asked_in_brackets(block.text)


def _is_usual(captions: Sequence[_Caption], items: Sequence[Item]) -> bool:
    """True where most labels in brackets stand under what is no label itself."""
    mixed = _rows_with_others(items)
    values = notes = 0
    for caption in captions:
        text, cell = "\n".join(items[n][1].text for n in caption.values), items[caption.label][1].cell
        if not caption.values or (cell is not None and (cell.table, cell.row) in mixed):
            notes += 1
        elif words := words_of(text):
            explains = _ASKS.search(text) or (understood(words) and not _TICK.search(text))
            notes, values = (notes + 1, values) if explains else (notes, values + 1)
    asked = {items[c.label][1].text for c in captions}
    return len(asked) >= _FEWEST and values > 2 * notes


def _rows_with_others(items: Sequence[Item]) -> set[tuple[int, int]]:
    """The tables' rows in which a cell says something and has no label in brackets."""
    labelled = {block.cell for _, block in items if asked_in_brackets(block.text)}
    return {
        (block.cell.table, block.cell.row)
        for _, block in items
        if block.cell is not None and block.cell not in labelled and words_of(block.text)
    }


def _rows_joined(items: Sequence[Item]) -> list[Item]:
    """With each label of a row of labels in brackets in the cell of the row over it."""
    rows: list[list[Item]] = []
    for _, row in groupby(items, key=_row):
        lower = list(row)
        cells = {c.column: c for _, b in rows[-1] if (c := b.cell) is not None} if rows else {}
        first = lower[0][1].cell
        labels = [block for _, block in lower if words_of(block.text)]
        under = (
            (
                first is not None
                and first.row > 0
                and _row(rows[-1][0]) == (first.table, first.row - 1)
                and all(
                    asked_in_brackets(block.text) and block.cell and block.cell.column in cells
                    for block in labels
                )
                and not any(asked_in_brackets(block.text) for _, block in rows[-1])
            )
            if rows and labels
            else False
        )
        if not under:
            rows.append(lower)
            continue
        moved = [(n, replace(b, cell=cells[b.cell.column])) for n, b in lower if b in labels and b.cell]
        rows[-1] = sorted([*rows[-1], *moved], key=lambda item: item[1].cell.column if item[1].cell else 0)
    return [item for row in rows for item in row]


def _row(item: Item) -> tuple[int, int] | int | None:
    """What the blocks of one row of a table have in common."""
    number, block = item
    return number if block.cell is None else (block.cell.table, block.cell.row)
