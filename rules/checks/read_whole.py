"""A document that was read in part: what seems to be missing or changed may stand on the rest of it.

A person looks before anything is asked for. Source: process.md, « What is answered at once ».
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from parsers.types import Document, Kind
from rules.facts import Facts, finding_on
from rules.types import Finding
from rules.unreadable import PROBLEM_WORDS

_LEFT_OUT: Final = frozenset(
    {"timeout", "truncated", "illegible", "damaged", "too_large", "bomb", "ocr_unavailable"}
)
READ_FOR_VALUES: Final[dict[str, tuple[Kind, ...]]] = {
    "E1": ("formulaire_1", "nda"),
    "L1": ("formulaire_2",),
    "L3": ("formulaire_3",),
    "R1": ("formulaire_4", "bon_de_livraison"),
}


def is_partly_read(document: Document) -> bool:
    """A page or a part of it could not be read."""
    return any(problem.code in _LEFT_OUT for problem in document.problems)


def check(facts: Facts) -> Iterator[Finding]:
    for exhibit in facts.exhibits(*READ_FOR_VALUES.get(facts.step, ())):
        if exhibit.accepted or not is_partly_read(exhibit.document):
            continue
        codes = dict.fromkeys(p.code for p in exhibit.document.problems if p.code in _LEFT_OUT)
        said = ", ".join(PROBLEM_WORDS[code] for code in codes)
        yield finding_on(
            exhibit,
            Finding(
                rule="partly_read",
                severity="doubt",
                code="unreadable_attachment",
                message=f"« {exhibit.document.file} » n'a été lu qu'en partie ({said}) : ce qui paraît "
                "manquer y figure peut-être.",
            ),
        )
