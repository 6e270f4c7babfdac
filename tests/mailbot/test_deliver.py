"""The way out: every mail once, and no mail whose fate is unknown a second time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest

from mailbot.adapters.store.sql import SqlStore
from mailbot.breaker import HELD, HOLD, Breaker
from mailbot.deliver import Delivery, DeliveryReport
from mailbot.errors import AttachmentUnavailable, MailbotError
from mailbot.mail_ports import Sending
from mailbot.pace import WINDOW, Pace
from mailbot.rows import Arrival, OutboxRow
from mailbot.settings import Smtp
from rules.types import AttachmentRef
from tests.fakes import NOON, MemoryMailbox, MemoryMailer, SeenAlarms, clock
from tests.ready_store import store_in_memory

NDA = AttachmentRef(ref="blank:nda:pdf", name="nda.pdf", class_="blank_form")


class Desk:
    """A delivery with everything around it."""

    def __init__(self, store: SqlStore) -> None:
        self.store = store
        self.mailer = MemoryMailer()
        self.mailbox = MemoryMailbox()
        self.clock = clock()
        self.refusal: Exception | None = None
        self.save_sent = "append"
        self.domain_per_minute = 3600
        self.max_attempts = 3
        self.resend = False
        self.breaker: Breaker | None = None

    def delivery(self) -> Delivery:
        settings = Smtp.model_validate(
            {
                "from": "boite@incert.lu",
                "save_sent": self.save_sent,
                "domain_per_minute": self.domain_per_minute,
            }
        )
        return Delivery(
            self.store,
            self.mailer,
            self.clock,
            settings,
            attachment_bytes=self.bytes_of,
            gate=self.gate,
            public_name="INCERT",
            max_attempts=self.max_attempts,
            resend_uncertain=self.resend,
            breaker=self.breaker,
            mailbox=self.mailbox,
            jitter=lambda: 0.0,
        )

    def bytes_of(self, ref: AttachmentRef) -> bytes:
        if ref != NDA:
            raise AttachmentUnavailable(f"{ref.ref} is not there")
        return b"%PDF-nda"

    def gate(self, row: OutboxRow, attachments: Sequence[tuple[AttachmentRef, bytes]]) -> None:
        if self.refusal is not None:
            raise self.refusal

    def write(self, key: str = "1", **changes: object) -> OutboxRow:
        given: dict[str, object] = {
            "id": 0,
            "key": key,
            "message_id": f"<outbox-{key}@incert.lu>",
            "template": "accuse_reception",
            "to": ("contact@logiciel.example",),
            "subject": f"Mail {key}",
            "text": "Bonjour\n",
            "html": "",
            "attachments": (),
            "headers": {},
            "state": "due",
            "created_at": NOON,
        }
        return self.store.add_outbox(OutboxRow(**given | changes))  # type: ignore[arg-type]  # a row's fields

    def mail_id(self, key: str) -> int:
        """A mail that came in, to be answered."""
        arrival = Arrival("boite", "INBOX", 1, ord(key), key * 64, 1, NOON, NOON)
        [row] = self.store.record_arrivals([arrival])
        return row.id

    def row(self, row: OutboxRow) -> OutboxRow:
        return self.store.outbox(row.id)

    def codes(self) -> list[tuple[str, ...]]:
        return [entry.codes for entry in self.store.entries()]

    def later(self, **time: float) -> None:
        self.clock.set(self.clock.now() + timedelta(**time))


@pytest.fixture
def desk() -> Iterator[Desk]:
    store = store_in_memory()
    yield Desk(store)
    store.close()


async def test_what_is_due_leaves_once(desk: Desk) -> None:
    row = desk.write(attachments=(NDA,))
    assert await desk.delivery().once() == DeliveryReport(sent=1)
    assert await desk.delivery().once() == DeliveryReport()
    [(sender, recipients, raw)] = desk.mailer.handed_over
    assert (sender, recipients) == ("boite@incert.lu", ("contact@logiciel.example",))
    assert b"Message-ID: <outbox-1@incert.lu>" in raw
    assert b'filename="nda.pdf"' in raw
    sent = desk.row(row)
    assert (sent.state, sent.sent_at, sent.attempts, sent.saved_to_sent) == ("sent", NOON, 1, True)
    assert [raw for raw, _ in desk.mailbox.boxes["Sent"].mails.values()] == [raw]


async def test_drafts_and_mails_of_later_stay(desk: Desk) -> None:
    desk.write("1", state="draft")
    desk.write("2", not_before=NOON + timedelta(hours=1))
    assert await desk.delivery().once() == DeliveryReport()
    desk.later(hours=1)
    assert await desk.delivery().once() == DeliveryReport(sent=1)


async def test_nothing_leaves_while_sending_is_on_hold(desk: Desk) -> None:
    row = desk.write()
    desk.store.set_switch(HOLD, HELD)
    assert await desk.delivery().once() == DeliveryReport(held=True)
    assert (desk.row(row).state, desk.mailer.handed_over) == ("due", [])
    desk.store.set_switch(HOLD, "")
    assert (await desk.delivery().once()).sent == 1


async def test_a_mail_refused_for_now_is_tried_again_later(desk: Desk) -> None:
    row = desk.write()
    desk.mailer.answers = [Sending("temporary", "450 greylisted")]
    assert await desk.delivery().once() == DeliveryReport(retried_later=1)
    assert await desk.delivery().once() == DeliveryReport()
    desk.later(minutes=1)
    assert await desk.delivery().once() == DeliveryReport(sent=1)
    assert desk.row(row).attempts == 2
    assert {raw for _, _, raw in desk.mailer.handed_over} != set()


async def test_after_the_last_try_a_person_is_asked(desk: Desk) -> None:
    row = desk.write()
    desk.mailer.answers = [Sending("temporary", "450 later")] * 3
    for _ in range(3):
        await desk.delivery().once()
        desk.later(hours=2)
    assert await desk.delivery().once() == DeliveryReport()
    assert desk.row(row).state == "failed"
    assert desk.codes() == [("delivery_failed",)]


async def test_an_outage_does_not_use_up_the_tries(desk: Desk) -> None:
    rows = [desk.write("1"), desk.write("2")]
    away = Sending("temporary", "connection refused", unreachable=True)
    for _ in range(10):
        desk.mailer.answers = [away]
        report = await desk.delivery().once()
        assert report == DeliveryReport(retried_later=1, unreachable="connection refused")
        desk.later(hours=2)
    assert [desk.row(row).state for row in rows] == ["due", "due"]
    assert await desk.delivery().once() == DeliveryReport(sent=2)


async def test_a_mail_refused_for_good_stands_in_the_queue(desk: Desk) -> None:
    row = desk.write()
    desk.mailer.answers = [Sending("permanent", "550 no such user")]
    assert await desk.delivery().once() == DeliveryReport(failed=1)
    assert (desk.row(row).state, desk.codes()) == ("failed", [("delivery_failed",)])
    [entry] = desk.store.entries()
    assert "550 no such user" in entry.messages[0]
    assert entry.facts["outbox_id"] == row.id


async def test_a_recipient_among_several_who_is_refused_is_told(desk: Desk) -> None:
    row = desk.write(to=("a@logiciel.example", "b@logiciel.example"))
    desk.mailer.answers = [Sending("accepted", "250 ok", refused=(("b@logiciel.example", "550 gone"),))]
    assert await desk.delivery().once() == DeliveryReport(sent=1)
    assert desk.row(row).state == "sent"
    assert "b@logiciel.example" in desk.store.entries()[0].messages[0]


async def test_a_mail_whose_fate_is_unknown_is_not_sent_again(desk: Desk) -> None:
    row = desk.write()
    desk.mailer.answers = [Sending("uncertain", "connection lost")]
    assert (await desk.delivery().once()).uncertain == 1
    desk.later(days=2)
    assert await desk.delivery().once() == DeliveryReport()
    assert (desk.row(row).state, desk.codes()) == ("uncertain", [("delivery_uncertain",)])
    assert len(desk.mailer.handed_over) == 1


async def test_a_server_that_hangs_up_after_a_mail_is_not_given_the_next_one_at_once(desk: Desk) -> None:
    for key in ("1", "2"):
        desk.write(key)
    desk.mailer.answers = [Sending("uncertain", "connection lost")]
    report = await desk.delivery().once()
    assert (report.sent, report.uncertain) == (0, 1)
    assert "lost after a mail was handed over: connection lost" in report.unreachable
    assert await desk.delivery().once() == DeliveryReport(sent=1)


async def test_where_the_risk_is_taken_it_leaves_again_with_the_same_message_id(desk: Desk) -> None:
    row = desk.write()
    desk.resend = True
    desk.mailer.answers = [Sending("uncertain", "connection lost")]
    assert (await desk.delivery().once()).uncertain == 1
    assert (desk.row(row).state, desk.codes()) == ("due", [])
    desk.later(minutes=2)
    assert await desk.delivery().once() == DeliveryReport(sent=1)
    first, second = (raw for _, _, raw in desk.mailer.handed_over)
    assert row.message_id.encode() in first
    assert row.message_id.encode() in second


async def test_with_the_risk_taken_the_tries_still_end(desk: Desk) -> None:
    row = desk.write()
    desk.resend = True
    desk.mailer.answers = [Sending("uncertain", "connection lost")] * 3
    for _ in range(3):
        await desk.delivery().once()
        desk.later(hours=2)
    assert (desk.row(row).state, desk.codes()) == ("uncertain", [("delivery_uncertain",)])


async def test_too_many_answers_within_an_hour_hold_everything_and_raise_the_alarm(desk: Desk) -> None:
    alarms = SeenAlarms()
    desk.breaker = Breaker(desk.store, desk.clock, 3, alarms)
    for key in "12345":
        desk.write(key, mail_id=desk.mail_id(key))
    assert await desk.delivery().once() == DeliveryReport(sent=3, held=True)
    assert (desk.store.switch(HOLD), desk.codes()) == (HELD, [("loop_suspected",)])
    assert alarms.raised == ["breaker"]
    desk.later(minutes=1)
    assert await desk.delivery().once() == DeliveryReport(held=True)
    desk.store.set_switch(HOLD, "")  # `mailbot resume`
    assert await desk.delivery().once() == DeliveryReport(sent=2)


async def test_the_breaker_counts_an_hour_and_answers_only(desk: Desk) -> None:
    desk.breaker = Breaker(desk.store, desk.clock, 3, SeenAlarms())
    for key in "12":
        desk.write(key, mail_id=desk.mail_id(key))
    for key in "3456":
        desk.write(key)  # reminders, forwards
    assert await desk.delivery().once() == DeliveryReport(sent=6)
    desk.later(hours=1, minutes=1)
    for key in "78":
        desk.write(key, mail_id=desk.mail_id(key))
    assert await desk.delivery().once() == DeliveryReport(sent=2)


async def test_what_a_dead_process_was_sending_waits_for_a_person(desk: Desk) -> None:
    row = desk.write()
    desk.store.claim_due(NOON, 1)
    assert desk.delivery().recover() == 1
    assert (desk.row(row).state, desk.codes()) == ("uncertain", [("delivery_uncertain",)])
    assert desk.delivery().recover() == 0


async def test_a_copy_in_the_sent_folder_proves_that_it_left(desk: Desk) -> None:
    row = desk.write()
    desk.store.claim_due(NOON, 1)
    desk.mailbox.deliver(b"Message-ID: <outbox-1@incert.lu>\r\n\r\n", folder="Sent")
    desk.delivery().recover()
    assert (desk.row(row).state, desk.codes()) == ("sent", [])


@pytest.mark.parametrize("error", [MailbotError("not for this recipient"), KeyError("a bug in the gate")])
async def test_a_closed_or_broken_gate_keeps_the_mail_and_the_next_one_leaves(
    desk: Desk, error: Exception
) -> None:
    row = desk.write()
    desk.refusal = error
    assert await desk.delivery().once() == DeliveryReport(failed=1)
    assert (desk.row(row).state, desk.mailer.handed_over) == ("failed", [])
    assert desk.codes() == [("delivery_failed",)]
    desk.refusal = None
    desk.write("2")
    assert await desk.delivery().once() == DeliveryReport(sent=1)


async def test_a_mail_without_its_attachment_does_not_leave(desk: Desk) -> None:
    desk.write(attachments=(AttachmentRef(ref="file:0", name="x.pdf", class_="staff_file"),))
    assert await desk.delivery().once() == DeliveryReport(failed=1)
    assert desk.mailer.handed_over == []


async def test_a_copy_that_could_not_be_saved_is_saved_later_and_nothing_is_sent_again(desk: Desk) -> None:
    row = desk.write(attachments=(NDA,))
    desk.mailbox.break_at = "append_sent"
    assert await desk.delivery().once() == DeliveryReport(sent=1)
    assert (desk.row(row).state, desk.row(row).saved_to_sent) == ("sent", False)
    desk.later(hours=1)
    desk.mailbox.break_at = ""
    assert desk.delivery().save_missing_copies() == 1
    assert desk.delivery().save_missing_copies() == 0
    assert len(desk.mailer.handed_over) == 1
    [(raw, at)] = desk.mailbox.boxes["Sent"].mails.values()
    assert (raw, at) == (desk.mailer.handed_over[0][2], NOON)


async def test_a_mailbox_that_is_away_is_asked_once_and_holds_up_no_sending(desk: Desk) -> None:
    for key in ("1", "2", "3"):
        desk.write(key)
    desk.mailbox.break_at = "append_sent"
    delivery = desk.delivery()
    await delivery.once(1)
    desk.mailbox.break_at = ""
    assert await delivery.once() == DeliveryReport(sent=2)
    assert "append_sent" not in desk.mailbox.calls
    assert delivery.save_missing_copies() == 3
    desk.write("4")
    assert await delivery.once() == DeliveryReport(sent=1)
    assert len(desk.mailbox.boxes["Sent"].mails) == 4


async def test_a_copy_that_is_there_already_is_not_saved_twice(desk: Desk) -> None:
    desk.write()
    desk.mailbox.break_at = "append_sent"
    await desk.delivery().once()
    desk.mailbox.break_at = ""
    desk.mailbox.deliver(desk.mailer.handed_over[0][2], folder="Sent")
    desk.delivery().save_missing_copies()
    assert len(desk.mailbox.boxes["Sent"].mails) == 1


async def test_a_copy_that_the_server_refuses_does_not_hold_up_the_others(desk: Desk) -> None:
    row = desk.write()
    desk.mailbox.refuse_at = "append_sent"
    assert await desk.delivery().once() == DeliveryReport(sent=1)
    assert desk.delivery().save_missing_copies() == 0
    assert desk.row(row).state == "sent"
    desk.mailbox.refuse_at = ""
    desk.later(minutes=1)
    assert desk.delivery().save_missing_copies() == 1


async def test_a_copy_that_is_refused_for_good_is_tried_ever_more_rarely(desk: Desk) -> None:
    desk.write()
    desk.mailbox.refuse_at = "append_sent"
    await desk.delivery().once()
    delivery, tried_after = desk.delivery(), []
    for minute in range(60):
        desk.mailbox.calls.clear()
        delivery.save_missing_copies()
        if desk.mailbox.calls:
            tried_after.append(minute)
        desk.later(minutes=1)
    assert tried_after == [0, 1, 2, 4, 8, 16, 32]


async def test_a_server_that_saves_by_itself_is_left_to_it(desk: Desk) -> None:
    row = desk.write()
    desk.save_sent = "server"
    await desk.delivery().once()
    assert desk.row(row).saved_to_sent
    assert desk.mailbox.boxes["Sent"].mails == {}


async def test_the_history_says_what_left(desk: Desk) -> None:
    dossier = desk.write()
    await desk.delivery().once()
    [entry] = desk.store.history()
    assert (entry.what, entry.outbox_id) == ("mail_sent", dossier.id)


async def test_a_domain_gets_so_many_mails_a_minute_and_the_others_do_not_wait(desk: Desk) -> None:
    desk.domain_per_minute = 2
    for key in ("1", "2", "3"):
        desk.write(key, to=(f"personne{key}@logiciel.example",))
    desk.write("4", to=("personne@autre.example",))
    delivery = desk.delivery()
    assert (await delivery.once()).sent == 3
    [late] = [row for row in (desk.store.outbox(n) for n in range(1, 5)) if row.state == "due"]
    assert (late.key, late.attempts) == ("3", 0)
    desk.clock.set(NOON + timedelta(minutes=1))
    assert (await delivery.once()).sent == 1


async def test_of_many_mails_that_have_to_wait_each_is_a_step_of_its_own(desk: Desk) -> None:
    desk.domain_per_minute = 1
    rows = [desk.write(key, to=("personne@logiciel.example",)) for key in ("1", "2", "3")]
    delivery = desk.delivery()
    assert await delivery.once(1) == DeliveryReport(sent=1)
    assert await delivery.once(1) == DeliveryReport(put_off=1)
    assert [desk.row(row).next_attempt_at for row in rows] == [None, NOON + WINDOW, None]


def test_the_pace_remembers_a_minute_however_many_domains_there_are() -> None:
    pace = Pace(2)
    for number in range(100):
        pace.count([f"personne@domaine-{number}.example"], NOON)
    assert len(pace) == 100
    assert pace.free_at(["personne@autre.example"], NOON + WINDOW) == NOON + WINDOW
    assert len(pace) == 0
