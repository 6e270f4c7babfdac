"""A working directory of mailbot on real servers, driven by its command line alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from mailbot.demo.filling import filled_pdf, signed_too
from tests.integration.dovecot import Mailbox
from tests.integration.smtp_sink import SmtpSink

ROOT = Path(__file__).resolve().parents[2]
AES = "labelisation@esante.example"
MEDISOFT = "direction@medisoft.example"
FORMULAIRE_1 = {
    "type_personne": "morale",
    "denomination_sociale": "Medisoft S.à r.l.",
    "ceo_nom": "Weber",
    "ceo_prenom": "Anne",
    "matricule": "20142406897",
    "rcs": "B123456",
    "numero_tva": "LU10000356",
    "iban": "LU280019400644750000",
    "email": MEDISOFT,
    "adresse": "1, rue de l'Exemple\nL-1234 Luxembourg",
    "pays": "LU",
    "date_signature": "2025-06-02",
    "signataire": "Anne Weber",
}
NDA = {
    "denomination": "Medisoft S.à r.l.",
    "matricule": "20142406897",
    "signataire": "Anne Weber",
    "date_signature": "2025-06-02",
}


def formulaire_1(**changes: Any) -> bytes:
    return filled_pdf("formulaire_1", FORMULAIRE_1 | changes)


def nda() -> bytes:
    return filled_pdf("nda", NDA, signed_by=("industriel",))


def countersigned(signed: bytes) -> bytes:
    return signed_too(signed, "aes")


def mail(
    *files: tuple[str, bytes],
    sender: str = MEDISOFT,
    subject: str = "Enrôlement",
    text: str = "Bonjour,\n\nveuillez trouver nos documents en annexe.\n\nAnne Weber\n",
    message_id: str = "<1@medisoft.example>",
    at: datetime | None = None,
) -> bytes:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = "support@incert.test"
    message["Subject"] = subject
    message["Message-ID"] = message_id
    if at is not None:
        message["Date"] = format_datetime(at)
    message.set_content(text)
    for name, data in files:
        message.add_attachment(data, maintype="application", subtype="pdf", filename=name)
    return message.as_bytes()


UNWATCHED = '[web]\nrun = false\n[health]\nlisten = ""\n'
"""No web app beside the service and no listener: they would only cost time."""


@dataclass
class Desk:
    """`mailbot` in a folder of its own, between a mailbox and an SMTP server."""

    folder: Path
    box: Mailbox
    sink: SmtpSink
    now: str = "2025-06-02T12:00:00+02:00"

    def configure(self, more: str = "", settle: float = 0, watched: str = UNWATCHED) -> None:
        (self.folder / "password").write_text(self.box.password)
        (self.folder / "config.toml").write_text(
            f"""
[imap]
host = "{self.box.host}"
port = {self.box.port}
security = "none"
auth = "password"
username = "{self.box.user}"
password_file = "password"
folder = "INBOX"
processed_folder = "Traites"
poll_seconds = 1
answer_from = 2025-04-01T00:00:00+02:00
[smtp]
host = "{self.sink.host}"
port = {self.sink.port}
security = "none"
from = "{self.box.user}"
save_sent = "append"
[store]
url = "sqlite:///var/mailbot.db"
archive = "var/archive"
[parties]
aes_domains = ["esante.example"]
aes_address = "{AES}"
incert_address = "equipe@incert.example"
[automation]
settle_minutes = {settle}
[documents]
technical_dir = "documentation"
{watched}
{more}
"""
        )

    def deliver(self, *mails: bytes, at: datetime | None = None) -> None:
        received = at or datetime.fromisoformat(self.now)
        with self.box.client() as client:
            for raw in mails:
                client.append("INBOX", raw, msg_time=received)

    def command(self, *arguments: str, now: str | None = "") -> list[str]:
        clock = [] if now is None else ["--now", now or self.now]
        config = ["--config", str(self.folder / "config.toml")]
        return [sys.executable, "-m", "mailbot.cli", *config, *clock, *arguments]

    def call(self, *arguments: str, code: int = 0) -> str:
        """Run a command; it has to end with that code. Returns what it said on stdout."""
        done = subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def json(self, *arguments: str) -> Any:
        return json.loads(self.call(*arguments, "--json"))

    def sent(self) -> dict[str, list[EmailMessage]]:
        """What left, by template."""
        found: dict[str, list[EmailMessage]] = {}
        for received in self.sink.received:
            found.setdefault(str(received.message["X-Mailbot-Template"]), []).append(received.message)
        return found


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"}
