"""The clock, and waiting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from mailbot.adapters.backoff import backoff_seconds
from mailbot.adapters.clock import FixedClock, SystemClock


def test_the_system_s_clock_is_in_utc_and_runs() -> None:
    first, second = SystemClock().now(), SystemClock().now()
    assert first.tzinfo is UTC
    assert first <= second


def test_a_fixed_clock_stands_still() -> None:
    instant = datetime(2026, 7, 1, 0, 0, tzinfo=timezone(timedelta(hours=2)))
    fixed = FixedClock(instant)
    assert fixed.now() == fixed.now() == instant
    assert fixed.now().tzinfo is UTC


def test_an_instant_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        FixedClock(datetime(2026, 7, 1))


def test_waiting_doubles_up_to_a_limit() -> None:
    waits = [backoff_seconds(n, first=1, most=10, jitter=lambda: 0.0) for n in (1, 2, 3, 4, 5, 1000)]
    assert waits == [1, 2, 4, 8, 10, 10]


def test_jitter_takes_up_to_a_half_away() -> None:
    assert backoff_seconds(3, jitter=lambda: 1.0) == backoff_seconds(3, jitter=lambda: 0.0) / 2
