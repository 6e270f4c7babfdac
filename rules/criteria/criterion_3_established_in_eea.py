"""Criterion 3: the Industriel is established in the EU or the EEA.

Source: slides, 3. Critères d'éligibilité, 3; the list of countries is data (countries.toml).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import resources

from rules.facts import Facts, finding_on
from rules.types import Finding

ID = 3
SAYS = "L'Industriel est établi dans l'UE ou l'EEE."
SOURCE = "diapositives, 3. Critères d'éligibilité, critère 3"


@cache
def shipped_countries() -> frozenset[str]:
    """The countries of the EU and the EEA, ISO 3166 alpha-2."""
    raw = tomllib.loads(resources.files("rules").joinpath("countries.toml").read_text("utf-8"))
    return frozenset(code for group in raw.values() for code in group["codes"])


def check(facts: Facts) -> Iterator[Finding]:
    exhibit = facts.exhibit("formulaire_1")
    if exhibit is None:
        return
    country = exhibit.value("pays")
    form = facts.policy.forms.for_kind("formulaire_1")
    if country is None:
        if form is not None and form.field("pays") is None and not exhibit.accepted:
            yield finding_on(
                exhibit,
                Finding(
                    rule="country_unknown",
                    severity="doubt",
                    code="manual_task",
                    message="Le formulaire ne dit pas où l'Industriel est établi : à vérifier.",
                    criterion=3,
                    source=SOURCE,
                ),
            )
        return
    if country not in facts.policy.countries and not facts.is_low(exhibit, "pays"):
        yield finding_on(
            exhibit,
            Finding(
                rule="not_in_eea",
                severity="mismatch",
                code="not_in_eea",
                message=f"Pays d'établissement « {country} » : hors de l'UE et de l'EEE.",
                criterion=3,
                field="pays",
                value=country,
                source=SOURCE,
            ),
        )
