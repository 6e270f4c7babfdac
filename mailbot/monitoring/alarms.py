"""A mail to INCERT once when a trouble has lasted, and once when it is over. The store remembers which.

An alarm goes through the outbox like every mail: where the SMTP server is gone it leaves when that is back,
together with the word that it is over, and on hold it waits, unless it was the breaker that held sending:
that is what it tells. /health and the log say it at once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import get_args

from mailbot.bootstrap import Service
from mailbot.logs import logger
from mailbot.monitoring.troubles import Trouble, TroubleName
from mailbot.outbox import Cause
from mailbot.rows import HistoryRow
from rules.types import Letter, PlannedMail

log = logger(__name__)
_SWITCH = "alarm:"
OVER = "alarm_over"


class Alarms:
    """Compares the troubles of now with those that were told."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._seen: dict[TroubleName, datetime] = {}
        self._last_seen: dict[TroubleName, datetime] = {}

    def look(self, troubles: list[Trouble]) -> list[str]:
        """Tell what is new and what is over; returns the names of the alarms that were told now."""
        now = self._service.clock.now()
        patience = timedelta(minutes=self._service.config.health.alarm_minutes)
        current = {trouble.name: trouble for trouble in troubles}
        told: list[str] = []
        for name, trouble in current.items():
            self._seen.setdefault(name, now)
            self._last_seen[name] = now
            lasted = trouble.lasting or now - self._seen[name] >= patience
            if lasted and not self._told_at(name):
                self._tell(trouble.name, trouble.said, trouble.since, now, begins=True)
                told.append(name)
        for name in get_args(TroubleName):
            if name in current:
                continue
            self._seen.pop(name, None)
            since = self._told_at(name)
            calm = now - self._last_seen.get(name, now - patience) >= patience / 2
            if since and calm:
                at, _, said = since.partition(" ")
                self._tell(name, said, datetime.fromisoformat(at), now, begins=False)
                told.append(name)
        return told

    def _told_at(self, name: str) -> str:
        return self._service.store.switch(_SWITCH + name)

    def _tell(self, name: str, said: str, since: datetime, now: datetime, *, begins: bool) -> None:
        store, address = self._service.store, self._service.config.parties.incert_address
        what = "alarm" if begins else OVER
        letter = Letter(note=said, received_at=since, situation="" if begins else OVER)
        with store.transaction():
            store.set_switch(_SWITCH + name, f"{since.isoformat()} {said}" if begins else "")
            store.add_history(HistoryRow(0, now, "mailbot", what, {"trouble": name}))
            if address:
                planned = PlannedMail(
                    template="alarme", role="incert", address=address, letter=letter, reply=False
                )
                key = f"{what}:{name}:{since.isoformat()}" + ("" if begins else f":{now.isoformat()}")
                self._service.outbox.add(planned, Cause(key=key, at=now), None, "due")
        (log.error if begins else log.info)(what, trouble=name)
