"""What the numbers before labels tell: which lines are headings, and which are labels that nobody knows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from parsers.dates import is_a_month
from parsers.labels.line import LabelHit
from parsers.layout.sheet import Segment, Sheet

_NUMBERED = re.compile(
    r"(\d{1,2})(?:\.(\d{1,2})\.?|([.)]))?\s+(?=[^\W\d_]{2}|[A-ZÀ-Ý])|([a-z])\)\s+(?=[^\W\d_])"
)
_SEVERAL = 3
_NARROW, _RUN = 32.0, 5
"""Points of a cell for a field's number; how many that run on are no chance."""


def _number(segment: Segment) -> tuple[str, int, int] | None:
    """How a line is numbered ("n.n", "n.", "n)", "a)"), and its numbers."""
    found = _NUMBERED.match(segment.text)
    if found is None or segment.entered or is_a_month(segment.text.strip()):
        return None  # "15. Januar 2026" is a date
    if found[4]:
        return "a)", ord(found[4]) - 96, 0
    if found[2]:
        return "n.n", int(found[1]), int(found[2])
    return ("n" + found[3], int(found[1]), 0) if found[3] else None


def without_section_heads(hits: list[LabelHit], sheet: Sheet) -> list[LabelHit]:
    """Without "2. Logiciel" where "2.1 …" follows: it heads a section and asks nothing."""
    numbers = [(s, n) for s in sheet.segments if (n := _number(s)) is not None]
    parts = {n[1]: s for s, n in reversed(numbers) if n[0] == "n.n"}
    if not parts:
        return hits
    heads = {
        id(s) for s, n in numbers if n[0] in ("n.", "n)") and n[1] in parts and s.box[1] < parts[n[1]].box[1]
    }
    return [hit for hit in hits if id(hit.segment) not in heads]


def running_numbers(sheet: Sheet) -> set[int]:
    """Ids of numbers alone in narrow cells that run on from one to the next: a form's own field numbers."""
    alone = [
        s
        for s in sheet.segments
        if s.frame is not None
        and s.frame[2] - s.frame[0] < _NARROW
        and not s.entered
        and re.fullmatch(r"\d{1,3}", s.text)
    ]
    runs: list[list[Segment]] = []
    for segment in sorted(alone, key=lambda s: int(s.text)):
        if runs and int(segment.text) == int(runs[-1][-1].text) + 1:
            runs[-1].append(segment)
        else:
            runs.append([segment])
    return {id(s) for run in runs if len(run) >= _RUN for s in run}


def numbered_like(hits: Sequence[LabelHit], sheet: Sheet) -> list[Segment]:
    """The lines numbered as this form numbers its labels: labels too, whatever they ask for."""
    known = [(h.segment, n) for h in hits if (n := _number(h.segment)) is not None]
    styles = {style for style, count in Counter(n[0] for _, n in known).items() if count >= _SEVERAL}
    if not styles:
        return []
    taken = {n for _, n in known if n[0] != "a)"}
    sections = {n[1] for _, n in known if n[0] == "n.n"}
    last = max((n[1] for _, n in known if n[0] in ("n.", "n)")), default=0)
    own = {id(s) for s, _ in known}
    return [
        s for s in sheet.segments
        if id(s) not in own and (n := _number(s)) is not None and n[0] in styles and n not in taken
        and (n[0] == "a)" or (n[1] in sections if n[0] == "n.n" else n[1] <= last + 3))
    ]  # fmt: skip
