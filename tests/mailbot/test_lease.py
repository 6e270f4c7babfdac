"""One mailbot at a time; the lease of one that died is free."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from mailbot.adapters.clock import FixedClock
from mailbot.adapters.store.sql import SqlStore
from mailbot.lease import LENGTH, NAME, Lease
from tests.ready_store import store_in_memory

NOW = datetime(2025, 6, 2, 10, 0, tzinfo=UTC)


@pytest.fixture
def store() -> Iterator[SqlStore]:
    opened = store_in_memory()
    yield opened
    opened.close()


def test_it_is_taken_and_given_back(store: SqlStore) -> None:
    lease = Lease(store)
    assert lease.take()
    assert lease.other() == f"{socket.gethostname()}:{os.getpid()}"
    lease.release()
    assert lease.other() == ""


def test_one_that_is_alive_keeps_it_until_it_is_over(store: SqlStore) -> None:
    store.take_lease(NAME, f"{socket.gethostname()}:{os.getppid()}", NOW, NOW + LENGTH)
    assert not Lease(store, FixedClock(NOW)).take()
    later = Lease(store, FixedClock(NOW + LENGTH + timedelta(seconds=1)))
    assert later.take()
    later.release()


def test_one_on_another_machine_is_not_looked_for(store: SqlStore) -> None:
    store.take_lease(NAME, "elsewhere.example:1", NOW, NOW + LENGTH)
    assert not Lease(store, FixedClock(NOW)).take()


def test_that_of_a_process_that_died_here_is_free_at_once(store: SqlStore) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    store.take_lease(NAME, f"{socket.gethostname()}:{dead.pid}", NOW, NOW + LENGTH)
    lease = Lease(store, FixedClock(NOW))
    assert lease.take()
    lease.release()
