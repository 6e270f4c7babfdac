"""The servers that other integration tests rely on do what a mailbox, a database and a mail relay do."""

import ssl

import aiosmtplib
import imapclient
import pytest
import sqlalchemy as sa

from tests.integration.certificates import Certificates
from tests.integration.dovecot import Dovecot, running_dovecot
from tests.integration.postgresql import PostgreSQL
from tests.integration.smtp_sink import DROP, SmtpSink, running_smtp_sink

MAIL = b"From: a@industriel.test\r\nTo: boite@incert.test\r\nSubject: Formulaire 1\r\n\r\nBonjour\r\n"


@pytest.mark.dovecot
def test_a_mail_is_appended_read_and_moved(dovecot: Dovecot) -> None:
    with dovecot.new_mailbox().client() as client:
        client.create_folder("Traite")
        client.append("INBOX", MAIL)
        client.select_folder("INBOX")
        (uid,) = client.search()
        assert client.fetch([uid], ["BODY.PEEK[]"])[uid][b"BODY[]"] == MAIL

        client.move([uid], "Traite")

        assert client.search() == []
        assert client.folder_status("Traite", ["MESSAGES"]) == {b"MESSAGES": 1}


@pytest.mark.dovecot
def test_a_keyword_stays_on_a_mail(dovecot: Dovecot) -> None:
    with dovecot.new_mailbox().client() as client:
        client.append("INBOX", MAIL)
        selected = client.select_folder("INBOX")
        assert b"\\*" in selected[b"PERMANENTFLAGS"]
        (uid,) = client.search()
        client.add_flags([uid], [b"$MailbotDone"])
        assert client.search(["KEYWORD", "$MailbotDone"]) == [uid]


@pytest.mark.dovecot
def test_each_mailbox_is_empty_at_first(dovecot: Dovecot) -> None:
    with dovecot.new_mailbox().client() as first:
        first.append("INBOX", MAIL)
    with dovecot.new_mailbox().client() as second:
        assert second.select_folder("INBOX")[b"EXISTS"] == 0


@pytest.mark.dovecot
@pytest.mark.parametrize("way", ["tls", "starttls"])
def test_the_connection_is_encrypted_with_the_throw_away_certificate(dovecot: Dovecot, way: str) -> None:
    mailbox = dovecot.new_mailbox()
    trusting = ssl.create_default_context(cafile=str(mailbox.ca_file))
    if way == "tls":
        client = imapclient.IMAPClient(
            mailbox.host, mailbox.tls_port, ssl=True, ssl_context=trusting, timeout=20
        )
    else:
        client = imapclient.IMAPClient(mailbox.host, mailbox.port, ssl=False, timeout=20)
        client.starttls(trusting)
    client.login(mailbox.user, mailbox.password)
    assert client.select_folder("INBOX")[b"EXISTS"] == 0
    client.logout()


@pytest.mark.dovecot
def test_a_certificate_of_an_unknown_authority_is_refused(dovecot: Dovecot) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        imapclient.IMAPClient(dovecot.host, dovecot.tls_port, ssl=True, timeout=20)


@pytest.mark.dovecot
def test_a_wrong_password_is_refused(dovecot: Dovecot) -> None:
    client = imapclient.IMAPClient(dovecot.host, dovecot.port, ssl=False, timeout=20)
    with pytest.raises(imapclient.exceptions.LoginError):
        client.login(dovecot.new_mailbox().user, "faux")
    client.shutdown()


@pytest.mark.dovecot
def test_a_token_opens_the_mailbox_of_its_user_only(dovecot: Dovecot) -> None:
    mailbox, other = dovecot.new_mailbox(), dovecot.new_mailbox()
    client = imapclient.IMAPClient(mailbox.host, mailbox.port, ssl=False, timeout=20)
    with pytest.raises(imapclient.exceptions.LoginError):
        client.oauth2_login(mailbox.user, other.token)
    client.oauth2_login(mailbox.user, mailbox.token)
    assert client.select_folder("INBOX")[b"EXISTS"] == 0
    client.logout()


@pytest.mark.dovecot
def test_an_older_server_announces_neither_move_nor_idle(plain_dovecot: Dovecot) -> None:
    with plain_dovecot.new_mailbox().client() as client:
        assert not client.has_capability("MOVE")
        assert not client.has_capability("IDLE")
        assert client.has_capability("UIDPLUS")
        assert client.list_folders()[0][1] == b"."


@pytest.mark.dovecot
def test_mail_survives_a_restart_of_the_server() -> None:
    with running_dovecot() as server:
        mailbox = server.new_mailbox()
        with mailbox.client() as client:
            client.append("INBOX", MAIL)
            uid_validity = client.select_folder("INBOX")[b"UIDVALIDITY"]
            server.restart()
            with pytest.raises((imapclient.exceptions.IMAPClientError, OSError)):
                client.noop()
        with mailbox.client() as client:
            selected = client.select_folder("INBOX")
            assert (selected[b"EXISTS"], selected[b"UIDVALIDITY"]) == (1, uid_validity)


@pytest.mark.postgresql
def test_each_database_is_empty_at_first(postgresql: PostgreSQL) -> None:
    first, second = (sa.create_engine(postgresql.fresh_database()) for _ in range(2))
    with first.begin() as connection:
        connection.execute(sa.text("CREATE TABLE dossier (reference text)"))
    assert sa.inspect(first).get_table_names() == ["dossier"]
    assert sa.inspect(second).get_table_names() == []
    first.dispose()
    second.dispose()


async def send(sink: SmtpSink, *recipients: str) -> object:
    client = aiosmtplib.SMTP(hostname=sink.host, port=sink.port, use_tls=False, start_tls=False, timeout=20)
    async with client:
        return await client.sendmail("boite@incert.test", recipients, MAIL)


async def test_a_mail_is_kept_as_it_arrived(smtp_sink: SmtpSink) -> None:
    await send(smtp_sink, "a@industriel.test")
    (mail,) = smtp_sink.wait_for(1)
    assert (mail.mail_from, mail.rcpt_to) == ("boite@incert.test", ("a@industriel.test",))
    assert mail.content == MAIL
    assert mail.message["Subject"] == "Formulaire 1"
    assert not mail.encrypted


async def test_a_recipient_is_put_off_once_then_taken(smtp_sink: SmtpSink) -> None:
    smtp_sink.reply_to_recipient("a@industriel.test", "450 4.2.0 greylisted")
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as refused:
        await send(smtp_sink, "a@industriel.test")
    assert [answer.code for answer in refused.value.recipients] == [450]
    assert smtp_sink.received == ()

    await send(smtp_sink, "a@industriel.test")

    assert len(smtp_sink.to("A@industriel.test")) == 1


async def test_a_mail_is_refused_after_its_data(smtp_sink: SmtpSink) -> None:
    smtp_sink.reply_to_data("554 5.7.1 refused")
    with pytest.raises(aiosmtplib.SMTPDataError):
        await send(smtp_sink, "a@industriel.test")
    assert smtp_sink.received == ()


async def test_a_connection_lost_after_the_data_leaves_the_client_in_doubt(smtp_sink: SmtpSink) -> None:
    smtp_sink.reply_to_data(DROP)
    with pytest.raises(aiosmtplib.SMTPServerDisconnected):
        await send(smtp_sink, "a@industriel.test")
    assert len(smtp_sink.wait_for(1)) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_guarded_server_takes_mail_after_a_login_only(
    certificates: Certificates, security: str
) -> None:
    trusting = ssl.create_default_context(cafile=str(certificates.ca_file))
    with running_smtp_sink(
        certificates,
        security="tls" if security == "tls" else "starttls",
        user="boite@incert.test",
        password="MotDePasse",
    ) as sink:
        client = aiosmtplib.SMTP(
            hostname=sink.host,
            port=sink.port,
            use_tls=security == "tls",
            start_tls=security == "starttls",
            tls_context=trusting,
            timeout=20,
        )
        async with client:
            with pytest.raises(aiosmtplib.SMTPException):
                await client.sendmail("boite@incert.test", ["a@industriel.test"], MAIL)
            with pytest.raises(aiosmtplib.SMTPAuthenticationError):
                await client.login("boite@incert.test", "faux")
            await client.login("boite@incert.test", "MotDePasse")
            await client.sendmail("boite@incert.test", ["a@industriel.test"], MAIL)
        (mail,) = sink.wait_for(1)
        assert (mail.user, mail.encrypted) == ("boite@incert.test", True)


async def test_a_token_is_a_login_too(certificates: Certificates) -> None:
    trusting = ssl.create_default_context(cafile=str(certificates.ca_file))
    with running_smtp_sink(certificates, security="tls", user="boite@incert.test", password="jeton") as sink:
        client = aiosmtplib.SMTP(
            hostname=sink.host, port=sink.port, use_tls=True, tls_context=trusting, timeout=20
        )
        async with client:
            await client.auth_xoauth2("boite@incert.test", "jeton")
            await client.sendmail("boite@incert.test", ["a@industriel.test"], MAIL)
        assert sink.wait_for(1)[0].user == "boite@incert.test"
