"""What else the service needs of the world, as protocols.

Adapters in mailbot/adapters implement them; tests use the in-memory ones of tests/fakes.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from parsers.types import Document, MailReading


class Clock(Protocol):
    """The time, aware, in UTC."""

    def now(self) -> datetime: ...


class Archive(Protocol):
    """Raw mails by the SHA-256 of their bytes; durable once `put` returns."""

    def put(self, raw: bytes) -> str: ...

    def get(self, sha256: str) -> bytes: ...

    def has(self, sha256: str) -> bool: ...

    def digests(self) -> Iterator[str]: ...

    def remove(self, sha256: str) -> bool:
        """Take a mail away for good (retention). False when it was not there."""


class Alarms(Protocol):
    """Troubles that somebody has to be told of. The same trouble, raised again, is the same alarm."""

    def alarm(self, trouble: str, message: str) -> None:
        """The trouble is there. `trouble` is a stable word, `message` what happened and what to do."""

    def over(self, trouble: str) -> None:
        """The trouble is over."""


class Readers(Protocol):
    """The parsers, wherever they run. Raises errors.ReadingFailed when a mail cannot be read at all."""

    def read_mail(self, raw: bytes) -> MailReading: ...

    def read_quickly(self, raw: bytes) -> MailReading | None:
        """The mail, or None where that takes longer: a scan, an old format, whatever upsets the reader."""

    def read_file(self, name: str, data: bytes) -> list[Document]: ...


class Scanner(Protocol):
    """A virus scanner."""

    def scan(self, data: bytes) -> str:
        """The name of what was found; empty for nothing.

        Raises errors.ScannerUnreachable, and errors.ReadingFailed for what it does not take.
        """
