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
    longest: int = field(init=False)
    _alone: tuple[re.Pattern[str] | None, ...] = field(init=False)
    """How a short wording is found as words of its own; None for the others."""

    def __post_init__(self) -> None:
        alone = (rf"(?<!\w){re.escape(f)}(?!\w)" if len(f) <= _SHORT else None for f in self.folded)
        object.__setattr__(self, "longest", max(map(len, self.folded), default=0))
        object.__setattr__(self, "_alone", tuple(re.compile(a) if a is not None else None for a in alone))

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

    def end_of(self, text: str) -> str:
        """As much of a text as a wording may begin in that ends behind it, no new word at its beginning."""
        return text if len(text) <= self.longest else f"_{text[-self.longest :]}"

    def beginning_of(self, text: str) -> str:
        """As much of a text as a wording may end in that begins before it."""
        return text if len(text) <= self.longest else f"{text[: self.longest]}_"


def wordings_of(forms: Iterable[Iterable[str]]) -> tuple[Wordings, tuple[tuple[int, ...], ...]]:
    """The wordings of all forms, each once, and for each form the places of its own."""
    places: dict[str, int] = {}
    of_each = tuple(tuple(places.setdefault(fold(w), len(places)) for w in form) for form in forms)
    return Wordings(tuple(places)), of_each


_FOUND: Remembered[frozenset[int]] = Remembered(TEXTS_OF_MAILS)


def in_lines(lines: Iterable[str], wordings: Wordings) -> frozenset[int]:
    """The wordings that the folded lines have, joined by spaces."""
    found: frozenset[int] = frozenset()
    new: list[tuple[str, str]] = []
    before = ""
    for line in lines:
        if not line:
            continue
        known = _FOUND.find((wordings,), (before, line))
        if known is None:
            new.append((before, line))
        else:
            found |= known
        before = wordings.end_of(f"{before} {line}")
    # All that is new at once: most wordings are in none of it.
    some = wordings.within("\n".join(f"{before} {line}" for before, line in new)) if new else ()
    for before, line in new:
        has = wordings.those_of(some, f"{before} {line}")
        if len(line) <= _LONGEST_LINE:
            _FOUND.keep((wordings,), has, (before, line))
        found |= has
    return found


def in_known(pieces: Iterable[tuple[str, frozenset[int]]], rest: str, wordings: Wordings) -> frozenset[int]:
    """The same for pieces of text, of each of which its own wordings are known, and a rest behind them."""
    found: frozenset[int] = frozenset()
    over: list[str] = []
    before = ""
    for text, own in pieces:
        if text:
            found |= own
            over.append(f"{before} {wordings.beginning_of(text)}")
            before = wordings.end_of(f"{before} {text}")
    return found | wordings.within("\n".join([*over, f"{before} {rest}"]))
