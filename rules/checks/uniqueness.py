"""A connection is asked for once.

The mail never names the other case. Source: slides, 6. (« unicité de la demande »).
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts, finding_on
from rules.names import text_key, version_key
from rules.types import Case, Exhibit, Finding

_SOURCE = "diapositives, 6. Raccordement et paiement : unicité de la demande"


def client_key(exhibit: Exhibit) -> str:
    """The connected client: its code prestataire, else its name."""
    code = exhibit.value("code_prestataire_client")
    return code.replace("-", "") if code else text_key(exhibit.value("nom_client") or "")


def check(facts: Facts) -> Iterator[Finding]:
    form = facts.exhibit("formulaire_4")
    if facts.step != "R1" or form is None or form.accepted:
        return
    earlier = next((c for c in facts.dossier.of_kind("R") if _same_request(c, facts.case, form)), None)
    if earlier is not None:
        yield finding_on(
            form,
            Finding(
                rule="already_requested",
                severity="doubt",
                code="duplicate_request",
                message=f"Ce client et ce logiciel ont déjà fait l'objet de "
                f"{facts.dossier.reference}/{earlier.name}." + _what_differs(earlier, form),
                source=_SOURCE,
            ),
        )
    elsewhere = facts.precedents.client_elsewhere.get(client_key(form))
    if elsewhere:
        yield finding_on(
            form,
            Finding(
                rule="client_of_another",
                severity="doubt",
                code="duplicate_request",
                message=f"Ce client figure déjà dans {elsewhere}.",
                source=_SOURCE,
            ),
        )
    for exhibit in facts.exhibits("formulaire_4", "bon_de_livraison"):
        used = facts.precedents.used_documents.get(exhibit.document.sha256)
        if used and not exhibit.accepted and earlier is None:
            yield finding_on(
                exhibit,
                Finding(
                    rule="document_used_before",
                    severity="doubt",
                    code="duplicate_request",
                    message=f"Ce document a déjà servi dans {used}.",
                    source=_SOURCE,
                ),
            )


def _what_differs(earlier: Case, form: Exhibit) -> str:
    """What a person wants to know before deciding that it is the same request."""
    said = ""
    before, now = earlier.fact("workstations"), form.value("nombre_postes") or ""
    if before != now:
        said += f" Postes de travail : {before or 'aucun'} alors, {now or 'aucun'} maintenant."
    if earlier.fact("version_key") != version_key(form.value("version_logiciel") or ""):
        said += " Autre version : une mise à jour ne donne pas droit à une nouvelle prime."
    return said


def _same_request(other: Case, this: Case, form: Exhibit) -> bool:
    if other.number == this.number or other.state in ("refuse", "clos"):
        return False
    if other.number > this.number:
        return False  # the later one is the duplicate
    return other.fact("client_key") == client_key(form) and other.fact("product_key") == text_key(
        form.value("nom_logiciel") or ""
    )
