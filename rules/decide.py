"""The decision on a mail: documents are filed, touched cases judged, and one answer is made.

`decide` is the only way from documents to effects, for a mail that arrives as for one that a person corrected
or approved. It changes nothing: the caller stores what it returns, in one transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from parsers.identifiers import check_email
from rules.answer import acknowledge_kept, ask, one_to_industriel
from rules.besides import findings_besides, tasks_besides, told_besides, without_tasks
from rules.completion import Outcome, complete
from rules.enrolment_data import changed_fields, registered_from
from rules.evaluate import Evaluation, blocking, evaluate
from rules.exceptions import exceptions_of
from rules.facts import Policy, Precedents
from rules.filing import FILED, Filed, attach, awaits_complement, file_exhibit, in_process_order
from rules.parties import decide_for_party
from rules.proof import with_proof
from rules.same_form import settle_versions
from rules.trust import answer_address, doubts, is_enrolled, is_registered
from rules.types import Case, Decision, Dossier, Finding, PlannedMail, Step, Submission
from rules.unreadable import unreadable_findings
from rules.words import decide_on_words
from rules.workflow import GATE_STEP, gate_step

NOTHING_ELSEWHERE = Precedents()


def decide(
    dossier: Dossier | None,
    submission: Submission,
    policy: Policy,
    precedents: Precedents = NOTHING_ELSEWHERE,
) -> Decision:
    """What follows from these mails for this dossier (None where none was found and none is opened)."""
    exhibits, differing = settle_versions(with_proof(submission.exhibits, dossier), policy)
    submission = submission.model_copy(update={"exhibits": exhibits})
    if dossier is not None and is_registered(dossier, submission.sender.email):
        dossier = dossier.model_copy(update={"language": submission.language})
    if submission.sender.party not in ("industriel", "unknown"):
        by_party = decide_for_party(dossier, submission, policy)
        if by_party is not None:
            return by_party
    if dossier is None or not _brings_documents(dossier, submission):
        return decide_on_words(dossier, submission, policy)
    if _asks_to_change_data(dossier, submission):
        return decide_on_words(dossier, submission, policy)
    return _decide_on_documents(dossier, submission, policy, precedents, differing)


def _asks_to_change_data(dossier: Dossier, submission: Submission) -> bool:
    """The mail asks to change enrolled data; a Formulaire 1 in it carries the new ones."""
    only_f1 = all(e.kind == "formulaire_1" for e in submission.exhibits if e.kind in FILED)
    enrolment = dossier.case("E")
    settled = enrolment is not None and gate_step(enrolment) != "E1"
    return submission.intent.kind == "change_request" and only_f1 and settled


def _brings_documents(dossier: Dossier, submission: Submission) -> bool:
    if any(e.kind in FILED for e in submission.exhibits):
        return True
    return awaits_complement(dossier) is not None and any(e.kind == "other" for e in submission.exhibits)


@dataclass(slots=True)
class _Judged:
    """Everything that one pass over the documents found."""

    before: Dossier
    filed_dossier: Dossier
    filed: list[Filed]
    outcome: Outcome
    findings: list[Finding] = field(default_factory=list)
    evaluations: list[Evaluation] = field(default_factory=list)
    stranger: bool = False

    @property
    def undecided(self) -> Dossier:
        """The dossier while a person has not decided: a stranger's documents stay off it."""
        return self.before if self.stranger else self.filed_dossier

    @property
    def about(self) -> tuple[str, Step | None]:
        """The case and step that stand for the mail."""
        if self.evaluations:
            return self.evaluations[-1].case.name, self.evaluations[-1].step
        if self.filed:
            case = self.filed[-1].case
            return case.name, GATE_STEP[case.kind].get(case.state)
        return "", None


def _decide_on_documents(
    dossier: Dossier,
    submission: Submission,
    policy: Policy,
    precedents: Precedents,
    differing: list[Finding],
) -> Decision:
    identity = () if submission.accepted else doubts(_as_registered(dossier, submission), submission.sender)
    judged = _file_all(dossier, submission)
    judged.stranger = bool(identity) and submission.sender.party != "aes" and _has_own_papers(dossier)
    judged.findings = [
        *identity,
        *(() if submission.accepted else differing),
        *(f for one in judged.filed for f in _on_filing(one, dossier, submission, policy)),
    ]
    _judge_touched(judged, submission, policy, precedents)
    judged.findings.extend(unreadable_findings(submission))
    judged.findings.extend(_new(findings_besides(dossier, submission, policy), judged.findings))
    if any(f.severity in ("demand", "mismatch") for f in judged.findings):
        return _something_to_mend(judged, submission, policy)
    if blocking(judged.findings) and not submission.accepted:
        return _in_doubt(judged, submission, policy, precedents)
    return _all_right(judged, submission, policy)


def _new(more: list[Finding], findings: list[Finding]) -> list[Finding]:
    """Those that say something of their own: a form may have announced the same major change."""
    said = {finding.rule for finding in findings}
    return [finding for finding in more if finding.rule not in said]


def _as_registered(dossier: Dossier, submission: Submission) -> Dossier:
    """The dossier as Formulaire 1 of this mail would register it, while the enrolment is open.

    Once a usable address is known, another Formulaire 1 does not make its sender the Industriel.
    """
    if _has_own_papers(dossier) and check_email(dossier.email) != "invalid":
        return dossier
    for exhibit in submission.exhibits:
        if exhibit.kind == "formulaire_1" and exhibit.document.filled:
            dossier = registered_from(dossier, exhibit)
    return dossier


def _has_own_papers(dossier: Dossier) -> bool:
    """A stranger's documents are not put beside these before a person says so."""
    enrolment = dossier.case("E")
    return is_enrolled(dossier) or (enrolment is not None and enrolment.latest("formulaire_1") is not None)


def _file_all(dossier: Dossier, submission: Submission) -> _Judged:
    """Put every document on its case, in the order of the process, each on what the one before left."""
    before, filed = dossier, list[Filed]()
    for exhibit in in_process_order(submission.exhibits):
        complement = awaits_complement(dossier)
        if exhibit.kind in FILED:
            one = file_exhibit(dossier, exhibit)
        elif exhibit.kind == "other" and complement is not None:
            one = Filed(exhibit, complement, "current")
        else:
            continue
        if exhibit.kind == "formulaire_1":
            dossier = registered_from(dossier, exhibit)
        if one.taken in ("current", "early"):
            case = attach(one.case, exhibit)
            if submission.accepted:  # the person saw the case as it stands, with all its papers
                believed = tuple(e.model_copy(update={"accepted": True}) for e in case.exhibits)
                case = case.model_copy(update={"exhibits": believed})
            kept = True if one.taken == "early" else None
            case = case.model_copy(update={"facts": {**case.facts, "kept": kept}})
            one = Filed(exhibit, case, one.taken)
            dossier = dossier.with_case(case)
        filed.append(one)
    return _Judged(before=before, filed_dossier=dossier, filed=filed, outcome=Outcome(dossier))


def _judge_touched(judged: _Judged, submission: Submission, policy: Policy, precedents: Precedents) -> None:
    """Judge each case that took a document; one whose step is complete moves on before the next is judged."""
    in_doubt = bool(judged.findings) and blocking(judged.findings)
    outcome = judged.outcome
    for touched in _touched(judged.filed):
        case = outcome.dossier.case(touched.kind, touched.number)
        if case is None:
            continue
        evaluation = evaluate(
            outcome.dossier,
            case,
            policy,
            submission.sender,
            submission.received_at,
            precedents,
            submission.deadline_overruled,
        )
        if evaluation is None:
            continue
        judged.evaluations.append(evaluation)
        judged.findings.extend(evaluation.findings)
        if evaluation.complete and not in_doubt:
            address = answer_address(outcome.dossier, submission.sender)
            outcome.add(complete(outcome.dossier, case, submission, policy, address, evaluation.received_at))


def _touched(filed: list[Filed]) -> list[Case]:
    order = {"E": 0, "L": 1, "R": 2}
    cases = {(order[f.case.kind], f.case.number): f.case for f in filed if f.taken == "current"}
    return [cases[key] for key in sorted(cases)]


def _on_filing(filed: Filed, dossier: Dossier, submission: Submission, policy: Policy) -> list[Finding]:
    """What is odd about where a document came in the process."""
    kind, file = filed.exhibit.kind, filed.exhibit.document.file
    doubt = "note" if submission.accepted else "doubt"
    if filed.taken == "early":
        return [
            Finding(
                rule="too_early",
                severity=doubt,
                code="step_out_of_order",
                message="Arrivé avant son étape ; conservé et repris quand elle sera ouverte.",
                document=kind,
                file=file,
            )
        ]
    if filed.taken == "again" and kind == "formulaire_1":
        return [
            Finding(
                rule="data_mismatch",
                severity="mismatch",
                code="data_mismatch",
                message=f"Formulaire 1 différent de l'enrôlement (« {policy.label(kind, name)} »), "
                "sans demande de changement.",
                criterion=2,
                document=kind,
                file=file,
                field=name,
                value=filed.exhibit.value(name),
            )
            for name in changed_fields(dossier, filed.exhibit)
        ]
    if filed.taken == "again":
        return [
            Finding(
                rule="already_received",
                severity=doubt,
                code="duplicate_request",
                message="Un autre document de ce type est déjà accepté pour cette étape.",
                document=kind,
                file=file,
            )
        ]
    return []


def _something_to_mend(judged: _Judged, submission: Submission, policy: Policy) -> Decision:
    """One mail asks for everything; held where a mismatch or a doubt is among the findings."""
    held = blocking(judged.findings)
    asked_dossier, asked, more = ask(
        judged.undecided, submission, policy, judged.evaluations, judged.findings
    )
    case, step = judged.about
    findings = [*judged.findings, *more]
    asked = _with_completed(
        told_besides(asked, judged.before, submission), [] if held else judged.outcome.mails
    )
    besides = tasks_besides(judged.before, submission, policy)
    if held:
        return Decision(
            dossier=asked_dossier,
            findings=tuple(findings),
            mails=(asked,),
            held=True,
            exceptions=exceptions_of(findings),
            tasks=tuple(besides) if submission.accepted else (),  # else with the person's decision
            case=case,
            step=step,
        )
    outcome = judged.outcome
    return Decision(
        dossier=_cases_that_moved(outcome.dossier, asked_dossier),
        findings=tuple(findings),
        # What completed in the same mail stands; the answer tells it as settled.
        mails=(asked, *(m for m in outcome.mails if m.role != "industriel")),
        tasks=(*outcome.tasks, *besides),
        events=tuple(outcome.events),
        exceptions=exceptions_of(without_tasks(findings, besides)),
        case=case,
        step=step,
    )


def _with_completed(asked: PlannedMail, completed: list[PlannedMail]) -> PlannedMail:
    """The answer, which also names what the same mail completed."""
    letters = (m.letter for m in completed if m.role == "industriel")
    names = (done.client or f"{done.product} {done.version}".strip() for done in letters)
    letter = asked.letter.model_copy(update={"completed": tuple(name for name in names if name)})
    return asked.model_copy(update={"letter": letter})


def _cases_that_moved(completed: Dossier, asked: Dossier) -> Dossier:
    """The completed cases, with the rounds that asking counted on the others."""
    for case in asked.cases:
        now = completed.case(case.kind, case.number)
        if now is None or now.state == case.state:
            completed = completed.with_case(case)
    return completed


def _in_doubt(judged: _Judged, submission: Submission, policy: Policy, precedents: Precedents) -> Decision:
    """Nothing is asked for, but a person has to believe it first: what would follow stands as drafts."""
    believed = submission.model_copy(update={"accepted": True})
    accepted = decide(judged.before, believed, policy, precedents)
    case, step = judged.about
    return Decision(
        dossier=judged.undecided,
        findings=tuple(judged.findings),
        mails=accepted.mails,
        held=True,
        exceptions=exceptions_of(judged.findings),
        case=case,
        step=step,
    )


def _all_right(judged: _Judged, submission: Submission, policy: Policy) -> Decision:
    outcome, findings = judged.outcome, judged.findings
    mails = one_to_industriel(outcome.mails) or acknowledge_kept(outcome.dossier, submission, judged.filed)
    besides = tasks_besides(judged.before, submission, policy)
    case, step = judged.about
    return Decision(
        dossier=outcome.dossier,
        findings=tuple(findings),
        mails=tuple(told_besides(m, judged.before, submission) for m in mails),
        tasks=(*outcome.tasks, *besides),
        events=tuple(outcome.events),
        exceptions=exceptions_of(without_tasks(findings, besides)),
        case=case,
        step=step,
    )
