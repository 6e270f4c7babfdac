"""Lists of the web app over many rows: only the columns that a list shows, so that thousands stay quick."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, cast, func, or_, select, type_coerce

from mailbot.adapters.store.base import Part
from mailbot.adapters.store.tables import documents, dossiers, entries, entry_holders, history, mails, outbox
from mailbot.rows import LOOKING
from mailbot.web_rows import QueueKey, QueueLine, QueueMarker

_OPEN = ("open", "postponed")
_CLOSED_SHOWN = 500
_CLOSED_SEARCHED = 20_000
_AT_ONCE = 500


_LINE = (
    entries.c.id,
    type_coerce(entries.c.codes, Text),
    type_coerce(entries.c.messages, Text),
    entries.c.state,
    entries.c.received_at,
    entries.c.dossier_id,
    entries.c.mail_id,
    entries.c.case,
    entries.c.step,
    entries.c.subject,
    entries.c.sender,
    entries.c.industriel,
    entries.c.order_at,
    entries.c.until,
    entries.c.closed_at,
    entries.c.outcome,
    dossiers.c.reference,
    dossiers.c.matricule,
    entry_holders.c.owner,
    entry_holders.c.locked_by,
    entry_holders.c.locked_until,
)


class QueueLists(Part):
    def queue_marker(self, since: QueueMarker | None) -> QueueMarker:
        """Where the queue is now; `since`: the marker before, from which on the history is looked at."""
        h, e = history.c, entries.c
        last, changes = (since.history_id, since.counts[0]) if since else (0, 0)
        with self._database.reading() as connection:
            if since is None:
                newest = connection.execute(select(func.max(h.id))).scalar() or 0
            else:
                query = select(func.max(h.id), func.count().filter(h.what.not_in(LOOKING))).where(h.id > last)
                found = connection.execute(query).one()
                newest, changes = found[0] or last, changes + found[1]
            by_state = connection.execute(select(e.state, func.count()).group_by(e.state))
            states: dict[str, int] = {row[0]: row[1] for row in by_state}
            highest = connection.execute(select(func.max(e.id))).scalar() or 0
        counted = (changes, highest, *(states.get(state, 0) for state in (*_OPEN, "closed")))
        return QueueMarker(newest, counted)

    def queue_keys(self) -> list[QueueKey]:
        """Every entry that is not closed, in the queue's order."""
        e = entries.c
        return self._keys(e.state.in_(_OPEN), func.coalesce(e.order_at, e.received_at), e.id)

    def closed_keys(self, limit: int = _CLOSED_SHOWN) -> list[QueueKey]:
        """The entries closed last, the newest first."""
        e = entries.c
        return self._keys(e.state == "closed", e.closed_at.desc(), e.id.desc(), limit=limit)

    def _keys(
        self, which: ColumnElement[bool], *order: ColumnElement[Any], limit: int | None = None
    ) -> list[QueueKey]:
        e = entries.c
        columns = (
            e.id,
            type_coerce(e.codes, Text),
            e.state,
            e.dossier_id,
            e.mail_id,
            e.case,
            e.step,
            e.until,
            e.order_at.is_not(None),
            entry_holders.c.owner,
        )
        query = select(*columns).select_from(entries.outerjoin(entry_holders)).where(which)
        with self._database.reading() as connection:
            found = connection.execute(query.order_by(*order).limit(limit)).all()
        return [QueueKey(r[0], _words(r[1]), *r[2:]) for r in found]

    def queue_ids_by_age(self) -> list[int]:
        """The entries that are not closed, by the age of what they are about."""
        e = entries.c
        query = select(e.id).where(e.state.in_(_OPEN)).order_by(e.received_at, e.id)
        with self._database.reading() as connection:
            return list(connection.execute(query).scalars())

    def queue_lines_of(self, entry_ids: Sequence[int]) -> list[QueueLine]:
        """Those entries, in that order."""
        lines: dict[int, QueueLine] = {}
        for start in range(0, len(entry_ids), _AT_ONCE):
            chunk = entry_ids[start : start + _AT_ONCE]
            lines |= {line.id: line for line in self._lines(_joined().where(entries.c.id.in_(chunk)))}
        return [lines[entry_id] for entry_id in entry_ids if entry_id in lines]

    def queue_lines(self) -> list[QueueLine]:
        """Entries that are not closed, in the queue's order."""
        e = entries.c
        place = func.coalesce(e.order_at, e.received_at)
        return self._lines(_joined().where(e.state.in_(_OPEN)).order_by(place, e.id))

    def _lines(self, query: Select[Any]) -> list[QueueLine]:
        with self._database.reading() as connection:
            found = connection.execute(query).all()
        return [QueueLine(r[0], _words(r[1]), _words(r[2]), *r[3:]) for r in found]

    def count_closed_entries(self) -> int:
        query = select(func.count()).select_from(entries).where(entries.c.state == "closed")
        with self._database.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def closed_lines_matching(self, text: str) -> list[QueueLine]:
        """Closed entries whose line holds that text, or whose mail brought a file so named; the newest first.

        Four digits also find the matricule that ends with them.
        """
        words, brought, e = text.casefold(), self.mails_with_file(text), entries.c
        closed = _joined().where(e.state == "closed").order_by(e.closed_at.desc(), e.id.desc())
        return [
            line
            for line in self._lines(closed.limit(_CLOSED_SEARCHED))
            if line.mail_id in brought
            or (len(words) == 4 and words.isdigit() and (line.matricule or "").endswith(words))
            or any(
                words in said.casefold()
                for said in (line.industriel, line.subject, line.sender, line.reference or "", *line.messages)
            )
        ]

    def mails_with_file(self, name: str) -> set[int]:
        """The mails that brought a file whose name holds that text."""
        pattern = "%" + name.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        query = select(documents.c.mail_id).where(documents.c.file.ilike(pattern, escape="\\"))
        with self._database.reading() as connection:
            return {row[0] for row in connection.execute(query) if row[0] is not None}

    def dossiers_mark(self) -> tuple[int, int]:
        """Differs as soon as a dossier was added or changed: their number, and the sum of their versions."""
        query = select(func.count(), func.coalesce(func.sum(dossiers.c.version), 0)).select_from(dossiers)
        with self._database.reading() as connection:
            count, total = connection.execute(query).one()
        return count, int(total)

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


def _joined() -> Select[Any]:
    return select(*_LINE).select_from(entries.outerjoin(dossiers).outerjoin(entry_holders))


@lru_cache(maxsize=4096)  # thousands of entries have the same few codes
def _words(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


def _states(dossier: dict[str, Any]) -> dict[str, str]:
    return {
        "E" if case["kind"] == "E" else f"{case['kind']}{case['number']}": case["state"]
        for case in dossier.get("cases", ())
    }
