"""The words of the mails behind open entries, for the queue's search. Read when somebody first searches."""

from __future__ import annotations

from collections.abc import Iterable

from mailbot.errors import UnknownReference
from mailbot.store_port import WebStore

_MOST_KEPT = 20_000
_LONGEST = 20_000


class MailWords:
    def __init__(self, store: WebStore) -> None:
        self._store = store
        self._words: dict[int, str] = {}

    def holding(self, text: str, mail_ids: Iterable[int]) -> set[int]:
        """Those of the mails whose text holds that text, case aside."""
        wanted = text.casefold()
        return {mail_id for mail_id in mail_ids if wanted in self._of(mail_id)}

    def _of(self, mail_id: int) -> str:
        found = self._words.get(mail_id)
        if found is None:
            found = self._read(mail_id)
            if len(self._words) >= _MOST_KEPT:
                self._words.clear()
            self._words[mail_id] = found
        return found

    def _read(self, mail_id: int) -> str:
        try:
            reading = self._store.mail(mail_id).reading
        except UnknownReference:
            return ""
        return reading.message.text[:_LONGEST].casefold() if reading is not None else ""
