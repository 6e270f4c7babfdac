"""A backup put back. It sends nothing until told to, and nothing a second time by itself.

What happened after the copy was made is not in it: what was due then may have left since, so it counts as
mails whose fate is not known; what came in before the restoration may have been answered, so its answers are
drafts.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from mailbot.adapters.reference_key import FILE_NAME
from mailbot.audit import AuditReport, verify
from mailbot.backup import DATABASE, MANIFEST
from mailbot.bootstrap import Service, build_service
from mailbot.config import Config
from mailbot.errors import StoreUnreachable, UsageError
from mailbot.ports import Clock
from mailbot.rows import RESTORED, HistoryRow


def config_of(backup: Path, path: Path) -> bool:
    """Put the copy's configuration in place where there is none; whether that was done."""
    kept = sorted(backup.glob("*.toml"))
    if path.exists() or not kept:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(kept[0], path)
    return True


def restore(config: Config, backup: Path, clock: Clock, by: str = "", system_user: str = "") -> AuditReport:
    """Put everything back where the configuration has it, and look whether it is whole.

    Raises UsageError where that is no complete copy, or something stands in its place already.
    """
    manifest = _manifest(backup)
    database = config.store.sqlite_file
    if database is None:
        raise UsageError(
            "store.url: a database on a server is put back by its own means (pg_restore); before that, "
            "stop mailbot, and run `mailbot hold` before it starts again"
        )
    _refuse_to_overwrite(config, database)
    try:
        for name, target in _folders(config):
            if (backup / name).is_dir() and not target.exists():
                shutil.copytree(backup / name, target)
        for name, target in _files(config, database):
            if (backup / name).is_file() and not target.exists():
                target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                shutil.copy2(backup / name, target)
        temporary = database.with_name(f".{database.name}.restored")
        database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copyfile(backup / DATABASE, temporary)
        temporary.chmod(0o600)
        _hold_what_was_due(temporary)
        temporary.rename(database)
    except OSError as error:
        raise UsageError(f"{backup}: cannot be put back: {error}") from error
    service = build_service(config, clock)
    try:
        _remember(service, manifest, by, system_user)
        return verify(service.store, service.archive)
    finally:
        service.close()


def _manifest(backup: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((backup / MANIFEST).read_text("utf-8"))
        digest = hashlib.sha256((backup / DATABASE).read_bytes()).hexdigest()
    except (OSError, ValueError) as error:
        raise UsageError(f"{backup}: expected a folder that `mailbot backup` made ({error})") from error
    if digest != manifest.get("database_sha256"):
        raise UsageError(f"{backup / DATABASE}: its bytes are not those of the manifest")
    return manifest


def _refuse_to_overwrite(config: Config, database: Path) -> None:
    for what, path in (("store.url", database), ("store.archive", config.store.archive)):
        if path.exists() and (path.is_file() or any(path.iterdir())):
            raise UsageError(f"{what}: {path} is there already: stop mailbot and move it away first")


def _folders(config: Config) -> Iterator[tuple[str, Path]]:
    documents = config.documents
    for name, folder in (
        ("archive", config.store.archive),
        ("files", config.store.files),
        ("templates", documents.templates_dir),
        ("blank_forms", documents.blank_forms_dir),
        ("forms", documents.forms_dir),
        ("documentation", documents.technical_dir),
    ):
        if folder is not None:
            yield name, folder


def _files(config: Config, database: Path) -> Iterator[tuple[str, Path]]:
    yield FILE_NAME, database.parent / FILE_NAME
    for path in (config.secrets.reference_key_file, config.documents.vague1_csv):
        if path is not None:
            yield path.name, path


def _hold_what_was_due(database: Path) -> None:
    """As if the process had died while sending it: the next start looks for it in the Sent folder."""
    try:
        with closing(sqlite3.connect(database)) as connection, connection:
            connection.execute("UPDATE outbox SET state = 'sending' WHERE state = 'due'")
            connection.execute("DELETE FROM sessions")
    except sqlite3.Error as error:
        raise StoreUnreachable(f"{database} cannot be used: {error}") from error


def _remember(service: Service, manifest: dict[str, Any], by: str, system_user: str) -> None:
    now: datetime = service.clock.now()
    with service.store.transaction():
        service.store.set_switch(RESTORED, now.isoformat())
        detail = {"copied_at": manifest.get("at"), "database_sha256": manifest["database_sha256"]}
        detail |= {"system_user": system_user} if system_user else {}
        service.store.add_history(HistoryRow(0, now, by or "staff", RESTORED, detail))
