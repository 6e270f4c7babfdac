"""The history as people read it: what was done, and not who looked. The audit trail keeps both."""

from __future__ import annotations

from collections.abc import Iterable

from mailbot.rows import LOOKING, HistoryRow


def deeds(rows: Iterable[HistoryRow]) -> list[HistoryRow]:
    """What was done; an action and the event that it was are told once."""
    kept: list[HistoryRow] = []
    for row in rows:
        twice = bool(kept) and (row.at, row.actor, row.what) == (kept[-1].at, kept[-1].actor, kept[-1].what)
        if not twice and (row.what not in LOOKING or row.what == "exported"):
            kept.append(row)
    return kept
