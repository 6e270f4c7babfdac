"""`mailbot once` between a real Dovecot and a real SMTP server: from Formulaire 1 to the valid enrolment."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.desk import AES, MEDISOFT, Desk, countersigned, formulaire_1, mail, nda
from tests.integration.dovecot import Dovecot
from tests.integration.smtp_sink import SmtpSink

pytestmark = pytest.mark.dovecot


@pytest.fixture
def desk(dovecot: Dovecot, smtp_sink: SmtpSink, tmp_path: Path) -> Desk:
    desk = Desk(tmp_path, dovecot.new_mailbox(), smtp_sink)
    desk.configure()
    return desk


def test_formulaire_1_and_nda_are_acknowledged_and_the_nda_goes_to_aes(desk: Desk) -> None:
    signed = nda()
    desk.deliver(mail(("f1.pdf", formulaire_1()), ("nda.pdf", signed)))
    desk.call("once")
    sent = desk.sent()
    assert sorted(sent) == ["accuse_reception", "nda_pour_signature"]
    assert sent["accuse_reception"][0]["To"] == MEDISOFT
    (to_aes,) = sent["nda_pour_signature"]
    assert to_aes["To"] == AES
    assert [part.get_payload(decode=True) for part in to_aes.iter_attachments()] == [signed]
    assert desk.json("queue", "list") == []


def test_formulaire_1_alone_is_answered_with_what_is_missing(desk: Desk) -> None:
    desk.deliver(mail(("f1.pdf", formulaire_1())))
    desk.call("once")
    (asked,) = desk.sent()["elements_manquants"]
    assert [part.get_filename() for part in asked.iter_attachments()] == ["nda.pdf"]
    assert asked["In-Reply-To"] == "<1@medisoft.example>"
    assert asked["Auto-Submitted"] == "auto-replied"


def test_a_second_pass_does_nothing_more(desk: Desk) -> None:
    desk.deliver(mail(("f1.pdf", formulaire_1())))
    desk.call("once")
    desk.call("once")
    assert len(desk.sink.received) == 1


def test_the_night_does_not_miss_what_was_put_aside(desk: Desk) -> None:
    desk.deliver(mail(("f1.pdf", formulaire_1())))
    desk.call("once")
    desk.call("remind")
    (summary,) = desk.sent()["synthese_quotidienne"]
    assert "Aucun écart" in " ".join(summary.get_body(("plain",)).get_content().split())


@pytest.mark.long
def test_staff_validate_the_enrolment_on_the_command_line(desk: Desk) -> None:
    signed = nda()
    desk.deliver(mail(("f1.pdf", formulaire_1()), ("nda.pdf", signed)))
    desk.call("once")
    (reference,) = [d["reference"] for d in desk.json("dossier", "list")]
    answer = mail(
        ("nda.pdf", countersigned(signed)),
        sender=AES,
        subject=f"Re: NDA [{reference}]",
        message_id="<2@esante.example>",
    )
    desk.deliver(answer)
    desk.call("once")
    (entry,) = desk.json("queue", "list")
    assert (entry["codes"], entry["case"]) == (["manual_task"], f"{reference}/E")
    documentation = desk.folder / "documentation" / reference
    documentation.mkdir(parents=True)
    (documentation / "guide.pdf").write_bytes(b"%PDF-1.4 guide")
    desk.call("queue", "act", str(entry["id"]), "enrolment-valid", "--set", "party=both", "--by", "marie")
    (valid,) = desk.sent()["enrolement_valide"]
    assert valid["To"] == MEDISOFT
    names = [part.get_filename() for part in valid.iter_attachments()]
    assert {"formulaire_2.pdf", "guide.pdf"} <= set(names)
    assert desk.json("queue", "list") == []


def test_an_action_that_is_not_offered_is_refused(desk: Desk) -> None:
    desk.deliver(mail(text="Quand commence la labélisation ?", subject="Question"))
    desk.call("once")
    (entry,) = desk.json("queue", "list")
    assert "question" in entry["codes"]
    desk.call("queue", "act", str(entry["id"]), "tests-passed", code=2)
    assert desk.json("queue", "show", str(entry["id"]))["state"] == "open"


def test_explain_says_what_once_then_does_and_changes_nothing(desk: Desk) -> None:
    raw = mail(("f1.pdf", formulaire_1()), ("nda.pdf", nda()))
    (desk.folder / "mail.eml").write_bytes(raw)
    before = sorted(p.name for p in desk.folder.iterdir())
    said = desk.json("explain", str(desk.folder / "mail.eml"))
    assert sorted(p.name for p in desk.folder.iterdir()) == before
    assert (said["decision"], said["exceptions"]) == ("reply", [])
    desk.deliver(raw)
    desk.call("once")
    assert sorted(desk.sent()) == sorted(said["templates"])


def test_the_clock_may_only_be_set_on_loopback(desk: Desk) -> None:
    text = (desk.folder / "config.toml").read_text().replace('security = "none"', 'security = "tls"')
    (desk.folder / "config.toml").write_text(
        text.replace(f'host = "{desk.sink.host}"', 'host = "smtp.example.lu"')
    )
    desk.call("once", code=2)
    desk.call("queue", "list")


def test_a_mailbox_that_is_gone_is_told(desk: Desk) -> None:
    text = (desk.folder / "config.toml").read_text().replace(f"port = {desk.box.port}", "port = 1")
    (desk.folder / "config.toml").write_text(text)
    desk.call("once", code=3)


def test_check_finds_nothing_wrong_and_says_what_the_server_can(desk: Desk) -> None:
    (desk.folder / "documentation").mkdir()
    said = desk.json("check")
    assert said["problems"] == []
    assert any("MOVE" in line and "IDLE" in line for line in said["ok"])


def test_what_staff_decide_while_smtp_is_gone_stays_due_and_is_told(desk: Desk) -> None:
    desk.deliver(mail(text="Quand commence la labélisation ?", subject="Question"))
    desk.call("once")
    (entry,) = desk.json("queue", "list")
    config = desk.folder / "config.toml"
    config.write_text(config.read_text().replace(f"port = {desk.sink.port}", "port = 1"))
    desk.call("queue", "act", str(entry["id"]), "reply", "--note", "Le 15 mai.", code=1)
    config.write_text(config.read_text().replace("port = 1\n", f"port = {desk.sink.port}\n"))
    desk.now = "2025-06-02T13:00:00+02:00"
    desk.call("once")
    (answer,) = desk.sent()["reponse_libre"]
    assert answer["Auto-Submitted"] is None
    assert answer["In-Reply-To"] == "<1@medisoft.example>"


def test_while_sending_is_on_hold_mail_is_decided_and_waits(desk: Desk) -> None:
    desk.call("hold")
    desk.deliver(mail(("f1.pdf", formulaire_1())))
    desk.call("once")
    assert desk.sink.received == ()
    desk.call("resume")
    desk.call("once")
    assert list(desk.sent()) == ["elements_manquants"]


def test_a_draft_can_be_read_and_approved(desk: Desk) -> None:
    stranger = "quelquun@ailleurs.example"
    desk.deliver(mail(("f1.pdf", formulaire_1()), sender=stranger))
    desk.call("once")
    (entry,) = desk.json("queue", "list")
    assert entry["draft"]["template"] == "elements_manquants"
    shown = desk.json("queue", "show", str(entry["id"]))
    assert [document["kind"] for document in shown["documents"]] == ["formulaire_1"]
    assert shown["draft_text"]
    desk.call("queue", "act", str(entry["id"]), "approve", "--by", "marie")
    assert list(desk.sent()) == ["elements_manquants"]
    assert desk.json("queue", "list") == []
    done = desk.json("queue", "show", str(entry["id"]))["history"]
    assert (done[0]["actor"], done[0]["what"]) == ("marie", "approve")
    assert (done[-1]["actor"], done[-1]["what"]) == ("mailbot", "mail_sent")


def test_a_mail_can_be_read_again(desk: Desk) -> None:
    desk.deliver(mail(("f1.pdf", formulaire_1()), sender="quelquun@ailleurs.example"))
    desk.call("once")
    (first,) = desk.json("queue", "list")
    desk.call("queue", "act", str(first["id"]), "reprocess")
    (second,) = desk.json("queue", "list")
    assert second["id"] != first["id"]
    assert (second["codes"], second["draft"]) == (first["codes"], first["draft"])
