"""The process is killed at every dangerous point, then started again: nothing is lost, nothing is doubled."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mailbot.adapters.archive import FileArchive
from mailbot.adapters.store.sql import open_store
from mailbot.rows import OutboxRow
from tests.fakes import NOON
from tests.integration.dovecot import Dovecot
from tests.integration.killed import POINTS
from tests.integration.smtp_sink import SmtpSink

pytestmark = pytest.mark.dovecot
ROOT = Path(__file__).resolve().parents[2]
MAIL = b"From: a@example.lu\r\nSubject: essai\r\nMessage-ID: <1@example.lu>\r\n\r\nBonjour\r\n"
# From here on the server may have the mail although nobody was told: a person decides.
DOUBTFUL = {"before it is handed over", "after it was handed over"}


@pytest.mark.parametrize("point", POINTS)
def test_killed_and_started_again(dovecot: Dovecot, smtp_sink: SmtpSink, tmp_path: Path, point: str) -> None:
    box = dovecot.new_mailbox()
    with box.client() as client:
        client.append("INBOX", MAIL, msg_time=NOON)
    (tmp_path / "password").write_text(box.password)
    url = f"sqlite:///{tmp_path}/mailbot.db"
    store = open_store(url)
    written = store.add_outbox(
        OutboxRow(
            id=0,
            key="k",
            message_id="<k@incert.test>",
            template="accuse_reception",
            to=("contact@logiciel.example",),
            subject="Reçu",
            text="Bonjour",
            html="",
            attachments=(),
            headers={},
            state="due",
            created_at=NOON,
        )
    )

    def run(until: str) -> int:
        given = [until, url, str(tmp_path / "archive"), str(box.port), box.user, str(tmp_path / "password")]
        command = [sys.executable, "-m", "tests.integration.killed", *given, str(smtp_sink.port)]
        return subprocess.run(command, cwd=ROOT, timeout=60, check=False).returncode

    assert run(point) == -9
    assert run("never") == 0

    rows = store.mails_in_state("archived", NOON, 10)
    assert [row.message_id for row in rows] == ["<1@example.lu>"]
    assert FileArchive(tmp_path / "archive").get(rows[0].sha256) == MAIL
    with box.client() as client:
        assert client.select_folder("INBOX")[b"EXISTS"] == 0
        assert client.select_folder("Traités")[b"EXISTS"] == 1
        copies = client.select_folder("Sent")[b"EXISTS"]

    left = store.outbox(written.id)
    if point in DOUBTFUL:
        assert left.state == "uncertain"
        assert [entry.codes for entry in store.entries()] == [("delivery_uncertain",)]
        assert len(smtp_sink.received) == (point == "after it was handed over")
        assert copies == 0
    else:
        assert left.state == "sent"
        assert len(smtp_sink.received) == 1
        assert copies == 1
    store.close()
