"""CPU per mail, wall time and memory of the three contenders, in alternating runs."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scripts.bench.desk import NOW, Contender, running
from scripts.bench.mails import typical_mails
from scripts.bench.tree import Memory
from tests.integration.dovecot import Dovecot

CONTENDERS: tuple[Contender, ...] = ("mailbot", "naive", "floor")
_WARM_UP = 3


@dataclass(frozen=True, slots=True)
class Cost:
    """One run. Times of a mail in milliseconds."""

    contender: Contender
    cpu_ms: float
    wall_ms: float
    peak_pss: int


def measure(dovecot: Dovecot, rounds: int, mails: int, only: Sequence[Contender]) -> list[Cost]:
    """So many rounds, each with every contender, the order turned by one from round to round."""
    ready = list(typical_mails(mails + _WARM_UP, begin=NOW))
    found = []
    for number in range(rounds):
        turn = number % len(only)
        for contender in (*only[turn:], *only[:turn]):
            found.append(one_run(dovecot, contender, ready))
            said = f"round {number + 1}, {contender}: {found[-1].cpu_ms:.1f} ms CPU a mail"
            print(said, file=sys.stderr, flush=True)
    return found


def one_run(dovecot: Dovecot, contender: Contender, mails: Sequence[bytes]) -> Cost:
    with running(contender, dovecot) as run:
        run.stage(mails[:_WARM_UP])
        run.arrive()
        run.answered(_WARM_UP, 60)
        run.stage(mails[_WARM_UP:])
        before = run.settled_cpu()
        count = len(mails) - _WARM_UP
        with Memory(run.pid, every=0.5) as memory:
            begun = time.monotonic()
            run.arrive()
            run.answered(len(mails), 20 + 5 * count)
            wall = time.monotonic() - begun
        cpu = run.settled_cpu() - before
        return Cost(contender, 1000 * cpu / count, 1000 * wall / count, memory.peak)


def figures(costs: Sequence[Cost]) -> dict[str, Any]:
    """Contender -> the medians, and all values of the CPU time."""
    found: dict[str, Any] = {}
    for contender in dict.fromkeys(cost.contender for cost in costs):
        own = [cost for cost in costs if cost.contender == contender]
        found[contender] = {
            "runs": len(own),
            "cpu_ms_per_mail": round(statistics.median(c.cpu_ms for c in own), 2),
            "wall_ms_per_mail": round(statistics.median(c.wall_ms for c in own), 2),
            "peak_pss_mb": round(statistics.median(c.peak_pss for c in own) / 1e6, 1),
            "cpu_ms_all": [round(c.cpu_ms, 2) for c in own],
        }
    return found
