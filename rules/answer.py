"""The one answer to a mail with documents: what is missing, what was received, what is kept."""

from __future__ import annotations

from datetime import date

from parsers.types import Kind
from rules.calendar import last_day
from rules.evaluate import Evaluation
from rules.facts import Policy
from rules.filing import Filed
from rules.letters import blanks_for, items_of, letter_to, mail
from rules.trust import answer_address
from rules.types import Case, Dossier, Finding, PlannedMail, Step, Submission
from rules.workflow import gate_step


def ask(
    dossier: Dossier,
    submission: Submission,
    policy: Policy,
    evaluations: list[Evaluation],
    findings: list[Finding],
) -> tuple[Dossier, PlannedMail, list[Finding]]:
    """The mail that lists everything that is missing or wrong at once; the case counts the round.

    The third finding list holds what the rounds themselves raise (`still_incomplete`).
    """
    address = answer_address(dossier, submission.sender)
    about = next((e for e in evaluations if not e.complete), evaluations[0] if evaluations else None)
    case = dossier.case(about.case.kind, about.case.number) if about else None
    letter = letter_to(dossier, case, about.step if about else None, submission)
    late = next((f for f in findings if f.rule == "deadline_passed"), None)
    if late is not None and late.detail:
        letter = letter.model_copy(update={"closed_on": date.fromisoformat(late.detail)})
        return dossier, mail("delai_depasse", address, letter), []
    rounds: list[int] = []
    if case is not None and about is not None:
        rounds = _with_this(_rounds(case).get(about.step, []), submission)
        counted = {**case.facts, "rounds": {**_rounds(case), about.step: rounds}}
        dossier = dossier.with_case(case.model_copy(update={"facts": counted}))
    letter = letter.model_copy(
        update={
            "items": items_of(findings, policy, letter.language, submission.exhibits),
            "settled": settled(evaluations, findings),
            "remains_of_round": max(len(rounds) - 1, 0),
            "deadline": _own_deadline(policy, about.step if about else None),
        }
    )
    asked = mail("elements_manquants", address, letter, *blanks_for(findings, policy))
    return dossier, asked, _too_many_rounds(rounds, policy)


def _own_deadline(policy: Policy, step: Step | None) -> date | None:
    """The last day of a step that closes before the scheme as a whole does."""
    closes, ends = policy.calendar.closes(step or ""), policy.calendar.closes("*")
    return last_day(closes) if step and closes and ends and closes < ends else None


def _too_many_rounds(rounds: list[int], policy: Policy) -> list[Finding]:
    if len(rounds) < policy.rounds_before_person:
        return []
    return [
        Finding(
            rule="still_incomplete",
            severity="note",
            code="still_incomplete",
            message=f"Toujours incomplet après {len(rounds)} envois : un appel aiderait peut-être.",
        )
    ]


def _rounds(case: Case) -> dict[str, list[int]]:
    """Step -> the mails that were asked for more at it."""
    rounds = case.facts.get("rounds")
    if not isinstance(rounds, dict):
        return {}
    return {step: [int(str(m)) for m in mails] for step, mails in rounds.items() if isinstance(mails, list)}


def _with_this(earlier: list[int], submission: Submission) -> list[int]:
    """A mail that is decided again does not count twice."""
    this = max((e.mail_id for e in (*submission.exhibits, *submission.unreadable)), default=0)
    return earlier if this in earlier else [*earlier, this]


def settled(evaluations: list[Evaluation], findings: list[Finding]) -> tuple[Kind, ...]:
    """Documents on the judged cases with which nothing is wrong: not asked for again, and said so."""
    wrong = {f.document for f in findings if f.severity != "note"}
    kinds = [e.kind for evaluation in evaluations for e in evaluation.case.exhibits]
    return tuple(k for k in dict.fromkeys(kinds) if k not in wrong)


def one_to_industriel(mails: list[PlannedMail]) -> list[PlannedMail]:
    """One answer per mail: of several acknowledgements the last step's stands for all."""
    own = [m for m in mails if m.role == "industriel"]
    clients = list(dict.fromkeys(m.letter.client for m in own if m.letter.client))
    if len(clients) > 1:  # the answer is about all of them
        several = own[-1].letter.model_copy(update={"client": " ; ".join(clients), "workstations": None})
        own[-1] = own[-1].model_copy(update={"letter": several})
    return [*own[-1:], *(m for m in mails if m.role != "industriel")]


def acknowledge_kept(dossier: Dossier, submission: Submission, filed: list[Filed]) -> list[PlannedMail]:
    """A kind word for documents that are kept, or that came again although the step is settled."""
    situations = {"early": "kept_early", "again": "already_received"}
    for one in filed:
        if one.taken in situations:
            letter = letter_to(dossier, one.case, gate_step(one.case), submission)
            letter = letter.model_copy(update={"situation": situations[one.taken]})
            return [mail("accuse_reception", answer_address(dossier, submission.sender), letter)]
    return []
