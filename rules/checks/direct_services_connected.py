"""From the end of the transition on, a connected version with direct services is held for staff.

Source: process.md, R1.
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts, finding_on
from rules.names import text_key, version_key
from rules.types import Finding


def check(facts: Facts) -> Iterator[Finding]:
    form = facts.exhibit("formulaire_4")
    if facts.step != "R1" or form is None or form.accepted:
        return
    if not facts.policy.calendar.is_late("acces_direct", form.received_at):
        return
    product, version = (
        text_key(form.value("nom_logiciel") or ""),
        version_key(form.value("version_logiciel") or ""),
    )
    for case in facts.dossier.of_kind("L"):
        same = case.fact("product_key") == product and case.fact("version_key") == version
        if same and case.fact("mode") == "acces_direct":
            yield finding_on(
                form,
                Finding(
                    rule="direct_services_over",
                    severity="doubt",
                    code="mode_not_allowed",
                    message="Version avec accès direct, la période transitoire est terminée.",
                    criterion=6,
                ),
            )
