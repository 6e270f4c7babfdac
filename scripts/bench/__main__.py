"""`make bench`: what the service costs, on a real Dovecot and an SMTP server on loopback.

Side by side in the same run: mailbot; the naive way; the floor. Medians of alternating runs; CPU time and
memory are those of the whole process tree. Results as a table, and in a folder as bench.json and bench.svg.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from scripts.bench import cost, parts, report
from scripts.bench.growth import growth
from scripts.bench.pages import pages
from scripts.bench.scans import scans
from scripts.grow.store import Size
from tests.integration.dovecot import running_dovecot


def main(arguments: list[str] | None = None) -> int:
    options = _options(arguments)
    wanted = parts.PARTS if options.part == "all" else (options.part,)
    result: dict[str, Any] = {"machine": report.machine()}
    with running_dovecot() as dovecot:
        if "cost" in wanted:
            costs = cost.measure(dovecot, options.rounds, options.mails, cost.CONTENDERS)
            result["cost"] = cost.figures(costs)
            result["ratios"] = report.ratios(result["cost"])
        if "latency" in wanted:
            result["latency"] = parts.latency(dovecot, options.mails)
        if "backlog" in wanted:
            result["backlog"] = parts.backlog(dovecot, 100, options.backlog)
        if "scans" in wanted:
            result["scans"] = scans(dovecot, options.mails // 6)
        if "readers" in wanted:
            result["readers"] = parts.readers(options.mails)
        if "start" in wanted:
            result["start"] = parts.start(dovecot, options.rounds)
    mails = options.archived
    size = Size(mails, mails // 40, mails // 4, mails // 40)
    if "growth" in wanted:
        result["growth"] = growth(size, min(options.mails, 20))
    if "pages" in wanted:
        result["pages"] = pages(size, 4 * options.mails)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "bench.json").write_text(json.dumps(result, indent=2) + "\n")
    if "cost" in result:
        (options.out / "bench.svg").write_text(report.plot(result["cost"]))
    print(report.table(result))
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--part", choices=(*parts.PARTS, "all"), default="cost")
    parser.add_argument("--rounds", type=int, default=5, help="alternating runs (default 5)")
    parser.add_argument("--mails", type=int, default=60, help="mails in each run (default 60)")
    parser.add_argument("--backlog", type=int, default=10_000, help="waiting mails (default 10,000)")
    parser.add_argument(
        "--archived", type=int, default=200_000, help="mails in the grown store (default 200,000)"
    )
    parser.add_argument("--out", type=Path, default=Path("build/bench"), help="folder of the results")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
