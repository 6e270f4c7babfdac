"""Stores whose tables stand already: migrations have their own tests, and cost more than most others do."""

from __future__ import annotations

import sqlite3
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from mailbot.adapters.store.sql import SqlStore, open_store

_FOLDER = TemporaryDirectory(prefix="mailbot-tables-")


@cache
def _migrated() -> Path:
    """A database as an empty store leaves it; made once for each test process."""
    path = Path(_FOLDER.name) / "tables.db"
    open_store(f"sqlite:///{path}").close()
    return path


def lay_tables(path: Path) -> None:
    """An empty store in that file, unless there is one."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_migrated().read_bytes())


def store_in_memory() -> SqlStore:
    store = SqlStore("sqlite://")
    raw = store._database.engine.raw_connection()
    with sqlite3.connect(_migrated()) as tables:
        tables.backup(raw.driver_connection)  # type: ignore[arg-type]  # it is a sqlite3.Connection
    tables.close()
    raw.close()
    return store
