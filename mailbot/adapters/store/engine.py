"""The connection to the database: one writer at a time, on both kinds, and readers beside it.

SQLite: write-ahead log, every commit on disk before it returns, writers begin IMMEDIATE. PostgreSQL: a write
transaction starts with an advisory lock, so that dossier numbers, the history's chain and claims behave
the same there, and no two writers can wait for each other.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, NoSuchModuleError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

from mailbot.adapters.store.statement import run_plain
from mailbot.errors import StoreUnreachable

_WAIT_SECONDS = 30  # for another writer
_CONNECT_SECONDS = 10
_WRITER_LOCK = 5_365_843  # any number that nothing else in this database locks
# A mail changes some sixty pages, many of them the same ones as the mail before: what is copied from the log
# into the file rarely is copied once for many mails. The log grows to 16 MB.
_CHECKPOINT = "wal_autocheckpoint = 4000"
_ERASING = "secure_delete = ON"  # zeros where a row was: a purge leaves no words in the file
_PRAGMAS = ("foreign_keys = ON", "journal_mode = WAL", "synchronous = FULL", _CHECKPOINT, _ERASING)


class Database:
    """One database. A thread that is in a write transaction stays on its connection until that ends."""

    def __init__(self, url: str, *, read_only: bool = False) -> None:
        """Raises StoreUnreachable for a URL or a file that cannot be used. Connects with the first query."""
        self.url = _checked(url)
        self.engine = _sqlite(self.url, read_only) if self.is_sqlite else _postgresql(self.url, read_only)
        self._to_read = self.engine.execution_options(mailbot_reading=True)
        self._thread = threading.local()
        # SQLite lets its writers poll for their turn; in one process they can be told.
        self._write_turn: AbstractContextManager[Any] = threading.RLock() if self.is_sqlite else nullcontext()
        # The database in memory is one connection for all threads.
        self._read_turn = self._write_turn if _in_memory(self.url) else nullcontext()

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read from: that of the transaction in which the thread is, or one of its own."""
        current: Connection | None = getattr(self._thread, "connection", None)
        if current is not None:
            yield current
            return
        with self._read_turn, self._named_errors(), self._to_read.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """The thread's transaction. The outermost `with` commits, or rolls back on an exception.

        Never wait for anything else in it (the network, another task of an event loop): all other
        writers wait too, and a task of the same thread would join in.
        """
        current: Connection | None = getattr(self._thread, "connection", None)
        if current is not None:
            yield current
            return
        with self._write_turn, self._named_errors(), self.engine.begin() as connection:
            if not self.is_sqlite:
                run_plain(connection, f"SELECT pg_advisory_xact_lock({_WRITER_LOCK})")
            self._thread.connection = connection
            try:
                yield connection
            finally:
                self._thread.connection = None

    def empty_log(self) -> None:
        """Copy SQLite's log into its file and cut it off: what was deleted stands in it until then.

        As much of it as no reader needs. PostgreSQL keeps its own log, and empties it by its own settings.
        """
        if self.is_sqlite:
            with self._write_turn, self._named_errors(), self.engine.connect() as connection:
                run_plain(connection, "PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        try:
            yield
        except (OperationalError, InterfaceError) as error:
            raise self.unreachable(error) from error

    def unreachable(self, error: DBAPIError) -> StoreUnreachable:
        # The driver's own words: SQLAlchemy's would add the statement.
        return StoreUnreachable(
            f"store.url: {self.url.render_as_string(hide_password=True)} cannot be used: {error.orig}"
        )


def _checked(url: str) -> URL:
    try:
        parsed = make_url(url)
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        if parsed.drivername not in {"sqlite", "sqlite+pysqlite", "postgresql+psycopg"}:
            raise ArgumentError(f"{parsed.drivername} is not supported")
    except (ArgumentError, NoSuchModuleError) as error:
        # Not the URL itself: it may hold a password.
        raise StoreUnreachable(
            "store.url: expected sqlite:///path/to/file.db or postgresql+psycopg://user@host/database"
        ) from error
    return parsed


def _in_memory(url: URL) -> bool:
    return url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:")


def store_exists(url: str) -> bool:
    """Whether there is something to read: a database on a server is taken to be there."""
    parsed = _checked(url)
    if parsed.get_backend_name() != "sqlite":
        return True
    return not _in_memory(parsed) and Path(str(parsed.database)).exists()


def _sqlite(url: URL, read_only: bool) -> Engine:
    # Values are personal data: errors do not print them.
    if _in_memory(url):
        engine = create_engine(
            url, hide_parameters=True, poolclass=StaticPool, connect_args={"check_same_thread": False}
        )
    else:
        assert url.database is not None
        if not read_only:
            _private_file(Path(url.database))
        engine = create_engine(
            url,
            hide_parameters=True,
            max_overflow=40,
            pool_use_lifo=True,  # what the connection used last knows of the file is mostly still right
            connect_args={"timeout": _WAIT_SECONDS},
        )

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # the driver's own BEGIN would be a deferred one
        pragmas = ("query_only = ON",) if read_only else _PRAGMAS
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reads = connection.get_execution_options().get("mailbot_reading")
        run_plain(connection, "BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


def _postgresql(url: URL, read_only: bool) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        max_overflow=20,
        pool_pre_ping=True,
        connect_args={"connect_timeout": _CONNECT_SECONDS},
    )

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _entry: ConnectionPoolEntry) -> None:
        connection.execute(f"SET lock_timeout = '{_WAIT_SECONDS}s'")
        if read_only:
            connection.execute("SET default_transaction_read_only = on")
        connection.commit()

    return engine


def _private_file(path: Path) -> None:
    """The file is its owner's alone; SQLite gives the files beside it the same mode."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
    except OSError as error:
        raise StoreUnreachable(f"store.url: {path} cannot be opened: {error.strerror}") from error
