"""The SMTP adapter and the delivery against a real SMTP server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mailbot.adapters.smtp import SmtpMailer
from mailbot.adapters.store.sql import SqlStore
from mailbot.deliver import Delivery, DeliveryReport
from mailbot.errors import SmtpUnreachable
from mailbot.mail_ports import Sending
from mailbot.rows import OutboxRow
from mailbot.settings import Smtp
from tests.fakes import NOON, clock
from tests.integration.certificates import Certificates, make_certificates
from tests.integration.smtp_sink import DROP, SmtpSink, running_smtp_sink
from tests.ready_store import store_in_memory

RAW = b"Subject: essai\r\n\r\n.un point au d\xc3\xa9but\r\n"
TO = ["contact@logiciel.example"]


def settings(sink: SmtpSink, **changes: Any) -> Smtp:
    given = {"host": sink.host, "port": sink.port, "security": "none", "from": "boite@incert.test"}
    return Smtp.model_validate(given | changes)


async def send(mailer: SmtpMailer, to: list[str] = TO) -> Sending:
    try:
        return await mailer.send("boite@incert.test", to, RAW)
    finally:
        await mailer.close()


def password_file(tmp_path: Path, password: str) -> Path:
    path = tmp_path / "password"
    path.write_text(password)
    return path


async def test_a_mail_arrives_byte_for_byte(smtp_sink: SmtpSink) -> None:
    assert (await send(SmtpMailer(settings(smtp_sink)))).result == "accepted"
    [mail] = smtp_sink.received
    assert (mail.content, mail.mail_from, mail.rcpt_to) == (RAW, "boite@incert.test", tuple(TO))


async def test_one_connection_carries_many_mails_and_is_made_again(smtp_sink: SmtpSink) -> None:
    mailer = SmtpMailer(settings(smtp_sink))
    smtp_sink.reply_to_data("250 2.0.0 ok", DROP, "250 2.0.0 ok")
    results = [(await mailer.send("boite@incert.test", TO, RAW)).result for _ in range(3)]
    await mailer.close()
    assert results == ["accepted", "uncertain", "accepted"]


async def test_starttls_and_a_login(
    guarded_smtp_sink: SmtpSink, certificates: Certificates, tmp_path: Path
) -> None:
    good = settings(
        guarded_smtp_sink,
        security="starttls",
        ca_file=certificates.ca_file,
        username=guarded_smtp_sink.user,
        password_file=password_file(tmp_path, "MotDePasse"),
    )
    assert (await send(SmtpMailer(good))).result == "accepted"
    [mail] = guarded_smtp_sink.received
    assert mail.encrypted
    assert mail.user == guarded_smtp_sink.user


async def test_a_token_logs_in(guarded_smtp_sink: SmtpSink, certificates: Certificates) -> None:
    by_token = settings(
        guarded_smtp_sink,
        security="starttls",
        ca_file=certificates.ca_file,
        auth="xoauth2",
        username=guarded_smtp_sink.user,
    )
    result = await send(SmtpMailer(by_token, token=lambda: "MotDePasse"))
    assert result.result == "accepted"
    refused = await send(SmtpMailer(by_token, token=lambda: "expired"))
    assert (refused.result, refused.unreachable) == ("temporary", True)


async def test_a_wrong_password_is_said_without_being_shown(
    guarded_smtp_sink: SmtpSink, certificates: Certificates, tmp_path: Path
) -> None:
    wrong = settings(
        guarded_smtp_sink,
        security="starttls",
        ca_file=certificates.ca_file,
        username=guarded_smtp_sink.user,
        password_file=password_file(tmp_path, "not-the-one"),
    )
    with pytest.raises(SmtpUnreachable, match="refuses the login") as caught:
        await SmtpMailer(wrong).connect()
    assert "not-the-one" not in str(caught.value)


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_a_stranger_s_certificate_is_not_believed(
    certificates: Certificates, tmp_path: Path, security: Any
) -> None:
    other = make_certificates(tmp_path)
    with running_smtp_sink(certificates, security=security) as sink:
        good = SmtpMailer(settings(sink, security=security, ca_file=certificates.ca_file))
        assert (await send(good)).result == "accepted"
        bad = SmtpMailer(settings(sink, security=security, ca_file=other.ca_file))
        result = await send(bad)
        assert (result.result, result.unreachable) == ("temporary", True)
        assert "certificate" in result.reply.lower()
        assert len(sink.received) == 1


async def test_a_server_that_is_away_is_said_so() -> None:
    away = Smtp.model_validate({"host": "127.0.0.1", "port": 9, "security": "none", "from": "a@b.lu"})
    result = await send(SmtpMailer(away))
    assert (result.result, result.unreachable) == ("temporary", True)
    with pytest.raises(SmtpUnreachable, match=r"127\.0\.0\.1:9"):
        await SmtpMailer(away).connect()


@pytest.mark.parametrize(
    ("reply", "result"),
    [
        ("421 4.3.2 shutting down", "temporary"),
        ("450 4.2.0 greylisted", "temporary"),
        ("452 4.2.2 mailbox full", "temporary"),
        ("550 5.1.1 no such user", "permanent"),
        ("554 5.7.1 not wanted", "permanent"),
        ("552 5.2.2 too large", "permanent"),
    ],
)
@pytest.mark.parametrize("at", ["sender", "recipient", "data"])
async def test_every_reply_has_its_meaning(smtp_sink: SmtpSink, reply: str, result: str, at: str) -> None:
    if at == "recipient":
        smtp_sink.reply_to_recipient(TO[0], reply)
    elif at == "sender":
        smtp_sink.reply_to_sender(reply)
    else:
        smtp_sink.reply_to_data(reply)
    mailer = SmtpMailer(settings(smtp_sink))
    sending = await mailer.send("boite@incert.test", TO, RAW)
    assert (sending.result, sending.reply[:3]) == (result, reply[:3])
    # A server that closes down says nothing about this mail: it does not cost it a try.
    assert sending.unreachable == (at == "sender" and reply.startswith("421"))
    assert smtp_sink.received == ()
    assert (await send(mailer)).result == "accepted"  # the connection, or a new one, still serves


async def test_lost_before_the_data_it_may_be_tried_again(smtp_sink: SmtpSink) -> None:
    smtp_sink.reply_to_recipient(TO[0], DROP)
    assert (await send(SmtpMailer(settings(smtp_sink)))).result == "temporary"
    assert smtp_sink.received == ()


async def test_lost_after_the_data_nobody_knows(smtp_sink: SmtpSink) -> None:
    smtp_sink.reply_to_data(DROP)
    assert (await send(SmtpMailer(settings(smtp_sink)))).result == "uncertain"
    assert len(smtp_sink.received) == 1


async def test_one_of_two_recipients_is_refused_for_good(smtp_sink: SmtpSink) -> None:
    smtp_sink.reply_to_recipient("b@logiciel.example", "550 5.1.1 no such user")
    sending = await send(SmtpMailer(settings(smtp_sink)), ["a@logiciel.example", "b@logiciel.example"])
    assert sending.result == "accepted"
    assert sending.refused == (("b@logiciel.example", "550 5.1.1 no such user"),)
    assert smtp_sink.received[0].rcpt_to == ("a@logiciel.example",)


async def test_one_of_two_recipients_refused_for_now_stops_the_mail_for_both(smtp_sink: SmtpSink) -> None:
    smtp_sink.reply_to_recipient("b@logiciel.example", "450 4.2.0 greylisted")
    sending = await send(SmtpMailer(settings(smtp_sink)), ["a@logiciel.example", "b@logiciel.example"])
    assert (sending.result, smtp_sink.received) == ("temporary", ())


@pytest.fixture
def store() -> Iterator[SqlStore]:
    opened = store_in_memory()
    yield opened
    opened.close()


async def test_a_greylisted_mail_arrives_once_with_the_same_message_id(
    store: SqlStore, smtp_sink: SmtpSink
) -> None:
    now = clock()
    mailer = SmtpMailer(settings(smtp_sink))
    delivery = Delivery(
        store,
        mailer,
        now,
        settings(smtp_sink, save_sent="none"),
        attachment_bytes=lambda ref: b"",
        gate=lambda row, attachments: None,
    )
    store.add_outbox(
        OutboxRow(
            id=0,
            key="k",
            message_id="<k@incert.test>",
            template="accuse_reception",
            to=tuple(TO),
            subject="Reçu",
            text="Bonjour",
            html="",
            attachments=(),
            headers={},
            state="due",
            created_at=NOON,
        )
    )
    smtp_sink.reply_to_recipient(TO[0], "450 4.2.0 greylisted")
    assert await delivery.once() == DeliveryReport(retried_later=1)
    now.set(now.now() + timedelta(minutes=10))
    assert await delivery.once() == DeliveryReport(sent=1)
    assert await delivery.once() == DeliveryReport()
    await mailer.close()
    [mail] = smtp_sink.received
    assert mail.message["Message-ID"] == "<k@incert.test>"
    assert str(mail.message["Subject"]) == "Reçu"


async def test_a_delivery_cancelled_while_waiting_for_the_answer_is_uncertain_afterwards(
    store: SqlStore, smtp_sink: SmtpSink
) -> None:
    store.add_outbox(
        OutboxRow(0, "k", "<k@incert.test>", "accuse_reception", tuple(TO), "s", "t", "", (), {}, "due")
    )

    class Silent(SmtpMailer):
        async def send(self, sender: str, recipients: Any, raw: bytes, envelope_id: str) -> Sending:
            await asyncio.Event().wait()
            raise AssertionError("unreachable")

    delivery = Delivery(
        store,
        Silent(settings(smtp_sink)),
        clock(),
        settings(smtp_sink, save_sent="none"),
        attachment_bytes=lambda ref: b"",
        gate=lambda row, attachments: None,
    )
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(delivery.once(), 0.05)
    assert delivery.recover() == 1
    assert [entry.codes for entry in store.entries()] == [("delivery_uncertain",)]
