"""The IMAP adapter against a real Dovecot."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from mailbot.adapters import imap
from mailbot.adapters.imap import ImapMailbox
from mailbot.errors import MailboxUnreachable
from mailbot.settings import Imap
from tests.integration.certificates import Certificates
from tests.integration.dovecot import Dovecot, Mailbox, running_dovecot

pytestmark = pytest.mark.dovecot
MAIL = b"From: a@example.lu\r\nSubject: %d\r\nMessage-ID: <%d@example.lu>\r\n\r\nBonjour\r\n"
NOON = datetime(2025, 6, 2, 12, 0, tzinfo=timezone(timedelta(hours=2)))


def mailbox(box: Mailbox, tmp_path: Path, **changes: Any) -> ImapMailbox:
    password = tmp_path / "password"
    password.write_text(box.password + "\n")
    given = {
        "host": box.host,
        "port": box.port,
        "security": "none",
        "username": box.user,
        "password_file": password,
        "processed_folder": "Traités",
    }
    token = changes.pop("token", None)
    return ImapMailbox(
        Imap.model_validate(given | changes), token=token, attempts=2, sleep=lambda seconds: None
    )


def deliver(box: Mailbox, *numbers: int, folder: str = "INBOX") -> None:
    with box.client() as client:
        for number in numbers:
            client.append(folder, MAIL % (number, number), msg_time=NOON)


def flags(box: Mailbox, folder: str = "INBOX") -> dict[int, set[bytes]]:
    with box.client() as client:
        client.select_folder(folder, readonly=True)
        return {uid: set(f) - {b"\\Recent"} for uid, f in client.get_flags(client.search()).items()}


def test_a_mail_comes_byte_for_byte_with_the_zone_of_its_date(dovecot: Dovecot, tmp_path: Path) -> None:
    box = dovecot.new_mailbox()
    deliver(box, 1)
    found = mailbox(box, tmp_path)
    state = found.open("INBOX")
    [[mail]] = list(found.fetch(found.uids()))
    assert mail.raw == MAIL % (1, 1)
    assert mail.received_at == NOON
    assert mail.received_at.tzinfo is not None
    assert state.uidvalidity > 0
    assert flags(box) == {1: set()}  # people read this mailbox too: nothing is marked as seen


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_an_encrypted_connection_checks_the_certificate(
    dovecot: Dovecot, certificates: Certificates, tmp_path: Path, security: str
) -> None:
    box = dovecot.new_mailbox()
    port = box.tls_port if security == "tls" else box.port
    trusted = mailbox(box, tmp_path, security=security, port=port, ca_file=box.ca_file)
    assert trusted.open("INBOX").exists == 0
    stranger = mailbox(box, tmp_path, security=security, port=port, ca_file=certificates.ca_file)
    with pytest.raises(MailboxUnreachable, match="certificate"):
        stranger.open("INBOX")


def test_a_token_opens_the_mailbox(dovecot: Dovecot, tmp_path: Path) -> None:
    box = dovecot.new_mailbox()
    opened = mailbox(box, tmp_path, auth="xoauth2", token=lambda: box.token)
    assert opened.open("INBOX").exists == 0


def test_a_wrong_password_is_said_without_being_shown(dovecot: Dovecot, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("not-the-one")
    with pytest.raises(MailboxUnreachable, match="refuses the login") as caught:
        mailbox(dovecot.new_mailbox(), tmp_path, password_file=wrong).open("INBOX")
    assert "not-the-one" not in str(caught.value)


def test_mails_are_moved_to_a_folder_that_is_made_for_them(dovecot: Dovecot, tmp_path: Path) -> None:
    box = dovecot.new_mailbox()
    deliver(box, 1, 2)
    found = mailbox(box, tmp_path)
    found.open("INBOX")
    assert found.put_aside([1]) == "moved"
    assert flags(box) == {2: set()}
    assert flags(box, "Traités") == {1: set()}


def test_without_move_they_are_copied_and_only_they_are_expunged(
    plain_dovecot: Dovecot, tmp_path: Path
) -> None:
    box = plain_dovecot.new_mailbox()
    deliver(box, 1, 2, 3)
    with box.client() as client:
        client.select_folder("INBOX")
        client.add_flags([3], [b"\\Deleted"])  # a colleague's, not ours to expunge
    found = mailbox(box, tmp_path, processed_folder="Archives/Traités")
    found.open("INBOX")
    assert found.put_aside([1]) == "moved"
    assert set(flags(box)) == {2, 3}
    assert flags(box, "Archives.Traités") == {1: set()}


def test_without_move_and_uidplus_the_keyword_remains(tmp_path: Path) -> None:
    with running_dovecot(without=("MOVE", "UIDPLUS")) as server:
        box = server.new_mailbox()
        deliver(box, 1)
        found = mailbox(box, tmp_path)
        found.open("INBOX")
        assert found.put_aside([1]) == "flagged"
        assert flags(box) == {1: {b"mailbot"}}


def test_without_a_processed_folder_mails_are_flagged_with_the_keyword(
    dovecot: Dovecot, tmp_path: Path
) -> None:
    box = dovecot.new_mailbox()
    deliver(box, 1, 2)
    found = mailbox(box, tmp_path, processed_folder="", keyword="lu-par-mailbot")
    found.open("INBOX")
    assert found.put_aside([2]) == "flagged"
    assert flags(box) == {1: set(), 2: {b"lu-par-mailbot"}}


def test_batches_are_cut_by_bytes(dovecot: Dovecot, tmp_path: Path) -> None:
    box = dovecot.new_mailbox()
    deliver(box, 1, 2, 3, 4, 5)
    found = mailbox(box, tmp_path, batch_bytes=2 * len(MAIL % (1, 1)))
    found.open("INBOX")
    assert [[mail.uid for mail in batch] for batch in found.fetch(found.uids())] == [[1, 2], [3, 4], [5]]


def test_a_mail_that_is_gone_is_left_out(dovecot: Dovecot, tmp_path: Path) -> None:
    box = dovecot.new_mailbox()
    deliver(box, 1)
    found = mailbox(box, tmp_path)
    found.open("INBOX")
    assert [[mail.uid for mail in batch] for batch in found.fetch([1, 7])] == [[1]]


def test_a_sent_mail_is_found_again_by_its_message_id(dovecot: Dovecot, tmp_path: Path) -> None:
    box = dovecot.new_mailbox()
    found = mailbox(box, tmp_path)
    found.append_sent(MAIL % (8, 8), NOON)
    sent = found.sent_folder()
    assert sent == "Sent"
    found.open(sent, readonly=True)
    assert found.with_message_id("<8@example.lu>") == [1]
    assert found.with_message_id("<9@example.lu>") == []
    assert found.with_message_id('<") OR ALL ("@example.lu>') == []
    assert found.since(date(2025, 6, 2)) == [1]
    assert found.since(date(2025, 6, 4)) == []


def test_a_sent_folder_is_made_where_there_is_none(dovecot: Dovecot, tmp_path: Path) -> None:
    box = dovecot.new_mailbox()
    found = mailbox(box, tmp_path, sent_folder="Envoyés à la main")
    assert found.sent_folder() is None
    found.append_sent(MAIL % (8, 8), NOON)
    assert set(flags(box, "Envoyés à la main")) == {1}


def test_the_server_says_what_it_can(dovecot: Dovecot, plain_dovecot: Dovecot, tmp_path: Path) -> None:
    able = mailbox(dovecot.new_mailbox(), tmp_path).abilities()
    plain = mailbox(plain_dovecot.new_mailbox(), tmp_path).abilities()
    assert able == {"MOVE": True, "UIDPLUS": True, "IDLE": True, "SPECIAL-USE": True, "keywords": True}
    assert (plain["MOVE"], plain["IDLE"], plain["UIDPLUS"]) == (False, False, True)


@pytest.mark.parametrize("near", [True, False])
def test_a_new_mail_wakes_up(
    near: bool, dovecot: Dovecot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a look at a server that answers at once, else by IDLE."""
    if not near:
        monkeypatch.setattr(imap, "LONGEST_PAUSE_SECONDS", 0.0)
    box = dovecot.new_mailbox()
    found = mailbox(box, tmp_path)
    found.open("INBOX")
    news: list[bool] = []
    waiting = Thread(target=lambda: news.append(found.wait(60, Event())))
    waiting.start()
    numbers = iter(range(1, 200))
    while waiting.is_alive():  # whether the first one comes before IDLE begins is chance
        deliver(box, next(numbers))
        waiting.join(0.5)
    assert news == [True]


def test_a_mail_that_came_before_the_waiting_began_is_not_waited_for(
    dovecot: Dovecot, tmp_path: Path
) -> None:
    box = dovecot.new_mailbox()
    found = mailbox(box, tmp_path)
    found.open("INBOX")
    deliver(box, 1)
    assert found.wait(60, Event()) is True


def test_waiting_ends_when_told_to(dovecot: Dovecot, plain_dovecot: Dovecot, tmp_path: Path) -> None:
    stop = Event()
    stop.set()
    for server in (dovecot, plain_dovecot):
        assert mailbox(server.new_mailbox(), tmp_path).wait(60, stop) is False


def test_a_lost_connection_is_an_error_once_and_then_made_again(tmp_path: Path) -> None:
    with running_dovecot() as server:
        box = server.new_mailbox()
        deliver(box, 1)
        found = mailbox(box, tmp_path)
        found.open("INBOX")
        server.restart()
        with pytest.raises(MailboxUnreachable):
            found.uids()
        assert found.open("INBOX").exists == 1


def test_a_server_that_is_away_is_tried_again_with_growing_pauses(tmp_path: Path) -> None:
    pauses: list[float] = []
    settings = Imap(host="127.0.0.1", port=9, security="none", username="a@b.lu")
    away = ImapMailbox(settings, attempts=4, sleep=pauses.append, wait_seconds=lambda n: float(2**n))
    with pytest.raises(MailboxUnreachable, match=r"127\.0\.0\.1:9 cannot be reached"):
        away.open("INBOX")
    assert pauses == [2.0, 4.0, 8.0]


def test_more_mails_than_one_command_takes(dovecot: Dovecot, tmp_path: Path) -> None:
    box = dovecot.new_mailbox()
    with box.client() as client:
        for _ in range(12):
            client.multiappend("INBOX", [MAIL % (1, 1)] * 50)
    found = mailbox(box, tmp_path)
    found.open("INBOX")
    uids = found.uids()
    assert sum(len(batch) for batch in found.fetch(uids)) == 600
    found.put_aside(uids)
    assert len(flags(box, "Traités")) == 600
    assert flags(box) == {}


def test_a_very_full_folder_is_listed_in_pieces(
    dovecot: Dovecot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailbot.adapters.imap.SEQUENCE_PER_SEARCH", 2)
    box = dovecot.new_mailbox()
    deliver(box, 1, 2, 3, 4, 5)
    found = mailbox(box, tmp_path)
    found.open("INBOX")
    assert found.uids() == [1, 2, 3, 4, 5]
    assert found.uids(first=4) == [4, 5]
    assert found.uids(first=2) == [2, 3, 4, 5]
    assert found.uids(first=9) == []
    assert found.since(date(2000, 1, 1), first=4) == [4, 5]


def test_the_dates_are_in_utc_or_any_other_zone(dovecot: Dovecot, tmp_path: Path) -> None:
    box = dovecot.new_mailbox()
    with box.client() as client:
        client.append("INBOX", MAIL % (1, 1), msg_time=datetime(2026, 6, 30, 23, 59, 59, tzinfo=UTC))
    found = mailbox(box, tmp_path)
    found.open("INBOX")
    [[mail]] = list(found.fetch([1]))
    assert mail.received_at == datetime(2026, 7, 1, 1, 59, 59, tzinfo=timezone(timedelta(hours=2)))
