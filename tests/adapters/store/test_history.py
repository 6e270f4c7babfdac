"""The history's chain shows that somebody changed it, whatever was changed; a purge does not break it."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from mailbot.adapters.store.migrate import SCRIPTS
from mailbot.adapters.store.sql import SqlStore, open_store
from mailbot.rows import AuditHead, AuditProblem
from tests.contract.rows import NOON, a_happening

ROWS = 5


BACKENDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]


@pytest.fixture(scope="module", params=BACKENDS)
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('history')}/mailbot.db"
    return str(request.getfixturevalue("postgresql").fresh_database())


@pytest.fixture(scope="module")
def written(url: str) -> Iterator[SqlStore]:
    opened = open_store(url)
    for number in range(ROWS):
        opened.add_history(a_happening(f"event {number}", detail={"nom": "Anne Weber", "n": number}))
    yield opened
    opened.close()


@pytest.fixture
def store(written: SqlStore) -> Iterator[SqlStore]:
    """What a test does to it is undone."""
    with written._database.writing() as connection, connection.begin_nested() as undone:
        yield written
        undone.rollback()


def problems(store: SqlStore, *anchors: AuditHead) -> list[AuditProblem]:
    return list(store.audit_problems(anchors))


def run_sql(*statements: str) -> Callable[[Connection], None]:
    def change(connection: Connection) -> None:
        for statement in statements:
            connection.exec_driver_sql(statement)

    return change


def test_an_untouched_history_is_whole(store: SqlStore) -> None:
    assert problems(store, store.audit_head()) == []
    assert store.audit_head().rows == ROWS


SWAP = ("UPDATE history SET id = 99 WHERE id = 2", "UPDATE history SET id = 2 WHERE id = 3")
COPY = (
    'INSERT INTO history (id, at, actor, what, detail, "case", salt, digest, chain) '
    'SELECT {}, at, actor, what, detail, "case", salt, digest, chain FROM history WHERE id = {}'
)


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        *(
            ([f"UPDATE history SET {change} WHERE id = 3"], (3, "altered"))
            for change in (
                "actor = 'personne'",
                "what = 'rien'",
                'detail = \'{"nom":"Jean","n":2}\'',
                "detail = '{}', salt = ''",
                "digest = 'x'",
                "chain = 'x'",
                "\"case\" = 'L1'",
                "salt = 'x'",
                "at = '2026-03-02T12:00:01+00:00'",
            )
        ),
        (["DELETE FROM history WHERE id = 1"], (1, "removed")),
        (["DELETE FROM history WHERE id = 3"], (3, "removed")),
        ([f"DELETE FROM history WHERE id = {ROWS}"], (ROWS, "removed")),
        (["DELETE FROM history"], (1, "removed")),
        ([*SWAP, "UPDATE history SET id = 3 WHERE id = 99"], (2, "altered")),
        ([COPY.format(ROWS + 1, 2)], (ROWS + 1, "altered")),
        (["DELETE FROM history WHERE id = 2", "UPDATE history SET id = 2 WHERE id = 3"], (2, "altered")),
    ],
)
def test_every_change_is_found_where_it_is(
    store: SqlStore, statements: list[str], found: tuple[int, str]
) -> None:
    with store._database.writing() as connection:
        run_sql(*statements)(connection)
    assert AuditProblem(*found) in problems(store)  # type: ignore[arg-type]  # of the parametrisation
    assert store.history_broken_at() == found[0]


def test_an_end_cut_off_together_with_its_mark_is_found_by_what_was_noted_elsewhere(store: SqlStore) -> None:
    noted = store.audit_head()
    with store._database.writing() as connection:
        run_sql(
            f"DELETE FROM history WHERE id = {ROWS}",
            f"UPDATE history_head SET rows = {ROWS - 1}, "
            f"chain = (SELECT chain FROM history WHERE id = {ROWS - 1})",
        )(connection)
    assert problems(store) == []
    assert problems(store, noted) == [AuditProblem(ROWS, "not_as_anchored")]


def test_a_purge_takes_the_words_and_leaves_the_trail_whole(store: SqlStore) -> None:
    noted = store.audit_head()
    assert store.purge_history([1, 2, 4], NOON + timedelta(days=1), "claire") == 3
    kept = [row.detail.get("nom") for row in store.history()]
    assert kept == [None, None, "Anne Weber", None, "Anne Weber", None]
    assert store.history()[-1].detail == {"history": [[1, 2], [4, 4]]}
    assert problems(store, noted) == []
    assert store.purge_history([1, 2], NOON, "claire") == 0


def test_a_later_row_that_speaks_of_a_purge_allows_nothing_after_itself(store: SqlStore) -> None:
    store.add_history(a_happening("purged", detail={"history": [[1, 99]]}))
    store.add_history(a_happening())
    with store._database.writing() as connection:
        run_sql("UPDATE history SET detail = '{}', salt = '' WHERE id = 7")(connection)
    assert problems(store) == [AuditProblem(7, "altered")]


def test_what_was_undone_is_no_part_of_the_trail(store: SqlStore) -> None:
    with store._database.writing() as connection, connection.begin_nested() as undone:
        store.add_history(a_happening("undone"))
        undone.rollback()
    store.add_history(a_happening("done"))
    assert [row.what for row in store.history()][ROWS:] == ["done"]
    assert problems(store) == []


def test_several_processes_write_one_chain(url: str, written: SqlStore) -> None:
    program = (
        "import sys; from mailbot.adapters.store.sql import open_store\n"
        "from tests.contract.rows import a_happening\n"
        "store = open_store(sys.argv[1])\n"
        "for n in range(25): store.add_history(a_happening(actor=sys.argv[2], detail={'n': n}))"
    )
    other = subprocess.Popen([sys.executable, "-c", program, url, "web"], cwd=SCRIPTS.parents[3])
    number = 0
    while other.poll() is None or number < 25:
        written.add_history(a_happening(actor="daemon", detail={"n": number}))
        number += 1
    assert other.returncode == 0
    assert problems(written) == []
    for name, count in (("web", 25), ("daemon", number)):
        assert [row.detail["n"] for row in written.history() if row.actor == name] == list(range(count))


def test_a_history_of_the_first_version_goes_on(tmp_path: Path) -> None:
    """Its rows keep what they say, and one that had been changed before still shows."""
    for changed, broken_at in ((False, None), (True, 2)):
        url = f"sqlite:///{tmp_path}/{changed}.db"
        _first_version(url, changed)
        store = open_store(url)
        assert [row.what for row in store.history()] == ["received", "decided", "sent"]
        assert store.history_broken_at() == broken_at
        store.add_history(a_happening())
        assert store.history_broken_at() == broken_at
        store.close()


def _first_version(url: str, changed: bool) -> None:
    import hashlib
    import json

    from alembic import command
    from alembic.config import Config

    from mailbot.adapters.store.engine import Database

    database = Database(url)
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    with database.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        before = ""
        for what in ("received", "decided", "sent"):
            said: dict[str, Any] = {"actor": "mailbot", "what": what, "detail": {"é": 1}, "case": ""}
            said |= dict.fromkeys(("dossier_id", "mail_id", "entry_id", "outbox_id")) | {
                "at": NOON.timestamp()
            }
            line = json.dumps(said, sort_keys=True, separators=(",", ":"))
            before = hashlib.sha256(f"{before}\n{line}".encode()).hexdigest()
            connection.execute(
                text(
                    'INSERT INTO history (at, actor, what, detail, "case", chain) '
                    "VALUES (:at, 'mailbot', :what, :detail, '', :chain)"
                ),
                {
                    "at": NOON.isoformat(timespec="microseconds"),
                    "what": what,
                    "detail": json.dumps({"é": 1}, ensure_ascii=False, separators=(",", ":")),
                    "chain": before,
                },
            )
        if changed:
            connection.execute(text("UPDATE history SET actor = 'personne' WHERE id = 2"))
    database.close()
