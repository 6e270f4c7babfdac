"""Mail that no person wrote, and what bounces say."""

from __future__ import annotations

from pathlib import Path

import pytest

from parsers.machine import Bounce, DeliveryNotice, machine_mark
from tests.parsers.mails import OPTIONS, PDF, mail, read, read_message

CORPORA = Path(__file__).resolve().parents[2].parent / "shared" / "corpora"
MAILBOX = "Return-Path: <jean@medisoft.example>\nFrom: Jean <jean@medisoft.example>\n"


def test_a_person_is_no_machine() -> None:
    message = read(f"{MAILBOX}Auto-Submitted: no\nX-Spam-Flag: NO\nSubject: Absent de la liste\n\nMerci.")
    assert machine_mark(message).kinds == frozenset()


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("Auto-Submitted: auto-replied", "auto_reply"),
        ("Auto-Submitted: auto-replied (vacation); owner-email=x", "auto_reply"),
        ("Auto-Submitted: auto-generated", "auto_generated"),
        ("X-Auto-Response-Suppress: All", "auto_generated"),
        ("X-Autoreply: yes", "auto_reply"),
        ("X-Autorespond: oui", "auto_reply"),
        ("Precedence: auto_reply", "auto_reply"),
        ("Precedence: Bulk", "bulk"),
        ("Precedence: junk", "bulk"),
        ("Precedence: list", "list"),
        ("List-Id: News <news.medisoft.example>", "list"),
        ("X-Spam-Flag: YES", "spam"),
        ("X-Loop: support@incert.example", "auto_generated"),
        ("X-Mailbot-Template: accuse_reception", "auto_generated"),
        ("X-Failed-Recipients: a@b.example", "auto_generated"),
        ("Delivered-To: Autoresponder", "auto_reply"),
    ],
)
def test_headers(header: str, kind: str) -> None:
    assert kind in machine_mark(read(f"{MAILBOX}{header}\nSubject: x\n\nx")).kinds


def test_null_return_path() -> None:
    assert machine_mark(read("Return-Path: <>\nFrom: a@b.example\n\nx")).kinds == {"null_return_path"}


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("MAILER-DAEMON@medisoft.example", "daemon"),
        ("postmaster@medisoft.example", "daemon"),
        ("no-reply@aes.example", "no_reply"),
        ("portail.noreply@aes.example", "no_reply"),
        ("ne-pas-repondre@aes.example", "no_reply"),
        ("donotreply@aes.example", "no_reply"),
    ],
)
def test_senders_that_nobody_reads(address: str, kind: str) -> None:
    assert kind in machine_mark(read(mail(sender=address))).kinds


@pytest.mark.parametrize("address", ["noreen.plyer@medisoft.example", "jean.daemon@medisoft.example"])
def test_people_with_such_names(address: str) -> None:
    assert not machine_mark(read(mail(sender=address))).kinds


@pytest.mark.parametrize(
    "subject",
    [
        "Réponse automatique : Formulaire 2",
        "Automatic reply: Formulaire 2",
        "Automatische Antwort: Formulaire 2",
        "Absence du bureau jusqu'au 12 juin",
        "Abwesenheitsnotiz",
        "Out of office: RE: NDA",
    ],
)
def test_absence_by_subject(subject: str) -> None:
    assert machine_mark(read(mail(subject=subject))).kinds == {"auto_reply"}


@pytest.mark.parametrize(
    "text",
    [
        "Bonjour,\nJe suis absent du bureau jusqu'au 12 juin. En cas d'urgence, contactez ma collègue.",
        "Ich bin bis 12. Juni nicht im Büro. In dringenden Fällen wenden Sie sich an die Zentrale.",
        "I am out of the office until 12 June with limited access to my mails.",
    ],
)
def test_absence_by_words(text: str) -> None:
    assert machine_mark(read(mail(text, subject="RE: NDA"))).kinds == {"auto_reply"}


def test_a_person_who_mentions_an_absence_and_sends_a_form() -> None:
    message = mail(
        "Je suis absent jusqu'au 12 juin ; voici déjà le formulaire.", subject="Absence et formulaire 2"
    )
    message.add_attachment(PDF, "application", "pdf", filename="F2.pdf")
    assert not machine_mark(read(message)).kinds


REPORT = """\
Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.example>
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; Jean@medisoft.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 user unknown

--b
Content-Type: message/rfc822

From: support_labelisation@incert.example
Message-ID: <outbox-17@incert.example>
Subject: NDA

Bonjour
--b--
"""


def test_a_delivery_report() -> None:
    mark = machine_mark(read(REPORT.format(action="failed", status="5.1.1")))
    assert mark.kinds == {"bounce", "daemon", "null_return_path"}
    assert mark.bounce == Bounce(
        recipients=("jean@medisoft.example",),
        permanent=True,
        original_message_id="<outbox-17@incert.example>",
        diagnostic="smtp; 550 5.1.1 user unknown",
    )


def test_a_delay_is_not_permanent() -> None:
    mark = machine_mark(read(REPORT.format(action="delayed", status="4.4.1")))
    assert mark.bounce is not None
    assert not mark.bounce.permanent


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_a_success_is_a_notice_and_no_bounce(action: str) -> None:
    report = REPORT.replace("Reporting-MTA", "Original-Envelope-Id: 17\nReporting-MTA")
    mark = machine_mark(read(report.format(action=action, status="2.0.0")))
    assert mark.bounce is None
    assert "delivery_notice" in mark.kinds
    assert mark.notice == DeliveryNotice(
        recipients=("jean@medisoft.example",),
        original_message_id="<outbox-17@incert.example>",
        envelope_id="17",
    )


def test_an_old_mailers_report_in_words() -> None:
    text = (
        "Hi. This is the qmail-send program at mx.example.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
        "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
        "<jean@medisoft.example>:\n550 user unknown\n\n"
        "--- Below this line is a copy of the message.\n\n"
        "Return-Path: <support@incert.example>\nMessage-ID: <outbox-18@incert.example>\nSubject: NDA\n"
    )
    raw = f"Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\nSubject: failure notice\n\n{text}"
    bounce = machine_mark(read(raw)).bounce
    assert bounce is not None
    assert bounce.recipients == ("jean@medisoft.example",)
    assert bounce.original_message_id == "<outbox-18@incert.example>"


def test_a_report_cannot_be_forged_by_header() -> None:
    message = read(f"{MAILBOX}:dsn-final-recipient: a@b.example\nSubject: x\n\nx")
    assert machine_mark(message).bounce is None


def test_what_a_report_returns_is_no_document() -> None:
    inner = mail("Le NDA")
    inner.add_attachment(PDF, "application", "pdf", filename="NDA.pdf")
    original = inner.as_string()
    raw = (
        REPORT.format(action="failed", status="5.1.1").partition("From: support")[0] + original + "\n--b--\n"
    )
    parts = read(raw).parts
    assert "message.eml!NDA.pdf" in [part.name for part in parts]
    assert all(part.decoration for part in parts)


@pytest.mark.corpora
@pytest.mark.skipif(not CORPORA.is_dir(), reason="the public files are not beside the checkout")
def test_most_bounces_in_the_wild_are_known() -> None:
    files = sorted(CORPORA.glob("email/sisimai*/**/lhost-*.eml"))
    assert files
    unknown = [f.name for f in files if not machine_mark(read_message(f.read_bytes(), OPTIONS)).kinds]
    assert unknown == []
    told = [f.name for f in files if machine_mark(read_message(f.read_bytes(), OPTIONS)).bounce]
    assert len(told) >= 0.75 * len(files)
