"""The clock: the only place that asks the machine what time it is."""

from __future__ import annotations

from datetime import UTC, datetime


class SystemClock:
    """The machine's time, aware, in UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still, for `--now` and tests. `set` moves it by hand."""

    def __init__(self, instant: datetime) -> None:
        self.set(instant)

    def now(self) -> datetime:
        return self._instant

    def set(self, instant: datetime) -> None:
        """Move the clock. Raises ValueError for an instant without a zone."""
        if instant.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        self._instant = instant.astimezone(UTC)
