"""Scans, photos and faxes of forms whose blank nobody knows, against the figures to reach.

python -m scripts.bench_documents.scans [--count N] [--first SEED] [--part held|open] [--group clean|poor]
    [--wrong] [--keep FILE] [--of FILE …]

Each seed is one form of the digital specimens (of the held-out part, unless told otherwise), drawn in one of
their layouts, then scanned in a clean and in a poor way. `--keep` adds a line of JSON for each to a file, so
that long runs can be made in pieces; `--of` prints the table of such files and reads nothing.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

from parsers.read import read_file
from scripts.bench_documents.digital import pdf
from scripts.bench_documents.digital.model import KINDS, Builder
from scripts.bench_documents.digital.specimens import PARTS
from scripts.bench_documents.fields import PATIENT, processor_seconds
from scripts.bench_documents.own_blanks import GROUPS, degraded
from scripts.bench_documents.tally import compare, points

GOALS = {
    "right kind": (">= 99.5 %", ">= 98 %"),
    "fields read exactly": (">= 97 %", ">= 85 %"),
    "wrong at >= 0.95": ("<= 1 in 2,000", "<= 1 in 500"),
    "given at >= 0.95": (">= 85 %", ">= 50 %"),
    "median per page, of processor": ("<= 2.5 s", "<= 4 s"),
}
NAMES = {"clean": "scans 200-300 dpi", "poor": "poor scans, photos, fax"}


def main() -> None:
    options = _options()
    results: list[dict[str, Any]] = [
        json.loads(line) for file in options.of for line in Path(file).read_text().splitlines()
    ]
    seeds = range(options.first, options.first + options.count) if not options.of else range(0)
    for seed in seeds:
        for group in [options.group] if options.group else list(GROUPS):
            results.append(measured(seed, group, options.part, options.wrong))
            if options.keep:
                with Path(options.keep).open("a", encoding="utf-8") as file:
                    file.write(json.dumps(results[-1]) + "\n")
    print(table(results))


def measured(seed: int, group: str, part: str, wrong: bool) -> dict[str, Any]:
    """One form in one condition: what was counted, and seconds of processor for each page."""
    random = Random(f"{part}-{seed}-scans")
    ways = GROUPS[group]
    layouts = [each for each in pdf.FLAT if part == "held" or each not in pdf.HELD]
    form = Builder(random, random.choice(KINDS), part == "held").build()
    layout, how = random.choice(layouts), ways[seed % len(ways)]
    name, data = degraded(pdf.draw(form, layout, random), how, seed)
    tally: Counter[str] = Counter()
    before = processor_seconds()
    documents = read_file(name, data, PATIENT)
    seconds = processor_seconds() - before
    for line in compare(form.kind, form.truth, documents, tally, form.allowed):
        if wrong:
            print(f"{seed} {form.kind} {layout} {form.language} {how}: {line}", flush=True)
    given = points(form.truth, documents[0], form.allowed)
    return {"group": group, "how": how, "seconds": seconds / max(1, tally["pages"]), "points": given, **tally}


def table(results: list[dict[str, Any]]) -> str:
    groups = [group for group in GROUPS if any(r["group"] == group for r in results)]
    columns = {group: _figures([r for r in results if r["group"] == group]) for group in groups}
    lines = [f"{'':32}" + "".join(f"{NAMES[group]:26}{'to reach':16}" for group in groups)]
    for place, (what, goals) in enumerate(GOALS.items()):
        goal = dict(zip(GROUPS, goals, strict=True))
        lines.append(f"{what:32}" + "".join(f"{columns[g][place]:26}{goal[g]:16}" for g in groups))
    return "\n".join(lines)


def _figures(results: list[dict[str, Any]]) -> tuple[str, ...]:
    """In the order of the goals."""
    sums: Counter[str] = Counter()
    for result in results:
        sums.update({key: value for key, value in result.items() if isinstance(value, int)})
    fields = max(1, sums["fields"])
    return (
        f"{sums['documents'] - sums['kind wrong']} of {sums['documents']}",
        f"{sums['right'] / fields:.2%} of {fields}",
        f"{sums['wrong sure']} in {fields}",
        f"{sums['sure'] / fields:.2%}",
        f"{statistics.median(r['seconds'] for r in results):.2f} s",
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--count", type=int, default=20, help="forms (default 20)")
    parser.add_argument("--first", type=int, default=0, help="the first seed (default 0)")
    parser.add_argument("--part", choices=PARTS, default="held")
    parser.add_argument("--group", choices=list(GROUPS), help="one of the two only")
    parser.add_argument("--wrong", action="store_true", help="name what went wrong or was doubted")
    parser.add_argument("--keep", metavar="FILE", help="add the results to this file")
    parser.add_argument("--of", metavar="FILE", nargs="+", default=[], help="the table of kept results")
    return parser.parse_args()


if __name__ == "__main__":
    main()
