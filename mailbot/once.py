"""One full pass: take in all that waits, process it, send all that is due."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from mailbot.adapters.clock import SystemClock
from mailbot.bootstrap import Service
from mailbot.deliver import DeliveryReport
from mailbot.errors import ScannerUnreachable, Unreachable
from mailbot.intake import IntakeReport
from mailbot.lease import Lease, own_name
from mailbot.process import Processed
from mailbot.rows import WORKER

EVERYTHING = 1_000_000


@dataclass(frozen=True, slots=True)
class PassReport:
    """What a pass did. `unreachable`: servers that were not there; the rest was done all the same."""

    intake: IntakeReport
    processed: Processed
    delivery: DeliveryReport
    recovered: int = 0
    unreachable: tuple[str, ...] = ()

    def attention(self) -> tuple[str, ...]:
        """What a person should look at."""
        found = list(self.intake.gaps)
        if self.processed.failed:
            found.append(f"{self.processed.failed} mail(s) could not be processed: see `mailbot queue list`")
        if self.delivery.failed:
            found.append(f"{self.delivery.failed} mail(s) could not be sent: see `mailbot queue list`")
        if self.recovered or self.delivery.uncertain:
            found.append(
                f"{self.recovered + self.delivery.uncertain} mail(s) may or may not have left: "
                "see `mailbot queue list`"
            )
        return tuple(found)


def one_pass(service: Service) -> PassReport:
    """A pass from the mailbox to the SMTP server. A server that is gone stops only its own part."""
    unreachable: list[str] = []
    others = [name for name in service.store.workers(SystemClock().now()) if name != own_name()]
    recovered = recover(service, others)
    intake = IntakeReport()
    try:
        intake = service.intake.once()
    except Unreachable as error:
        unreachable.append(str(error))
    processed = Processed()
    try:
        processed = service.processing.run()
    except ScannerUnreachable as error:
        unreachable.append(str(error))
    delivery = send_due(service)
    if delivery.unreachable:
        unreachable.append(delivery.unreachable)
    if not unreachable:
        try:
            service.delivery.save_missing_copies(others)
        except Unreachable as error:
            unreachable.append(str(error))
    return PassReport(intake, processed, delivery, recovered, tuple(unreachable))


def recover(service: Service, others: Sequence[str] = ()) -> int:
    """Settle what a dead process left half sent; returns how many mails a person has to look at.

    others: the processes that live.
    """
    left = service.delivery.recover(others)
    if not left:
        return 0
    return sum(1 for entry in service.store.entries() if "delivery_uncertain" in entry.codes)


def send_due(service: Service) -> DeliveryReport:
    """Everything that is due, now, on a connection of its own."""

    async def send() -> DeliveryReport:
        try:
            return await service.delivery.once(EVERYTHING)
        finally:
            await service.mailer.close()

    if not service.store.is_shared:
        return asyncio.run(send())
    # So that none of the others takes what this process sends for left behind by a dead one.
    working = Lease(service.store, name=WORKER + own_name())
    working.take()
    try:
        return asyncio.run(send())
    finally:
        working.release()
