"""The store, composed of its parts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mailbot.adapters.store.claims import Claims
from mailbot.adapters.store.control import Control
from mailbot.adapters.store.documents import Documents
from mailbot.adapters.store.dossiers import Dossiers
from mailbot.adapters.store.engine import Database, store_exists
from mailbot.adapters.store.figures import Figures
from mailbot.adapters.store.history import History
from mailbot.adapters.store.ledger import Ledger
from mailbot.adapters.store.migrate import is_behind, migrate
from mailbot.adapters.store.outbox import Outbox
from mailbot.adapters.store.people import People
from mailbot.adapters.store.purging import Purging
from mailbot.adapters.store.queue import Queue
from mailbot.adapters.store.queue_lists import QueueLists
from mailbot.adapters.store.reconciling import Reconciling
from mailbot.errors import StoreUnreachable
from mailbot.store_port import WebStore


class SqlStore(
    Ledger,
    Claims,
    Dossiers,
    Documents,
    Queue,
    QueueLists,
    Outbox,
    History,
    Control,
    Figures,
    Reconciling,
    Purging,
    People,
    WebStore,
):
    """store_port.Store, and what the web app needs besides (WebStore), in SQLite or PostgreSQL.

    May be used from several threads.
    Raises StoreUnreachable when the database is gone, full, or another writer takes too long.
    """

    def __init__(self, url: str, *, read_only: bool = False) -> None:
        super().__init__(Database(url, read_only=read_only))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with self._database.writing():
            yield

    def is_behind(self) -> bool:
        """Whether its tables are those of an earlier mailbot."""
        return is_behind(self._database)

    def migrate(self) -> None:
        migrate(self._database)

    def close(self) -> None:
        self._database.close()


def open_store(url: str) -> SqlStore:
    """The store at an SQLAlchemy URL, created and brought up to date where needed.

    Raises StoreUnreachable when it cannot be opened, StoreTooNew when a later mailbot wrote it.
    """
    store = SqlStore(url)
    try:
        store.migrate()
    except BaseException:
        store.close()
        raise
    return store


def open_store_to_read(url: str) -> SqlStore:
    """The store as it is, so that nothing can be changed in it; an empty one in memory where there is none.

    Raises StoreUnreachable when it cannot be opened, or an earlier mailbot wrote it.
    """
    if not store_exists(url):
        return open_store("sqlite://")
    store = SqlStore(url, read_only=True)
    try:
        if store.is_behind():
            raise StoreUnreachable(
                "store.url: an earlier mailbot wrote it; `mailbot check` brings it up to date"
            )
    except BaseException:
        store.close()
        raise
    return store
