"""Which words of a scan the blank prints: the same letters, misread ones allowed, in the same place."""

from __future__ import annotations

from collections.abc import Set
from functools import lru_cache

from rapidfuzz import fuzz

from parsers.documents.reading import Page, Word
from parsers.folding import words_of
from parsers.remembered import TEXTS_OF_FORMS
from parsers.types import BBox

_ROW = 12.0
_ALIKE, _PART_OF = 60.0, 80.0
_COVERED, _WHOLLY = 0.5, 0.8
_DISTANT = 130.0
_NEIGHBOURS, _FEWEST_THERE = 8, 0.5


class Print:
    """The printed words of one page of a blank, by where they stand."""

    def __init__(self, page: Page) -> None:
        self.number = page.number
        self.words = page.words
        self._rows: dict[int, list[int]] = {}
        for index, word in enumerate(page.words):
            for row in range(int(word.box[1] // _ROW), int(word.box[3] // _ROW) + 1):
                self._rows.setdefault(row, []).append(index)

    def under(self, box: BBox) -> list[int]:
        """The printed words on which a box of the same line lies, from left to right."""
        rows = range(int(box[1] // _ROW) - 1, int(box[3] // _ROW) + 2)
        near = sorted({index for row in rows for index in self._rows.get(row, ())})
        found = [index for index in near if _same_place(self.words[index].box, box)]
        return sorted(found, key=lambda index: self.words[index].box[0])

    def explains(self, text: str, box: BBox) -> tuple[int, ...] | None:
        """The printed words that a word of the scan is; None where the blank prints nothing like it there."""
        under = self.under(box)
        if not under:
            return None
        width = max(1.0, box[2] - box[0])
        covered = sum(
            max(0.0, min(box[2], self.words[i].box[2]) - max(box[0], self.words[i].box[0])) for i in under
        )
        said = compact(text)
        there = "".join(compact(self.words[i].text) for i in under)
        if not said:
            return tuple(under) if covered >= _WHOLLY * width else None
        if not there:
            return None  # a value on the dots that were to be written on
        if covered < _COVERED * width:
            return None
        if fuzz.ratio(said, there) >= _ALIKE:
            return tuple(under)
        if len(said) >= 2 and covered >= _WHOLLY * width and fuzz.partial_ratio(said, there) >= _PART_OF:
            return tuple(under)
        return None

    def beside(self, box: BBox) -> list[int]:
        """The printed words nearest to a place, its own label among them."""
        near = sorted(
            (_gap(word.box, box), index)
            for index, word in enumerate(self.words)
            if len(compact(word.text)) >= 2
        )
        return [index for gap, index in near[:_NEIGHBOURS] if gap < _DISTANT]


def stands_where_it_should(box: BBox, print_: Print, found: Set[int]) -> bool:
    """True where most of the printed words around a place were found on the scan: another edition of the
    form may have moved a part of the page."""
    beside = print_.beside(box)
    return bool(beside) and sum(i in found for i in beside) >= _FEWEST_THERE * len(beside)


@lru_cache(maxsize=TEXTS_OF_FORMS)
def compact(text: str) -> str:
    """The folded letters and digits alone."""
    return "".join(words_of(text))


def readable(word: Word) -> bool:
    """True for a word by which a place on a page can be known."""
    return len(compact(word.text)) >= 3


def _same_place(word: BBox, box: BBox) -> bool:
    down = min(word[3], box[3]) - max(word[1], box[1])
    across = min(word[2], box[2]) - max(word[0], box[0])
    low = min(word[3] - word[1], box[3] - box[1])
    narrow = min(word[2] - word[0], box[2] - box[0])
    return down > 0.4 * max(low, 0.1) and across > 0.3 * max(narrow, 0.1)


def _gap(one: BBox, other: BBox) -> float:
    across = max(0.0, one[0] - other[2], other[0] - one[2])
    down = max(0.0, one[1] - other[3], other[1] - one[3])
    # The words of a place's own line tell more than those of the lines above and below.
    return float(0.5 * across + down)
