"""Who wrote, and whether an answer may go there by itself. These identify; they never authorise.

Before the enrolment is valid, answers go to the address in Formulaire 1 if it equals the authenticated
sender; otherwise they are drafts. Afterwards the sender has to be registered. Source: process.md,
« What is answered at once, what waits for a person ».
"""

from __future__ import annotations

from rules.types import Dossier, Finding, Sender


def is_registered(dossier: Dossier, address: str) -> bool:
    """The registered e-mail, or a further contact that staff approved."""
    known = {a.casefold() for a in (dossier.email, *dossier.contacts) if a}
    return address.casefold() in known


def is_enrolled(dossier: Dossier) -> bool:
    case = dossier.case("E")
    return case is not None and case.state == "valide"


def answer_address(dossier: Dossier, sender: Sender) -> str:
    """Where an answer to the Industriel goes: the writer where it is registered.

    Else the registered e-mail.
    """
    if is_registered(dossier, sender.email):
        return sender.email
    return dossier.email or (sender.email if sender.party in ("industriel", "unknown") else "")


def doubts(dossier: Dossier, sender: Sender) -> tuple[Finding, ...]:
    """What speaks against answering this sender by itself."""
    if sender.authentication == "fail" or not sender.believed:
        return (
            Finding(
                rule="sender_not_authenticated",
                severity="doubt",
                code="sender_authentication_failed",
                message="L'authenticité de l'expéditeur n'est pas établie (SPF, DKIM, DMARC).",
            ),
        )
    if sender.contested:
        return (
            Finding(
                rule="dossier_contested",
                severity="doubt",
                code="sender_not_registered",
                message="Expéditeur, référence et formulaires ne désignent pas le même dossier.",
            ),
        )
    if not sender.answerable and sender.party != "aes":
        return (
            Finding(
                rule="sender_takes_no_answer",
                severity="doubt",
                code="approval_needed",
                message="Envoyé par une machine ou une adresse sans réponse : une personne "
                "décide de la suite.",
            ),
        )
    if is_registered(dossier, sender.email):
        return ()
    if sender.party == "aes":
        return (
            Finding(
                rule="sent_by_aes",
                severity="doubt",
                code="approval_needed",
                message="Transmis par l'AeS : la réponse va à l'adresse du Formulaire 1 et attend un accord.",
            ),
        )
    if not dossier.email:
        return (
            Finding(
                rule="no_registered_address",
                severity="doubt",
                code="approval_needed",
                message="Aucune adresse de Formulaire 1 n'est encore connue pour ce dossier.",
            ),
        )
    return (
        Finding(
            rule="sender_not_registered",
            severity="doubt",
            code="sender_not_registered",
            message="Le courriel ne vient pas de l'adresse enregistrée."
            if is_enrolled(dossier)
            else "Le courriel ne vient pas de l'adresse du Formulaire 1.",
        ),
    )
