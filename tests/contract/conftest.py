"""The stores that the contract is tested on: a file, memory, and a real PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailbot.adapters.store.sql import SqlStore, open_store
from tests.integration.postgresql import PostgreSQL

STORES = ("file", "memory", pytest.param("postgresql", marks=pytest.mark.postgresql))


@pytest.fixture(params=STORES)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "file":
        return f"sqlite:///{tmp_path}/store/mailbot.db"
    if request.param == "memory":
        return "sqlite://"
    server: PostgreSQL = request.getfixturevalue("postgresql")
    return server.fresh_database()


@pytest.fixture
def store(store_url: str) -> Iterator[SqlStore]:
    opened = open_store(store_url)
    yield opened
    opened.close()
