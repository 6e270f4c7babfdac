"""Documents that came too early, taken up now that something moved.

Source: process.md, « A form that came too early ».
"""

from __future__ import annotations

from parsers.types import Kind
from rules.answer import settled
from rules.completion import complete
from rules.evaluate import Evaluation, blocking, evaluate
from rules.exceptions import exceptions_of
from rules.facts import Policy, Precedents
from rules.filing import file_exhibit
from rules.letters import blanks_for, items_of, letter_to, mail
from rules.types import Case, Decision, Dossier, PlannedMail, Sender

_FIRST_DOCUMENT: dict[str, Kind] = {"L1": "formulaire_2", "L3": "formulaire_3", "R1": "formulaire_4"}


def take_up(dossier: Dossier, policy: Policy, precedents: Precedents) -> list[Decision]:
    """One decision per case whose kept documents are due now, each on what the one before left."""
    decisions: list[Decision] = []
    for case in dossier.cases:
        now = decisions[-1].dossier if decisions else dossier
        current = now.case(case.kind, case.number) if now else None
        if now is None or current is None or not is_due(now, current):
            continue
        if (decision := _decided(now, current, policy, precedents)) is not None:
            decisions.append(decision)
    return decisions


def is_due(dossier: Dossier, case: Case) -> bool:
    """Whether the case holds documents that came too early and are not too early any more."""
    if not case.facts.get("kept") or not case.exhibits:
        return False
    return file_exhibit(dossier, case.exhibits[-1]).taken == "current"


def _decided(dossier: Dossier, case: Case, policy: Policy, precedents: Precedents) -> Decision | None:
    current = case.model_copy(update={"facts": {**case.facts, "kept": None}})
    dossier = dossier.with_case(current)
    sender = Sender(email=dossier.email, party="industriel")
    at = current.exhibits[-1].received_at
    evaluation = evaluate(dossier, current, policy, sender, at, precedents)
    if evaluation is None or current.latest(_FIRST_DOCUMENT[evaluation.step]) is None:
        return None
    if evaluation.complete:
        done = complete(dossier, current, None, policy, dossier.email, evaluation.received_at)
        return Decision(
            dossier=done.dossier,
            mails=tuple(done.mails),
            tasks=tuple(done.tasks),
            events=tuple(done.events),
            findings=evaluation.findings,
            exceptions=exceptions_of(evaluation.findings),
            case=current.name,
            step=evaluation.step,
        )
    asked = _ask(dossier, current, evaluation, policy)
    return Decision(
        dossier=dossier,
        mails=(asked,) if asked else (),
        held=blocking(evaluation.findings),
        findings=evaluation.findings,
        exceptions=exceptions_of(evaluation.findings),
        case=current.name,
        step=evaluation.step,
    )


def _ask(dossier: Dossier, case: Case, evaluation: Evaluation, policy: Policy) -> PlannedMail | None:
    letter = letter_to(dossier, case, evaluation.step, None).model_copy(
        update={
            "items": items_of(evaluation.findings, policy, dossier.language),
            "settled": settled([evaluation], list(evaluation.findings)),
        }
    )
    if not letter.items:
        return None
    blanks = blanks_for(evaluation.findings, policy)
    return mail("elements_manquants", dossier.email, letter, *blanks, reply=False)
