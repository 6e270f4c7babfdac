"""The forms that are drawn: fields in the order of the page, wordings of our own in three languages."""

# ruff: noqa: E501 - a table of wordings reads better with one row a line
from __future__ import annotations

Row = tuple[str, str, dict[str, str]]
"""Field id, type, label by language."""

TITLES: dict[str, dict[str, str]] = {
    "formulaire_1": {
        "fr": "Formulaire d'enrôlement au dispositif d'aide à la mise en conformité",
        "de": "Anmeldeformular zur Beihilferegelung – Formular 1",
        "en": "Enrolment form – Form 1",
    },
    "formulaire_2": {
        "fr": "Formulaire d'accès à l'environnement de test",
        "de": "Antrag auf Zugang zur Testumgebung",
        "en": "Application for access to the test environment",
    },
    "formulaire_3": {
        "fr": "Formulaire de démarrage du processus de labélisation",
        "de": "Formular zum Start des Labelisierungsverfahrens",
        "en": "Form to start the labelling process",
    },
    "formulaire_4": {
        "fr": "Formulaire de demande de raccordement",
        "de": "Antrag auf Anschluss",
        "en": "Connection request form",
    },
}

ROWS: dict[str, list[Row]] = {
    "formulaire_1": [
        ("type_personne", "choice:morale|physique", {"fr": "Type de personne", "de": "Art der Person", "en": "Type of person"}),
        ("denomination_sociale", "company", {"fr": "Dénomination sociale", "de": "Firmenname", "en": "Company name"}),
        ("ceo_nom", "last", {"fr": "Nom du CEO", "de": "Name des CEO", "en": "CEO last name"}),
        ("ceo_prenom", "first", {"fr": "Prénom du CEO", "de": "Vorname des CEO", "en": "CEO first name"}),
        ("matricule", "matricule", {"fr": "Matricule", "de": "Matrikelnummer", "en": "National identification number"}),
        ("rcs", "rcs", {"fr": "N° RCS", "de": "Handelsregisternummer (RCS)", "en": "Trade register number (RCS)"}),
        ("numero_tva", "vat", {"fr": "Numéro de TVA", "de": "MwSt.-Nummer", "en": "VAT number"}),
        ("iban", "iban", {"fr": "IBAN", "de": "IBAN", "en": "IBAN"}),
        ("email", "email", {"fr": "Adresse e-mail", "de": "E-Mail-Adresse", "en": "E-mail address"}),
        ("adresse", "address", {"fr": "Adresse", "de": "Anschrift", "en": "Address"}),
        ("date_signature", "date", {"fr": "Date", "de": "Datum", "en": "Date"}),
        ("signataire", "person", {"fr": "Nom du signataire", "de": "Name des Unterzeichners", "en": "Name of signatory"}),
    ],
    "formulaire_2": [
        ("denomination", "company", {"fr": "Nom de l'Industriel", "de": "Name des Industriellen", "en": "Name of the Industriel"}),
        ("matricule", "matricule", {"fr": "Matricule utilisé pour obtenir le code prestataire", "de": "Matrikelnummer des Leistungserbringercodes", "en": "Matricule used for the provider code"}),
        ("code_prestataire", "code", {"fr": "Code prestataire", "de": "Leistungserbringercode", "en": "Provider code"}),
        ("ehealth_id", "ehealth", {"fr": "eHealth ID", "de": "eHealth-ID", "en": "eHealth ID"}),
        ("mysecu_actif", "choice:oui|non", {"fr": "Espace MySecu actif", "de": "MySecu-Bereich aktiv", "en": "MySecu space active"}),
        ("matricule_mysecu", "matricule", {"fr": "Matricule utilisé pour l'enrôlement MySecu", "de": "Matrikelnummer für MySecu", "en": "Matricule used for MySecu"}),
        ("email", "email", {"fr": "E-mail", "de": "E-Mail", "en": "E-mail"}),
        ("nom_logiciel", "product", {"fr": "Nom du logiciel métier", "de": "Name der Praxissoftware", "en": "Name of the practice software"}),
        ("mode_integration", "choice:econnector_ng|acces_direct", {"fr": "Mode d'intégration", "de": "Art der Integration", "en": "Integration mode"}),
        ("date_signature", "date", {"fr": "Date", "de": "Datum", "en": "Date"}),
        ("signataire", "person", {"fr": "Nom du signataire", "de": "Name des Unterzeichners", "en": "Name of signatory"}),
    ],
    "formulaire_3": [
        ("denomination", "company", {"fr": "Nom de l'Industriel", "de": "Name des Industriellen", "en": "Name of the Industriel"}),
        ("matricule", "matricule", {"fr": "Matricule", "de": "Matrikelnummer", "en": "Matricule"}),
        ("nom_logiciel", "product", {"fr": "Nom du logiciel métier", "de": "Name der Praxissoftware", "en": "Name of the practice software"}),
        ("version_logiciel", "version", {"fr": "Version du logiciel", "de": "Version der Software", "en": "Software version"}),
        ("type_demande", "choice:nouvelle|mise_a_jour_majeure", {"fr": "Type de demande", "de": "Art des Antrags", "en": "Type of request"}),
        ("mode_integration", "choice:econnector_ng|acces_direct", {"fr": "Mode d'intégration", "de": "Art der Integration", "en": "Integration mode"}),
        ("date_tests", "date", {"fr": "Date de fin des tests", "de": "Enddatum der Tests", "en": "End date of the tests"}),
        ("contact_technique", "person", {"fr": "Contact technique", "de": "Technischer Ansprechpartner", "en": "Technical contact"}),
        ("email", "email", {"fr": "E-mail", "de": "E-Mail", "en": "E-mail"}),
        ("date_signature", "date", {"fr": "Date de signature", "de": "Datum der Unterschrift", "en": "Date of signature"}),
    ],
    "formulaire_4": [
        ("denomination", "company", {"fr": "Nom de l'Industriel", "de": "Name des Industriellen", "en": "Name of the Industriel"}),
        ("matricule", "matricule", {"fr": "Matricule", "de": "Matrikelnummer", "en": "Matricule"}),
        ("nom_logiciel", "product", {"fr": "Nom du logiciel métier labélisé", "de": "Name der gelabelten Software", "en": "Name of the labelled software"}),
        ("version_logiciel", "version", {"fr": "Version labélisée", "de": "Gelabelte Version", "en": "Labelled version"}),
        ("type_client", "choice:prestataire|maison_medicale|etablissement_hospitalier|centre_flexible", {"fr": "Type de client raccordé", "de": "Art des Kunden", "en": "Type of client"}),
        ("nom_client", "person", {"fr": "Nom du prestataire ou de l'établissement", "de": "Name des Leistungserbringers", "en": "Name of the provider or establishment"}),
        ("code_prestataire_client", "code", {"fr": "Code prestataire du client", "de": "Leistungserbringercode des Kunden", "en": "Provider code of the client"}),
        ("nombre_postes", "int", {"fr": "Nombre de postes de travail raccordés", "de": "Anzahl der angeschlossenen Arbeitsplätze", "en": "Number of connected workstations"}),
        ("date_raccordement", "date", {"fr": "Date du raccordement", "de": "Datum des Anschlusses", "en": "Date of connection"}),
        ("date_signature", "date", {"fr": "Date de signature", "de": "Datum der Unterschrift", "en": "Date of signature"}),
        ("signataire", "person", {"fr": "Nom du signataire", "de": "Name des Unterzeichners", "en": "Name of signatory"}),
    ],
}  # fmt: skip

CHOICES: dict[str, dict[str, str]] = {
    "morale": {"fr": "Personne morale", "de": "Juristische Person", "en": "Legal person"},
    "physique": {"fr": "Personne physique", "de": "Natürliche Person", "en": "Natural person"},
    "oui": {"fr": "Oui", "de": "Ja", "en": "Yes"},
    "non": {"fr": "Non", "de": "Nein", "en": "No"},
    "econnector_ng": {"fr": "eConnector NG", "de": "eConnector NG", "en": "eConnector NG"},
    "acces_direct": {"fr": "Accès direct", "de": "Direkter Zugang", "en": "Direct access"},
    "nouvelle": {"fr": "Nouvelle demande", "de": "Neuer Antrag", "en": "New request"},
    "mise_a_jour_majeure": {"fr": "Mise à jour majeure", "de": "Wesentliche Aktualisierung", "en": "Major update"},
    "prestataire": {"fr": "Prestataire individuel", "de": "Einzelner Leistungserbringer", "en": "Individual provider"},
    "maison_medicale": {"fr": "Maison médicale", "de": "Ärztehaus", "en": "Medical practice group"},
    "etablissement_hospitalier": {"fr": "Établissement hospitalier", "de": "Krankenhaus", "en": "Hospital"},
    "centre_flexible": {"fr": "Centre à location flexible", "de": "Flexibel gemietetes Zentrum", "en": "Flexibly rented centre"},
}  # fmt: skip
