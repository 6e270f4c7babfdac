"""What a mail says besides its documents: a question, a change of data, a major change. None of it is lost.

The documents are decided as ever; a person reads the words. Source: process.md, steps Q, C and V.
"""

from __future__ import annotations

from rules.data_change import asked_values, decision_task, request_finding
from rules.facts import Policy
from rules.types import Dossier, Finding, Letter, PlannedMail, Submission, Task
from rules.workflow import LABELLED, gate_step


def findings_besides(dossier: Dossier, submission: Submission, policy: Policy) -> list[Finding]:
    """What a person has to read although the documents are decided."""
    match submission.intent.kind:
        case "question" if _asks_something(submission):
            return [
                Finding(
                    rule="question_with_documents",
                    severity="note",
                    code="question",
                    message="Le message qui accompagne les documents pose une question.",
                )
            ]
        case "change_request" if _asks_change(dossier, submission):
            return [request_finding(asked_values(dossier, submission), policy)]
        case "major_change" if any(c.state in LABELLED for c in dossier.of_kind("L")):
            return [
                Finding(
                    rule="major_change",
                    severity="note",
                    code="major_change",
                    message="Le message signale un changement majeur d'une version labélisée : une nouvelle "
                    "labélisation est-elle nécessaire ?",
                )
            ]
        case _:
            return []


def tasks_besides(dossier: Dossier, submission: Submission, policy: Policy) -> list[Task]:
    if not _asks_change(dossier, submission):
        return []
    return [decision_task(dossier, asked_values(dossier, submission), policy)]


def without_tasks(findings: list[Finding], tasks: list[Task]) -> list[Finding]:
    """The findings whose words are not in the queue already, as a task of their own."""
    standing = {code for task in tasks for code in task.codes}
    return [f for f in findings if f.rule != "data_change_request" or f.code not in standing]


def told_besides(planned: PlannedMail, dossier: Dossier, submission: Submission) -> PlannedMail:
    """The answer, which also says what becomes of those words."""
    if planned.role != "industriel" or not planned.reply:
        return planned
    said: dict[str, object] = {"question_asked": _asks_something(submission)}
    if _asks_change(dossier, submission):
        said |= {"change_asked": True, "changed_fields": tuple(asked_values(dossier, submission))}
    letter: Letter = planned.letter.model_copy(update=said)
    return planned.model_copy(update={"letter": letter})


def _asks_something(submission: Submission) -> bool:
    """The words of a party that passes a form on are not the Industriel's, who gets the answer."""
    return submission.intent.kind == "question" and submission.sender.party in ("industriel", "unknown")


def _asks_change(dossier: Dossier, submission: Submission) -> bool:
    """While the enrolment still takes documents, a new value comes with them and is no change."""
    enrolment = dossier.case("E")
    settled = enrolment is not None and gate_step(enrolment) != "E1"
    return submission.intent.kind == "change_request" and settled
