"""The stores that the contract is tested on: a file, memory, and a real PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailbot.adapters.store.sql import SqlStore, open_store
from tests.integration.postgresql import PostgreSQL
from tests.ready_store import lay_tables, store_in_memory

STORES = ("file", "memory", pytest.param("postgresql", marks=pytest.mark.postgresql))


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStore]:
    opened = _opened(request, tmp_path / "store" / "mailbot.db")
    yield opened
    opened.close()


def _opened(request: pytest.FixtureRequest, path: Path) -> SqlStore:
    if request.param == "memory":
        return store_in_memory()
    if request.param == "file":
        lay_tables(path)
        return open_store(f"sqlite:///{path}")
    server: PostgreSQL = request.getfixturevalue("postgresql")
    return open_store(server.ready_database())
