"""The sections of the configuration about mail servers: [imap], [smtp], [oauth]."""

from __future__ import annotations

from collections.abc import Iterator
from email.utils import parseaddr
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr

from mailbot.setting_values import (
    Email,
    Instant,
    LocalPath,
    Section,
    Security,
    Trouble,
    is_loopback,
    secret,
    secret_troubles,
)


class Server(Section):
    """What IMAP and SMTP have in common."""

    host: str = Field(default="localhost", min_length=1, description="the server's name")
    port: int | None = Field(default=None, ge=1, le=65535, description="a port, 1 to 65535")
    security: Security = Field(
        default="tls", description='"tls", "starttls", or "none" (only on this machine itself)'
    )
    auth: Literal["password", "xoauth2"] = Field(default="password", description='"password" or "xoauth2"')
    username: str = Field(default="", description="the user's name; for a shared mailbox its address")
    password_file: LocalPath | None = Field(default=None, description="a file that holds the password")
    password_env: str = Field(default="", description="the environment variable that holds the password")
    ca_file: LocalPath | None = Field(
        default=None, description="a PEM file of the authorities to trust instead of the system's"
    )
    timeout_seconds: float = Field(default=60, gt=0, le=3600, description="seconds to wait for the server")

    def password(self) -> SecretStr | None:
        """The password. Raises OSError or KeyError when it went away since the configuration was read."""
        return secret(self.password_file, self.password_env)

    def troubles(self) -> Iterator[Trouble]:
        if self.security == "none" and not is_loopback(self.host):
            yield "security", f'"tls" or "starttls": "none" is only for this machine itself, not {self.host}'
        if self.ca_file is not None and not self.ca_file.is_file():
            yield "ca_file", f"a PEM file ({self.ca_file} is not there)"
        if self.auth == "xoauth2":
            if not self.username:
                yield "username", "the mailbox's address, which xoauth2 needs"
            return
        if self.username and self.password_file is None and not self.password_env:
            yield "password_file", "a file with the password, or password_env with the name of a variable"
        yield from secret_troubles("password", self.password_file, self.password_env)


class Imap(Server):
    """The mailbox that is read."""

    folder: str = Field(default="INBOX", min_length=1, description="the folder that is read")
    processed_folder: str = Field(
        default="",
        description="the folder that mails are moved to; left out: they are flagged with `keyword`",
    )
    keyword: str = Field(default="mailbot", pattern=r"^[A-Za-z0-9_$-]{1,32}$", description="an IMAP keyword")
    sent_folder: str = Field(default="", description="the Sent folder; left out: the one the server names")
    poll_seconds: float = Field(default=60, gt=0, le=86400, description="seconds between two looks")
    idle: bool = Field(default=True, description="true to be woken up by the server (IDLE)")
    answer_from: Instant | None = Field(
        default=None, description="an instant (2025-04-01T00:00:00+02:00): older mail is never answered"
    )
    batch_bytes: int = Field(
        default=16_000_000, ge=1, description="how many bytes are fetched at once, at most"
    )

    def troubles(self) -> Iterator[Trouble]:
        yield from super().troubles()
        if not self.username:
            yield "username", "the user's name at the IMAP server"
        if self.processed_folder == self.folder:
            yield "processed_folder", "another folder than the one that is read"

    @property
    def account(self) -> str:
        """The mailbox's name in the ledger."""
        return f"{self.username}@{self.host}".lower()

    @property
    def effective_port(self) -> int:
        return self.port or (993 if self.security == "tls" else 143)


class Smtp(Server):
    """Where mail leaves."""

    from_: Email = Field(default="", alias="from", description="the mailbox's own address")
    save_sent: Literal["append", "server", "none"] = Field(
        default="append", description='"append", "server" (it saves by itself) or "none"'
    )
    hello: str = Field(
        default="", description="the name to greet the server with; left out: the domain of `from`"
    )
    domain_per_minute: int = Field(
        default=3600, ge=1, description="mails a minute to one recipient domain, at most"
    )

    @property
    def effective_port(self) -> int:
        return self.port or {"tls": 465, "starttls": 587, "none": 25}[self.security]

    @property
    def address(self) -> str:
        """The mailbox's bare address: From and envelope sender."""
        return _bare_address(self.from_)


@lru_cache(8)  # every mail asks for it several times
def _bare_address(text: str) -> str:
    return parseaddr(text)[1]


class OAuth(Section):
    """Where the access tokens of `auth = "xoauth2"` come from."""

    authority: str = Field(
        default="https://login.microsoftonline.com/", description="the address of the token service"
    )
    tenant: str = Field(default="", description="the directory's (tenant's) id")
    client_id: str = Field(default="", description="the application's (client's) id")
    client_secret_file: LocalPath | None = Field(default=None, description="a file with the client's secret")
    client_secret_env: str = Field(default="", description="the environment variable with that secret")
    user: str = Field(default="", description="the user who signs in, where the mailbox is a shared one")
    token_cache: LocalPath = Field(
        default=Path("var/oauth.json"), validate_default=True, description="the file that keeps the tokens"
    )
    token_file: LocalPath | None = Field(
        default=None, description="a file in which another program keeps a fresh access token"
    )
    token_env: str = Field(default="", description="the environment variable that holds an access token")
    scopes: tuple[str, ...] = Field(
        default=(
            "https://outlook.office.com/IMAP.AccessAsUser.All",
            "https://outlook.office.com/SMTP.Send",
        ),
        description="the permissions to ask for",
    )

    @property
    def given_token(self) -> bool:
        return self.token_file is not None or bool(self.token_env)

    def troubles(self) -> Iterator[Trouble]:
        yield from secret_troubles("client_secret", self.client_secret_file, self.client_secret_env)
