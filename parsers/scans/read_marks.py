"""Boxes and rings to tick that were read as letters: « (@) Non » is a ring with a dot before a word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from parsers.documents.reading import Box, Word
from parsers.types import BBox

_INSIDE = 0.6
_TOUCHED = 0.94
_LETTER_GAP = 0.22
"""Of a line's height: letters of a word stand closer, a box stands farther from its words."""


def without_read_marks(words: Sequence[Word], boxes: Sequence[Box]) -> list[Word]:
    """The words without those that are nothing but a box to tick: no two letters, a box in their midst."""
    ticks = [box.box for box in boxes if box.tick is not None]
    return [word for word in words if not (_wordless(word) and any(_holds(word, box) for box in ticks))]


def _wordless(word: Word) -> bool:
    return len(word.text) <= 3 and sum(map(str.isalnum, word.text)) <= 1


def _holds(word: Word, box: tuple[float, float, float, float]) -> bool:
    left, top, right, bottom = word.box
    across = min(right, box[2]) - max(left, box[0])
    down = min(bottom, box[3]) - max(top, box[1])
    return across >= _INSIDE * (box[2] - box[0]) and down >= _INSIDE * (box[3] - box[1])


def doubted_beside(words: Sequence[Word], boxes: Sequence[Box]) -> list[Word]:
    """The words, in doubt where a box touches them: it may have been a letter of theirs."""
    ticks = [box.box for box in boxes if box.tick is not None]
    return [
        replace(word, confidence=min(word.confidence, _TOUCHED))
        if word.confidence is not None and any(_touches(word.box, tick) for tick in ticks)
        else word
        for word in words
    ]


def _touches(word: BBox, tick: BBox) -> bool:
    height = word[3] - word[1]
    level = min(word[3], tick[3]) - max(word[1], tick[1]) > 0.5 * min(height, tick[3] - tick[1])
    return level and max(word[0] - tick[2], tick[0] - word[2]) < _LETTER_GAP * height
