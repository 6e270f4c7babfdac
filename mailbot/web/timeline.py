"""A dossier's cases as a drawn timeline: what happened when, and which deadlines lie ahead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from mailbot.rows import DossierRow, OutboxRow
from rules.calendar import Calendar, local_day
from rules.types import Case
from rules.workflow import gate_step

WIDTH, LEFT, RIGHT, LANE = 1000, 130, 20, 56


def _(text: str) -> str:
    return text


_FACTS = (
    ("nda_sent_at", _("NDA à l'AeS")),
    ("incert", _("valide INCERT")),
    ("aes", _("valide AeS")),
    ("access_at", _("accès")),
    ("complete_at", _("demande complète")),
    ("asked_at", _("complément")),
    ("passed_at", _("tests réussis")),
    ("labelled_at", _("labélisé")),
    ("valid_at", _("raccordé")),
)


@dataclass(frozen=True, slots=True)
class Mark:
    """A point of a lane. `kind`: in, out, fact, deadline or today."""

    x: float
    day: date
    label: str
    kind: str
    level: int = 0


@dataclass(frozen=True, slots=True)
class Lane:
    name: str
    kind: str
    state: str
    about: str
    y: float
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    width: int
    height: float
    lanes: tuple[Lane, ...]
    ticks: tuple[tuple[float, date], ...]
    today: float | None


def drawing(row: DossierRow, outbox: list[OutboxRow], calendar: Calendar, now: datetime) -> Drawing:
    """The timeline from the dossier's first day to a little after the last date on it."""
    raw = [(case, list(_points(case, outbox, calendar))) for case in row.dossier.cases]
    days = [d for _, points in raw for d, _, _ in points] + [local_day(row.created_at), local_day(now)]
    first, last = min(days) - timedelta(days=7), max(days) + timedelta(days=21)
    span = max((last - first).days, 30)

    def x(day: date) -> float:
        return LEFT + (day - first).days / span * (WIDTH - LEFT - RIGHT)

    lanes = []
    for position, (case, points) in enumerate(raw):
        facts = case.facts
        about = " ".join(str(facts[k]) for k in ("product", "version", "client") if facts.get(k))
        marks = _spread([Mark(x(d), d, label, kind) for d, label, kind in sorted(points)])
        lanes.append(Lane(case.name, case.kind, case.state, about, 40 + position * LANE, tuple(marks)))
    ticks = tuple((x(day), day) for day in _months(first, last))
    return Drawing(WIDTH, 40 + max(len(lanes), 1) * LANE, tuple(lanes), ticks, x(local_day(now)))


def _points(case: Case, outbox: list[OutboxRow], calendar: Calendar) -> Iterator[tuple[date, str, str]]:
    for exhibit in case.exhibits:
        yield local_day(exhibit.received_at), exhibit.kind, "in"
    for mail in outbox:
        if mail.case == case.name and mail.sent_at is not None:
            yield local_day(mail.sent_at), mail.template, "out"
    for key, label in _FACTS:
        if text := case.fact(key):
            try:
                yield local_day(datetime.fromisoformat(text)), label, "fact"
            except ValueError:
                continue  # a day that a person typed
    step = gate_step(case)
    closes = calendar.closes(step) if step else None
    if closes is not None:
        yield local_day(closes - timedelta(seconds=1)), "délai", "deadline"


def _spread(marks: list[Mark]) -> list[Mark]:
    """Marks that would cover each other are set on different levels."""
    placed: list[Mark] = []
    for mark in marks:
        near = {m.level for m in placed if abs(m.x - mark.x) < 13}
        level = next(n for n in range(len(marks) + 1) if n not in near)
        placed.append(Mark(mark.x, mark.day, mark.label, mark.kind, min(level, 2)))
    return placed


def _months(first: date, last: date) -> Iterator[date]:
    month = date(first.year, first.month, 1)
    found = []
    while month <= last:
        if month >= first:
            found.append(month)
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    step = max(1, -(-len(found) // 12))
    yield from found[::step]
