"""Which night's run is due, by the service's own clock."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest

from mailbot.adapters.clock import FixedClock
from mailbot.adapters.store.sql import SqlStore
from mailbot.nightly import Nights
from rules.calendar import LUXEMBOURG
from tests.ready_store import store_in_memory

MONDAY_NOON = datetime(2025, 6, 2, 12, 0, tzinfo=LUXEMBOURG)


@pytest.fixture
def store() -> Iterator[SqlStore]:
    opened = store_in_memory()
    yield opened
    opened.close()


def begun(store: SqlStore) -> tuple[Nights, FixedClock]:
    clock = FixedClock(MONDAY_NOON)
    nights = Nights(store, clock, "05:30")
    nights.begin()
    return nights, clock


def test_nights_before_the_first_start_were_not_missed(store: SqlStore) -> None:
    nights, _ = begun(store)
    assert nights.due() is None


def test_a_night_is_due_from_its_hour_on_until_it_is_done(store: SqlStore) -> None:
    nights, clock = begun(store)
    clock.set(datetime(2025, 6, 3, 5, 29, tzinfo=LUXEMBOURG))
    assert nights.due() is None
    clock.set(datetime(2025, 6, 3, 5, 30, tzinfo=LUXEMBOURG))
    assert nights.due() == date(2025, 6, 3)
    nights.done(date(2025, 6, 3))
    assert nights.due() is None


def test_only_the_latest_of_several_missed_nights_is_made_up_for(store: SqlStore) -> None:
    nights, clock = begun(store)
    clock.set(MONDAY_NOON + timedelta(days=5))
    assert nights.due() == date(2025, 6, 7)
    nights.done(date(2025, 6, 7))
    assert nights.due() is None


def test_a_restart_does_not_forget_a_missed_night(store: SqlStore) -> None:
    _, clock = begun(store)
    clock.set(MONDAY_NOON + timedelta(days=1))
    again = Nights(store, clock, "05:30")
    again.begin()
    assert again.due() == date(2025, 6, 3)
