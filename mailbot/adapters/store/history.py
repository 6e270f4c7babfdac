"""The history, which is the audit trail: rows are only added, and chained so that a later change shows.

A row's link is a digest of the link before it and of what the row says. Of its detail, which may hold
personal data, only a salted digest goes into the link: a purge takes detail and salt away and breaks nothing.
Where the trail ends stands in a table of its own, so that its last rows cannot be cut off unseen either.
One writer at a time (engine.py), in the transaction of what it tells of: a row costs two writes.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Text, bindparam, select, type_coerce, update
from sqlalchemy.engine import Dialect

from mailbot.adapters.store.base import Part
from mailbot.adapters.store.columns import Json, Key, Words
from mailbot.adapters.store.statement import Statement
from mailbot.adapters.store.tables import columns_of, history, history_head, values_of
from mailbot.rows import AuditHead, AuditProblem, HistoryRow

PURGED = "purged"
_HISTORY = columns_of(history, HistoryRow)
_LINKED = ("actor", "what", "dossier_id", "case", "mail_id", "entry_id", "outbox_id")
_WORDS, _KEY, _DETAIL = Words(), Key(), Json(dict[str, Any])
_HEAD = select(history_head.c.rows, history_head.c.chain)
_INSERT = Statement(history.insert(), ("id", "at", *_LINKED, "detail", "salt", "digest", "chain"))
_MOVE_HEAD = Statement(
    update(history_head).where(
        history_head.c.rows == bindparam("last"), history_head.c.chain == bindparam("before")
    ),
    ("rows", "chain"),
)
_AS_STORED = (
    history.c.id,
    history.c.at,
    *(history.c[name] for name in _LINKED),
    type_coerce(history.c.detail, Text).label("detail"),
    history.c.salt,
    history.c.digest,
    history.c.chain,
)

_ALL = select(*_AS_STORED).order_by(history.c.id).execution_options(yield_per=1000)


class History(Part):
    _head: AuditHead | None = None
    """Where the trail ended when this process last wrote. It is not believed: another one may have written
    since, or the transaction may have been rolled back."""

    def add_history(self, row: HistoryRow) -> None:
        with self._database.writing() as connection:
            head = self._head and self._added(connection, row, self._head)
            if head is None:
                found = AuditHead(*connection.execute(_HEAD).one())
                head = self._added(connection, row, found)
            if head is None:  # one writer at a time: nobody can have moved it meanwhile
                raise RuntimeError(f"the audit trail ended at {found}, and no longer does")
            self._head = head

    def _added(self, connection: Connection, row: HistoryRow, head: AuditHead) -> AuditHead | None:
        """Where the trail ends with this row at its end; None where it does not end there."""
        values = chained(row, head.rows + 1, head.chain, connection.dialect)
        end = AuditHead(head.rows + 1, values["chain"])
        moved = {"last": head.rows, "before": head.chain, "rows": end.rows, "chain": end.chain}
        if _MOVE_HEAD.run(connection, moved) == 0:
            return None
        _INSERT.run(connection, values)
        return end

    def history(
        self,
        *,
        dossier_id: int | None = None,
        entry_id: int | None = None,
        mail_id: int | None = None,
        what: str | None = None,
    ) -> list[HistoryRow]:
        """What happened to all of these that are given, or everything; in its order."""
        given = {"dossier_id": dossier_id, "entry_id": entry_id, "mail_id": mail_id, "what": what}
        wanted = {name: value for name, value in given.items() if value is not None}
        with self._database.reading() as connection:
            return [HistoryRow(*row) for row in _about(*wanted).rows(connection, wanted)]

    def latest_history(self, limit: int) -> list[HistoryRow]:
        """The last lines, the newest first."""
        query = select(*_HISTORY).order_by(history.c.id.desc()).limit(limit)
        with self._database.reading() as connection:
            return [HistoryRow(*row) for row in connection.execute(query)]

    def audit_head(self) -> AuditHead:
        """Where the trail ends now."""
        with self._database.reading() as connection:
            return AuditHead(*connection.execute(_HEAD).one())

    def audit_problems(self, anchors: Iterable[AuditHead] = ()) -> Iterator[AuditProblem]:
        """Every place where the trail is not as it was written, in its order.

        anchors: where it ended at other times, as somebody else noted it; each has to be part of it.
        """
        noted = sorted(set(anchors), key=lambda head: head.rows)
        links: dict[int, str] = {0: ""}
        wanted = {anchor.rows for anchor in noted}
        allowed = self._purged_rows()
        last, before = 0, ""
        with self._database.reading() as connection:
            rows = connection.execute(_ALL)
            for row in rows.mappings():
                if row["id"] > last + 1:
                    yield AuditProblem(last + 1, "removed")
                # The link to a row that is gone cannot be looked at.
                yield from _problems(row, before if row["id"] == last + 1 else None, allowed)
                last, before = row["id"], row["chain"]
                if last in wanted:
                    links[last] = before
            head = AuditHead(*connection.execute(_HEAD).one())
        if (head.rows, head.chain) != (last, before):
            yield AuditProblem(min(head.rows, last) + 1, "removed" if head.rows > last else "inserted")
        for anchor in noted:
            if links.get(anchor.rows) != anchor.chain:
                yield AuditProblem(anchor.rows, "not_as_anchored")

    def history_broken_at(self) -> int | None:
        """The first row that is not as it was written; None when all is."""
        return next((problem.row for problem in self.audit_problems()), None)

    def purge_history(self, row_ids: Iterable[int], at: datetime, actor: str) -> int:
        """Take the details of these rows away, and say so in a row of its own; returns how many had any."""
        with self._database.writing() as connection:
            wanted = sorted(set(row_ids))
            taken: list[int] = []
            for start in range(0, len(wanted), 500):
                chunk = wanted[start : start + 500]
                mine = history.c.id.in_(chunk) & (history.c.salt != "")
                taken += connection.execute(select(history.c.id).where(mine)).scalars()
                connection.execute(update(history).where(mine).values(detail={}, salt=""))
            if taken:
                self.add_history(HistoryRow(0, at, actor, PURGED, {"history": _ranges(taken)}))
        return len(taken)

    def _purged_rows(self) -> set[int]:
        """The rows whose details were taken away by a purge that stands in the trail."""
        query = select(history.c.id, history.c.detail).where(history.c.what == PURGED)
        found: set[int] = set()
        with self._database.reading() as connection:
            for row_id, detail in connection.execute(query):
                for first, last in detail.get("history", ()):
                    found.update(range(int(first), min(int(last), row_id - 1) + 1))
        return found


@cache
def _about(*names: str) -> Statement:
    """The rows with these values in those columns."""
    clauses = [history.c[name] == bindparam(name, type_=history.c[name].type) for name in names]
    return Statement(select(*_HISTORY).where(*clauses).order_by(history.c.id))


def _problems(row: Any, before: str | None, purged: set[int]) -> Iterator[AuditProblem]:
    if before is not None and _link(before, row) != row["chain"]:
        yield AuditProblem(row["id"], "altered")
    elif row["salt"]:
        if _digest(row["salt"], row["detail"]) != row["digest"]:
            yield AuditProblem(row["id"], "altered")
    elif row["id"] not in purged or json.loads(row["detail"]):
        yield AuditProblem(row["id"], "altered")


def chained(row: HistoryRow, row_id: int, before: str, dialect: Dialect) -> dict[str, Any]:
    """The values of the row under that id, linked to the row before it, whose link is `before`."""
    values = _storable(row, dialect) | {"id": row_id, "salt": secrets.token_hex(8)}
    values["digest"] = _digest(values["salt"], _DETAIL.process_bind_param(row.detail, dialect))
    values["chain"] = _link(before, values)
    return values


def _storable(row: HistoryRow, dialect: Dialect) -> dict[str, Any]:
    """The row's values as the database gives them back, which may differ in what no database can hold."""
    return values_of(row) | {
        "actor": _WORDS.process_bind_param(row.actor, dialect),
        "what": _KEY.process_bind_param(row.what, dialect),
        "case": _KEY.process_bind_param(row.case, dialect),
    }


def _digest(salt: str, detail: str) -> str:
    return hashlib.sha256(f"{salt}\n{detail}".encode()).hexdigest()


def _link(before: str, row: Any) -> str:
    """The digest of a row and of all that stand before it."""
    at = row["at"].astimezone(UTC).isoformat(timespec="microseconds")
    values = [row["id"], at, row["actor"], row["what"], row["digest"]]
    values += [row[name] for name in ("dossier_id", "case", "mail_id", "entry_id", "outbox_id")]
    said = json.dumps(values, separators=(",", ":"))
    return hashlib.sha256(f"{before}\n{said}".encode()).hexdigest()


def _ranges(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """1, 2, 3, 7 -> (1, 3), (7, 7)."""
    found: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found
