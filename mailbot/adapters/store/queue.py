"""The exception queue: what waits for a person."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, select

from mailbot.adapters.store.base import Part, missing, new_id
from mailbot.adapters.store.statement import Statement, among
from mailbot.adapters.store.tables import columns_of, entries, values_of
from mailbot.rows import EntryRow

_ENTRY = columns_of(entries, EntryRow)
_NOT_CLOSED = ("open", "postponed")
_IN_ORDER = select(*_ENTRY).order_by(func.coalesce(entries.c.order_at, entries.c.received_at), entries.c.id)
_OPEN_OF_DOSSIER = Statement(
    _IN_ORDER.where(among(entries.c.state, _NOT_CLOSED), entries.c.dossier_id == bindparam("dossier"))
)


class Queue(Part):
    def open_entry(self, entry: EntryRow) -> EntryRow:
        """Store a new entry and return it with its id."""
        with self._database.writing() as connection:
            return replace(entry, id=new_id(connection, entries, values_of(entry)))

    def update_entry(self, entry_id: int, **changes: Any) -> None:
        self._update(entries, EntryRow, entry_id, changes)

    def entry(self, entry_id: int) -> EntryRow:
        """Raises UnknownReference when there is no such entry."""
        found = self._entries(entries.c.id == entry_id)
        if not found:
            raise missing(entries, entry_id)
        return found[0]

    def entries(self, *, open_only: bool = True, dossier_id: int | None = None) -> list[EntryRow]:
        """Open and postponed entries, or all. Those received first in front.

        A labelling request stands where its evidence became complete, so that these keep their order.
        """
        if open_only and dossier_id is not None:
            with self._database.reading() as connection:
                return [EntryRow(*row) for row in _OPEN_OF_DOSSIER.rows(connection, {"dossier": dossier_id})]
        clauses: list[ColumnElement[bool]] = []
        if open_only:
            clauses.append(entries.c.state.in_(_NOT_CLOSED))
        if dossier_id is not None:
            clauses.append(entries.c.dossier_id == dossier_id)
        return self._entries(*clauses)

    def entries_of_mail(self, mail_id: int) -> list[EntryRow]:
        return self._entries(entries.c.mail_id == mail_id)

    def entry_of_task(self, dossier_id: int, case: str, step: str) -> EntryRow | None:
        """The entry, not closed, by which staff are asked to take that step."""
        c = entries.c
        found = self._entries(
            c.dossier_id == dossier_id, c.state.in_(_NOT_CLOSED), c.case == case, c.step == step
        )
        return next((entry for entry in found if "manual_task" in entry.codes), None)

    def _entries(self, *clauses: ColumnElement[bool]) -> list[EntryRow]:
        with self._database.reading() as connection:
            return [EntryRow(*row) for row in connection.execute(_IN_ORDER.where(*clauses))]
