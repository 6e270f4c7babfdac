"""The bytes that leave."""

from __future__ import annotations

import gc
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from mailbot.compose import compose
from mailbot.errors import MailNotComposable
from mailbot.rows import OutboxRow
from tests.fakes import NOON

ROW = OutboxRow(
    id=7,
    key="7",
    message_id="<outbox-7@incert.lu>",
    template="elements_manquants",
    to=("contact@logiciel.example",),
    subject="Votre demande [SONS2-000123-K7QF]",
    text="Bonjour,\n\nIl manque le NDA.\n",
    html="<p>Il manque le NDA.</p>",
    attachments=(),
    headers={
        "In-Reply-To": "<in@logiciel.example>",
        "References": "<first@logiciel.example> <in@logiciel.example>",
        "Auto-Submitted": "auto-replied",
        "X-Auto-Response-Suppress": "DR, RN, NRN, OOF, AutoReply",
        "X-Mailbot-Template": "elements_manquants",
    },
    state="sending",
)


def raw_of(row: OutboxRow, *files: tuple[str, bytes]) -> bytes:
    return compose(row, sender="boite@incert.lu", public_name="INCERT – Labélisation", at=NOON, files=files)


def mail_of(row: OutboxRow, *files: tuple[str, bytes]) -> EmailMessage:
    message = message_from_bytes(raw_of(row, *files), policy=default)
    assert isinstance(message, EmailMessage)
    return message


def words(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert isinstance(body, EmailMessage)
    return str(body.get_content()).replace("\r\n", "\n")


def test_a_mail_carries_what_the_row_says() -> None:
    mail = mail_of(ROW)
    assert str(mail["From"]) == "INCERT – Labélisation <boite@incert.lu>"
    assert mail["To"] == "contact@logiciel.example"
    assert mail["Subject"] == "Votre demande [SONS2-000123-K7QF]"
    assert mail["Date"].datetime == NOON
    assert mail["Message-ID"] == "<outbox-7@incert.lu>"
    for name, value in ROW.headers.items():
        assert mail[name] == value
    assert words(mail) == ROW.text
    assert mail.get_body(("html",)).get_content().strip() == ROW.html
    assert mail["Reply-To"] is None


def test_the_same_row_gives_the_same_bytes() -> None:
    assert raw_of(ROW, ("a.pdf", b"%PDF")) == raw_of(ROW, ("a.pdf", b"%PDF"))


@pytest.mark.parametrize(
    "text", ["a \n\tb\t\n", ".\n..\n", "--=_x\n--\n", "=\n=3D\n", "é" * 99 + "\n", "a\x0cb\n"]
)
def test_every_text_comes_through_as_it_is(text: str) -> None:
    mail = mail_of(replace(ROW, text=text, html=f"<pre>{text}</pre>"), ("a.pdf", b"%PDF"))
    assert words(mail) == text
    html = mail.get_body(("html",)).get_content()
    assert html.replace("\r\n", "\n") == f"<pre>{text}</pre>\n"
    assert len(list(mail.iter_attachments())) == 1


def test_lines_end_as_smtp_wants_and_are_short() -> None:
    raw = raw_of(replace(ROW, text="é" * 3000, subject="é" * 300), ("a.pdf", b"\x00" * 5000))
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert raw.isascii()


@pytest.mark.parametrize("name", ["Formulaire été n° 1.pdf", 'a"b;c.pdf', "x" * 200 + ".pdf"])
def test_an_attachment_keeps_its_name_and_bytes(name: str) -> None:
    [attachment] = mail_of(ROW, (name, b"%PDF-1.7\r\n\x00\xff")).iter_attachments()
    assert attachment.get_filename() == name
    assert attachment.get_content_type() == "application/pdf"
    assert attachment.get_content() == b"%PDF-1.7\r\n\x00\xff"


def test_a_file_name_is_never_a_path() -> None:
    [attachment] = mail_of(ROW, ("../../etc/pass\r\nwd.txt", b"x")).iter_attachments()
    assert attachment.get_filename() == ".._.._etc_pass wd.txt"


@pytest.mark.parametrize("text", ["Été à Zoé", "Re: Été\u00a0là et ça", "a\u2028b", "Ünï " * 60, "日本 語"])
def test_a_subject_survives_encoding(text: str) -> None:
    expected = " ".join(text.replace("\u00a0", " ").replace("\u2028", " ").split())
    assert str(mail_of(replace(ROW, subject=text))["Subject"]) == expected


@pytest.mark.parametrize("padding", range(1, 30))
def test_a_subject_keeps_its_spaces_wherever_its_line_is_folded(padding: int) -> None:
    subject = f"[SONS2-000001-B58Z] {'x ' * padding}: il reste 1 point à régler, « déjà » là"
    raw = raw_of(replace(ROW, subject=subject))
    assert str(message_from_bytes(raw, policy=default)["Subject"]) == subject
    assert raw.split(b"Subject: ")[1].startswith(b"[SONS2-000001-B58Z] x"), "a search finds the reference"
    assert max(map(len, raw.partition(b"\r\n\r\n")[0].split(b"\r\n"))) <= 78


@pytest.mark.parametrize("break_", ["\r\n", "\n", "\r", "\x0b", "\x85", "\u2028", "\x00"])
def test_no_header_can_be_slipped_in(break_: str) -> None:
    slipped = f"x{break_}Bcc: spy@example.lu{break_}{break_}body"
    headers = {"X-Mailbot-Template": slipped, "References": slipped, "In-Reply-To": f"<a{break_}Bcc: x@y>"}
    mail = mail_of(replace(ROW, subject=slipped, headers=headers, message_id="<a@b.lu>"))
    assert mail["Bcc"] is None
    assert words(mail) == ROW.text


def test_a_long_message_id_stays_as_it_is() -> None:
    long = "<" + "A1b2" * 50 + "@mail.example>"
    raw = raw_of(replace(ROW, headers={"In-Reply-To": long, "References": f"<first@x.lu> {long}"}))
    assert f"In-Reply-To: {long}\r\n".encode() in raw
    assert f"References: <first@x.lu>\r\n {long}\r\n".encode() in raw


def test_of_very_many_references_the_first_and_the_last_stay() -> None:
    ids = [f"<{n}@x.lu>" for n in range(100)]
    kept = str(mail_of(replace(ROW, headers={"References": " ".join(ids)}))["References"]).split()
    assert kept == [ids[0], *ids[-19:]]


@pytest.mark.parametrize(
    "change",
    [
        {"to": ("no address",)},
        {"to": ("a@b.lu\r\nRCPT TO:<x@y.lu>",)},
        {"to": ("é@b.lu",)},
        {"to": ("a@b.lu, c@d.lu",)},
        {"headers": {"Bcc": "x@y.lu"}},
        {"headers": {"X-Evil\r\nBcc": "x@y.lu"}},
        {"headers": {"Content-Type": "text/html"}},
        {"message_id": ""},
        {"to": ()},
    ],
)
def test_what_makes_no_valid_mail_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(MailNotComposable, match="outbox entry 7"):
        raw_of(replace(ROW, **change))  # type: ignore[arg-type]  # the fields of a row


def test_a_domain_with_accents_is_written_to_by_its_ascii_name() -> None:
    assert mail_of(replace(ROW, to=("a@médecin.lu",)))["To"] == "a@xn--mdecin-bva.lu"


def test_no_class_is_made_for_a_mail() -> None:
    """The stdlib makes one for each header, and each lives until the garbage is collected."""

    def classes() -> int:
        return sum(isinstance(found, type) for found in gc.get_objects())

    raw_of(ROW)
    before = classes()
    raw_of(ROW)
    assert classes() == before
