"""Words that somebody struck out on paper, with a ruler or by hand.

Tesseract reads most words as if the stroke were not there, and a ruled stroke is taken away with the other
lines before it looks: what was struck out would be believed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from parsers.documents.reading import Ruling, Word
from parsers.scans.image import Sheet

_DARK = 150
_FEWEST_LETTERS = 3
_MIDDLE = (0.3, 0.72)
"""Of the height of a line of type, from its top: the baseline lies at 0.77."""
_SLOPES = np.linspace(-0.12, 0.12, 13)
_COVERED = 0.97
"""Inked share of a stroke from end to end. Between printed letters is paper."""
_BEYOND = 1.5
"""Heights of a line by which a ruling goes on beyond what was typed across it."""
_DOUBTED = 0.9
_THICKEST = 0.3
"""Of the height; what is darker than that is no stroke but a dark ground."""


def without_struck(
    words: Sequence[Word], rulings: Sequence[Ruling], sheet: Sheet
) -> tuple[list[Word], list[Word]]:
    """(words that stand, words under a stroke).

    What was typed across a line of the form, which goes on beyond it, stands, but is not believed.
    """
    crossed_ones = [word for word in words if _is_struck(word, sheet)]
    kept: list[Word] = []
    struck: list[Word] = []
    for word in words:
        if word not in crossed_ones:
            kept.append(word)
        elif _on_a_ruling(word, crossed_ones, rulings):
            kept.append(replace(word, confidence=min(word.confidence or 0.0, _DOUBTED)))
        else:
            struck.append(word)
    return kept, struck


def _on_a_ruling(word: Word, crossed_ones: Sequence[Word], rulings: Sequence[Ruling]) -> bool:
    """True where the line through a word goes on well beyond it and its crossed neighbours."""
    height = word.box[3] - word.box[1]
    row = [w for w in crossed_ones if abs(w.box[1] - word.box[1]) < 0.5 * height]
    left, right = min(w.box[0] for w in row), max(w.box[2] for w in row)
    return any(
        word.box[1] < (ruling.box[1] + ruling.box[3]) / 2 < word.box[3]
        and ruling.box[0] <= word.box[0] + 1
        and ruling.box[2] >= word.box[2] - 1
        and (ruling.box[0] < left - _BEYOND * height or ruling.box[2] > right + _BEYOND * height)
        for ruling in rulings
    )


def _is_struck(word: Word, sheet: Sheet) -> bool:
    if word.handwritten or sum(map(str.isalnum, word.text)) < _FEWEST_LETTERS:
        return False
    left, top, right, bottom = (round(side / sheet.points) for side in word.box)
    return crossed(sheet.gray[max(0, top) : bottom, max(0, left) : right] < _DARK)


def crossed(ink: npt.NDArray[np.bool_]) -> bool:
    """True where a stroke runs through the middle of letters from one end to the other."""
    height, width = ink.shape
    if height < 8 or width < height:
        return False
    first, last = (round(share * height) for share in _MIDDLE)
    if float(ink.any(axis=0).mean()) < _COVERED:
        return False  # paper between the letters, from top to bottom
    columns = np.arange(width)
    rows = np.arange(height)[:, None]
    for slope in _SLOPES:
        shift = np.round(slope * (columns - width / 2)).astype(int)
        level = ink[np.clip(rows + shift, 0, height - 1), columns]
        full = level.mean(axis=1) >= _COVERED
        if full[first:last].any():
            return bool(full.sum() <= _THICKEST * height)
    return False
