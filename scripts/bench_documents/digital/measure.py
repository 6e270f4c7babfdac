"""Reads specimens and counts: kinds, values, values that are wrong although believed, time."""

from __future__ import annotations

import statistics
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from parsers.read import read_file, read_mail
from parsers.types import Document, ReadOptions
from scripts.bench_documents.digital.specimens import Expected, Specimen, specimen

BELIEVED = 0.95


@dataclass
class Failure:
    what: str  # kind, wrong, spurious, missed, doubted, filled, crash
    file: str
    field: str = ""
    expected: Any = None
    got: Any = None
    confidence: float = 0.0
    evidence: tuple[str, ...] = ()


@dataclass
class Tally:
    """The figures of file after file; `points` are (confidence, right) of every value given."""

    documents: int = 0
    kinds_wrong: int = 0
    printed: int = 0
    exact: int = 0
    believed: int = 0
    given: int = 0
    wrong_believed: int = 0
    filled_wrong: int = 0
    seconds: list[float] = field(default_factory=list)
    points: list[tuple[float, bool]] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    by_layout: dict[str, Counter[str]] = field(default_factory=dict)

    def figures(self) -> dict[str, float | int]:
        return {
            "documents": self.documents,
            "kinds_wrong": self.kinds_wrong,
            "fields_printed": self.printed,
            "read_exactly": round(self.exact / max(1, self.printed), 4),
            "values_given": self.given,
            "wrong_believed": self.wrong_believed,
            "right_believed": round(self.believed / max(1, self.printed), 4),
            "filled_wrong": self.filled_wrong,
            "median_ms": round(1000 * statistics.median(self.seconds), 1) if self.seconds else 0.0,
        }

    def failures_json(self) -> list[dict[str, Any]]:
        return [asdict(f) for f in self.failures]


def measure(count: int, part: str, first: int = 0) -> Tally:
    tally = Tally()
    options = ReadOptions(ocr=False)
    for seed in range(first, first + count):
        made = specimen(seed, part)
        started = time.monotonic()
        found = _read(made, options)
        tally.seconds.append(time.monotonic() - started)
        _compare(made, found, tally)
    return tally


def _read(made: Specimen, options: ReadOptions) -> list[Document]:
    if made.mail:
        return list(read_mail(made.data, options).documents)
    return read_file(made.name, made.data, options)


def _compare(made: Specimen, found: list[Document], tally: Tally) -> None:
    left = list(found)
    unmatched = 0
    layout = tally.by_layout.setdefault(made.layout, Counter())
    for expected in made.expected:
        tally.documents += 1
        layout["documents"] += 1
        document = next(
            (
                d
                for d in left
                if d.kind == expected.kind and (expected.pages is None or d.pages_of == expected.pages)
            ),
            None,
        )
        document = document or next((d for d in left if d.kind == expected.kind), None)
        if document is None:
            got = ", ".join(f"{d.kind} {d.confidence} {d.evidence}" for d in found)
            unmatched += 1
            layout["kind"] += 1
            tally.failures.append(
                Failure(
                    "kind",
                    made.name,
                    expected=expected.kind,
                    got=got,
                    confidence=max((d.confidence for d in found), default=0),
                )
            )
            tally.printed += len(expected.truth)
            layout["printed"] += len(expected.truth)
            continue
        left.remove(document)
        if expected.pages is not None and document.pages_of != expected.pages:
            tally.failures.append(Failure("kind", made.name, "pages", expected.pages, document.pages_of))
        if expected.filled is not None and document.filled != expected.filled:
            tally.filled_wrong += 1
            tally.failures.append(Failure("filled", made.name, expected=expected.filled, got=document.filled))
        _fields(made, expected, document, tally, layout)
    tally.kinds_wrong += max(unmatched, len(left))
    for document in left:
        tally.failures.append(
            Failure(
                "kind", made.name, "one more", None, document.kind, document.confidence, document.evidence
            )
        )


def _fields(
    made: Specimen, expected: Expected, document: Document, tally: Tally, layout: Counter[str]
) -> None:
    for name, truth in expected.truth.items():
        tally.printed += 1
        layout["printed"] += 1
        value = document.fields.get(name)
        if value is None or value.value is None:
            layout["missed"] += 1
            tally.failures.append(Failure("missed", made.name, name, truth))
            continue
        right = value.value == truth
        tally.exact += right
        tally.believed += right and value.confidence >= BELIEVED
        if right and value.confidence < BELIEVED:
            layout["doubted"] += 1
            tally.failures.append(
                Failure("doubted", made.name, name, truth, None, value.confidence, value.evidence)
            )
        elif not right:
            layout["wrong"] += 1
            tally.failures.append(
                Failure("wrong", made.name, name, truth, value.value, value.confidence, value.evidence)
            )
    for name, value in document.fields.items():
        if value.value is None:
            continue
        tally.given += 1
        truth = expected.truth.get(name, expected.allowed.get(name))
        right = value.value == truth
        tally.points.append((value.confidence, right))
        if not right and value.confidence >= BELIEVED:
            tally.wrong_believed += 1
            layout["believed wrong"] += 1
        if not right and name not in expected.truth:
            tally.failures.append(
                Failure("spurious", made.name, name, truth, value.value, value.confidence, value.evidence)
            )
