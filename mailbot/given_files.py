"""Which files staff gave for which dossier: rows of the history, by the digest of their bytes.

The gate lets a file leave only in the dossier that it was given for.
"""

from __future__ import annotations

from datetime import datetime

from mailbot.rows import HistoryRow
from mailbot.store_port import Store

GIVEN = "file_given"


def note_given(store: Store, dossier_id: int, digest: str, by: str, at: datetime) -> None:
    """This file is for that dossier."""
    if not was_given(store, dossier_id, digest):
        store.add_history(HistoryRow(0, at, by or "staff", GIVEN, {"sha256": digest}, dossier_id))


def was_given(store: Store, dossier_id: int, digest: str) -> bool:
    return any(
        row.what == GIVEN and row.detail.get("sha256") == digest
        for row in store.history(dossier_id=dossier_id)
    )
