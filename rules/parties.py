"""Mails of the parties: AeS returns the signed NDA (E3) and the attestation (L5), forwards Formulaire 1 (E1).

Whatever else AeS, CNS, CISS or INCERT write stands in the queue; they never get an automatic answer.
"""

from __future__ import annotations

import re

from parsers.types import Signer
from rules.exceptions import exceptions_of
from rules.facts import Policy
from rules.filing import attach
from rules.names import compare_names, text_key, version_key
from rules.types import Case, Decision, Dossier, Event, Exhibit, Finding, Submission, Task
from rules.workflow import LABELLED, advance, fits

_OPENING = frozenset({"formulaire_1"})


_OF = {"aes": "de l'AeS", "cns": "de la CNS", "ciss": "du CISS", "incert": "d'INCERT"}


def decide_for_party(dossier: Dossier | None, submission: Submission, policy: Policy) -> Decision | None:
    """The decision on a party's mail.

    None where it brings an Industriel's Formulaire 1 and goes the usual way.
    """
    if not submission.sender.believed and not submission.accepted:
        return _look(
            dossier, submission, "sender_authentication_failed", "Authenticité de la partie non établie."
        )
    if submission.sender.contested and not submission.accepted:
        return _look(
            dossier,
            submission,
            "name_mismatch",
            "Le fil, la référence et les documents ne désignent pas le même dossier.",
            held=True,
        )
    kinds = {e.kind for e in submission.exhibits}
    if submission.sender.party == "aes":
        nda = next((e for e in submission.exhibits if e.kind == "nda"), None)
        enrolment = dossier.case("E") if dossier else None
        if dossier and enrolment and nda and enrolment.state == "chez_aes":
            return _countersigned(dossier, enrolment, nda, submission, policy)
        if "attestation" in kinds and dossier is not None:
            return _labelled(dossier, submission)
        if "accord_service" in kinds and dossier is not None:
            return _accord(dossier, submission)
        if kinds & _OPENING or (nda and dossier and enrolment and enrolment.state == "ouvert"):
            return None
    if submission.intent.kind in ("thanks", "empty") and not submission.exhibits:
        return Decision(dossier=dossier)
    return _look(dossier, submission, "manual_task", f"Message {_OF[submission.sender.party]} à lire.")


def _look(
    dossier: Dossier | None, submission: Submission, code: str, message: str, held: bool = False
) -> Decision:
    finding = Finding.model_validate(
        {"rule": "party_wrote", "severity": "note", "code": code, "message": message}
    )
    return Decision(dossier=dossier, findings=(finding,), exceptions=exceptions_of([finding]), held=held)


def _countersigned(
    dossier: Dossier, case: Case, nda: Exhibit, submission: Submission, policy: Policy
) -> Decision:
    """Step E3: the same NDA, one signature more."""
    findings = list(_same_nda(dossier, case, nda)) if not submission.accepted else []
    changed = attach(case, nda.model_copy(update={"accepted": submission.accepted}))
    if findings:
        return Decision(
            dossier=dossier,
            findings=tuple(findings),
            exceptions=exceptions_of(findings),
            held=True,
            case=case.name,
            step="E3",
        )
    moved = advance(changed, "countersigned")
    if policy.aes_nda_validates:
        moved = advance(moved, "valid_aes", aes=submission.received_at.isoformat())
    task = Task(
        case=moved.name,
        step="E4",
        actions=("enrolment-valid", "enrolment-refused"),
        message="NDA signé par l'AeS : l'enrôlement est-il valide pour INCERT et pour l'AeS ?",
    )
    return Decision(
        dossier=dossier.with_case(moved),
        tasks=(task,),
        events=(Event(case=moved.name, name="countersigned"),),
        case=moved.name,
        step="E3",
    )


def _same_nda(dossier: Dossier, case: Case, nda: Exhibit) -> list[Finding]:
    sent = case.latest("nda")
    findings = []
    written = nda.value("denomination")
    person = dossier.registered.get("type_personne") == "physique"
    if written and dossier.name and compare_names(written, dossier.name, person) == "mismatch":
        findings.append(_about(nda, "name_mismatch", f"Ce NDA nomme « {written} »."))
    matricule, enrolled = nda.value("matricule"), dossier.registered.get("matricule")
    if matricule and enrolled and matricule != enrolled:
        findings.append(_about(nda, "matricule_mismatch", "Le matricule de ce NDA est un autre."))
    if nda.document.altered:
        findings.append(_about(nda, "document_altered", "Le texte diffère du NDA émis."))
    statuses = {s.status for s in nda.document.signature.signers}
    if "digital_invalid" in statuses:
        findings.append(_about(nda, "signature_invalid", "Une signature du NDA n'est pas valable."))
    elif "digital_untrusted" in statuses and nda.document.signature.status != "handwritten":
        findings.append(_about(nda, "signature_untrusted", "Signature intacte, sans autorité reconnue."))
    before = len(_signers(sent)) if sent else 0
    more = len(_signers(nda)) > before
    by_aes = any(s.role == "aes" for s in _signers(nda))
    if "unknown" in statuses:
        findings.append(_about(nda, "signature_missing", "Il n'est pas certain que l'AeS ait signé ce NDA."))
    elif (sent and sent.document.sha256 == nda.document.sha256) or not (more or by_aes):
        findings.append(
            _about(nda, "signature_missing", "La signature de l'AeS n'a pas été trouvée sur ce NDA.")
        )
    return findings


def _signers(exhibit: Exhibit) -> list[Signer]:
    signers = exhibit.document.signature.signers
    return [s for s in signers if s.kind != "stamp" and s.status != "absent"]


def _about(exhibit: Exhibit, code: str, message: str) -> Finding:
    return Finding.model_validate(
        {
            "rule": code,
            "severity": "doubt",
            "code": code,
            "message": message,
            "document": exhibit.kind,
            "file": exhibit.document.file,
        }
    )


def _names(said: str, case: Case) -> bool:
    """Whether these words name the case's product and version."""
    versions = {version_key(token) for token in re.findall(r"[\w.]+", said)}
    return case.fact("product_key") in text_key(said) and case.fact("version_key") in {"", *versions}


def _accord(dossier: Dossier, submission: Submission) -> Decision:
    """Step L5: the Accord is between AeS and the Industriel; mailbot records when it came."""
    waiting = [c for c in dossier.of_kind("L") if fits(c, "labelled")]
    if len(waiting) != 1:
        return _look(dossier, submission, "manual_task", "Accord de l'AeS : à quelle version appartient-il ?")
    case = waiting[0]
    at = submission.received_at.isoformat()
    dated = case.model_copy(update={"facts": {**case.facts, "accord_at": at}})
    return Decision(
        dossier=dossier.with_case(dated),
        events=(Event(case=case.name, name="accord_recorded"),),
        case=case.name,
        step="L5",
    )


def _labelled(dossier: Dossier, submission: Submission) -> Decision:
    """Step L5: the attestation de labélisation, for the version that it names or the only one that waits."""
    attestation = next(e for e in submission.exhibits if e.kind == "attestation")
    waiting = [c for c in dossier.of_kind("L") if fits(c, "labelled")]
    said = f"{attestation.document.text} {submission.subject} {submission.words}"
    named = [c for c in waiting if c.fact("product_key") and _names(said, c)]
    chosen = (named or waiting) if not submission.sender.contested else []
    if len(chosen) != 1:
        already = [c for c in dossier.of_kind("L") if c.state in LABELLED]
        if already and not waiting:
            return Decision(dossier=dossier)
        return _look(
            dossier, submission, "manual_task", "Attestation de l'AeS : à quelle version appartient-elle ?"
        )
    moved = advance(
        attach(chosen[0], attestation), "labelled", labelled_at=submission.received_at.isoformat()
    )
    return Decision(
        dossier=dossier.with_case(moved),
        closed_tasks=((moved.name, "L5"),),
        events=(Event(case=moved.name, name="labelled"),),
        case=moved.name,
        step="L5",
    )
