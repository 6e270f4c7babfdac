"""What the nightly reconciliation compares: which mails and sendings did not reach where they belong."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, or_, select

from mailbot.adapters.store.base import Part
from mailbot.adapters.store.tables import entries, mails, outbox


class Reconciling(Part):
    def undecided_before(self, limit: datetime) -> int:
        """How many mails that were taken in before then, and whose time has come, are still not decided."""
        c = mails.c
        come = or_(c.decide_at.is_(None), c.decide_at <= limit)
        tried = or_(c.next_attempt_at.is_(None), c.next_attempt_at <= limit)
        waits = c.state.in_(("archived", "waiting"))
        return self._count(select(func.count()).where(waits, c.seen_at <= limit, come, tried))

    def failed_without_entry(self) -> int:
        """How many mails were given up without standing in the queue."""
        told = select(entries.c.id).where(entries.c.mail_id == mails.c.id).exists()
        return self._count(select(func.count()).where(mails.c.state == "failed", ~told))

    def decided_mails(self) -> set[int]:
        """The ids of the received mails whose fate is settled; purged ones have no trace of it any more."""
        c = mails.c
        settled = or_(c.state.in_(("decided", "failed")), c.reason.startswith("same_content:"))
        query = select(c.id).where(c.direction == "in", settled, c.purged_at.is_(None))
        with self._database.reading() as connection:
            return set(connection.execute(query).scalars())

    def copies_in_sent(self) -> set[str]:
        """The Message-IDs of the mails that were read in the Sent folder."""
        query = select(mails.c.message_id).where(mails.c.direction == "sent")
        with self._database.reading() as connection:
            return set(connection.execute(query).scalars())

    def left(self) -> dict[str, datetime | None]:
        """Message-ID -> when it left, of every mail of the outbox; None where it did not."""
        with self._database.reading() as connection:
            query = select(outbox.c.message_id, outbox.c.sent_at)
            return {row[0]: row[1] for row in connection.execute(query)}

    def due_before(self, limit: datetime) -> int:
        """How many mails should have left before then."""
        c = outbox.c
        come = or_(c.not_before.is_(None), c.not_before <= limit)
        tried = or_(c.next_attempt_at.is_(None), c.next_attempt_at <= limit)
        old = or_(c.created_at.is_(None), c.created_at <= limit)
        return self._count(select(func.count()).where(c.state == "due", come, tried, old))

    def _count(self, query: object) -> int:
        with self._database.reading() as connection:
            return int(connection.execute(query).scalar_one())  # type: ignore[call-overload]  # any select of one number
