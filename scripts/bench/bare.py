"""What the two bare contenders share: the mailbox, and a ready-made answer of the usual size."""

from __future__ import annotations

import asyncio
import itertools
import smtplib
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import aiosmtplib
import imapclient

from mailbot.config import load_config
from mailbot.settings import Config
from outbox_templates.blanks import blank_bytes


@dataclass
class Bare:
    """Connected, with the inbox open."""

    config: Config
    imap: imapclient.IMAPClient
    answer: bytes
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    smtp: aiosmtplib.SMTP | None = None

    @property
    def folder(self) -> Path:
        return self.config.path.parent

    def wait_for_mail(self) -> list[int]:
        """The UIDs in the inbox, as soon as there are any."""
        while not (uids := list(self.imap.search("ALL"))):
            self.imap.idle()
            self.imap.idle_check(timeout=1)  # what came before it began is not told
            self.imap.idle_done()
        return uids

    def send_on_one_connection(self, to: str) -> None:
        self.loop.run_until_complete(self._send(to))

    async def _send(self, to: str) -> None:
        if self.smtp is None:
            self.smtp = aiosmtplib.SMTP(hostname="127.0.0.1", port=self.config.smtp.effective_port)
            await self.smtp.connect()
        await self.smtp.sendmail(self.config.smtp.address, [to], self._numbered())

    def send_on_a_new_connection(self, to: str) -> None:
        with smtplib.SMTP("127.0.0.1", self.config.smtp.effective_port) as smtp:
            smtp.sendmail(self.config.smtp.address, [to], self._numbered())

    def _numbered(self) -> bytes:
        return b"Message-ID: <%d@bench.example>\r\n" % next(self.numbers) + self.answer


def begin(path: str) -> Bare:
    """Log in and say on stderr that all is ready."""
    config = load_config(Path(path))
    imap = imapclient.IMAPClient("127.0.0.1", config.imap.effective_port, ssl=False)
    imap._imap.debug = 0
    password = config.imap.password()
    imap.login(config.imap.username, password.get_secret_value() if password else "")
    if not imap.folder_exists("Traites"):
        imap.create_folder("Traites")
    imap.select_folder("INBOX")
    answer = EmailMessage()
    answer["From"], answer["Subject"] = config.smtp.address, "Éléments manquants"
    answer.set_content("Bonjour,\n\nil manque encore la signature.\n")
    answer.add_attachment(
        blank_bytes("nda", "pdf"), maintype="application", subtype="pdf", filename="nda.pdf"
    )
    print("event=started", file=sys.stderr, flush=True)
    return Bare(config, imap, answer.as_bytes(policy=SMTP))
