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
        self._order: deque[tuple[datetime, str]] = deque()

    def free_at(self, addresses: Iterable[str], now: datetime) -> datetime:
        """When a mail to these may leave: now, or a moment later."""
        self._forget_before(now - WINDOW)
        return max((self._free_at(domain, now) for domain in _domains(addresses)), default=now)

    def count(self, addresses: Iterable[str], now: datetime) -> None:
        """A mail to these leaves now."""
        for domain in _domains(addresses):
            self._sent.setdefault(domain, deque()).append(now)
            self._order.append((now, domain))

    def __len__(self) -> int:
        """How many sendings it remembers."""
        return len(self._order)

    def _free_at(self, domain: str, now: datetime) -> datetime:
        sent = self._sent.get(domain, ())
        return now if len(sent) < self._per_minute else sent[-self._per_minute] + WINDOW

    def _forget_before(self, instant: datetime) -> None:
        """What is older counts no more, whichever domain it went to: memory holds a minute's mails."""
        while self._order and self._order[0][0] <= instant:
            _, domain = self._order.popleft()
            sent = self._sent[domain]
            sent.popleft()
            if not sent:
                del self._sent[domain]


def _domains(addresses: Iterable[str]) -> set[str]:
    return {address.rpartition("@")[2].casefold() for address in addresses}
