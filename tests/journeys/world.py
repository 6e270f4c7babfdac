"""A whole mailbot in memory: mails go in, time is set by hand, mails come out. Only the servers are fakes."""

from __future__ import annotations

import asyncio
import email
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from mailbot.adapters.clock import FixedClock
from mailbot.adapters.store.sql import SqlStore, open_store
from mailbot.adapters.workers import InProcessReaders
from mailbot.bootstrap import Service, make_templates
from mailbot.config import Config, load_config
from mailbot.review import Request
from mailbot.rows import EntryRow
from mailbot.templates import Templates
from tests.builders import AES, at
from tests.fakes import MemoryMailbox, MemoryMailer
from tests.ready_store import lay_tables

MAILBOX = "support_labelisation@incert.lu"
_CONFIG = f"""
[imap]
host = "127.0.0.1"
security = "none"
username = "{MAILBOX}"
password_env = "PATH"
folder = "INBOX"
processed_folder = "Traités"
[smtp]
host = "127.0.0.1"
security = "none"
from = "{MAILBOX}"
[store]
url = "sqlite:///store.db"
archive = "archive"
[parties]
aes_domains = ["esante.lu"]
aes_address = "{AES}"
incert_address = "sons-equipe@incert.lu"
{{parties}}
[automation]
settle_minutes = {{settle}}
{{automation}}
[documents]
technical_dir = "technique"
vague1_csv = "vague1.csv"
[reading]
ocr = false
"""


@dataclass(frozen=True)
class Sent:
    """A mail that left."""

    to: tuple[str, ...]
    message: EmailMessage

    @property
    def template(self) -> str:
        return str(self.message["X-Mailbot-Template"])

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        body = self.message.get_body(("plain",))
        return body.get_content() if body is not None else ""

    @property
    def words(self) -> str:
        """The text with single spaces, however it was wrapped."""
        return " ".join(self.text.split())

    @property
    def attachments(self) -> list[str]:
        return [part.get_filename() or "" for part in self.message.iter_attachments()]


_texts: dict[str, Templates] = {}


def _shipped_texts(config: Config) -> Templates:
    """The shipped texts, compiled once for all worlds that print the same addresses."""
    made = make_templates(config)
    return _texts.setdefault(repr(made.addresses), made)


class World:
    """The service and everybody around it."""

    def __init__(
        self,
        folder: Path,
        *,
        settle: int = 0,
        vague_1: str = "",
        extra: str = "",
        automation: str = "",
        parties: str = "",
    ) -> None:
        (folder / "vague1.csv").write_text("matricule;code_prestataire\n" + vague_1, "utf-8")
        config_text = _CONFIG.format(settle=settle, automation=automation, parties=parties) + extra
        (folder / "config.toml").write_text(config_text, "utf-8")
        self.folder = folder
        self.clock = FixedClock(at("2025-06-02 10:00"))
        self.mailbox = MemoryMailbox()
        self.mailer = MemoryMailer()
        config = load_config(folder / "config.toml")
        lay_tables(folder / "store.db")
        self.service = Service(
            config,
            self.clock,
            lambda: open_store(config.store.url),
            lambda: InProcessReaders(self.service.read_options, "tests.journeys.remembered_reading"),
            lambda: self.mailbox,
            lambda: self.mailer,
        )
        if config.documents.templates_dir is None:
            self.service.templates = _shipped_texts(config)
        self._count = 0
        self._seen = 0

    @property
    def store(self) -> SqlStore:
        assert isinstance(self.service.store, SqlStore)
        return self.service.store

    def now(self, text: str) -> None:
        self.clock.set(at(text))

    def later(self, **span: float) -> None:
        self.clock.set(self.clock.now() + timedelta(**span))

    def deliver(
        self,
        sender: str,
        text: str = "Bonjour,\n\nVeuillez trouver nos documents ci-joints.\n\nCordialement",
        files: Sequence[tuple[str, bytes]] = (),
        *,
        subject: str = "Nos documents",
        answers: Sent | None = None,
        headers: dict[str, str] | None = None,
        received: datetime | None = None,
    ) -> None:
        """Somebody's mail arrives in the mailbox."""
        self._count += 1
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = sender, MAILBOX, subject
        message["Message-ID"] = f"<{self._count}@{sender.rpartition('@')[2]}>"
        if answers is not None:
            message["In-Reply-To"] = message["References"] = str(answers.message["Message-ID"])
            message.replace_header("Subject", f"Re: {answers.subject}")
        for name, value in (headers or {}).items():
            message[name] = value
        message.set_content(text)
        for name, data in files:
            message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
        self.mailbox.deliver(message.as_bytes(), received or self.clock.now())

    def once(self) -> list[Sent]:
        """One pass of the service; returns what left."""
        self.service.delivery.recover()
        self.service.intake.once()
        self.service.processing.run()
        return self.send()

    def send(self) -> list[Sent]:
        asyncio.run(self.service.delivery.once())
        new = self.mailer.handed_over[self._seen :]
        self._seen = len(self.mailer.handed_over)
        return [
            Sent(to, email.message_from_bytes(raw, policy=email.policy.default))  # type: ignore[arg-type]
            for _, to, raw in new
        ]

    def queue(self) -> list[EntryRow]:
        return self.store.entries()

    def codes(self) -> list[tuple[str, ...]]:
        return [entry.codes for entry in self.queue()]

    def entry(self, *, code: str = "", step: str = "") -> EntryRow:
        """The one open entry of that kind."""
        (found,) = [e for e in self.queue() if (not code or code in e.codes) and (not step or e.step == step)]
        return found

    def act(self, entry: EntryRow, action: str, **values: Any) -> list[Sent]:
        """Staff decide; returns what leaves."""
        self.service.review.act(entry.id, Request(action=action, by="claire", **values))
        return self.send()

    def states(self) -> dict[str, str]:
        """Case name -> state, of the only dossier."""
        (row,) = self.store.dossiers()
        return {case.name: case.state for case in row.dossier.cases}
