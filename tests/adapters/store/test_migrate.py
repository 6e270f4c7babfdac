"""Migrations lead to the tables that the code uses, once, and never back."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from mailbot.adapters.store.migrate import SCRIPTS, revisions
from mailbot.adapters.store.sql import SqlStore, open_store
from mailbot.adapters.store.tables import metadata
from mailbot.errors import StoreTooNew


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStore]:
    url = f"sqlite:///{tmp_path}/mailbot.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql").fresh_database()
    opened = open_store(url)
    yield opened
    opened.close()


def test_the_migrations_make_the_tables_of_the_code(store: SqlStore) -> None:
    with store._database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_the_revisions_are_those_of_alembic_in_their_order() -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    known = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert known[::-1] == revisions()


def test_a_store_keeps_what_it_has_when_it_is_opened_again(store: SqlStore) -> None:
    store.set_switch("hold", "1")
    store.migrate()
    assert store.switch("hold") == "1"


def test_a_store_of_a_later_version_is_refused(store: SqlStore) -> None:
    with store._database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreTooNew, match="9999"):
        store.migrate()


def test_alembic_is_not_loaded_for_a_store_that_is_up_to_date(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/mailbot.db"
    open_store(url).close()
    program = (
        "import sys; from mailbot.adapters.store.sql import open_store; open_store(sys.argv[1]).close(); "
        "print('alembic' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, url], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "False"
