"""Builders of what tests talk about: documents, exhibits.

Submissions and dossiers of invented Industriels.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from parsers.forms import load_forms
from parsers.types import Document, FieldValue, Intent, Kind, Problem, Signature, SignatureStatus, Signer
from rules.calendar import shipped_calendar
from rules.criteria.criterion_3_established_in_eea import shipped_countries
from rules.facts import Policy, Vague1Participant
from rules.types import Case, Dossier, Exhibit, Party, Sender, Submission

LUXEMBOURG = ZoneInfo("Europe/Luxembourg")
MEDISOFT = "contact@medisoft.example"
AES = "sons@esante.lu"
MATRICULE = "20142406897"
IBAN = "LU280019400644750000"

FORMULAIRE_1: dict[str, Any] = {
    "type_personne": "morale",
    "denomination_sociale": "Medisoft S.à r.l.",
    "ceo_nom": "Weber",
    "ceo_prenom": "Anne",
    "matricule": MATRICULE,
    "rcs": "B123456",
    "numero_tva": "LU10000356",
    "iban": IBAN,
    "email": MEDISOFT,
    "adresse": "12, rue des Tilleuls, L-2510 Luxembourg",
    "pays": "LU",
    "date_signature": "2025-06-02",
}
NDA: dict[str, Any] = {
    "denomination": "Medisoft S.à r.l.",
    "matricule": MATRICULE,
    "date_signature": "2025-06-02",
}
FORMULAIRE_2: dict[str, Any] = {
    "denomination": "Medisoft SARL",
    "matricule": MATRICULE,
    "code_prestataire": "123456-78",
    "ehealth_id": "1234567890",
    "mysecu_actif": True,
    "matricule_mysecu": MATRICULE,
    "email": MEDISOFT,
    "nom_logiciel": "MediPraxis",
    "mode_integration": "econnector_ng",
    "date_signature": "2025-06-10",
    "signataire": "Anne Weber",
}
FORMULAIRE_3: dict[str, Any] = {
    "denomination": "Medisoft S.à r.l.",
    "matricule": MATRICULE,
    "nom_logiciel": "MediPraxis",
    "version_logiciel": "4.2",
    "type_demande": "nouvelle",
    "mode_integration": "econnector_ng",
    "services": ["remboursement", "pid_v2"],
    "date_tests": "2025-07-01",
    "email": MEDISOFT,
    "date_signature": "2025-07-02",
    "signataire": "Anne Weber",
}
FORMULAIRE_4: dict[str, Any] = {
    "denomination": "Medisoft S.à r.l.",
    "matricule": MATRICULE,
    "nom_logiciel": "MediPraxis",
    "version_logiciel": "4.2",
    "type_client": "prestataire",
    "nom_client": "Dr Paul Kayser",
    "code_prestataire_client": "654321-09",
    "date_raccordement": "2025-09-15",
    "date_signature": "2025-09-16",
    "signataire": "Anne Weber",
}
BON: dict[str, Any] = {
    "denomination": "Medisoft S.à r.l.",
    "type_client": "maison_medicale",
    "nom_client": "Maison médicale du Parc",
    "nombre_postes": 6,
    "date_livraison": "2025-09-15",
    "responsable": "Claire Thill",
}
UNSIGNED = Signature()
SIGNED = Signature(
    status="handwritten", signers=(Signer(role="industriel", kind="image", status="handwritten"),)
)


def at(text: str) -> datetime:
    """An instant in Luxembourg, as `2026-06-30 23:59:59`."""
    return datetime.fromisoformat(text).replace(tzinfo=LUXEMBOURG)


def signed(status: SignatureStatus, *, role: str = "industriel", kind: str = "digital") -> Signature:
    signer = Signer.model_validate({"role": role, "kind": kind, "status": status})
    return Signature(status=status, signers=(signer,))


def document(
    kind: Kind,
    values: dict[str, Any] | None = None,
    *,
    confidence: float = 0.99,
    low: tuple[str, ...] = (),
    signature: Signature = UNSIGNED,
    file: str = "",
    filled: bool = True,
    altered: tuple[str, ...] = (),
    problem: str = "",
) -> Document:
    """A document as the readers would give it; fields named in `low` are read with little confidence."""
    fields = {
        name: FieldValue(value=value, confidence=0.4 if name in low else 0.99, source="acroform")
        for name, value in (values or {}).items()
        if value is not None
    }
    file = file or f"{kind}.pdf"
    said = repr((kind, sorted((values or {}).items()), file, signature.status, len(signature.signers)))
    undated = repr((kind, sorted((k, v) for k, v in (values or {}).items() if not k.startswith("date"))))
    problems = (Problem.model_validate({"code": problem, "message": problem}),) if problem else ()
    return Document(
        file=file,
        sha256=hashlib.sha256(said.encode()).hexdigest(),
        media_type="application/pdf",
        pages=1,
        kind=kind,
        confidence=confidence,
        filled=filled,
        signature=signature,
        fields=fields,
        problems=problems,
        altered=altered,
        content_key=hashlib.sha256(undated.encode()).hexdigest(),
        part="1",
    )


def formulaire_1(**changes: Any) -> Document:
    return document("formulaire_1", FORMULAIRE_1 | changes)


def nda(signature: Signature = SIGNED, altered: tuple[str, ...] = (), **changes: Any) -> Document:
    return document("nda", NDA | changes, signature=signature, altered=altered)


def formulaire_2(signature: Signature = SIGNED, **changes: Any) -> Document:
    return document("formulaire_2", FORMULAIRE_2 | changes, signature=signature)


def formulaire_3(**changes: Any) -> Document:
    return document("formulaire_3", FORMULAIRE_3 | changes)


def proof() -> Document:
    return document("preuve_tests", file="rapport_tests.pdf")


def formulaire_4(**changes: Any) -> Document:
    return document("formulaire_4", FORMULAIRE_4 | changes)


def bon(signature: Signature | None = None, **changes: Any) -> Document:
    given = signed("handwritten", role="client", kind="ink") if signature is None else signature
    return document("bon_de_livraison", BON | changes, signature=given)


def submission(
    *documents: Document,
    sender: str = MEDISOFT,
    party: Party = "unknown",
    received: datetime | None = None,
    intent: str = "cover",
    mail_id: int = 1,
    words: str = "",
    believed: bool = True,
    accepted: bool = False,
    deadline_overruled: bool = False,
    subject: str = "Formulaires",
) -> Submission:
    received = received or at("2025-06-02 10:00")
    exhibits = [
        Exhibit(
            id=mail_id * 100 + position,
            document=d,
            mail_id=mail_id,
            mail_sha256=f"{mail_id:064x}",
            received_at=received,
            sender=sender,
            party=party,
        )
        for position, d in enumerate(documents)
    ]
    return Submission(
        sender=Sender(email=sender, party=party, believed=believed),
        subject=subject,
        received_at=received,
        intent=Intent.model_validate({"kind": intent, "confidence": 1.0}),
        words=words,
        exhibits=tuple(e for e in exhibits if e.kind != "unreadable"),
        unreadable=tuple(e for e in exhibits if e.kind == "unreadable"),
        accepted=accepted,
        deadline_overruled=deadline_overruled,
    )


def policy(**changes: Any) -> Policy:
    """The shipped policy, with AeS's address."""
    values: dict[str, Any] = {
        "forms": load_forms(),
        "calendar": shipped_calendar(),
        "countries": shipped_countries(),
        "aes_address": AES,
    }
    return Policy(**(values | changes))


def participant(code: str = "123456-78") -> Vague1Participant:
    return Vague1Participant(name="Medisoft", matricule=MATRICULE, code_prestataire=code)


def enrolled(*cases: Case) -> Dossier:
    """A dossier whose enrolment is valid, with further cases."""
    registered = {k: str(v) for k, v in FORMULAIRE_1.items() if k != "date_signature"}
    valid = Case(kind="E", number=1, state="valide")
    return Dossier(
        reference="SONS2-000123-K7QF", registered=registered, email=MEDISOFT, cases=(valid, *cases)
    )


def labelling(state: str, number: int = 1, **facts: Any) -> Case:
    base = {
        "product": "MediPraxis",
        "version": "4.2",
        "product_key": "medipraxis",
        "version_key": "4.2",
        "access_at": "2025-06-20T10:00:00+02:00",
    }
    return Case(kind="L", number=number, state=state, facts=base | facts)
