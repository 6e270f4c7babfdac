"""The demonstration: it ends as its authors say, says so when it does not, and leaves nothing running."""

from __future__ import annotations

import email
import email.policy
import json
import os
import smtplib
import socket
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from imapclient import IMAPClient

from mailbot.adapters.clock import FixedClock
from mailbot.config import load_config
from mailbot.demo import demo
from mailbot.demo.industriels import INDUSTRIELS, MAILBOX
from mailbot.demo.reviewer import ACCOUNT, DemoReviewer
from mailbot.demo.scenes import Expected, Mail, Scene, on
from mailbot.demo.servers import DemoServers
from mailbot.demo.stories import scenes
from mailbot.demo.theatre import Theatre
from parsers.identifiers import check_iban, check_matricule, check_vat
from rules.calendar import LUXEMBOURG

QUESTION = next(s for s in scenes(ocr=False) if isinstance(s, Mail) and "question" in s.title)
TO_DECIDE_AT_THE_END = {
    "question",
    "name_mismatch",
    "unreadable_attachment",
    "step_out_of_order",
    "duplicate_request",
    "sender_not_registered",
    "manual_task",
}


@pytest.mark.long
@pytest.mark.timeout(400)
def test_once_plays_every_story_to_the_end_its_author_says(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mailbot.cli", "demo", "--once"]
    ended = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=380,
        check=False,
        env=os.environ | {"TMPDIR": str(tmp_path), "PYTHONIOENCODING": "utf-8"},
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stderr == ""
    assert "raccordement_valide" in ended.stdout
    assert "✗" not in ended.stdout
    (folder,) = tmp_path.glob("mailbot-demo-*")
    (invoice,) = (folder / "courriels_envoyes").glob("*-raccordement_valide-*.eml")
    assert "640 EUR TTC" in _text_of(invoice)
    listed = _queue_of(folder)
    assert {code for entry in listed for code in entry["codes"]} >= TO_DECIDE_AT_THE_END


def _text_of(path: Path) -> str:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    body = message.get_body(("plain",))
    return " ".join(body.get_content().split()) if body is not None else ""


def _queue_of(folder: Path) -> list[dict[str, list[str]]]:
    """What `mailbot queue list` says against the demonstration's folder."""
    config = str(folder / "config.toml")
    command = [sys.executable, "-m", "mailbot.cli", "--config", config, "queue", "list", "--json"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    found: list[dict[str, list[str]]] = json.loads(ended.stdout)
    return found


def test_says_when_a_story_ends_otherwise_and_ends_with_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = Expected(answers=(("accuse_reception", "nobody@nowhere.example"),))
    surprised = replace(QUESTION, expected=wrong)
    _only(monkeypatch, surprised)
    assert demo.run(True, tmp_path) == 1
    said = capsys.readouterr().out
    assert "attendu [('accuse_reception', 'nobody@nowhere.example')]" in " ".join(said.split())
    assert "1 histoires se sont terminées autrement que prévu" in said


def test_goes_on_without_tesseract_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _only(monkeypatch, QUESTION)
    monkeypatch.setattr("mailbot.demo.demo.shutil.which", lambda name: None)
    assert demo.run(True, tmp_path) == 0
    assert "tesseract n'est pas installé" in capsys.readouterr().out
    assert not any(isinstance(s, Mail) and s.needs_ocr for s in scenes(ocr=False))


def _only(monkeypatch: pytest.MonkeyPatch, *told: Scene) -> None:
    monkeypatch.setattr("mailbot.demo.demo.scenes", lambda ocr: list(told))


@pytest.mark.tesseract
@pytest.mark.long
@pytest.mark.timeout(200)
def test_a_scanned_nda_is_read_or_waits_for_a_person(tmp_path: Path) -> None:
    (scan,) = [s for s in scenes(ocr=True) if isinstance(s, Mail) and s.needs_ocr]
    with Theatre(tmp_path, on("2025-06-04 08:00"), ocr=True) as theatre:
        played = theatre.play(scan)
    assert played.differs == ()
    nda = next(d for d in played.documents if d.kind == "nda")
    assert nda.signature.status == "handwritten"
    assert {field.source for field in nda.fields.values()} == {"ocr"}


def test_a_visitor_is_answered(tmp_path: Path) -> None:
    mail = b"From: moi@essai.example\r\nSubject: Question\r\n\r\nQuand ouvrent les tests ?\r\n"
    with Theatre(tmp_path, on("2025-09-26 08:00"), ocr=False) as theatre:
        theatre.servers.send("moi@essai.example", mail)
        played = theatre.visitor()
        assert theatre.elsewhere() is None
    assert [(p.template, p.to) for p in played.posts] == [("orientation_contact", ("moi@essai.example",))]


def test_mail_arrives_at_the_simulated_date_and_post_for_others_is_kept(tmp_path: Path) -> None:
    clock = FixedClock(on("2025-06-02 09:12"))
    with DemoServers(MAILBOX, "demo", clock, tmp_path) as servers:
        servers.send("a@b.example", b"From: a@b.example\r\nSubject: Un\r\n\r\nx\r\n")
        with IMAPClient("127.0.0.1", servers.imap_port, ssl=False) as imap:
            imap.normalise_times = False
            imap.login(MAILBOX, "demo")
            imap.select_folder("INBOX", readonly=True)
            (found,) = imap.fetch(imap.search(), ["INTERNALDATE"]).values()
        assert found[b"INTERNALDATE"].astimezone(LUXEMBOURG) == on("2025-06-02 09:12")
        with smtplib.SMTP("127.0.0.1", servers.smtp_port) as smtp:
            smtp.sendmail(MAILBOX, ["c@d.example"], b"To: c@d.example\r\nX-Mailbot-Template: t\r\n\r\nx\r\n")
        (post,) = servers.posts
        port = servers.smtp_port
    assert (post.to, post.template) == (("c@d.example",), "t")
    assert [path.name for path in tmp_path.iterdir()] == ["001-t-c.eml"]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


@pytest.mark.parametrize("who", INDUSTRIELS, ids=lambda who: who.name)
def test_every_check_digit_of_the_invented_holds(who: object) -> None:
    given = who.enrolment  # type: ignore[attr-defined]  # parametrize knows no types
    assert check_matricule(given["matricule"]) == "valid"
    assert check_iban(given["iban"]) == "valid"
    assert "numero_tva" not in given or check_vat(given["numero_tva"]) == "valid"


def test_the_reviewer_decides_in_a_browser_what_the_demonstration_queued(tmp_path: Path) -> None:
    with Theatre(tmp_path, QUESTION.at, ocr=False) as theatre:
        played = theatre.play(QUESTION)
        reviewer = DemoReviewer(load_config(theatre.config_path), theatre.clock)
        with (
            reviewer,
            httpx2.Client(base_url=reviewer.address, headers={"Origin": reviewer.address[:-1]}) as web,
        ):
            page = web.get("/login")
            given = {"name": ACCOUNT, "password": reviewer.password, "token": _hidden(page.text, "token")}
            web.post("/login", data=given)
            (entry,) = played.entries
            page = web.get(f"/entry/{entry.id}?do=reply")
            said = {
                "csrf": _hidden(page.text, "csrf"),
                "marker": _hidden(page.text, "marker"),
                "note": "Demain.",
            }
            seen = web.post(f"/entry/{entry.id}/preview/reply", data=said).text
            answer = web.post(f"/entry/{entry.id}/act/reply", data=said | {"seal": _hidden(seen, "seal")})
            assert answer.status_code == 303
            assert theatre.elsewhere() is None  # it can still be undone
            theatre.clock.set(theatre.clock.now() + timedelta(seconds=11))
            left = theatre.elsewhere()
        assert left is not None
        assert [post.template for post in left.posts] == ["reponse_libre"]


def _hidden(page: str, name: str) -> str:
    return page.split(f'name="{name}" value="')[1].split('"')[0]
