"""Criterion 2: the enrolled data hold throughout; they change only when the Industriel asks (step C).

A form that carries another e-mail, IBAN or address without such a request is a mismatch, never an update.
The registered value is never repeated. Source: slides, 3. Critères d'éligibilité, 2.
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts, finding_on
from rules.names import text_key
from rules.types import Finding

ID = 2
SAYS = "Les données enrôlées restent valables tout au long du processus."
_COMPARED = ("email", "iban", "adresse", "pays", "rcs", "numero_tva")


def check(facts: Facts) -> Iterator[Finding]:
    for exhibit in facts.exhibits("formulaire_2", "formulaire_3", "formulaire_4", "bon_de_livraison", "nda"):
        for field in _COMPARED:
            value, registered = exhibit.value(field), facts.dossier.registered.get(field)
            if not value or not registered or facts.is_low(exhibit, field):
                continue
            if field == "email" and value.casefold() in {
                a.casefold() for a in (facts.dossier.email, *facts.dossier.contacts)
            }:
                continue
            if text_key(value) != text_key(registered):
                yield finding_on(
                    exhibit,
                    Finding(
                        rule="data_mismatch",
                        severity="mismatch",
                        code="data_mismatch",
                        message=f"« {facts.policy.label(exhibit.kind, field)} » diffère de l'enrôlement, "
                        "sans demande de changement.",
                        criterion=2,
                        field=field,
                        value=value,
                        source="diapositives, 3. Critères d'éligibilité, critère 2",
                    ),
                )
