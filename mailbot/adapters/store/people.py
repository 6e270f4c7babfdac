"""The people of the web app: accounts, sessions, and who has a queue entry in hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from mailbot.adapters.store.base import Part, insert
from mailbot.adapters.store.tables import columns_of, entry_holders, sessions, users
from mailbot.errors import UnknownReference, UsageError
from mailbot.web_rows import HolderRow, SessionRow, UserRow

_USER = columns_of(users, UserRow)
_SESSION = columns_of(sessions, SessionRow)
_HOLDER = columns_of(entry_holders, HolderRow)


class People(Part):
    # Accounts

    def add_user(self, row: UserRow) -> None:
        """Raises UsageError when there is somebody of that name."""
        values = {column.name: getattr(row, column.name) for column in _USER}
        with self._database.writing() as connection:
            first = insert(connection, users).values(values).on_conflict_do_nothing()
            if connection.execute(first.returning(users.c.name)).first() is None:
                raise UsageError(f"there is a user {row.name} already")

    def user(self, name: str) -> UserRow | None:
        with self._database.reading() as connection:
            row = connection.execute(select(*_USER).where(users.c.name == name)).one_or_none()
        return None if row is None else UserRow(*row)

    def users(self) -> list[UserRow]:
        with self._database.reading() as connection:
            return [UserRow(*row) for row in connection.execute(select(*_USER).order_by(users.c.name))]

    def update_user(self, name: str, **changes: Any) -> None:
        """Raises UnknownReference for nobody. Their sessions end, for what they rest on has changed."""
        with self._database.writing() as connection:
            done = connection.execute(update(users).where(users.c.name == name).values(changes))
            if done.rowcount == 0:
                raise UnknownReference(f"there is no user {name}")
            connection.execute(delete(sessions).where(sessions.c.user == name))

    # Sessions

    def add_session(self, row: SessionRow) -> None:
        values = {column.name: getattr(row, column.name) for column in _SESSION}
        with self._database.writing() as connection:
            connection.execute(sessions.insert().values(values))

    def session(self, digest: str) -> SessionRow | None:
        with self._database.reading() as connection:
            row = connection.execute(select(*_SESSION).where(sessions.c.digest == digest)).one_or_none()
        return None if row is None else SessionRow(*row)

    def update_session(self, digest: str, **changes: Any) -> None:
        """Change a session; nothing happens when it has ended meanwhile."""
        with self._database.writing() as connection:
            connection.execute(update(sessions).where(sessions.c.digest == digest).values(changes))

    def end_session(self, digest: str) -> None:
        with self._database.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.digest == digest))

    def end_sessions_before(self, seen: datetime, created: datetime) -> None:
        """Forget sessions that were last seen, or begun, before those instants."""
        over = (sessions.c.seen_at < seen) | (sessions.c.created_at < created)
        with self._database.writing() as connection:
            connection.execute(delete(sessions).where(over))

    # Who has an entry in hand

    def holder(self, entry_id: int) -> HolderRow:
        query = select(*_HOLDER).where(entry_holders.c.entry_id == entry_id)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return HolderRow(entry_id) if row is None else HolderRow(*row)

    def holders(self) -> dict[int, HolderRow]:
        """Every entry that somebody has, or had, in hand."""
        with self._database.reading() as connection:
            return {row[0]: HolderRow(*row) for row in connection.execute(select(*_HOLDER))}

    def hold_entry(self, entry_id: int, **changes: Any) -> None:
        """Set owner, locked_by or locked_until of an entry."""
        values = {"entry_id": entry_id, "owner": "", "locked_by": "", "locked_until": None} | changes
        with self._database.writing() as connection:
            first = insert(connection, entry_holders).values(values)
            connection.execute(first.on_conflict_do_update(index_elements=["entry_id"], set_=changes))

    def lock_entry(
        self, entry_id: int, user: str, now: datetime, until: datetime, force: bool = False
    ) -> bool:
        """True when the user has the entry open until then: it was free, over, the user's, or taken over."""
        with self._database.writing():
            before = self.holder(entry_id)
            if not force and before.locked_by not in ("", user) and (before.locked_until or now) > now:
                return False
            self.hold_entry(entry_id, locked_by=user, locked_until=until)
        return True
