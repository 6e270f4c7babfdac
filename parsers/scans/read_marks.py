"""Boxes and rings to tick that were read as letters: « (@) Non » is a ring with a dot before a word."""

from __future__ import annotations

from collections.abc import Sequence

from parsers.documents.reading import Box, Word

_INSIDE = 0.6


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
