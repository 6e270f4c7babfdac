"""A step that closed before the mail was received.

Source: calendar.toml; what counts is the time of receipt.
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.calendar import last_day
from rules.facts import Facts
from rules.types import Finding


def check(facts: Facts) -> Iterator[Finding]:
    closes = facts.policy.calendar.closes(facts.step)
    if closes is None or facts.received_at < closes or facts.deadline_overruled:
        return
    yield Finding(
        rule="deadline_passed",
        severity="mismatch",
        code="deadline_passed",
        message=f"Reçu après la clôture : le dernier jour était le {last_day(closes):%d/%m/%Y}.",
        detail=last_day(closes).isoformat(),
        source="diapositives, 8. Calendrier",
    )
