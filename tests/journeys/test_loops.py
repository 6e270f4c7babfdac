"""Machines that answer machines, and mails whose fate a report tells."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from mailbot.demo.filling import filled_pdf
from mailbot.mail_ports import Sending
from tests.builders import FORMULAIRE_1, MEDISOFT
from tests.journeys.world import World

FORM_1 = ("F1.pdf", filled_pdf("formulaire_1", FORMULAIRE_1))
MAILBOX_OF_ONE = "boite@ici.example"
MAILBOX_OF_OTHER = "boite@ailleurs.example"
_SHOWN = ("Auto-Submitted", "X-Auto-Response-Suppress", "X-Loop", "X-Mailbot-Template")
REPORT = """\
Return-Path: <>
From: MAILER-DAEMON@mx.example
Subject: {subject}
Message-ID: <report@mx.example>
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
{envelope}
Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}

--b
Content-Type: text/rfc822-headers

{head}
--b--
"""


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def uncertain(world: World) -> World:
    """An answer was being sent when the connection died."""
    world.mailer.answers = [Sending("uncertain", "connection lost")]
    world.deliver(MEDISOFT, files=[FORM_1])
    world.once()
    assert world.codes() == [("delivery_uncertain",)]
    return world


def report(world: World, action: str, *, recipient: str = MEDISOFT, by: str = "message-id") -> None:
    row = world.store.outbox(1)
    raw = REPORT.format(
        subject="Undelivered Mail" if action == "failed" else "Delivered",
        recipient=recipient,
        action=action,
        status="5.1.1" if action == "failed" else "2.0.0",
        envelope=f"Original-Envelope-Id: {row.id}\n" if by == "envelope" else "",
        head=f"Message-ID: {row.message_id}\n" if by == "message-id" else "Subject: x\n",
    )
    world.mailbox.deliver(raw.encode(), world.clock.now())
    world.later(minutes=5)


def test_a_bounce_proves_that_it_left_and_opens_its_own_entry(uncertain: World) -> None:
    report(uncertain, "failed")
    assert uncertain.once() == []
    assert uncertain.store.outbox(1).state == "sent"
    entry = uncertain.entry()
    assert entry.codes == ("bounce",)
    assert entry.dossier_id == uncertain.store.outbox(1).dossier_id
    assert MEDISOFT in entry.messages[0]


@pytest.mark.parametrize("by", ["message-id", "envelope"])
def test_a_delivery_notice_proves_it_too(uncertain: World, by: str) -> None:
    report(uncertain, "delivered", by=by)
    assert uncertain.once() == []
    assert (uncertain.store.outbox(1).state, uncertain.codes()) == ("sent", [])


def test_a_notice_about_somebody_elses_mail_proves_nothing(uncertain: World) -> None:
    report(uncertain, "delivered", recipient="autre@logiciel.example", by="envelope")
    assert uncertain.once() == []
    assert uncertain.store.outbox(1).state == "uncertain"
    assert uncertain.codes() == [("delivery_uncertain",)]


def test_a_copy_in_the_sent_folder_proves_it_whenever_it_is_seen(uncertain: World) -> None:
    uncertain.mailbox.deliver(uncertain.mailer.handed_over[0][2], uncertain.clock.now(), folder="Sent")
    assert uncertain.once() == []
    assert (uncertain.store.outbox(1).state, uncertain.codes()) == ("sent", [])


def test_that_nothing_is_there_proves_nothing(uncertain: World) -> None:
    for _ in range(3):
        uncertain.later(days=1)
        assert uncertain.once() == []
    assert uncertain.store.outbox(1).state == "uncertain"


def test_a_bounce_without_any_id_is_matched_by_its_address(world: World) -> None:
    world.deliver(MEDISOFT, files=[FORM_1])
    assert len(world.once()) == 1
    report(world, "failed", by="nothing")
    assert world.once() == []
    assert world.entry(code="bounce").dossier_id == world.store.outbox(1).dossier_id


def test_an_absence_note_changes_no_case_and_stops_no_reminder(world: World) -> None:
    world.deliver(MEDISOFT, files=[FORM_1])
    (asked,) = world.once()
    before = world.store.dossiers()
    [row] = before
    written = world.store.last_written_to(row.id)
    world.later(hours=1)
    text = "Je suis absent jusqu'au 15 août, merci de contacter mon collègue."
    world.deliver(MEDISOFT, text, answers=asked)
    assert world.once() == []
    assert (world.store.dossiers(), world.store.last_written_to(row.id)) == (before, written)
    assert world.codes() == []


def test_a_dossier_gets_no_more_answers_a_day_than_is_allowed(tmp_path: Path) -> None:
    world = World(tmp_path, automation="max_answers_per_dossier = 2\nmax_answers_per_day = 50")
    world.deliver(MEDISOFT, files=[FORM_1])
    (asked,) = world.once()
    for n in range(3):
        world.later(minutes=20)
        world.deliver(MEDISOFT, f"Bonjour, une question {n} : quel est le délai ?", answers=asked)
        world.once()
    assert len(world.mailer.handed_over) == 2
    assert sum("loop_suspected" in codes for codes in world.codes()) == 2


@pytest.mark.parametrize("stripped", [False, True], ids=["as sent", "headers stripped on the way"])
def test_two_mailbots_that_write_to_each_other_stop_by_themselves(tmp_path: Path, stripped: bool) -> None:
    """Two services, two stores; the post between them may take away every header that shows a machine."""
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    one, other = World(here), World(there)
    # Each thinks that the other is somebody who asks.
    one.deliver("boite@ailleurs.example", "Bonjour, quelle est la date limite ?", subject="Question")
    for _ in range(14):
        for source, target, sender in ((one, other, MAILBOX_OF_ONE), (other, one, MAILBOX_OF_OTHER)):
            for sent in source.once():
                raw = sent.message
                headers = {} if stripped else {k: v for k, v in raw.items() if k in _SHOWN}
                body = raw.get_body(("plain",))
                words = body.get_content() if body is not None else ""
                target.deliver(sender, words + " ?", subject=str(raw["Subject"]), headers=headers)
            source.later(minutes=15)
    answers = len(one.mailer.handed_over) + len(other.mailer.handed_over)
    assert answers == (1 if not stripped else 10)
    if stripped:
        assert any("loop_suspected" in codes for world in (one, other) for codes in world.codes())
    assert asyncio.run(one.service.delivery.once()).sent == 0
