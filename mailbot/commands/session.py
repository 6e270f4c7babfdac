"""What every command shares: the configuration, the clock, the service, and how to speak to the caller."""

from __future__ import annotations

import getpass
import json
import os
from collections.abc import Iterable
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import typer

from mailbot.adapters.clock import FixedClock, ShiftedClock, SystemClock
from mailbot.errors import UsageError

if TYPE_CHECKING:
    from rich.table import Table

    from mailbot.bootstrap import Service
    from mailbot.config import Config
    from mailbot.ports import Clock

LUXEMBOURG = ZoneInfo("Europe/Luxembourg")
DEFAULT_CONFIG = Path("config.toml")


def system_user() -> str:
    """Whom the system says runs this: recorded beside what `--by` says."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a user without a name, as in containers; Python 3.13 raises OSError
        return f"uid {os.getuid()}"


class Session:
    """One call of `mailbot`. `attention` is set when something was said that ends it with code 1."""

    def __init__(self, config_path: Path | None, now: datetime | None) -> None:
        self.path = config_path or DEFAULT_CONFIG
        self.named = config_path is not None
        self.now = now
        self.attention = False
        self.opened: Service | None = None  # what the command opened

    def config(self, *, changes: bool, servers: bool = False) -> Config:
        """The configuration. `servers`: with passwords. `changes`: `--now` needs loopback servers."""
        from mailbot.config import load_config

        config = load_config(self.path, check_secrets=servers)
        if changes and self.now is not None and not config.on_loopback:
            raise UsageError(
                "--now: the clock may only be set when IMAP and SMTP are on this machine "
                f"(here {config.imap.host} and {config.smtp.host}), or for a command that changes nothing"
            )
        return config

    def config_or_defaults(self) -> Config:
        """For commands that need no mailbox: without a file, the defaults."""
        from mailbot.config import default_config

        if not self.named and not self.path.exists():
            return default_config(self.path)
        return self.config(changes=False)

    def clock(self, *, ticking: bool = False) -> Clock:
        """The machine's clock, or the one that `--now` sets: it stands still, or ticks from there."""
        if self.now is None:
            return SystemClock()
        return ShiftedClock(self.now) if ticking else FixedClock(self.now)

    def service(
        self, *, changes: bool, servers: bool = False, ticking: bool = False, defaults: bool = False
    ) -> Service:
        """The service; it can write only if the command changes something."""
        from mailbot.bootstrap import build_service
        from mailbot.logs import configure_logs

        configure_logs()
        config = self.config_or_defaults() if defaults else self.config(changes=changes, servers=servers)
        self.opened = build_service(config, self.clock(ticking=ticking), read_only=not changes)
        return self.opened

    def note(self, what: str, detail: dict[str, Any], by: str = "", **about: Any) -> None:
        """Into the audit trail: a person saw personal data. At the machine's time, whatever `--now` says."""
        from mailbot.adapters.store.sql import open_store
        from mailbot.rows import HistoryRow

        if self.opened is None:
            return
        store = open_store(self.opened.config.store.url)
        try:
            store.add_history(HistoryRow(0, SystemClock().now(), by or system_user(), what, detail, **about))
        finally:
            store.close()

    def attend(self, message: str) -> None:
        """Say on stderr what needs a person's attention; the command then ends with code 1."""
        self.attention = True
        say(message)

    def close(self) -> None:
        if self.opened is not None:
            self.opened.close()


def session_of(context: typer.Context) -> Session:
    """The session that the global options opened."""
    session = context.obj
    if not isinstance(session, Session):
        raise TypeError("a command ran without its session")
    return session


def say(message: str) -> None:
    """A remark for the person, on stderr."""
    typer.echo(message, err=True)


def instant(text: str) -> datetime:
    """An ISO 8601 instant; without a zone it is Luxembourg's. A day alone is its first instant."""
    try:
        if len(text) == 10:
            return datetime.combine(date.fromisoformat(text), time(), LUXEMBOURG)
        found = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r}: expected ISO 8601, such as 2026-06-30T23:59:59+02:00") from None
    return found if found.tzinfo else found.replace(tzinfo=LUXEMBOURG)


def print_json(value: Any) -> None:
    """One JSON document on stdout."""
    _print(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))


def print_json_line(value: Any) -> None:
    """One line of JSON Lines on stdout."""
    _print(json.dumps(value, ensure_ascii=False, default=_plain))


def _print(text: str) -> None:
    # A mail may hold half a surrogate pair, which UTF-8 cannot carry: its escape is valid JSON.
    typer.echo(text.encode("utf-8", "backslashreplace"))


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def print_table(columns: Iterable[str], rows: Iterable[Iterable[object]], title: str = "") -> None:
    """A table for people."""
    from rich.table import Table

    table = Table(*columns, title=title or None, title_justify="left", header_style="bold")
    for row in rows:
        table.add_row(*(_cell(value) for value in row))
    print_rich(table)


def _cell(value: object) -> str:
    from rich.markup import escape

    if value is None:
        return ""
    if isinstance(value, datetime):
        return local(value)
    return escape(str(value))


def local(value: datetime | None) -> str:
    """An instant as people in Luxembourg write it."""
    return value.astimezone(LUXEMBOURG).strftime("%d/%m/%Y %H:%M") if value else ""


def print_rich(thing: Table | str) -> None:
    from rich.console import Console

    Console().print(thing)


def read_file(path: Path) -> bytes:
    """The bytes of a file that the caller named. Raises UsageError when they cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error


def write_file(path: Path, data: bytes) -> None:
    """Raises UsageError when the file cannot be written."""
    try:
        path.write_bytes(data)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from error
