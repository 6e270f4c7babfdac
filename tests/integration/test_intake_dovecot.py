"""The way in, against a real Dovecot."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mailbot.adapters.archive import FileArchive
from mailbot.adapters.clock import FixedClock
from mailbot.adapters.imap import ImapMailbox
from mailbot.adapters.store.sql import SqlStore, open_store
from mailbot.errors import MailboxUnreachable
from mailbot.intake import Intake, IntakeReport
from mailbot.settings import Imap
from tests.integration.dovecot import Dovecot, Mailbox, running_dovecot

pytestmark = pytest.mark.dovecot
NOON = datetime(2025, 6, 2, 10, 0, tzinfo=UTC)


def mail(number: int, *, trace: str = "") -> bytes:
    head = f"Received: {trace}\r\n" if trace else ""
    head += f"From: a@example.lu\r\nSubject: n° {number}\r\nMessage-ID: <{number}@example.lu>\r\n"
    return f"{head}\r\nBonjour {number}\r\n".encode()


class Desk:
    """An intake over a real mailbox, an archive on disk and a store in a file."""

    def __init__(self, box: Mailbox, store: SqlStore, place: Path, **settings: Any) -> None:
        (place / "password").write_text(box.password)
        given = {
            "host": box.host,
            "port": box.port,
            "security": "none",
            "username": box.user,
            "password_file": place / "password",
            "processed_folder": "Traités",
        }
        self.box, self.store = box, store
        self.archive = FileArchive(place / "archive")
        self.clock = FixedClock(NOON)
        self.mailbox = ImapMailbox(
            Imap.model_validate(given | settings), attempts=2, sleep=lambda seconds: None
        )

    def deliver(self, *mails: bytes, folder: str = "INBOX", at: datetime = NOON) -> None:
        with self.box.client() as client:
            for raw in mails:
                client.append(folder, raw, msg_time=at)

    def take_in(self, **options: Any) -> IntakeReport:
        self.clock.set(self.clock.now() + timedelta(minutes=1))
        intake = Intake(self.mailbox, self.store, self.archive, self.clock, answer_from=NOON)
        return intake.once(**options)

    def waiting(self) -> list[str]:
        rows = self.store.mails_in_state("archived", self.clock.now(), 10_000)
        return [row.message_id for row in rows]

    def count(self, folder: str) -> int:
        with self.box.client() as client:
            return int(client.select_folder(folder, readonly=True)[b"EXISTS"])


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    opened = open_store(f"sqlite:///{tmp_path}/mailbot.db")
    yield opened
    opened.close()


def test_mails_come_in_and_are_moved(dovecot: Dovecot, store: SqlStore, tmp_path: Path) -> None:
    desk = Desk(dovecot.new_mailbox(), store, tmp_path)
    desk.deliver(mail(1), mail(2))
    assert desk.take_in() == IntakeReport(new=2, handled=2)
    assert desk.waiting() == ["<1@example.lu>", "<2@example.lu>"]
    assert {desk.archive.get(digest) for digest in desk.archive.digests()} == {mail(1), mail(2)}
    assert (desk.count("INBOX"), desk.count("Traités")) == (0, 2)
    assert desk.take_in() == IntakeReport()


def test_the_same_with_an_older_server(plain_dovecot: Dovecot, store: SqlStore, tmp_path: Path) -> None:
    desk = Desk(plain_dovecot.new_mailbox(), store, tmp_path)
    desk.deliver(mail(1), mail(2))
    assert desk.take_in() == IntakeReport(new=2, handled=2)
    assert (desk.count("INBOX"), desk.count("Traités")) == (0, 2)
    assert desk.take_in() == IntakeReport()


def test_twice_by_an_alias_and_dragged_back(dovecot: Dovecot, store: SqlStore, tmp_path: Path) -> None:
    desk = Desk(dovecot.new_mailbox(), store, tmp_path)
    desk.deliver(mail(1), mail(1), mail(1, trace="by alias"))
    assert desk.take_in() == IntakeReport(new=1, copies=2, handled=3)
    with desk.box.client() as client:
        client.select_folder("Traités")
        client.move([1], "INBOX")
    assert desk.take_in() == IntakeReport(copies=1, handled=1)
    assert desk.waiting() == ["<1@example.lu>"]
    assert desk.count("INBOX") == 0


def test_with_a_keyword_mails_stay_and_unread(dovecot: Dovecot, store: SqlStore, tmp_path: Path) -> None:
    desk = Desk(dovecot.new_mailbox(), store, tmp_path, processed_folder="")
    desk.deliver(mail(1))
    assert desk.take_in() == IntakeReport(new=1, handled=1)
    with desk.box.client() as client:
        client.select_folder("INBOX", readonly=True)
        assert set(client.get_flags([1])[1]) - {b"\\Recent"} == {b"mailbot"}
    assert desk.take_in() == IntakeReport()


def test_a_folder_made_anew_is_read_again_without_harm(
    dovecot: Dovecot, store: SqlStore, tmp_path: Path
) -> None:
    desk = Desk(dovecot.new_mailbox(), store, tmp_path, folder="Demandes", processed_folder="")
    with desk.box.client() as client:
        client.create_folder("Demandes")
    desk.deliver(mail(1), mail(2), folder="Demandes")
    desk.take_in()
    with desk.box.client() as client:
        client.delete_folder("Demandes")
        client.create_folder("Demandes")
    desk.deliver(mail(2), mail(3), folder="Demandes")
    assert desk.take_in() == IntakeReport(new=1, copies=1, handled=2)
    assert desk.waiting() == ["<1@example.lu>", "<2@example.lu>", "<3@example.lu>"]


def test_a_mail_that_a_colleague_filed_first_is_found(
    dovecot: Dovecot, store: SqlStore, tmp_path: Path
) -> None:
    desk = Desk(dovecot.new_mailbox(), store, tmp_path)
    desk.take_in()
    with desk.box.client() as client:
        client.create_folder("Chez Zoé")
        client.append("INBOX", mail(1), msg_time=NOON)
        client.select_folder("INBOX")
        client.move([1], "Chez Zoé")
    assert desk.take_in() == IntakeReport(new=1, found_elsewhere=1)
    assert desk.waiting() == ["<1@example.lu>"]
    assert desk.count("Chez Zoé") == 1


def test_what_staff_sent_and_what_is_old_is_recorded(
    dovecot: Dovecot, store: SqlStore, tmp_path: Path
) -> None:
    desk = Desk(dovecot.new_mailbox(), store, tmp_path)
    desk.deliver(mail(1), at=NOON - timedelta(days=400))
    desk.deliver(mail(2), folder="Sent")
    desk.deliver(mail(3), folder="Sent", at=NOON - timedelta(days=400))
    assert desk.take_in() == IntakeReport(new=1, sent=1, handled=1)
    assert desk.waiting() == []
    assert desk.count("Sent") == 2


def test_the_server_goes_away_in_between(store: SqlStore, tmp_path: Path) -> None:
    with running_dovecot() as server:
        desk = Desk(server.new_mailbox(), store, tmp_path)
        desk.deliver(mail(1))
        desk.take_in()
        server.stop()
        with pytest.raises(MailboxUnreachable):
            desk.take_in()
        server.start()
        desk.deliver(mail(2))
        assert desk.take_in() == IntakeReport(new=1, handled=1)
        assert desk.waiting() == ["<1@example.lu>", "<2@example.lu>"]


def test_the_nightly_pass_compares_the_processed_folder(
    dovecot: Dovecot, store: SqlStore, tmp_path: Path
) -> None:
    desk = Desk(dovecot.new_mailbox(), store, tmp_path)
    desk.deliver(mail(1))
    desk.take_in()
    desk.deliver(mail(2), folder="Traités")
    report = desk.take_in(whole=True)
    assert (report.new, report.copies) == (1, 1)  # its own moves are known by their content
    assert desk.take_in(whole=True) == IntakeReport()
