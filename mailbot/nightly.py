"""The nightly run: reminders, and a comparison of the mailbox with the ledger. Once a night, caught up once.

Which night is due goes by the clock of the service, not by a timer: a machine that slept at 05:30 does the
run when it wakes up.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from mailbot.ports import Clock
from mailbot.store_port import Store
from rules.calendar import LUXEMBOURG

JOB = "nightly"
_STARTED = "nightly:started"


class Nights:
    """Tells which night's run is due, and remembers which were done."""

    def __init__(self, store: Store, clock: Clock, at: str) -> None:
        self._store = store
        self._clock = clock
        self._at = time.fromisoformat(at)

    def begin(self) -> None:
        """At the very first start: nights before it were not missed."""
        if self._store.switch(_STARTED):
            return
        now = self._clock.now()
        with self._store.transaction():
            self._store.set_switch(_STARTED, now.isoformat())
            self._store.claim_once(JOB, self._latest(now).isoformat(), now)

    def due(self) -> date | None:
        """The latest night, if its run was not done. An earlier one is not made up for."""
        night = self._latest(self._clock.now())
        return None if self._store.is_claimed(JOB, night.isoformat()) else night

    def done(self, night: date) -> None:
        """Called when all of the run is done; each reminder guards itself against a second run."""
        with self._store.transaction():
            self._store.claim_once(JOB, night.isoformat(), self._clock.now())

    def _latest(self, now: datetime) -> date:
        local = now.astimezone(LUXEMBOURG)
        reached = local >= datetime.combine(local.date(), self._at, LUXEMBOURG)
        return local.date() if reached else local.date() - timedelta(days=1)
