"""A claim to have taken part in Vague 1 that INCERT's list does not confirm is a task for staff.

The answer is not held: the claim changes nothing by itself. Source: process.md, criterion 4.
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts, finding_on
from rules.types import Finding


def check(facts: Facts) -> Iterator[Finding]:
    exhibit = facts.exhibit("formulaire_1")
    if exhibit is None or exhibit.value("participation_vague_1") != "True" or facts.vague_1_line:
        return
    yield finding_on(
        exhibit,
        Finding(
            rule="vague_1_not_confirmed",
            severity="note",
            code="manual_task",
            message="L'Industriel déclare avoir participé à la Vague 1 ; la liste d'INCERT "
            "ne le confirme pas.",
            criterion=4,
            field="participation_vague_1",
        ),
    )
