"""The mailbox and the way out, as protocols, and what crosses them.

Adapters in mailbot/adapters implement them; tests use the in-memory ones of tests/fakes.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from threading import Event
from typing import Literal, Protocol


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

    def uids(self, first: int = 1) -> list[int]:
        """The UIDs in the open folder from that one on, ascending."""

    def fetch(self, uids: Sequence[int]) -> Iterator[list[FetchedMail]]:
        """Those mails of the open folder in batches of bounded size. What cannot be had is left out."""

    def put_aside(self, uids: Sequence[int]) -> Literal["moved", "flagged", "left"]:
        """Mark mails of the open folder as taken in, the way that the configuration and server allow."""

    def since(self, day: date, first: int = 1) -> list[int]:
        """The UIDs in the open folder, from that one on, of mails received on that day or later."""

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
