"""Invented letters that fill every template, for the preview and for the check at start-up."""

from __future__ import annotations

from datetime import UTC, date, datetime

from mailbot.daily_figures import DailyFigures, Deadline
from rules.types import CaseLine, Item, Letter, TemplateName

_RECEIVED = datetime(2026, 5, 12, 8, 30, tzinfo=UTC)
_ITEMS = (
    Item(rule="document_missing", document="bon_de_livraison"),
    Item(
        rule="field_missing",
        document="formulaire_4",
        field="nombre_postes",
        label="Nombre de postes de travail raccordés",
        expected="int",
        file="Formulaire 4 Tilleuls.pdf",
        which="Formulaire 4 Tilleuls.pdf",
    ),
    Item(
        rule="identifier_invalid",
        document="formulaire_4",
        field="matricule",
        label="Matricule",
        value="1893120105733",  # its last digit is wrong on purpose
        expected="matricule",
        criterion=4,
    ),
    Item(rule="attachment_unreadable", file="documents.zip!preuve.pdf", detail="encrypted"),
)
_TO_INDUSTRIEL = (
    CaseLine(
        case="L1",
        step="L3",
        what="formulaire_3",
        subject="PraxisPlus 4.2",
        deadline=date(2026, 6, 30),
        days_left=14,
    ),
    CaseLine(
        case="R2",
        step="R1",
        what="formulaire_4",
        subject="PraxisPlus 4.1, Maison médicale des Tilleuls",
        deadline=date(2026, 12, 31),
        days_left=198,
    ),
)
_TO_AES = (
    CaseLine(
        case="SONS2-000123-K7QF",
        step="E3",
        what="nda_a_signer",
        subject="Exemple Logiciels S.à r.l.",
        since=date(2026, 5, 4),
    ),
    CaseLine(
        case="SONS2-000131-M2XR",
        step="E3",
        what="nda_a_signer",
        subject="Beispiel Software S.A.",
        since=date(2026, 5, 5),
    ),
)
_TO_INCERT = (
    CaseLine(
        case="SONS2-000123-K7QF/L1",
        entry=17,
        step="L4",
        what="tests_a_verifier",
        subject="PraxisPlus 4.2",
        deadline=date(2026, 9, 30),
        days_left=141,
    ),
)
_FIGURES = DailyFigures(
    day=date(2026, 5, 12),
    received=17,
    answered=11,
    queued=3,
    queued_by_reason={"manual_task": 2, "name_mismatch": 1},
    oldest_waiting=datetime(2026, 5, 8, 9, 5, tzinfo=UTC),
    dossiers=42,
    deadlines=(
        Deadline(
            label="Fin de la réception des demandes de labélisation", day=date(2026, 6, 30), days_left=49
        ),
        Deadline(label="Fin de la période de labélisation (INCERT)", day=date(2026, 9, 30), days_left=141),
    ),
    odd=("Un mail est revenu sans être remis.",),
    reconciliation=("Comparés : boîte (214), archive (231), dossiers (42), envois (198). Aucun écart.",),
    audit_rows=1871,
    audit_head="0123456789abcdef" * 4,
).model_dump(mode="json")
_FULL = Letter(
    reference="SONS2-000123-K7QF",
    case="L1",
    step="L3",
    industriel="Exemple Logiciels S.à r.l.",
    subject_received="Re: [SONS2-000123-K7QF] Nos documents",
    received_at=_RECEIVED,
    product="PraxisPlus",
    version="4.2",
)
_PARTICULAR: dict[TemplateName, dict[str, object]] = {
    "accuse_reception": {"case": "E", "step": "E2", "documents_received": ("formulaire_1", "nda"),
                         "next_party": "aes", "product": "", "version": ""},
    "elements_manquants": {"case": "R1", "step": "R1", "documents_received": ("formulaire_4", "preuve_tests"),
                           "items": _ITEMS, "settled": ("preuve_tests",), "remains_of_round": 1,
                           "completed": ("Dr Camille Exemple",), "question_asked": True,
                           "change_asked": True, "changed_fields": ("iban",),
                           "blanks": ("bon_de_livraison",), "attachments": ("bon_de_livraison.pdf",),
                           "deadline": date(2026, 12, 31)},
    "nda_pour_signature": {"case": "E", "step": "E2", "attachments": ("nda-signe.pdf",)},
    "enrolement_valide": {"case": "E", "step": "E4", "blanks": ("formulaire_2",),
                          "attachments": ("nda.pdf", "formulaire_2.pdf", "documentation.zip")},
    "enrolement_refuse": {"case": "E", "step": "E4",
                          "note": "Votre entreprise est établie hors de l'Espace économique européen."},
    "acces_refuse": {"step": "L2", "note": "Le code prestataire n'est pas encore actif auprès de la CNS."},
    "acces_environnement": {"step": "L2", "blanks": ("formulaire_3",), "attachments": ("formulaire_3.pdf",),
                            "note": "Adresse : https://test.example.lu\nUtilisateur : exemple-01"},
    "demande_labelisation_recue": {"documents_received": ("formulaire_3", "preuve_tests"), "place": 4,
                                   "next_party": "incert"},
    "complement_demande": {"step": "L4", "deadline": date(2026, 6, 30),
                           "note": "Merci d'ajouter le journal complet des tests PID v2."},
    "tests_echoues": {"step": "L4", "deadline": date(2026, 6, 30), "attachments": ("resultats.pdf",),
                      "note": "Remboursement : réussi.\nPID v2 : l'annulation d'un mémoire n'aboutit pas."},
    "tests_reussis": {"step": "L4", "blanks": ("formulaire_4",),
                      "attachments": ("attestation.pdf", "formulaire_4.pdf")},
    "information_aes": {"step": "L4"},
    "raccordement_recu": {"case": "R1", "step": "R1", "next_party": "incert",
                          "documents_received": ("formulaire_4", "bon_de_livraison"),
                          "client": "Maison médicale des Tilleuls", "workstations": 6},
    "raccordement_valide": {"case": "R1", "step": "R2", "client": "Dr Camille Exemple", "amount_eur": 640},
    "raccordement_refuse": {"case": "R1", "step": "R2", "client": "Dr Camille Exemple",
                            "note": "La transaction indiquée n'a pas été retrouvée."},
    "delai_depasse": {"received_at": datetime(2026, 7, 2, 7, 15, tzinfo=UTC), "closed_on": date(2026, 6, 30),
                      "documents_received": ("formulaire_3",)},
    "orientation_contact": {"contact_topic": "technical", "subject_received": "Erreur de certificat"},
    "changement_donnees_recu": {"case": "E", "step": "C", "changed_fields": ("iban", "email")},
    "changement_donnees_decide": {"case": "E", "step": "C", "changed_fields": ("iban",), "accepted": True},
    "mise_a_jour_exigences": {"step": "U", "attachments": ("documentation-2.zip",),
                              "deadline": date(2026, 6, 30),
                              "note": "L'interface PID v2 connaît un nouveau code d'erreur."},
    "rappel_echeance": {"case": "", "step": None, "lines": _TO_INDUSTRIEL, "deadline": date(2026, 6, 30)},
    "rappel_partie": {"reference": "", "case": "", "step": None, "industriel": "", "lines": _TO_AES},
    "synthese_quotidienne": {"reference": "", "case": "", "step": None, "industriel": "", "lines": _TO_INCERT,
                             "figures": _FIGURES},
    "alarme": {"reference": "", "case": "", "step": None, "industriel": "",
               "note": "La boîte aux lettres (imap.example.lu) est inaccessible."},
    "reponse_libre": {"note": "Bonjour,\n\nVotre accès sera prêt demain matin.\n\nCordialement"},
    "transfert": {"note": "Pour suite à donner, merci.", "attachments": ("message.eml",)},
}  # fmt: skip


def sample(template: TemplateName) -> Letter:
    """A letter with everything that this template usually prints. Nobody in it exists."""
    return Letter.model_validate({**_FULL.model_dump(), **_PARTICULAR[template]})
