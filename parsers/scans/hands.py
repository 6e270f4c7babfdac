"""Which lines of a page a hand wrote, and which readings are doubted for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from parsers.scans.agree import agreed
from parsers.scans.handwriting import by_hand, dances
from parsers.scans.image import Sheet
from parsers.scans.printed import is_sentence, label_length, mostly_printed
from parsers.scans.second import Reread, Run, bounds

_SEVERAL = 2
"""Lines by hand on a page that make its other dancing lines a guess."""
_TOLD = 3
"""Letters of a value that the readings can differ on, and values on which they have to."""
_SHARE = 0.15
"""Of the values in a known blank's places: lines by hand that make the others so."""


@dataclass(frozen=True, slots=True)
class Hands:
    """Runs of a page, by their identity."""

    labels: Mapping[int, int]
    """How many words of each are a label, which a hand hardly writes."""
    written: frozenset[int]
    guessed: frozenset[int]
    """Lines of words that forms print, on a page that is filled in by hand."""
    unsteady: frozenset[int]
    """On a page on most of whose values the readings differ, all that are open."""


def hands(second: Reread, sheet: Sheet) -> Hands:
    """What was written by hand on a page, and what may have been."""
    labels = {id(run): label_length(run.tokens) for run in second.runs}
    open_runs = [
        run for run in second.runs
        if labels[id(run)] < len(run.tokens) and not run.once and not mostly_printed(run.tokens)
    ]  # fmt: skip
    values = [run.tokens[labels[id(run)] :] for run in open_runs]
    texts = ["".join(token.text for token in value) for value in values]
    flags = by_hand([bounds(value) for value in values], texts, sheet)
    written = {id(run) for run, flag in zip(open_runs, flags, strict=True) if flag}
    doubted = _mostly_doubted(open_runs)
    written |= _filled_by_hand(open_runs, written, doubted)
    # Words that forms print may be written by hand as well, a label hardly.
    guessed = {
        id(run)
        for run in second.runs
        if len(written) >= _SEVERAL and run.tokens and not run.once and mostly_printed(run.tokens)
        and dances(run.box, "".join(t.text for t in run.tokens), sheet)
    }  # fmt: skip
    unsteady = {id(run) for run in open_runs} if doubted else set()
    return Hands(labels, frozenset(written), frozenset(guessed), frozenset(unsteady))


def _filled_by_hand(runs: Sequence[Run], written: set[int], doubted: bool) -> set[int]:
    """What stands in the places of a known blank, all of it where a hand wrote several of them.

    Short words by a steady hand look like print one by one; who writes two values writes the others too. One
    tells as much where the readings differ on most of them.
    """
    placed = {id(run) for run in runs if run.tokens[0].place >= 0}
    by_it = len(placed & written)
    several = by_it >= _SEVERAL and by_it >= _SHARE * len(placed)
    return placed if several or (by_it and doubted) else set()


def _mostly_doubted(runs: Sequence[Run]) -> bool:
    """True for a page on most of whose values the readings differ: on the rest they may agree by chance."""
    told = [run for run in runs if sum(c.isalnum() for t in run.tokens for c in t.text) >= _TOLD]
    differ = [run for run in told if not is_sentence(run.tokens) and not _two_agree(run)]
    return len(differ) >= _TOLD and 2 * len(differ) > len(told)


def _two_agree(run: Run) -> bool:
    first, again, third = ([t.text for t in line] for line in (run.tokens, run.again, run.third))
    return any(
        all(a.same for a in agreed(*two))
        for two in ((first, again), (first, third), (third, again))
        if two[0]
    )
