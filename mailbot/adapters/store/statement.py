"""Statements that every mail needs: made and compiled once, run on the driver's own cursor.

To find a statement among those that were compiled, and to wrap what it gives, takes SQLAlchemy ten times as
long as SQLite takes to run it. What is asked now and then is asked with SQLAlchemy, as usual.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, Delete, Insert, Select, Update, literal
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

Made = Select[Any] | Insert | Update | Delete
Values = Mapping[str, Any]
_Convert = Callable[[Any], Any]


class Statement:
    """A statement whose values are given by name: those of its `bindparam`s, and of the `columns` it writes.

    Values and results are converted by the columns' types, and errors are SQLAlchemy's. It runs in a
    transaction that has begun. A tuple of `IN` has to be written with `among`.
    """

    def __init__(self, made: Made, columns: Sequence[str] = ()) -> None:
        self._made = made
        self._columns = columns
        self._plans: dict[str, _Plan] = {}

    def rows(self, connection: Connection, values: Values) -> list[Sequence[Any]]:
        """What it finds, or what it gives back of the rows that it writes."""
        plan = self._plan(connection.dialect)
        found = self._run(connection, plan, values).fetchall()
        return [plan.result(row) for row in found] if plan.results_differ else list(found)

    def first(self, connection: Connection, values: Values) -> Sequence[Any] | None:
        """The first row, where there is one."""
        found = self.rows(connection, values)
        return found[0] if found else None

    def scalars(self, connection: Connection, values: Values) -> list[Any]:
        """The first column."""
        return [row[0] for row in self.rows(connection, values)]

    def scalar(self, connection: Connection, values: Values) -> Any:
        """The first column of the first row; None where there is none."""
        found = self.first(connection, values)
        return None if found is None else found[0]

    def run(self, connection: Connection, values: Values) -> int:
        """How many rows it changed."""
        return self._run(connection, self._plan(connection.dialect), values).rowcount

    def run_many(self, connection: Connection, values: Sequence[Values]) -> int:
        """How many rows it changed in all."""
        plan = self._plan(connection.dialect)
        with _NamedErrors(plan.sql, connection.dialect):
            cursor = connection.connection.cursor()
            cursor.executemany(plan.sql, [plan.given(each) for each in values])
        return cursor.rowcount

    def _run(self, connection: Connection, plan: _Plan, values: Values) -> DBAPICursor:
        with _NamedErrors(plan.sql, connection.dialect):
            cursor = connection.connection.cursor()
            cursor.execute(plan.sql, plan.given(values))
        return cursor

    def _plan(self, dialect: Dialect) -> _Plan:
        found = self._plans.get(dialect.name)
        if found is None:
            found = self._plans[dialect.name] = _planned(self._made, self._columns, dialect)
        return found


def run_plain(connection: Connection, sql: str) -> None:
    """Run what has no values and gives nothing back."""
    with _NamedErrors(sql, connection.dialect):
        connection.connection.cursor().execute(sql)


def among(column: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
    """`column IN (…)` with as many parameters as there are values, so that the text is always the same."""
    return column.in_([literal(value, column.type) for value in values])


@dataclass(frozen=True, slots=True)
class _Given:
    """A parameter: how its value is converted, and the value where the statement brings it itself."""

    name: str
    convert: _Convert | None
    is_fixed: bool
    value: Any

    def of(self, values: Values) -> Any:
        if self.is_fixed:
            return self.value
        value = values[self.name]
        return value if self.convert is None else self.convert(value)


@dataclass(frozen=True, slots=True)
class _Plan:
    """A statement in the words of one database."""

    sql: str
    parameters: tuple[_Given, ...]
    are_named: bool
    results: tuple[_Convert | None, ...]
    results_differ: bool

    def given(self, values: Values) -> Any:
        if self.are_named:
            return {parameter.name: parameter.of(values) for parameter in self.parameters}
        return [parameter.of(values) for parameter in self.parameters]

    def result(self, row: Sequence[Any]) -> Sequence[Any]:
        return [
            value if convert is None else convert(value)
            for convert, value in zip(self.results, row, strict=True)
        ]


def _planned(made: Made, columns: Sequence[str], dialect: Dialect) -> _Plan:
    compiled = made.compile(dialect=dialect, column_keys=list(columns) or None)
    assert isinstance(compiled, SQLCompiler)
    names = compiled.positiontup if compiled.positional else list(compiled.bind_names.values())
    given = [_given(name, compiled.binds[name], dialect) for name in names or ()]
    results = tuple(
        column.type.dialect_impl(dialect).result_processor(dialect, None) for column in made.exported_columns
    )
    return _Plan(
        str(compiled), tuple(given), not compiled.positional, results, any(convert for convert in results)
    )


def _given(name: str, bind: BindParameter[Any], dialect: Dialect) -> _Given:
    convert = bind.type.dialect_impl(dialect).bind_processor(dialect)
    if bind.required:
        return _Given(name, convert, False, None)
    return _Given(name, None, True, bind.value if convert is None else convert(bind.value))


class _NamedErrors:
    """Turns the driver's errors, and those of a value that a type refuses, into SQLAlchemy's."""

    def __init__(self, sql: str, dialect: Dialect) -> None:
        self._sql = sql
        self._dialect = dialect

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Exception):
            raise DBAPIError.instance(
                self._sql,
                None,
                error,
                self._dialect.loaded_dbapi.Error,
                hide_parameters=True,
                dialect=self._dialect,
            ) from error
