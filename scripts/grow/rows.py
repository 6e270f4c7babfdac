"""Rows in bulk: columns whose value costs time to make take it ready-made, so that one serves many rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from sqlalchemy import Column, Connection, LargeBinary, MetaData, Table, Text, text
from sqlalchemy.engine import Dialect

from mailbot.adapters.store.columns import Json, Key, Packed, Words

_AT_ONCE = 5_000


class Bulk:
    """Inserts into a table; what `stored` made of a value goes in as it is."""

    def __init__(self, table: Table, dialect: Dialect) -> None:
        self.dialect = dialect
        self._table = table
        columns = [Column(c.name, _plain(c.type)) for c in table.columns]
        self._target = Table(table.name, MetaData(), *columns)

    def stored(self, column: str, value: Any) -> Any:
        """The value as the database keeps it."""
        return self._table.c[column].type.process_bind_param(value, self.dialect)  # type: ignore[union-attr]

    def insert(self, connection: Connection, rows: Iterable[dict[str, Any]]) -> int:
        """Insert all; returns how many that were."""
        count = 0
        rest: Iterator[dict[str, Any]] = iter(rows)
        while some := list(islice(rest, _AT_ONCE)):
            connection.execute(self._target.insert(), some)
            count += len(some)
        return count

    def set_sequence(self, connection: Connection) -> None:
        """PostgreSQL counts on from the ids that were given."""
        if connection.dialect.name == "postgresql" and "id" in self._table.c:
            name = self._table.name
            connection.execute(
                text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))")
            )


def _plain(kind: Any) -> Any:
    if isinstance(kind, Packed):
        return LargeBinary()
    return Text() if isinstance(kind, Json | Key | Words) else kind
