"""The calendar: which step is open when, in Europe/Luxembourg. The dates are data (calendar.toml)."""

from __future__ import annotations

import tomllib
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from parsers.types import Claim

LUXEMBOURG = ZoneInfo("Europe/Luxembourg")


class CalendarDate(Claim):
    """One date of the scheme. `closes_at` is exclusive: the first instant that is too late."""

    id: str
    label: str
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    effect: Literal["opens", "closes", "warns", "informs"]
    steps: tuple[str, ...] = ()
    source: str

    @model_validator(mode="after")
    def _has_its_instant(self) -> CalendarDate:
        needed = {"opens": self.opens_at, "closes": self.closes_at}
        if self.effect in needed and needed[self.effect] is None:
            raise ValueError(f"date {self.id}: effect « {self.effect} » needs {self.effect}_at")
        return self

    def concerns(self, step: str) -> bool:
        return step in self.steps or "*" in self.steps

    @property
    def last_day(self) -> date | None:
        """The last day on which it is in time."""
        return last_day(self.closes_at) if self.closes_at else None


class Calendar(Claim):
    """All dates, with the questions that rules ask of them."""

    dates: tuple[CalendarDate, ...] = Field(default=())

    def opens(self, step: str) -> datetime | None:
        """The instant from which a step is taken up; None if always."""
        found = [d.opens_at for d in self.dates if d.effect == "opens" and d.opens_at and d.concerns(step)]
        return max(found, default=None)

    def closes(self, step: str) -> datetime | None:
        """The first instant that is too late for a step; None if never."""
        found = [d.closes_at for d in self.dates if d.effect == "closes" and d.closes_at and d.concerns(step)]
        return min(found, default=None)

    def is_early(self, step: str, at: datetime) -> bool:
        opens = self.opens(step)
        return opens is not None and at < opens

    def is_late(self, step: str, at: datetime) -> bool:
        closes = self.closes(step)
        return closes is not None and at >= closes


def last_day(closes_at: datetime) -> date:
    """The last day in time, of an instant that is the first too late."""
    return (closes_at.astimezone(LUXEMBOURG) - timedelta(microseconds=1)).date()


def local_day(at: datetime) -> date:
    """The day in Luxembourg at that instant."""
    return at.astimezone(LUXEMBOURG).date()


def read_calendar(text: str) -> Calendar:
    """A calendar from TOML. Raises ValueError that names what is wrong."""
    dates = []
    entries = tomllib.loads(text).get("date")
    if not isinstance(entries, list) or not entries:
        raise ValueError("expected tables [[date]]")
    for entry in entries:
        for key in ("opens_at", "closes_at"):
            if isinstance(entry.get(key), datetime) and entry[key].tzinfo is None:
                entry[key] = entry[key].replace(tzinfo=LUXEMBOURG)
        dates.append(CalendarDate.model_validate(entry))
    return Calendar(dates=tuple(dates))


@cache
def shipped_calendar() -> Calendar:
    """The calendar of the slides."""
    return read_calendar(resources.files("rules").joinpath("calendar.toml").read_text("utf-8"))
