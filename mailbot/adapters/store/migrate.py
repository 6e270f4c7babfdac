"""Bring a database up to this version's tables. Alembic is loaded only when there is something to do."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, column, inspect, select, table
from sqlalchemy.exc import DBAPIError

from mailbot.adapters.store.engine import Database
from mailbot.errors import StoreTooNew

SCRIPTS = Path(__file__).parent / "migrations"


def revisions() -> list[str]:
    """The revisions that this version knows, oldest first. A file `r0001_….py` is revision 0001."""
    return sorted(path.name[1:5] for path in (SCRIPTS / "versions").glob("r[0-9]*.py"))


def migrate(database: Database) -> None:
    """Raises StoreUnreachable when the database cannot be used, StoreTooNew when a later mailbot wrote it."""
    try:
        with database.reading() as connection:
            if not _is_behind(connection):
                return
        # Another process may have done it meanwhile; from here on there is no other writer.
        with database.writing() as connection:
            if _is_behind(connection):
                _upgrade(connection)
    except DBAPIError as error:
        raise database.unreachable(error) from error


def is_behind(database: Database) -> bool:
    """Whether the tables are older than this version's. Raises StoreUnreachable, StoreTooNew."""
    try:
        with database.reading() as connection:
            return _is_behind(connection)
    except DBAPIError as error:
        raise database.unreachable(error) from error


def _is_behind(connection: Connection) -> bool:
    if not inspect(connection).has_table("alembic_version"):
        return True
    current = connection.execute(select(column("version_num")).select_from(table("alembic_version"))).scalar()
    known = revisions()
    if current is not None and current not in known:
        raise StoreTooNew(
            f"store.url: its tables are of revision {current}, this version knows {known[-1]}: "
            "install the mailbot that wrote it, or a later one"
        )
    return bool(current != known[-1])


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
