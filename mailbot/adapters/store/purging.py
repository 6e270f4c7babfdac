"""Taking personal data away when its time is over. Rows stay: ids, ledger and history keep their sense.

Of a mail stay its digests and where it was seen, so that it is neither taken in nor answered again; of a
dossier its number and reference.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, or_, select, update

from mailbot.adapters.store.base import Part
from mailbot.adapters.store.history import PURGED
from mailbot.adapters.store.tables import (
    documents,
    dossier_addresses,
    dossier_clients,
    dossiers,
    entries,
    history,
    mails,
    outbox,
    outbox_recipients,
)
from mailbot.rows import RECEIVED, VIEWS
from rules.types import Dossier

_SETTLED = ("decided", "recorded", "failed")
_GOING = ("due", "sending", "uncertain")


class Purging(Part):
    def unrelated_mails(self, before: datetime) -> list[int]:
        """Mails of no dossier, received before then, of which nothing waits for a person."""
        c = mails.c
        waits = select(entries.c.id).where(entries.c.mail_id == c.id, entries.c.state != "closed").exists()
        leaves = select(outbox.c.id).where(outbox.c.mail_id == c.id, outbox.c.state.in_(_GOING)).exists()
        clauses = (c.dossier_id.is_(None), c.received_at < before, c.purged_at.is_(None))
        query = select(c.id).where(*clauses, c.state.in_(_SETTLED), ~waits, ~leaves)
        with self._database.reading() as connection:
            return list(connection.execute(query.order_by(c.id)).scalars())

    def idle_dossiers(self, before: datetime) -> list[int]:
        """Dossiers in which nothing came, left or was opened since then, and nothing waits."""
        d = dossiers.c
        came = select(mails.c.id).where(mails.c.dossier_id == d.id, mails.c.received_at >= before)
        left = select(outbox.c.id).where(
            outbox.c.dossier_id == d.id, or_(outbox.c.sent_at >= before, outbox.c.state.in_(_GOING))
        )
        waits = select(entries.c.id).where(entries.c.dossier_id == d.id, entries.c.state != "closed")
        clauses = (d.purged_at.is_(None), d.created_at < before)
        query = select(d.id).where(*clauses, ~came.exists(), ~left.exists(), ~waits.exists())
        with self._database.reading() as connection:
            return list(connection.execute(query.order_by(d.id)).scalars())

    def purge_mails(self, mail_ids: Sequence[int], at: datetime) -> set[str]:
        """Blank these mails and what was made of them; returns the digests whose files may go."""
        digests: set[str] = set()
        with self._database.writing() as connection:
            for chunk in _chunks(mail_ids):
                mine = mails.c.id.in_(chunk)
                digests |= set(connection.execute(select(mails.c.sha256).where(mine)).scalars())
                blank = {"sender": "", "subject": "", "reading": None, "purged_at": at}
                connection.execute(update(mails).where(mine).values(blank))
                strangers = mine & (mails.c.direction == "in")  # those of our own mails are digests
                connection.execute(update(mails).where(strangers).values(message_id=""))
                connection.execute(delete(documents).where(documents.c.mail_id.in_(chunk)))
                self._blank(entries.c.mail_id.in_(chunk), outbox.c.mail_id.in_(chunk))
        return digests

    def purge_dossiers(self, dossier_ids: Sequence[int], at: datetime) -> set[str]:
        """Blank these dossiers with all their mails; returns the digests whose files may go."""
        with self._database.writing() as connection:
            digests: set[str] = set()
            for chunk in _chunks(dossier_ids):
                of_them = select(mails.c.id).where(mails.c.dossier_id.in_(chunk))
                digests |= self.purge_mails(list(connection.execute(of_them).scalars()), at)
                connection.execute(delete(documents).where(documents.c.dossier_id.in_(chunk)))
                self._blank(entries.c.dossier_id.in_(chunk), outbox.c.dossier_id.in_(chunk))
                for table in (dossier_addresses, dossier_clients):
                    connection.execute(delete(table).where(table.c.dossier_id.in_(chunk)))
                references = select(dossiers.c.id, dossiers.c.reference).where(dossiers.c.id.in_(chunk))
                for dossier_id, reference in connection.execute(references).all():
                    blank: dict[str, Any] = {"matricule": "", "name_key": "", "exhibits": {}, "purged_at": at}
                    blank["dossier"] = Dossier(reference=reference)
                    connection.execute(update(dossiers).where(dossiers.c.id == dossier_id).values(blank))
        return digests

    def erase_purged(self) -> None:
        """Leave nothing behind on the disk of what was purged. Not in a transaction."""
        self._database.empty_log()

    def _blank(self, of_entries: ColumnElement[bool], of_outbox: ColumnElement[bool]) -> None:
        with self._database.writing() as connection:
            gone = {
                "messages": (),
                "findings": (),
                "facts": {},
                "subject": "",
                "sender": "",
                "industriel": "",
            }
            connection.execute(update(entries).where(of_entries).values(gone))
            words: dict[str, Any] = {
                "to": (),
                "subject": "",
                "text": "",
                "html": "",
                "headers": {},
                "letter": None,
            }
            words |= {"attachments": (), "error": ""}
            theirs = select(outbox.c.id).where(of_outbox)
            connection.execute(delete(outbox_recipients).where(outbox_recipients.c.outbox_id.in_(theirs)))
            connection.execute(update(outbox).where(of_outbox).values(words))

    def history_about(self, mail_ids: Sequence[int], dossier_ids: Sequence[int]) -> set[int]:
        """The rows of the history that tell of these, what was received and purged left out."""
        found: set[int] = set()
        keep = history.c.what.not_in((RECEIVED, PURGED))
        for column, ids in (("mail_id", mail_ids), ("dossier_id", dossier_ids)):
            found |= self._about(history.c[column], ids, keep)
            for table, reference in ((entries, history.c.entry_id), (outbox, history.c.outbox_id)):
                found |= self._about(reference, self._ids_of(table, column, ids), keep)
        return found

    def old_views(self, before: datetime) -> set[int]:
        """The rows of the history that tell who looked at what, before then, and were not purged."""
        query = select(history.c.id).where(history.c.what.in_(VIEWS), history.c.at < before)
        with self._database.reading() as connection:
            return set(connection.execute(query.where(history.c.salt != "")).scalars())

    def purged_digests(self) -> set[str]:
        """The digests of the mails that were purged: whatever brings their files back, they go again."""
        with self._database.reading() as connection:
            return set(
                connection.execute(select(mails.c.sha256).where(mails.c.purged_at.is_not(None))).scalars()
            )

    def files_in_use(self) -> set[str]:
        """The digests of staff's files that mails of the outbox refer to."""
        with self._database.reading() as connection:
            rows = connection.execute(select(outbox.c.attachments)).scalars()
            return {r.ref.partition(":")[2] for row in rows for r in row if r.ref.startswith("file:")}

    def _ids_of(self, table: Table, column: str, ids: Sequence[int]) -> list[int]:
        found: list[int] = []
        with self._database.reading() as connection:
            for chunk in _chunks(ids):
                found += connection.execute(select(table.c.id).where(table.c[column].in_(chunk))).scalars()
        return found

    def _about(self, column: ColumnElement[Any], ids: Sequence[int], keep: ColumnElement[bool]) -> set[int]:
        found: set[int] = set()
        with self._database.reading() as connection:
            for chunk in _chunks(ids):
                found |= set(
                    connection.execute(select(history.c.id).where(column.in_(chunk), keep)).scalars()
                )
        return found


def _chunks(ids: Iterable[int]) -> Iterable[list[int]]:
    every = list(ids)
    return (every[start : start + 500] for start in range(0, len(every), 500))
