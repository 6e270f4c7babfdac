"""The configuration's sections, one class each. A field's description says what is expected there.

A path is relative to the folder of the configuration file. A secret stands in a file or in the
environment, never in the configuration itself.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    model_validator,
)

from parsers.types import ReadOptions
from rules.types import TemplateName

LUXEMBOURG = ZoneInfo("Europe/Luxembourg")
Security = Literal["tls", "starttls", "none"]
Mode = Literal["auto", "approve", "shadow"]
Trouble = tuple[str, str]
"""A key of the section, and what was expected there."""


def template_names() -> tuple[str, ...]:
    """The names of all templates."""
    return get_args(TemplateName)


def is_loopback(host: str) -> bool:
    """Whether that host is this machine, as far as its name says."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _below_base(value: Path, info: ValidationInfo) -> Path:
    base: Path = (info.context or {}).get("base", Path())
    return Path(os.path.normpath(base / value.expanduser()))


def _with_zone(value: Any) -> Any:
    """TOML knows dates and times without a zone: those are Luxembourg's."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return value
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if isinstance(value, datetime) and value.tzinfo is None:
        value = value.replace(tzinfo=LUXEMBOURG)
    return value


def _mailbox(value: str) -> str:
    if value and not re.fullmatch(r"[^\s@<>,;]+@[^\s@<>,;]+", parseaddr(value)[1]):
        raise ValueError("an e-mail address")
    return value


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"a regular expression ({error})") from error
    return value


def _listen(value: str) -> str:
    host, colon, port = value.rpartition(":")
    if not (colon and host and port.isdecimal() and int(port) < 65536):
        raise ValueError("HOST:PORT")
    return value


LocalPath = Annotated[Path, AfterValidator(_below_base)]
Instant = Annotated[AwareDatetime, BeforeValidator(_with_zone)]
Email = Annotated[str, AfterValidator(_mailbox)]
Domain = Annotated[str, Field(pattern=r"^[^@\s]+\.[^@\s]+$"), AfterValidator(str.lower)]
Pattern = Annotated[str, AfterValidator(_pattern)]


class Section(BaseModel):
    """A table of the configuration file."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    def troubles(self) -> Iterator[Trouble]:
        """What single keys cannot show: keys that do not go together, files that are not there."""
        yield from ()


def secret(file: Path | None, variable: str, environment: Mapping[str, str] = os.environ) -> SecretStr | None:
    """The secret in that file (without the line's end) or variable. Raises OSError, KeyError."""
    if file is not None:
        return SecretStr(file.read_text("utf-8").rstrip("\r\n"))
    return SecretStr(environment[variable]) if variable else None


def _secret_troubles(name: str, file: Path | None, variable: str) -> Iterator[Trouble]:
    if file is not None and variable:
        yield f"{name}_file", f"either this or {name}_env, not both"
        return
    try:
        found = secret(file, variable)
    except OSError as error:
        yield f"{name}_file", f"a file that can be read ({file}: {error.strerror})"
    except UnicodeDecodeError:
        yield f"{name}_file", f"a text file in UTF-8 ({file})"
    except KeyError:
        yield f"{name}_env", f"the name of an environment variable that is set ({variable} is not)"
    else:
        if found is not None and not found.get_secret_value():
            yield f"{name}_file" if file else f"{name}_env", "a password; it is empty"


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
        yield from _secret_troubles("password", self.password_file, self.password_env)


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

    @property
    def effective_port(self) -> int:
        return self.port or {"tls": 465, "starttls": 587, "none": 25}[self.security]

    @property
    def address(self) -> str:
        """The mailbox's bare address: From and envelope sender."""
        return parseaddr(self.from_)[1]


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
        yield from _secret_troubles("client_secret", self.client_secret_file, self.client_secret_env)


class StoreSection(Section):
    """Where everything is kept."""

    url: str = Field(
        default="sqlite:///var/mailbot.db",
        repr=False,
        validate_default=True,
        description="an SQLAlchemy URL (sqlite:///var/mailbot.db, postgresql+psycopg://…)",
    )
    archive: LocalPath = Field(
        default=Path("var/archive"), validate_default=True, description="the folder of the raw mails"
    )
    files: LocalPath = Field(
        default=Path("var/files"), validate_default=True, description="the folder of staff's attachments"
    )

    @model_validator(mode="after")
    def _resolve_sqlite(self, info: ValidationInfo) -> StoreSection:
        database = self.sqlite_file
        if database is not None:
            # The model is frozen for everybody else; this is still its making.
            rest = "?" + self.url.partition("?")[2] if "?" in self.url else ""
            object.__setattr__(self, "url", f"sqlite:///{_below_base(database, info)}{rest}")
        elif not self.url.startswith("sqlite:"):
            _check_url(self.url)
        return self

    @property
    def sqlite_file(self) -> Path | None:
        """The database's file, None where it is on a server or in memory."""
        address, _, file = self.url.partition("?")[0].partition(":///")
        if address not in ("sqlite", "sqlite+pysqlite") or file in ("", ":memory:"):
            return None
        return Path(file)

    @property
    def folder(self) -> Path:
        """The folder beside the store, for what must stay with it."""
        return self.sqlite_file.parent if self.sqlite_file is not None else self.archive.parent


def _check_url(url: str) -> None:
    from sqlalchemy.engine import make_url  # takes half a second, which short commands need not spend
    from sqlalchemy.exc import ArgumentError

    try:
        make_url(url)
    except ArgumentError as error:
        raise ValueError("url: an SQLAlchemy URL") from error


class Parties(Section):
    """Who is who."""

    aes_domains: tuple[Domain, ...] = Field(default=("esante.lu",), description="the domains of the AeS")
    aes_address: Email = Field(default="", description="the address that the AeS is written to")
    cns_domains: tuple[Domain, ...] = Field(default=("cns.lu",), description="the domains of the CNS")
    ciss_domains: tuple[Domain, ...] = Field(default=("ciss.lu",), description="the domains of the CISS")
    incert_domains: tuple[Domain, ...] = Field(default=("incert.lu",), description="the domains of INCERT")
    incert_address: Email = Field(default="", description="the address of the daily summary")
    helpdesk_address: Email = Field(
        default="Support_Sons@incert.lu", description="the address for questions, shown to Industriels"
    )
    portal_senders: tuple[Email, ...] = Field(
        default=(), description="addresses of sites whose notices are processed and never answered"
    )
    public_name: str = Field(default="INCERT – Labélisation SONS", description="the sender's name")


class Web(Section):
    """The reviewer's web app."""

    listen: Annotated[str, AfterValidator(_listen)] = Field(
        default="127.0.0.1:8025", description="HOST:PORT to listen on"
    )


class Automation(Section):
    """What leaves by itself."""

    mode: Mode = Field(
        default="auto", description='"auto", "approve" (everything is a draft) or "shadow" (nothing leaves)'
    )
    templates: dict[TemplateName, Mode] = Field(
        default={}, description="a mode for single templates, by their name"
    )
    min_confidence: float = Field(default=0.95, ge=0, le=1, description="a number from 0 to 1")
    settle_minutes: float = Field(default=10, ge=0, le=1440, description="minutes that an answer waits")
    max_answers_per_day: int = Field(default=5, ge=0, description="answers a day to one address, at most")
    blank_format: Literal["pdf", "docx"] = Field(default="pdf", description='"pdf" or "docx"')
    max_attempts: int = Field(default=12, ge=1, description="tries before a person is asked")

    @model_validator(mode="before")
    @classmethod
    def _modes_in_one_table(cls, data: Any) -> Any:
        """A template's mode may stand in [automation.templates], in [automation] or in [automation.mode]."""
        if not isinstance(data, dict):
            return data
        data = dict(data)
        own = {name: data.pop(name) for name in template_names() if name in data}
        if isinstance(data.get("mode"), dict):
            own |= data.pop("mode")
            if "default" in own:
                data["mode"] = own.pop("default")
        if own:
            data["templates"] = own | data.get("templates", {})
        return data

    def mode_of(self, template: str) -> Mode:
        """What applies to that template; the global mode where it has none of its own."""
        return {str(name): mode for name, mode in self.templates.items()}.get(template, self.mode)


class Documents(Section):
    """Files that mailbot attaches or looks up."""

    technical_dir: LocalPath | None = Field(default=None, description="a folder with one folder per dossier")
    vague1_csv: LocalPath | None = Field(default=None, description="INCERT's list of Vague 1 participants")
    forms_dir: LocalPath | None = Field(default=None, description="a folder with further form definitions")
    blank_forms_dir: LocalPath | None = Field(default=None, description="the folder of the blank forms")
    templates_dir: LocalPath | None = Field(default=None, description="a folder with one's own mail texts")
    code_prestataire_pattern: Pattern = Field(
        default=r"\d{6}-\d{2}", description="a regular expression for a code prestataire"
    )
    ehealth_id_pattern: Pattern = Field(
        default=r"[0-9A-Za-z.-]{4,40}", description="a regular expression for an eHealth ID"
    )

    def troubles(self) -> Iterator[Trouble]:
        if self.vague1_csv is not None and not self.vague1_csv.is_file():
            yield "vague1_csv", f"a CSV file ({self.vague1_csv} is not there)"


class Trust(Section):
    """Whom and what mailbot believes."""

    authserv_id: str = Field(
        default="", description="the name under which our own mail server writes Authentication-Results"
    )
    require_authentication: bool = Field(
        default=False, description="true: only what authserv_id vouches for is answered by itself"
    )
    certificates: tuple[LocalPath, ...] = Field(
        default=(), description="PEM files, or folders of them, of the authorities behind signatures"
    )

    def troubles(self) -> Iterator[Trouble]:
        for path in self.certificates:
            if not path.exists():
                yield "certificates", f"PEM files or folders ({path} is not there)"


class Reminders(Section):
    """The nightly run."""

    time: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = Field(
        default="05:30", description="HH:MM in Luxembourg, outside 02:00 to 03:00, which a night may lack"
    )
    days: tuple[Annotated[int, Field(ge=0)], ...] = Field(
        default=(60, 30, 14, 7, 1), description="days before a deadline on which it is recalled"
    )
    quiet_hours: float = Field(default=48, ge=0, description="hours after a mail without a reminder")

    def troubles(self) -> Iterator[Trouble]:
        if "02:00" <= self.time <= "03:00":
            yield "time", "HH:MM outside 02:00 to 03:00, which summer time skips or repeats"


class Reading(Section):
    """How mails and documents are read, and how much of the machine that may take."""

    ocr: bool = Field(default=True, description="true to read scans (needs tesseract)")
    libreoffice: str | None = Field(default=None, description="the LibreOffice program, for old formats")
    workers: int = Field(default=1, ge=1, le=64, description="how many processes read at the same time")
    seconds: float = Field(default=90, gt=0, description="seconds that a mail may take")
    memory_mb: int = Field(default=2048, ge=256, description="megabytes that a reader may take")
    max_bytes: int = Field(default=60_000_000, ge=1, description="bytes of a mail or file that is read")
    max_unpacked: int = Field(default=300_000_000, ge=1, description="bytes that archives may unpack to")
    max_members: int = Field(default=300, ge=1, description="files in an archive, at most")
    max_depth: int = Field(default=6, ge=1, description="archives or mails in one another, at most")
    max_pages: int = Field(default=80, ge=1, description="pages of a document, at most")


class Secrets(Section):
    """The key of the references' check code. Without one, a key file is made beside the store."""

    reference_key_file: LocalPath | None = Field(default=None, description="a file with the key")
    reference_key_env: str = Field(default="", description="the environment variable with the key")

    def troubles(self) -> Iterator[Trouble]:
        yield from _secret_troubles("reference_key", self.reference_key_file, self.reference_key_env)


class Config(Section):
    """The whole configuration, checked."""

    path: Path
    imap: Imap
    smtp: Smtp
    oauth: OAuth
    store: StoreSection
    parties: Parties
    web: Web
    automation: Automation
    documents: Documents
    trust: Trust
    reminders: Reminders
    reading: Reading
    secrets: Secrets

    @property
    def on_loopback(self) -> bool:
        """Whether both mail servers are this machine, so that the clock may be set by hand."""
        return is_loopback(self.imap.host) and is_loopback(self.smtp.host)

    def read_options(self, as_of: date | None = None) -> ReadOptions:
        """What the readers are told."""
        reading = self.reading
        return ReadOptions(
            forms_dir=str(self.documents.forms_dir) if self.documents.forms_dir else None,
            trust=tuple(str(path) for path in self.trust.certificates),
            ocr=reading.ocr,
            libreoffice=reading.libreoffice,
            as_of=as_of,
            max_bytes=reading.max_bytes,
            max_unpacked=reading.max_unpacked,
            max_members=reading.max_members,
            max_depth=reading.max_depth,
            max_pages=reading.max_pages,
            seconds=reading.seconds,
        )
