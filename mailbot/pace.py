"""How fast mails may leave for one domain: receiving servers take a burst for an attack."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=1)


class Pace:
    """At most so many mails a minute to one recipient domain; each process counts what it sends itself."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._sent: dict[str, deque[datetime]] = {}

    def free_at(self, addresses: Iterable[str], now: datetime) -> datetime:
        """When a mail to these may leave: now, or a moment later."""
        return max((self._free_at(domain, now) for domain in _domains(addresses)), default=now)

    def count(self, addresses: Iterable[str], now: datetime) -> None:
        """A mail to these leaves now."""
        for domain in _domains(addresses):
            self._sent.setdefault(domain, deque()).append(now)

    def _free_at(self, domain: str, now: datetime) -> datetime:
        sent = self._sent.get(domain)
        if sent is None:
            return now
        while sent and sent[0] <= now - WINDOW:
            sent.popleft()
        if not sent:
            del self._sent[domain]
        return now if len(sent) < self._per_minute else sent[-self._per_minute] + WINDOW


def _domains(addresses: Iterable[str]) -> set[str]:
    return {address.rpartition("@")[2].casefold() for address in addresses}
