"""Step C: a change of enrolled data that the Industriel asks for. Staff see old and new side by side.

Never applied by itself. Source: process.md, step C; slides, 3. Critères d'éligibilité, criterion 2.
"""

from __future__ import annotations

from rules.facts import Policy
from rules.names import text_key
from rules.types import Dossier, Finding, Submission, Task

_NOT_ENROLLED = frozenset({"date_signature", "signataire"})


def asked_values(dossier: Dossier, submission: Submission) -> dict[str, str]:
    """Field -> new value, as the words of the mail or a Formulaire 1 in it give them."""
    new = {field: str(claim.value) for field, claim in submission.changes.items()}
    for exhibit in submission.exhibits:
        if exhibit.kind != "formulaire_1":
            continue
        for field, claim in exhibit.document.fields.items():
            value, registered = exhibit.value(field), dossier.registered.get(field, "")
            unticked = claim.value is False and not registered
            if value and not unticked and text_key(value) != text_key(registered):
                new[field] = value
    return {field: value for field, value in new.items() if field not in _NOT_ENROLLED}


def request_finding(new: dict[str, str], policy: Policy) -> Finding:
    named = ", ".join(f"« {policy.label('formulaire_1', field)} »" for field in new)
    return Finding(
        rule="data_change_request",
        severity="note",
        code="data_change_request",
        message=f"Changement de données demandé : {named or 'voir le message'}.",
        criterion=2,
    )


def decision_task(dossier: Dossier, new: dict[str, str], policy: Policy) -> Task:
    return Task(
        case="E",
        step="C",
        actions=("change-accepted", "change-refused"),
        message=request_finding(new, policy).message,
        codes=("data_change_request", "manual_task"),
        facts={"old": {field: dossier.registered.get(field, "") for field in new}, "new": dict(new)},
    )
