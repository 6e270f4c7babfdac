"""A step that closed before the mail was received.

Source: calendar.toml; what counts is the time of receipt.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from rules.calendar import last_day
from rules.facts import Facts
from rules.types import Finding


def check(facts: Facts) -> Iterator[Finding]:
    closes = facts.policy.calendar.closes(facts.step)
    closed = facts.closed(facts.step, facts.received_at, facts.stamped_at)
    if closes is None or closed == "no":
        return
    if closed == "unclear":
        calendar = facts.policy.calendar
        unclear = (
            e
            for e in facts.case.exhibits
            if calendar.is_late(facts.step, e.received_at)
            != calendar.is_late(facts.step, e.stamped_at or e.received_at)
        )
        if not all(e.accepted for e in unclear):
            yield _unclear(closes)
        return
    yield passed(closes)


def passed(closes: datetime) -> Finding:
    """What came after `closes`, the first instant that was too late."""
    return Finding(
        rule="deadline_passed",
        severity="mismatch",
        code="deadline_passed",
        message=f"Reçu après la clôture : le dernier jour était le {last_day(closes):%d/%m/%Y}.",
        detail=last_day(closes).isoformat(),
        source="diapositives, 8. Calendrier",
    )


def _unclear(closes: datetime) -> Finding:
    return Finding(
        rule="receipt_unclear",
        severity="doubt",
        code="deadline_passed",
        message="La boîte et l'en-tête Received de notre serveur donnent deux dates de réception, l'une "
        f"avant, l'autre après la clôture (dernier jour : {last_day(closes):%d/%m/%Y}).",
        source="diapositives, 8. Calendrier",
    )
