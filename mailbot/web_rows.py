"""The rows that only the reviewer's web app has: accounts, sessions, and entries as its lists show them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

from mailbot.rows import EntryState


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
