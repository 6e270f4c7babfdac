"""What the app calls things, in French; the catalogues translate. Keys are public names."""

from __future__ import annotations


def _(text: str) -> str:
    """Marks a text for the catalogues; it is translated where it is shown."""
    return text


CODES = {
    "low_confidence": _("Lecture peu sûre"),
    "unknown_sender": _("Expéditeur inconnu"),
    "unknown_industriel": _("Industriel inconnu"),
    "sender_not_registered": _("Adresse non enregistrée"),
    "sender_authentication_failed": _("Expéditeur non authentifié"),
    "name_mismatch": _("Nom différent"),
    "matricule_mismatch": _("Matricule différent"),
    "data_mismatch": _("Données différentes"),
    "identifier_invalid": _("Identifiant invalide"),
    "not_in_eea": _("Hors UE/EEE"),
    "mode_not_allowed": _("Mode d'intégration non permis"),
    "duplicate_request": _("Demande en double"),
    "deadline_passed": _("Délai dépassé"),
    "step_out_of_order": _("Étape hors d'ordre"),
    "unreadable_attachment": _("Pièce illisible"),
    "signature_missing": _("Signature absente"),
    "signature_invalid": _("Signature invalide"),
    "signature_untrusted": _("Signature non reconnue"),
    "document_altered": _("Document modifié"),
    "still_incomplete": _("Toujours incomplet"),
    "data_change_request": _("Changement de données"),
    "major_change": _("Changement majeur"),
    "question": _("Question"),
    "bounce": _("Courriel non remis"),
    "loop_suspected": _("Boucle possible"),
    "virus": _("Virus"),
    "processing_failed": _("Traitement impossible"),
    "delivery_failed": _("Envoi refusé"),
    "delivery_uncertain": _("Envoi incertain"),
    "approval_needed": _("Accord demandé"),
    "manual_task": _("Tâche"),
}
STEPS = {
    "E1": _("Enrôlement : Formulaire 1"),
    "E2": _("Enrôlement : NDA"),
    "E3": _("Enrôlement : NDA chez l'AeS"),
    "E4": _("Enrôlement : validation"),
    "L1": _("Labélisation : Formulaire 2"),
    "L2": _("Labélisation : accès"),
    "L3": _("Labélisation : Formulaire 3"),
    "L4": _("Labélisation : tests"),
    "L5": _("Labélisation : attestation"),
    "R1": _("Raccordement : Formulaire 4"),
    "R2": _("Raccordement : contrôle"),
    "V": _("Mise à jour majeure"),
    "U": _("Exigences modifiées"),
    "Q": _("Question"),
    "C": _("Changement de données"),
}
KINDS = {
    "formulaire_1": _("Formulaire 1"),
    "formulaire_2": _("Formulaire 2"),
    "formulaire_3": _("Formulaire 3"),
    "formulaire_4": _("Formulaire 4"),
    "nda": _("NDA"),
    "bon_de_livraison": _("Bon de livraison"),
    "preuve_tests": _("Preuve de tests"),
    "attestation": _("Attestation"),
    "accord_service": _("Accord de service"),
    "facture": _("Facture"),
    "other": _("Autre document"),
    "unreadable": _("Illisible"),
}
KEYED_KINDS = tuple(KINDS)[:9]
"""The kinds that the keys 1 to 9 stand for."""
SOURCES = {
    "acroform": _("champ du PDF"),
    "xfa": _("champ XFA"),
    "docx_control": _("contrôle Word"),
    "docx_field": _("champ Word"),
    "table": _("tableau"),
    "text": _("texte"),
    "annotation": _("annotation"),
    "ocr": _("lecture optique"),
}
SIGNATURES = {
    "digital_valid": _("signature numérique valide"),
    "digital_untrusted": _("signature numérique, autorité non reconnue"),
    "digital_invalid": _("signature numérique invalide"),
    "handwritten": _("signé à la main"),
    "absent": _("non signé"),
    "unknown": _("signature à vérifier"),
}
MARKS = {
    "person": _("corrigé par une personne"),
    "machine": _("confirmé par la machine"),
    "unsure": _("à vérifier"),
    "failed": _("règle non respectée"),
    "missing": _("absent"),
}
SEVERITIES = {
    "demand": _("à demander"),
    "mismatch": _("différence"),
    "doubt": _("doute"),
    "note": _("remarque"),
}
OUTBOX_STATES = {
    "draft": _("brouillon"),
    "due": _("à envoyer"),
    "sending": _("en cours d'envoi"),
    "sent": _("envoyé"),
    "failed": _("refusé"),
    "uncertain": _("incertain"),
    "cancelled": _("annulé"),
}
CASE_STATES = {
    "ouvert": _("ouvert"),
    "chez_aes": _("NDA chez l'AeS"),
    "contresigne": _("NDA contresigné"),
    "valide_incert": _("valide pour INCERT"),
    "valide_aes": _("valide pour l'AeS"),
    "valide": _("valide"),
    "refuse": _("refusé"),
    "clos": _("clos"),
    "acces_a_configurer": _("accès à configurer"),
    "acces_refuse": _("accès refusé"),
    "acces_configure": _("accès configuré"),
    "demande_complete": _("demande complète"),
    "complement_demande": _("complément demandé"),
    "tests_echoues": _("tests échoués"),
    "tests_reussis": _("tests réussis"),
    "labelise": _("labélisé"),
    "a_renouveler": _("à renouveler"),
    "a_verifier": _("à vérifier"),
}
CASE_KINDS = {"E": _("Enrôlement"), "L": _("Labélisation"), "R": _("Raccordement")}
ROLES = {"reader": _("lecture"), "reviewer": _("décision"), "admin": _("administration")}
TABS = {
    "review": _("À traiter"),
    "mine": _("Les miennes"),
    "waiting": _("En attente d'autrui"),
    "labelling": _("File de labélisation"),
    "closed": _("Fermées"),
}
HISTORY = {
    "viewed": _("consulté"),
    "downloaded": _("téléchargé"),
    "exported": _("exporté"),
    "undone": _("décision annulée"),
    "taken_over": _("verrou repris"),
    "taken_on": _("pris en charge"),
    "given_back": _("rendu à la file"),
    "hold": _("envois suspendus"),
    "resume": _("envois repris"),
    "signed_in": _("connexion"),
    "sign_in_failed": _("connexion refusée"),
    "signed_out": _("déconnexion"),
    "mail_sent": _("courriel envoyé"),
    "approve": _("accord donné"),
    "correct": _("correction"),
}
