"""`make bench-documents`: how well forms are understood, in the figures that are to be reached.

python -m scripts.bench_documents [--count N] [--part open|held|both] [--failures N] [--json] [--points FILE]
    [--scans N]

Digital forms, and with `--scans` so many of the held-out ones, each scanned well and badly.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from scripts.bench_documents import scans
from scripts.bench_documents.digital.measure import Tally, measure
from scripts.bench_documents.digital.specimens import PARTS
from scripts.bench_documents.own_blanks import GROUPS

_SHOWN = 12


def main(arguments: list[str] | None = None) -> int:
    options = _options(arguments)
    parts = PARTS if options.part == "both" else (options.part,)
    tallies = {part: measure(options.count, part, options.first) for part in parts}
    if options.points:
        points = [[part, *point] for part, tally in tallies.items() for point in tally.points]
        Path(options.points).write_text(json.dumps(points), encoding="utf-8")
    if options.json:
        print(json.dumps({part: tally.figures() for part, tally in tallies.items()}, indent=2))
    else:
        print(_table(tallies))
        for part, tally in tallies.items():
            _print_failures(part, tally, options.failures)
        if options.scans:
            seeds = range(options.first, options.first + options.scans)
            print("\n" + scans.table([scans.measured(s, g, "held", False) for s in seeds for g in GROUPS]))
    return 0 if all(tally.wrong_believed == 0 for tally in tallies.values()) else 1


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench-documents", description=__doc__)
    parser.add_argument("--count", type=int, default=300, help="files of each part (default 300)")
    parser.add_argument("--first", type=int, default=0, help="the first seed (default 0)")
    parser.add_argument("--part", choices=[*PARTS, "both"], default="both")
    parser.add_argument("--failures", type=int, nargs="?", const=_SHOWN, default=0, help="list the worst")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--scans", type=int, default=0, metavar="N", help="also so many forms as scans")
    parser.add_argument("--points", metavar="FILE", help="write every value: part, confidence, right")
    return parser.parse_args(arguments)


def _table(tallies: dict[str, Tally]) -> str:
    figures = {part: tally.figures() for part, tally in tallies.items()}
    rows = [
        ("right kind", "no error in 2,000", lambda f: f"{f['kinds_wrong']} errors in {f['documents']}"),
        ("fields read exactly", ">= 99.5 %", lambda f: f"{f['read_exactly']:.2%} of {f['fields_printed']}"),
        ("wrong at >= 0.95", "none in 10,000", lambda f: f"{f['wrong_believed']} in {f['values_given']}"),
        ("right at >= 0.95", ">= 98 %", lambda f: f"{f['right_believed']:.2%}"),
        ("median per document", "<= 40 ms", lambda f: f"{f['median_ms']} ms"),
        ("filled or blank", "", lambda f: f"{f['filled_wrong']} errors"),
    ]
    lines = [f"{'digital forms':22}{'to reach':18}" + "".join(f"{part:24}" for part in figures)]
    for name, target, shown in rows:
        lines.append(f"{name:22}{target:18}" + "".join(f"{shown(f):24}" for f in figures.values()))
    return "\n".join(lines)


def _print_failures(part: str, tally: Tally, count: int) -> None:
    if not count:
        return
    for what in ("kind", "wrong", "spurious", "filled", "missed", "doubted"):
        failures = sorted((f for f in tally.failures if f.what == what), key=lambda f: -f.confidence)
        print(f"\n{part}: {what} ({len(failures)})")
        for failure in failures[:count]:
            print(f"  {failure.file} {failure.field}: {failure.expected!r} <- {failure.got!r} "
                  f"{failure.confidence} {'; '.join(failure.evidence)}")  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
