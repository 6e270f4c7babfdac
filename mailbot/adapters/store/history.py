"""The history: what happened, chained so that a later change to it shows."""

from __future__ import annotations

import hashlib
import json

from pydantic_core import to_jsonable_python
from sqlalchemy import select, update

from mailbot.adapters.store.base import Part, new_id
from mailbot.adapters.store.tables import columns_of, history, values_of
from mailbot.ports import HistoryRow

_HISTORY = columns_of(history, HistoryRow)


class History(Part):
    def add_history(self, row: HistoryRow) -> None:
        with self._database.writing() as connection:
            newest = select(history.c.chain).order_by(history.c.id.desc()).limit(1)
            before = connection.execute(newest).scalar() or ""
            row_id = new_id(connection, history, values_of(row) | {"chain": ""})
            # The link is made of what is stored, which may differ in what no database can hold.
            mine = history.c.id == row_id
            stored = HistoryRow(*connection.execute(select(*_HISTORY).where(mine)).one())
            connection.execute(update(history).where(mine).values(chain=_link(before, stored)))

    def history(
        self, *, dossier_id: int | None = None, entry_id: int | None = None, mail_id: int | None = None
    ) -> list[HistoryRow]:
        """What happened to all of these that are given, or everything; in its order."""
        wanted = {"dossier_id": dossier_id, "entry_id": entry_id, "mail_id": mail_id}
        clauses = [history.c[name] == value for name, value in wanted.items() if value is not None]
        query = select(*_HISTORY).where(*clauses).order_by(history.c.id)
        with self._database.reading() as connection:
            return [HistoryRow(*row) for row in connection.execute(query)]

    def history_broken_at(self) -> int | None:
        """The first row that was changed, or before which one was taken out; None when all is as written."""
        query = select(*_HISTORY, history.c.chain).order_by(history.c.id)
        before = ""
        with self._database.reading() as connection:
            for *values, chain in connection.execute(query):
                row = HistoryRow(*values)
                if _link(before, row) != chain:
                    return row.id
                before = chain
        return None


def _link(before: str, row: HistoryRow) -> str:
    """The digest of a row and of all that stand before it."""
    values = values_of(row) | {"at": row.at.timestamp()}
    said = json.dumps(to_jsonable_python(values), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{before}\n{said}".encode()).hexdigest()
