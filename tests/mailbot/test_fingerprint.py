"""What the ledger keeps of a mail."""

from __future__ import annotations

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.fingerprint import Outline, outline

MAIL = (
    "From: =?utf-8?q?Zo=C3=A9?= <Zoe@Logiciel.example>\r\n"
    "Subject: =?utf-8?q?=C3=89t=C3=A9?=\r\n"
    "Message-ID: <1@x>\r\n\r\nBonjour\r\n"
)


def test_headers_are_decoded() -> None:
    found = outline(MAIL.encode())
    assert (found.sender, found.subject, found.message_id) == ("zoe@logiciel.example", "Été", "<1@x>")
    assert len(found.fingerprint) == 64


@pytest.mark.parametrize(
    "other",
    [
        "Received: by alias\r\n" + MAIL,
        "Delivered-To: other@incert.lu\r\nX-Spam: no\r\n" + MAIL,
        MAIL.replace("\r\n", "\n"),
        MAIL + "\r\n",
        MAIL.replace("Subject: ", "Subject: [liste] "),
    ],
)
def test_another_way_of_delivery_leaves_the_fingerprint(other: str) -> None:
    assert outline(other.encode()).fingerprint == outline(MAIL.encode()).fingerprint


@given(st.text("a \t\r\n").map(str.encode))
def test_it_leaves_blanks_before_line_ends_and_carriage_returns_out(body: bytes) -> None:
    """For ever: the ledger holds fingerprints of every version."""
    lines = re.sub(rb"[ \t]*\r?\n", b"\n", body).strip()
    expected = hashlib.sha256(b"<1@x>\neve@logiciel.example\n" + lines).hexdigest()
    head = b"From: eve@logiciel.example\nMessage-ID: <1@x>\n\n"
    assert outline(head + body).fingerprint == expected


@pytest.mark.parametrize(
    ("old", "new"), [("Bonjour", "Bonsoir"), ("<1@x>", "<2@x>"), ("Zoe@Logiciel", "eve@logiciel")]
)
def test_another_mail_has_another_fingerprint(old: str, new: str) -> None:
    assert outline(MAIL.replace(old, new).encode()).fingerprint != outline(MAIL.encode()).fingerprint


def test_without_a_message_id_there_is_none() -> None:
    assert outline(b"From: a@b.lu\r\n\r\nBonjour").fingerprint == ""


@pytest.mark.parametrize(
    "raw", [b"", b"\n", b"\r\n\r\n", b"no header", b"\xff" * 100, b"From\r\n: x\r\n\r\n"]
)
def test_bytes_that_are_no_mail_have_an_empty_outline(raw: bytes) -> None:
    assert outline(raw) == Outline("", "", "", "")


def test_what_a_database_refuses_is_left_out() -> None:
    found = outline(b"Subject: a\x00b =?utf-8?q?c=00d=0Ae?= \xe9\r\nMessage-ID: <1\x00@x>\r\n\r\n")
    assert "\x00" not in found.subject + found.message_id
    assert found.subject.startswith("a b c d e")
    assert found.subject.encode("utf-8")
