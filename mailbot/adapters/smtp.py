"""The way out over SMTP, with aiosmtplib: one connection, used again until it breaks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPHeloError,
    SMTPRecipientRefused,
    SMTPResponseException,
)

from mailbot.adapters.tls import tls_context
from mailbot.errors import SmtpUnreachable, TokenUnavailable
from mailbot.mail_ports import Sending
from mailbot.settings import Smtp

ANSWER_SECONDS = 600.0  # after the final dot, RFC 5321 section 4.5.3.2.6: leaving early causes doubles

_NOT_ABOUT_THE_MAIL = frozenset({421, 454, 530, 534, 535, 538})  # closing down, or who are you? RFC 4954, 6
_NOTIFY = "NOTIFY=SUCCESS,FAILURE"


class SmtpMailer:
    """mail_ports.Mailer. `token` gives a fresh access token for XOAUTH2 (it may block)."""

    def __init__(
        self,
        settings: Smtp,
        *,
        token: Callable[[], str] | None = None,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        self._settings = settings
        self._token = token
        self._answer_seconds = answer_seconds
        self._client: SMTP | None = None

    async def connect(self) -> None:
        """Connect and log in, unless that is done. Raises SmtpUnreachable."""
        if self._client is not None and self._client.is_connected:
            return
        s = self._settings
        where = f"SMTP server {s.host}:{s.effective_port}"
        client = SMTP(
            hostname=s.host,
            port=s.effective_port,
            timeout=s.timeout_seconds,
            use_tls=s.security == "tls",
            start_tls=s.security == "starttls",
            tls_context=None if s.security == "none" else tls_context(s.ca_file),
            local_hostname=s.hello or s.address.rpartition("@")[2] or "localhost",
        )
        try:
            await client.connect()
            await _greet(client)
            await self._login(client)
        except SMTPAuthenticationError as error:
            client.close()
            raise SmtpUnreachable(f"{where} refuses the login of {s.username}: {error.message}") from error
        except (SMTPException, OSError, TokenUnavailable, KeyError, ValueError) as error:
            client.close()
            raise SmtpUnreachable(f"{where} cannot be used: {_words(error)}") from error
        self._client = client

    async def _login(self, client: SMTP) -> None:
        s = self._settings
        if s.auth == "xoauth2":
            if self._token is None:
                raise TokenUnavailable("no source of access tokens is configured")
            await client.auth_xoauth2(s.username, await asyncio.to_thread(self._token))
        elif s.username:
            password = s.password()
            await client.login(s.username, password.get_secret_value() if password else "")

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None and client.is_connected:
            with suppress(SMTPException, OSError):
                await client.quit()

    async def send(
        self, sender: str, recipients: Sequence[str], raw: bytes, envelope_id: str = ""
    ) -> Sending:
        """Hand the mail over. One recipient refused for now stops it for all: nobody gets it twice."""
        try:
            client = await self._ready()
        except SmtpUnreachable as error:
            return Sending("temporary", str(error), unreachable=True)
        refused: list[tuple[str, str]] = []
        try:
            options = [f"SIZE={len(raw)}"] if client.supports_extension("size") else []
            notices = bool(envelope_id) and client.supports_extension("dsn")
            if notices:
                options += ["RET=HDRS", f"ENVID={_xtext(envelope_id)}"]
            said = await self._begin(client, sender, options)
            if said is not None:
                return said
            for recipient in recipients:
                wanted = [_NOTIFY, f"ORCPT=rfc822;{_xtext(recipient)}"] if notices else []
                try:
                    await client.rcpt(recipient, options=wanted)
                except SMTPRecipientRefused as error:
                    if error.code < 500:
                        raise
                    refused.append((recipient, _reply(error)))
            if len(refused) == len(recipients):
                await self._reset(client)
                return Sending(
                    "permanent", refused[0][1] if refused else "no recipients", refused=tuple(refused)
                )
        except SMTPResponseException as error:
            await self._reset(client)
            return Sending("permanent" if error.code >= 500 else "temporary", _reply(error))
        except (SMTPException, OSError) as error:
            client.close()
            return Sending("temporary", _words(error), unreachable=True)
        return await self._data(client, raw, refused)

    async def _begin(self, client: SMTP, sender: str, options: list[str]) -> Sending | None:
        """MAIL FROM; what the server says against itself or our login there is not about this mail."""
        try:
            await client.mail(sender, options=options)
        except SMTPResponseException as error:
            if error.code not in _NOT_ABOUT_THE_MAIL:
                raise
            await self._reset(client)
            return Sending("temporary", _reply(error), unreachable=True)
        return None

    async def _data(self, client: SMTP, raw: bytes, refused: list[tuple[str, str]]) -> Sending:
        """From DATA on, silence means that the server may have taken it: never try again by ourselves."""
        try:
            reply = await client.data(raw, timeout=self._answer_seconds)
        except SMTPResponseException as error:
            await self._reset(client)
            return Sending("permanent" if error.code >= 500 else "temporary", _reply(error))
        except (SMTPException, OSError) as error:
            client.close()
            return Sending("uncertain", _words(error))
        except asyncio.CancelledError:
            client.close()
            raise
        return Sending("accepted", f"{reply.code} {reply.message}", refused=tuple(refused))

    async def _ready(self) -> SMTP:
        """A connection that answers: servers close idle ones, which shows only at the next command."""
        if self._client is not None and self._client.is_connected:
            try:
                await self._client.rset()
            except (SMTPException, OSError):
                self._client.close()
        await self.connect()
        if self._client is None:
            raise SmtpUnreachable("the SMTP connection was closed")
        return self._client

    async def _reset(self, client: SMTP) -> None:
        try:
            await client.rset()
        except (SMTPException, OSError):
            client.close()


async def _greet(client: SMTP) -> None:
    """Learn what the server offers before the first mail. One that knows no EHLO offers nothing."""
    if client.is_ehlo_or_helo_needed:
        try:
            await client.ehlo()
        except SMTPHeloError:
            await client.helo()


def _xtext(text: str) -> str:
    """As RFC 3461, section 4, wants it: `+`, `=` and what is not printable ASCII as `+` and two digits."""
    return "".join(
        c if "!" <= c <= "~" and c not in "+=" else "".join(f"+{byte:02X}" for byte in c.encode())
        for c in text
    )


def _reply(error: SMTPResponseException) -> str:
    return f"{error.code} {' '.join(str(error.message).split())}"


def _words(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
