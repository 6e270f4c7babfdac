"""The way in: nothing is lost, nothing is taken twice, whatever dies in between."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from datetime import timedelta

import pytest

from mailbot.adapters.store.sql import SqlStore
from mailbot.errors import MailboxUnreachable, StoreUnreachable
from mailbot.intake import Intake, IntakeReport
from mailbot.mail_ports import FetchedMail
from tests.fakes import NOON, MemoryArchive, MemoryMailbox, clock
from tests.ready_store import store_in_memory


def mail(number: int = 1, *, trace: str = "", body: str = "Bonjour", sender: str = "a@example.lu") -> bytes:
    head = f"Received: {trace}\r\n" if trace else ""
    head += f"From: {sender}\r\nSubject: n° {number}\r\nMessage-ID: <{number}@example.lu>\r\n"
    return f"{head}\r\n{body}\r\n".encode()


class Desk:
    """An intake with everything around it."""

    def __init__(self, store: SqlStore, mailbox: MemoryMailbox | None = None) -> None:
        self.store = store
        self.mailbox = mailbox or MemoryMailbox()
        self.archive = MemoryArchive()
        self.clock = clock()

    def take_in(self, *, whole: bool = False) -> IntakeReport:
        self.clock.set(self.clock.now() + timedelta(minutes=1))
        intake = Intake(
            self.mailbox, self.store, self.archive, self.clock, answer_from=NOON - timedelta(days=1)
        )
        return intake.once(whole=whole)

    def waiting(self) -> list[str]:
        """The Message-IDs of what will be processed."""
        rows = self.store.mails_in_state("archived", self.clock.now(), 100)
        return [row.message_id for row in rows]


@pytest.fixture
def desk() -> Iterator[Desk]:
    store = store_in_memory()
    yield Desk(store)
    store.close()


def test_a_new_mail_is_archived_recorded_and_moved(desk: Desk) -> None:
    desk.mailbox.deliver(mail(1))
    assert desk.take_in() == IntakeReport(new=1, handled=1)
    assert desk.waiting() == ["<1@example.lu>"]
    assert list(desk.archive.kept.values()) == [mail(1)]
    assert desk.mailbox.boxes["INBOX"].mails == {}
    assert len(desk.mailbox.boxes["Traités"].mails) == 1


def test_a_second_pass_finds_nothing(desk: Desk) -> None:
    desk.mailbox.deliver(mail(1))
    desk.take_in()
    assert desk.take_in() == IntakeReport()


def test_a_batch_is_gone_before_the_next_one_is_fetched(desk: Desk) -> None:
    held: list[int] = []

    def count() -> None:
        held.append(sum(isinstance(found, FetchedMail) for found in gc.get_objects()))

    for number in range(5):
        desk.mailbox.deliver(mail(number))
    desk.mailbox.before_fetch = count
    desk.take_in()
    assert held == [0, 0, 0]


def test_the_server_is_changed_only_after_archive_and_ledger(desk: Desk) -> None:
    desk.mailbox.deliver(mail(1))
    desk.archive.on_put = lambda raw: desk.mailbox.calls.append("archived")
    desk.take_in()
    calls = desk.mailbox.calls
    assert calls.index("archived") < calls.index("put_aside")


def test_a_full_disk_leaves_the_server_as_it_was(desk: Desk) -> None:
    desk.mailbox.deliver(mail(1))

    def full(raw: bytes) -> None:
        raise StoreUnreachable("no space left")

    desk.archive.on_put = full
    with pytest.raises(StoreUnreachable):
        desk.take_in()
    assert desk.mailbox.boxes["INBOX"].mails
    desk.archive.on_put = lambda raw: None
    assert desk.take_in().new == 1


@pytest.mark.parametrize("broken", ["fetch", "put_aside"])
def test_a_pass_that_died_is_taken_up_again(desk: Desk, broken: str) -> None:
    for number in (1, 2, 3):
        desk.mailbox.deliver(mail(number))
    desk.mailbox.break_at = broken
    with pytest.raises(MailboxUnreachable):
        desk.take_in()
    desk.mailbox.break_at = ""
    desk.take_in()
    assert sorted(desk.waiting()) == ["<1@example.lu>", "<2@example.lu>", "<3@example.lu>"]
    assert desk.mailbox.boxes["INBOX"].mails == {}
    assert len(desk.mailbox.boxes["Traités"].mails) == 3


def test_what_was_recorded_before_the_connection_broke_stays(desk: Desk) -> None:
    for number in (1, 2, 3):
        desk.mailbox.deliver(mail(number))
    fetches = iter(range(10))

    def break_at_the_second() -> None:
        if next(fetches) == 1:
            raise MailboxUnreachable("gone")

    desk.mailbox.before_fetch = break_at_the_second
    with pytest.raises(MailboxUnreachable):
        desk.take_in()
    assert desk.waiting() == ["<1@example.lu>", "<2@example.lu>"]


def test_a_mail_dragged_back_is_moved_again_and_not_answered_again(desk: Desk) -> None:
    desk.mailbox.deliver(mail(1))
    desk.take_in()
    desk.mailbox.drag(1, "Traités", "INBOX")
    assert desk.take_in() == IntakeReport(copies=1, handled=1)
    assert desk.waiting() == ["<1@example.lu>"]
    assert desk.mailbox.boxes["INBOX"].mails == {}


def test_the_same_mail_delivered_twice_is_one(desk: Desk) -> None:
    desk.mailbox.deliver(mail(1))
    desk.mailbox.deliver(mail(1))
    assert desk.take_in() == IntakeReport(new=1, copies=1, handled=2)
    assert desk.waiting() == ["<1@example.lu>"]


def test_a_copy_through_an_alias_is_recorded_and_not_answered(desk: Desk) -> None:
    desk.mailbox.deliver(mail(1, trace="from a"))
    desk.mailbox.deliver(mail(1, trace="from b; by alias"))
    assert desk.take_in() == IntakeReport(new=1, copies=1, handled=2)
    assert len(desk.archive.kept) == 2
    assert desk.waiting() == ["<1@example.lu>"]


def test_another_mail_under_the_same_message_id_is_another_mail(desk: Desk) -> None:
    desk.mailbox.deliver(mail(1))
    desk.mailbox.deliver(mail(1, body="Autre chose"))
    assert desk.take_in().new == 2


def test_a_mailbox_made_anew_does_no_harm(desk: Desk) -> None:
    desk.mailbox = MemoryMailbox(processed=None)
    desk.mailbox.deliver(mail(1))
    desk.take_in()
    desk.mailbox.rebuild()
    desk.mailbox.deliver(mail(2))
    assert desk.take_in() == IntakeReport(new=1, copies=1, handled=2)
    assert desk.waiting() == ["<1@example.lu>", "<2@example.lu>"]


def test_without_a_processed_folder_mails_stay_with_a_keyword(desk: Desk) -> None:
    desk.mailbox = MemoryMailbox(processed=None)
    uid = desk.mailbox.deliver(mail(1))
    desk.take_in()
    assert desk.mailbox.boxes["INBOX"].keywords == {uid}
    assert desk.take_in() == IntakeReport()


def test_a_server_without_uidvalidity_is_read_by_content(desk: Desk) -> None:
    desk.mailbox = MemoryMailbox(processed=None)
    desk.mailbox.boxes["INBOX"].uidvalidity = 0
    desk.mailbox.deliver(mail(1))
    desk.take_in()
    desk.mailbox.boxes["INBOX"].mails = {1: (mail(2), NOON)}  # another mail under the same UID
    assert desk.take_in().new == 1
    assert desk.waiting() == ["<1@example.lu>", "<2@example.lu>"]


def test_mail_from_before_the_start_is_recorded_only(desk: Desk) -> None:
    desk.mailbox.deliver(mail(1), at=NOON - timedelta(days=1, seconds=1))
    desk.mailbox.deliver(mail(2), at=NOON - timedelta(days=1))
    assert desk.take_in() == IntakeReport(new=2, handled=2)
    assert desk.waiting() == ["<2@example.lu>"]


def test_what_staff_sent_is_recorded_and_stays_where_it_is(desk: Desk) -> None:
    desk.mailbox.deliver(mail(1), folder="Sent")
    assert desk.take_in() == IntakeReport(sent=1)
    assert desk.waiting() == []
    assert len(desk.mailbox.boxes["Sent"].mails) == 1
    assert desk.take_in() == IntakeReport()


def test_a_mail_that_a_colleague_filed_before_it_was_read_is_found(desk: Desk) -> None:
    desk.take_in()
    uid = desk.mailbox.deliver(mail(1))
    desk.mailbox.drag(uid, "INBOX", "Collègues")
    assert desk.take_in() == IntakeReport(new=1, found_elsewhere=1)
    assert desk.waiting() == ["<1@example.lu>"]
    assert len(desk.mailbox.boxes["Collègues"].mails) == 1  # it stays where the colleague put it


def test_a_mail_moved_between_listing_and_fetching_is_found(desk: Desk) -> None:
    uid = desk.mailbox.deliver(mail(1))
    desk.mailbox.before_fetch = lambda: (
        desk.mailbox.drag(uid, "INBOX", "Collègues") if uid in desk.mailbox.boxes["INBOX"].mails else 0,
        None,
    )[1]
    assert desk.take_in().found_elsewhere == 1
    assert desk.waiting() == ["<1@example.lu>"]


def test_a_mail_that_was_deleted_before_it_was_read_is_reported(desk: Desk) -> None:
    desk.take_in()
    uid = desk.mailbox.deliver(mail(1))
    del desk.mailbox.boxes["INBOX"].mails[uid]
    [gap] = desk.take_in().gaps
    assert "UID 1" in gap
    assert desk.take_in().gaps == ()  # said once


def test_older_mail_in_a_colleagues_folder_is_none_of_our_business(desk: Desk) -> None:
    desk.mailbox.deliver(mail(7), at=NOON - timedelta(hours=3), folder="Collègues")
    desk.take_in()
    uid = desk.mailbox.deliver(mail(1))
    del desk.mailbox.boxes["INBOX"].mails[uid]
    assert desk.take_in().new == 0


def test_a_mail_that_the_server_does_not_hand_out_is_reported(desk: Desk) -> None:
    desk.mailbox.deliver(mail(1))
    desk.mailbox.withheld = {1}
    [gap] = desk.take_in().gaps
    assert "does not hand out UID 1" in gap
    desk.mailbox.withheld = set()
    assert desk.take_in().new == 1


def test_mails_that_cannot_be_moved_are_taken_in_all_the_same(desk: Desk) -> None:
    desk.mailbox.deliver(mail(1))
    desk.mailbox.refuse_at = "put_aside"
    report = desk.take_in()
    assert (report.new, report.handled) == (1, 0)
    assert "UID 1 cannot be moved or flagged" in report.gaps[0]
    desk.mailbox.refuse_at = ""
    assert desk.take_in() == IntakeReport(handled=1)


def test_what_could_not_be_moved_is_moved_however_much_came_since(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailbot.intake.LOOK_BACK", 0)
    desk.mailbox.refuse_at = "put_aside"
    desk.mailbox.deliver(mail(1))
    desk.take_in()
    desk.mailbox.deliver(mail(2))
    assert desk.take_in().new == 1
    desk.mailbox.refuse_at = ""
    desk.mailbox.deliver(mail(3))
    assert desk.take_in() == IntakeReport(new=1, handled=3)
    assert desk.mailbox.boxes["INBOX"].mails == {}


def test_a_mail_that_shows_later_than_its_number_is_taken_in(desk: Desk) -> None:
    inbox = desk.mailbox.boxes["INBOX"]
    desk.mailbox.deliver(mail(1))
    inbox.uidnext += 1
    desk.mailbox.deliver(mail(3))
    desk.take_in()
    inbox.mails[2] = (mail(2), NOON)
    desk.mailbox.deliver(mail(4))
    assert desk.take_in().new == 2


def test_a_mail_without_a_date_of_arrival_arrived_now(desk: Desk) -> None:
    uid = desk.mailbox.deliver(mail(1))
    desk.mailbox.boxes["INBOX"].mails[uid] = (mail(1), None)
    desk.take_in()
    [row] = desk.store.mails_in_state("archived", desk.clock.now(), 10)
    assert row.received_at == desk.clock.now()


def test_a_pass_without_news_asks_the_server_next_to_nothing(desk: Desk) -> None:
    desk.mailbox = MemoryMailbox(processed=None)
    desk.mailbox.deliver(mail(1))
    desk.mailbox.deliver(mail(2), folder="Sent")
    desk.take_in()
    desk.mailbox.calls.clear()
    desk.take_in()
    assert desk.mailbox.calls == ["open", "open"]


def test_the_nightly_pass_does_not_believe_that_nothing_changed(desk: Desk) -> None:
    desk.mailbox.boxes["INBOX"].uidnext = 8
    desk.take_in()
    inbox = desk.mailbox.boxes["INBOX"]
    inbox.mails[inbox.uidnext - 1] = (mail(1), NOON)  # behind the next UID: a server's mistake
    assert desk.take_in() == IntakeReport()
    assert desk.take_in(whole=True).new == 1


def test_the_nightly_pass_finds_what_was_put_into_the_processed_folder(desk: Desk) -> None:
    desk.mailbox.deliver(mail(1))
    desk.take_in()
    desk.mailbox.deliver(mail(2), folder="Traités")
    assert desk.take_in() == IntakeReport()
    report = desk.take_in(whole=True)
    assert (report.new, report.found_elsewhere) == (1, 1)
    assert desk.take_in(whole=True).new == 0


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe no mail at all",
        b"From: =?utf-8?b?////?= <a@b.lu>\r\nSubject: =?nonsense?q?=FF?=\r\nMessage-ID: \r\n\r\n",
        b"Message-ID: [\r\nFrom: \xe9\xe8\r\nSubject: a\x00b\r\n\r\nx",
        b"Subject: " + b"x" * 100_000,
    ],
)
def test_whatever_comes_is_archived(desk: Desk, raw: bytes) -> None:
    desk.mailbox.deliver(raw)
    assert desk.take_in().new == 1
    assert raw in desk.archive.kept.values()
