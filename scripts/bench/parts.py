"""The other figures: latency with IDLE, a backlog, a second reader, the start."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mailbot.adapters.workers import WorkerReaders
from parsers.types import ReadOptions
from scripts.bench.desk import NOW, running
from scripts.bench.mails import typical_mails
from scripts.bench.tree import Memory
from tests.integration.dovecot import Dovecot

_STAGED_AT_ONCE = 200


def latency(dovecot: Dovecot, mails: int) -> dict[str, Any]:
    """From delivery in the mailbox to the answer accepted by SMTP, one mail at a time, in seconds."""
    ready = list(typical_mails(mails + 2, begin=NOW))
    found = []
    with running("mailbot", dovecot) as run:
        for number, raw in enumerate(ready, 1):
            run.stage([raw])
            time.sleep(0.3)
            begun = time.monotonic()
            run.arrive()
            run.answered(number, 60)
            found.append(time.monotonic() - begun)
    found = sorted(found[2:])  # the reader had to start for the first ones
    return {
        "mails": len(found),
        "p50_s": round(statistics.median(found), 3),
        "p95_s": round(found[min(len(found) - 1, round(0.95 * len(found)))], 3),
    }


def backlog(dovecot: Dovecot, few: int, many: int) -> dict[str, Any]:
    """Waiting mails drained: mails a second for few and for many, and the peak of the tree's memory.

    Of the many also each tenth of them, so that one run shows whether either changes on the way.
    """
    found: dict[str, Any] = {}
    for name, count in (("few", few), ("many", many)):
        tenths = _drained(dovecot, count)
        found |= {
            f"{name}_mails": count,
            f"{name}_per_second": round(count / sum(tenth.seconds for tenth in tenths), 2),
            f"{name}_peak_pss_mb": max(tenth.peak_pss_mb for tenth in tenths),
        }
    found["tenths_per_second"] = [round(tenth.mails / tenth.seconds, 2) for tenth in tenths]
    found["tenths_peak_pss_mb"] = [tenth.peak_pss_mb for tenth in tenths]
    return found


@dataclass(frozen=True, slots=True)
class _Tenth:
    mails: int
    seconds: float
    peak_pss_mb: float


def _drained(dovecot: Dovecot, count: int) -> list[_Tenth]:
    """So many mails come at once; how each tenth of the answers left."""
    found: list[_Tenth] = []
    with running("mailbot", dovecot) as run:
        for start in range(0, count, _STAGED_AT_ONCE):
            here = min(_STAGED_AT_ONCE, count - start)
            run.stage(list(typical_mails(here, first=start, begin=NOW)))
        begun, done = time.monotonic(), 0
        run.arrive()
        for until in (count * tenth // 10 for tenth in range(1, 11)):
            with Memory(run.pid, every=0.5) as memory:
                run.answered(until, 60 + 5 * count)
            now = time.monotonic()
            found.append(_Tenth(until - done, now - begun, round(memory.peak / 1e6, 1)))
            begun, done = now, until
    return found


def readers(mails: int) -> dict[str, Any]:
    """How much faster two readers are than one."""
    from concurrent.futures import ThreadPoolExecutor

    ready = list(typical_mails(mails, begin=NOW))
    seconds = {}
    for count in (1, 2):
        with WorkerReaders(ReadOptions, workers=count) as pool, ThreadPoolExecutor(count) as threads:
            list(threads.map(pool.read_mail, ready[: 2 * count]))
            begun = time.monotonic()
            list(threads.map(pool.read_mail, ready))
            seconds[count] = time.monotonic() - begun
    return {"mails": mails, "times_faster": round(seconds[1] / seconds[2], 2)}


def start(dovecot: Dovecot, runs: int) -> dict[str, Any]:
    """Seconds until `mailbot run` is ready, and `mailbot extract` of one PDF, cold."""
    ready, extracted, cpu = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "formulaire_1.pdf"
        file.write_bytes(_a_pdf())
        for _ in range(runs):
            with running("mailbot", dovecot) as run:
                ready.append(run.ready_after())
            begun, used = time.monotonic(), _children_cpu()
            subprocess.run(
                [sys.executable, "-m", "mailbot.cli", "extract", "--json", str(file)],
                check=True,
                stdout=subprocess.DEVNULL,
            )
            extracted.append(time.monotonic() - begun)
            cpu.append(_children_cpu() - used)
    return {
        "run_ready_s": round(statistics.median(ready), 2),
        "extract_s": round(statistics.median(extracted), 2),
        "extract_cpu_s": round(statistics.median(cpu), 2),
    }


def _children_cpu() -> float:
    import resource

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _a_pdf() -> bytes:
    from outbox_templates.blanks import blank_bytes

    return blank_bytes("formulaire_1", "pdf")


PARTS: Sequence[str] = ("cost", "latency", "backlog", "scans", "readers", "start", "growth", "pages")
