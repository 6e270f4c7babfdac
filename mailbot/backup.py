"""A consistent copy of everything while the service runs. Restored, it is on hold.

The database is copied first (by SQLite's own backup), the archive after it: what the copy of the database
refers to is on disk before it is referred to, so it is in the copy of the archive too.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from mailbot.adapters.reference_key import FILE_NAME
from mailbot.breaker import HELD, HOLD
from mailbot.config import Config
from mailbot.errors import StoreUnreachable, UsageError

DATABASE = "mailbot.db"
MANIFEST = "manifest.json"


def back_up(config: Config, target: Path, at: datetime) -> dict[str, object]:
    """Copy to that folder, which must be new or empty; returns what was copied. Raises UsageError."""
    source = config.store.sqlite_file
    if source is None:
        raise UsageError(
            "store.url: a database on a server is backed up by its own means (pg_dump); copy store.archive, "
            "store.files and the reference key after it"
        )
    if target.exists() and any(target.iterdir()):
        raise UsageError(f"{target}: expected a new or empty folder")
    if not source.is_file():
        raise StoreUnreachable(f"store.url: {source} is not there yet: nothing to back up")
    try:
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        target.chmod(0o700)
        _copy_database(source, target / DATABASE)
        folders = {
            "archive": config.store.archive,
            "files": config.store.files,
            "templates": config.documents.templates_dir,
            "blank_forms": config.documents.blank_forms_dir,
            "forms": config.documents.forms_dir,
            "documentation": config.documents.technical_dir,
        }
        copied = [name for name, folder in folders.items() if _copy_folder(folder, target / name)]
        files = (
            config.path,
            config.secrets.reference_key_file,
            source.parent / FILE_NAME,
            config.documents.vague1_csv,
            config.documents.calendar_file,
        )
        for file in files:
            if file is not None and file.is_file():
                _copy_file(file, target / file.name)
                copied.append(file.name)
    except OSError as error:
        raise UsageError(f"{target}: cannot be written: {error}") from error
    manifest: dict[str, object] = {
        "at": at.isoformat(),
        "copied": [DATABASE, *copied],
        "mails": sum(1 for path in (target / "archive").rglob("*") if path.is_file()),
        "database_sha256": hashlib.sha256((target / DATABASE).read_bytes()).hexdigest(),
        "on_hold": True,
    }
    (target / MANIFEST).touch(mode=0o600)
    (target / MANIFEST).write_text(json.dumps(manifest, indent=2), "utf-8")
    return manifest


def _copy_database(source: Path, target: Path) -> None:
    """SQLite's own backup, then the switch: whoever starts the copy has to say `mailbot resume`."""
    try:
        with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
            live.backup(copy)
            with copy:
                copy.execute(
                    "INSERT INTO switches (name, value) VALUES (?, ?) "
                    "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                    (HOLD, HELD),
                )
                copy.execute("DELETE FROM leases")
                copy.execute("UPDATE switches SET value = '' WHERE name LIKE 'trouble:%'")
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
    except sqlite3.Error as error:
        raise StoreUnreachable(f"store.url: {source} cannot be copied: {error}") from error
    target.chmod(0o600)


def _copy_file(source: Path, target: Path) -> None:
    """The copy is its owner's alone, whatever the original is."""
    target.touch(mode=0o600)
    shutil.copyfile(source, target)


def _copy_folder(source: Path | None, target: Path) -> bool:
    if source is None or not source.is_dir():
        return False
    target.mkdir(mode=0o700)
    for path in sorted(source.rglob("*")):
        if any(part.startswith(".") for part in path.relative_to(source).parts):
            continue  # being written just now
        there = target / path.relative_to(source)
        try:
            if path.is_dir():
                there.mkdir(mode=0o700, exist_ok=True)
            else:
                _copy_file(path, there)
        except FileNotFoundError:  # purged meanwhile
            continue
    return True
