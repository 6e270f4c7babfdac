"""The composition root: every part of the service, put together once.

Tests call it with fakes of the ports. A part is imported where it is made: most commands need few of them,
and all together take longer to load than such a command to run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from mailbot.adapters.clock import SystemClock

if TYPE_CHECKING:
    from mailbot.adapters.files import FileStore
    from mailbot.adapters.sealing import Sealer
    from mailbot.attachments import Attachments
    from mailbot.breaker import Breaker
    from mailbot.config import Config
    from mailbot.consider import Considering
    from mailbot.deliver import Delivery
    from mailbot.intake import Intake
    from mailbot.mail_ports import Mailbox, Mailer
    from mailbot.outbox import Outbox
    from mailbot.ports import Alarms, Archive, Clock, Readers
    from mailbot.process import Processing
    from mailbot.reconcile import Reconciler
    from mailbot.record import Recorder
    from mailbot.references import References
    from mailbot.reminders import Reminders
    from mailbot.review import Review
    from mailbot.store_port import Store
    from mailbot.templates import Templates
    from parsers.types import ReadOptions
    from rules.facts import Policy


@dataclass
class Service:
    """The parts, made when they are first asked for, so that a small command stays small."""

    config: Config
    clock: Clock
    make_store: Callable[[], Store]
    make_readers: Callable[[], Readers]
    make_mailbox: Callable[[], Mailbox]
    make_mailer: Callable[[], Mailer]
    read_only: bool = False
    make_slow_readers: Callable[[], Readers] | None = None

    @cached_property
    def store(self) -> Store:
        return self.make_store()

    @cached_property
    def readers(self) -> Readers:
        return self.make_readers()

    @cached_property
    def slow_readers(self) -> Readers:
        """Readers of their own for what takes long, so that typed mails need not wait for them."""
        return (self.make_slow_readers or self.make_readers)()

    @cached_property
    def mailbox(self) -> Mailbox:
        return self.make_mailbox()

    @cached_property
    def sent_mailbox(self) -> Mailbox:
        """A connection of its own for copies of what was sent: intake may be waiting on the other one."""
        return self.make_mailbox()

    @cached_property
    def mailer(self) -> Mailer:
        return self.make_mailer()

    @cached_property
    def sealer(self) -> Sealer | None:
        from mailbot.adapters.sealing import sealer

        return sealer(self.config.store.archive_key_file, self.config.path)

    @cached_property
    def archive(self) -> Archive:
        from mailbot.adapters.archive import FileArchive

        return FileArchive(self.config.store.archive, self.sealer)

    @cached_property
    def files(self) -> FileStore:
        from mailbot.adapters.files import FileStore

        return FileStore(self.config.store.files, self.sealer)

    @cached_property
    def references(self) -> References:
        from mailbot.adapters.reference_key import reference_key
        from mailbot.references import References

        return References(reference_key(self.config, make=not self.read_only))

    @cached_property
    def policy(self) -> Policy:
        from mailbot.policy import build_policy

        return build_policy(self.config)

    @cached_property
    def templates(self) -> Templates:
        return make_templates(self.config)

    @cached_property
    def outbox(self) -> Outbox:
        from mailbot.outbox import Outbox

        return Outbox(self.store, self.templates, self.config)

    @cached_property
    def recorder(self) -> Recorder:
        from mailbot.record import Recorder

        return Recorder(self.store, self.outbox, self.config)

    @cached_property
    def considering(self) -> Considering:
        from mailbot.consider import Considering

        return Considering(self.store, self.config, self.policy, self.references)

    @cached_property
    def processing(self) -> Processing:
        from mailbot.lease import own_name
        from mailbot.process import Processing

        return Processing(
            self.store,
            self.archive,
            self.readers,
            self.clock,
            self.config,
            self.considering,
            self.recorder,
            self.references,
            slow_readers=self.slow_readers,
            holder=own_name(),
        )

    @cached_property
    def review(self) -> Review:
        from mailbot.review import Review
        from mailbot.reviewing.desk import Desk

        return Review(
            Desk(
                store=self.store,
                clock=self.clock,
                config=self.config,
                considering=self.considering,
                processing=self.processing,
                recorder=self.recorder,
                outbox=self.outbox,
                files=self.files,
            )
        )

    @cached_property
    def reminders(self) -> Reminders:
        from mailbot.reminders import Reminders

        return Reminders(self.store, self.clock, self.config, self.policy, self.outbox)

    @cached_property
    def reconciler(self) -> Reconciler:
        from mailbot.reconcile import Reconciler

        return Reconciler(self.store, self.archive, self.clock, self.config)

    @cached_property
    def attachments(self) -> Attachments:
        from mailbot.attachments import Attachments

        return Attachments(
            self.archive, self.files, self.config.documents.blank_forms_dir, self.config.read_options()
        )

    @cached_property
    def intake(self) -> Intake:
        from mailbot.intake import Intake

        return Intake(
            self.mailbox, self.store, self.archive, self.clock, answer_from=self.config.imap.answer_from
        )

    @cached_property
    def alarms(self) -> Alarms:
        from mailbot.alarms import StoredAlarms

        return StoredAlarms(self.store, self.clock)

    @cached_property
    def breaker(self) -> Breaker:
        from mailbot.breaker import Breaker

        return Breaker(self.store, self.clock, self.config.automation.max_answers_per_hour, self.alarms)

    @cached_property
    def delivery(self) -> Delivery:
        from mailbot.deliver import Delivery
        from mailbot.gate import Gate
        from mailbot.lease import own_name

        parties = self.config.parties
        return Delivery(
            self.store,
            self.mailer,
            self.clock,
            self.config.smtp,
            attachment_bytes=self.attachments.bytes_of,
            gate=Gate(
                self.store,
                parties.aes_address,
                parties.incert_address,
                self.attachments.blank_digests,
            ),
            public_name=parties.public_name,
            max_attempts=self.config.automation.max_attempts,
            breaker=self.breaker,
            holder=own_name(),
            resend_uncertain=self.config.automation.resend_uncertain,
            mailbox=self.sent_mailbox if self.config.smtp.save_sent == "append" else None,
        )

    def read_options(self) -> ReadOptions:
        """How documents are read today."""

        from rules.calendar import local_day

        return self.config.read_options(local_day(self.clock.now()))

    def close(self) -> None:
        """Give back what was opened."""
        opened = self.__dict__
        for name in ("mailbox", "sent_mailbox", "store"):
            if name in opened:
                opened[name].close()
        for name in ("readers", "slow_readers"):
            close = getattr(opened.get(name), "close", None)
            if close is not None:
                close()


def make_templates(config: Config) -> Templates:
    """The mail texts with the addresses that they print."""

    from mailbot.templates import Addresses, Templates

    parties = config.parties
    addresses = Addresses(
        mailbox=config.smtp.address,
        helpdesk=parties.helpdesk_address,
        aes=parties.aes_address,
        public_name=parties.public_name,
    )
    return Templates(config.documents.templates_dir, addresses)


def build_service(
    config: Config, clock: Clock | None = None, *, in_process: bool = False, read_only: bool = False
) -> Service:
    """The service on real servers, disks and workers. Nothing is connected before it is needed.

    `read_only`: for commands that change nothing; the store is opened so that it could not be changed.
    """
    clock = clock or SystemClock()
    service: Service

    def store() -> Store:
        from mailbot.adapters.store.sql import open_store, open_store_to_read

        if read_only:
            return open_store_to_read(config.store.url)
        return open_store(config.store.url)

    def readers(slow: bool = False) -> Readers:
        from mailbot.adapters.workers import InProcessReaders, WorkerReaders

        if in_process:
            return InProcessReaders(service.read_options)
        reading = config.reading
        workers = WorkerReaders(
            service.read_options,
            workers=reading.slow_workers if slow else reading.workers,
            seconds=reading.seconds,
            quick_seconds=reading.quick_seconds,
            memory_mb=reading.memory_mb,
        )
        return scanned(workers, config)

    def mailbox() -> Mailbox:
        from mailbot.adapters.imap import ImapMailbox

        return ImapMailbox(config.imap, token=_token(config) if config.imap.auth == "xoauth2" else None)

    def mailer() -> Mailer:
        from mailbot.adapters.smtp import SmtpMailer

        return SmtpMailer(config.smtp, token=_token(config) if config.smtp.auth == "xoauth2" else None)

    def slow_readers() -> Readers:
        return readers(slow=True)

    service = Service(config, clock, store, readers, mailbox, mailer, read_only, slow_readers)
    return service


def scanned(readers: Readers, config: Config) -> Readers:
    """The readers behind the virus scanner, where one is configured."""
    if not config.clamav.configured:
        return readers
    from mailbot.adapters.clamav import ClamAvScanner
    from mailbot.scanned import ScannedReaders

    return ScannedReaders(readers, ClamAvScanner(config.clamav))


def _token(config: Config) -> Callable[[], str]:
    from mailbot.adapters.oauth import TokenSource

    return TokenSource(config.oauth)
