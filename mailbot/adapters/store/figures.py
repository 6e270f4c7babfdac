"""Figures over everything that is kept: for `stats` and `audit verify`."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Table, func, select

from mailbot.adapters.store.base import Part
from mailbot.adapters.store.tables import mails, outbox


class Figures(Part):
    def count_by_state(self) -> dict[str, dict[str, int]]:
        """How many mails, and how many mails that leave, are in which state."""
        return {"mails": self._by_state(mails), "outbox": self._by_state(outbox)}

    def _by_state(self, table: Table) -> dict[str, int]:
        query = select(table.c.state, func.count()).group_by(table.c.state).order_by(table.c.state)
        with self._database.reading() as connection:
            return {str(state): int(count) for state, count in connection.execute(query)}

    def mail_digests(self) -> Iterator[str]:
        """The SHA-256 of every mail that was ever recorded: each has to be in the archive."""
        with self._database.reading() as connection:
            for (digest,) in connection.execute(select(mails.c.sha256).order_by(mails.c.id)):
                yield str(digest)
