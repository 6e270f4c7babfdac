"""The mails that come in while everything breaks, each with a Message-ID that the judge looks for."""

from __future__ import annotations

import random
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Literal

from mailbot.demo.filling import filled_pdf
from scripts.bench_documents import invent

Kind = Literal["question", "form", "copy"]


@dataclass(frozen=True, slots=True)
class Delivered:
    """A mail as it was put into the mailbox. Of a copy the answer has gone to the first one, if any."""

    message_id: str
    sender: str
    raw: bytes
    kind: Kind


def make(rng: random.Random, number: int) -> Delivered:
    """A question or a filled Formulaire 1, from somebody who never wrote before."""
    sender = f"contact@logiciel{number}.example"
    message = EmailMessage()
    message["From"] = sender
    message["To"] = "support@incert.test"
    message["Message-ID"] = f"<chaos-{number}@logiciel{number}.example>"
    if rng.random() < 0.6:
        kind: Kind = "question"
        message["Subject"] = f"Question {number}"
        message.set_content("Bonjour,\n\nQuelle est la date limite pour la demande de paiement ?\n\nMerci\n")
    else:
        kind = "form"
        message["Subject"] = f"Enrôlement {number}"
        message.set_content("Bonjour,\n\nveuillez trouver le Formulaire 1 en annexe.\n\nAnne Weber\n")
        pdf = filled_pdf("formulaire_1", _enrolment(rng, number, sender))
        message.add_attachment(pdf, maintype="application", subtype="pdf", filename="formulaire 1.pdf")
    return Delivered(str(message["Message-ID"]), sender, message.as_bytes(), kind)


def _enrolment(rng: random.Random, number: int, sender: str) -> dict[str, object]:
    return {
        "type_personne": "morale",
        "denomination_sociale": f"Logiciel {number} S.à r.l.",
        "ceo_nom": "Weber",
        "ceo_prenom": "Anne",
        "matricule": _legal_matricule(rng),
        "rcs": invent.rcs(rng),
        "numero_tva": invent.vat(rng),
        "iban": invent.iban(rng),
        "email": sender,
        "adresse": "1, rue de l'Exemple\nL-1234 Luxembourg",
        "pays": "LU",
        "date_signature": "2025-06-02",
        "signataire": "Anne Weber",
    }


def _legal_matricule(rng: random.Random) -> str:
    while len(found := invent.matricule(rng)) != 11:
        continue
    return found
