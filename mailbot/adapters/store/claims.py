"""Who works on what, where several processes share one store (PostgreSQL).

A claim holds as long as the lease of the process that has it: a dead one's claims come back by themselves. On
SQLite one process does everything, and nothing has to be claimed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Select, bindparam, or_, select, update

from mailbot.adapters.store.base import WITHOUT_READING, Part, mail_without_reading
from mailbot.adapters.store.statement import Statement
from mailbot.adapters.store.tables import leases, mails
from mailbot.rows import WORKER, Lane, MailRow

_HELD = Statement(
    select(mails.c.state, mails.c.claimed_by).where(mails.c.id == bindparam("mail")).with_for_update()
)
_WAITING = Statement(
    select(mails.c.id)
    .where(mails.c.id == bindparam("mail"), mails.c.state == "waiting")
    .with_for_update(skip_locked=True)
)


def _waiting_for_a_reader(*, in_lane: bool) -> Select[Any]:
    """Archived mails whose time has come: `due`, `limit`, and `lane`."""
    c = mails.c
    clauses = [
        c.state == "archived",
        or_(c.next_attempt_at.is_(None), c.next_attempt_at <= bindparam("due")),
        *([c.lane == bindparam("lane")] if in_lane else []),
    ]
    limit = bindparam("limit", type_=Integer)
    return select(*WITHOUT_READING).where(*clauses).order_by(c.received_at, c.id).limit(limit)


_WAITING_IN_LANE = Statement(_waiting_for_a_reader(in_lane=True))
_WAITING_IN_ANY_LANE = Statement(_waiting_for_a_reader(in_lane=False))
_SENDERS_IN_LANE = Statement(
    select(mails.c.sender)
    .where(mails.c.state == "archived", mails.c.lane == bindparam("lane"), mails.c.attempts == 0)
    .distinct()
)


class Claims(Part):
    @property
    def is_shared(self) -> bool:
        """Whether several processes may work on the store at the same time."""
        return not self._database.is_sqlite

    def claim_mails(
        self, holder: str, lane: Lane | None, due: datetime, alive: datetime, limit: int
    ) -> list[MailRow]:
        """Archived mails of that lane (None: of any) whose time has come, for this process alone.

        `alive`: the instant at which the others' leases are looked at. Those received first are in front.
        """
        asked = {"due": due, "lane": lane, "limit": limit}
        if not self.is_shared:
            waiting = _WAITING_IN_ANY_LANE if lane is None else _WAITING_IN_LANE
            with self._database.reading() as connection:
                return [mail_without_reading(row) for row in waiting.rows(connection, asked)]
        c = mails.c
        query = _waiting_for_a_reader(in_lane=lane is not None).params(asked)
        free = or_(c.claimed_by == "", c.claimed_by == holder, c.claimed_by.not_in(_alive(alive)))
        with self._database.reading() as connection:
            if connection.execute(query.where(free).limit(1)).first() is None:
                return []
        with self._database.writing() as connection:
            rows = connection.execute(query.where(free).with_for_update(skip_locked=True))
            found = [replace(mail_without_reading(row), claimed_by=holder) for row in rows]
            ids = [mail.id for mail in found]
            connection.execute(update(mails).where(c.id.in_(ids)).values(claimed_by=holder))
            return found

    def holds_mail(self, mail_id: int, holder: str) -> bool:
        """Whether the mail is still archived, and not another's meanwhile; locks it in a transaction."""
        with self._database.reading() as connection:
            found = _HELD.first(connection, {"mail": mail_id})
        return found is not None and found[0] == "archived" and (not self.is_shared or found[1] == holder)

    def release_mails(self, holder: str) -> None:
        """Give back what this process claimed and did not read."""
        if self.is_shared:
            mine = (mails.c.state == "archived") & (mails.c.claimed_by == holder)
            with self._database.writing() as connection:
                connection.execute(update(mails).where(mine).values(claimed_by=""))

    def lock_waiting(self, mail_ids: Sequence[int]) -> bool:
        """Whether all of these still wait for their decision, and are ours until the transaction ends."""
        with self._database.reading() as connection:
            return all(_WAITING.first(connection, {"mail": mail_id}) for mail_id in mail_ids)

    def senders_in_lane(self, lane: Lane) -> set[str]:
        """Who has a mail there that was not tried yet."""
        with self._database.reading() as connection:
            return set(_SENDERS_IN_LANE.scalars(connection, {"lane": lane}))

    def workers(self, alive: datetime) -> list[str]:
        """The processes whose lease holds at that instant."""
        with self._database.reading() as connection:
            return _ALIVE.scalars(connection, {"at": alive})


def _alive(at: Any) -> Select[Any]:
    """The holders of leases of workers; `;` is the character after `:`."""
    c = leases.c
    return select(c.holder).where(c.name >= WORKER, c.name < WORKER[:-1] + ";", c.until > at)


_ALIVE = Statement(_alive(bindparam("at")))
