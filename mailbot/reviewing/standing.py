"""How an entry stands: whether it waits for its day, and what may be done with it.

Lists need nothing else, and load none of what carries the actions out.
"""

from __future__ import annotations

from datetime import datetime, time

from mailbot.rows import EntryRow
from rules.calendar import LUXEMBOURG


def is_postponed(entry: EntryRow, now: datetime) -> bool:
    """Postponed to a day that has not come."""
    if entry.state != "postponed" or entry.until is None:
        return False
    return datetime.combine(entry.until, time(), LUXEMBOURG) > now


def offered(entry: EntryRow) -> tuple[str, ...]:
    """The actions that make sense for the entry now."""
    return ("reopen",) if entry.state == "closed" else entry.actions
