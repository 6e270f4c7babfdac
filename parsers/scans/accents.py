"""Marks above letters that no reading tells of: both models now and then lose the accent of a capital.

What floats above a word's letters (dots, accents, apostrophes) is counted in the picture and compared with
what the text accounts for. More in the picture than in the text: some letter lost its accent.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from parsers.documents.reading import Ruling, Word
from parsers.scans.image import Gray, Sheet

_DARK = 150
_LETTERS_SHARE = 0.7
_TALL = 0.5
"""Of the word's highest letter: what stands on the line and is no mark."""
_LEAST, _MOST = 0.07, 0.42
"""Of the letters' height: the side of a mark's box, from the dot of an i to a circumflex."""
_ABOVE = 0.5
"""Of the letters' height: how far above the word its marks may reach."""
_TELLS, _SOME, _SHARE = 4, 3, 0.45
"""Letters of a word that tells whether dots are lost, and how many such words, of all, have lost them."""
_BARE, _ABOVE_CAPITALS, _UNDER_RULE = frozenset("AEIOUC"), 0.35, 0.9
"""Capitals that may have accents, the room for it in heights of a line, their most confidence."""
_NO_LETTERS = re.compile("[.,'’-]")
_EDGE, _SHOWS = 1, 0.1
"""Pixels that a line may be thicker than was seen; heights of a line in which the end of an accent shows."""
_TWO = frozenset("̈̋")
_ONE_ITSELF = frozenset("ij'’‘´`^°*")
_TWO_ITSELF = frozenset('"“”„»«')

Pixels = tuple[int, int, int, int]


def unread_mark(gray: Gray, box: Pixels, text: str) -> bool:
    """True where more floats above the letters of a word than its text accounts for. `box` is in pixels."""
    if sum(map(str.isalpha, text)) < _LETTERS_SHARE * len(text) or "@" in text:
        return False
    return marks(gray, box) > sum(map(_expected, text))


def lacks_marks(gray: Gray, box: Pixels, text: str) -> bool:
    """True where less floats above the letters of a word than its text accounts for."""
    return marks(gray, box) < sum(map(_expected, text))


def told_by_marks(gray: Gray, box: Pixels, spellings: Sequence[str]) -> str | None:
    """That one of several spellings, alike but for accents, above which as much floats as in the picture.

    Each model knows some accents only: "Bjôrn" and "Björn" differ by one dot. None where several would do.
    """
    counted = {spelling: sum(map(_expected, spelling)) for spelling in spellings}
    found = marks(gray, box)
    fit = [spelling for spelling, expected in counted.items() if expected == found]
    return fit[0] if len(fit) == 1 else None


def loses_marks(gray: Gray, words: Sequence[tuple[str, Pixels]]) -> bool:
    """True for a page on which letters i stand without their dots: its accents may be lost just the same."""
    dotted = [(text, box) for text, box in words if "i" in text and text.isalpha() and len(text) >= _TELLS]
    lost = sum(not marks(gray, box) for _, box in dotted)
    return lost >= _SOME and lost >= _SHARE * len(dotted)


def doubted_under_rules(words: Sequence[Word], rules: Sequence[Ruling], sheet: Sheet) -> list[Word]:
    """Capitals right below a ruling are doubted where what stood above them may have gone with the line."""
    return [
        replace(word, confidence=min(word.confidence or 0.0, _UNDER_RULE))
        if _NO_LETTERS.sub("", word.text).isalpha()
        and any(c in _BARE for c in word.text)
        and (rule := _rule_above(word, rules)) is not None
        and not _clear_between(rule, word, sheet)
        else word
        for word in words
    ]


def _rule_above(word: Word, rules: Sequence[Ruling]) -> Ruling | None:
    """The nearest, where it is near enough to touch an accent."""
    left, top, right, bottom = word.box
    room = _ABOVE_CAPITALS * (bottom - top)
    near = [
        rule
        for rule in rules
        if rule.box[0] <= left + 1 and rule.box[2] >= right - 1 and -1 <= top - rule.box[3] < room
    ]
    return max(near, key=lambda rule: rule.box[3], default=None)


def _clear_between(rule: Ruling, word: Word, sheet: Sheet) -> bool:
    """True where the paper between both is so wide that an accent had shown in it, and is bare."""
    left, top, right, bottom = (round(v / sheet.points) for v in word.box)
    first = round(rule.box[3] / sheet.points) + _EDGE
    enough = _SHOWS * (bottom - top)
    return top - first >= enough and not (sheet.gray[first:top, left:right] < _DARK).any()


def _expected(letter: str) -> int:
    """The most pieces that float above it."""
    if letter in _TWO_ITSELF:
        return 2
    parts = unicodedata.normalize("NFD", letter)
    above = [2 if part in _TWO else 1 for part in parts[1:] if unicodedata.combining(part) == 230]
    return max(above, default=1 if parts[0] in _ONE_ITSELF else 0)


def marks(gray: Gray, box: Pixels) -> int:
    """How many pieces of ink float above the letters in a box of a word."""
    left, top, right, bottom = box
    room = round((bottom - top) * _ABOVE)
    above = max(0, top - room)
    ink = (gray[above : bottom + 2, max(0, left - 2) : right + 2] < _DARK).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    parts = stats[1:]
    letters = parts[parts[:, 3] >= _TALL * (bottom - top)]
    if not len(letters):
        return 0
    height = float(np.median(letters[:, 3]))
    small, large = _LEAST * height, _MOST * height
    found = 0
    for x, y, width, tall, _ in parts.tolist():
        if not (small <= width <= 1.6 * large and small <= tall <= large) or y == 0:
            continue
        # A letter, of any height, begins right below it.
        below = parts[
            (parts[:, 0] < x + width) & (parts[:, 0] + parts[:, 2] > x)
            & (parts[:, 1] >= y + 0.5 * tall) & (parts[:, 1] <= y + tall + 0.45 * height)
            & (parts[:, 3] >= 0.45 * height)
        ]  # fmt: skip
        found += bool(len(below))
    return found
