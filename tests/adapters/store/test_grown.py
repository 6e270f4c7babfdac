"""A grown store (`make grow`) is one that mailbot itself could have written."""

from datetime import datetime
from pathlib import Path

from mailbot.bootstrap import build_service
from mailbot.config import default_config
from rules.workflow import INDUSTRIEL_IS_NEXT
from scripts.grow.__main__ import grow
from scripts.grow.store import Size


def test_a_grown_store_reads_like_any_other(tmp_path: Path) -> None:
    config = default_config(tmp_path / "config.toml")
    size = Size(mails=120, dossiers=4, connections=30, open_entries=9)
    grow(config, size, until=datetime.fromisoformat("2026-06-01T08:00:00+02:00"))
    service = build_service(config, read_only=True)
    store = service.store
    rows = store.dossiers()
    assert len(rows) == 4
    assert sum(len(row.dossier.of_kind("R")) for row in rows) == 30
    assert all(service.references.is_genuine(row.dossier.reference) for row in rows)
    assert len(store.entries()) == 9
    assert store.history_broken_at() is None
    assert sorted(store.mail_digests()) == sorted(service.archive.digests())
    exhibits = [e for row in rows for case in row.dossier.cases for e in case.exhibits]
    assert all(store.document(e.id).mail_id == e.mail_id for e in exhibits)
    assert any(c.state in INDUSTRIEL_IS_NEXT[c.kind] for row in rows for c in row.dossier.cases)
    service.close()
