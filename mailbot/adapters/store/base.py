"""What the parts of the store share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Connection, Table, bindparam, update
from sqlalchemy.dialects import sqlite

from mailbot.adapters.store.engine import Database
from mailbot.adapters.store.statement import Statement
from mailbot.adapters.store.tables import columns_of, mails
from mailbot.errors import UnknownReference
from mailbot.rows import MailRow

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

WITHOUT_READING = [column for column in columns_of(mails, MailRow) if column.name != "reading"]
_NAMES = [column.name for column in WITHOUT_READING]
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
            if _update_of(table, *changes).run(connection, {"row_id": row_id, **changes}) == 0:
                raise missing(table, row_id)


def mail_without_reading(row: Sequence[Any]) -> MailRow:
    """The mail of those columns: a list of mails need not unpack what was read of each."""
    return MailRow(**dict(zip(_NAMES, row, strict=True)))


def missing(table: Table, key: object) -> UnknownReference:
    return UnknownReference(f"{table.name}: there is no {key}")


def insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that may say what happens on a conflict; each dialect has its own."""
    return _insert(connection.dialect.name, table)


@cache
def insert_once(dialect: str, table: Table, column: Column[Any], *names: str) -> Statement:
    """An INSERT of those columns that gives one back, or nothing where there is such a row already."""
    return Statement(_insert(dialect, table).on_conflict_do_nothing().returning(column), names)


@cache
def insert_new(dialect: str, table: Table, *names: str) -> Statement:
    """An INSERT of those columns that leaves a row that is there already as it is."""
    return Statement(_insert(dialect, table).on_conflict_do_nothing(), names)


def _insert(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    if dialect == "sqlite":
        return sqlite.insert(table)
    from sqlalchemy.dialects import (
        postgresql,  # loads several drivers, which SQLite's users need not wait for
    )

    return postgresql.insert(table)


def new_id(connection: Connection, table: Table, values: dict[str, Any]) -> int:
    """Insert the row and return its id."""
    return int(_insert_of(table, *values).scalar(connection, values))


@cache
def _insert_of(table: Table, *names: str) -> Statement:
    return Statement(table.insert().returning(table.c.id), names)


@cache
def _update_of(table: Table, *names: str) -> Statement:
    return Statement(update(table).where(table.c.id == bindparam("row_id")), names)


def in_chunks(values: Iterable[str]) -> Iterator[Sequence[str]]:
    """The distinct non-empty values, as many at a time as a statement takes."""
    rest = iter(dict.fromkeys(value for value in values if value))
    while chunk := list(islice(rest, _AT_ONCE)):
        yield chunk
