"""Step V: Formulaire 3 announces a major update; the earlier version has to be labelled.

Staff decide whether a new label is needed; they are told at once, also while something is still missing.
Source: process.md, step V; slides, 5. Labélisation.
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts, finding_on
from rules.names import text_key
from rules.types import Exhibit, Finding
from rules.workflow import LABELLED

_SOURCE = "diapositives, 5. Labélisation"


def announces_update(form: Exhibit | None) -> bool:
    return form is not None and form.value("type_demande") == "mise_a_jour_majeure"


def check(facts: Facts) -> Iterator[Finding]:
    form = facts.exhibit("formulaire_3")
    if form is None or not announces_update(form):
        return
    product = text_key(form.value("nom_logiciel") or "")
    labelled = any(
        c.state in LABELLED and product in ("", c.fact("product_key")) for c in facts.dossier.of_kind("L")
    )
    if not labelled and not form.accepted:
        finding = Finding(
            rule="update_of_unlabelled",
            severity="doubt",
            code="step_out_of_order",
            message="Mise à jour majeure d'un logiciel dont aucune version n'est labélisée.",
            field="type_demande",
            source=_SOURCE,
        )
    elif labelled and facts.exhibit("preuve_tests") is None:
        finding = Finding(
            rule="major_change",
            severity="note",
            code="major_change",
            message="Mise à jour majeure d'une version labélisée : une nouvelle labélisation est-elle "
            "nécessaire ?",
            source=_SOURCE,
        )
    else:
        return
    yield finding_on(form, finding)
