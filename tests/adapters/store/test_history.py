"""The history's chain shows that somebody changed it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import delete, update

from mailbot.adapters.store.sql import SqlStore, open_store
from mailbot.adapters.store.tables import history
from tests.contract.rows import a_happening


@pytest.fixture
def store() -> Iterator[SqlStore]:
    opened = open_store("sqlite://")
    for what in ("received", "decided", "sent"):
        opened.add_history(a_happening(what))
    yield opened
    opened.close()


def test_an_untouched_history_is_whole(store: SqlStore) -> None:
    assert store.history_broken_at() is None


def test_a_changed_row_breaks_the_chain(store: SqlStore) -> None:
    _, second, _ = store.history()
    with store._database.writing() as connection:
        connection.execute(update(history).where(history.c.id == second.id).values(actor="personne"))
    assert store.history_broken_at() == second.id


def test_a_removed_row_breaks_the_chain_at_the_next(store: SqlStore) -> None:
    _, second, third = store.history()
    with store._database.writing() as connection:
        connection.execute(delete(history).where(history.c.id == second.id))
    assert store.history_broken_at() == third.id
