"""Scans in the service: how long one takes, by its pages, and what typed mails notice while many are read."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

from scripts.bench.desk import NOW, Run, running
from scripts.bench.mails import address_of, scanned_mail, typical_mail
from tests.integration.dovecot import Dovecot

_FEW, _MANY = 1, 3  # pages
_WAITING = 20  # scans of many pages while typed mails come: minutes of work
_LONGEST_SECONDS = 120.0
_QUEUED = "outcome=queue"


def scans(dovecot: Dovecot, mails: int) -> dict[str, Any]:
    """Seconds from delivery until a mail is settled: its answer accepted by SMTP, or its draft in the queue.

    One mail at a time, by turns; then typed mails beside a crowd of scans.
    """
    numbers = iter(range(10**6))
    found: dict[str, Any] = {}
    with running("mailbot", dovecot) as run:

        def typed() -> float:
            number = next(numbers)
            return _seconds(run, typical_mail(number, NOW), lambda: _answered(run, number))

        def scanned(pages: int) -> float:
            number, queued = next(numbers), run.times_said(_QUEUED)
            raw = scanned_mail(number, pages, NOW)
            return _seconds(run, raw, lambda: _answered(run, number) or run.times_said(_QUEUED) > queued)

        typed()  # the reader has to start
        found["first_scan_s"] = round(scanned(_FEW), 2)  # its reader has to start, and learns the blanks
        rounds = [(typed(), scanned(_FEW), scanned(_MANY)) for _ in range(mails)]
        alone, few, many = (statistics.median(times) for times in zip(*rounds, strict=True))
        found["typed_p50_s"] = round(alone, 2)
        for pages, middle in ((_FEW, few), (_MANY, many)):
            found[f"pages_{pages}_p50_s"] = round(middle, 2)
            found[f"pages_{pages}_more_a_page_s"] = round((middle - alone) / pages, 2)
        run.stage([scanned_mail(next(numbers), _MANY, NOW) for _ in range(_WAITING)])
        run.arrive()
        time.sleep(2)
        beside = sorted(typed() for _ in range(3 * mails))
        found["typed_beside_scans_p50_s"] = round(statistics.median(beside), 2)
        found["typed_beside_scans_p95_s"] = round(_p95(beside), 2)
    return found


def _seconds(run: Run, raw: bytes, settled: Callable[[], bool]) -> float:
    """From the mail's delivery until it is settled."""
    run.stage([raw])
    time.sleep(0.3)
    begun = time.monotonic()
    run.arrive()
    run.until(settled, _LONGEST_SECONDS)
    return time.monotonic() - begun


def _answered(run: Run, number: int) -> bool:
    return bool(run.sink.to(address_of(number)))


def _p95(values: Sequence[float]) -> float:
    return values[min(len(values) - 1, round(0.95 * len(values)))]
