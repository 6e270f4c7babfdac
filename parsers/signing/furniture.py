"""What a page break puts into a text that goes on: headers, footers, values of a flattened page."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from parsers.signing.wording import Text

_LONGEST_FURNITURE, _MOST_PLACES = 60, 100  # words compared at once, places of one pair of words
_FEW_ASKED = 8
"""Pairs of words that are found sooner one by one than by an index of all."""
Values = frozenset[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Found:
    """A clause in the text: where it begins and ends there (words), and what differs."""

    start: int
    end: int
    changes: tuple[str, ...] = ()


class Furniture:
    """What a page break puts into the text: headers and footers, which are runs that stand in the text at
    least twice, once of them outside every clause; and what the form was filled with."""

    def __init__(self, document: Text, clauses: Sequence[Found], filled: Values) -> None:
        self._filled = filled
        self._document = document
        self._clauses = sorted((f.start, f.end) for f in clauses)
        self._asked = 0

    @cached_property
    def _words(self) -> list[str]:
        return [w if w.isalpha() else re.sub(r"\d+", "#", w) for w in self._document.words]

    @cached_property
    def _starts(self) -> dict[tuple[str, str], list[int]]:
        """Where each pair of words stands, for texts of which much is asked; most are as they were issued."""
        starts: dict[tuple[str, str], list[int]] = {}
        for index, pair in enumerate(pairwise(self._words)):
            starts.setdefault(pair, []).append(index)
        return starts

    def stripped(self, start: int, end: int) -> tuple[int, int]:
        """The run without furniture at its ends; empty when it is nothing else."""
        if start >= end:
            return end, end
        at = start
        while at < end and (size := self._size(at, end)):
            at += size
        rest = self._words[at:end]
        if not rest or (at > start and all(word == "#" or len(word) == 1 for word in rest)):
            return end, end
        return at, end

    def _size(self, at: int, end: int) -> int:
        """How many words from `at` on are a value, or stand elsewhere too, outside the clauses."""
        values = (
            len(v) for v in self._filled if at + len(v) <= end and self._document.words[at : at + len(v)] == v
        )
        best = max(values, default=0)
        if at + 1 >= end:
            return best
        # A text of one phrase over and over must not be compared with itself at every place: a longer run is
        # found piece by piece.
        end = min(end, at + _LONGEST_FURNITURE)
        for other in self._places(at):
            if other == at or self._in_clause(other):
                continue
            size = 0
            while (
                at + size < end
                and other + size < len(self._words)
                and self._words[at + size] == self._words[other + size]
            ):
                size += 1
            best = max(best, size)
        return best

    def _places(self, at: int) -> list[int]:
        """The first places of the pair of words that begins there."""
        self._asked += 1
        words = self._words
        if self._asked > _FEW_ASKED:
            return self._starts.get((words[at], words[at + 1]), [])[:_MOST_PLACES]
        places: list[int] = []
        other = -1
        with suppress(ValueError):  # there is no further one
            while len(places) < _MOST_PLACES:
                other = words.index(words[at], other + 1, -1)
                if words[other + 1] == words[at + 1]:
                    places.append(other)
        return places

    def _in_clause(self, index: int) -> bool:
        at = bisect_right(self._clauses, (index, len(self._words) + 1)) - 1
        return at >= 0 and self._clauses[at][0] <= index < self._clauses[at][1]
