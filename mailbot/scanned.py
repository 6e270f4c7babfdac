"""Readers that get nothing which the virus scanner has not let through."""

from __future__ import annotations

from mailbot.errors import ReadingFailed
from mailbot.ports import Readers, Scanner
from mailbot.unreadable import unreadable_file
from parsers.types import Document, MailReading


class ScannedReaders:
    """ports.Readers. An infected mail cannot be read: ReadingFailed with the reason `virus`."""

    def __init__(self, readers: Readers, scanner: Scanner) -> None:
        self._readers = readers
        self._scanner = scanner

    def read_mail(self, raw: bytes) -> MailReading:
        self._refuse_infected(raw)
        return self._readers.read_mail(raw)

    def read_quickly(self, raw: bytes) -> MailReading | None:
        self._refuse_infected(raw)
        return self._readers.read_quickly(raw)

    def read_file(self, name: str, data: bytes) -> list[Document]:
        try:
            self._refuse_infected(data)
        except ReadingFailed as error:
            return [unreadable_file(name, data, error)]
        return self._readers.read_file(name, data)

    def _refuse_infected(self, data: bytes) -> None:
        found = self._scanner.scan(data)
        if found:
            raise ReadingFailed("virus", f"infected: {found}")

    def close(self) -> None:
        close = getattr(self._readers, "close", None)
        if close is not None:
            close()
