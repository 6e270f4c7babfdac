"""Documents that came too early, taken up now that something moved.

Source: process.md, « A form that came too early ».
"""

from __future__ import annotations

from parsers.types import Kind
from rules.answer import settled
from rules.completion import Outcome, complete
from rules.evaluate import Evaluation, evaluate
from rules.facts import Policy, Precedents
from rules.filing import file_exhibit
from rules.letters import blanks_for, items_of, letter_to, mail
from rules.types import Case, Dossier, Finding, Sender

_FIRST_DOCUMENT: dict[str, Kind] = {"L1": "formulaire_2", "L3": "formulaire_3", "R1": "formulaire_4"}


def take_up(dossier: Dossier, policy: Policy, precedents: Precedents) -> tuple[Outcome, list[Finding]]:
    """Judge kept documents whose turn has come; what is missing is asked for, what is complete goes on."""
    sender = Sender(email=dossier.email, party="industriel")
    outcome, findings = Outcome(dossier), list[Finding]()
    for case in dossier.cases:
        current = outcome.dossier.case(case.kind, case.number)
        if current is None or not _is_due(outcome.dossier, current):
            continue
        current = current.model_copy(update={"facts": {**current.facts, "kept": None}})
        outcome.dossier = outcome.dossier.with_case(current)
        at = current.exhibits[-1].received_at
        evaluation = evaluate(outcome.dossier, current, policy, sender, at, precedents)
        if evaluation is None or current.latest(_FIRST_DOCUMENT[evaluation.step]) is None:
            continue
        if evaluation.complete:
            outcome.add(
                complete(outcome.dossier, current, None, policy, dossier.email, evaluation.received_at)
            )
        else:
            findings.extend(evaluation.findings)
            _ask(outcome, current, evaluation, policy)
    return outcome, findings


def _is_due(dossier: Dossier, case: Case) -> bool:
    if not case.facts.get("kept") or not case.exhibits:
        return False
    return file_exhibit(dossier, case.exhibits[-1]).taken == "current"


def _ask(outcome: Outcome, case: Case, evaluation: Evaluation, policy: Policy) -> None:
    dossier = outcome.dossier
    letter = letter_to(dossier, case, evaluation.step, None).model_copy(
        update={
            "items": items_of(evaluation.findings, policy, dossier.language),
            "settled": settled([evaluation], list(evaluation.findings)),
        }
    )
    if letter.items:
        blanks = blanks_for(evaluation.findings, policy)
        outcome.mails.append(mail("elements_manquants", dossier.email, letter, *blanks, reply=False))
