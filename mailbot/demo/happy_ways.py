"""The happy ways, from Formulaire 1 to what may be invoiced."""

from __future__ import annotations

from mailbot.demo import papers
from mailbot.demo.filling import filled_docx, filled_pdf
from mailbot.demo.industriels import (
    AES,
    ALZETTE,
    CABINET_PLUS,
    DR_KAYSER,
    HOFFMANN,
    MAISON_DU_PARC,
)
from mailbot.demo.programs import Draft
from mailbot.demo.scenes import Act, Expected, Mail, Scene, on
from mailbot.demo.telling import (
    SIGNED,
    access_configured,
    aes_signs,
    connects,
    delivery_note,
    enrolment_valid,
    letter,
    nda,
    opens,
    writes,
)


def of_a_company() -> list[Scene]:
    """From Formulaire 1 to « 640 EUR may be invoiced »."""
    who = ALZETTE
    return [
        opens(who, "2025-06-02 09:12", "Formulaire 1 et NDA signé, tout est bon"),
        aes_signs(who, "2025-06-03 08:30"),
        enrolment_valid(who, "2025-06-03 09:00"),
        writes(
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
        access_configured(who, "2025-06-11 15:20"),
        writes(
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
        writes(
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
            text=letter("Veuillez trouver ci-joint le journal demandé.", "Anne Weber"),
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
                letter("Veuillez trouver en annexe l'attestation de labélisation.", "Agence eSanté"),
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
        connects(who, "2025-09-16 13:24", DR_KAYSER, "raccordement d'un médecin", "2025-09-15"),
        Act(
            on("2025-09-18 09:40"),
            "raccordement valide : 640 EUR TTC",
            who,
            "connection-valid",
            Expected(answers=(("raccordement_valide", who.email),)),
        ),
        writes(
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
        writes(
            who,
            "2025-09-25 11:48",
            "le bon de livraison suit",
            lambda: [
                (
                    "bon_de_livraison.pdf",
                    filled_pdf("bon_de_livraison", delivery_note(who), signed_by=("client",)),
                )
            ],
            answers=(("raccordement_recu", who.email),),
            queued=("manual_task",),
            replies_to="elements_manquants",
        ),
    ]


def of_a_natural_person_in_two_mails() -> list[Scene]:
    """Formulaire 1 in Word, the NDA four minutes later: one answer for both."""
    who = HOFFMANN
    return [
        writes(
            who,
            "2025-06-02 10:05",
            "personne physique : Formulaire 1 (Word)",
            lambda: [("Formulaire 1.docx", filled_docx("formulaire_1", who.formulaire_1("2025-06-02")))],
            waits=True,
        ),
        writes(
            who,
            "2025-06-02 10:09",
            "… et le NDA, 4 minutes après : une seule réponse",
            lambda: [("NDA.pdf", nda(who, "2025-06-02"))],
            answers=(("accuse_reception", who.email), ("nda_pour_signature", AES)),
        ),
        aes_signs(who, "2025-06-05 09:30"),
        enrolment_valid(who, "2025-06-05 14:00"),
    ]


def of_a_participant_of_vague_1() -> list[Scene]:
    """May use the direct services: INCERT's list confirms that it took part."""
    who = CABINET_PLUS
    direct = who.formulaire_2("2025-06-12", mode_integration="acces_direct")
    return [
        opens(who, "2025-06-05 16:12", "participant de la Vague 1"),
        aes_signs(who, "2025-06-10 09:05"),
        enrolment_valid(who, "2025-06-10 09:30"),
        writes(
            who,
            "2025-06-12 11:26",
            "Formulaire 2, services directs (Vague 1)",
            lambda: [("formulaire_2.pdf", filled_pdf("formulaire_2", direct, signed_by=SIGNED))],
            answers=(("accuse_reception", who.email),),
            queued=("manual_task",),
        ),
        access_configured(who, "2025-06-13 10:00"),
    ]
