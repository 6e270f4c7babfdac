"""What a rule may look at: the case and its documents, the policy in force, who wrote, and when."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Literal, Protocol

from parsers.types import Claim, FieldDef, FieldValue, FormDef, Kind
from rules.calendar import Calendar
from rules.earlier_values import with_earlier_values
from rules.identifier_status import Status, identifier_status
from rules.names import name_key
from rules.types import Case, Dossier, Exhibit, Finding, Sender, Step

Closed = Literal["no", "yes", "unclear"]
COLLECTIVE_CLIENTS = frozenset({"maison_medicale", "etablissement_hospitalier", "centre_flexible"})


class Forms(Protocol):
    """The form definitions in force."""

    def for_kind(self, kind: Kind) -> FormDef | None: ...


class Vague1Participant(Claim):
    """A line of INCERT's list of who took part in SONS Vague 1."""

    name: str = ""
    matricule: str = ""
    code_prestataire: str = ""


@cache
def shipped_amount() -> int:
    """Euros, VAT included, that a connection is worth (amounts.toml)."""
    raw = tomllib.loads(resources.files("rules").joinpath("amounts.toml").read_text("utf-8"))
    return int(raw["connection"]["eur_incl_vat"])


@dataclass(frozen=True, slots=True)
class Policy:
    """What INCERT decided: forms, dates, lists, patterns and thresholds. Comes from the configuration."""

    forms: Forms
    calendar: Calendar
    countries: frozenset[str]
    vague_1: tuple[Vague1Participant, ...] = ()
    min_confidence: float = 0.95
    code_prestataire_pattern: str = r"\d{6}-\d{2}"
    ehealth_id_pattern: str = r"[A-Z0-9][A-Z0-9.\-]{3,}"
    aes_address: str = ""
    own_domains: frozenset[str] = frozenset()  # of INCERT and the parties, as forms print their addresses
    aes_nda_validates: bool = False
    rounds_before_person: int = 3
    blank_format: str = "pdf"
    amount_eur: int = field(default_factory=shipped_amount)

    def label(self, kind: Kind, field_id: str) -> str:
        """What the form prints beside the field, in French; its id where the form has no such field."""
        form = self.forms.for_kind(kind)
        field = form.field(field_id) if form else None
        return field.label if field else field_id

    @property
    def patterns(self) -> dict[str, str]:
        """The regular expressions of codes, by field type."""
        return {"code_prestataire": self.code_prestataire_pattern, "ehealth_id": self.ehealth_id_pattern}


@dataclass(frozen=True, slots=True)
class Precedents:
    """What other cases already hold. Names of other Industriels stay with staff."""

    used_documents: dict[str, str] = field(default_factory=dict)  # document sha256 -> "reference/case"
    client_elsewhere: dict[str, str] = field(default_factory=dict)  # client key -> "reference/case"


@dataclass(frozen=True, slots=True)
class Facts:
    """One step of one case at one moment."""

    dossier: Dossier
    case: Case
    step: Step
    policy: Policy
    received_at: datetime
    sender: Sender
    stamped_at: datetime | None = None
    precedents: Precedents = Precedents()
    deadline_overruled: bool = False

    def exhibit(self, kind: Kind) -> Exhibit | None:
        """The newest document of that kind, with what earlier ones of the open step had already given."""
        newest = self.case.latest(kind)
        return None if newest is None else with_earlier_values(self.case, newest, self._was_right)

    def exhibits(self, *kinds: Kind) -> Iterator[Exhibit]:
        for kind in kinds:
            if (found := self.exhibit(kind)) is not None:
                yield found

    def _was_right(self, exhibit: Exhibit, field_id: str, claim: FieldValue) -> bool:
        form = self.policy.forms.for_kind(exhibit.kind)
        field = form.field(field_id) if form else None
        if field is None or self.is_low(exhibit, field_id):
            return False
        return self.identifier_status(exhibit, field, str(claim.value)) != "invalid"

    def identifier_status(self, exhibit: Exhibit, field: FieldDef, value: str) -> Status:
        """Judged for the country that the document names, else for the enrolled one: registers differ."""
        country = exhibit.value("pays") or self.dossier.registered.get("pays")
        return identifier_status(field, value, self.policy.patterns, country)

    def closed(self, step: str, received_at: datetime, stamped_at: datetime | None) -> Closed:
        """Whether a step was closed on receipt, by the mailbox's clock and by our own host's Received.

        "unclear" where the two lie on different sides of the deadline: a person decides.
        """
        if self.deadline_overruled:
            return "no"
        late = self.policy.calendar.is_late(step, received_at)
        stamped_late = self.policy.calendar.is_late(step, stamped_at or received_at)
        if late != stamped_late:
            return "unclear"
        return "yes" if late else "no"

    def is_low(self, exhibit: Exhibit, field_id: str) -> bool:
        """The value was read with too little confidence to act on it, and no person confirmed it."""
        claim = exhibit.document.fields.get(field_id)
        return claim is not None and claim.confidence < self.policy.min_confidence and not exhibit.accepted

    @property
    def natural_person(self) -> bool:
        return self.dossier.registered.get("type_personne") == "physique"

    @property
    def vague_1_line(self) -> Vague1Participant | None:
        """INCERT's line for this Industriel: by matricule, else by name where the line has no matricule."""
        matricule = self.dossier.registered.get("matricule", "")
        key = name_key(self.dossier.name)
        for line in self.policy.vague_1:
            if line.matricule and line.matricule == matricule:
                return line
        for line in self.policy.vague_1:
            if not line.matricule and key and name_key(line.name) == key:
                return line
        if self.dossier.vague_1:  # INCERT's import said so
            return Vague1Participant(matricule=matricule, code_prestataire=self.dossier.code_prestataire)
        return None


def finding_on(exhibit: Exhibit, finding: Finding) -> Finding:
    """The finding, with the document that it is about."""
    return finding.model_copy(update={"document": exhibit.kind, "file": exhibit.document.file})


def is_required(field: FieldDef, exhibit: Exhibit, pays: str = "") -> bool:
    """Whether this document must carry that field, by who is enrolled or who is connected."""
    person = exhibit.value("type_personne")
    client = exhibit.value("type_client")
    match field.required:
        case "always":
            return True
        case "morale":
            return person == "morale"
        case "morale_lu":
            return person == "morale" and (exhibit.value("pays") or pays or "LU") == "LU"
        case "physique":
            return person == "physique"
        case "prestataire":
            return client == "prestataire"
        case "collective":
            return client in COLLECTIVE_CLIENTS
        case _:
            return False
