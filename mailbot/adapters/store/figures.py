"""Figures over everything that is kept: for `stats` and `audit verify`."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Table, func, select

from mailbot.adapters.store.base import Part
from mailbot.adapters.store.tables import mails, outbox
from rules.types import Letter


class Figures(Part):
    def count_by_state(self) -> dict[str, dict[str, int]]:
        """How many mails, and how many mails that leave, are in which state."""
        return {"mails": self._by_state(mails), "outbox": self._by_state(outbox)}

    def _by_state(self, table: Table) -> dict[str, int]:
        query = select(table.c.state, func.count()).group_by(table.c.state).order_by(table.c.state)
        with self._database.reading() as connection:
            return {str(state): int(count) for state, count in connection.execute(query)}

    def mail_digests(self) -> Iterator[str]:
        """The SHA-256 of every mail that was recorded and not purged: each has to be in the archive."""
        query = select(mails.c.sha256).where(mails.c.purged_at.is_(None)).order_by(mails.c.id)
        with self._database.reading() as connection:
            for (digest,) in connection.execute(query):
                yield str(digest)

    def mails_by_id(self) -> dict[int, str]:
        """The SHA-256 of every mail that was ever recorded, by its id."""
        with self._database.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(select(mails.c.id, mails.c.sha256))}

    def letters(self, template: str) -> list[Letter]:
        """What the mails of that template were made of, the oldest first."""
        query = select(outbox.c.letter).where(outbox.c.template == template, outbox.c.letter.is_not(None))
        with self._database.reading() as connection:
            return list(connection.execute(query.order_by(outbox.c.id)).scalars())
