"""Scanned specimens through the front door: is the kind right, are the fields, and is doubt where it belongs?

python -m scripts.bench_documents.fields [FIRST_SEED] [COUNT] [--how NAME,…] [--wrong]
"""

from __future__ import annotations

import argparse
import resource
import time
from collections import Counter, defaultdict

from parsers.read import read_file
from parsers.types import Document, ReadOptions

from .degrade import CLEAN, POOR, scan
from .draw import Specimen, specimen

PATIENT = ReadOptions(seconds=900)
"""What is measured is how pages are read, whatever else the machine does meanwhile."""
_PDF = "application/pdf"
_SUFFIX = {_PDF: "pdf", "image/png": "png", "image/jpeg": "jpg", "image/tiff": "tif"}


def compare(made: Specimen, documents: list[Document], tally: Counter[str]) -> list[str]:
    """Adds to the tally and names what went wrong."""
    tally["pages"] += 1
    document = documents[0]
    wrong = []
    tally["kind right"] += document.kind == made.kind
    if document.kind != made.kind:
        codes = ", ".join(p.code for p in document.problems)
        wrong.append(f"kind {made.kind} taken for {document.kind} ({codes})")
    for field_id, value in made.truth.items():
        found = document.fields.get(field_id)
        right = found is not None and found.value == value
        sure = found is not None and found.confidence >= 0.95
        tally["fields"] += 1
        tally["right"] += right
        tally["sure"] += sure
        tally["wrong sure"] += sure and not right
        if not right:
            read = f"{found.value!r} at {found.confidence:.2f}" if found else "nothing"
            wrong.append(f"{field_id}: {value!r} read {read}" + ("  <-- believed" if sure else ""))
    for field_id, found in document.fields.items():
        if (
            field_id not in made.truth
            and found.confidence >= 0.95
            and field_id not in ("pays", "type_personne")
        ):
            tally["wrong sure"] += 1
            wrong.append(
                f"{field_id}: read {found.value!r} at {found.confidence:.2f} where nothing was  <-- believed"
            )
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("first", type=int, nargs="?", default=0)
    parser.add_argument("count", type=int, nargs="?", default=10)
    parser.add_argument("--how", default=",".join(CLEAN + POOR))
    parser.add_argument("--each", type=int, default=2, help="ways of scanning for each specimen")
    parser.add_argument("--wrong", action="store_true", help="name what went wrong")
    options = parser.parse_args()
    ways = options.how.split(",")
    tallies: dict[str, Counter[str]] = defaultdict(Counter)
    seconds: dict[str, float] = defaultdict(float)
    worked: dict[str, float] = defaultdict(float)
    for seed in range(options.first, options.first + options.count):
        made = specimen(seed)
        for k in range(min(options.each, len(ways))):
            how = ways[(seed * options.each + k) % len(ways)]
            data, media_type = (made.pdf, _PDF) if how == "digital" else scan(made.pdf, how, seed)
            started, before = time.monotonic(), processor_seconds()
            documents = read_file(f"scan.{_SUFFIX[media_type]}", data, PATIENT)
            seconds[how] += time.monotonic() - started
            worked[how] += processor_seconds() - before
            for line in compare(made, documents, tallies[how]):
                if options.wrong:
                    print(f"{seed} {made.layout:7} {how:10} {line}", flush=True)
    groups = {"digital": ("digital",), "clean": CLEAN, "poor": POOR}
    for name, members in groups.items():
        for how in members:
            if tallies[how]["pages"]:
                _print(how, tallies[how], seconds[how], worked[how])
        total: Counter[str] = sum((tallies[m] for m in members), Counter())
        if total["pages"]:
            _print(name.upper(), total, sum(seconds[m] for m in members), sum(worked[m] for m in members))


def processor_seconds() -> float:
    """Of this process and of the OCR programs that it started: what a page costs on a busy machine too."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _print(how: str, tally: Counter[str], seconds: float, worked: float) -> None:
    fields, pages = max(1, tally["fields"]), tally["pages"]
    print(
        f"{how:10} pages {pages:3} kind {tally['kind right'] / pages:.2f} fields {fields:4}"
        f" exact {tally['right'] / fields:.3f} at 0.95 {tally['sure'] / fields:.3f}"
        f" believed and wrong {tally['wrong sure']} {seconds / pages:.2f} s/page"
        f" ({worked / pages:.2f} s of processor)"
    )


if __name__ == "__main__":
    main()
