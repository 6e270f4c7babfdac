"""Ink and print: only a word in coloured ink that the readings doubt is taken for handwriting."""

from __future__ import annotations

import numpy as np

from parsers.scans.handwriting import by_hand
from parsers.scans.image import Sheet

WORD = (10, 10, 60, 30)


def sheet(coloured: bool) -> Sheet:
    gray = np.full((50, 100), 255, np.uint8)
    gray[15:25, 12:58] = 80
    ink = np.zeros_like(gray)
    if coloured:
        ink[15:25, 12:58] = 255
    return Sheet(1, gray, 300.0, ink=ink)


def test_doubtful_words_in_coloured_ink_are_handwritten() -> None:
    assert by_hand(WORD, 0.6, sheet(coloured=True))


def test_typed_blue_words_and_doubtful_black_ones_are_not() -> None:
    assert not by_hand(WORD, 0.98, sheet(coloured=True))
    assert not by_hand(WORD, 0.6, sheet(coloured=False))
