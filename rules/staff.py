"""What staff decide at a step: who is told what, and where the case goes next. Source: contract.md's actions.

A staff decision enters where a mail does: as an event on a case, through the same state table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import JsonValue

from parsers.values import parse_value
from rules.calendar import last_day
from rules.completion import Outcome
from rules.enrolment_data import FIELDS
from rules.facts import Policy
from rules.identifier_status import identifier_status
from rules.letters import blank, letter_to, mail, part
from rules.types import (
    AttachmentClass,
    AttachmentRef,
    Case,
    Dossier,
    Event,
    Letter,
    Step,
    Task,
)
from rules.workflow import advance


class ActionRefused(Exception):
    """The action is not possible now, or lacks something; nothing was changed. The text says what to do."""


@dataclass(frozen=True, slots=True)
class StaffAction:
    """One decision of a person. `files` are already stored; their class is decided here."""

    name: str
    at: datetime
    by: str
    note: str = ""
    set: dict[str, str] = field(default_factory=dict)
    files: tuple[AttachmentRef, ...] = ()
    facts: dict[str, JsonValue] = field(default_factory=dict)  # the queue entry's own facts


@dataclass(frozen=True, slots=True)
class StaffDecision:
    """What follows from a staff action."""

    outcome: Outcome
    ends_task: bool = True


def act(dossier: Dossier, case: Case, action: StaffAction, policy: Policy) -> StaffDecision:
    """Carry out a staff decision. Raises ActionRefused or workflow.StepOutOfOrder; then nothing changed."""
    _refuse_what_is_not_asked(action)
    handler = _HANDLERS[action.name]
    return handler(dossier, case, action, policy)


def _refuse_what_is_not_asked(action: StaffAction) -> None:
    """A misspelt --set must not be taken for none: without `party` an enrolment is valid for both."""
    if action.name in ("change-accepted", "change-refused"):
        return  # fields of the enrolment, checked there
    taken = _VALUES.get(action.name, ())
    for name in action.set:
        if name not in taken and not name.startswith("tick."):  # what a person ticked is kept in the history
            wanted = " ou ".join(f"--set {key}=…" for key in taken) or "aucun --set"
            raise ActionRefused(f"{name} : {action.name} attend {wanted}.")


def _files(action: StaffAction, class_: AttachmentClass) -> tuple[AttachmentRef, ...]:
    return tuple(f.model_copy(update={"class_": class_}) for f in action.files)


def _letter(dossier: Dossier, case: Case, step: Step, action: StaffAction) -> Letter:
    return letter_to(dossier, case, step, None).model_copy(update={"note": action.note})


def _outcome(dossier: Dossier, case: Case, action: StaffAction) -> Outcome:
    event = Event(case=case.name, name=action.name, detail={"by": action.by, "note": action.note})
    return Outcome(dossier.with_case(case), events=[event])


def _enrolment_valid(dossier: Dossier, case: Case, action: StaffAction, policy: Policy) -> StaffDecision:
    """Step E4: two facts, INCERT's and AeS's; with both, the confidential mail to the registered e-mail."""
    party = action.set.get("party", "both")
    if party not in ("incert", "aes", "both"):
        raise ActionRefused(f"party={party} : attendu incert, aes ou both.")
    at = action.at.isoformat()
    moved = case
    given = (*_stored_files(case), *_files(action, "technical_documentation"))
    files = list({f.ref: f for f in given}.values())
    if party in ("incert", "both") and not case.fact("incert"):
        moved = advance(moved, "valid_incert", incert=at)
    if party in ("aes", "both") and not case.fact("aes"):
        moved = advance(moved, "valid_aes", aes=at)
    if moved is case:
        raise ActionRefused("Ce constat est déjà enregistré pour cette partie.")
    stored: list[JsonValue] = [f.model_dump() for f in files]
    moved = moved.model_copy(update={"facts": {**moved.facts, "technical_files": stored}})
    outcome = _outcome(dossier, moved, action)
    if moved.state != "valide":
        return StaffDecision(outcome, ends_task=False)
    if not files:
        raise ActionRefused(
            "La documentation technique de cet Industriel manque : la joindre (--attach) ou la déposer dans "
            "son dossier sous documents.technical_dir."
        )
    nda = next((e for e in reversed(case.exhibits) if e.kind == "nda" and e.party == "aes"), None)
    nda = nda or case.latest("nda")
    attachments = [part(nda, "nda_countersigned")] if nda else []
    letter = _letter(dossier, moved, "E4", action)
    planned = mail(
        "enrolement_valide",
        dossier.email,
        letter,
        *attachments,
        blank("formulaire_2", policy),
        *files,
        reply=False,
    )
    opens = policy.calendar.opens("E4")
    if opens is not None and action.at < opens:
        planned = planned.model_copy(update={"not_before": opens})
    outcome.mails.append(planned)
    return StaffDecision(outcome)


def _stored_files(case: Case) -> list[AttachmentRef]:
    stored = case.facts.get("technical_files")
    return [AttachmentRef.model_validate(f) for f in stored] if isinstance(stored, list) else []


def _enrolment_refused(dossier: Dossier, case: Case, action: StaffAction, policy: Policy) -> StaffDecision:
    outcome = _outcome(dossier, advance(case, "refused", incert=None, aes=None), action)
    outcome.mails.append(
        mail(
            "enrolement_refuse",
            dossier.email,
            _letter(dossier, case, "E4", action),
            *_files(action, "staff_file"),
            reply=False,
        )
    )
    return StaffDecision(outcome)


def _access_configured(dossier: Dossier, case: Case, action: StaffAction, policy: Policy) -> StaffDecision:
    """Step L2: the access details go to the registered e-mail only, with the blank Formulaire 3."""
    if not action.note.strip() and not action.files:
        raise ActionRefused("Les informations d'accès manquent : les donner par --note ou --attach.")
    moved = advance(case, "access_configured", access_at=action.at.isoformat())
    outcome = _outcome(dossier, moved, action)
    outcome.events[0] = Event(case=moved.name, name=action.name, detail={"by": action.by, "note": "•••"})
    outcome.mails.append(
        mail(
            "acces_environnement",
            dossier.email,
            _letter(dossier, moved, "L2", action),
            blank("formulaire_3", policy),
            *_files(action, "access_details"),
            reply=False,
        )
    )
    return StaffDecision(outcome)


def _access_refused(dossier: Dossier, case: Case, action: StaffAction, policy: Policy) -> StaffDecision:
    if not any(other.name != case.name for other in dossier.of_kind("L")):
        # The code was never confirmed, and it may be why: the corrected form can bring another one.
        dossier = dossier.model_copy(update={"code_prestataire": ""})
    outcome = _outcome(dossier, advance(case, "access_refused", refused_at=action.at.isoformat()), action)
    outcome.mails.append(
        mail(
            "acces_refuse",
            dossier.email,
            _letter(dossier, case, "L2", action),
            *_files(action, "staff_file"),
            reply=False,
        )
    )
    return StaffDecision(outcome)


def _in_time(letter: Letter, step: str, action: StaffAction, policy: Policy) -> Letter:
    """The letter with the last day on which the Industriel can come again, or that it is over."""
    closes = policy.calendar.closes(step)
    if closes is None:
        return letter
    said = "deadline" if action.at < closes else "closed_on"
    return letter.model_copy(update={said: last_day(closes)})


def _complement(dossier: Dossier, case: Case, action: StaffAction, policy: Policy) -> StaffDecision:
    if not action.note.strip():
        raise ActionRefused("Dire par --note quel complément est demandé.")
    moved = advance(case, "complement_asked", asked_at=action.at.isoformat())
    outcome = _outcome(dossier, moved, action)
    letter = _in_time(_letter(dossier, moved, "L4", action), "L3", action, policy)
    outcome.mails.append(
        mail("complement_demande", dossier.email, letter, *_files(action, "staff_file"), reply=False)
    )
    return StaffDecision(outcome, ends_task=False)


def _tests_failed(dossier: Dossier, case: Case, action: StaffAction, policy: Policy) -> StaffDecision:
    moved = advance(case, "tests_failed", asked_at=action.at.isoformat())
    outcome = _outcome(dossier, moved, action)
    letter = _in_time(_letter(dossier, moved, "L4", action), "L3", action, policy)
    outcome.mails.append(
        mail("tests_echoues", dossier.email, letter, *_files(action, "test_results"), reply=False)
    )
    return StaffDecision(outcome, ends_task=False)


def _tests_passed(dossier: Dossier, case: Case, action: StaffAction, policy: Policy) -> StaffDecision:
    """Step L4: the attestation, validated by CISS, AeS, CNS and INCERT.

    Leaves with the blank Formulaire 4.
    """
    if not action.files:
        raise ActionRefused("L'attestation de réussite des tests manque : la joindre par --attach.")
    moved = advance(case, "tests_passed", passed_at=action.at.isoformat())
    outcome = _outcome(dossier, moved, action)
    outcome.mails.append(
        mail(
            "tests_reussis",
            dossier.email,
            _letter(dossier, moved, "L4", action),
            *_files(action, "attestation"),
            blank("formulaire_4", policy),
            reply=False,
        )
    )
    to_aes = letter_to(dossier, moved, "L4", None)
    outcome.mails.append(mail("information_aes", policy.aes_address, to_aes, role="aes", reply=False))
    outcome.tasks.append(
        Task(
            case=moved.name,
            step="L5",
            actions=("labelled",),
            message="Tests réussis : enregistrer l'attestation de labélisation de l'AeS.",
        )
    )
    return StaffDecision(outcome)


def _labelled(dossier: Dossier, case: Case, action: StaffAction, policy: Policy) -> StaffDecision:
    at = action.set.get("date", action.at.isoformat())
    try:
        datetime.fromisoformat(at)
    except ValueError:
        raise ActionRefused(f"date={at} : attendue une date, telle que 2025-06-30.") from None
    return StaffDecision(_outcome(dossier, advance(case, "labelled", labelled_at=at), action))


def _connection_valid(dossier: Dossier, case: Case, action: StaffAction, policy: Policy) -> StaffDecision:
    """Step R2: 640 EUR TTC may be invoiced to AeS; for a collective the reviewer confirms the amount."""
    amount = action.set.get("amount", action.set.get("montant", str(policy.amount_eur)))
    if not amount.isdigit() or not int(amount):
        raise ActionRefused(f"amount={amount} : attendu un montant entier en euros.")
    moved = advance(case, "connection_valid", valid_at=action.at.isoformat(), amount=int(amount))
    outcome = _outcome(dossier, moved, action)
    letter = _letter(dossier, moved, "R2", action).model_copy(update={"amount_eur": int(amount)})
    files = _files(action, "staff_file")
    outcome.mails.append(mail("raccordement_valide", dossier.email, letter, *files, reply=False))
    return StaffDecision(outcome)


def _connection_refused(dossier: Dossier, case: Case, action: StaffAction, policy: Policy) -> StaffDecision:
    outcome = _outcome(dossier, advance(case, "connection_refused"), action)
    outcome.mails.append(
        mail(
            "raccordement_refuse",
            dossier.email,
            _in_time(_letter(dossier, case, "R2", action), "R1", action, policy),
            *_files(action, "staff_file"),
            reply=False,
        )
    )
    return StaffDecision(outcome)


def _normalised(field_id: str, text: str, policy: Policy) -> str:
    form = policy.forms.for_kind("formulaire_1")
    field_def = form.field(field_id) if form else None
    if field_def is None or field_id not in FIELDS:
        raise ActionRefused(f"{field_id} : attendu un champ de l'enrôlement ({', '.join(FIELDS)}).")
    value = text if field_def.choices else parse_value(field_def.type, text).value
    if value in (None, "") or (field_def.choices and value not in field_def.choices):
        raise ActionRefused(f"{field_id}={text} : ce n'est pas une valeur de type {field_def.type}.")
    return str(value)


def _check_identifier(field_id: str, value: str, country: str | None, policy: Policy) -> None:
    """Nothing is registered that is known to be wrong. Raises ActionRefused."""
    form = policy.forms.for_kind("formulaire_1")
    field_def = form.field(field_id) if form else None
    if field_def and identifier_status(field_def, value, policy.patterns, country) == "invalid":
        raise ActionRefused(
            f"{field_id}={value} : valeur non valable (format ou clé de contrôle). La corriger par --set, "
            "ou refuser le changement."
        )


def _change_decided(dossier: Dossier, case: Case, action: StaffAction, policy: Policy) -> StaffDecision:
    """Step C: the new data are registered, or not; the old and the new address are told."""
    accepted = action.name == "change-accepted"
    asked = action.facts.get("new")
    new = {k: str(v) for k, v in asked.items()} if isinstance(asked, dict) else {}
    new |= {name: _normalised(name, text, policy) for name, text in action.set.items()}
    country = new.get("pays") or dossier.registered.get("pays")
    for name in new if accepted else ():
        _check_identifier(name, new[name], country, policy)
    if accepted and not new:
        raise ActionRefused("Quelles données changent ? Les donner par --set CHAMP=VALEUR.")
    old_address, changed = dossier.email, dossier
    if accepted:
        changed = dossier.model_copy(
            update={
                "registered": {**dossier.registered, **new},
                "email": new.get("email", dossier.email),
            }
        )
    letter = _letter(changed, case, "C", action).model_copy(
        update={"accepted": accepted, "changed_fields": tuple(new)}
    )
    outcome = Outcome(
        changed,
        events=[
            Event(case=case.name, name=action.name, detail={"by": action.by, "fields": list(new)}),
        ],
    )
    files = _files(action, "staff_file")
    planned = mail("changement_donnees_decide", changed.email, letter, *files, reply=False)
    if changed.email != old_address:
        planned = planned.model_copy(update={"also_to": (old_address,)})
    outcome.mails.append(planned)
    return StaffDecision(outcome)


_VALUES: dict[str, tuple[str, ...]] = {
    "enrolment-valid": ("party",),
    "labelled": ("date",),
    "connection-valid": ("amount", "montant"),
}
"""What `--set` may give at which decision."""

_HANDLERS: dict[str, Callable[[Dossier, Case, StaffAction, Policy], StaffDecision]] = {
    "enrolment-valid": _enrolment_valid,
    "enrolment-refused": _enrolment_refused,
    "access-configured": _access_configured,
    "access-refused": _access_refused,
    "complement": _complement,
    "tests-failed": _tests_failed,
    "tests-passed": _tests_passed,
    "labelled": _labelled,
    "connection-valid": _connection_valid,
    "connection-refused": _connection_refused,
    "change-accepted": _change_decided,
    "change-refused": _change_decided,
}
STAFF_DECISIONS = frozenset(_HANDLERS)
