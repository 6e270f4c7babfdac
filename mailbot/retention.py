"""Retention: how long which data is kept ([retention]), and taking away what is over. Nothing of the mailbox.

The audit trail stays whole and can still be verified: of what was purged it keeps that it happened, when and
by whom, and digests of the rest.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from mailbot.bootstrap import Service
from mailbot.rows import HistoryRow


@dataclass(frozen=True, slots=True)
class Purge:
    """How much is over, or was taken away. `pages`: documents whose drawn pages are kept too long."""

    unrelated_mails: int = 0
    dossiers: int = 0
    history_details: int = 0
    pages: int = 0
    files: int = 0

    def as_json(self) -> dict[str, int]:
        return asdict(self)


def purge(service: Service, by: str = "", system_user: str = "", *, dry_run: bool = False) -> Purge:
    """Take away what the configuration keeps no longer; with `dry_run` only count it.

    The files go after the rows: should that break off, the next purge removes them.
    """
    store, now, keep = service.store, service.clock.now(), service.config.retention
    mails = store.unrelated_mails(_before(now, keep.unrelated_days)) if keep.unrelated_days else []
    dossiers = store.idle_dossiers(_before(now, keep.dossier_days)) if keep.dossier_days else []
    views = store.old_views(_before(now, keep.views_days)) if keep.views_days else set()
    pages = list(_old_pages(service.config.web.pages, now, keep.pages_days)) if keep.pages_days else []
    if dry_run:
        about = store.history_about(mails, dossiers) | views
        return Purge(len(mails), len(dossiers), len(about), len(pages))
    in_use = store.files_in_use()
    details = 0
    if mails or dossiers or views:
        with store.transaction():
            about = store.history_about(mails, dossiers) | views
            store.purge_mails(mails, now)
            store.purge_dossiers(dossiers, now)
            counted: dict[str, Any] = {"mails": mails, "dossiers": dossiers}
            counted |= {"system_user": system_user} if system_user else {}
            store.add_history(HistoryRow(0, now, by or "staff", "purge", counted))
            details = store.purge_history(about, now, by or "staff")
        store.erase_purged()
    files = sum(
        service.archive.remove(digest) for digest in store.purged_digests() if service.archive.has(digest)
    )
    files += sum(service.files.remove(digest) for digest in in_use - store.files_in_use())
    for folder in pages:
        shutil.rmtree(folder, ignore_errors=True) if folder.is_dir() else folder.unlink(missing_ok=True)
    return Purge(len(mails), len(dossiers), details, len(pages), files)


def _before(now: datetime, days: float) -> datetime:
    return now - timedelta(days=days)


def _old_pages(folder: Path, now: datetime, days: float) -> Iterator[Path]:
    """What the web app drew and did not touch since. By the disk's time: that is when it was drawn."""
    if not folder.is_dir():
        return
    limit = _before(now, days).timestamp()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.stat().st_mtime < limit:
            yield path
