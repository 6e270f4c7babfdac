"""Every document that a step needs is there.

Source: process.md's steps E1, E2, L1, L3, R1 (slides 4 to 6).
"""

from __future__ import annotations

from collections.abc import Iterator

from parsers.types import Kind
from rules import proof
from rules.facts import COLLECTIVE_CLIENTS, Facts
from rules.types import Finding

DOCUMENTS: dict[str, tuple[Kind, ...]] = {
    "E1": ("formulaire_1", "nda"),
    "L1": ("formulaire_2",),
    "L3": ("formulaire_3", "preuve_tests"),
    "R1": ("formulaire_4",),
}
_COMPLETE_ONCE = frozenset({"demande_complete", "complement_demande", "tests_echoues"})
"""What comes here completes a request that was complete before, perhaps on paper before mailbot."""
NAMES: dict[Kind, str] = {
    "formulaire_1": "Formulaire 1",
    "formulaire_2": "Formulaire 2",
    "formulaire_3": "Formulaire 3",
    "formulaire_4": "Formulaire 4",
    "nda": "NDA « Industriels »",
    "bon_de_livraison": "bon de livraison",
    "preuve_tests": "preuve de réussite des tests",
    "attestation": "attestation",
    "accord_service": "Accord de service et usage",
    "facture": "facture",
}


def needed(facts: Facts) -> tuple[Kind, ...]:
    """The documents that this step needs; a collective's connection needs a bon de livraison."""
    if facts.case.state in _COMPLETE_ONCE:
        return ()
    kinds = DOCUMENTS.get(facts.step, ())
    form = facts.exhibit("formulaire_4")
    if facts.step == "R1" and form is not None and form.value("type_client") in COLLECTIVE_CLIENTS:
        return (*kinds, "bon_de_livraison")
    return kinds


def check(facts: Facts) -> Iterator[Finding]:
    for kind in needed(facts):
        exhibit = facts.exhibit(kind)
        if exhibit is None:
            yield Finding(
                rule="document_missing",
                severity="demand",
                message=f"Document manquant : {NAMES[kind]}.",
                document=kind,
                source="diapositives, 4. Enrôlement à 6. Raccordement, « Quoi / Comment / À qui »",
            )
        elif exhibit.document.confidence < _enough(kind, facts) and not exhibit.accepted:
            yield Finding(
                rule="kind_uncertain",
                severity="doubt",
                code="low_confidence",
                message=f"Il n'est pas certain que « {exhibit.document.file} » soit : {NAMES[kind]}.",
                document=kind,
                file=exhibit.document.file,
            )
        elif kind.startswith("formulaire") and not exhibit.document.filled:
            yield Finding(
                rule="document_blank",
                severity="demand",
                message=f"{NAMES[kind]} est arrivé vierge.",
                document=kind,
                file=exhibit.document.file,
            )


def _enough(kind: Kind, facts: Facts) -> float:
    return proof.ENOUGH if kind == "preuve_tests" else facts.policy.min_confidence
