"""A step whose documents are complete and right: what follows for the case, and who is written to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from rules.calendar import local_day
from rules.checks.major_update import announces_update
from rules.facts import Policy
from rules.letters import letter_to, mail, part
from rules.names import text_key
from rules.types import Case, Dossier, Event, Exhibit, Letter, PlannedMail, Step, Submission, Task
from rules.workflow import LABELLED, advance


@dataclass(slots=True)
class Outcome:
    """What a completed step changes. Mails to the Industriel come first, then those to others."""

    dossier: Dossier
    mails: list[PlannedMail] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    closed_tasks: list[tuple[str, Step]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def add(self, later: Outcome) -> None:
        """Go on from `later`, which started where this one stands."""
        self.dossier = later.dossier
        self.mails += later.mails
        self.tasks += later.tasks
        self.closed_tasks += later.closed_tasks
        self.events += later.events


_TOO_LATE_TO_LABEL = " Attention : la réception des demandes de labélisation est terminée."
LABELLING_ACTIONS = ("complement", "tests-passed", "tests-failed")


def complete(
    dossier: Dossier,
    case: Case,
    submission: Submission | None,
    policy: Policy,
    address: str,
    at: datetime,
) -> Outcome:
    """The case after its step was completed at `at` (when the last document was received)."""
    match case.kind:
        case "E":
            return _enrolment(dossier, case, submission, policy, address, at)
        case "L" if case.state in ("ouvert", "acces_refuse"):
            return _access(dossier, case, submission, policy, address, at)
        case "L":
            return _labelling(dossier, case, submission, policy, address, at)
        case _:
            return _connection(dossier, case, submission, policy, address, at)


def _reply(submission: Submission | None) -> bool:
    return submission is not None


def _enrolment(
    dossier: Dossier, case: Case, submission: Submission | None, policy: Policy, address: str, at: datetime
) -> Outcome:
    moved = advance(case, "complete", nda_sent_at=at.isoformat())
    nda = case.latest("nda")
    letter = letter_to(dossier, moved, "E2", submission).model_copy(update={"next_party": "aes"})
    outcome = Outcome(dossier.with_case(moved), events=[Event(case=moved.name, name="complete")])
    outcome.mails.append(mail("accuse_reception", address, letter, reply=_reply(submission)))
    if nda is not None:
        to_aes = Letter(
            reference=dossier.reference, case=moved.name, step="E2", industriel=dossier.name, received_at=at
        )
        outcome.mails.append(
            mail(
                "nda_pour_signature",
                policy.aes_address,
                to_aes,
                part(nda, "nda_signed_by_industriel"),
                role="aes",
                reply=False,
            )
        )
    return outcome


def _opens_on(policy: Policy, step: str, at: datetime) -> date | None:
    """The day from which the step is taken up, where what came at `at` was early."""
    opens = policy.calendar.opens(step)
    return local_day(opens) if opens is not None and at < opens else None


def _access(
    dossier: Dossier, case: Case, submission: Submission | None, policy: Policy, address: str, at: datetime
) -> Outcome:
    form = case.latest("formulaire_2")
    moved = advance(case, "complete")
    code = form.value("code_prestataire") if form else None
    changed = dossier.with_case(moved)
    if code and not changed.code_prestataire:
        changed = changed.model_copy(update={"code_prestataire": code})
    opens_on = _opens_on(policy, "L1", at)
    letter = letter_to(changed, moved, "L1", submission).model_copy(
        update={
            "next_party": "incert",
            "opens_on": opens_on,
            "situation": "kept_until_open" if opens_on else "",
        }
    )
    return Outcome(
        changed,
        mails=[mail("accuse_reception", address, letter, reply=_reply(submission))],
        tasks=[
            Task(
                case=moved.name,
                step="L2",
                actions=("access-configured", "access-refused"),
                message="Formulaire 2 complet : vérifier auprès du CISS, de la CNS et de "
                "l'AeS, puis configurer l'accès."
                + ("" if _says_active(form) else " L'eHealth ID n'y est pas déclaré actif.")
                + (_TOO_LATE_TO_LABEL if policy.calendar.is_late("L3", at) else ""),
                opens_on=opens_on,
            )
        ],
        events=[Event(case=moved.name, name="complete")],
    )


def _says_active(form: Exhibit | None) -> bool:
    """Criterion 4 wants an active eHealth ID; the form need not say so, and staff verify it."""
    claim = form.document.fields.get("ehealth_actif") if form else None
    return claim is None or claim.value is not False


def _labelling(
    dossier: Dossier, case: Case, submission: Submission | None, policy: Policy, address: str, at: datetime
) -> Outcome:
    # A document that INCERT did not ask for does not cost the place in the queue.
    keeps_place = case.state == "demande_complete" and case.fact("complete_at") != ""
    complete_at = case.fact("complete_at") if keeps_place else at.isoformat()
    major = _is_major(dossier, case)
    moved = advance(case, "complete", complete_at=complete_at, major=major)
    opens_on = _opens_on(policy, "L3", at)
    letter = letter_to(dossier, moved, "L3", submission).model_copy(
        update={"next_party": "incert", "opens_on": opens_on}
    )
    return Outcome(
        dossier.with_case(moved),
        mails=[mail("demande_labelisation_recue", address, letter, reply=_reply(submission))],
        tasks=[
            Task(
                case=moved.name,
                step="L4",
                actions=LABELLING_ACTIONS,
                message="Demande de labélisation complète : vérifier les tests et les justificatifs."
                + (
                    " Mise à jour majeure d'une version labélisée : un nouveau label est-il nécessaire ?"
                    if major
                    else ""
                ),
                codes=("manual_task", "major_change") if major else ("manual_task",),
                opens_on=opens_on,
            )
        ],
        events=[Event(case=moved.name, name="complete", detail={"complete_at": complete_at})],
    )


def _is_major(dossier: Dossier, case: Case) -> bool:
    form = case.latest("formulaire_3")
    if form is None or not announces_update(form):
        return False
    product = text_key(form.value("nom_logiciel") or "")
    return any(c.state in LABELLED and c.fact("product_key") == product for c in dossier.of_kind("L"))


def _connection(
    dossier: Dossier, case: Case, submission: Submission | None, policy: Policy, address: str, at: datetime
) -> Outcome:
    moved = advance(case, "complete", amount=policy.amount_eur)
    opens_on = _opens_on(policy, "R1", at)
    letter = letter_to(dossier, moved, "R1", submission).model_copy(
        update={"next_party": "incert", "opens_on": opens_on}
    )
    return Outcome(
        dossier.with_case(moved),
        mails=[mail("raccordement_recu", address, letter, reply=_reply(submission))],
        tasks=[
            Task(
                case=moved.name,
                step="R2",
                actions=("connection-valid", "connection-refused"),
                message="Formulaire 4 complet : vérifier le circuit (signature électronique, "
                "horodatage, unicité)"
                + (", et le montant pour ce collectif." if moved.fact("workstations") else "."),
                opens_on=opens_on,
            )
        ],
        events=[Event(case=moved.name, name="complete")],
    )
