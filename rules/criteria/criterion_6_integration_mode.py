"""Criterion 6: the software integrates the eConnector NG; direct services only for Vague 1, and in time.

Source: slides, 3. Critères d'éligibilité, 6. The end of the transition stands in calendar.toml.
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts, finding_on
from rules.types import Finding

ID = 6
SAYS = "Le logiciel intègre l'eConnector NG, ou les services directs pour les participants de la Vague 1."
SOURCE = "diapositives, 3. Critères d'éligibilité, critère 6"


def check(facts: Facts) -> Iterator[Finding]:
    for exhibit in facts.exhibits("formulaire_2", "formulaire_3"):
        if exhibit.value("mode_integration") != "acces_direct" or facts.is_low(exhibit, "mode_integration"):
            continue
        late = facts.closed("acces_direct", exhibit.received_at, exhibit.stamped_at) == "yes"
        if late or facts.vague_1_line is None:
            yield finding_on(
                exhibit,
                Finding(
                    rule="direct_access_too_late" if late else "direct_access_not_vague_1",
                    severity="mismatch",
                    code="mode_not_allowed",
                    message="Accès direct demandé après la fin de la période transitoire."
                    if late
                    else "Accès direct demandé, mais la liste d'INCERT ne connaît pas de "
                    "participation à la Vague 1.",
                    criterion=6,
                    field="mode_integration",
                    value="acces_direct",
                    source=SOURCE,
                ),
            )
