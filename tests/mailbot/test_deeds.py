"""The history as people read it."""

from __future__ import annotations

from datetime import UTC, datetime

from mailbot.deeds import deeds
from mailbot.rows import HistoryRow

NOW = datetime(2025, 6, 2, 12, tzinfo=UTC)


def row(number: int, actor: str, what: str) -> HistoryRow:
    return HistoryRow(number, NOW, actor, what, {})


def test_who_looked_is_left_out_and_an_action_is_told_once() -> None:
    told = deeds(
        [
            row(5, "claire", "viewed"),
            row(4, "claire", "approve"),
            row(3, "claire", "approve"),
            row(2, "marc", "exported"),
            row(1, "mailbot", "decided"),
        ]
    )
    assert [(r.actor, r.what) for r in told] == [
        ("claire", "approve"),
        ("marc", "exported"),
        ("mailbot", "decided"),
    ]
