"""Words of a page whose letters are set apart ("F o r m u l a i r e"), by the places of the letters.

PDFium takes wide letter spacing for blanks and may change the order of letters set one by one. A blank
between words is wider than the line's usual distance between letters.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from parsers.types import BBox

Letter = tuple[str, float, float, float, float, float]
"""The character, its origin (x, y; y downwards), its tight left and right, its size."""

_WIDER = 0.17
"""Of the letters' size: how much wider than the usual gap a blank is."""
_APART = 0.09
"""Of the letters' size: how much wider a line's narrowest blank is than its widest gap between letters."""
_SAME_LINE = 0.35
_SHORTEST_WORDS = 2.6
"""Letters a word on average, below which no language writes."""


def is_spaced(words: Sequence[str]) -> bool:
    """True for a page whose words are mostly pieces of one to three letters."""
    worded = [word for word in words if word.isalpha()]
    return len(worded) >= 40 and sum(map(len, worded)) < _SHORTEST_WORDS * len(worded)


def spaced_words(letters: Sequence[Letter]) -> list[tuple[str, int, BBox, bool]]:
    """(word, index of its first letter in `letters`, its box, whether its line is clear), line by line."""
    lines: list[list[int]] = []
    for index in sorted(range(len(letters)), key=lambda i: letters[i][2]):
        here = letters[index]
        if lines and here[2] - letters[lines[-1][0]][2] < _SAME_LINE * here[5]:
            lines[-1].append(index)
        else:
            lines.append([index])
    words: list[tuple[str, int, BBox, bool]] = []
    for line in lines:
        line.sort(key=lambda i: letters[i][1])
        gaps = [letters[b][3] - letters[a][4] for a, b in pairwise(line)]
        usual = median(gaps) if gaps else 0.0
        clear = _is_clear(
            [(gap - usual) / letters[index][5] for index, gap in zip(line[1:], gaps, strict=True)]
        )
        word = [line[0]]
        for index, gap in zip(line[1:], gaps, strict=True):
            if gap > usual + _WIDER * letters[index][5] and letters[index][0] not in ".,)":
                words.append((*_word(word, letters), clear))
                word = []
            word.append(index)
        words.append((*_word(word, letters), clear))
    return words


def _is_clear(gaps: Sequence[float]) -> bool:
    """True where the gaps of a line, in letters' sizes over the usual one, are blanks or none for sure."""
    blanks = [gap for gap in gaps if gap > _WIDER]
    others = [gap for gap in gaps if gap <= _WIDER]
    return max(others, default=0.0) < min([*blanks, 2 * _WIDER]) - _APART


def _word(indexes: Sequence[int], letters: Sequence[Letter]) -> tuple[str, int, BBox]:
    first, last = letters[indexes[0]], letters[indexes[-1]]
    size = max(letters[i][5] for i in indexes)
    box = (first[3], first[2] - 0.75 * size, max(last[4], first[4]), first[2] + 0.25 * size)
    return "".join(letters[i][0] for i in indexes), indexes[0], box
