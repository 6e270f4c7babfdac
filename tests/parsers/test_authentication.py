"""Whose word on a sender counts: only our own server's, and only where it wrote it."""

from __future__ import annotations

import pytest

from parsers.authentication import authentication
from tests.parsers.mails import read

OURS = "mx.incert.example"
PASS = f"Authentication-Results: {OURS}; dmarc=pass header.from=medisoft.example"
FAIL = f"Authentication-Results: {OURS}; dmarc=fail header.from=medisoft.example"
RECEIVED = f"Received: from out.medisoft.example by {OURS} with ESMTPS; Mon, 2 Jun 2025 10:00:00 +0200"
FOREIGN = "Received: from laptop by out.medisoft.example with ESMTPA; Mon, 2 Jun 2025 09:59:59 +0200"


def verdict(*header: str, sender: str = "jean@medisoft.example") -> str:
    message = read("\n".join([*header, f"From: Jean <{sender}>", "Subject: x", "", "x"]))
    return authentication(message, OURS).verdict


def test_our_servers_word_above_everything() -> None:
    assert verdict(PASS, RECEIVED, FOREIGN) == "pass"
    assert verdict(FAIL, RECEIVED, FOREIGN) == "fail"


def test_among_our_servers_own_lines() -> None:
    relay = "Received: from mx.incert.example by store.incert.example; Mon, 2 Jun 2025 10:00:01 +0200"
    assert verdict(relay, RECEIVED, PASS, FOREIGN) == "pass"


def test_below_a_foreign_server_it_came_with_the_mail() -> None:
    assert verdict(RECEIVED, FOREIGN, PASS) == "none"


def test_the_topmost_counts() -> None:
    assert verdict(FAIL, PASS, RECEIVED) == "fail"


def test_another_servers_word_is_nothing() -> None:
    assert verdict("Authentication-Results: mx.evil.example; dmarc=pass", RECEIVED) == "none"


def test_an_id_that_only_begins_like_ours() -> None:
    assert verdict(f"Authentication-Results: {OURS}.evil.example; dmarc=pass", RECEIVED) == "none"


def test_nothing_there_or_nothing_configured() -> None:
    assert verdict(RECEIVED) == "none"
    assert authentication(read(f"{PASS}\nFrom: a@medisoft.example\n\nx"), "").verdict == "none"


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ("dkim=pass header.d=medisoft.example", "pass"),
        ("dkim=pass header.d=mail.medisoft.example", "pass"),
        ("dkim=pass header.d=mailer.example; spf=pass smtp.mailfrom=bounce.mailer.example", "none"),
        ("dkim=fail header.d=medisoft.example; spf=pass smtp.mailfrom=jean@medisoft.example", "pass"),
        ("dkim=none; spf=fail smtp.mailfrom=jean@medisoft.example", "fail"),
        ("dkim=none; spf=softfail smtp.mailfrom=jean@medisoft.example", "none"),
        ("spf=pass smtp.mailfrom=jean@medisoft.example; dmarc=fail header.from=medisoft.example", "fail"),
        ("dmarc=pass header.from=other.example", "fail"),
        ("dmarc=none header.from=medisoft.example", "none"),
        ("spf=pass (IP is 192.0.2.1) smtp.mailfrom=medisoft.example; dkim=pass (verified)"
         " header.d=medisoft.example;dmarc=pass action=none header.from=medisoft.example;compauth=pass"
         " reason=100", "pass"),
        ("none", "none"),
    ],
)  # fmt: skip
def test_results(results: str, expected: str) -> None:
    assert verdict(f"Authentication-Results: {OURS}; {results}", RECEIVED) == expected


@pytest.mark.parametrize("more", ["\nFrom: b@other.example", ", b@other.example"])
def test_several_senders_prove_nothing(more: str) -> None:
    message = read(f"{PASS}\nFrom: a@medisoft.example{more}\n\nx")
    assert authentication(message, OURS).verdict == "fail"


def test_what_is_told_besides_the_verdict() -> None:
    message = read(f"{PASS}; spf=softfail; dkim=pass header.d=x.example\nFrom: a@medisoft.example\n\nx")
    found = authentication(message, OURS)
    assert (found.dmarc, found.spf, found.dkim) == ("pass", "softfail", "pass")
    assert found.domain == "medisoft.example"
