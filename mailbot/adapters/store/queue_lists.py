"""Lists of the web app over many rows: only the columns that a list shows, so that thousands stay quick."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Text, cast, func, or_, select, type_coerce

from mailbot.adapters.store.base import Part
from mailbot.adapters.store.tables import documents, dossiers, entries, entry_holders, mails, outbox
from mailbot.ports import QueueLine

_OPEN = ("open", "postponed")
_CLOSED_SHOWN = 500


class QueueLists(Part):
    def queue_lines(self, *, closed: bool = False, limit: int = _CLOSED_SHOWN) -> list[QueueLine]:
        """Entries that are not closed in the queue's order, or the ones closed last."""
        e, h = entries.c, entry_holders.c
        columns = (
            e.id,
            type_coerce(e.codes, Text),
            type_coerce(e.messages, Text),
            e.state,
            e.received_at,
            e.dossier_id,
            e.mail_id,
            e.case,
            e.step,
            e.subject,
            e.sender,
            e.industriel,
            e.order_at,
            e.until,
            e.closed_at,
            e.outcome,
            dossiers.c.reference,
            dossiers.c.matricule,
            h.owner,
            h.locked_by,
            h.locked_until,
        )
        source = entries.outerjoin(dossiers).outerjoin(entry_holders)
        query = select(*columns).select_from(source)
        if closed:
            query = query.where(e.state == "closed").order_by(e.closed_at.desc(), e.id.desc()).limit(limit)
        else:
            place = func.coalesce(e.order_at, e.received_at)
            query = query.where(e.state.in_(_OPEN)).order_by(place, e.id)
        with self._database.reading() as connection:
            found = connection.execute(query).all()
        return [QueueLine(r[0], _words(r[1]), _words(r[2]), *r[3:]) for r in found]

    def count_closed_entries(self) -> int:
        query = select(func.count()).select_from(entries).where(entries.c.state == "closed")
        with self._database.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def closed_lines_matching(self, text: str) -> list[QueueLine]:
        """Closed entries whose Industriel, subject or sender holds that text, the newest first."""
        words = text.casefold()
        return [
            line
            for line in self.queue_lines(closed=True, limit=20_000)
            if any(
                words in said.casefold()
                for said in (line.industriel, line.subject, line.sender, line.reference or "")
            )
        ]

    def mails_with_file(self, name: str) -> set[int]:
        """The mails that brought a file whose name holds that text."""
        pattern = "%" + name.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        query = select(documents.c.mail_id).where(documents.c.file.ilike(pattern, escape="\\"))
        with self._database.reading() as connection:
            return {row[0] for row in connection.execute(query) if row[0] is not None}

    def dossier_versions(self) -> dict[int, int]:
        """Dossier id -> version: what has changed since a list was made."""
        with self._database.reading() as connection:
            rows = connection.execute(select(dossiers.c.id, dossiers.c.version))
            return {row[0]: row[1] for row in rows}

    def case_states(self, dossier_ids: list[int]) -> dict[int, dict[str, str]]:
        """Dossier id -> case name -> state, without reading anything else of the dossiers."""
        found: dict[int, dict[str, str]] = {}
        with self._database.reading() as connection:
            for start in range(0, len(dossier_ids), 500):
                chunk = dossier_ids[start : start + 500]
                query = select(dossiers.c.id, type_coerce(dossiers.c.dossier, Text)).where(
                    dossiers.c.id.in_(chunk)
                )
                for dossier_id, text in connection.execute(query):
                    found[dossier_id] = _states(json.loads(text))
        return found

    def arrivals(self, since: datetime) -> list[tuple[datetime, str]]:
        """(received, state) of every mail that came since then."""
        query = select(mails.c.received_at, mails.c.state).where(
            mails.c.direction == "in", mails.c.received_at >= since
        )
        with self._database.reading() as connection:
            return [(row[0], row[1]) for row in connection.execute(query.order_by(mails.c.received_at))]

    def answers(self, since: datetime) -> list[tuple[datetime | None, datetime, bool, str]]:
        """(received, sent, written by mailbot, template) of every mail that left since then."""
        c = outbox.c
        query = (
            select(mails.c.received_at, c.sent_at, c.auto, c.template, c.entry_id)
            .select_from(outbox.outerjoin(mails))
            .where(c.state == "sent", c.sent_at >= since)
        )
        with self._database.reading() as connection:
            return [(r[0], r[1], bool(r[2]) and r[4] is None, r[3]) for r in connection.execute(query)]

    def entries_since(self, since: datetime) -> list[tuple[datetime, datetime | None, str]]:
        """(created, closed, codes as JSON) of every entry opened since then."""
        c = entries.c
        query = select(c.created_at, c.closed_at, cast(type_coerce(c.codes, Text), Text)).where(
            or_(c.created_at >= since, c.closed_at >= since)
        )
        with self._database.reading() as connection:
            return [(r[0], r[1], r[2]) for r in connection.execute(query)]


def _words(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


def _states(dossier: dict[str, Any]) -> dict[str, str]:
    return {
        "E" if case["kind"] == "E" else f"{case['kind']}{case['number']}": case["state"]
        for case in dossier.get("cases", ())
    }
