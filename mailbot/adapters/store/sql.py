"""The store, composed of its parts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mailbot.adapters.store.control import Control
from mailbot.adapters.store.documents import Documents
from mailbot.adapters.store.dossiers import Dossiers
from mailbot.adapters.store.engine import Database
from mailbot.adapters.store.history import History
from mailbot.adapters.store.ledger import Ledger
from mailbot.adapters.store.migrate import migrate
from mailbot.adapters.store.outbox import Outbox
from mailbot.adapters.store.queue import Queue
from mailbot.ports import Store


class SqlStore(Ledger, Dossiers, Documents, Queue, Outbox, History, Control, Store):
    """ports.Store in SQLite or PostgreSQL. May be used from several threads.

    Raises StoreUnreachable when the database is gone, full, or another writer takes too long.
    """

    def __init__(self, url: str) -> None:
        super().__init__(Database(url))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with self._database.writing():
            yield

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
