"""Servers that stumble over one mail: the others come all the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from mailbot.adapters.imap import ImapMailbox, by_bytes
from mailbot.errors import MailboxRefused, MailboxUnreachable
from mailbot.mail_ports import FolderState
from mailbot.settings import Imap

NOON = datetime(2025, 6, 2, 10, 0, tzinfo=UTC)


class Stumbling:
    """imapclient's client, as far as `fetch` uses it. UID 2 is refused, 3 has no date, 4 is dead weight."""

    def fetch(self, uids: Sequence[int], items: Sequence[bytes]) -> dict[int, dict[bytes, Any]]:
        if b"RFC822.SIZE" in items:
            return {uid: {b"RFC822.SIZE": 10} for uid in uids}
        if 2 in uids:
            raise IMAPClientError("FETCH failed: cannot read the message")
        if 3 in uids and b"INTERNALDATE" in items:
            raise ValueError("couldn't parse date")
        found: dict[int, dict[bytes, Any]] = {uid: {b"BODY[]": b"x", b"INTERNALDATE": NOON} for uid in uids}
        if 3 in uids:
            del found[3][b"INTERNALDATE"]
        if 4 in uids:
            found[4][b"BODY[]"] = None
        return found

    def search(self, criteria: object) -> list[int]:
        raise IMAPClientAbortError("connection closed")

    def shutdown(self) -> None:
        raise OSError("already closed")


@pytest.fixture
def mailbox() -> ImapMailbox:
    box = ImapMailbox(Imap(host="127.0.0.1", port=9, security="none"), attempts=1)
    box._client = Stumbling()
    box._open = FolderState("INBOX", 1, 9, 8)
    return box


def test_one_mail_does_not_hold_up_the_others(mailbox: ImapMailbox) -> None:
    [batch] = list(mailbox.fetch([1, 2, 3, 4, 5]))
    assert [(mail.uid, mail.received_at) for mail in batch] == [(1, NOON), (3, None), (5, NOON)]


def test_a_refusal_leaves_the_connection(mailbox: ImapMailbox) -> None:
    list(mailbox.fetch([2]))
    assert [mail.uid for [mail] in mailbox.fetch([1])] == [1]


def test_a_broken_connection_is_thrown_away(mailbox: ImapMailbox) -> None:
    with pytest.raises(MailboxUnreachable) as caught:
        mailbox.uids()
    assert not isinstance(caught.value, MailboxRefused)
    with pytest.raises(MailboxUnreachable, match="connection was lost"):
        mailbox.uids()


class Door:
    """imapclient's client, as far as the login uses it."""

    def __init__(self, *able: str) -> None:
        self.able = able
        self.logins: list[tuple[str, str, str]] = []

    def has_capability(self, name: str) -> bool:
        return name in self.able

    def login(self, user: str, password: str) -> None:
        self.logins.append(("LOGIN", user, password))

    def plain_login(self, user: str, password: str) -> None:
        self.logins.append(("PLAIN", user, password))


@pytest.mark.parametrize(
    ("password", "able", "way"),
    [
        ("secret", ("AUTH=PLAIN",), "LOGIN"),
        ("mot-de-passé", ("AUTH=PLAIN",), "PLAIN"),  # LOGIN knows ASCII only
        ("secret", ("AUTH=PLAIN", "LOGINDISABLED"), "PLAIN"),
    ],
)
def test_the_way_to_log_in_is_one_that_the_server_and_the_password_allow(
    monkeypatch: pytest.MonkeyPatch, password: str, able: tuple[str, ...], way: str
) -> None:
    monkeypatch.setenv("BOX_PASSWORD", password)
    door = Door(*able)
    ImapMailbox(Imap(host="localhost", username="boite", password_env="BOX_PASSWORD"))._login(door)
    assert door.logins == [(way, "boite", password)]


@pytest.mark.parametrize(
    ("sizes", "batches"),
    [
        ({}, []),
        ({1: 4, 2: 4, 3: 4}, [[1, 2], [3]]),
        ({1: 50, 2: 1}, [[1], [2]]),
        ({1: 0, 2: 0}, [[1, 2]]),
    ],
)
def test_batches_stay_below_the_limit(sizes: dict[int, int], batches: list[list[int]]) -> None:
    assert list(by_bytes(sizes, 10)) == batches
