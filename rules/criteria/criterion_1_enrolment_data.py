"""Criterion 1: the enrolment data of Formulaire 1 are all present and well-formed.

Legal person: dénomination sociale, CEO, matricule, RCS (if based in Luxembourg), VAT, IBAN, e-mail.
Natural person: first and last name, matricule, IBAN, e-mail. Source: slides, 3. Critères d'éligibilité, 1.
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.checks.form_fields import check_form
from rules.facts import Facts
from rules.types import Finding

ID = 1
SAYS = "L'Industriel fournit toutes les données d'enrôlement, bien formées."


def check(facts: Facts) -> Iterator[Finding]:
    yield from check_form(facts, "formulaire_1")
