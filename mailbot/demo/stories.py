"""The stories: the happy ways and the mistakes that people make most, as mails and decisions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from email.message import EmailMessage

from mailbot.demo import papers
from mailbot.demo.filling import filled_docx, filled_pdf, signed_too
from mailbot.demo.industriels import (
    AES,
    ALZETTE,
    ARDENNE,
    CABINET_PLUS,
    DENTALIS,
    DOCUCARE,
    DR_KAYSER,
    E_PRATICIEN,
    HOFFMANN,
    LOGIMED,
    MAISON_DU_PARC,
    MOSELLE,
    PRAXISNORD,
    SANTE_LOGICIELS,
    SCHMIT,
    Client,
    Industriel,
)
from mailbot.demo.programs import Draft, File
from mailbot.demo.scenes import Act, Answer, Expected, Mail, Scene, Stage, on
from outbox_templates.blanks import blank_bytes

Files = Callable[[], Sequence[File]]
SIGNED = ("industriel",)


def scenes(*, ocr: bool) -> list[Scene]:
    """All scenes in order of time; those that need OCR only where there is OCR."""
    told: list[Scene] = [
        *_happy_way_of_a_company(),
        *_natural_person_in_two_mails(),
        *_participant_of_vague_1(),
        *_nda_missing_then_blank(),
        *_wrong_iban(),
        *_wrong_matricule(),
        *_missing_field(),
        *_missing_signature(),
        *_other_legal_form(),
        *_locked_pdf(),
        *_too_early(),
        *_question_of_a_stranger(),
        *_out_of_office(),
        *_connections_that_are_not_right(),
        *_scans(),
    ]
    return sorted((s for s in told if ocr or not (isinstance(s, Mail) and s.needs_ocr)), key=lambda s: s.at)


# The happy ways


def _happy_way_of_a_company() -> list[Scene]:
    """From Formulaire 1 to « 640 EUR may be invoiced »."""
    who = ALZETTE
    return [
        _opens(who, "2025-06-02 09:12", "Formulaire 1 et NDA signé, tout est bon"),
        _aes_signs(who, "2025-06-03 08:30"),
        _enrolment_valid(who, "2025-06-03 09:00"),
        _writes(
            who,
            "2025-06-10 10:41",
            "Formulaire 2 signé",
            lambda: [
                (
                    "F2_AlzetteMedisoft.pdf",
                    filled_pdf("formulaire_2", who.formulaire_2("2025-06-10"), signed_by=SIGNED),
                )
            ],
            answers=(("accuse_reception", who.email),),
            queued=("manual_task",),
            replies_to="enrolement_valide",
        ),
        _access_configured(who, "2025-06-11 15:20"),
        _writes(
            who,
            "2025-07-03 09:07",
            "Formulaire 3 et preuve de tests réussis",
            lambda: [
                (
                    "Formulaire 3.pdf",
                    filled_pdf("formulaire_3", who.formulaire_3("2025-07-02", "2025-07-01")),
                ),
                ("rapport_tests.pdf", papers.test_report(who.software, who.version, "01/07/2025")),
            ],
            answers=(("demande_labelisation_recue", who.email),),
            queued=("manual_task",),
        ),
        Act(
            on("2025-07-04 11:00"),
            "complément demandé",
            who,
            "complement",
            Expected(answers=(("complement_demande", who.email),)),
            note="Merci d'ajouter le journal des transactions PID v2 du 1er juillet.",
        ),
        _writes(
            who,
            "2025-07-07 08:55",
            "complément : journal des transactions",
            lambda: [
                (
                    "journal_pid.pdf",
                    papers.test_report(
                        who.software,
                        who.version,
                        "01/07/2025",
                        "Journal des transactions PID v2 : 4 transactions",
                    ),
                )
            ],
            text=_letter("Veuillez trouver ci-joint le journal demandé.", "Anne Weber"),
            answers=(("demande_labelisation_recue", who.email),),
            replies_to="complement_demande",
        ),
        Act(
            on("2025-07-15 16:30"),
            "tests réussis, attestation jointe",
            who,
            "tests-passed",
            Expected(
                answers=(("information_aes", AES), ("tests_reussis", who.email)), queued=("manual_task",)
            ),
            files=lambda: [
                ("attestation_tests.pdf", papers.attestation_of_tests(who.name, who.software, who.version))
            ],
        ),
        Mail(
            on("2025-07-22 10:00"),
            "l'AeS délivre l'attestation de labélisation",
            "outlook",
            lambda stage: Draft(
                AES,
                "Agence eSanté",
                "",
                _letter("Veuillez trouver en annexe l'attestation de labélisation.", "Agence eSanté"),
                [
                    (
                        "attestation_labelisation.pdf",
                        papers.attestation_of_labelling(who.name, who.software, who.version),
                    )
                ],
                answers=stage.last("information_aes", who),
            ),
            Expected(),
        ),
        _connects(who, "2025-09-16 13:24", DR_KAYSER, "raccordement d'un médecin", "2025-09-15"),
        Act(
            on("2025-09-18 09:40"),
            "raccordement valide : 640 EUR TTC",
            who,
            "connection-valid",
            Expected(answers=(("raccordement_valide", who.email),)),
        ),
        _writes(
            who,
            "2025-09-24 09:15",
            "raccordement d'une maison médicale, sans bon de livraison",
            lambda: [
                (
                    "F4_Parc.pdf",
                    filled_pdf("formulaire_4", who.formulaire_4("2025-09-24", MAISON_DU_PARC, "2025-09-22")),
                )
            ],
            answers=(("elements_manquants", who.email),),
            asks=("document_missing",),
        ),
        _writes(
            who,
            "2025-09-25 11:48",
            "le bon de livraison suit",
            lambda: [
                (
                    "bon_de_livraison.pdf",
                    filled_pdf("bon_de_livraison", _delivery_note(who), signed_by=("client",)),
                )
            ],
            answers=(("raccordement_recu", who.email),),
            queued=("manual_task",),
            replies_to="elements_manquants",
        ),
    ]


def _natural_person_in_two_mails() -> list[Scene]:
    """Formulaire 1 in Word, the NDA four minutes later: one answer for both."""
    who = HOFFMANN
    return [
        _writes(
            who,
            "2025-06-02 10:05",
            "personne physique : Formulaire 1 (Word)",
            lambda: [("Formulaire 1.docx", filled_docx("formulaire_1", who.formulaire_1("2025-06-02")))],
            waits=True,
        ),
        _writes(
            who,
            "2025-06-02 10:09",
            "… et le NDA, 4 minutes après : une seule réponse",
            lambda: [("NDA.pdf", _nda(who, "2025-06-02"))],
            answers=(("accuse_reception", who.email), ("nda_pour_signature", AES)),
        ),
        _aes_signs(who, "2025-06-05 09:30"),
        _enrolment_valid(who, "2025-06-05 14:00"),
    ]


def _participant_of_vague_1() -> list[Scene]:
    """May use the direct services: INCERT's list confirms that it took part."""
    who = CABINET_PLUS
    direct = who.formulaire_2("2025-06-12", mode_integration="acces_direct")
    return [
        _opens(who, "2025-06-05 16:12", "participant de la Vague 1"),
        _aes_signs(who, "2025-06-10 09:05"),
        _enrolment_valid(who, "2025-06-10 09:30"),
        _writes(
            who,
            "2025-06-12 11:26",
            "Formulaire 2, services directs (Vague 1)",
            lambda: [("formulaire_2.pdf", filled_pdf("formulaire_2", direct, signed_by=SIGNED))],
            answers=(("accuse_reception", who.email),),
            queued=("manual_task",),
        ),
        _access_configured(who, "2025-06-13 10:00"),
    ]


# The mistakes


def _nda_missing_then_blank() -> list[Scene]:
    who = E_PRATICIEN
    return [
        _writes(
            who,
            "2025-06-02 11:30",
            "le NDA manque",
            lambda: [("F1.pdf", filled_pdf("formulaire_1", who.formulaire_1("2025-06-02")))],
            answers=(("elements_manquants", who.email),),
            asks=("document_missing",),
        ),
        _writes(
            who,
            "2025-06-05 08:20",
            "le formulaire vierge renvoyé tel quel",
            lambda: [("nda.pdf", blank_bytes("nda", "pdf"))],
            answers=(("elements_manquants", who.email),),
            asks=("field_missing", "signature_missing"),
            replies_to="elements_manquants",
        ),
    ]


def _wrong_iban() -> list[Scene]:
    who = PRAXISNORD
    iban = str(who.enrolment["iban"])
    wrong = iban[:-1] + str((int(iban[-1]) + 1) % 10)
    return [
        _opens(
            who,
            "2025-06-02 14:20",
            "société allemande, clé de l'IBAN fausse",
            answers=(("elements_manquants", who.email),),
            asks=("identifier_invalid",),
            iban=wrong,
        ),
        _writes(
            who,
            "2025-06-04 09:50",
            "… Formulaire 1 corrigé",
            lambda: [("Formulaire 1 v2.pdf", filled_pdf("formulaire_1", who.formulaire_1("2025-06-04")))],
            answers=(("accuse_reception", who.email), ("nda_pour_signature", AES)),
            replies_to="elements_manquants",
        ),
    ]


def _wrong_matricule() -> list[Scene]:
    right = SCHMIT.matricule
    wrong = right[:-1] + str((int(right[-1]) + 1) % 10)
    return [
        _opens(
            SCHMIT,
            "2025-06-04 10:30",
            "clé du matricule fausse",
            answers=(("elements_manquants", SCHMIT.email),),
            asks=("identifier_invalid",),
            matricule=wrong,
        )
    ]


def _missing_field() -> list[Scene]:
    return [
        _opens(
            DOCUCARE,
            "2025-06-04 09:20",
            "un champ manque : n° de TVA",
            answers=(("elements_manquants", DOCUCARE.email),),
            asks=("field_missing",),
            numero_tva="",
        )
    ]


def _missing_signature() -> list[Scene]:
    who = DENTALIS
    return [
        _writes(
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


def _other_legal_form() -> list[Scene]:
    who = SANTE_LOGICIELS
    return [
        _writes(
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


def _locked_pdf() -> list[Scene]:
    who = LOGIMED
    return [
        _writes(
            who,
            "2025-06-03 14:00",
            "NDA protégé par mot de passe",
            lambda: [
                ("Formulaire 1.pdf", filled_pdf("formulaire_1", who.formulaire_1("2025-06-03"))),
                ("NDA.pdf", papers.locked(_nda(who, "2025-06-03"), "secret")),
            ],
            answers=(("elements_manquants", who.email),),
            asks=("attachment_unreadable", "document_missing"),
            queued=("unreadable_attachment",),
        )
    ]


def _too_early() -> list[Scene]:
    who = ARDENNE
    return [
        _opens(who, "2025-06-04 11:10", "Formulaire 1 et NDA signé"),
        _writes(
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


def _question_of_a_stranger() -> list[Scene]:
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


def _out_of_office() -> list[Scene]:
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


def _connections_that_are_not_right() -> list[Scene]:
    who = ALZETTE
    elsewhere = "anne.weber@courriel.example"
    return [
        _connects(
            who,
            "2025-09-19 10:10",
            DR_KAYSER,
            "le même médecin une seconde fois",
            "2025-09-17",
            expected=Expected(queued=("duplicate_request",), drafts=("raccordement_recu",)),
        ),
        _writes(
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


def _scans() -> list[Scene]:
    """A copier sends pictures: they are read with OCR."""
    who = MOSELLE
    return [
        _writes(
            who,
            "2025-06-04 15:00",
            "NDA imprimé, signé, scanné",
            lambda: [
                ("Formulaire 1.pdf", filled_pdf("formulaire_1", who.formulaire_1("2025-06-04"))),
                ("SCAN_0002.pdf", papers.scanned(_nda(who, "2025-06-04"))),
            ],
            text="Document scanné sur le copieur du secrétariat.",
            needs_ocr=True,
            answers=(("accuse_reception", who.email), ("nda_pour_signature", AES)),
        )
    ]


# What recurs


def _opens(
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
            ("NDA signé.pdf", _nda(who, day, **told)),
        ]

    if answers is None:
        answers = (("accuse_reception", who.email), ("nda_pour_signature", AES))
    return _writes(who, at, title, files, answers=answers, asks=asks)


def _nda(who: Industriel, day: str, **changes: str) -> bytes:
    return filled_pdf("nda", who.nda(day, **changes), signed_by=SIGNED)


def _writes(
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
    words = text or _letter("Veuillez trouver nos documents en pièce jointe.", f"{who.signatory}\n{who.name}")

    def draft(stage: Stage) -> Draft:
        answered = stage.last(replies_to, who) if replies_to else None
        subject = f"SONS Vague 2 – {who.name}"
        return Draft(sender or who.email, who.signatory, subject, words, files(), answered)

    expected = Expected(answers, queued, drafts, asks)
    return Mail(on(at), title, program or who.program, draft, expected, waits=waits, needs_ocr=needs_ocr)


def _aes_signs(who: Industriel, at: str) -> Mail:
    """The AeS sends back the NDA that it was sent, with its own signature too."""

    def draft(stage: Stage) -> Draft:
        asked = stage.last("nda_pour_signature", who)
        name, nda = _first_attachment(asked)
        text = _letter("Veuillez trouver en annexe le NDA signé.", "Agence eSanté")
        return Draft(AES, "Agence eSanté", "", text, [(name, signed_too(nda, "aes"))], asked)

    return Mail(on(at), "l'AeS renvoie le NDA signé", "outlook", draft, Expected(queued=("manual_task",)))


def _letter(words: str, signature: str) -> str:
    return f"Bonjour,\n\n{words}\n\nMeilleures salutations\n{signature}"


def _first_attachment(message: EmailMessage) -> tuple[str, bytes]:
    part = next(message.iter_attachments())
    return part.get_filename() or "NDA.pdf", part.get_content()


def _enrolment_valid(who: Industriel, at: str) -> Act:
    return Act(
        on(at),
        "enrôlement valide (INCERT et AeS)",
        who,
        "enrolment-valid",
        Expected(answers=(("enrolement_valide", who.email),)),
        set={"party": "both"},
        files=lambda: [("documentation_technique.pdf", papers.technical_documentation(who.name))],
    )


def _access_configured(who: Industriel, at: str) -> Act:
    return Act(
        on(at),
        "accès configuré",
        who,
        "access-configured",
        Expected(answers=(("acces_environnement", who.email),)),
        note="Adresse : https://test.sons.example\nIdentifiant : " + who.code_prestataire,
    )


def _connects(
    who: Industriel, at: str, client: Client, title: str, connected: str, expected: Expected | None = None
) -> Mail:
    """Formulaire 4 for one doctor."""
    if expected is None:
        expected = Expected(answers=(("raccordement_recu", who.email),), queued=("manual_task",))

    def files() -> list[File]:
        form = who.formulaire_4(at[:10], client, connected)
        return [("Formulaire 4.pdf", filled_pdf("formulaire_4", form))]

    return _writes(
        who,
        at,
        title,
        files,
        answers=expected.answers,
        queued=expected.queued,
        drafts=expected.drafts,
    )


def _delivery_note(who: Industriel) -> dict[str, object]:
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
