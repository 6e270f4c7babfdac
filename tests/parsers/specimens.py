"""Invented Industriels and what they fill in: values as typed, and as they must be read."""

from __future__ import annotations

from typing import Any

TYPED: dict[str, dict[str, Any]] = {
    "formulaire_1": {
        "type_personne": "morale",
        "denomination_sociale": "Médilux Santé S.à r.l.",
        "ceo_nom": "Schroeder",
        "ceo_prenom": "Anne-Marie",
        "rcs": "B 123.456",
        "numero_tva": "LU 15027442",
        "matricule": "2010 2412 340",
        "iban": "LU28 0019 4006 4475 0000",
        "email": "contact@medilux.example",
        "adresse": "12, rue du Fort, L-1234 Luxembourg",
        "pays": "Luxembourg",
        "participation_vague_1": True,
        "signataire": "Dr Anne-Marie Schroeder",
        "date_signature": "12/05/2025",
    },
    "formulaire_2": {
        "denomination": "Médilux Santé S.à r.l.",
        "matricule": "1893 1201 05732",
        "code_prestataire": "123456-78",
        "ehealth_id": "EH-998877",
        "ehealth_actif": True,
        "mysecu_actif": True,
        "matricule_mysecu": "1893120105732",
        "email": "contact@medilux.example",
        "nom_logiciel": "MediSoft Pro",
        "mode_integration": "econnector_ng",
        "date_signature": "12.05.2025",
        "signataire": "Anne Schroeder",
    },
    "formulaire_3": {
        "denomination": "Médilux Santé S.à r.l.",
        "matricule": "1893120105732",
        "nom_logiciel": "MediSoft Pro",
        "version_logiciel": "v4.2.1",
        "type_demande": "nouvelle",
        "mode_integration": "acces_direct",
        "services.remboursement": True,
        "services.pid_v2": True,
        "date_tests": "1er juin 2025",
        "contact_technique": "Marc Weber",
        "email": "contact@medilux.example",
        "date_signature": "02/06/2025",
        "signataire": "Anne Schroeder",
    },
    "formulaire_4": {
        "denomination": "Médilux Santé S.à r.l.",
        "matricule": "1893120105732",
        "nom_logiciel": "MediSoft Pro",
        "version_logiciel": "4.2.1",
        "type_client": "maison_medicale",
        "nom_client": "Maison médicale Kirchberg",
        "code_prestataire_client": "654321-09",
        "nombre_postes": "7",
        "date_raccordement": "15/09/2025",
        "reference_transaction": "PID-2025-0001",
        "responsable": "Dr Paul Klein",
        "date_signature": "16/09/2025",
        "signataire": "Anne Schroeder",
    },
    "nda": {
        "denomination": "Médilux Santé S.à r.l.",
        "matricule": "1893120105732",
        "signataire": "Anne Schroeder",
        "date_signature": "12/05/2025",
    },
    "bon_de_livraison": {
        "denomination": "Médilux Santé S.à r.l.",
        "type_client": "etablissement_hospitalier",
        "nom_client": "Hôpital du Nord",
        "nombre_postes": "12",
        "date_livraison": "15/09/2025",
        "responsable": "Paul Klein",
        "prestataires.0.nom": "Jean Weis",
        "prestataires.0.code_prestataire": "111111-11",
        "prestataires.0.postes": "3",
        "prestataires.1.nom": "Léa Thill",
        "prestataires.1.code_prestataire": "222222-22",
        "prestataires.1.postes": "9",
    },
}

READ: dict[str, dict[str, Any]] = {
    "formulaire_1": TYPED["formulaire_1"]
    | {
        "rcs": "B123456",
        "numero_tva": "LU15027442",
        "matricule": "20102412340",
        "iban": "LU280019400644750000",
        "pays": "LU",
        "signataire": "Anne-Marie Schroeder",
        "date_signature": "2025-05-12",
    },
    "formulaire_2": TYPED["formulaire_2"] | {"matricule": "1893120105732", "date_signature": "2025-05-12"},
    "formulaire_3": {k: v for k, v in TYPED["formulaire_3"].items() if "." not in k}
    | {
        "version_logiciel": "4.2.1",
        "services": ["remboursement", "pid_v2"],
        "date_tests": "2025-06-01",
        "date_signature": "2025-06-02",
    },
    "formulaire_4": TYPED["formulaire_4"]
    | {
        "nombre_postes": 7,
        "date_raccordement": "2025-09-15",
        "responsable": "Paul Klein",
        "date_signature": "2025-09-16",
    },
    "nda": TYPED["nda"] | {"date_signature": "2025-05-12"},
    "bon_de_livraison": {k: v for k, v in TYPED["bon_de_livraison"].items() if "." not in k}
    | {
        "nombre_postes": 12,
        "date_livraison": "2025-09-15",
        "prestataires": [
            {"nom": "Jean Weis", "code_prestataire": "111111-11", "postes": 3},
            {"nom": "Léa Thill", "code_prestataire": "222222-22", "postes": 9},
        ],
    },
}

KINDS = tuple(TYPED)
