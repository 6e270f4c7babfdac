"""What mailbot thinks of what it read: facts, findings, decisions. Pure values, no I/O."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import Field, JsonValue

from parsers.types import Claim, Document, FieldValue, Intent, Kind, Language

CaseKind = Literal["E", "L", "R"]
Step = Literal["E1", "E2", "E3", "E4", "L1", "L2", "L3", "L4", "L5", "R1", "R2", "V", "U", "Q", "C"]
Party = Literal["industriel", "aes", "cns", "ciss", "incert", "unknown"]
Severity = Literal["demand", "mismatch", "doubt", "note"]
"""demand: the Industriel is asked for it at once. mismatch: a person sees the answer before it leaves, and
the Industriel has to mend it. doubt: a person decides whether it can be believed. note: for the record."""

ExceptionCode = Literal[
    "low_confidence",
    "unknown_sender",
    "unknown_industriel",
    "sender_not_registered",
    "sender_authentication_failed",
    "name_mismatch",
    "matricule_mismatch",
    "data_mismatch",
    "identifier_invalid",
    "not_in_eea",
    "mode_not_allowed",
    "duplicate_request",
    "deadline_passed",
    "step_out_of_order",
    "unreadable_attachment",
    "signature_missing",
    "signature_invalid",
    "signature_untrusted",
    "document_altered",
    "still_incomplete",
    "data_change_request",
    "major_change",
    "question",
    "bounce",
    "loop_suspected",
    "virus",
    "processing_failed",
    "delivery_failed",
    "delivery_uncertain",
    "approval_needed",
    "manual_task",
]
TemplateName = Literal[
    "accuse_reception",
    "elements_manquants",
    "nda_pour_signature",
    "enrolement_valide",
    "enrolement_refuse",
    "acces_refuse",
    "acces_environnement",
    "demande_labelisation_recue",
    "complement_demande",
    "tests_echoues",
    "tests_reussis",
    "information_aes",
    "raccordement_recu",
    "raccordement_valide",
    "raccordement_refuse",
    "delai_depasse",
    "orientation_contact",
    "changement_donnees_recu",
    "changement_donnees_decide",
    "mise_a_jour_exigences",
    "rappel_echeance",
    "rappel_partie",
    "synthese_quotidienne",
    "alarme",
    "reponse_libre",
    "transfert",
]
AttachmentClass = Literal[
    "blank_form",
    "nda_signed_by_industriel",
    "nda_countersigned",
    "technical_documentation",
    "access_details",
    "attestation",
    "test_results",
    "staff_file",
]


class Finding(Claim):
    """What one rule has to say about one document or one case.

    `rule` is a stable id, also the key of the words for it in outbox_templates/<language>/items.toml.
    `value` is what was read in this mail, never what is registered.
    """

    rule: str
    severity: Severity
    message: str = Field(description="in words, for staff (French)")
    criterion: int | None = None
    code: ExceptionCode | None = Field(default=None, description="the exception that a person sees")
    document: Kind | None = None
    file: str | None = None
    field: str | None = None
    value: str | None = None
    detail: str | None = None
    source: str = ""


class Item(Claim):
    """One thing that an answer asks for. Texts are looked up by `rule` in items.toml."""

    rule: str
    document: Kind | None = None
    field: str | None = None
    label: str | None = Field(default=None, description="the field's printed label in the mail's language")
    value: str | None = Field(default=None, description="as read in this mail")
    expected: str | None = Field(default=None, description="field type, key of the 'expected' texts")
    criterion: int | None = None
    file: str | None = None
    which: str | None = Field(
        default=None, description="the file's name where the mail has several of the kind"
    )
    detail: str | None = None
    source: str = ""


class CaseLine(Claim):
    """A case as a reminder or a summary lists it."""

    case: str
    entry: int | None = Field(default=None, description="the entry of the queue, for staff")
    step: Step
    what: str = Field(description="key of the 'awaited' texts: what is awaited from the reader")
    subject: str = Field(default="", description="software and version, or the client")
    deadline: date | None = Field(default=None, description="last day on which it is in time")
    days_left: int | None = None
    since: date | None = None


class Letter(Claim):
    """Everything a mail template may print. A member that a mail does not need stays empty."""

    language: Language = "fr"
    reference: str = ""
    case: str = ""
    step: Step | None = None
    industriel: str = Field(
        default="", description="the name to greet; only to that Industriel itself or AeS"
    )
    subject_received: str = ""
    received_at: datetime | None = None
    documents_received: tuple[Kind, ...] = ()
    items: tuple[Item, ...] = ()
    settled: tuple[Kind, ...] = Field(
        default=(), description="documents that are complete, told on a resubmission"
    )
    remains_of_round: int = Field(default=0, description="how many times something was already asked for")
    blanks: tuple[Kind, ...] = Field(default=(), description="the blank forms attached")
    attachments: tuple[str, ...] = Field(default=(), description="names of all files attached")
    next_party: Literal["incert", "aes", "industriel", ""] = ""
    situation: str = Field(
        default="",
        description="variant of the mail: '', 'kept_early', 'already_received', 'kept_until_open', …",
    )
    opens_on: date | None = None
    closed_on: date | None = Field(default=None, description="last day on which it would have been in time")
    deadline: date | None = None
    product: str = ""
    version: str = ""
    client: str = ""
    workstations: int | None = None
    amount_eur: int | None = None
    place: int | None = Field(default=None, description="place in the labelling queue, from 1")
    note: str = Field(default="", description="staff's words, shown as they are")
    contact_topic: str = Field(default="", description="key of the 'contacts' texts")
    changed_fields: tuple[str, ...] = ()
    change_asked: bool = Field(default=False, description="besides its documents, the mail asks for a change")
    question_asked: bool = Field(default=False, description="besides its documents, the mail asks something")
    completed: tuple[str, ...] = Field(
        default=(), description="clients or versions that the same mail completed, when others lack something"
    )
    accepted: bool | None = None
    lines: tuple[CaseLine, ...] = ()
    figures: dict[str, JsonValue] = {}


class AttachmentRef(Claim):
    """A file that leaves with a mail.

    `ref`: `blank:<kind>:<format>`, `part:<mail sha256>:<part path>` or `file:<sha256>`.
    """

    ref: str
    name: str
    class_: AttachmentClass


class PlannedMail(Claim):
    """A mail that a decision wants to leave. `role` and `address` are checked again at send time."""

    template: TemplateName
    role: Literal["industriel", "sender", "aes", "incert"]
    address: str
    letter: Letter
    attachments: tuple[AttachmentRef, ...] = ()
    reply: bool = Field(default=True, description="an answer to the incoming mail, else a mail of its own")
    not_before: datetime | None = None
    also_to: tuple[str, ...] = ()


class Exhibit(Claim):
    """A document on a case, with where it came from and what a person said of it."""

    id: int = Field(default=0, description="the store's document id; 0 before it is stored")
    document: Document
    mail_id: int = 0
    mail_sha256: str = ""
    received_at: datetime
    stamped_at: datetime | None = Field(
        default=None, description="receipt as our own host's Received header says it, where there is one"
    )
    sender: str = ""
    party: Party = "unknown"
    trusted: bool = Field(default=True, description="the sender was who the dossier expects, authenticated")
    accepted: bool = Field(default=False, description="a person accepted the doubts about it")

    @property
    def kind(self) -> Kind:
        return self.document.kind

    def value(self, field: str) -> str | None:
        """The field's value as text, None where it is absent."""
        claim = self.document.fields.get(field)
        if claim is None or claim.value is None or claim.value == "":
            return None
        return str(claim.value)


class Case(Claim):
    """One case of a dossier. `facts` are documented in rules/workflow.py."""

    kind: CaseKind
    number: int
    state: str
    facts: dict[str, JsonValue] = {}
    exhibits: tuple[Exhibit, ...] = ()

    @property
    def name(self) -> str:
        return "E" if self.kind == "E" else f"{self.kind}{self.number}"

    def latest(self, kind: Kind) -> Exhibit | None:
        """The newest document of that kind; a blank form only where no filled one came."""
        found = [e for e in self.exhibits if e.kind == kind]
        filled = [e for e in found if e.document.filled or not kind.startswith("formulaire")]
        return next(reversed(filled or found), None)

    def fact(self, key: str) -> str:
        value = self.facts.get(key)
        return "" if value is None else str(value)


class Dossier(Claim):
    """One Industriel: what is registered, who may write for it, and its cases."""

    reference: str = ""
    registered: dict[str, str] = Field(default={}, description="field ids of Formulaire 1 -> enrolled value")
    email: str = Field(default="", description="the registered e-mail")
    contacts: tuple[str, ...] = Field(default=(), description="further addresses that staff approved")
    code_prestataire: str = ""
    vague_1: bool = Field(default=False, description="INCERT's list says it took part")
    language: Language = "fr"
    cases: tuple[Case, ...] = ()

    def case(self, kind: CaseKind, number: int = 1) -> Case | None:
        return next((c for c in self.cases if c.kind == kind and c.number == number), None)

    def of_kind(self, kind: CaseKind) -> tuple[Case, ...]:
        return tuple(c for c in self.cases if c.kind == kind)

    def with_case(self, case: Case) -> Dossier:
        """The dossier with that case put in place of the one of the same kind and number, or added."""
        others = [c for c in self.cases if (c.kind, c.number) != (case.kind, case.number)]
        order = {"E": 0, "L": 1, "R": 2}
        cases = sorted([*others, case], key=lambda c: (order[c.kind], c.number))
        return self.model_copy(update={"cases": tuple(cases)})

    @property
    def name(self) -> str:
        """The Industriel's name, as registered."""
        given = self.registered
        person = " ".join(p for p in (given.get("prenom"), given.get("nom")) if p)
        return given.get("denomination_sociale") or person


class Sender(Claim):
    """Who wrote, as far as it can be known."""

    email: str
    party: Party = "unknown"
    answerable: bool = Field(default=True, description="false for no-reply addresses, lists and machines")
    contested: bool = Field(default=False, description="what identifies the dossier contradicts itself")
    authentication: Literal["pass", "fail", "none"] = "none"
    believed: bool = Field(default=True, description="authentication is good enough for the configuration")


class Submission(Claim):
    """The mails that are decided together, oldest first, as one: usually a single mail."""

    sender: Sender
    subject: str = ""
    received_at: datetime
    language: Language = "fr"
    intent: Intent
    words: str = Field(default="", description="what the sender wrote, without quotes")
    changes: dict[str, FieldValue] = {}
    exhibits: tuple[Exhibit, ...] = ()
    unreadable: tuple[Exhibit, ...] = ()
    answered_request: bool = Field(
        default=False, description="a reply to a mail of ours, or to the reference"
    )
    accepted: bool = Field(default=False, description="a person approved: doubts are settled")
    deadline_overruled: bool = False
    identified_by: tuple[str, ...] = ()


class Task(Claim):
    """A step that staff have to take. Stands in the queue until one of its actions ends it."""

    case: str
    step: Step
    actions: tuple[str, ...]
    message: str
    codes: tuple[ExceptionCode, ...] = ("manual_task",)
    facts: dict[str, JsonValue] = {}
    opens_on: date | None = Field(default=None, description="the day from which the step is open")


class Event(Claim):
    """Something that happened to a case, for its history."""

    case: str
    name: str
    detail: dict[str, JsonValue] = {}


class Decision(Claim):
    """What follows from a submission. The caller stores it in one transaction."""

    dossier: Dossier | None
    events: tuple[Event, ...] = ()
    findings: tuple[Finding, ...] = ()
    mails: tuple[PlannedMail, ...] = ()
    held: bool = Field(default=False, description="the mails are drafts for a person")
    tasks: tuple[Task, ...] = ()
    closed_tasks: tuple[tuple[str, Step], ...] = ()
    exceptions: tuple[tuple[ExceptionCode, str], ...] = ()
    case: str = ""
    step: Step | None = None

    @property
    def outcome(self) -> Literal["reply", "queue", "record", "ignore"]:
        if self.exceptions:
            return "queue"
        return "reply" if self.mails else "record"
