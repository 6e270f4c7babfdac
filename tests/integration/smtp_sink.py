"""A real SMTP server on loopback that keeps what arrives and answers as a test tells it to."""

import base64
import ssl
import threading
import warnings
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any, Literal

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.integration.certificates import Certificates
from tests.integration.processes import free_port

Security = Literal["none", "starttls", "tls"]

DROP = "drop the connection"
LOSE = "drop the connection and the mail"
START_TRIES = 5


@dataclass(frozen=True)
class Received:
    """One mail as the server accepted it."""

    mail_from: str
    rcpt_to: tuple[str, ...]
    content: bytes
    user: str | None
    encrypted: bool

    @property
    def message(self) -> EmailMessage:
        return BytesParser(policy=default).parsebytes(self.content)


class SmtpSink:
    """What the server takes and what it says; safe to use while mails arrive.

    Scripted replies are used up in order; when there are none left the server accepts. DROP in place of a
    reply ends the connection there: after the data of a mail, the client cannot know whether it was taken;
    it was, but with LOSE.
    """

    def __init__(self, *, user: str | None = None, password: str | None = None) -> None:
        self.host = "127.0.0.1"
        self.port = 0
        self.user, self.password = user, password
        self._received: list[Received] = []
        self._changed = threading.Condition()
        self._to: defaultdict[str, deque[str]] = defaultdict(deque)
        self._data: deque[str] = deque()
        self._sender: deque[str] = deque()

    # What a test says.

    def reply_to_recipient(self, address: str, *replies: str) -> None:
        """The next RCPT TO for this address get these replies, such as ``450 4.2.0 greylisted``."""
        self._to[address.lower()].extend(replies)

    def reply_to_sender(self, *replies: str) -> None:
        """The next MAIL FROM get these replies, such as ``421 4.3.2 shutting down``."""
        self._sender.extend(replies)

    def reply_to_data(self, *replies: str) -> None:
        """The next complete mails get these replies; what does not begin with 2 is not kept."""
        self._data.extend(replies)

    # What a test asks.

    @property
    def received(self) -> tuple[Received, ...]:
        with self._changed:
            return tuple(self._received)

    def to(self, address: str) -> tuple[Received, ...]:
        """The mails for one recipient, in the order of their arrival."""
        return tuple(mail for mail in self.received if address.lower() in map(str.lower, mail.rcpt_to))

    def wait_for(self, number: int, *, timeout: float = 30.0) -> tuple[Received, ...]:
        """Everything that arrived, as soon as it is at least this many. Raises TimeoutError."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._received) >= number, timeout):
                raise TimeoutError(f"{len(self._received)} of {number} mails arrived within {timeout} s")
            return tuple(self._received)

    def clear(self) -> None:
        with self._changed:
            self._received.clear()

    # What aiosmtpd calls (its names, its shapes).

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._sender:
            return _say(server, self._sender.popleft())
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._to[address.lower()]:
            reply = _say(server, self._to[address.lower()].popleft())
            if not reply.startswith("2"):
                return reply
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        reply = self._data.popleft() if self._data else "250 2.0.0 accepted"
        if reply == LOSE:
            return _say(server, DROP)
        if reply == DROP or reply.startswith("2"):
            content = (
                envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
            )
            mail = Received(
                envelope.mail_from or "",
                tuple(envelope.rcpt_tos),
                content,
                session.auth_data if isinstance(session.auth_data, str) else None,
                server.transport is not None and server.transport.get_extra_info("ssl_object") is not None,
            )
            with self._changed:
                self._received.append(mail)
                self._changed.notify_all()
        return _say(server, reply)

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:
        """``user=…^Aauth=Bearer …^A^A``; the token is the configured password."""
        fields = base64.b64decode(args[1]).decode().split("\1") if len(args) > 1 else []
        if fields[:2] == [f"user={self.user}", f"auth=Bearer {self.password}"]:
            return AuthResult(success=True, auth_data=self.user)
        return AuthResult(success=False, handled=False)

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        if isinstance(data, LoginPassword) and self.user is not None and self.password is not None:
            good = data.login == self.user.encode() and data.password == self.password.encode()
            return AuthResult(success=good, handled=False, auth_data=self.user if good else None)
        return AuthResult(success=False, handled=False)


def _say(server: SMTP, reply: str) -> str:
    if reply == DROP and server.transport is not None:
        server.transport.abort()  # type: ignore[attr-defined]  # a TCP transport has it
    return reply if reply != DROP else "451 4.3.0 gone"


@contextmanager
def running_smtp_sink(
    certificates: Certificates | None = None,
    *,
    security: Security = "none",
    user: str | None = None,
    password: str | None = None,
) -> Iterator[SmtpSink]:
    """Takes mail from anybody, or, with a user, after AUTH (PLAIN, LOGIN or XOAUTH2) only."""
    sink = SmtpSink(user=user, password=password)
    context: ssl.SSLContext | None = None
    if security != "none":
        if certificates is None:
            raise ValueError("encryption needs certificates")
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificates.cert_file, certificates.key_file)
    options: dict[str, Any] = {"enable_SMTPUTF8": True, "hostname": sink.host, "ident": "sink"}
    if user is not None:
        options |= {
            "authenticator": sink.authenticate,
            "auth_required": True,
            "auth_require_tls": security == "starttls",
        }
    if security == "starttls":
        options |= {"tls_context": context, "require_starttls": True}
    # aiosmtpd warns of passwords in clear; a connection encrypted from its first byte has none.
    warnings.filterwarnings("ignore", "Requiring AUTH while not requiring TLS", UserWarning)
    for attempt in range(START_TRIES):  # somebody else may take a free port before the server does
        sink.port = free_port()
        controller = Controller(
            sink,
            port=sink.port,
            ssl_context=context if security == "tls" else None,
            ready_timeout=20,
            **options,
        )
        try:
            controller.start()
            break
        except OSError:
            if attempt + 1 == START_TRIES:
                raise
    try:
        yield sink
    finally:
        controller.stop()
