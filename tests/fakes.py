"""The ports in memory, for tests that need no server. The store needs no fake: SQLite in memory is quick."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from threading import Event
from typing import Literal

from mailbot.adapters.clock import FixedClock
from mailbot.errors import MailboxRefused, MailboxUnreachable
from mailbot.mail_ports import FetchedMail, FolderName, FolderState, Sending

NOON = datetime(2025, 6, 2, 10, 0, tzinfo=UTC)


def clock(at: datetime = NOON) -> FixedClock:
    return FixedClock(at)


class MemoryArchive:
    """ports.Archive. `on_put` sees every mail that is archived."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.on_put: Callable[[bytes], None] = lambda raw: None

    def put(self, raw: bytes) -> str:
        self.on_put(raw)
        digest = hashlib.sha256(raw).hexdigest()
        self.kept[digest] = raw
        return digest

    def get(self, sha256: str) -> bytes:
        return self.kept[sha256]

    def has(self, sha256: str) -> bool:
        return sha256 in self.kept

    def digests(self) -> Iterator[str]:
        return iter(sorted(self.kept))

    def remove(self, sha256: str) -> bool:
        return self.kept.pop(sha256, None) is not None


@dataclass
class Folder:
    uidvalidity: int = 1
    uidnext: int = 1
    flags: frozenset[str] = frozenset()
    mails: dict[int, tuple[bytes, datetime | None]] = field(default_factory=dict)
    keywords: set[int] = field(default_factory=set)

    def add(self, raw: bytes, at: datetime | None = NOON) -> int:
        uid = self.uidnext
        self.uidnext += 1
        self.mails[uid] = (raw, at)
        return uid


class MemoryMailbox:
    """mail_ports.Mailbox, with hands for the test: `deliver`, `drag`, `rebuild`; `break_at` fails a call."""

    account = "boite@imap.test"

    def __init__(self, processed: str | None = "Traités", batch: int = 2) -> None:
        self.boxes: dict[str, Folder] = {
            "INBOX": Folder(),
            "Sent": Folder(flags=frozenset({"\\sent"})),
            "Junk": Folder(flags=frozenset({"\\junk"})),
            "Collègues": Folder(),
        }
        if processed:
            self.boxes[processed] = Folder()
        self.processed = processed
        self.batch = batch
        self.break_at = ""
        self.withheld: set[int] = set()  # UIDs that are there and never handed out
        self.refuse_at = ""  # names a call that the server does not carry out
        self.before_fetch: Callable[[], None] = lambda: None
        self.calls: list[str] = []
        self._open = "INBOX"

    # What people and servers do

    def deliver(self, raw: bytes, at: datetime = NOON, folder: str = "INBOX") -> int:
        return self.boxes[folder].add(raw, at)

    def drag(self, uid: int, source: str, target: str) -> int:
        raw, at = self.boxes[source].mails.pop(uid)
        return self.boxes[target].add(raw, at)

    def rebuild(self, folder: str = "INBOX") -> None:
        """The folder is made anew: another UIDVALIDITY, the UIDs from 1 on."""
        old = self.boxes[folder]
        self.boxes[folder] = Folder(uidvalidity=old.uidvalidity + 1, flags=old.flags)
        for raw, at in old.mails.values():
            self.boxes[folder].add(raw, at)

    # mail_ports.Mailbox

    def open(self, folder: str, *, readonly: bool = False) -> FolderState:
        self._called("open")
        self._open = folder
        box = self.boxes[folder]
        return FolderState(folder, box.uidvalidity, box.uidnext, len(box.mails))

    def uids(self, first: int = 1) -> list[int]:
        self._called("uids")
        return sorted(uid for uid in self.boxes[self._open].mails if uid >= first)

    def fetch(self, uids: Sequence[int]) -> Iterator[list[FetchedMail]]:
        for start in range(0, len(uids), self.batch):
            self._called("fetch")
            self.before_fetch()
            there = self.boxes[self._open].mails
            wanted = [u for u in uids[start : start + self.batch] if u in there and u not in self.withheld]
            yield [FetchedMail(uid, *there[uid]) for uid in wanted]

    def put_aside(self, uids: Sequence[int]) -> Literal["moved", "flagged", "left"]:
        self._called("put_aside")
        if self.processed:
            for uid in uids:
                self.drag(uid, self._open, self.processed)
            return "moved"
        self.boxes[self._open].keywords.update(uids)
        return "flagged"

    def since(self, day: date, first: int = 1) -> list[int]:
        mails = self.boxes[self._open].mails
        return [uid for uid in self.uids(first) if (at := mails[uid][1]) is None or at.date() >= day]

    def with_message_id(self, message_id: str) -> list[int]:
        header = f"message-id: {message_id}\r\n".encode().lower()
        return sorted(u for u, (raw, _) in self.boxes[self._open].mails.items() if header in raw.lower())

    def folders(self) -> list[FolderName]:
        return [FolderName(name, box.flags) for name, box in self.boxes.items()]

    def inbox(self) -> str:
        return "INBOX"

    def processed_folder(self) -> str | None:
        return self.processed

    def sent_folder(self) -> str | None:
        return "Sent" if "Sent" in self.boxes else None

    def append_sent(self, raw: bytes, at: datetime) -> None:
        self._called("append_sent")
        self.boxes["Sent"].add(raw, at)

    def wait(self, seconds: float, stop: Event) -> bool:
        return False

    def close(self) -> None:
        self._called("close")

    def _called(self, name: str) -> None:
        if name == self.break_at:
            raise MailboxUnreachable(f"the connection broke at {name}")
        if name == self.refuse_at:
            raise MailboxRefused(f"no, says the server at {name}")
        self.calls.append(name)


class MemoryMailer:
    """mail_ports.Mailer: keeps what it gets; `answers` are used up in order, then everything is accepted."""

    def __init__(self, *answers: Sending) -> None:
        self.answers = list(answers)
        self.handed_over: list[tuple[str, tuple[str, ...], bytes]] = []

    async def send(
        self, sender: str, recipients: Sequence[str], raw: bytes, envelope_id: str = ""
    ) -> Sending:
        self.handed_over.append((sender, tuple(recipients), raw))
        return self.answers.pop(0) if self.answers else Sending("accepted", "250 ok")

    async def close(self) -> None:
        return None


class SeenAlarms:
    """ports.Alarms: what was raised and what was over, in order."""

    def __init__(self) -> None:
        self.raised: list[str] = []
        self.ended: list[str] = []

    def alarm(self, trouble: str, message: str) -> None:
        self.raised.append(trouble)

    def over(self, trouble: str) -> None:
        self.ended.append(trouble)
