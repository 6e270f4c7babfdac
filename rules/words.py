"""A mail that is about its words, not about documents for a case.

A question, a change of data, a major change, thanks, or files of no known kind. Nothing about a case is told
to an unknown sender. Source: process.md, steps Q, C and V.
"""

from __future__ import annotations

from parsers.intent import names_a_file
from parsers.types import Kind
from rules.calendar import last_day
from rules.checks import deadlines
from rules.contacts import contact_topic, standing
from rules.data_change import asked_values, decision_task, request_finding
from rules.exceptions import exceptions_of
from rules.facts import Policy
from rules.filing import awaits_complement
from rules.letters import items_of, letter_to, mail
from rules.trust import answer_address, doubts, is_registered
from rules.types import (
    Case,
    Decision,
    Dossier,
    Event,
    Finding,
    PlannedMail,
    Step,
    Submission,
    Task,
    TemplateName,
)
from rules.unreadable import unreadable_findings
from rules.workflow import LABELLED

_OF_OTHER_PARTIES: dict[Kind, str] = {"facture": "invoicing", "accord_service": "labelling"}
_LATER_FORMS = frozenset({"formulaire_2", "formulaire_3", "formulaire_4", "bon_de_livraison", "preuve_tests"})
_NO_REPLY = frozenset({"thanks", "empty"})
_FREE_WORDS = 0.6  # confidence of a « question » that is only words which are nothing else


def decide_on_words(dossier: Dossier | None, submission: Submission, policy: Policy) -> Decision:
    """The decision on a mail that brings no document for a case."""
    known = dossier is not None and (
        (is_registered(dossier, submission.sender.email) and not submission.sender.contested)
        or submission.accepted
    )
    if dossier is None and any(e.kind in _LATER_FORMS for e in submission.exhibits):
        return _forms_of_nobody(submission)
    if submission.unreadable:
        return _ask_again(dossier, submission, policy)
    if dossier is not None and submission.intent.kind == "change_request" and dossier.registered:
        return _change_of_data(
            dossier, submission, policy
        )  # another writer's waits for a person, see `doubts`
    if dossier is not None and known and submission.intent.kind == "major_change":
        return _major_change(dossier, submission)
    foreign = next((e.kind for e in submission.exhibits if e.kind in _OF_OTHER_PARTIES), None)
    if foreign is not None:
        return _orientation(dossier if known else None, submission, topic=_OF_OTHER_PARTIES[foreign])
    if submission.exhibits:
        return _files_of_no_known_kind(dossier, submission, known)
    if submission.intent.kind in _NO_REPLY:
        return Decision(dossier=dossier)
    if dossier is not None and known and (case := _answered_in_words(dossier, submission)) is not None:
        return _complement_in_words(dossier, case, submission, policy)
    if submission.intent.kind == "cover" and dossier is not None and known:
        return _attachment_forgotten(dossier, submission, policy)
    return _orientation(dossier if known else None, submission)


def _decision(
    dossier: Dossier | None,
    findings: list[Finding],
    mails: list[PlannedMail],
    submission: Submission,
    case: Case | None = None,
    step: Step | None = None,
    held: bool = False,
    tasks: tuple[Task, ...] = (),
    events: tuple[Event, ...] = (),
) -> Decision:
    return Decision(
        dossier=dossier,
        findings=tuple(findings),
        mails=tuple(m for m in mails if m.role != "sender" or submission.sender.answerable),
        held=held and not submission.accepted,
        exceptions=() if held and submission.accepted else exceptions_of(findings),
        tasks=tasks,
        events=events,
        case=case.name if case else "",
        step=step,
    )


def _orientation(dossier: Dossier | None, submission: Submission, topic: str = "") -> Decision:
    """Step Q: a pointer to the right contact at once; the mail stands in the queue."""
    case, step = standing(dossier) if dossier else (None, None)
    letter = letter_to(dossier, case, step, submission)
    words = f"{submission.subject}\n{submission.words}"
    letter = letter.model_copy(update={"contact_topic": topic or contact_topic(words, step)})
    finding = Finding(
        rule="question",
        severity="note",
        code="question",
        message="Question ou message à lire par une personne."
        if not topic
        else "Document qui relève d'une autre partie.",
    )
    if not submission.sender.believed:
        finding = finding.model_copy(update={"severity": "doubt", "code": "sender_authentication_failed"})
    return _decision(
        dossier,
        [finding],
        [mail("orientation_contact", submission.sender.email, letter, role="sender")],
        submission,
        case,
        "Q",
        held=not submission.sender.believed,
    )


def _change_of_data(dossier: Dossier, submission: Submission, policy: Policy) -> Decision:
    """Step C: acknowledged, to the old and the new address; staff see old and new side by side."""
    new = asked_values(dossier, submission)
    letter = letter_to(dossier, dossier.case("E"), "C", submission).model_copy(
        update={"changed_fields": tuple(new), "next_party": "incert"}
    )
    acknowledgement = mail("changement_donnees_recu", dossier.email, letter)
    new_address = new.get("email", "")
    if new_address and new_address.casefold() != dossier.email.casefold():
        acknowledgement = acknowledgement.model_copy(update={"also_to": (new_address,)})
    trust = [] if submission.accepted else list(doubts(dossier, submission.sender))
    finding, task = request_finding(new, policy), decision_task(dossier, new, policy)
    return _decision(
        dossier,
        [*trust, finding] if trust else [],
        [acknowledgement],
        submission,
        dossier.case("E"),
        "C",
        held=bool(trust),
        tasks=() if trust else (task,),
    )


def _major_change(dossier: Dossier, submission: Submission) -> Decision:
    """Step V: a major change of a labelled version was reported.

    Staff decide whether it needs a new label.
    """
    labelled = [c for c in dossier.of_kind("L") if c.state in LABELLED]
    if not labelled:
        return _orientation(dossier, submission)
    case = labelled[-1]
    letter = letter_to(dossier, case, "V", submission).model_copy(
        update={"next_party": "incert", "situation": "major_change"}
    )
    trust = [] if submission.accepted else list(doubts(dossier, submission.sender))
    finding = Finding(
        rule="major_change",
        severity="note",
        code="major_change",
        message="Changement majeur d'une version labélisée signalé : une nouvelle "
        "labélisation est-elle nécessaire ?",
    )
    return _decision(
        dossier,
        [*trust, finding],
        [mail("accuse_reception", answer_address(dossier, submission.sender), letter)],
        submission,
        case,
        "V",
        held=bool(trust),
    )


def _ask_again(dossier: Dossier | None, submission: Submission, policy: Policy) -> Decision:
    """Only files that could not be read: they are asked for again; an unknown sender's waits for a person."""
    findings = unreadable_findings(submission)
    case, step = standing(dossier) if dossier else (None, None)
    trust: list[Finding] = []
    if dossier is None:
        trust.append(
            Finding(
                rule="unknown_sender",
                severity="doubt",
                code="unknown_sender",
                message="L'expéditeur n'est connu dans aucun dossier.",
            )
        )
    elif not submission.accepted:
        trust.extend(doubts(dossier, submission.sender))
    letter = letter_to(dossier, case, step, submission)
    demands = [f.model_copy(update={"severity": "demand"}) for f in findings]
    letter = letter.model_copy(update={"items": items_of(demands, policy, letter.language)})
    address = answer_address(dossier, submission.sender) if dossier else submission.sender.email
    role = "industriel" if dossier else "sender"
    held = bool(trust) or any(f.severity == "doubt" for f in findings)
    mails = [mail("elements_manquants", address, letter, role=role)]
    return _decision(dossier, [*trust, *findings], mails, submission, case, step, held=held)


def _attachment_forgotten(dossier: Dossier, submission: Submission, policy: Policy) -> Decision:
    case, step = standing(dossier)
    finding = Finding(
        rule="attachment_forgotten",
        severity="demand",
        message="Le message annonce une pièce jointe qui manque.",
    )
    letter = letter_to(dossier, case, step, submission)
    letter = letter.model_copy(update={"items": items_of([finding], policy, letter.language)})
    trust = [] if submission.accepted else list(doubts(dossier, submission.sender))
    address = answer_address(dossier, submission.sender)
    return _decision(
        dossier,
        [*trust, finding],
        [mail("elements_manquants", address, letter)],
        submission,
        case,
        step,
        held=bool(trust),
    )


def _answered_in_words(dossier: Dossier, submission: Submission) -> Case | None:
    """The case whose complement this mail may be: words that ask nothing and do not speak of a file."""
    said = submission.intent
    answers = said.kind == "question" and said.confidence <= _FREE_WORDS
    answers = answers or (said.kind == "cover" and not names_a_file(submission.words))
    return awaits_complement(dossier) if answers else None


def _complement_in_words(dossier: Dossier, case: Case, submission: Submission, policy: Policy) -> Decision:
    """Staff asked for a complement; a person reads whether these words are it, and when they came counts."""
    letter = letter_to(dossier, case, "L3", submission).model_copy(update={"next_party": "incert"})
    template: TemplateName = "accuse_reception"
    finding = Finding(
        rule="complement_in_words",
        severity="doubt",
        code="manual_task",
        message="Réponse sans pièce jointe à une demande de complément ou à un échec des tests : à lire.",
    )
    closes = policy.calendar.closes("L3")
    if closes is not None and submission.received_at >= closes and not submission.deadline_overruled:
        template = "delai_depasse"
        letter = letter.model_copy(update={"closed_on": last_day(closes)})
        finding = deadlines.passed(closes)
    return _decision(
        dossier,
        [finding],
        [mail(template, answer_address(dossier, submission.sender), letter)],
        submission,
        case,
        "L3",
        held=True,
    )


def _files_of_no_known_kind(dossier: Dossier | None, submission: Submission, known: bool) -> Decision:
    """Readable files that are none of the expected documents: a person looks, with an answer prepared."""
    case, step = standing(dossier) if dossier else (None, None)
    findings: list[Finding] = []
    if not known:
        findings.append(
            Finding(
                rule="unknown_sender",
                severity="doubt",
                code="unknown_sender" if dossier is None else "sender_not_registered",
                message="L'expéditeur n'est pas connu pour ce dossier."
                if dossier
                else "L'expéditeur est inconnu.",
            )
        )
    if submission.intent.kind == "question" and known:
        return _orientation(dossier, submission)
    files = ", ".join(f"« {e.document.file} »" for e in submission.exhibits)
    findings.append(
        Finding(
            rule="document_not_recognised",
            severity="doubt",
            code="low_confidence",
            message=f"Documents qui ne sont d'aucun type attendu : {files}.",
        )
    )
    letter = letter_to(
        dossier if known else None, case if known else None, step if known else None, submission
    )
    if dossier is not None and known:
        letter = letter.model_copy(update={"next_party": "incert"})
        answer = mail("accuse_reception", answer_address(dossier, submission.sender), letter)
    else:
        letter = letter.model_copy(update={"contact_topic": "general"})
        answer = mail("orientation_contact", submission.sender.email, letter, role="sender")
    return _decision(dossier, findings, [answer], submission, case, step, held=True)


def _forms_of_nobody(submission: Submission) -> Decision:
    """Forms of a later step whose Industriel is in no dossier."""
    letter = letter_to(None, None, None, submission).model_copy(update={"contact_topic": "enrolment"})
    finding = Finding(
        rule="unknown_industriel",
        severity="doubt",
        code="unknown_industriel",
        message="Aucun dossier ne correspond à l'Industriel de ces documents.",
    )
    return _decision(
        None,
        [finding],
        [mail("orientation_contact", submission.sender.email, letter, role="sender")],
        submission,
        held=True,
    )
