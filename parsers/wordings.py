"""Which of the forms' typical wordings a text has.

Most lines of a form are the same in every copy: what a line has is kept, together with the end of the text
before it, where a wording may have begun.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from parsers.folding import fold
from parsers.remembered import TEXTS_OF_MAILS, Remembered

_SHORT = 6
_LONGEST_LINE = 400
"""Characters of a line that is kept."""


@dataclass(frozen=True, slots=True, eq=False)
class Wordings:
    """Wordings told by their place in `folded`. Compared by identity: made once."""

    folded: tuple[str, ...]
    _longest: int = field(init=False)
    _alone: tuple[re.Pattern[str] | None, ...] = field(init=False)
    """How a short wording is found as words of its own; None for the others."""
    _begun: tuple[str, ...] = field(init=False)
    """All that the wordings begin with in words, the longest first."""

    def __post_init__(self) -> None:
        alone = (rf"(?<!\w){re.escape(f)}(?!\w)" if len(f) <= _SHORT else None for f in self.folded)
        begun = {f[:at] for f in self.folded for at, letter in enumerate(f) if letter == " "}
        object.__setattr__(self, "_longest", max(map(len, self.folded), default=0))
        object.__setattr__(self, "_alone", tuple(re.compile(a) if a is not None else None for a in alone))
        object.__setattr__(self, "_begun", tuple(sorted(begun, key=len, reverse=True)))

    def within(self, text: str) -> frozenset[int]:
        """Those that a folded text has."""
        return self.those_of(range(len(self.folded)), text)

    def those_of(self, some: Iterable[int], text: str) -> frozenset[int]:
        """Those of `some` that a folded text has."""
        folded, alone = self.folded, self._alone
        return frozenset(
            at
            for at in some
            if folded[at] in text and ((pattern := alone[at]) is None or pattern.search(text) is not None)
        )

    def begun_in(self, text: str) -> str:
        """The end of a text with which a wording has begun; empty where none has."""
        if not text.endswith(self._begun):
            return ""
        begun = next(begun for begun in self._begun if text.endswith(begun))
        before = text[-len(begun) - 1 : -len(begun)]
        return f"_{begun}" if before.isalnum() or before == "_" else begun  # no word's beginning as it stands

    def beginning_of(self, text: str) -> str:
        """As much of a text as a wording may end in that begins before it."""
        return text if len(text) <= self._longest else f"{text[: self._longest]}_"


def wordings_of(forms: Iterable[Iterable[str]]) -> tuple[Wordings, tuple[tuple[int, ...], ...]]:
    """The wordings of all forms, each once, and for each form the places of its own."""
    places: dict[str, int] = {}
    of_each = tuple(tuple(places.setdefault(fold(w), len(places)) for w in form) for form in forms)
    return Wordings(tuple(places)), of_each


_KNOWN: Remembered[tuple[frozenset[int], str]] = Remembered(TEXTS_OF_MAILS)
"""Of a line behind what has begun before it: the wordings in it, and what has begun at its end."""


def in_lines(lines: Iterable[str], wordings: Wordings) -> frozenset[int]:
    """The wordings that the folded lines have, joined by spaces."""
    found: frozenset[int] = frozenset()
    new: list[tuple[str, str, str]] = []
    begun = ""
    for line in lines:
        known = _KNOWN.find((wordings,), (begun, line))
        if known is None:
            text = f"{begun} {line}" if begun else line
            ends = wordings.begun_in(text)
            new.append((begun, line, ends))
            begun = ends
        else:
            found |= known[0]
            begun = known[1]
    # All that is new at once: most wordings are in none of it.
    some = wordings.within("\n".join(f"{begun} {line}" for begun, line, _ in new)) if new else ()
    for begun, line, ends in new:
        has = wordings.those_of(some, f"{begun} {line}" if begun else line)
        if len(line) <= _LONGEST_LINE:
            _KNOWN.keep((wordings,), (has, ends), (begun, line))
        found |= has
    return found


def in_known(pieces: Iterable[tuple[str, frozenset[int]]], rest: str, wordings: Wordings) -> frozenset[int]:
    """The same for pieces of text, of each of which its own wordings are known, and a rest behind them."""
    found: frozenset[int] = frozenset()
    over: list[str] = []
    begun = ""
    for text, own in pieces:
        if text:
            found |= own
            if begun:
                over.append(f"{begun} {wordings.beginning_of(text)}")
            begun = wordings.begun_in(f"{begun} {text}" if begun else text)
    return found | wordings.within("\n".join([*over, f"{begun} {rest}"]))
