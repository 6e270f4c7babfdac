"""What the parts of the store share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Table, update
from sqlalchemy.dialects import postgresql, sqlite

from mailbot.adapters.store.engine import Database
from mailbot.errors import UnknownReference

_AT_ONCE = 500  # both databases bound the number of parameters of a statement


class Part:
    """One aggregate's share of the store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def _update(self, table: Table, row: Any, row_id: int, changes: dict[str, Any]) -> None:
        """Change members of a row. Raises TypeError for one that it lacks, UnknownReference for no row."""
        known = {field.name for field in fields(row)} - {"id"}
        if unknown := changes.keys() - known:
            raise TypeError(f"{row.__name__} has no {', '.join(sorted(unknown))} that can be changed")
        if not changes:
            return
        with self._database.writing() as connection:
            done = connection.execute(update(table).where(table.c.id == row_id).values(changes))
            if done.rowcount == 0:
                raise missing(table, row_id)


def missing(table: Table, key: object) -> UnknownReference:
    return UnknownReference(f"{table.name}: there is no {key}")


def insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that may say what happens on a conflict; each dialect has its own."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def new_id(connection: Connection, table: Table, values: dict[str, Any]) -> int:
    """Insert the row and return its id."""
    found = connection.execute(table.insert().values(values).returning(table.c.id)).scalar_one()
    return int(found)


def in_chunks(values: Iterable[str]) -> Iterator[Sequence[str]]:
    """The distinct non-empty values, as many at a time as a statement takes."""
    rest = iter(dict.fromkeys(value for value in values if value))
    while chunk := list(islice(rest, _AT_ONCE)):
        yield chunk
