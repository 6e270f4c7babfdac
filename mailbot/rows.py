"""The plain rows that cross the service's ports: mails, dossiers, the queue, the outbox, the history."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

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


VIEWS = ("viewed", "downloaded", "exported", "signed_in", "signed_out", "sign_in_failed")
"""Lines of the history that tell who looked."""
LOOKING = (*VIEWS, "agreement")
"""Lines of the history that tell of no change."""
