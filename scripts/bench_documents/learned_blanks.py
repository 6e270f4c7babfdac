"""Blanks in other layouts and wordings, learned by `forms learn`, then filled, scanned and read.

python -m scripts.bench_documents.learned_blanks [FIRST_SEED] [COUNT] [--part open|held] [--how NAME,…]
    [--layouts NAME,…] [--unregistered] [--wrong] [--json FILE]

Layouts are those of the digital specimens that leave the same page blank and filled.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from copy import deepcopy
from pathlib import Path
from random import Random

from parsers.forms import dump_form, load_forms
from parsers.forms.learn import UnknownForm, learn
from parsers.read import read_bytes, read_file
from parsers.types import ReadOptions
from scripts.bench_documents.digital import pdf
from scripts.bench_documents.digital.model import KINDS, Builder, Form
from scripts.bench_documents.digital.specimens import PARTS
from scripts.bench_documents.fields import PATIENT, processor_seconds
from scripts.bench_documents.own_blanks import GROUPS, degraded
from scripts.bench_documents.tally import compare, report

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
        lines = compare(form.kind, form.truth, documents, tally, form.allowed)
        if options.wrong:
            print(f"{seed} {form.kind} {layout} {form.language} {how}: {laid} read against the blank")
            for line in lines:
                print(f"    {line}", flush=True)
    report(tallies, options.json)


if __name__ == "__main__":
    main()
