"""The NDA that came back is the one that was issued: no clause changed. Source: process.md, step E2."""

from __future__ import annotations

from collections.abc import Iterator

from rules.checks.read_whole import is_partly_read
from rules.facts import Facts, finding_on
from rules.types import Finding


def check(facts: Facts) -> Iterator[Finding]:
    for exhibit in facts.exhibits("nda"):
        if exhibit.document.altered and not is_partly_read(exhibit.document):
            yield finding_on(
                exhibit,
                Finding(
                    rule="document_altered",
                    severity="mismatch",
                    code="document_altered",
                    message="Le texte du NDA diffère du texte émis : " + " ; ".join(exhibit.document.altered),
                    detail=" ; ".join(exhibit.document.altered),
                ),
            )
