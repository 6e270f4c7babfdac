"""mailbot as an operator runs it: its own process, a real Dovecot, a real SMTP server, the contract alone."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from tests.builders import AES, at
from tests.integration.dovecot import Mailbox
from tests.integration.smtp_sink import Received, SmtpSink

ADDRESS = "support_labelisation@incert.lu"
_CONFIG = """
[imap]
host = "127.0.0.1"
port = {tls_port}
security = "tls"
ca_file = "{ca_file}"
auth = "password"
username = "{user}"
password_file = "password"
folder = "INBOX"
processed_folder = "Traités"
poll_seconds = 5
answer_from = 2025-04-01T00:00:00+02:00
[smtp]
host = "127.0.0.1"
port = {smtp_port}
security = "none"
auth = "password"
from = "{address}"
save_sent = "append"
[store]
url = "sqlite:///store.db"
archive = "archive"
[parties]
aes_domains = ["esante.lu"]
aes_address = "{aes}"
incert_address = "sons-equipe@incert.lu"
helpdesk_address = "Support_Sons@incert.lu"
[automation]
mode = "auto"
settle_minutes = 0
[documents]
technical_dir = "technique"
"""


class Office:
    """One working directory, one mailbox, one SMTP sink, and a clock that is set by hand."""

    def __init__(self, folder: Path, mailbox: Mailbox, sink: SmtpSink) -> None:
        self.folder, self.mailbox, self.sink = folder, mailbox, sink
        self.now = at("2025-06-02 10:00")
        self._count = self._seen = 0
        (folder / "password").write_text(mailbox.password + "\n", "utf-8")
        (folder / "technique").mkdir()
        text = _CONFIG.format(
            tls_port=mailbox.tls_port,
            ca_file=mailbox.ca_file,
            user=mailbox.user,
            smtp_port=sink.port,
            address=ADDRESS,
            aes=AES,
        )
        (folder / "config.toml").write_text(text, "utf-8")

    def mailbot(self, *words: str, expect: int = 0) -> str:
        """One command; its standard output."""
        command = [sys.executable, "-m", "mailbot.cli", "--config", str(self.folder / "config.toml")]
        done = subprocess.run(
            [*command, "--now", self.now.isoformat(), *words],
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        assert done.returncode == expect, done.stderr
        return done.stdout

    def deliver(
        self,
        sender: str,
        text: str,
        files: Sequence[tuple[str, bytes]] = (),
        *,
        subject: str = "Dossier SONS",
        answers: Received | None = None,
        received: datetime | None = None,
    ) -> None:
        """Somebody's mail reaches the mailbox at that instant (INTERNALDATE)."""
        self._count += 1
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = sender, ADDRESS, subject
        message["Message-ID"] = f"<{self._count}.{id(self)}@{sender.rpartition('@')[2]}>"
        if answers is not None:
            ours = str(answers.message["Message-ID"])
            message["In-Reply-To"], message["References"] = ours, ours
            message.replace_header("Subject", f"RE: {answers.message['Subject']}")
        message.set_content(text)
        for name, data in files:
            message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
        with self.mailbox.client() as client:
            client.append("INBOX", message.as_bytes(), msg_time=received or self.now)

    def once(self) -> list[Received]:
        self.mailbot("once")
        return self.left()

    def left(self) -> list[Received]:
        """What left since the last look."""
        everything = self.sink.received
        new, self._seen = everything[self._seen :], len(everything)
        return list(new)

    def queue(self) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = json.loads(self.mailbot("queue", "list", "--json"))
        return entries

    def act(self, action: str, *words: str) -> list[Received]:
        """The action on the one entry that offers it."""
        (entry,) = [e for e in self.queue() if action in e["actions"]]
        self.mailbot("queue", "act", str(entry["id"]), action, *words)
        return self.left()

    def file(self, name: str, data: bytes) -> str:
        path = self.folder / name
        path.write_bytes(data)
        return str(path)


def templates(mails: Sequence[Received]) -> list[tuple[str, str]]:
    """Template and recipient of each mail."""
    return [(str(m.message["X-Mailbot-Template"]), m.rcpt_to[0]) for m in mails]
