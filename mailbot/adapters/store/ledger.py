"""The ledger: where mails were seen, and the mails themselves, each once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, and_, bindparam, func, or_, select, true, update

from mailbot.adapters.store.base import (
    WITHOUT_READING,
    Part,
    in_chunks,
    insert,
    mail_without_reading,
    missing,
    new_id,
)
from mailbot.adapters.store.statement import Statement
from mailbot.adapters.store.tables import columns_of, ledger, mails
from mailbot.rows import Arrival, LedgerRow, MailRow, MailState

_MAIL = columns_of(mails, MailRow)
_PLACE = columns_of(ledger, LedgerRow)
_BY_ID = Statement(select(*_MAIL).where(mails.c.id == bindparam("mail")))
_SAME_CONTENT = Statement(
    select(*_MAIL)
    .where(mails.c.content_key == bindparam("content"), mails.c.id < bindparam("before"))
    .order_by(mails.c.id)
    .limit(1)
)


class Ledger(Part):
    def record_arrivals(self, arrivals: Sequence[Arrival]) -> list[MailRow]:
        """Record mails that are safe in the archive, all or none. The mails are returned in the same order.

        Bytes that are known are the mail that is known. The same mail under other headers is recorded as a
        copy of the first. A place that now holds another mail (a server without UIDVALIDITY) is taken over.
        """
        with self._database.writing() as connection:
            by_sha256 = _ids(connection, "sha256", [a.sha256 for a in arrivals])
            by_fingerprint = _ids(connection, "fingerprint", [a.fingerprint for a in arrivals])
            for arrival in arrivals:
                if arrival.sha256 in by_sha256:
                    continue
                original = by_fingerprint.get(arrival.fingerprint)
                mail_id = new_id(connection, mails, _first_seen(arrival, original))
                by_sha256[arrival.sha256] = mail_id
                if arrival.fingerprint:
                    by_fingerprint.setdefault(arrival.fingerprint, mail_id)
            places = [_place(arrival, by_sha256[arrival.sha256]) for arrival in arrivals]
            if places:
                _record_places(connection, places)
            found = _by_id(connection, sorted(set(by_sha256.values())))
        return [found[by_sha256[arrival.sha256]] for arrival in arrivals]

    def known_uids(self, account: str, folder: str, uidvalidity: int, first: int = 1) -> set[int]:
        """The UIDs of that folder, from that one on, that the ledger has."""
        here = _in_folder(account, folder, uidvalidity)
        with self._database.reading() as connection:
            return set(connection.execute(select(ledger.c.uid).where(here, ledger.c.uid >= first)).scalars())

    def unhandled(self, account: str, folder: str, uidvalidity: int, limit: int = 500) -> list[LedgerRow]:
        """The first by UID of what is recorded and still has to be moved or flagged on the server."""
        query = select(*_PLACE).where(_in_folder(account, folder, uidvalidity), ~ledger.c.handled)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(ledger.c.uid).limit(limit))
            return [LedgerRow(*row) for row in rows]

    def mark_handled(self, ledger_ids: Sequence[int]) -> None:
        if not ledger_ids:
            return
        query = update(ledger).where(ledger.c.id == bindparam("place")).values(handled=true())
        with self._database.writing() as connection:
            connection.execute(query, [{"place": ledger_id} for ledger_id in ledger_ids])

    def mail(self, mail_id: int) -> MailRow:
        """Raises UnknownReference when there is no such mail."""
        with self._database.reading() as connection:
            row = _BY_ID.first(connection, {"mail": mail_id})
        if row is None:
            raise missing(mails, mail_id)
        return MailRow(*row)

    def known_mails(self, digests: Sequence[str]) -> set[str]:
        """Those of the digests under which a mail is recorded."""
        with self._database.reading() as connection:
            return set(_ids(connection, "sha256", digests))

    def mail_by_sha256(self, sha256: str) -> MailRow | None:
        with self._database.reading() as connection:
            row = connection.execute(select(*_MAIL).where(mails.c.sha256 == sha256)).one_or_none()
        return None if row is None else MailRow(*row)

    def mails_in_state(self, state: MailState, due: datetime, limit: int) -> list[MailRow]:
        """The mails in that state whose time has come, without their readings, the oldest first."""
        clauses = [mails.c.state == state, _come(mails.c.next_attempt_at, due)]
        if state == "waiting":
            clauses.append(_come(mails.c.decide_at, due))
        query = select(*WITHOUT_READING).where(and_(*clauses)).order_by(mails.c.received_at, mails.c.id)
        with self._database.reading() as connection:
            return [mail_without_reading(row) for row in connection.execute(query.limit(limit))]

    def mails_to_decide(self, now: datetime) -> list[MailRow]:
        """The waiting mails of every dossier in which the time of one has come, the oldest first.

        Those without a dossier are among them. They come without their readings.
        """
        with self._database.reading() as connection:
            return [mail_without_reading(row) for row in _TO_DECIDE.rows(connection, {"now": now})]

    def sent_unfiled(self, limit: int) -> list[MailRow]:
        """Mails of the Sent folder that were not put to a dossier yet."""
        with self._database.reading() as connection:
            return [MailRow(*row) for row in _SENT_UNFILED.rows(connection, {"limit": limit})]

    def update_mail(self, mail_id: int, **changes: Any) -> None:
        self._update(mails, MailRow, mail_id, changes)

    def mails_of_dossier(self, dossier_id: int) -> list[MailRow]:
        """All its mails, those received first in front."""
        query = select(*_MAIL).where(mails.c.dossier_id == dossier_id)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(mails.c.received_at, mails.c.id))
            return [MailRow(*row) for row in rows]

    def same_content(self, content_key: str, before: int) -> MailRow | None:
        """The first mail with that content, if it was recorded before the mail of the id `before`."""
        if not content_key:
            return None
        with self._database.reading() as connection:
            row = _SAME_CONTENT.first(connection, {"content": content_key, "before": before})
        return None if row is None else MailRow(*row)

    def count_received(self, since: datetime, until: datetime) -> int:
        """How many mails came in between the two instants."""
        c = mails.c
        query = select(func.count()).where(c.direction == "in", c.received_at > since, c.received_at <= until)
        with self._database.reading() as connection:
            return int(connection.execute(query).scalar_one())


def _in_folder(account: str, folder: str, uidvalidity: int) -> ColumnElement[bool]:
    c = ledger.c
    return and_(c.account == account, c.folder == folder, c.uidvalidity == uidvalidity)


def _come(column: ColumnElement[Any], due: Any) -> ColumnElement[bool]:
    return or_(column.is_(None), column <= due)


_C = mails.c
_RIPE = select(_C.dossier_id).where(
    _C.state == "waiting", _C.dossier_id.is_not(None), _come(_C.decide_at, bindparam("now"))
)
_TO_DECIDE = Statement(
    select(*WITHOUT_READING)
    .where(_C.state == "waiting", or_(_C.dossier_id.is_(None), _C.dossier_id.in_(_RIPE)))
    .order_by(_C.received_at, _C.id)
)
_SENT_UNFILED = Statement(
    select(*_MAIL)
    .where(_C.direction == "sent", _C.reason == "sent")
    .order_by(_C.id)
    .limit(bindparam("limit", type_=Integer))
)


def _ids(connection: Connection, column: str, values: Sequence[str]) -> dict[str, int]:
    """Value -> the first mail with it."""
    found: dict[str, int] = {}
    c = mails.c[column]
    for chunk in in_chunks(values):
        query = select(c, func.min(mails.c.id)).where(c.in_(chunk)).group_by(c)
        found.update((value, mail_id) for value, mail_id in connection.execute(query))
    return found


def _by_id(connection: Connection, mail_ids: Sequence[int]) -> dict[int, MailRow]:
    found: dict[int, MailRow] = {}
    for start in range(0, len(mail_ids), 500):
        query = select(*_MAIL).where(mails.c.id.in_(mail_ids[start : start + 500]))
        found.update((row.id, MailRow(*row)) for row in connection.execute(query))
    return found


def _first_seen(arrival: Arrival, original: int | None) -> dict[str, Any]:
    """The row of a mail that was not known. Only a mail that is new, received and first may be answered."""
    reason = (
        "sent"
        if arrival.direction == "sent"
        else f"copy:{original}"
        if original is not None
        else "old"
        if arrival.old
        else ""
    )
    return {
        "sha256": arrival.sha256,
        "size": arrival.size,
        "received_at": arrival.received_at,
        "seen_at": arrival.seen_at,
        "message_id": arrival.message_id,
        "sender": arrival.sender,
        "subject": arrival.subject,
        "fingerprint": arrival.fingerprint,
        "direction": arrival.direction,
        "state": "recorded" if reason else "archived",
        "reason": reason,
        "attempts": 0,
        "content_key": "",
    }


def _place(arrival: Arrival, mail_id: int) -> dict[str, Any]:
    return {
        "account": arrival.account,
        "folder": arrival.folder,
        "uidvalidity": arrival.uidvalidity,
        "uid": arrival.uid,
        "sha256": arrival.sha256,
        "mail_id": mail_id,
        "handled": False,
    }


def _record_places(connection: Connection, places: list[dict[str, Any]]) -> None:
    statement = insert(connection, ledger)
    new = statement.excluded
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["account", "folder", "uidvalidity", "uid"],
            set_={"sha256": new.sha256, "mail_id": new.mail_id, "handled": False},
            where=ledger.c.sha256 != new.sha256,
        ),
        places,
    )
