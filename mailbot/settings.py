"""The configuration's sections, one class each. A field's description says what is expected there.

A path is relative to the folder of the configuration file. A secret stands in a file or in the
environment, never in the configuration itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from mailbot.server_settings import Imap, OAuth, Server, Smtp
from mailbot.setting_values import (
    Domain,
    Email,
    LocalPath,
    Mode,
    Pattern,
    Section,
    Trouble,
    below_base,
    host_and_port,
    is_loopback,
    secret,
    secret_troubles,
    template_names,
)
from mailbot.sign_in_settings import Oidc
from outbox_templates.blanks import blank_folders
from parsers.types import Kind, ReadOptions
from rules.types import TemplateName

__all__ = [
    "Automation",
    "ClamAV",
    "Config",
    "Documents",
    "Health",
    "Imap",
    "OAuth",
    "Oidc",
    "Parties",
    "Reading",
    "Reminders",
    "Retention",
    "Secrets",
    "Section",
    "Server",
    "Smtp",
    "StoreSection",
    "Trust",
    "Web",
    "is_loopback",
    "secret",
    "template_names",
]


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

    archive_key_file: LocalPath | None = Field(
        default=None, description="a file with the key that archive and files are encrypted with"
    )

    def troubles(self) -> Iterator[Trouble]:
        if self.archive_key_file is not None and not self.archive_key_file.is_file():
            yield "archive_key_file", f"a file with a key ({self.archive_key_file} is not there)"
        if weak := weak_tls(self.url):
            yield "url", weak

    @model_validator(mode="after")
    def _resolve_sqlite(self, info: ValidationInfo) -> StoreSection:
        database = self.sqlite_file
        if database is not None:
            # The model is frozen for everybody else; this is still its making.
            rest = "?" + self.url.partition("?")[2] if "?" in self.url else ""
            object.__setattr__(self, "url", f"sqlite:///{below_base(database, info)}{rest}")
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


def weak_tls(url: str) -> str:
    """What is wrong with the way to a database on another machine; empty where nothing is."""
    address, _, query = url.partition("?")
    host = address.rpartition("@")[2].partition("://")[2] or address.rpartition("@")[2]
    host = host.partition("/")[0]
    host = host if host.startswith("[") and host.endswith("]") else host.rpartition(":")[0] or host
    if not address.startswith("postgresql") or not host or is_loopback(host):
        return ""
    given = dict(part.partition("=")[::2] for part in query.split("&"))
    if given.get("sslmode") == "verify-full" or given.get("host", "").startswith("/"):
        return ""
    return f"?sslmode=verify-full behind it (with sslrootcert), since {host} is another machine"


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

    listen: Annotated[str, AfterValidator(host_and_port)] = Field(
        default="127.0.0.1:8025", description="HOST:PORT to listen on"
    )
    hosts: tuple[str, ...] = Field(
        default=(), description="names under which browsers reach the app, besides that of `listen`"
    )
    undo_seconds: float = Field(
        default=10, ge=0, le=3600, description="seconds that a decided mail waits, so that it can be undone"
    )
    idle_minutes: float = Field(
        default=30, gt=0, le=1440, description="minutes without use that end a session"
    )
    session_hours: float = Field(default=10, gt=0, le=168, description="hours after which every session ends")
    run: bool = Field(
        default=True, description="true: `mailbot run` serves it too; false: only `mailbot web`"
    )
    pages: LocalPath = Field(
        default=Path("var/pages"), validate_default=True, description="the folder of rendered pages"
    )


class Health(Section):
    """How the service is watched."""

    listen: Annotated[str, AfterValidator(host_and_port)] | Literal[""] = Field(
        default="127.0.0.1:8026", description='HOST:PORT of /health, /ready and /metrics; "" for none'
    )
    alarm_minutes: float = Field(
        default=10, ge=0, description="minutes that a server may be away before INCERT gets a mail"
    )
    no_poll_minutes: float = Field(default=15, gt=0, description="minutes without a look at the mailbox")
    disk_free_mb: int = Field(
        default=1000, ge=0, description="megabytes that have to be free, a tenth of a small disk"
    )
    token_minutes: float = Field(default=5, ge=0, description="minutes before an access token ends")


_LOOSEST_FIRST: tuple[Mode, ...] = ("auto", "approve", "shadow")


class Automation(Section):
    """What leaves by itself."""

    mode: Mode = Field(
        default="auto", description='"auto", "approve" (everything is a draft) or "shadow" (nothing leaves)'
    )
    templates: dict[TemplateName, Mode] = Field(
        default={}, description="a mode for single templates, by their name"
    )
    kinds: dict[Kind, Mode] = Field(
        default={}, description="a mode for mails about single kinds of document, by fields.md's names"
    )
    min_confidence: float = Field(default=0.95, ge=0, le=1, description="a number from 0 to 1")
    settle_minutes: float = Field(default=10, ge=0, le=1440, description="minutes that an answer waits")
    max_answers_per_day: int = Field(default=5, ge=0, description="answers a day to one address, at most")
    max_answers_per_dossier: int = Field(
        default=15, ge=0, description="answers a day in one dossier, at most"
    )
    max_answers_per_hour: int = Field(
        default=12_000,  # a backlog of ten thousand mails passes
        ge=1,
        description="automatic answers an hour, at most; then sending is put on hold",
    )
    aes_nda_validates: bool = Field(
        default=False, description="true: the NDA signed by the AeS is the AeS's « valid » (step E4)"
    )
    blank_format: Literal["pdf", "docx"] = Field(default="pdf", description='"pdf" or "docx"')
    max_attempts: int = Field(default=12, ge=1, description="tries before a person is asked")
    resend_uncertain: bool = Field(
        default=False,
        description="true: a mail that may or may not have left leaves again by itself, perhaps twice",
    )

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

    def mode_of(self, template: str, kinds: Collection[str] = ()) -> Mode:
        """What applies to a mail with that template about documents of those kinds.

        The global mode where neither has one of its own; else the strictest of theirs, a kind without one
        standing for the global mode.
        """
        by_template = {str(name): mode for name, mode in self.templates.items()}
        by_kind = {str(name): mode for name, mode in self.kinds.items()}
        own = [by_template[template]] if template in by_template else []
        if not by_kind.keys().isdisjoint(kinds):
            own += [by_kind.get(kind, self.mode) for kind in kinds]
        return max(own, key=_LOOSEST_FIRST.index, default=self.mode)


class Documents(Section):
    """Files that mailbot attaches or looks up."""

    technical_dir: LocalPath | None = Field(default=None, description="a folder with one folder per dossier")
    vague1_csv: LocalPath | None = Field(default=None, description="INCERT's list of Vague 1 participants")
    calendar_file: LocalPath | None = Field(
        default=None, description="a TOML file with the scheme's dates, in place of the shipped ones"
    )
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
        if self.calendar_file is not None and not self.calendar_file.is_file():
            yield "calendar_file", f"a TOML file ({self.calendar_file} is not there)"


class Trust(Section):
    """Whom and what mailbot believes."""

    authserv_id: str = Field(
        default="", description="the name under which our own mail server writes Authentication-Results"
    )
    own_hosts: tuple[str, ...] = Field(
        default=(), description="names of our own mail hosts, as their Received headers say after « by »"
    )
    require_authentication: bool = Field(
        default=False, description="true: only what authserv_id vouches for is answered by itself"
    )
    certificates: tuple[LocalPath, ...] = Field(
        default=(),
        description="PEM files, or folders of them, of authorities behind signatures; trusted lists (XML)",
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


class Retention(Section):
    """How long what is kept. Nothing goes by itself: `mailbot purge` takes away what is over."""

    unrelated_days: float = Field(default=0, ge=0, description="days for mails of no dossier; 0: for ever")
    dossier_days: float = Field(
        default=0, ge=0, description="days for a dossier after its last mail; 0: for ever"
    )
    views_days: float = Field(default=0, ge=0, description="days for who looked at what; 0: for ever")
    pages_days: float = Field(default=30, ge=0, description="days for drawn pages; 0: for ever")


class Reading(Section):
    """How mails and documents are read, and how much of the machine that may take."""

    ocr: bool = Field(default=True, description="true to read scans (needs tesseract)")
    libreoffice: str | None = Field(default=None, description="the LibreOffice program, for old formats")
    workers: int = Field(default=1, ge=1, le=64, description="how many processes read at the same time")
    slow_workers: int = Field(
        default=1, ge=1, le=64, description="how many more of them read scans and other mails that take long"
    )
    batch: int = Field(default=50, ge=1, le=10_000, description="mails read before the next decisions")
    seconds: float = Field(default=55, gt=0, description="seconds that a mail may take")
    quick_seconds: float = Field(
        default=10, gt=0, description="seconds after which a mail is left to the slow readers"
    )
    memory_mb: int = Field(default=1024, ge=256, description="megabytes that a reader may take")
    max_bytes: int = Field(default=60_000_000, ge=1, description="bytes of a mail or file that is read")
    max_unpacked: int = Field(default=300_000_000, ge=1, description="bytes that archives may unpack to")
    max_members: int = Field(default=300, ge=1, description="files in an archive, at most")
    max_depth: int = Field(default=6, ge=1, description="archives or mails in one another, at most")
    max_pages: int = Field(default=80, ge=1, description="pages of a document, at most")


class ClamAV(Section):
    """The virus scanner. Without a socket or a port nothing is scanned."""

    socket: LocalPath | None = Field(default=None, description="clamd's Unix socket")
    port: int | None = Field(default=None, ge=1, le=65535, description="clamd's port on this machine")
    seconds: float = Field(default=60, gt=0, le=3600, description="seconds to wait for clamd")

    @property
    def configured(self) -> bool:
        return self.socket is not None or self.port is not None

    def troubles(self) -> Iterator[Trouble]:
        if self.socket is not None and self.port is not None:
            yield "port", "either socket or port"


class Secrets(Section):
    """The key of the references' check code. Without one, a key file is made beside the store."""

    reference_key_file: LocalPath | None = Field(default=None, description="a file with the key")
    reference_key_env: str = Field(default="", description="the environment variable with the key")

    def troubles(self) -> Iterator[Trouble]:
        yield from secret_troubles("reference_key", self.reference_key_file, self.reference_key_env)


class Config(Section):
    """The whole configuration, checked."""

    path: Path
    imap: Imap
    smtp: Smtp
    oauth: OAuth
    store: StoreSection
    parties: Parties
    web: Web
    health: Health
    oidc: Oidc
    automation: Automation
    documents: Documents
    trust: Trust
    reminders: Reminders
    retention: Retention
    reading: Reading
    clamav: ClamAV
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
            blanks=blank_folders(self.documents.blank_forms_dir),
            trust=tuple(str(path) for path in self.trust.certificates),
            ocr=reading.ocr,
            libreoffice=reading.libreoffice,
            as_of=as_of,
            max_bytes=reading.max_bytes,
            max_unpacked=reading.max_unpacked,
            max_members=reading.max_members,
            max_depth=reading.max_depth,
            max_pages=reading.max_pages,
            seconds=reading.seconds * 0.8,  # the readers stop by themselves before they are ended
        )
