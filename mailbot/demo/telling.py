"""Words to tell the stories with: what an Industriel, the AeS and INCERT do again and again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from email.message import EmailMessage

from mailbot.demo import papers
from mailbot.demo.filling import filled_pdf, signed_too
from mailbot.demo.industriels import (
    AES,
    MAISON_DU_PARC,
    Client,
    Industriel,
)
from mailbot.demo.programs import Draft, File
from mailbot.demo.scenes import Act, Answer, Expected, Mail, Stage, on

Files = Callable[[], Sequence[File]]
SIGNED = ("industriel",)


def opens(
    who: Industriel,
    at: str,
    title: str,
    answers: tuple[Answer, ...] | None = None,
    asks: tuple[str, ...] = (),
    **changes: str,
) -> Mail:
    """Formulaire 1 and the signed NDA in one mail."""
    day = at[:10]
    told = {"matricule": changes["matricule"]} if "matricule" in changes else {}

    def files() -> list[File]:
        return [
            ("Formulaire 1.pdf", filled_pdf("formulaire_1", who.formulaire_1(day, **changes))),
            ("NDA signé.pdf", nda(who, day, **told)),
        ]

    if answers is None:
        answers = (("accuse_reception", who.email), ("nda_pour_signature", AES))
    return writes(who, at, title, files, answers=answers, asks=asks)


def nda(who: Industriel, day: str, **changes: str) -> bytes:
    return filled_pdf("nda", who.nda(day, **changes), signed_by=SIGNED)


def writes(
    who: Industriel,
    at: str,
    title: str,
    files: Files,
    *,
    answers: tuple[Answer, ...] = (),
    queued: tuple[str, ...] = (),
    drafts: tuple[str, ...] = (),
    asks: tuple[str, ...] = (),
    text: str = "",
    replies_to: str = "",
    sender: str = "",
    program: str = "",
    waits: bool = False,
    needs_ocr: bool = False,
) -> Mail:
    """The Industriel writes."""
    words = text or letter("Veuillez trouver nos documents en pièce jointe.", f"{who.signatory}\n{who.name}")

    def draft(stage: Stage) -> Draft:
        answered = stage.last(replies_to, who) if replies_to else None
        subject = f"SONS Vague 2 – {who.name}"
        return Draft(sender or who.email, who.signatory, subject, words, files(), answered)

    expected = Expected(answers, queued, drafts, asks)
    return Mail(on(at), title, program or who.program, draft, expected, waits=waits, needs_ocr=needs_ocr)


def aes_signs(who: Industriel, at: str) -> Mail:
    """The AeS sends back the NDA that it was sent, with its own signature too."""

    def draft(stage: Stage) -> Draft:
        asked = stage.last("nda_pour_signature", who)
        name, nda = first_attachment(asked)
        text = letter("Veuillez trouver en annexe le NDA signé.", "Agence eSanté")
        return Draft(AES, "Agence eSanté", "", text, [(name, signed_too(nda, "aes"))], asked)

    return Mail(on(at), "l'AeS renvoie le NDA signé", "outlook", draft, Expected(queued=("manual_task",)))


def letter(words: str, signature: str) -> str:
    return f"Bonjour,\n\n{words}\n\nMeilleures salutations\n{signature}"


def first_attachment(message: EmailMessage) -> tuple[str, bytes]:
    part = next(message.iter_attachments())
    return part.get_filename() or "NDA.pdf", part.get_content()


def enrolment_valid(who: Industriel, at: str) -> Act:
    return Act(
        on(at),
        "enrôlement valide (INCERT et AeS)",
        who,
        "enrolment-valid",
        Expected(answers=(("enrolement_valide", who.email),)),
        set={"party": "both"},
        files=lambda: [("documentation_technique.pdf", papers.technical_documentation(who.name))],
    )


def access_configured(who: Industriel, at: str) -> Act:
    return Act(
        on(at),
        "accès configuré",
        who,
        "access-configured",
        Expected(answers=(("acces_environnement", who.email),)),
        note="Adresse : https://test.sons.example\nIdentifiant : " + who.code_prestataire,
    )


def connects(
    who: Industriel, at: str, client: Client, title: str, connected: str, expected: Expected | None = None
) -> Mail:
    """Formulaire 4 for one doctor."""
    if expected is None:
        expected = Expected(answers=(("raccordement_recu", who.email),), queued=("manual_task",))

    def files() -> list[File]:
        form = who.formulaire_4(at[:10], client, connected)
        return [("Formulaire 4.pdf", filled_pdf("formulaire_4", form))]

    return writes(
        who,
        at,
        title,
        files,
        answers=expected.answers,
        queued=expected.queued,
        drafts=expected.drafts,
    )


def delivery_note(who: Industriel) -> dict[str, object]:
    client = MAISON_DU_PARC
    return {
        "denomination": who.name,
        "type_client": client.kind,
        "nom_client": client.name,
        "nombre_postes": client.workstations,
        "prestataires": [
            {"nom": "Dr Carlo Bintz", "code_prestataire": "654410-25", "postes": 3},
            {"nom": "Dr Eva Hansen", "code_prestataire": "654412-11", "postes": 3},
        ],
        "date_livraison": "2025-09-22",
        "responsable": client.responsible,
    }
