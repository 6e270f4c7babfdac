"""Criterion 4: a code prestataire, an active eHealth ID and an active MySecu space.

One matricule stands behind code prestataire, MySecu and enrolment. Vague 1 participants keep their code
(INCERT's list decides who took part). Source: slides, 3. Critères d'éligibilité, 4.
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts, finding_on
from rules.types import Exhibit, Finding

ID = 4
SAYS = "L'Industriel dispose d'un code prestataire, d'un eHealth ID actif et d'un espace MySecu actif."
SOURCE = "diapositives, 3. Critères d'éligibilité, critère 4"


def check(facts: Facts) -> Iterator[Finding]:
    exhibit = facts.exhibit("formulaire_2")
    if exhibit is not None and exhibit.document.filled:  # one that came blank is asked for as a whole
        for finding in (
            *_accounts(exhibit),
            *_same_matricule_on_mysecu(facts, exhibit),
            *_code_of_vague_1(facts, exhibit),
        ):
            yield finding_on(exhibit, finding)


def _accounts(exhibit: Exhibit) -> Iterator[Finding]:
    claim = exhibit.document.fields.get("mysecu_actif")
    if claim is not None and claim.value is False:
        yield Finding(
            rule="mysecu_inactive",
            severity="demand",
            message="L'espace MySecu n'est pas déclaré actif.",
            criterion=4,
            field="mysecu_actif",
            source=SOURCE,
        )


def _same_matricule_on_mysecu(facts: Facts, exhibit: Exhibit) -> Iterator[Finding]:
    behind_code, on_mysecu = exhibit.value("matricule"), exhibit.value("matricule_mysecu")
    if not behind_code or not on_mysecu or behind_code == on_mysecu:
        return
    if facts.is_low(exhibit, "matricule") or facts.is_low(exhibit, "matricule_mysecu"):
        return
    yield Finding(
        rule="matricule_mysecu_differs",
        severity="mismatch",
        code="matricule_mismatch",
        message="Le matricule du code prestataire et celui de MySecu diffèrent dans le formulaire.",
        criterion=4,
        field="matricule_mysecu",
        value=on_mysecu,
        source=SOURCE,
    )


def _code_of_vague_1(facts: Facts, exhibit: Exhibit) -> Iterator[Finding]:
    line, code = facts.vague_1_line, exhibit.value("code_prestataire")
    if not code or facts.is_low(exhibit, "code_prestataire"):
        return
    if line is None or not line.code_prestataire:
        earlier = facts.dossier.code_prestataire
        if earlier and _digits(earlier) != _digits(code):
            yield Finding(
                rule="data_mismatch",
                severity="mismatch",
                code="data_mismatch",
                message="Le code prestataire diffère de celui d'une demande d'accès antérieure.",
                criterion=2,
                field="code_prestataire",
                value=code,
                source=SOURCE,
            )
    elif _digits(code) != _digits(line.code_prestataire):
        yield Finding(
            rule="code_prestataire_not_of_vague_1",
            severity="mismatch",
            code="data_mismatch",
            message="Le code prestataire n'est pas celui de la Vague 1 (liste d'INCERT).",
            criterion=4,
            field="code_prestataire",
            value=code,
            source=SOURCE,
        )


def _digits(code: str) -> str:
    return code.replace("-", "").replace(" ", "")
