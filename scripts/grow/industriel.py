"""One invented Industriel of a grown store: what it enrolled, what it sent, and the cases that came of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from random import Random
from typing import Any

from parsers.types import Document, FieldValue, Kind, Signature, Signer
from rules.names import text_key, version_key
from rules.types import Case, Dossier, Exhibit
from scripts.bench_documents import invent

_SIGNED = Signature(
    status="handwritten", signers=(Signer(role="industriel", kind="ink", status="handwritten", page=2),)
)
_LABELLING = ("labelise", "labelise", "labelise", "acces_configure", "demande_complete", "complement_demande")
_CONNECTION = ("valide",) * 8 + ("a_verifier", "ouvert")
WORDS = "Veuillez trouver ci-joint notre document. Merci de nous dire s'il manque quelque chose."


@dataclass(frozen=True, slots=True)
class Sent:
    """A mail of the Industriel's, with the document that it brought, if any, and the case of that."""

    at: datetime
    subject: str
    document: Document | None = None
    case: str = ""
    state: str = ""
    mail_id: int = 0
    document_id: int = 0

    def digest(self, sender: str) -> str:
        """The SHA-256 of the mail's bytes."""
        return hashlib.sha256(self.raw(sender)).hexdigest()

    def raw(self, sender: str) -> bytes:
        """The mail as the mailbox would give it, without its attachment, which would fill the disk."""
        return (
            f"From: {sender}\r\nTo: support@incert.example\r\nSubject: {self.subject}\r\n"
            f"Date: {format_datetime(self.at)}\r\n"
            f"Message-ID: <{self.mail_id}@{sender.rpartition('@')[2]}>\r\n"
            "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
            f"Bonjour,\r\n\r\n{WORDS}\r\n\r\nCordialement\r\n"
        ).encode()


@dataclass(slots=True)
class Industriel:
    """Everything follows from the seed. `mails` grows as the cases are made."""

    number: int
    reference: str
    random: Random
    begin: datetime
    until: datetime
    name: str = ""
    email: str = ""
    enrolment: dict[str, Any] = field(default_factory=dict)
    mails: list[Sent] = field(default_factory=list)

    def __post_init__(self) -> None:
        random = self.random
        company = f"{random.choice(invent.COMPANY)} {self.number}"
        self.name = f"{company} {random.choice(invent.SUFFIX)}"
        self.email = f"contact@industriel-{self.number}.example"
        street, town = random.choice(invent.STREET), random.choice(invent.TOWN)
        self.enrolment = {
            "type_personne": "morale",
            "denomination_sociale": self.name,
            "ceo_nom": random.choice(invent.LAST),
            "ceo_prenom": random.choice(invent.FIRST),
            "matricule": legal_matricule(self.number),
            "rcs": invent.rcs(random),
            "numero_tva": invent.vat(random),
            "iban": invent.iban(random),
            "email": self.email,
            "pays": "LU",
            "adresse": f"{random.randint(1, 99)}, {street}\n{town}",
        }

    def dossier(self, connections: int, first_mail: int, first_document: int) -> Dossier:
        """The dossier as it stands. Ids of mails and documents count from those given."""
        product, version = (
            self.random.choice(invent.PRODUCT),
            f"{self.random.randint(1, 9)}.{self.number % 10}",
        )
        software = {"nom_logiciel": product, "version_logiciel": version}
        labelling = self.random.choice(_LABELLING)
        self._sends("E", "formulaire_1", self.enrolment, state="valide")
        self._sends("E", "nda", {"denomination": self.name, "matricule": self.enrolment["matricule"]})
        self._sends(
            "L1", "formulaire_2", {"denomination": self.name, "nom_logiciel": product}, state=labelling
        )
        self._sends("L1", "formulaire_3", {"denomination": self.name} | software)
        for number in range(1, connections + 1):
            client = {
                "nom_client": f"Dr {self.random.choice(invent.FIRST)} {self.random.choice(invent.LAST)}",
                "code_prestataire_client": f"{self.number:06d}-{number % 100:02d}",
                "type_client": "prestataire",
            }
            state = self.random.choice(_CONNECTION)
            self._sends(
                f"R{number}", "formulaire_4", {"denomination": self.name} | software | client, state=state
            )
        self._number(first_mail, first_document)
        keys = {"product_key": text_key(product), "version_key": version_key(version)}
        facts = {"product": product, "version": version} | keys
        return Dossier(
            reference=self.reference,
            registered={k: v for k, v in self.enrolment.items() if k != "type_personne"},
            email=self.email,
            code_prestataire=f"{self.number:06d}-00",
            cases=tuple(self._case(name, facts) for name in dict.fromkeys(m.case for m in self.mails)),
        )

    def asks(self, mails: int, first_id: int) -> None:
        """So many further mails without a document."""
        for number in range(mails):
            at = self._moment(number + 1, mails)
            self.mails.append(Sent(at, f"Question {number + 1} sur notre dossier", mail_id=first_id + number))

    def _sends(self, case: str, kind: Kind, values: dict[str, Any], state: str = "") -> None:
        at = self._moment(len(self.mails), len(self.mails) + 12)
        document = _document(kind, values, f"{self.reference}/{case}/{kind}")
        self.mails.append(
            Sent(at, f"{kind.replace('_', ' ').capitalize()} – {self.name}", document, case, state)
        )

    def _moment(self, place: int, places: int) -> datetime:
        return (
            self.begin + (self.until - self.begin) * (place / (places + 1)) + timedelta(seconds=self.number)
        )

    def _number(self, first_mail: int, first_document: int) -> None:
        self.mails = [
            replace(m, mail_id=first_mail + n, document_id=first_document + n)
            for n, m in enumerate(self.mails)
        ]

    def _case(self, name: str, software: dict[str, Any]) -> Case:
        sent = [m for m in self.mails if m.case == name]
        state = next(m.state for m in sent if m.state)
        at = sent[-1].at.isoformat()
        facts: dict[str, Any] = {"opened_at": at}
        if name == "E":
            facts |= {"incert": at, "aes": at}
        else:
            facts |= software
        if state in ("demande_complete", "labelise"):
            facts |= {"complete_at": at, "labelled_at": at if state == "labelise" else None}
        if name[0] == "R" and sent[0].document is not None:
            fields = sent[0].document.fields
            facts |= {
                "client": fields["nom_client"].value,
                "client_key": str(fields["code_prestataire_client"].value).replace("-", ""),
                "workstations": 1,
            }
        exhibits = tuple(self._exhibit(m, m.document) for m in sent if m.document is not None)
        kept = {key: value for key, value in facts.items() if value is not None}
        return Case.model_validate(
            {
                "kind": name[0],
                "number": int(name[1:] or 1),
                "state": state,
                "facts": kept,
                "exhibits": exhibits,
            }
        )

    def _exhibit(self, sent: Sent, document: Document) -> Exhibit:
        return Exhibit(
            id=sent.document_id,
            document=document.model_copy(update={"text": ""}),
            mail_id=sent.mail_id,
            mail_sha256=sent.digest(self.email),
            received_at=sent.at,
            sender=self.email,
        )


def legal_matricule(number: int) -> str:
    """A legal person's, another one for each number, with its check digit."""
    for further in (1, 2):  # of two neighbours one at least has a check digit
        body = f"{1960 + number // 4500:04d}22{2 * (number % 4500) + further:04d}"
        rest = sum(int(d) * w for d, w in zip(body, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2), strict=True)) % 11
        if rest != 1:
            break
    return body + str(0 if rest == 0 else 11 - rest)


def _document(kind: Kind, values: dict[str, Any], seed: str) -> Document:
    fields = {
        name: FieldValue(
            value=value, raw=str(value), confidence=0.99, source="acroform", page=1, bbox=(72, 310, 240, 324)
        )
        for name, value in values.items()
    }
    digest = hashlib.sha256(seed.encode()).hexdigest()
    return Document(
        file=f"{kind}.pdf",
        sha256=digest,
        media_type="application/pdf",
        pages=2,
        kind=kind,
        confidence=0.99,
        evidence=("titre en page 1",),
        filled=True,
        signature=_SIGNED if kind in ("nda", "formulaire_2") else Signature(),
        fields=fields,
        text="\n".join(f"{name} : {value}" for name, value in values.items()),
        language="fr",
        content_key=hashlib.sha256((seed + "content").encode()).hexdigest(),
        part="2",
    )
