"""The circuit breaker: more automatic answers within an hour than the office could ever cause are a loop.

Then all sending is put on hold (as by `mailbot hold`), a person finds an entry in the queue, and the alarm is
raised. `mailbot resume` lets it go on; answers from before the trip count no more then.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from mailbot.ports import Alarms, Clock
from mailbot.rows import EntryRow
from mailbot.store_port import Store

HOLD = "hold"
HELD = "1"
TROUBLE = "breaker"
_TRIPPED = "breaker:tripped"
_WINDOW = timedelta(hours=1)


class Breaker:
    """Asked before every mail. Counts by itself, and asks the store only when that says too many."""

    def __init__(self, store: Store, clock: Clock, most: int, alarms: Alarms) -> None:
        self._store = store
        self._clock = clock
        self._most = most
        self._alarms = alarms
        self._at_most: int | None = None  # of the answers within the window; never fewer than there are

    def count(self) -> None:
        """An automatic answer has left."""
        if self._at_most is not None:
            self._at_most += 1

    def opens(self) -> bool:
        """Whether there are too many: then sending is on hold from now on."""
        if self._at_most is None or self._at_most >= self._most:
            self._at_most = self._store.answers_sent(self._since())
        if self._at_most < self._most:
            return False
        self._trip()
        return True

    def _since(self) -> datetime:
        start = self._clock.now() - _WINDOW
        tripped = self._store.switch(_TRIPPED)
        return max(start, datetime.fromisoformat(tripped)) if tripped else start

    def _trip(self) -> None:
        now = self._clock.now()
        message = (
            f"{self._at_most} réponses automatiques en une heure : tout envoi est suspendu. "
            "Chercher la boucle, puis « mailbot resume »."
        )
        with self._store.transaction():
            self._store.set_switch(HOLD, HELD)
            self._store.set_switch(_TRIPPED, now.isoformat())
            self._store.open_entry(
                EntryRow(
                    id=0,
                    codes=("loop_suspected",),
                    messages=(message,),
                    state="open",
                    created_at=now,
                    received_at=now,
                    actions=("note", "postpone", "close", "dismiss"),
                )
            )
        self._at_most = None
        self._alarms.alarm(TROUBLE, message)
