"""Formulaire 3 names both services; one alone is a doubt.

Source: fields.md; slides, 4. Enrôlement, « Développement ».
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts, finding_on
from rules.types import Finding


def check(facts: Facts) -> Iterator[Finding]:
    exhibit = facts.exhibit("formulaire_3")
    if exhibit is None or facts.step != "L3" or exhibit.accepted:
        return
    claim = exhibit.document.fields.get("services")
    services = claim.value if claim is not None and isinstance(claim.value, list) else []
    if len(services) == 1:
        yield finding_on(
            exhibit,
            Finding(
                rule="one_service_only",
                severity="doubt",
                code="manual_task",
                message="Un seul service testé ; Remboursement et PID v2 sont attendus tous les deux.",
                field="services",
                value=str(services[0]),
            ),
        )
