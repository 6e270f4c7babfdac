"""Criterion 5: the Industriel's name, and the matricule, are the same in all documents.

Source: slides, 3. Critères d'éligibilité, 5 (names) and 4 (matricule).
"""

from __future__ import annotations

from collections.abc import Iterator

from parsers.identifiers import check_matricule
from rules.facts import Facts, finding_on
from rules.names import compare_names
from rules.types import Exhibit, Finding

ID = 5
SAYS = "Le nom de l'Industriel est cohérent dans tous les documents."
SOURCE = "diapositives, 3. Critères d'éligibilité, critère 5"


def check(facts: Facts) -> Iterator[Finding]:
    for exhibit in facts.case.exhibits:
        if exhibit is not facts.case.latest(exhibit.kind) or exhibit.kind == "formulaire_1":
            continue
        for finding in (*_name(facts, exhibit), *_matricule(facts, exhibit)):
            yield finding_on(exhibit, finding)


def _name(facts: Facts, exhibit: Exhibit) -> Iterator[Finding]:
    written, enrolled = exhibit.value("denomination"), facts.dossier.name
    if not written or not enrolled or facts.is_low(exhibit, "denomination"):
        return
    likeness = compare_names(written, enrolled, facts.natural_person)
    if likeness == "mismatch" or (likeness == "doubt" and not exhibit.accepted):
        yield Finding(
            rule="name_mismatch" if likeness == "mismatch" else "name_doubtful",
            severity="mismatch" if likeness == "mismatch" else "doubt",
            code="name_mismatch",
            message=f"Nom du document « {written} », nom enrôlé « {enrolled} »."
            + ("" if likeness == "mismatch" else " Une partie du nom manque : le même Industriel ?"),
            criterion=5,
            field="denomination",
            value=written,
            source=SOURCE,
        )


def _matricule(facts: Facts, exhibit: Exhibit) -> Iterator[Finding]:
    written, enrolled = exhibit.value("matricule"), facts.dossier.registered.get("matricule")
    if not written or not enrolled or written == enrolled or facts.is_low(exhibit, "matricule"):
        return
    if check_matricule(enrolled) == "invalid":
        return  # Formulaire 1's own is asked for already; there is nothing yet to differ from
    yield Finding(
        rule="matricule_mismatch",
        severity="mismatch",
        code="matricule_mismatch",
        message="Le matricule du document diffère de celui de l'enrôlement.",
        criterion=4,
        field="matricule",
        value=written,
        source="diapositives, 3. Critères d'éligibilité, critère 4",
    )
