"""What the service needs of the world, as protocols and the plain rows that cross them.

Adapters in mailbot/adapters implement them; tests use the in-memory ones of tests/fakes.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from threading import Event
from typing import Any, Literal, NamedTuple, Protocol

from parsers.types import Document, MailReading
from rules.types import AttachmentRef, Dossier, Letter

MailState = Literal[
    "archived",  # safe on disk and in the ledger, not looked at yet
    "waiting",  # read; its dossier's answer is being waited for (settle_minutes)
    "decided",
    "recorded",  # known, never answered: older than answer_from, Sent folder, a second copy
    "failed",  # given up after the limit; stands in the queue
]
Lane = Literal["", "slow"]
"""`slow`: scans and other mails that take long to read, so that no typed mail has to wait behind them."""
WORKER = "worker:"
"""What the name of the lease begins with that a process has for itself, as long as it lives."""
OutboxState = Literal[
    "draft",  # waits for a person
    "due",  # leaves as soon as `not_before` has come
    "sending",  # handed to SMTP; its fate is not known yet
    "sent",
    "failed",  # refused for good
    "uncertain",  # the connection or the process died while it was being sent
    "cancelled",
]
EntryState = Literal["open", "postponed", "closed"]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mail found in the mailbox, archived, about to be recorded. Times are aware."""

    account: str
    folder: str
    uidvalidity: int
    uid: int
    sha256: str
    size: int
    received_at: datetime  # INTERNALDATE
    seen_at: datetime
    message_id: str = ""
    sender: str = ""
    subject: str = ""
    fingerprint: str = ""  # Message-ID, sender and body: the same mail under other headers
    direction: Literal["in", "sent"] = "in"
    old: bool = False  # received before answer_from


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One place in the mailbox where a mail was seen."""

    id: int
    account: str
    folder: str
    uidvalidity: int
    uid: int
    sha256: str
    mail_id: int
    handled: bool  # moved or flagged on the server


@dataclass(frozen=True, slots=True)
class MailRow:
    """One mail, once, whatever the number of places it was seen in."""

    id: int
    sha256: str
    size: int
    received_at: datetime
    seen_at: datetime
    message_id: str
    sender: str
    subject: str
    fingerprint: str
    direction: Literal["in", "sent"]
    state: MailState
    reason: str = ""
    attempts: int = 0
    next_attempt_at: datetime | None = None
    decide_at: datetime | None = None
    dossier_id: int | None = None
    content_key: str = ""  # sender, words and attachments: the same content under a new Message-ID
    reading: MailReading | None = None
    lane: Lane = ""
    claimed_by: str = ""


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A mail that leaves, or may leave. `key` makes it unique: one event causes one mail, once."""

    id: int
    key: str
    message_id: str
    template: str
    to: tuple[str, ...]
    subject: str
    text: str
    html: str
    attachments: tuple[AttachmentRef, ...]
    headers: dict[str, str]
    state: OutboxState
    role: str = "industriel"
    mail_id: int | None = None  # the incoming mail it answers
    dossier_id: int | None = None
    case: str = ""
    entry_id: int | None = None  # the queue entry whose draft it is
    not_before: datetime | None = None
    created_at: datetime | None = None
    sent_at: datetime | None = None
    attempts: int = 0
    next_attempt_at: datetime | None = None
    error: str = ""
    letter: Letter | None = None
    auto: bool = True  # written by mailbot; a person's own words are not
    saved_to_sent: bool = False
    claimed_by: str = ""


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry of the exception queue."""

    id: int
    codes: tuple[str, ...]
    messages: tuple[str, ...]
    state: EntryState
    created_at: datetime
    received_at: datetime
    mail_id: int | None = None
    dossier_id: int | None = None
    case: str = ""
    step: str = ""
    actions: tuple[str, ...] = ()
    findings: tuple[dict[str, Any], ...] = ()
    subject: str = ""
    sender: str = ""
    industriel: str = ""
    order_at: datetime | None = None  # labelling: when the evidence was complete
    until: date | None = None  # postponed
    closed_at: datetime | None = None
    outcome: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DossierRow:
    """A dossier as stored: its number, and the value that the rules work on."""

    id: int
    number: int
    dossier: Dossier
    created_at: datetime
    version: int = 0  # grows with every change; a stale one cannot be saved


RESTORED = "restored"
"""The switch that says when this store was restored from a copy."""

RECEIVED = "received"
"""What a line of history about mails that came is called; its detail has their ids and digests."""


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """What happened, when, by whom, on what ground."""

    id: int
    at: datetime
    actor: str
    what: str
    detail: dict[str, Any]
    dossier_id: int | None = None
    case: str = ""
    mail_id: int | None = None
    entry_id: int | None = None
    outbox_id: int | None = None


class AuditHead(NamedTuple):
    """Where the history ended at a time: how many rows, and the link of the last."""

    rows: int
    chain: str


class AuditProblem(NamedTuple):
    """A place where the history is not as it was written."""

    row: int
    what: Literal["altered", "removed", "inserted", "not_as_anchored"]


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document as it was read, and the case it stands on."""

    id: int
    mail_id: int | None
    dossier_id: int | None
    case: str
    document: Document
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class UserRow:
    """An account of the web app. `password` is argon2id's encoded hash; empty: signs in elsewhere."""

    name: str
    role: Literal["reader", "reviewer", "admin"]
    password: str
    disabled: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session of the web app, found by the digest of the id that the browser has."""

    digest: str
    user: str
    created_at: datetime
    seen_at: datetime
    csrf: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HolderRow:
    """Who took an entry on, and who has it open until when."""

    entry_id: int
    owner: str = ""
    locked_by: str = ""
    locked_until: datetime | None = None


VIEWS = ("viewed", "downloaded", "exported", "signed_in", "signed_out", "sign_in_failed")
"""Lines of the history that tell who looked."""

LOOKING = (*VIEWS, "agreement")
"""Lines of the history that tell of no change."""


class QueueKey(NamedTuple):
    """What decides in which lists an entry stands. A tuple, because there are thousands of them."""

    id: int
    codes: tuple[str, ...]
    state: EntryState
    dossier_id: int | None
    mail_id: int | None
    case: str
    step: str
    until: date | None
    in_labelling_order: bool
    owner: str | None


class QueueMarker(NamedTuple):
    """`counts` differ when the queue may have changed; `history_id`: the history was looked at so far."""

    history_id: int
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class QueueLine:
    """An entry as the queue's list shows it."""

    id: int
    codes: tuple[str, ...]
    messages: tuple[str, ...]
    state: EntryState
    received_at: datetime
    dossier_id: int | None
    mail_id: int | None
    case: str
    step: str
    subject: str
    sender: str
    industriel: str
    order_at: datetime | None
    until: date | None
    closed_at: datetime | None
    outcome: str
    reference: str | None
    matricule: str | None
    owner: str | None
    locked_by: str | None
    locked_until: datetime | None


class Clock(Protocol):
    """The time, aware, in UTC."""

    def now(self) -> datetime: ...


class Archive(Protocol):
    """Raw mails by the SHA-256 of their bytes; durable once `put` returns."""

    def put(self, raw: bytes) -> str: ...

    def get(self, sha256: str) -> bytes: ...

    def has(self, sha256: str) -> bool: ...

    def digests(self) -> Iterator[str]: ...

    def remove(self, sha256: str) -> bool:
        """Take a mail away for good (retention). False when it was not there."""


@dataclass(frozen=True, slots=True)
class FolderState:
    """A folder as it was when it was opened. `uidvalidity` is 0 where the server gives none."""

    name: str
    uidvalidity: int
    uidnext: int
    exists: int


@dataclass(frozen=True, slots=True)
class FetchedMail:
    """A mail as the server gave it."""

    uid: int
    raw: bytes
    received_at: datetime | None  # INTERNALDATE with its zone; None where the server gives none


@dataclass(frozen=True, slots=True)
class FolderName:
    """A folder of the mailbox, and its SPECIAL-USE flags in lower case, as `\\sent`."""

    name: str
    flags: frozenset[str] = frozenset()


class Mailbox(Protocol):
    """The mailbox on the server. Never touches \\Seen and deletes nothing.

    Raises errors.MailboxUnreachable when the server is gone; the next call then connects again. Its
    subclass MailboxRefused is for a command that the server does not carry out; the connection stays.
    """

    account: str

    def open(self, folder: str, *, readonly: bool = False) -> FolderState:
        """Look at the folder afresh; what follows is about it."""

    def uids(self) -> list[int]:
        """The UIDs in the open folder, ascending."""

    def fetch(self, uids: Sequence[int]) -> Iterator[list[FetchedMail]]:
        """Those mails of the open folder in batches of bounded size. What cannot be had is left out."""

    def put_aside(self, uids: Sequence[int]) -> Literal["moved", "flagged", "left"]:
        """Mark mails of the open folder as taken in, the way that the configuration and server allow."""

    def since(self, day: date) -> list[int]:
        """The UIDs in the open folder of mails received on that day or later."""

    def with_message_id(self, message_id: str) -> list[int]:
        """The UIDs in the open folder of mails with that Message-ID."""

    def folders(self) -> list[FolderName]: ...

    def inbox(self) -> str:
        """The name of the folder that is read."""

    def processed_folder(self) -> str | None:
        """Where mails are moved to, None where they stay."""

    def sent_folder(self) -> str | None:
        """Where copies of sent mails stand, None where there is no such folder."""

    def append_sent(self, raw: bytes, at: datetime) -> None:
        """Put a copy into the Sent folder, which is made if there is none."""

    def wait(self, seconds: float, stop: Event) -> bool:
        """Sleep until the inbox changes (then true), `stop` is set, or the time is over."""

    def close(self) -> None: ...


SendResult = Literal[
    "accepted",  # the server took it over
    "temporary",  # refused for now, or never handed over: it may be tried again
    "permanent",  # refused for good
    "uncertain",  # handed over, and the answer never came
]


@dataclass(frozen=True, slots=True)
class Sending:
    """What became of a mail. `refused`: single recipients that the server did not take, with its reply.

    `unreachable`: the server was not there or did not let us in, so the mail itself was not judged.
    """

    result: SendResult
    reply: str = ""
    unreachable: bool = False
    refused: tuple[tuple[str, str], ...] = ()


class Mailer(Protocol):
    """The way out."""

    async def send(
        self, sender: str, recipients: Sequence[str], raw: bytes, envelope_id: str = ""
    ) -> Sending:
        """Hand one mail to the server. Never raises for what the server or the network does.

        Where the server offers delivery notices (RFC 3461), they are asked for under that id.
        """

    async def close(self) -> None: ...


class Alarms(Protocol):
    """Troubles that somebody has to be told of. The same trouble, raised again, is the same alarm."""

    def alarm(self, trouble: str, message: str) -> None:
        """The trouble is there. `trouble` is a stable word, `message` what happened and what to do."""

    def over(self, trouble: str) -> None:
        """The trouble is over."""


class Readers(Protocol):
    """The parsers, wherever they run. Raises errors.ReadingFailed when a mail cannot be read at all."""

    def read_mail(self, raw: bytes) -> MailReading: ...

    def read_quickly(self, raw: bytes) -> MailReading | None:
        """The mail, or None where that takes longer: a scan, an old format, whatever upsets the reader."""

    def read_file(self, name: str, data: bytes) -> list[Document]: ...


class Scanner(Protocol):
    """A virus scanner."""

    def scan(self, data: bytes) -> str:
        """The name of what was found; empty for nothing.

        Raises errors.ScannerUnreachable, and errors.ReadingFailed for what it does not take.
        """


class Store(Protocol):
    """Everything that must survive. Every write happens inside `transaction()`; nested calls join it."""

    def transaction(self) -> AbstractContextManager[None]: ...

    def close(self) -> None: ...

    # Ledger and mails
    def record_arrivals(self, arrivals: Sequence[Arrival]) -> list[MailRow]: ...
    def known_uids(self, account: str, folder: str, uidvalidity: int) -> set[int]: ...
    def unhandled(self, account: str, folder: str, uidvalidity: int) -> list[LedgerRow]: ...
    def mark_handled(self, ledger_ids: Sequence[int]) -> None: ...
    def mail(self, mail_id: int) -> MailRow: ...
    def mail_by_sha256(self, sha256: str) -> MailRow | None: ...
    def mails_in_state(self, state: MailState, due: datetime, limit: int) -> list[MailRow]: ...
    def sent_unfiled(self, limit: int) -> list[MailRow]: ...
    def update_mail(self, mail_id: int, **changes: Any) -> None: ...
    def mails_of_dossier(self, dossier_id: int) -> list[MailRow]: ...
    def same_content(self, content_key: str, before: int) -> MailRow | None: ...
    def count_received(self, since: datetime, until: datetime) -> int: ...

    # Claims of processes that share the store
    @property
    def is_shared(self) -> bool: ...
    def claim_mails(
        self, holder: str, lane: Lane | None, due: datetime, alive: datetime, limit: int
    ) -> list[MailRow]: ...
    def holds_mail(self, mail_id: int, holder: str) -> bool: ...
    def release_mails(self, holder: str) -> None: ...
    def lock_waiting(self, mail_ids: Sequence[int]) -> bool: ...
    def senders_in_lane(self, lane: Lane) -> set[str]: ...
    def workers(self, alive: datetime) -> list[str]: ...

    # Dossiers
    def next_number(self) -> int: ...
    def new_dossier(self, dossier: Dossier, at: datetime, name_key: str = "") -> DossierRow: ...
    def save_dossier(self, row: DossierRow, name_key: str | None = None) -> DossierRow: ...
    def dossier(self, dossier_id: int) -> DossierRow: ...
    def dossier_by_reference(self, reference: str) -> DossierRow | None: ...
    def dossiers(self) -> list[DossierRow]: ...
    def dossier_overviews(self) -> list[DossierRow]: ...
    def find_dossiers(
        self, *, email: str = "", matricule: str = "", name_key: str = "", message_ids: Sequence[str] = ()
    ) -> list[DossierRow]: ...
    def dossiers_written_to_by(self, sender: str) -> list[int]: ...
    def client_elsewhere(self, client_key: str, dossier_id: int | None) -> str: ...

    # Documents
    def add_document(
        self, mail_id: int, dossier_id: int | None, case: str, document: Document, at: datetime | None = None
    ) -> int: ...
    def document(self, document_id: int) -> DocumentRow: ...
    def documents_of_mail(self, mail_id: int) -> list[DocumentRow]: ...
    def file_document(self, document_id: int, dossier_id: int | None, case: str) -> None: ...
    def replace_document(self, document_id: int, document: Document) -> None: ...
    def forget_documents(self, mail_id: int) -> None: ...
    def document_uses(self, sha256: str, content_key: str) -> list[tuple[int, int, str]]: ...

    # Queue
    def open_entry(self, entry: EntryRow) -> EntryRow: ...
    def update_entry(self, entry_id: int, **changes: Any) -> None: ...
    def entry(self, entry_id: int) -> EntryRow: ...
    def entries(self, *, open_only: bool = True, dossier_id: int | None = None) -> list[EntryRow]: ...
    def entries_of_mail(self, mail_id: int) -> list[EntryRow]: ...
    def entry_of_task(self, dossier_id: int, case: str, step: str) -> EntryRow | None: ...

    # Outbox
    def add_outbox(self, row: OutboxRow) -> OutboxRow: ...
    def outbox(self, outbox_id: int) -> OutboxRow: ...
    def outbox_of_entry(self, entry_id: int) -> list[OutboxRow]: ...
    def answers_to_mail(self, mail_id: int) -> list[OutboxRow]: ...
    def outbox_of_dossier(self, dossier_id: int) -> list[OutboxRow]: ...
    def outbox_by_message_ids(self, message_ids: Sequence[str]) -> list[OutboxRow]: ...
    def last_sent_to(self, address: str) -> OutboxRow | None: ...
    def claim_due(self, now: datetime, limit: int, holder: str = "") -> list[OutboxRow]: ...
    def left_sending(self, others: Sequence[str] = ()) -> list[OutboxRow]: ...
    def sent_unsaved(self, limit: int, others: Sequence[str] = ()) -> list[OutboxRow]: ...
    def update_outbox(self, outbox_id: int, **changes: Any) -> None: ...
    def count_sent(self, since: datetime, until: datetime) -> int: ...
    def answers_to(self, address: str, since: datetime) -> int: ...
    def answers_in(self, dossier_id: int, since: datetime) -> int: ...
    def answers_sent(self, since: datetime) -> int: ...
    def last_written_to(self, dossier_id: int) -> datetime | None: ...

    # Figures over everything
    def count_by_state(self) -> dict[str, dict[str, int]]: ...
    def mail_digests(self) -> Iterator[str]: ...
    def mails_by_id(self) -> dict[int, str]: ...
    def letters(self, template: str) -> list[Letter]: ...

    # Retention
    def unrelated_mails(self, before: datetime) -> list[int]: ...
    def idle_dossiers(self, before: datetime) -> list[int]: ...
    def purge_mails(self, mail_ids: Sequence[int], at: datetime) -> set[str]: ...
    def purge_dossiers(self, dossier_ids: Sequence[int], at: datetime) -> set[str]: ...
    def history_about(self, mail_ids: Sequence[int], dossier_ids: Sequence[int]) -> set[int]: ...
    def old_views(self, before: datetime) -> set[int]: ...
    def purged_digests(self) -> set[str]: ...
    def files_in_use(self) -> set[str]: ...

    # What the nightly reconciliation compares
    def undecided_before(self, limit: datetime) -> int: ...
    def failed_without_entry(self) -> int: ...
    def decided_mails(self) -> set[int]: ...
    def copies_in_sent(self) -> set[str]: ...
    def left(self) -> dict[str, datetime | None]: ...
    def due_before(self, limit: datetime) -> int: ...

    # History, switches, reminders, leases
    def add_history(self, row: HistoryRow) -> None: ...
    def history(
        self,
        *,
        dossier_id: int | None = None,
        entry_id: int | None = None,
        mail_id: int | None = None,
        what: str | None = None,
    ) -> list[HistoryRow]: ...
    def audit_head(self) -> AuditHead: ...
    def audit_problems(self, anchors: Iterable[AuditHead] = ()) -> Iterator[AuditProblem]: ...
    def history_broken_at(self) -> int | None: ...
    def purge_history(self, row_ids: Iterable[int], at: datetime, actor: str) -> int: ...
    def switch(self, name: str) -> str: ...
    def set_switch(self, name: str, value: str) -> None: ...
    def claim_once(self, job: str, key: str, at: datetime) -> bool: ...
    def is_claimed(self, job: str, key: str) -> bool: ...
    def take_lease(self, name: str, holder: str, now: datetime, until: datetime) -> bool: ...
    def lease_holder(self, name: str) -> str: ...
    def release_lease(self, name: str, holder: str) -> None: ...


class WebStore(Store, Protocol):
    """What the reviewer's web app needs besides: accounts, sessions, who has an entry in hand, and lists."""

    def add_user(self, row: UserRow) -> None: ...
    def user(self, name: str) -> UserRow | None: ...
    def users(self) -> list[UserRow]: ...
    def update_user(self, name: str, **changes: Any) -> None: ...
    def add_session(self, row: SessionRow) -> None: ...
    def session(self, digest: str) -> SessionRow | None: ...
    def update_session(self, digest: str, **changes: Any) -> None: ...
    def end_session(self, digest: str) -> None: ...
    def end_sessions_before(self, seen: datetime, created: datetime) -> None: ...
    def holder(self, entry_id: int) -> HolderRow: ...
    def holders(self) -> dict[int, HolderRow]: ...
    def hold_entry(self, entry_id: int, **changes: Any) -> None: ...
    def lock_entry(
        self, entry_id: int, user: str, now: datetime, until: datetime, force: bool = False
    ) -> bool: ...
    def queue_lines(self, *, closed: bool = False, limit: int = 500) -> list[QueueLine]: ...
    def queue_marker(self, since: QueueMarker | None) -> QueueMarker: ...
    def queue_keys(self, *, by_age: bool = False) -> list[QueueKey]: ...
    def queue_lines_of(self, entry_ids: Sequence[int]) -> list[QueueLine]: ...
    def count_closed_entries(self) -> int: ...
    def closed_lines_matching(self, text: str) -> list[QueueLine]: ...
    def mails_with_file(self, name: str) -> set[int]: ...
    def dossier_versions(self) -> dict[int, int]: ...
    def case_states(self, dossier_ids: list[int]) -> dict[int, dict[str, str]]: ...
    def latest_history(self, limit: int) -> list[HistoryRow]: ...
    def dossiers_matching(self, text: str) -> list[int]: ...
    def dossier_overviews_of(self, dossier_ids: Sequence[int]) -> list[DossierRow]: ...
    def arrivals(self, since: datetime) -> list[tuple[datetime, str]]: ...
    def answers(self, since: datetime) -> list[tuple[datetime | None, datetime, bool, str]]: ...
    def entries_since(self, since: datetime) -> list[tuple[datetime, datetime | None, str]]: ...
