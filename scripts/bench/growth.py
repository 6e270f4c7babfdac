"""How cost grows: the same mails into an empty store and a grown one, the nightly run, the reconciliation."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from mailbot.adapters.clock import FixedClock
from mailbot.adapters.store.sql import open_store
from mailbot.bootstrap import Service
from mailbot.config import load_config
from mailbot.ports import Readers
from parsers.types import Document, MailReading, ReadOptions
from scripts.bench.mails import typical_mails
from scripts.grow.__main__ import grow
from scripts.grow.store import Size
from tests.fakes import MemoryMailbox, MemoryMailer

UNTIL = datetime.fromisoformat("2026-06-01T08:00:00+02:00")
_FIRST = 900_000  # numbers of Industriels that the grown store does not have
_ROUNDS = 5
CONFIGURATION = """
[imap]
host = "127.0.0.1"
security = "none"
username = "support@incert.test"
password_env = "PATH"
processed_folder = "Traités"
[smtp]
host = "127.0.0.1"
security = "none"
from = "support@incert.test"
save_sent = "server"
[parties]
incert_address = "equipe@incert.test"
aes_address = "sons@esante.lu"
[automation]
settle_minutes = 0
"""


class Known:
    """ports.Readers: readings made beforehand. How a mail is read does not depend on the store."""

    def __init__(self, mails: Sequence[bytes], options: ReadOptions | None = None) -> None:
        from mailbot.adapters.reading import read_mail

        self._readings = {raw: read_mail(raw, options or ReadOptions()) for raw in mails}

    def read_mail(self, raw: bytes) -> MailReading:
        return self._readings[raw]

    def read_quickly(self, raw: bytes) -> MailReading | None:
        return self._readings[raw]

    def read_file(self, name: str, data: bytes) -> list[Document]:
        return []


def growth(size: Size, mails: int) -> dict[str, Any]:
    """CPU time of the service (reading apart) for each new mail in both stores, in alternating rounds."""
    ready = list(typical_mails(mails * (_ROUNDS + 1), first=_FIRST, begin=UNTIL))
    known = Known(ready)
    with tempfile.TemporaryDirectory(prefix="mailbot-growth-") as made:
        services = {}
        for name in ("empty", "grown"):
            folder = Path(made) / name
            folder.mkdir()
            (folder / "config.toml").write_text(CONFIGURATION)
            if name == "grown":
                grow(load_config(folder / "config.toml"), size, until=UNTIL, files=False)
            services[name] = _service(folder, known)
        costs: dict[str, list[float]] = {"empty": [], "grown": []}
        for number in range(_ROUNDS + 1):
            for name, service in services.items():
                some = ready[number * mails : (number + 1) * mails]
                costs[name].append(_one_round(service, some) / mails)
        medians = {name: statistics.median(values[1:]) for name, values in costs.items()}
        grown = services["grown"]
        begun = time.process_time()
        reminders = grown.reminders.run()
        remind = time.process_time() - begun
        begun = time.process_time()
        grown.reconciler.run(None)
        reconcile = time.process_time() - begun
        for service in services.values():
            service.close()
    return {
        "archived_mails": size.mails,
        "dossiers": size.dossiers,
        "connections": size.connections,
        "open_entries": size.open_entries,
        "empty_cpu_ms": round(1000 * medians["empty"], 2),
        "grown_cpu_ms": round(1000 * medians["grown"], 2),
        "times_the_empty_store": round(medians["grown"] / medians["empty"], 2),
        "reminders": len(reminders),
        "reminders_cpu_s": round(remind, 2),
        "reconciliation_cpu_s": round(reconcile, 2),
    }


def _service(folder: Path, readers: Readers) -> Service:
    config = load_config(folder / "config.toml")
    mailbox, mailer = MemoryMailbox(), MemoryMailer()
    clock = FixedClock(UNTIL + timedelta(hours=1))
    return Service(
        config, clock, lambda: open_store(config.store.url), lambda: readers, lambda: mailbox, lambda: mailer
    )


def _one_round(service: Service, mails: Sequence[bytes]) -> float:
    mailbox = service.mailbox
    assert isinstance(mailbox, MemoryMailbox)
    for raw in mails:
        mailbox.deliver(raw, UNTIL)
    begun = time.process_time()
    service.intake.once()
    service.processing.run()
    asyncio.run(service.delivery.once(10**6))
    return time.process_time() - begun
