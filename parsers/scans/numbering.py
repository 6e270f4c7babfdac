"""Numbers and letters before labels that were misread ("ls Name" for "1. Name"): the others tell them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from parsers.documents.reading import Word

_NUMBER = re.compile(r"([0-9]{1,2})([.)])")
_SEVERAL, _LONGEST, _CLEAR = 3, 3, 0.86
"""Numbers that make a column, characters of a misread one, and the confidence of what was read well."""
_LETTER, _TWO_LETTERS = re.compile(r"[a-z]\)"), re.compile(r"[^\W\d_]{2}\)")
"""How a form letters its lines, and how one of them is misread."""
_APART = 3.0
"""Points by which the edges of a column's numbers differ."""


def renumbered(words: Sequence[Word]) -> list[Word]:
    """The words with the number for what was read, unsurely, in its place in a column of numbers."""
    found = [word for word in words if _NUMBER.fullmatch(word.text)]
    column = [w for w in found if sum(abs(w.box[0] - o.box[0]) < _APART for o in found) > _SEVERAL - 1]
    if not column:
        return list(words)
    left, right = min(w.box[0] for w in column), max(w.box[2] for w in column)
    return [_as_number(word, column) if _stands_in(word, left, right) else word for word in words]


def _stands_in(word: Word, left: float, right: float) -> bool:
    return (
        len(word.text) <= _LONGEST
        and (word.confidence or 0.0) < _CLEAR
        and _NUMBER.fullmatch(word.text) is None
        and abs(word.box[0] - left) < _APART
        and word.box[2] <= right + _APART
    )


def _as_number(word: Word, column: Sequence[Word]) -> Word:
    """The number after that of the line above; before that of the line below where there is none."""
    above = [w for w in column if w.box[1] < word.box[1]]
    near = max(above, key=lambda w: w.box[1]) if above else min(column, key=lambda w: w.box[1])
    said = _NUMBER.fullmatch(near.text)
    if said is None:
        return word
    number = max(1, int(said[1]) + (1 if above else -1))
    return replace(word, text=f"{number}{said[2]}")


def are_lettered(heads: Iterable[str]) -> bool:
    """True where so many of the lines' first words are "a)", "b)" … that it is the form's habit."""
    return sum(_LETTER.fullmatch(text) is not None for text in heads) >= _SEVERAL


def relettered(line: list[Word]) -> list[Word]:
    """The line with one letter for the two that its own ("l)") was read as, where the lines are lettered."""
    first = line[0] if len(line) > 1 else None
    if first is None or not _TWO_LETTERS.fullmatch(first.text):
        return line
    return [replace(first, text=f"{first.text[0].lower()})"), *line[1:]]
