"""The mistakes that people make most, what a copier sends, and mails that bring no form."""

from __future__ import annotations

from mailbot.demo import papers
from mailbot.demo.filling import filled_pdf
from mailbot.demo.industriels import (
    AES,
    ALZETTE,
    ARDENNE,
    DENTALIS,
    DOCUCARE,
    DR_KAYSER,
    E_PRATICIEN,
    LOGIMED,
    MOSELLE,
    PRAXISNORD,
    SANTE_LOGICIELS,
    SCHMIT,
    Client,
)
from mailbot.demo.programs import Draft
from mailbot.demo.scenes import Expected, Mail, Scene, Stage, on
from mailbot.demo.telling import (
    SIGNED,
    connects,
    nda,
    opens,
    writes,
)
from outbox_templates.blanks import blank_bytes


def nda_missing_then_blank() -> list[Scene]:
    who = E_PRATICIEN
    return [
        writes(
            who,
            "2025-06-02 11:30",
            "le NDA manque",
            lambda: [("F1.pdf", filled_pdf("formulaire_1", who.formulaire_1("2025-06-02")))],
            answers=(("elements_manquants", who.email),),
            asks=("document_missing",),
        ),
        writes(
            who,
            "2025-06-05 08:20",
            "le formulaire vierge renvoyé tel quel",
            lambda: [("nda.pdf", blank_bytes("nda", "pdf"))],
            answers=(("elements_manquants", who.email),),
            asks=("field_missing", "signature_missing"),
            replies_to="elements_manquants",
        ),
    ]


def wrong_iban() -> list[Scene]:
    who = PRAXISNORD
    iban = str(who.enrolment["iban"])
    wrong = iban[:-1] + str((int(iban[-1]) + 1) % 10)
    return [
        opens(
            who,
            "2025-06-02 14:20",
            "société allemande, clé de l'IBAN fausse",
            answers=(("elements_manquants", who.email),),
            asks=("identifier_invalid",),
            iban=wrong,
        ),
        writes(
            who,
            "2025-06-04 09:50",
            "… Formulaire 1 corrigé",
            lambda: [("Formulaire 1 v2.pdf", filled_pdf("formulaire_1", who.formulaire_1("2025-06-04")))],
            answers=(("accuse_reception", who.email), ("nda_pour_signature", AES)),
            replies_to="elements_manquants",
        ),
    ]


def wrong_matricule() -> list[Scene]:
    right = SCHMIT.matricule
    wrong = right[:-1] + str((int(right[-1]) + 1) % 10)
    return [
        opens(
            SCHMIT,
            "2025-06-04 10:30",
            "clé du matricule fausse",
            answers=(("elements_manquants", SCHMIT.email),),
            asks=("identifier_invalid",),
            matricule=wrong,
        )
    ]


def missing_field() -> list[Scene]:
    return [
        opens(
            DOCUCARE,
            "2025-06-04 09:20",
            "un champ manque : n° de TVA",
            answers=(("elements_manquants", DOCUCARE.email),),
            asks=("field_missing",),
            numero_tva="",
        )
    ]


def missing_signature() -> list[Scene]:
    who = DENTALIS
    return [
        writes(
            who,
            "2025-06-03 10:15",
            "société belge, NDA non signé",
            lambda: [
                ("Formulaire 1.pdf", filled_pdf("formulaire_1", who.formulaire_1("2025-06-03"))),
                ("NDA.pdf", filled_pdf("nda", who.nda("2025-06-03"))),
            ],
            answers=(("elements_manquants", who.email),),
            asks=("signature_missing",),
        )
    ]


def other_legal_form() -> list[Scene]:
    who = SANTE_LOGICIELS
    return [
        writes(
            who,
            "2025-06-03 11:02",
            "autre forme juridique sur le NDA : S.à r.l.",
            lambda: [
                ("F1.pdf", filled_pdf("formulaire_1", who.formulaire_1("2025-06-03"))),
                (
                    "NDA.pdf",
                    filled_pdf(
                        "nda",
                        who.nda("2025-06-03", denomination="Santé Logiciels S.à r.l."),
                        signed_by=SIGNED,
                    ),
                ),
            ],
            queued=("name_mismatch",),
            drafts=("elements_manquants",),
            asks=("name_mismatch",),
        )
    ]


def locked_pdf() -> list[Scene]:
    who = LOGIMED
    return [
        writes(
            who,
            "2025-06-03 14:00",
            "NDA protégé par mot de passe",
            lambda: [
                ("Formulaire 1.pdf", filled_pdf("formulaire_1", who.formulaire_1("2025-06-03"))),
                ("NDA.pdf", papers.locked(nda(who, "2025-06-03"), "secret")),
            ],
            answers=(("elements_manquants", who.email),),
            asks=("attachment_unreadable", "document_missing"),
            queued=("unreadable_attachment",),
        )
    ]


def too_early() -> list[Scene]:
    who = ARDENNE
    return [
        opens(who, "2025-06-04 11:10", "Formulaire 1 et NDA signé"),
        writes(
            who,
            "2025-06-05 10:02",
            "Formulaire 2 trop tôt : l'enrôlement n'est pas valide",
            lambda: [
                ("F2.pdf", filled_pdf("formulaire_2", who.formulaire_2("2025-06-05"), signed_by=SIGNED))
            ],
            queued=("step_out_of_order",),
            drafts=("accuse_reception",),
        ),
    ]


def question_of_a_stranger() -> list[Scene]:
    def asks(stage: Stage) -> Draft:
        return Draft(
            "cabinet@dr-feltgen.example",
            "Dr Isabelle Feltgen",
            "Question sur la facturation",
            "Bonjour,\n\nÀ qui mon éditeur doit-il envoyer sa facture une fois le raccordement validé ?\n\n"
            "Merci d'avance\nIsabelle Feltgen",
        )

    expected = Expected(
        answers=(("orientation_contact", "cabinet@dr-feltgen.example"),), queued=("question",)
    )
    return [Mail(on("2025-06-02 15:45"), "une question, expéditeur inconnu", "gmail", asks, expected)]


def out_of_office() -> list[Scene]:
    def absent(stage: Stage) -> Draft:
        return Draft(
            ALZETTE.email,
            ALZETTE.signatory,
            "Réponse automatique : absence",
            "Bonjour,\n\nJe suis absente jusqu'au 16 juin.\n\nAnne Weber",
            headers={"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"},
        )

    return [
        Mail(
            on("2025-06-11 15:31"),
            "réponse automatique d'absence",
            "outlook",
            absent,
            Expected(ignored=True),
            return_path="",
        )
    ]


def connections_that_are_not_right() -> list[Scene]:
    who = ALZETTE
    elsewhere = "anne.weber@courriel.example"
    return [
        connects(
            who,
            "2025-09-19 10:10",
            DR_KAYSER,
            "le même médecin une seconde fois",
            "2025-09-17",
            expected=Expected(queued=("duplicate_request",), drafts=("raccordement_recu",)),
        ),
        writes(
            who,
            "2025-09-22 19:33",
            "envoyé d'une autre adresse",
            lambda: [
                (
                    "F4.pdf",
                    filled_pdf(
                        "formulaire_4",
                        who.formulaire_4(
                            "2025-09-22",
                            Client("prestataire", "Dr Léa Wirtz", code="654877-31"),
                            "2025-09-19",
                        ),
                    ),
                )
            ],
            sender=elsewhere,
            program="gmail",
            queued=("sender_not_registered",),
            drafts=("raccordement_recu",),
        ),
    ]


def scans() -> list[Scene]:
    """A copier sends pictures: they are read with OCR."""
    who = MOSELLE
    return [
        writes(
            who,
            "2025-06-04 15:00",
            "NDA imprimé, signé, scanné",
            lambda: [
                ("Formulaire 1.pdf", filled_pdf("formulaire_1", who.formulaire_1("2025-06-04"))),
                ("SCAN_0002.pdf", papers.scanned(nda(who, "2025-06-04"))),
            ],
            text="Document scanné sur le copieur du secrétariat.",
            needs_ocr=True,
            answers=(("accuse_reception", who.email), ("nda_pour_signature", AES)),
        )
    ]
