"""The demonstration's own mail servers on this machine: real IMAP (pymap) and SMTP (aiosmtpd), in memory.

Both live in one event loop in a thread of their own. What arrives over SMTP for the mailbox is delivered to
the IMAP server, with the demonstration's clock as its date of arrival; what is for anybody else is kept as
that person's post.
"""

from __future__ import annotations

import asyncio
import contextlib
import email
import email.policy
import smtplib
import threading
from argparse import Namespace
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any, TypeVar

from aiosmtpd.smtp import SMTP, Envelope, Session
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import DictBackend
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage

from mailbot.ports import Clock
from rules.calendar import LUXEMBOURG

HOST = "127.0.0.1"
_LARGEST_MAIL = 60_000_000
_START_SECONDS = 20.0
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Post:
    """A mail that the SMTP server took for somebody other than the mailbox."""

    to: tuple[str, ...]
    raw: bytes
    file: Path | None = None

    @property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.raw, policy=email.policy.default)

    @property
    def template(self) -> str:
        return str(self.message.get("X-Mailbot-Template", ""))


class DemoServers:
    """The two servers, as a context: ready once entered, gone once left."""

    def __init__(self, mailbox: str, password: str, clock: Clock, keep_in: Path | None = None) -> None:
        self.mailbox = mailbox
        self.imap_port = 0
        self.smtp_port = 0
        self.arrived = threading.Event()
        self._password = password
        self._clock = clock
        self._keep_in = keep_in
        self.delivered: list[bytes] = []
        self._posts: list[Post] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="demo-servers", daemon=True)
        self._stack = contextlib.AsyncExitStack()
        self._backend: DictBackend | None = None

    def __enter__(self) -> DemoServers:
        self._thread.start()
        self._await(self._start())
        return self

    def __exit__(self, *_: object) -> None:
        self._await(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_START_SECONDS)
        self._loop.close()

    @property
    def posts(self) -> list[Post]:
        """Everything that left, oldest first."""
        return list(self._posts)

    def send(self, sender: str, raw: bytes) -> None:
        """Somebody writes to the mailbox, over SMTP as everybody does; without sender: a null return path."""
        with smtplib.SMTP(HOST, self.smtp_port, local_hostname="demo.example", timeout=30) as client:
            client.sendmail(sender or "<>", [self.mailbox], raw)

    # Starting and stopping

    def _await(self, what: Coroutine[Any, Any, _Result]) -> _Result:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(_START_SECONDS)

    async def _start(self) -> None:
        self.imap_port = await self._listen(await self._imap())
        self.smtp_port = await self._listen(await self._smtp())

    async def _listen(self, server: asyncio.Server) -> int:
        await self._stack.enter_async_context(server)
        port: int = server.sockets[0].getsockname()[1]
        return port

    async def _imap(self) -> asyncio.Server:
        arguments = Namespace(
            host=HOST,
            port=0,
            debug=False,
            cert=None,
            key=None,
            tls=False,
            proxy_protocol=None,
            passlib_cfg=None,
            demo_data=False,
            demo_user=self.mailbox,
            demo_password=self._password,
        )
        self._backend, config = await DictBackend.init(arguments)
        config.apply_context()
        await self._backend.start(self._stack)
        reader = ProxyProtocolReader(config.proxy_protocol)
        return await asyncio.start_server(
            reader.get_callback(IMAPServer(self._backend.login, config)), host=HOST, port=0
        )

    async def _smtp(self) -> asyncio.Server:
        handler = _Desk(self._take)
        return await self._loop.create_server(
            lambda: SMTP(handler, hostname="demo.example", data_size_limit=_LARGEST_MAIL, loop=self._loop),
            host=HOST,
            port=0,
        )

    async def _stop(self) -> None:
        await self._stack.aclose()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    # Delivering

    async def _take(self, sender: str, recipients: Sequence[str], raw: bytes) -> None:
        others = tuple(to for to in recipients if to.casefold() != self.mailbox.casefold())
        if len(others) < len(recipients):
            await self._deliver(sender, raw)
        if others:
            self._posts.append(Post(others, raw, self._kept(raw)))

    async def _deliver(self, sender: str, raw: bytes) -> None:
        now = self._clock.now()
        trace = (
            f"Return-Path: <{sender}>\r\n"
            f"Received: by demo.example with SMTP; {format_datetime(_local(now))}\r\n"
        )
        complete = trace.encode() + raw
        if self._backend is None:
            raise RuntimeError("the IMAP server has not been started")
        async with self._backend.login.demo_user_identity.new_session() as session:
            await session.append_messages("INBOX", [AppendMessage(complete, _local(now))])
        self.delivered.append(complete)
        self.arrived.set()

    def _kept(self, raw: bytes) -> Path | None:
        """The mail as a file, for whoever wants to open it in a mail program."""
        if self._keep_in is None:
            return None
        message = email.message_from_bytes(raw, policy=email.policy.default)
        to = str(message.get("To", "")).rpartition("@")[0].rpartition("<")[2] or "mail"
        template = str(message.get("X-Mailbot-Template", "courriel"))
        name = (
            f"{len(self._posts) + 1:03d}-{template}-{''.join(c for c in to if c.isalnum() or c in '.-_')}.eml"
        )
        path = self._keep_in / name
        path.write_bytes(raw)
        return path


class _Desk:
    """What aiosmtpd calls: takes every mail."""

    def __init__(self, take: Callable[[str, Sequence[str], bytes], Coroutine[Any, Any, None]]) -> None:
        self._take = take

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        await self._take(envelope.mail_from or "", envelope.rcpt_tos, raw)
        return "250 2.0.0 accepted"


def _local(instant: datetime) -> datetime:
    return instant.astimezone(LUXEMBOURG)
