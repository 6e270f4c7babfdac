"""The outbox: mails that leave, or may leave, each caused once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, false, func, or_, select, true, update

from mailbot.adapters.store.base import Part, in_chunks, missing, new_id
from mailbot.adapters.store.tables import columns_of, mails, outbox, outbox_recipients, switches, values_of
from mailbot.rows import OutboxRow

_OUTBOX = columns_of(outbox, OutboxRow)
_GONE_OR_GOING = ("due", "sending", "sent", "uncertain")


class Outbox(Part):
    def add_outbox(self, row: OutboxRow) -> OutboxRow:
        """Store a mail and return it with its id. One whose key is known stays as it was, and is returned."""
        with self._database.writing() as connection:
            known = self._rows(outbox.c.key == row.key)
            if known:
                return known[0]
            added = replace(row, id=new_id(connection, outbox, values_of(row)))
            _record_recipients(connection, added.id, added.to)
        return added

    def outbox(self, outbox_id: int) -> OutboxRow:
        """Raises UnknownReference when there is no such mail."""
        found = self._rows(outbox.c.id == outbox_id)
        if not found:
            raise missing(outbox, outbox_id)
        return found[0]

    def outbox_of_entry(self, entry_id: int) -> list[OutboxRow]:
        return self._rows(outbox.c.entry_id == entry_id)

    def answers_to_mail(self, mail_id: int) -> list[OutboxRow]:
        """The answers of mailbot's own to that mail that left or are to leave."""
        c = outbox.c
        return self._rows((c.mail_id == mail_id) & c.auto & c.state.in_(_GONE_OR_GOING))

    def outbox_of_dossier(self, dossier_id: int) -> list[OutboxRow]:
        return self._rows(outbox.c.dossier_id == dossier_id)

    def outbox_by_message_ids(self, message_ids: Sequence[str]) -> list[OutboxRow]:
        found = [
            row for chunk in in_chunks(message_ids) for row in self._rows(outbox.c.message_id.in_(chunk))
        ]
        return sorted(found, key=lambda row: row.id)

    def last_sent_to(self, address: str) -> OutboxRow | None:
        """The latest mail that left, or may have left, to that address."""
        c = outbox.c
        query = (
            select(func.max(outbox_recipients.c.outbox_id))
            .select_from(outbox_recipients.join(outbox))
            .where(outbox_recipients.c.address == _address(address), c.state.in_(("sent", "uncertain")))
        )
        with self._database.reading() as connection:
            found = connection.execute(query).scalar()
        return self.outbox(int(found)) if found is not None else None

    def claim_due(self, now: datetime, limit: int, holder: str = "") -> list[OutboxRow]:
        """Take mails that are to leave now, the oldest first, as `sending`; nobody else gets the same.

        Takes none while the switch `hold` is on; when the breaker set it, alarms only.
        """
        c = outbox.c
        query = (
            select(c.id)
            .where(c.state == "due", _come(c.not_before, now), _come(c.next_attempt_at, now))
            .order_by(c.id)
            .limit(limit)
            # A row that an administrator's session holds does not keep the others back (PostgreSQL).
            .with_for_update(skip_locked=True)
        )
        with self._database.writing() as connection:
            value = select(switches.c.value)
            if connection.execute(value.where(switches.c.name == "hold")).scalar() == "1":
                if not connection.execute(value.where(switches.c.name == "trouble:breaker")).scalar():
                    return []
                query = query.where(c.template == "alarme")
            ids = list(connection.execute(query).scalars())
            if not ids:
                return []
            connection.execute(
                update(outbox)
                .where(c.id.in_(ids))
                .values(state="sending", attempts=c.attempts + 1, claimed_at=now, claimed_by=holder)
            )
            return self._rows(c.id.in_(ids))

    def left_sending(self, others: Sequence[str] = ()) -> list[OutboxRow]:
        """What was being sent, but for what those processes send: after a crash, its fate is not known."""
        return self._rows((outbox.c.state == "sending") & _not_of(others))

    def sent_unsaved(self, limit: int, others: Sequence[str] = ()) -> list[OutboxRow]:
        """Mails that left without a copy in the Sent folder, but for these processes' own; oldest first."""
        c = outbox.c
        return self._rows((c.state == "sent") & (c.saved_to_sent == false()) & _not_of(others), limit)

    def update_outbox(self, outbox_id: int, **changes: Any) -> None:
        with self._database.writing() as connection:
            self._update(outbox, OutboxRow, outbox_id, changes)
            if "to" in changes:
                mine = outbox_recipients.c.outbox_id == outbox_id
                connection.execute(delete(outbox_recipients).where(mine))
                _record_recipients(connection, outbox_id, changes["to"])

    def count_sent(self, since: datetime, until: datetime) -> int:
        """How many mails left between the two instants."""
        c = outbox.c
        query = select(func.count()).where(c.sent_at > since, c.sent_at <= until)
        with self._database.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def answers_to(self, address: str, since: datetime) -> int:
        """How many answers of mailbot's own, written since then, went or are to go to that address."""
        query = (
            select(func.count())
            .select_from(outbox_recipients.join(outbox))
            .where(
                outbox_recipients.c.address == _address(address),
                outbox.c.auto,
                outbox.c.mail_id.is_not(None),
                outbox.c.state.in_(_GONE_OR_GOING),
                outbox.c.created_at >= since,
            )
        )
        with self._database.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def answers_in(self, dossier_id: int, since: datetime) -> int:
        """How many answers of mailbot's own, written since then, left or are to leave in that dossier."""
        c = outbox.c
        clauses = (c.dossier_id == dossier_id, c.auto, c.mail_id.is_not(None), c.created_at >= since)
        return self._count_rows(*clauses, c.state.in_(_GONE_OR_GOING))

    def answers_sent(self, since: datetime) -> int:
        """How many answers of mailbot's own left after that instant."""
        c = outbox.c
        return self._count_rows(c.sent_at > since, c.auto, c.mail_id.is_not(None))

    def _count_rows(self, *clauses: ColumnElement[bool]) -> int:
        query = select(func.count()).select_from(outbox).where(*clauses)
        with self._database.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def last_written_to(self, dossier_id: int) -> datetime | None:
        """When the Industriel was last written to, by mailbot (what is about to leave counts) or by hand."""
        c = outbox.c
        leaves = c.state.in_(("due", "sending", "sent", "uncertain"))
        queries = (
            select(func.max(func.coalesce(c.sent_at, c.created_at))).where(
                c.dossier_id == dossier_id, c.role.in_(("industriel", "sender")), leaves
            ),
            select(func.max(mails.c.received_at)).where(
                mails.c.dossier_id == dossier_id, mails.c.direction == "sent"
            ),
        )
        with self._database.reading() as connection:
            found = [connection.execute(query).scalar() for query in queries]
        return max((at for at in found if at is not None), default=None)

    def _rows(self, clause: ColumnElement[bool], limit: int | None = None) -> list[OutboxRow]:
        query = select(*_OUTBOX).where(clause).order_by(outbox.c.id).limit(limit)
        with self._database.reading() as connection:
            rows = connection.execute(query)
            return [OutboxRow(*row) for row in rows]


def _come(column: ColumnElement[Any], now: datetime) -> ColumnElement[bool]:
    return or_(column.is_(None), column <= now)


def _not_of(others: Sequence[str]) -> ColumnElement[bool]:
    return outbox.c.claimed_by.not_in(others) if others else true()


def _address(address: str) -> str:
    return address.strip().lower()


def _record_recipients(connection: Connection, outbox_id: int, to: Sequence[str]) -> None:
    addresses = sorted({_address(address) for address in to})
    if addresses:
        rows = [{"address": address, "outbox_id": outbox_id} for address in addresses]
        connection.execute(outbox_recipients.insert(), rows)
