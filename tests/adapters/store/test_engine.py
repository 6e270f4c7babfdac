"""The database itself: its file, its settings, and writers in several threads."""

import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from mailbot.adapters.store.sql import SqlStore, open_store
from mailbot.errors import StoreUnreachable
from tests.contract.rows import NOON, a_dossier, a_mail, an_outgoing
from tests.integration.postgresql import PostgreSQL


@pytest.fixture(params=["file", "memory", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStore]:
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql").fresh_database()
    else:
        url = f"sqlite:///{tmp_path}/mailbot.db" if request.param == "file" else "sqlite://"
    opened = open_store(url)
    yield opened
    opened.close()


def in_threads(work: Callable[[int], object], count: int = 4) -> list[object]:
    """Start the same work in threads at once and return what each returned."""
    together = threading.Barrier(count)

    def run(number: int) -> object:
        together.wait(timeout=20)
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/new/folder/mailbot.db")
    a_mail(store)
    files = list((tmp_path / "new" / "folder").iterdir())
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE((tmp_path / "new" / "folder").stat().st_mode) == 0o700
    store.close()


def test_a_file_that_others_can_read_is_closed_to_them(tmp_path: Path) -> None:
    file = tmp_path / "mailbot.db"
    file.touch(mode=0o644)
    file.chmod(0o644)
    open_store(f"sqlite:///{file}").close()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_sqlite_puts_every_commit_on_disk(tmp_path: Path) -> None:
    store = SqlStore(f"sqlite:///{tmp_path}/mailbot.db")
    with store._database.reading() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30000}
    store.close()


def test_a_writer_begins_immediately(tmp_path: Path) -> None:
    """A second process is kept out from the first statement on, so that what was read stays true."""
    url = f"sqlite:///{tmp_path}/mailbot.db"
    one, other = open_store(url), open_store(url)
    with other._database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 0")
    with one.transaction():
        with pytest.raises(StoreUnreachable, match="locked"):
            other.set_switch("hold", "1")
        assert other.switch("hold") == ""
    other.set_switch("hold", "1")
    assert one.switch("hold") == "1"
    one.close()
    other.close()


def test_threads_claim_no_mail_twice(store: SqlStore) -> None:
    with store.transaction():
        added = [store.add_outbox(an_outgoing(f"mail:{n}")).id for n in range(60)]

    def claim(_: int) -> list[int]:
        mine: list[int] = []
        while rows := store.claim_due(NOON, 2):
            mine += [row.id for row in rows]
        return mine

    claimed = [row_id for mine in in_threads(claim) for row_id in mine]  # type: ignore[attr-defined]
    assert sorted(claimed) == added


def test_threads_number_dossiers_without_gaps(store: SqlStore) -> None:
    def open_three(_: int) -> None:
        for _n in range(3):
            with store.transaction():
                store.new_dossier(a_dossier(store.next_number()), NOON)

    in_threads(open_three)
    rows = store.dossiers()
    assert [row.number for row in rows] == list(range(1, 13))
    assert all(row.dossier.reference == f"SONS2-{row.number:06d}-AAAA" for row in rows)


def test_one_of_many_threads_gets_the_job(store: SqlStore) -> None:
    got = in_threads(lambda _: store.claim_once("remind", "2026-03-02", NOON))
    assert sorted(got) == [False, False, False, True]  # type: ignore[type-var]


def test_the_same_mail_in_many_threads_is_recorded_once(store: SqlStore) -> None:
    mails = in_threads(lambda number: a_mail(store, uid=number + 1, sha256="a" * 64).id)
    assert len(set(mails)) == 1
    assert store.known_uids("boite@incert.test", "INBOX", 7) == {1, 2, 3, 4}


def test_a_thread_does_not_see_what_another_has_not_committed(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/mailbot.db")
    with store.transaction(), ThreadPoolExecutor(1) as pool:
        store.set_switch("hold", "1")
        assert pool.submit(store.switch, "hold").result(timeout=20) == ""
    assert store.switch("hold") == "1"
    store.close()


def test_a_process_that_dies_leaves_what_it_committed_and_nothing_else(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/mailbot.db"
    program = """
import os, sys
from mailbot.adapters.store.sql import open_store
store = open_store(sys.argv[1])
store.set_switch("committed", "1")
with store.transaction():
    store.set_switch("halfway", "1")
    os._exit(9)
"""
    died = subprocess.run([sys.executable, "-c", program, url], check=False, timeout=60)
    assert died.returncode == 9
    store = open_store(url)
    assert (store.switch("committed"), store.switch("halfway")) == ("1", "")
    store.close()


@pytest.mark.postgresql
def test_a_store_goes_on_after_its_server_dropped_it(postgresql: PostgreSQL) -> None:
    url = postgresql.fresh_database()
    store = open_store(url)
    drop = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"

    def work() -> None:
        with store.transaction():
            store.set_switch("halfway", "1")
            with psycopg.connect(url.replace("+psycopg", "")) as other:
                other.execute(f"{drop} AND pid <> pg_backend_pid()")
            store.set_switch("later", "1")

    with pytest.raises(StoreUnreachable):
        work()
    store.set_switch("again", "1")
    assert (store.switch("halfway"), store.switch("again")) == ("", "1")
    store.close()


@pytest.mark.parametrize("url", ["mysql://x@localhost/y", "nonsense", "postgresql+pg8000://localhost/x"])
def test_another_database_is_refused(url: str) -> None:
    with pytest.raises(StoreUnreachable, match=r"expected sqlite:///"):
        open_store(url)


def test_a_store_that_cannot_be_reached_is_named_without_its_password() -> None:
    with pytest.raises(StoreUnreachable, match=r"127\.0\.0\.1") as raised:
        open_store("postgresql+psycopg://mailbot:geheim@127.0.0.1:9/mailbot")
    assert "geheim" not in str(raised.value)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "mailbot.db").write_bytes(b"not a database, but long enough to look at" * 50)
    with pytest.raises(StoreUnreachable, match=r"mailbot\.db"):
        open_store(f"sqlite:///{tmp_path}/mailbot.db")


def test_a_folder_in_the_place_of_the_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreUnreachable, match=tmp_path.name):
        open_store(f"sqlite:///{tmp_path}")
