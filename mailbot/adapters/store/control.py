"""What steers the service itself: switches, jobs that run once, and who may run."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, or_, select, update

from mailbot.adapters.store.base import Part, insert, insert_once
from mailbot.adapters.store.statement import Statement
from mailbot.adapters.store.tables import jobs_done, leases, switches

_SWITCH = Statement(select(switches.c.value).where(switches.c.name == bindparam("name")))

_CLAIMED = Statement(
    select(jobs_done.c.key).where(jobs_done.c.job == bindparam("job"), jobs_done.c.key == bindparam("key"))
)


class Control(Part):
    def switch(self, name: str) -> str:
        """The switch's value, empty when it was never set."""
        with self._database.reading() as connection:
            found = _SWITCH.scalar(connection, {"name": name})
        return found or ""

    def set_switch(self, name: str, value: str) -> None:
        with self._database.writing() as connection:
            statement = insert(connection, switches).values(name=name, value=value)
            connection.execute(
                statement.on_conflict_do_update(index_elements=["name"], set_={"value": value})
            )

    def claim_once(self, job: str, key: str, at: datetime) -> bool:
        """True for the first who asks for that job and key, ever."""
        with self._database.writing() as connection:
            first = insert_once(connection.dialect.name, jobs_done, jobs_done.c.key, "job", "key", "at")
            return first.first(connection, {"job": job, "key": key, "at": at}) is not None

    def is_claimed(self, job: str, key: str) -> bool:
        """Whether somebody asked for that job and key already."""
        with self._database.reading() as connection:
            return _CLAIMED.first(connection, {"job": job, "key": key}) is not None

    def take_lease(self, name: str, holder: str, now: datetime, until: datetime) -> bool:
        """True when the holder has it until then: it was free or over, or the holder's already."""
        free = or_(leases.c.holder == holder, leases.c.until <= now)
        renewed = update(leases).where(leases.c.name == name, free).values(holder=holder, until=until)
        with self._database.writing() as connection:
            if connection.execute(renewed).rowcount == 1:
                return True
            first = insert(connection, leases).values(name=name, holder=holder, until=until)
            first = first.on_conflict_do_nothing()
            return connection.execute(first.returning(leases.c.name)).first() is not None

    def lease_holder(self, name: str) -> str:
        """Who took the lease last and did not give it back; empty when nobody did."""
        with self._database.reading() as connection:
            found = connection.execute(select(leases.c.holder).where(leases.c.name == name)).scalar()
        return found or ""

    def release_lease(self, name: str, holder: str) -> None:
        """Give it back; nothing happens when it is somebody else's."""
        mine = (leases.c.name == name) & (leases.c.holder == holder)
        with self._database.writing() as connection:
            connection.execute(delete(leases).where(mine))
