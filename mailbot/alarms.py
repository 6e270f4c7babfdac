"""Alarms that a part of the service raises itself: in the log at once, and in the store for whoever watches.

mailbot/monitoring tells INCERT of them by mail, once, and shows them on /health.
"""

from __future__ import annotations

from datetime import datetime

from mailbot.logs import logger
from mailbot.ports import Clock
from mailbot.store_port import Store

log = logger(__name__)
_SWITCH = "trouble:"


class StoredAlarms:
    """ports.Alarms. A trouble that is raised again keeps the time when it began."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def alarm(self, trouble: str, message: str) -> None:
        if raised(self._store, trouble) is None:
            with self._store.transaction():
                self._store.set_switch(_SWITCH + trouble, f"{self._clock.now().isoformat()} {message}")
            log.error("alarm", trouble=trouble, said=message)

    def over(self, trouble: str) -> None:
        if raised(self._store, trouble) is not None:
            with self._store.transaction():
                self._store.set_switch(_SWITCH + trouble, "")
            log.info("alarm_over", trouble=trouble)


def raised(store: Store, trouble: str) -> tuple[datetime, str] | None:
    """Since when the trouble is there and what was said of it; None when it is not."""
    since, _, message = store.switch(_SWITCH + trouble).partition(" ")
    return (datetime.fromisoformat(since), message) if since else None
