"""Forms that were read beside what they say: counted by condition, and printed as a table or JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from parsers.types import Document

Row = dict[str, float | int | str]


def compare(
    kind: str,
    truth: Mapping[str, object],
    documents: list[Document],
    tally: Counter[str],
    allowed: Mapping[str, object] | None = None,
) -> list[str]:
    """Count one file, and say what is wrong or doubted. `allowed`: what may be inferred, unprinted."""
    document = documents[0]
    tally["documents"] += 1
    tally["pages"] += document.pages
    wrong = []
    if document.kind != kind or len(documents) != 1:
        tally["kind wrong"] += 1
        wrong.append(f"kind {[d.kind for d in documents]}")
    for field, value in truth.items():
        found = document.fields.get(field)
        right = found is not None and found.value == value
        sure = found is not None and found.confidence >= 0.95
        tally.update({"fields": 1, "right": right, "sure": sure, "wrong sure": sure and not right})
        if not right or not sure:
            read = f"{found.value!r} at {found.confidence:.2f} {found.evidence}" if found else "nothing"
            wrong.append(f"{field}: {value!r} read {read}" + ("  <-- believed" if sure else ""))
    for field, found in document.fields.items():
        if field not in truth and found.value not in (None, False, (allowed or {}).get(field)):
            tally["wrong sure"] += found.confidence >= 0.95
            wrong.append(f"{field}: read {found.value!r} at {found.confidence:.2f} where nothing was")
    return wrong


def points(
    truth: Mapping[str, object], document: Document, allowed: Mapping[str, object] | None = None
) -> list[tuple[float, bool]]:
    """For each value that was given its confidence and whether it is right, for the calibration."""
    return [
        (value.confidence, truth[field] == value.value if field in truth else False)
        for field, value in document.fields.items()
        if field in truth or value.value not in (None, False, (allowed or {}).get(field))
    ]


def report(tallies: Mapping[str, Counter[str]], file: str | None) -> None:
    """A row for each condition and one for all, printed; as JSON in `file` too where one is named."""
    rows = [_row(name, tally) for name, tally in tallies.items()]
    rows.append(_row("all", sum(tallies.values(), Counter())))
    print(_table(rows))
    if file:
        Path(file).write_text(json.dumps(rows, indent=1), encoding="utf-8")


def _row(name: str, tally: Counter[str]) -> Row:
    fields, pages = (max(1, tally[key]) for key in ("fields", "pages"))
    return {
        "condition": name,
        "documents": tally["documents"],
        "pages": tally["pages"],
        "kind_wrong": tally["kind wrong"],
        "signature_right": _share(tally["signature right"], tally["signed"]),
        "fields": tally["fields"],
        "exact": round(tally["right"] / fields, 4),
        "believed": round(tally["sure"] / fields, 4),
        "wrong_believed": tally["wrong sure"],
        "processor_seconds_a_page": round(tally["ms"] / 1000 / pages, 2),
    }


def _share(right: int, of: int) -> float | str:
    return round(right / of, 3) if of else "-"


def _table(rows: list[Row]) -> str:
    widths = {key: max(len(key), *(len(str(r[key])) for r in rows)) for key in rows[0]}
    lines = [list(rows[0]), *([str(v) for v in r.values()] for r in rows)]
    return "\n".join("  ".join(str(c).ljust(w) for c, w in zip(line, widths.values(), strict=True))
                     for line in lines)  # fmt: skip
