"""The outbox: mails that leave, or may leave, each caused once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    bindparam,
    delete,
    exists,
    false,
    func,
    or_,
    select,
    true,
    update,
)

from mailbot.adapters.store.base import Part, in_chunks, insert_once, missing
from mailbot.adapters.store.statement import Made, Statement, among
from mailbot.adapters.store.tables import columns_of, mails, outbox, outbox_recipients, switches, values_of
from mailbot.rows import OutboxRow

_OUTBOX = columns_of(outbox, OutboxRow)
_C = outbox.c
_NOW, _SINCE = bindparam("now", type_=_C.created_at.type), bindparam("since", type_=_C.created_at.type)
_SWITCH = Statement(select(switches.c.value).where(switches.c.name == bindparam("name")))
_BY_KEY = Statement(select(*_OUTBOX).where(_C.key == bindparam("key")))
_IS_GONE_OR_GOING = among(_C.state, ("due", "sending", "sent", "uncertain"))
_ANSWERS = (_C.auto, _C.mail_id.is_not(None), _IS_GONE_OR_GOING, _C.created_at >= _SINCE)
_ANSWERS_TO = Statement(
    select(func.count())
    .select_from(outbox_recipients.join(outbox))
    .where(outbox_recipients.c.address == bindparam("address"), *_ANSWERS)
)
_ANSWERS_IN = Statement(
    select(func.count()).select_from(outbox).where(_C.dossier_id == bindparam("dossier"), *_ANSWERS)
)
_LAST_WRITTEN = Statement(
    select(func.max(func.coalesce(_C.sent_at, _C.created_at))).where(
        _C.dossier_id == bindparam("dossier"), among(_C.role, ("industriel", "sender")), _IS_GONE_OR_GOING
    )
)
_LAST_WRITTEN_BY_HAND = Statement(
    select(func.max(mails.c.received_at)).where(
        mails.c.dossier_id == bindparam("dossier"), mails.c.direction == "sent"
    )
)
_ANSWERS_TO_MAIL = Statement(
    select(*_OUTBOX).where(_C.mail_id == bindparam("mail"), _C.auto, _IS_GONE_OR_GOING).order_by(_C.id)
)
_RECIPIENT = Statement(outbox_recipients.insert(), ("address", "outbox_id"))


class Outbox(Part):
    def add_outbox(self, row: OutboxRow) -> OutboxRow:
        """Store a mail and return it with its id. One whose key is known stays as it was, and is returned."""
        with self._database.writing() as connection:
            values = values_of(row)
            adding = insert_once(connection.dialect.name, outbox, outbox.c.id, *values)
            new = adding.scalar(connection, values)
            if new is None:
                return OutboxRow(*_BY_KEY.rows(connection, {"key": row.key})[0])
            added = replace(row, id=int(new))
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

    def entries_with_draft(self) -> set[int]:
        """The entries for which a draft waits."""
        query = select(outbox.c.entry_id).where(outbox.c.state == "draft", outbox.c.entry_id.is_not(None))
        with self._database.reading() as connection:
            return set(connection.execute(query).scalars())

    def answers_to_mail(self, mail_id: int) -> list[OutboxRow]:
        """The answers of mailbot's own to that mail that left or are to leave."""
        with self._database.reading() as connection:
            return [OutboxRow(*row) for row in _ANSWERS_TO_MAIL.rows(connection, {"mail": mail_id})]

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
        claim = {"now": now, "most": limit, "holder": holder}
        with self._database.writing() as connection:
            rows = [OutboxRow(*row) for row in _CLAIM.rows(connection, claim)]
            if (
                not rows
                and _SWITCH.scalar(connection, {"name": "hold"}) == "1"
                and _SWITCH.scalar(connection, {"name": "trouble:breaker"})
            ):
                rows = [OutboxRow(*row) for row in _CLAIM_ALARMS.rows(connection, claim)]
        return sorted(rows, key=lambda row: row.id)

    def left_sending(self, others: Sequence[str] = ()) -> list[OutboxRow]:
        """What was being sent, but for what those processes send: after a crash, its fate is not known."""
        return self._rows((outbox.c.state == "sending") & _not_of(others))

    def sent_unsaved(self, now: datetime, limit: int, others: Sequence[str] = ()) -> list[OutboxRow]:
        """Mails that left without a copy in the Sent folder and may be tried now; oldest first.

        others: processes whose own are left out.
        """
        c = outbox.c
        lacks_copy = (c.state == "sent") & (c.saved_to_sent == false())
        return self._rows(lacks_copy & _come(c.next_attempt_at, now) & _not_of(others), limit)

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
        asked = {"address": _address(address), "since": since}
        with self._database.reading() as connection:
            return int(_ANSWERS_TO.scalar(connection, asked))

    def answers_in(self, dossier_id: int, since: datetime) -> int:
        """How many answers of mailbot's own, written since then, left or are to leave in that dossier."""
        with self._database.reading() as connection:
            return int(_ANSWERS_IN.scalar(connection, {"dossier": dossier_id, "since": since}))

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
        queries = (_LAST_WRITTEN, _LAST_WRITTEN_BY_HAND)
        with self._database.reading() as connection:
            found = [query.scalar(connection, {"dossier": dossier_id}) for query in queries]
        return max((at for at in found if at is not None), default=None)

    def _rows(self, clause: ColumnElement[bool], limit: int | None = None) -> list[OutboxRow]:
        query = select(*_OUTBOX).where(clause).order_by(outbox.c.id).limit(limit)
        with self._database.reading() as connection:
            rows = connection.execute(query)
            return [OutboxRow(*row) for row in rows]


def _come(column: ColumnElement[Any], now: Any) -> ColumnElement[bool]:
    return or_(column.is_(None), column <= now)


def _claiming(*clauses: ColumnElement[bool]) -> Made:
    """Take the oldest of those whose time has come: `now`, `most`, and the values of the claim."""
    come = (_come(at, _NOW) for at in (_C.not_before, _C.next_attempt_at))
    due = (
        select(_C.id)
        .where(_C.state == "due", *come, *clauses)
        .order_by(_C.id)
        .limit(bindparam("most", type_=Integer))
        # A row that an administrator's session holds does not keep the others back (PostgreSQL).
        .with_for_update(skip_locked=True)
    )
    taken = {
        "state": "sending",
        "attempts": _C.attempts + 1,
        "claimed_at": _NOW,
        "claimed_by": bindparam("holder"),
    }
    return update(outbox).where(_C.id.in_(due)).values(taken).returning(*_OUTBOX)


_ON_HOLD = exists().where(switches.c.name == "hold", switches.c.value == "1")
_CLAIM, _CLAIM_ALARMS = Statement(_claiming(~_ON_HOLD)), Statement(_claiming(_C.template == "alarme"))


def _not_of(others: Sequence[str]) -> ColumnElement[bool]:
    return outbox.c.claimed_by.not_in(others) if others else true()


def _address(address: str) -> str:
    return address.strip().lower()


def _record_recipients(connection: Connection, outbox_id: int, to: Sequence[str]) -> None:
    addresses = sorted({_address(address) for address in to})
    if addresses:
        rows = [{"address": address, "outbox_id": outbox_id} for address in addresses]
        _RECIPIENT.run_many(connection, rows)
