"""The mailbox over IMAP, with imapclient.

A person reads this mailbox too: nothing here sets \\Seen, and the state of a mail is the ledger, not a
flag. A connection that fails is thrown away, and the next call makes a new one.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime
from threading import Event
from typing import Any, Literal

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError, ProtocolError
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt

from mailbot.adapters.backoff import backoff_seconds
from mailbot.adapters.tls import tls_context
from mailbot.errors import MailboxRefused, MailboxUnreachable, TokenUnavailable
from mailbot.mail_ports import FetchedMail, FolderName, FolderState
from mailbot.settings import Imap

CONNECT_SECONDS = 15.0
# Between two looks at a server that answers at once: such that asking takes a hundredth of the time.
SHORTEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, PAUSE_PER_ANSWER = 0.2, 0.4, 100
UIDS_PER_COMMAND = 500  # keeps command lines well below 8,000 bytes, which servers may refuse
SEQUENCE_PER_SEARCH = 50_000  # keeps the answer's line below imaplib's limit of a million bytes
DEFAULT_PROCESSED = "Traités"  # where the server has no keywords and the configuration no folder
DEFAULT_SENT = "Sent"

for _name in ("imapclient", "imapclient.imaplib"):
    logging.getLogger(_name).setLevel(logging.WARNING)  # below, they format every literal


class LoginRefused(MailboxUnreachable):
    """The server is there and does not let us in: trying again at once is of no use."""


class ImapMailbox:
    """mail_ports.Mailbox. For one thread at a time; `token` gives a fresh access token for XOAUTH2."""

    def __init__(
        self,
        settings: Imap,
        *,
        token: Callable[[], str] | None = None,
        attempts: int = 3,
        sleep: Callable[[float], None] = time.sleep,
        wait_seconds: Callable[[int], float] = backoff_seconds,
    ) -> None:
        self.account = settings.account
        self._settings = settings
        self._token = token
        self._attempts = attempts
        self._sleep = sleep
        self._wait_seconds = wait_seconds
        self._client: IMAPClient | None = None
        self._open: FolderState | None = None
        self._keywords = False
        self._inbox_seen = 0  # the inbox's next UID when it was last opened
        self._names: dict[str, str] = {}

    # Connecting

    def connect(self) -> IMAPClient:
        """The connection, made if there is none. Raises MailboxUnreachable after the last attempt."""
        if self._client is None:

            def pause(state: RetryCallState) -> float:
                return self._wait_seconds(state.attempt_number)

            retrying = Retrying(
                stop=stop_after_attempt(self._attempts),
                wait=pause,
                retry=retry_if_exception_type(_TryAgain),
                sleep=self._sleep,
                reraise=True,
            )
            self._client = retrying(self._connect_once)
        return self._client

    def _connect_once(self) -> IMAPClient:
        s = self._settings
        client: IMAPClient | None = None
        try:
            context = None if s.security == "none" else tls_context(s.ca_file)
            client = IMAPClient(
                s.host,
                s.effective_port,
                ssl=s.security == "tls",
                ssl_context=context,
                timeout=SocketTimeout(CONNECT_SECONDS, s.timeout_seconds),
            )
            # imapclient sets 5, at which imaplib formats every literal it receives.
            client._imap.debug = 0
            client.normalise_times = False
            if s.security == "starttls":
                client.starttls(context)
            self._login(client)
        except LoginError as error:
            _abandon(client)
            raise LoginRefused(f"{self._where} refuses the login of {s.username}: {_words(error)}") from error
        except (OSError, IMAPClientError) as error:
            _abandon(client)
            raise _TryAgain(f"{self._where} cannot be reached: {_words(error)}") from error
        except (TokenUnavailable, LoginRefused):
            _abandon(client)
            raise
        return client

    @property
    def _where(self) -> str:
        return f"IMAP server {self._settings.host}:{self._settings.effective_port}"

    def _login(self, client: IMAPClient) -> None:
        s = self._settings
        if s.auth == "xoauth2":
            if self._token is None:
                raise TokenUnavailable("no source of access tokens is configured")
            client.oauth2_login(s.username, self._token())
            return
        try:
            password = s.password()
        except (OSError, KeyError, UnicodeDecodeError) as error:
            raise LoginRefused(f"the password of {s.username} cannot be read: {error}") from error
        plain = password.get_secret_value() if password else ""
        if client.has_capability("AUTH=PLAIN") and (
            client.has_capability("LOGINDISABLED") or not (plain + s.username).isascii()
        ):
            client.plain_login(s.username, plain)
        else:
            client.login(s.username, plain)

    def close(self) -> None:
        """Log out. Never raises: the connection may be gone already."""
        client, self._client, self._open = self._client, None, None
        if client is not None:
            with suppress(OSError, IMAPClientError):
                client.logout()

    @contextmanager
    def _talking(self) -> Iterator[IMAPClient]:
        client = self.connect()
        try:
            yield client
        except (OSError, IMAPClientAbortError, ProtocolError) as error:
            self._client, self._open = None, None
            _abandon(client)
            raise MailboxUnreachable(f"{self._where}: {_words(error)}") from error
        except IMAPClientError as error:
            raise MailboxRefused(f"{self._where} refuses: {_words(error)}") from error

    def abilities(self) -> dict[str, bool]:
        """What the server can, for `mailbot check`: MOVE, UIDPLUS, IDLE, SPECIAL-USE, keywords."""
        self.open(self.inbox(), readonly=False)
        with self._talking() as client:
            names = ("MOVE", "UIDPLUS", "IDLE", "SPECIAL-USE")
            return {name: client.has_capability(name) for name in names} | {"keywords": self._keywords}

    # Folders

    def inbox(self) -> str:
        return self._settings.folder

    def folders(self) -> list[FolderName]:
        with self._talking() as client:
            listed = client.list_folders()
        found = []
        for flags, _, name in listed:
            words = frozenset(flag.decode("ascii", "replace").lower() for flag in flags)
            if "\\noselect" not in words and "\\nonexistent" not in words:
                found.append(FolderName(_text(name), words))
        return found

    def processed_folder(self) -> str | None:
        configured = self._settings.processed_folder
        if not configured:
            if self._keywords or not self._can_move():
                return None
            configured = DEFAULT_PROCESSED
        return self._actual(configured)

    def sent_folder(self) -> str | None:
        there = self.folders()
        if self._settings.sent_folder:
            actual = self._actual(self._settings.sent_folder)
            return actual if any(f.name == actual for f in there) else None
        named = [f.name for f in there if "\\sent" in f.flags]
        return named[0] if named else next((f.name for f in there if f.name in _SENT_NAMES), None)

    def _actual(self, name: str) -> str:
        """The folder's name as this server writes it: its delimiter, and the prefix of personal folders."""
        if name not in self._names:
            with self._talking() as client:
                listed = client.list_folders()
                names = [_text(entry[2]) for entry in listed]
                delimiter = next((_text(d) for _, d, _ in listed if d), "/")
                wanted = name if delimiter == "/" else name.replace("/", delimiter)
                prefix = ""
                if client.has_capability("NAMESPACE"):
                    personal = client.namespace().personal
                    prefix = _text(personal[0][0]) if personal else ""
            candidates = [name, wanted, prefix + wanted]
            bare = wanted if not prefix or wanted.startswith(prefix) else prefix + wanted
            self._names[name] = next((c for c in candidates if c in names), bare)
        return self._names[name]

    def _make_folder(self, name: str) -> None:
        if all(f.name != name for f in self.folders()):
            with self._talking() as client:
                client.create_folder(name)
                client.subscribe_folder(name)

    def open(self, folder: str, *, readonly: bool = False) -> FolderState:
        self._open = None
        with self._talking() as client:
            answer: dict[bytes, Any] = client.select_folder(folder, readonly=readonly)
        if not readonly:
            self._keywords = b"\\*" in tuple(answer.get(b"PERMANENTFLAGS", ()))
        self._open = FolderState(
            name=folder,
            uidvalidity=int(answer.get(b"UIDVALIDITY", 0)),
            uidnext=int(answer.get(b"UIDNEXT", 0)),
            exists=int(answer.get(b"EXISTS", 0)),
        )
        if folder == self.inbox():
            self._inbox_seen = self._open.uidnext
        return self._open

    # Mails

    def uids(self, first: int = 1) -> list[int]:
        if first > 1 and self._opened().uidnext - first <= SEQUENCE_PER_SEARCH:
            with self._talking() as client:
                return _from(first, client.search(["UID", f"{first}:*"]))
        return _from(first, self._all_uids())

    def _all_uids(self) -> list[int]:
        exists = self._opened().exists
        found: list[int] = []
        with self._talking() as client:
            if exists <= SEQUENCE_PER_SEARCH:  # the plain way: not every server knows the other one
                return list(client.search("ALL"))
            for start in range(1, exists + 1, SEQUENCE_PER_SEARCH):
                last = min(start + SEQUENCE_PER_SEARCH - 1, exists)
                found.extend(client.search(f"{start}:{last}".encode()))
        return found

    def fetch(self, uids: Sequence[int]) -> Iterator[list[FetchedMail]]:
        self._opened()
        for some in _chunks(uids, UIDS_PER_COMMAND):
            with self._talking() as client:
                answers = client.fetch(some, [b"RFC822.SIZE"])
            sizes = {uid: int(answers[uid].get(b"RFC822.SIZE", 0)) for uid in some if uid in answers}
            for batch in by_bytes(sizes, self._settings.batch_bytes):
                yield self._batch(batch)

    def _batch(self, uids: Sequence[int]) -> list[FetchedMail]:
        """Those mails. One that the server stumbles over is tried alone, and without its date."""
        try:
            return self._bodies(uids, [b"BODY.PEEK[]", b"INTERNALDATE"])
        except (MailboxRefused, ValueError):  # imapclient raises ValueError for a date that is none
            if len(uids) > 1:
                return [mail for uid in uids for mail in self._batch([uid])]
        with suppress(MailboxRefused, ValueError):
            return self._bodies(uids, [b"BODY.PEEK[]"])
        return []

    def _bodies(self, uids: Sequence[int], items: list[bytes]) -> list[FetchedMail]:
        with self._talking() as client:
            answers: dict[int, dict[bytes, Any]] = client.fetch(uids, items)
        found = [(uid, answers[uid]) for uid in uids if uid in answers]
        return [
            FetchedMail(uid, bytes(answer[b"BODY[]"]), answer.get(b"INTERNALDATE"))
            for uid, answer in found
            if answer.get(b"BODY[]") is not None
        ]

    def put_aside(self, uids: Sequence[int]) -> Literal["moved", "flagged", "left"]:
        self._opened()
        folder = self.processed_folder()
        if folder and self._can_move():
            self._make_folder(folder)
            for some in _chunks(uids, UIDS_PER_COMMAND):
                self._move(some, folder)
            return "moved"
        if self._keywords:
            with self._talking() as client:
                for some in _chunks(uids, UIDS_PER_COMMAND):
                    client.add_flags(some, [self._settings.keyword.encode()], silent=True)
            return "flagged"
        return "left"

    def _can_move(self) -> bool:
        with self._talking() as client:
            return bool(client.has_capability("MOVE") or client.has_capability("UIDPLUS"))

    def _move(self, uids: Sequence[int], folder: str) -> None:
        """MOVE where there is one; else a copy, and then only these UIDs are expunged."""
        with self._talking() as client:
            if client.has_capability("MOVE"):
                client.move(uids, folder)
            else:
                client.copy(uids, folder)
                client.add_flags(uids, [b"\\Deleted"], silent=True)
                client.uid_expunge(uids)

    def since(self, day: date, first: int = 1) -> list[int]:
        within = ["UID", f"{first}:*"] if first > 1 else []
        with self._talking() as client:
            return _from(first, client.search(["SINCE", day, *within]))

    def with_message_id(self, message_id: str) -> list[int]:
        if not message_id.isascii() or not message_id.isprintable():
            return []
        quoted = message_id.replace("\\", "\\\\").replace('"', '\\"')
        with self._talking() as client:
            return sorted(client.search(f'HEADER MESSAGE-ID "{quoted}"'.encode()))

    def append_sent(self, raw: bytes, at: datetime) -> None:
        folder = self.sent_folder()
        if folder is None:
            folder = self._actual(self._settings.sent_folder or DEFAULT_SENT)
            self._make_folder(folder)
        with self._talking() as client:
            client.append(folder, raw, flags=(b"\\Seen",), msg_time=at)

    # Waiting

    def wait(self, seconds: float, stop: Event) -> bool:
        """IDLE as a wake-up only: bounded, in short slices, and what it says is never believed.

        A server that answers at once is asked a few times a second instead: Dovecot waits half a second
        before it tells an idle client, and to answer costs it a thousandth of its time.
        """
        with self._talking() as client:
            able = self._settings.idle and client.has_capability("IDLE")
        if not able:
            stop.wait(seconds)
            return False
        until = time.monotonic() + seconds
        seen = self._inbox_seen
        if self.open(self.inbox()).uidnext > seen > 0:
            return True  # it came before IDLE began
        asked = time.monotonic()
        if self._tells_of_mail():
            return True
        pause = max(SHORTEST_PAUSE_SECONDS, PAUSE_PER_ANSWER * (time.monotonic() - asked))
        if pause <= LONGEST_PAUSE_SECONDS:
            while (left := until - time.monotonic()) > 0 and not stop.wait(min(pause, left)):
                if self._tells_of_mail():
                    return True
            return False
        with self._talking() as client:
            client.idle()
            news: list[Any] = []
            while not news and not stop.is_set() and (left := until - time.monotonic()) > 0:
                news = [n for n in client.idle_check(timeout=min(left, 1.0)) if b"EXISTS" in n]
            client.idle_done()
        return bool(news)

    def _tells_of_mail(self) -> bool:
        with self._talking() as client:
            return any(b"EXISTS" in told for told in client.noop()[1])

    def _opened(self) -> FolderState:
        if self._open is None:
            raise MailboxUnreachable("the connection was lost while a folder was open")
        return self._open


class _TryAgain(MailboxUnreachable):
    """The server may be there again in a moment."""


_SENT_NAMES = ("Sent", "Sent Items", "Sent Mail", "INBOX.Sent", "Éléments envoyés", "Envoyés")


def by_bytes(sizes: dict[int, int], limit: int) -> Iterator[list[int]]:
    """The keys in groups whose sizes stay within the limit together; a larger one stands alone."""
    batch: list[int] = []
    total = 0
    for uid, size in sizes.items():
        if batch and total + size > limit:
            yield batch
            batch, total = [], 0
        batch.append(uid)
        total += size
    if batch:
        yield batch


def _from(first: int, uids: Iterable[int]) -> list[int]:
    """Sorted, each once. A range that ends in `*` holds the last mail, whatever its UID."""
    return sorted({uid for uid in uids if uid >= first})


def _chunks(uids: Sequence[int], count: int) -> Iterator[Sequence[int]]:
    for start in range(0, len(uids), count):
        yield uids[start : start + count]


def _text(name: str | bytes) -> str:
    return name.decode("utf-8", "replace") if isinstance(name, bytes) else name


def _words(error: BaseException) -> str:
    """What the server or the system said, on one line."""
    arguments = [a.decode("utf-8", "replace") if isinstance(a, bytes) else str(a) for a in error.args]
    return " ".join(" ".join(arguments).split()) or type(error).__name__


def _abandon(client: IMAPClient | None) -> None:
    if client is not None:
        with suppress(OSError, IMAPClientError):
            client.shutdown()
