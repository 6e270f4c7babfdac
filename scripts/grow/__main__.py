"""Fill the store of a configuration as it would be after many years: `python -m scripts.grow --config FILE`.

Everything is invented. The store has to be empty; nothing is sent, and no server is asked.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from datetime import datetime
from pathlib import Path

from sqlalchemy import text

from mailbot.adapters.reference_key import reference_key
from mailbot.adapters.store.sql import SqlStore, open_store
from mailbot.bootstrap import make_templates
from mailbot.config import load_config
from mailbot.references import References
from mailbot.settings import Config
from scripts.grow.industriel import Industriel
from scripts.grow.store import Growth, Size


def main(arguments: list[str] | None = None) -> int:
    options = _options(arguments)
    config = load_config(options.config, check_secrets=False)
    size = Size(options.mails, options.dossiers, options.connections, options.entries)
    begun = time.perf_counter()
    counts = grow(config, size, until=options.until, seed=options.seed, files=not options.no_files)
    for name, count in counts.items():
        print(f"{count:>9,} {name}")
    print(f"{time.perf_counter() - begun:.0f} s")
    return 0


def grow(config: Config, size: Size, *, until: datetime, seed: int = 0, files: bool = True) -> dict[str, int]:
    """Fill the configured store; returns the number of rows by table. Raises SystemExit for a used store."""
    store = open_store(config.store.url)
    try:
        growth = Growth(
            size,
            References(reference_key(config)),
            make_templates(config),
            until,
            config.imap.account,
            tuple(name for name in (config.imap.folder, config.imap.processed_folder) if name),
            seed,
        )
        made = list(growth.industriels())
        with store._database.writing() as connection:
            if connection.execute(text("SELECT 1 FROM mails LIMIT 1")).first() is not None:
                raise SystemExit(f"{config.store.url}: the store is not empty")
            counts = growth.fill(connection, made)
        _analyse(store)
    finally:
        store.close()
    if files:
        counts["files"] = _archive(config.store.archive, made)
    return counts


def _analyse(store: SqlStore) -> None:
    """What a server does by itself after so many rows."""
    if not store._database.is_sqlite:
        with store._database.writing() as connection:
            connection.execute(text("ANALYZE"))


def _archive(root: Path, made: list[tuple[Industriel, object]]) -> int:
    """The raw mails where the archive keeps them; not synchronised to disk one by one."""
    count = 0
    for number in range(256):
        (root / f"{number:02x}").mkdir(parents=True, exist_ok=True, mode=0o700)
    for industriel, _ in made:
        for sent in industriel.mails:
            raw = sent.raw(industriel.email)
            digest = hashlib.sha256(raw).hexdigest()
            (root / digest[:2] / f"{digest[2:]}.eml").write_bytes(raw)
            count += 1
    return count


def _options(arguments: list[str] | None) -> argparse.Namespace:
    usual = Size()
    parser = argparse.ArgumentParser(prog="grow", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="a configuration with an empty store")
    parser.add_argument("--mails", type=int, default=usual.mails)
    parser.add_argument("--dossiers", type=int, default=usual.dossiers)
    parser.add_argument("--connections", type=int, default=usual.connections)
    parser.add_argument("--entries", type=int, default=usual.open_entries, help="open in the queue")
    parser.add_argument("--until", type=datetime.fromisoformat, default="2026-06-01T08:00:00+02:00")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--no-files", action="store_true", help="leave the archive's files out")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
