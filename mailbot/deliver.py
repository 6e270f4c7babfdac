"""From the outbox to the SMTP server. A mail is never sent twice by itself.

A row is claimed (state "sending", one try more, committed) before it is handed over; what died in that state
may have left, so a person decides (unless the configuration takes the risk: `resend_uncertain`). Whatever a
server says is one of four results (mail_ports.SendResult).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock

from mailbot.adapters.backoff import backoff_seconds
from mailbot.breaker import HELD, HOLD, Breaker
from mailbot.compose import compose
from mailbot.errors import (
    AttachmentUnavailable,
    MailbotError,
    MailboxRefused,
    MailboxUnreachable,
    MailNotComposable,
)
from mailbot.mail_headers import envelope_address
from mailbot.mail_ports import Mailbox, Mailer, Sending
from mailbot.masking import masked
from mailbot.pace import Pace
from mailbot.ports import Clock
from mailbot.rows import EntryRow, HistoryRow, OutboxRow
from mailbot.settings import Smtp
from mailbot.store_port import Store
from rules.types import AttachmentRef, ExceptionCode

FIRST_RETRY_SECONDS = 60.0
LONGEST_RETRY_SECONDS = 3600.0
SAVE_AT_ONCE = 50
LONGEST_WAIT_OF_A_COPY = timedelta(days=1)
ACTIONS = ("approve", "reply", "forward", "note", "postpone", "close", "dismiss")
"""What a person may do about a mail that did not leave for certain; `approve` sends it (again)."""

AttachmentBytes = Callable[[AttachmentRef], bytes]
Gate = Callable[[OutboxRow, Sequence[tuple[AttachmentRef, bytes]]], None]
"""Raises when this mail may not leave with these attachments to these recipients."""


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What one pass did; `unreachable` says why it ended before all was sent: the SMTP server cannot be used.

    put_off: mails that had to wait because their domain got enough in the last minute.
    """

    sent: int = 0
    retried_later: int = 0
    failed: int = 0
    uncertain: int = 0
    put_off: int = 0
    held: bool = False
    unreachable: str = ""


class Delivery:
    """The way out. Call `recover` once at start, then `once` as often as one likes.

    `mailbox` is a connection of its own (it is used while the intake uses another one), for the Sent folder.
    """

    def __init__(
        self,
        store: Store,
        mailer: Mailer,
        clock: Clock,
        settings: Smtp,
        *,
        attachment_bytes: AttachmentBytes,
        gate: Gate,
        public_name: str = "",
        max_attempts: int = 12,
        resend_uncertain: bool = False,
        breaker: Breaker | None = None,
        holder: str = "",
        mailbox: Mailbox | None = None,
        jitter: Callable[[], float] | None = None,
    ) -> None:
        self._store = store
        self._mailer = mailer
        self._clock = clock
        self._settings = settings
        self._attachment_bytes = attachment_bytes
        self._gate = gate
        self._public_name = public_name
        self._max_attempts = max_attempts
        self._resend_uncertain = resend_uncertain
        self._breaker = breaker
        self._holder = holder
        self._pace = Pace(settings.domain_per_minute)
        self._mailbox = mailbox
        self._mailbox_away = False  # until `save_missing_copies` has found it again
        self._saving = Lock()
        self._jitter = jitter

    def recover(self, others: Sequence[str] = ()) -> int:
        """Settle what a dead process left in "sending". A copy in the Sent folder proves that it left.

        others: the processes that live; what they are sending is theirs.
        """
        rows = self._store.left_sending(others)
        for row in rows:
            left = self._in_sent_folder(row)
            with self._store.transaction():
                if self._store.outbox(row.id).state != "sending":
                    continue  # another process settled it meanwhile
                if not left:
                    self._uncertain(row, "le programme s'est arrêté pendant l'envoi")
                    continue
                self._store.update_outbox(
                    row.id, state="sent", sent_at=self._clock.now(), saved_to_sent=True, error=""
                )
                self._write_history(row, "mail_sent", "found in the Sent folder after a restart")
        return len(rows)

    async def once(self, limit: int = 1000) -> DeliveryReport:
        """Send what is due, one after another, at most `limit`; nothing while sending is on hold."""
        report = DeliveryReport()
        for _ in range(limit):
            opened = bool(self._breaker and self._breaker.opens())
            # On hold: only an alarm that tells of it.
            claimed = self._store.claim_due(self._clock.now(), 1, self._holder)
            if not claimed:
                report = replace(report, held=opened or self._store.switch(HOLD) == HELD)
                break
            if self._put_off_for_pace(claimed[0]):
                report = replace(report, put_off=report.put_off + 1)
                await asyncio.sleep(0)  # thousands may have to wait, and others want their turn
                continue
            report = await self._deliver(claimed[0], report)
            if report.unreachable:
                break
        return report

    def _put_off_for_pace(self, row: OutboxRow) -> bool:
        """Let a mail wait whose domain got enough in the last minute. That is no try of it."""
        now = self._clock.now()
        free_at = self._pace.free_at(row.to, now)
        if free_at <= now:
            self._pace.count(row.to, now)
            return False
        with self._store.transaction():
            attempts = max(row.attempts - 1, 0)
            self._store.update_outbox(row.id, state="due", attempts=attempts, next_attempt_at=free_at)
        return True

    async def _deliver(self, row: OutboxRow, report: DeliveryReport) -> DeliveryReport:
        try:
            raw = self._prepare(row)
        except Exception as error:  # noqa: BLE001 - fails closed, and one bad row must not stop the others
            self._failed(row, f"il ne peut pas partir : {_reason(error)}")
            return replace(report, failed=report.failed + 1)
        sending = await self._mailer.send(
            self._settings.address, [envelope_address(to) for to in row.to], raw, str(row.id)
        )
        if sending.result == "accepted":
            self._sent(row, sending)
            if self._breaker and row.auto and row.mail_id is not None:
                self._breaker.count()
            await self._save(row, raw)
            return replace(report, sent=report.sent + 1)
        if sending.result == "uncertain":
            self._uncertain(row, f"la connexion a été perdue pendant l'envoi ({sending.reply})")
            # The next one would meet the same: each would have to be looked at by a person.
            lost = f"the connection was lost after a mail was handed over: {sending.reply}"
            return replace(report, uncertain=report.uncertain + 1, unreachable=lost)
        if sending.result == "permanent":
            self._failed(row, f"le serveur le refuse : {sending.reply}")
            return replace(report, failed=report.failed + 1)
        return self._later(row, sending, report)

    def _prepare(self, row: OutboxRow) -> bytes:
        attachments = self._attachments(row)
        self._gate(row, attachments)
        return self._compose(row, attachments, self._clock.now())

    def _attachments(self, row: OutboxRow) -> list[tuple[AttachmentRef, bytes]]:
        return [(ref, self._attachment_bytes(ref)) for ref in row.attachments]

    def _compose(
        self, row: OutboxRow, attachments: Sequence[tuple[AttachmentRef, bytes]], at: datetime
    ) -> bytes:
        return compose(
            row,
            sender=self._settings.address,
            public_name=self._public_name,
            at=at,
            files=[(ref.name, data) for ref, data in attachments],
        )

    def _sent(self, row: OutboxRow, sending: Sending) -> None:
        with self._store.transaction():
            self._store.update_outbox(
                row.id,
                state="sent",
                sent_at=self._clock.now(),
                saved_to_sent=self._settings.save_sent != "append",
                error="",
                **(masked(row) if self._settings.save_sent != "append" else {}),
            )
            self._write_history(row, "mail_sent", sending.reply)
            if sending.refused:
                said = "; ".join(f"{address} : {reply}" for address, reply in sending.refused)
                self._open_entry(row, "delivery_failed", f"Le courriel n'est pas parti pour {said}")

    def _later(self, row: OutboxRow, sending: Sending, report: DeliveryReport) -> DeliveryReport:
        """Try again later. Only what the server said of this very mail counts against its tries."""
        attempts = row.attempts - (1 if sending.unreachable else 0)
        if attempts >= self._max_attempts:
            self._failed(row, f"refusé {attempts} fois, en dernier : {sending.reply}")
            return replace(report, failed=report.failed + 1)
        with self._store.transaction():
            self._put_off(row, attempts, sending.reply)
        unreachable = sending.reply if sending.unreachable else ""
        return replace(report, retried_later=report.retried_later + 1, unreachable=unreachable)

    def _put_off(self, row: OutboxRow, attempts: int, why: str) -> None:
        seconds = backoff_seconds(
            max(attempts, 1),
            first=FIRST_RETRY_SECONDS,
            most=LONGEST_RETRY_SECONDS,
            **({"jitter": self._jitter} if self._jitter else {}),
        )
        at = self._clock.now() + timedelta(seconds=seconds)
        self._store.update_outbox(row.id, state="due", attempts=attempts, next_attempt_at=at, error=why)

    def _failed(self, row: OutboxRow, why: str) -> None:
        with self._store.transaction():
            self._store.update_outbox(row.id, state="failed", error=why)
            self._write_history(row, "mail_failed", why)
            self._open_entry(row, "delivery_failed", f"Le courriel « {row.subject} » n'est pas parti : {why}")

    def _uncertain(self, row: OutboxRow, why: str) -> None:
        if self._resend_uncertain and row.attempts < self._max_attempts:
            with self._store.transaction():
                self._put_off(row, row.attempts, why)
                self._write_history(row, "mail_sent_again", why)
            return
        with self._store.transaction():
            self._store.update_outbox(row.id, state="uncertain", error=why)
            self._write_history(row, "mail_uncertain", why)
            self._open_entry(
                row,
                "delivery_uncertain",
                f"Le courriel « {row.subject} » est peut-être parti, peut-être pas : {why}",
            )

    def _open_entry(self, row: OutboxRow, code: ExceptionCode, message: str) -> None:
        now = self._clock.now()
        self._store.open_entry(
            EntryRow(
                id=0,
                codes=(code,),
                messages=(message,),
                state="open",
                created_at=now,
                received_at=now,
                mail_id=row.mail_id,
                dossier_id=row.dossier_id,
                case=row.case,
                actions=ACTIONS,
                subject=row.subject,
                sender=", ".join(row.to),
                facts={"outbox_id": row.id},
            )
        )

    def _write_history(self, row: OutboxRow, what: str, said: str) -> None:
        self._store.add_history(
            HistoryRow(
                id=0,
                at=self._clock.now(),
                actor="mailbot",
                what=what,
                detail={"template": row.template, "message_id": row.message_id, "reply": said},
                dossier_id=row.dossier_id,
                case=row.case,
                mail_id=row.mail_id,
                entry_id=row.entry_id,
                outbox_id=row.id,
            )
        )

    # Copies in the Sent folder

    async def _save(self, row: OutboxRow, raw: bytes) -> None:
        """The copy of what just left. Where the mailbox is away or in use, it is left to the missing ones."""
        if self._mailbox is None or self._settings.save_sent != "append":
            return
        if self._mailbox_away or not self._saving.acquire(blocking=False):
            return
        try:
            await asyncio.to_thread(self._mailbox.append_sent, raw, self._clock.now())
            with self._store.transaction():
                self._store.update_outbox(row.id, saved_to_sent=True, **masked(row))
        except MailboxRefused:
            return  # the mail itself has left
        except MailboxUnreachable:
            self._mailbox_away = True
        finally:
            self._saving.release()

    def save_missing_copies(self, others: Sequence[str] = ()) -> int:
        """Put into the Sent folder what left without a copy. Raises MailboxUnreachable.

        May run while `once` sends. others: processes that live and save the copies of what they sent.
        """
        if self._mailbox is None or self._settings.save_sent != "append":
            return 0
        saved = 0
        with self._saving:
            for row in self._store.sent_unsaved(self._clock.now(), SAVE_AT_ONCE, others):
                try:
                    self._save_again(self._mailbox, row)
                    saved += 1
                except (MailboxRefused, MailNotComposable, AttachmentUnavailable):
                    self._put_copy_off(row)
            self._mailbox_away = False
        return saved

    def _save_again(self, mailbox: Mailbox, row: OutboxRow) -> None:
        if not self._in_sent_folder(row):
            at = row.sent_at or self._clock.now()
            mailbox.append_sent(self._compose(row, self._attachments(row), at), at)
        with self._store.transaction():
            self._store.update_outbox(row.id, saved_to_sent=True, **masked(row))

    def _put_copy_off(self, row: OutboxRow) -> None:
        """A copy that cannot be saved is tried again after as long a time as it has waited already."""
        now = self._clock.now()
        waited = now - (row.sent_at or now)
        at = now + min(max(waited, timedelta(seconds=FIRST_RETRY_SECONDS)), LONGEST_WAIT_OF_A_COPY)
        with self._store.transaction():
            self._store.update_outbox(row.id, next_attempt_at=at)

    def _in_sent_folder(self, row: OutboxRow) -> bool:
        if self._mailbox is None:
            return False
        try:
            folder = self._mailbox.sent_folder()
            if folder is None:
                return False
            self._mailbox.open(folder, readonly=True)
            return bool(self._mailbox.with_message_id(row.message_id))
        except MailboxUnreachable:
            return False


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, MailbotError) else f"{type(error).__name__}: {error}"
