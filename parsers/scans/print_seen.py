"""Which words of a known blank are plainly on a sheet, letter by letter: these need not be read.

Of a form, print that is in its place is enough. An issued text (an NDA) is read whole, as what it says is
compared with what was issued: somebody may have altered a word, or a number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from parsers.blanks.book import Blank
from parsers.blanks.laid import Laid
from parsers.blanks.printed import Print
from parsers.documents.reading import Word
from parsers.scans.blank_picture import SCALE, on_blank, piece_of, rendered, soft
from parsers.scans.image import Gray, Mask, Sheet, as_gray
from parsers.scans.ocr import Token
from parsers.types import BBox

_REACH, _ALIKE, _IT_IS = 1.6, 0.66, 0.78
"""Points by which a word may be off, how like it the sheet must be there to be looked at more closely, and to
be it on a bad scan. On faxes 97 of 100 words have 0.8 and more, other words of the same width 0.6."""
_LETTERS = 8.0
"""Points: a piece of a word in which one letter counts."""
_THERE, _SAME_TEXT = 0.28, 0.13
"""The most of a piece's ink that only one of the two may have: to be it, to be the same text. Of the same
words, on clean scans 97 of 100 have less than 0.1, on blurred ones and faxes less than 0.3; of other words of
the same width 1 in 100 has less than 0.13."""
_LEAST_INK = 6.0
_LONGEST_SIGN = 3
_GRAIN = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
_MARGIN = 1.0
_SURE = 0.97


@dataclass(frozen=True, slots=True)
class PrintSeen:
    """`found` are the blank's words that are there, `matched` their share; `tokens` need not be read."""

    found: frozenset[int]
    matched: float
    tokens: tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class _There:
    """How far off a word is, in points, how like the blank's the sheet is there (correlation), and the most
    that one of its letters differs: the share of their ink that only one of the two has."""

    off: tuple[float, float]
    like: float
    other: float

    @property
    def is_it(self) -> bool:
        """True for the word itself, worn as it may be; another one of its width is no such."""
        return self.like >= _IT_IS or self.other <= _THERE


def print_seen(sheet: Sheet, blank: Blank, print_: Print, laid: Laid) -> PrintSeen | None:
    """The print of a blank's page on a sheet that lies on it; None where the blank cannot be shown."""
    issued = _issued(blank.path, blank.sha256, print_.number)
    if issued is None:
        return None
    seen = soft(on_blank(sheet, np.array(laid.to_blank).reshape(3, 3), issued.shape, SCALE))
    wanted = [i for i, word in enumerate(print_.words) if _is_print(word)]
    there = {i: at for i in wanted if (at := _same_letters(seen, issued, print_.words[i])) is not None}
    telling = [i for i in wanted if re.search(r"\w", print_.words[i].text)]
    found = frozenset(i for i in telling if i in there and there[i].is_it)
    known = set() if blank.form.clauses else _fitting(wanted, there, blank, print_)
    tokens = tuple(_token(print_.words[i], there.get(i), laid, sheet) for i in sorted(known))
    return PrintSeen(found, round(len(found) / max(1, len(telling)), 3), tokens)


def _is_print(word: Word) -> bool:
    """Dots to write on are none."""
    return re.search(r"\w", word.text) is not None or len(word.text) <= _LONGEST_SIGN


def _fitting(wanted: Sequence[int], there: dict[int, _There], blank: Blank, print_: Print) -> set[int]:
    """Words that are in their place; where somebody writes, those that are the same to their letters.

    A word too worn to be known again counts between two that are known.
    """
    places = blank.places(print_.number)
    fitting = set()
    for i in wanted:
        box = print_.words[i].box
        if _beneath(box, places):
            fits = i in there and there[i].other <= _SAME_TEXT
        else:
            fits = i in there and there[i].is_it
        if fits:
            fitting.add(i)
    worn = {
        i
        for i in wanted
        if i not in fitting
        and not _beneath(print_.words[i].box, places)
        and all(n in fitting and _one_line(print_.words[n].box, print_.words[i].box) for n in (i - 1, i + 1))
    }
    return fitting | worn


def _beneath(box: BBox, places: Sequence[BBox]) -> bool:
    """True for a word where somebody writes."""
    return any(box[0] < p[2] and p[0] < box[2] and box[1] < p[3] and p[1] < box[3] for p in places)


def _one_line(one: BBox, other: BBox) -> bool:
    return min(one[3], other[3]) - max(one[1], other[1]) > 0.5 * min(one[3] - one[1], other[3] - other[1])


@lru_cache(maxsize=6)
def _issued(path: str, sha256: str, page: int) -> Gray | None:
    picture = rendered(path, sha256, page)
    return soft(picture) if picture is not None else None


def _same_letters(seen: Gray, issued: Gray, word: Word) -> _There | None:
    """The word on the sheet near where it should be; None where nothing like it is."""
    piece = piece_of(issued, word.box, SCALE, 0.8)
    room = piece_of(seen, word.box, SCALE, 0.8 + _REACH)
    if piece is None or room is None:
        return None
    score = cv2.matchTemplate(room, piece, cv2.TM_CCOEFF_NORMED)
    _, like, _, (x, y) = cv2.minMaxLoc(score)
    if like < _ALIKE:
        return None
    mine, theirs = _ink(piece), _ink(room[y : y + piece.shape[0], x : x + piece.shape[1]])
    other = (theirs > cv2.dilate(mine, _GRAIN)).sum(axis=0) + (mine > cv2.dilate(theirs, _GRAIN)).sum(axis=0)
    both = (mine.sum(axis=0, dtype=np.int64) + theirs.sum(axis=0, dtype=np.int64)) / 2.0
    step = round(_LETTERS * SCALE)
    worst = max(
        float(other[start : start + step].sum()) / max(_LEAST_INK, float(both[start : start + step].sum()))
        for start in range(0, max(1, piece.shape[1] - step // 2), step // 2)
    )
    offset = round(_REACH * SCALE)
    return _There(((x - offset) / SCALE, (y - offset) / SCALE), float(like), worst)


def _ink(piece: Gray) -> Mask:
    """1 where a piece is darker than halfway between its paper and its darkest stroke."""
    darkest, paper, _, _ = cv2.minMaxLoc(piece)
    return as_gray(piece < (darkest + paper) / 2)


def _token(word: Word, there: _There | None, laid: Laid, sheet: Sheet) -> Token:
    box = word.box
    if there is not None:
        dx, dy = there.off
        box = laid.on_scan_exactly((box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy))
    else:
        box = laid.on_scan(box)
    left, top, right, bottom = (round(v / sheet.points) for v in box)
    return Token(word.text, (left, top, right, bottom), _SURE, (0, 0, 0), printed=True)


def without(gray: Gray, tokens: Sequence[Token], sheet: Sheet) -> Gray:
    """The page without these words."""
    out = gray.copy()
    rim = sheet.px(_MARGIN)
    for token in tokens:
        left, top, right, bottom = token.box
        out[max(0, top - rim) : bottom + rim, max(0, left - rim) : right + rim] = 255
    return out
