"""The figures of the overview, counted from the store's lists."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from mailbot.store_port import WebStore
from rules.calendar import Calendar, local_day

WEEKS = 12
AGES = (1, 3, 7, 14, 30)
"""Bounds of the columns of age, in days."""


@dataclass(frozen=True, slots=True)
class Week:
    """One week from its Monday on. `answer_hours`: median from arrival to answer; None without answers."""

    monday: date
    arrivals: int
    sent: int
    automatic: int
    answer_hours: float | None
    opened: int

    @property
    def share(self) -> float | None:
        return self.automatic / self.sent if self.sent else None


@dataclass(frozen=True, slots=True)
class Figures:
    weeks: tuple[Week, ...]
    by_step: tuple[tuple[str, tuple[int, ...]], ...]
    by_code: tuple[tuple[str, int], ...]
    open: int
    oldest: datetime | None
    deadlines: tuple[tuple[str, date, int], ...]


def figures(store: WebStore, calendar: Calendar, now: datetime) -> Figures:
    today = local_day(now)
    first = today - timedelta(days=today.weekday() + 7 * (WEEKS - 1))
    since = now - timedelta(days=(today - first).days + 1)
    arrivals = Counter(_monday(at) for at, _ in store.arrivals(since))
    answers = store.answers(since)
    sent = Counter(_monday(at) for _, at, _, _ in answers)
    automatic = Counter(_monday(at) for _, at, auto, _ in answers if auto)
    waits: dict[date, list[float]] = {}
    for received, at, _, _ in answers:
        if received is not None:
            waits.setdefault(_monday(at), []).append((at - received).total_seconds() / 3600)
    opened = Counter(_monday(created) for created, _, _ in store.entries_since(since))
    mondays = [first + timedelta(days=7 * n) for n in range(WEEKS)]
    weeks = tuple(
        Week(m, arrivals[m], sent[m], automatic[m], median(waits[m]) if m in waits else None, opened[m])
        for m in mondays
    )
    lines = store.queue_lines()
    table: dict[str, list[int]] = {}
    for line in lines:
        column = sum(1 for bound in AGES if (now - line.received_at) >= timedelta(days=bound))
        table.setdefault(line.step, [0] * (len(AGES) + 1))[column] += 1
    ahead = [
        (d.label, d.last_day, (d.last_day - today).days)
        for d in calendar.dates
        if d.last_day and d.last_day >= today and d.effect in ("closes", "warns")
    ]
    return Figures(
        weeks,
        tuple((step, tuple(counts)) for step, counts in sorted(table.items())),
        tuple(Counter(code for line in lines for code in line.codes).most_common()),
        len(lines),
        min((line.received_at for line in lines), default=None),
        tuple(sorted(ahead, key=lambda d: d[1])),
    )


def _monday(at: datetime) -> date:
    day = local_day(at)
    return day - timedelta(days=day.weekday())
