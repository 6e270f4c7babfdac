"""Blanks in other layouts and wordings, learned by `forms learn`, then filled, scanned and read.

python -m scripts.bench_documents.learned_blanks [FIRST_SEED] [COUNT] [--part open|held] [--how NAME,…]
    [--layouts NAME,…] [--unregistered] [--wrong] [--json FILE]

Layouts are those of the digital specimens that leave the same page blank and filled.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from copy import deepcopy
from pathlib import Path
from random import Random

from parsers.forms import dump_form, load_forms
from parsers.forms.learn import UnknownForm, learn
from parsers.read import read_bytes, read_file
from parsers.types import Document, ReadOptions
from scripts.bench_documents.digital import pdf
from scripts.bench_documents.digital.model import KINDS, Builder, Form
from scripts.bench_documents.digital.specimens import PARTS
from scripts.bench_documents.fields import PATIENT, processor_seconds
from scripts.bench_documents.own_blanks import GROUPS, degraded, row, table

LAYOUTS = ("right", "inline", "below", "box_right", "box_below", "in_cell", "table", "grid", "dotted",
           "underscore", "acro_named", "acro_tooltip", "acro_opaque")  # fmt: skip


def blank_of(form: Form) -> Form:
    """The form before anybody filled it, as high as the filled one."""
    blank = deepcopy(form)
    for item in blank.items:
        item.printed = "\n" * item.printed.count("\n")
        item.rows = [["" for _ in cells] for cells in item.rows]
        for option in item.options:
            option.on = False
    return blank


def drawn(form: Form, layout: str, seed: str) -> bytes:
    return pdf.draw(form, layout, Random(seed))


def compare(form: Form, documents: list[Document], tally: Counter[str]) -> list[str]:
    document = documents[0]
    tally["documents"] += 1
    tally["pages"] += document.pages
    wrong = []
    if document.kind != form.kind or len(documents) != 1:
        tally["kind wrong"] += 1
        wrong.append(f"kind {[d.kind for d in documents]}")
    for field, value in form.truth.items():
        found = document.fields.get(field)
        right = found is not None and found.value == value
        sure = found is not None and found.confidence >= 0.95
        tally.update({"fields": 1, "right": right, "sure": sure, "wrong sure": sure and not right})
        if not right or not sure:
            read = f"{found.value!r} at {found.confidence:.2f} {found.evidence}" if found else "nothing"
            wrong.append(f"{field}: {value!r} read {read}" + ("  <-- believed" if sure else ""))
    for field, found in document.fields.items():
        if field not in form.truth and found.value not in (None, False, form.allowed.get(field)):
            tally["wrong sure"] += found.confidence >= 0.95
            wrong.append(f"{field}: read {found.value!r} at {found.confidence:.2f} where nothing was")
    return wrong


def known(blank: bytes, kind: str, folder: Path) -> ReadOptions:
    """What an operator does with a new blank: learn it, keep the definition and the blank."""
    (folder / "forms").mkdir()
    (folder / "blanks").mkdir()
    (folder / "blanks" / "new.pdf").write_bytes(blank)
    reading = read_bytes(blank, "application/pdf", PATIENT)
    try:
        form = learn(reading, load_forms(None), "9999", kind).form
        (folder / "forms" / "new.toml").write_text(dump_form(form), encoding="utf-8")
    except UnknownForm:
        pass
    return PATIENT.model_copy(
        update={"forms_dir": str(folder / "forms"), "blanks": (str(folder / "blanks"),)}
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("first", type=int, nargs="?", default=0)
    parser.add_argument("count", type=int, nargs="?", default=6)
    parser.add_argument("--part", choices=PARTS, default="open")
    parser.add_argument("--how", default="scan200,scan300", help="clean, poor, or names of conditions")
    parser.add_argument("--layouts", default=",".join(LAYOUTS))
    parser.add_argument("--unregistered", action="store_true", help="as if no blank were known")
    parser.add_argument("--wrong", action="store_true", help="name what went wrong or was doubted")
    parser.add_argument("--json", metavar="FILE", help="the figures, for programs")
    options = parser.parse_args()
    hows = [how for name in options.how.split(",") for how in GROUPS.get(name, (name,))]
    layouts = options.layouts.split(",")
    tallies: dict[str, Counter[str]] = {}
    for seed in range(options.first, options.first + options.count):
        random = Random(f"{options.part}-{seed}-learned")
        layout, how = layouts[seed % len(layouts)], hows[(seed // 2) % len(hows)]
        form = Builder(random, random.choice(KINDS), options.part == "held").build()
        paper = drawn(form, layout, f"{seed}")
        with tempfile.TemporaryDirectory() as name:
            reading = known(drawn(blank_of(form), layout, f"{seed}"), form.kind, Path(name))
            if options.unregistered:
                reading = reading.model_copy(update={"blanks": ()})
            file, data = degraded(paper, how, seed)
            before = processor_seconds()
            documents = read_file(file, data, reading)
            spent = processor_seconds() - before
        tally = tallies.setdefault(how, Counter())
        tally["ms"] += round(1000 * spent)
        laid = sum(
            "read against" in note for d in documents for v in d.fields.values() for note in v.evidence
        )
        lines = compare(form, documents, tally)
        if options.wrong:
            print(f"{seed} {form.kind} {layout} {form.language} {how}: {laid} read against the blank")
            for line in lines:
                print(f"    {line}", flush=True)
    rows = [row(how, tally) for how, tally in tallies.items()]
    rows.append(row("all", sum(tallies.values(), Counter())))
    print(table(rows))
    if options.json:
        Path(options.json).write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
