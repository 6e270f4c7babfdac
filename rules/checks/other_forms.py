"""Required fields of the forms that follow the enrolment, and of NDA and bon de livraison."""

from __future__ import annotations

from collections.abc import Iterator

from parsers.types import Kind
from rules.checks.form_fields import check_form
from rules.facts import Facts
from rules.types import Finding

_FORMS: dict[str, tuple[Kind, ...]] = {
    "E1": ("nda",),
    "L1": ("formulaire_2",),
    "L3": ("formulaire_3",),
    "R1": ("formulaire_4", "bon_de_livraison"),
}


def check(facts: Facts) -> Iterator[Finding]:
    for kind in _FORMS.get(facts.step, ()):
        yield from check_form(facts, kind)
