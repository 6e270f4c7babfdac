"""The calendar: the last second in time, and the first too late."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from rules.calendar import last_day, read_calendar, shipped_calendar
from tests.builders import at

CALENDAR = shipped_calendar()


@pytest.mark.parametrize(
    ("step", "last", "first_too_late"),
    [
        ("L3", "2026-06-30 23:59:59", "2026-07-01 00:00:00"),
        ("acces_direct", "2026-06-30 23:59:59", "2026-07-01 00:00:00"),
        ("L4", "2026-09-30 23:59:59", "2026-10-01 00:00:00"),
        ("R1", "2026-12-31 23:59:59", "2027-01-01 00:00:00"),
        ("E1", "2027-03-31 23:59:59", "2027-04-01 00:00:00"),
    ],
)
def test_steps_close(step: str, last: str, first_too_late: str) -> None:
    assert not CALENDAR.is_late(step, at(last))
    assert CALENDAR.is_late(step, at(first_too_late))


@pytest.mark.parametrize(
    ("step", "last_early", "first_open"),
    [
        ("E4", "2025-04-30 23:59:59", "2025-05-01 00:00:00"),
        ("L3", "2025-05-14 23:59:59", "2025-05-15 00:00:00"),
        ("R1", "2025-06-30 23:59:59", "2025-07-01 00:00:00"),
    ],
)
def test_steps_open(step: str, last_early: str, first_open: str) -> None:
    assert CALENDAR.is_early(step, at(last_early))
    assert not CALENDAR.is_early(step, at(first_open))


def test_the_last_day_is_luxembourgs_across_summer_time() -> None:
    closes = CALENDAR.closes("L3")
    assert closes is not None
    assert last_day(closes) == date(2026, 6, 30)
    assert closes.isoformat() == "2026-07-01T00:00:00+02:00"
    winter = CALENDAR.closes("R1")
    assert winter is not None
    assert winter.isoformat() == "2027-01-01T00:00:00+01:00"


def test_every_date_has_its_source() -> None:
    assert all(d.source and d.label for d in CALENDAR.dates)


def test_a_changed_date_needs_no_code() -> None:
    changed = read_calendar(
        '[[date]]\nid="x"\nlabel="x"\ncloses_at=2026-08-01T00:00:00\neffect="closes"\nsteps=["L3"]\nsource="y"\n'
    )
    assert not changed.is_late("L3", at("2026-07-31 23:59:59"))
    assert changed.is_late("L3", at("2026-08-01 00:00:00"))


@pytest.mark.parametrize(
    ("closes", "last", "first_too_late"),
    [
        ("2026-03-29T00:00:00", "2026-03-28T22:59:59+00:00", "2026-03-28T23:00:00+00:00"),
        ("2026-03-30T00:00:00", "2026-03-29T21:59:59+00:00", "2026-03-29T22:00:00+00:00"),
        ("2026-10-25T00:00:00", "2026-10-24T21:59:59+00:00", "2026-10-24T22:00:00+00:00"),
        ("2026-10-26T00:00:00", "2026-10-25T22:59:59+00:00", "2026-10-25T23:00:00+00:00"),
    ],
)
def test_midnight_is_luxembourgs_on_both_sides_of_a_change_of_summer_time(
    closes: str, last: str, first_too_late: str
) -> None:
    text = f'[[date]]\nid="x"\nlabel="x"\ncloses_at={closes}\neffect="closes"\nsteps=["L3"]\nsource="y"\n'
    calendar = read_calendar(text)
    assert not calendar.is_late("L3", datetime.fromisoformat(last))
    assert calendar.is_late("L3", datetime.fromisoformat(first_too_late))
