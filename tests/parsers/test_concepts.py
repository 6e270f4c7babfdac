"""Labels in words that no list has are understood by what each word means, or not at all."""

from __future__ import annotations

import pytest

from parsers.concepts import choice_meant, fields_meant, foreign
from parsers.folding import words_of
from parsers.forms import load_forms

BOOK = load_forms()


def meant(kind: str, label: str) -> tuple[str, ...]:
    form = BOOK.for_kind(kind)
    assert form is not None
    return fields_meant(words_of(label), frozenset(field.id for field in form.fields))


@pytest.mark.parametrize(
    ("kind", "label", "field"),
    [
        ("formulaire_1", "Matricule national de l'Industriel", "matricule"),
        ("formulaire_1", "Mehrwertsteuer-Identifikationsnummer", "numero_tva"),
        ("formulaire_1", "Bank account number (IBAN)", "iban"),
        ("formulaire_2", "Matricule sous lequel MySecu a été activé", "matricule_mysecu"),
        ("formulaire_2", "Matricule lié au code prestataire", "matricule"),
        ("formulaire_3", "Softwareversion", "version_logiciel"),
        ("formulaire_3", "Datum des Testabschlusses", "date_tests"),
        ("formulaire_4", "Zahl der angeschlossenen Arbeitsplätze", "nombre_postes"),
        ("formulaire_4", "Version labélisée / Labelled version", "version_logiciel"),
        ("bon_de_livraison", "Livraison effectuée le", "date_livraison"),
        ("formulaire_1", "Numm vun der Firma", "denomination_sociale"),
        ("formulaire_1", "Konto für die Auszahlung", "iban"),
        ("formulaire_1", "Mat. de l'Industriel", "matricule"),  # no Luxembourgish "with"
        ("formulaire_1", "À quelle adresse e-mail pouvons-nous vous écrire ?", "email"),
        ("formulaire_2", "National ID used for MySecu", "matricule_mysecu"),
        ("formulaire_2", "Disposez-vous d'un espace MySecu ?", "mysecu_actif"),
        ("formulaire_2", "Aktiver MySecu-Bereich vorhanden?", "mysecu_actif"),
        ("formulaire_3", "Type", "type_demande"),
        ("formulaire_4", "Date de première connexion", "date_raccordement"),
    ],
)
def test_a_label_of_known_words_names_its_field(kind: str, label: str, field: str) -> None:
    assert meant(kind, label) == (field,)


@pytest.mark.parametrize(
    ("kind", "label"),
    [
        ("formulaire_1", "Date de naissance"),
        ("formulaire_1", "Geburtsdatum"),
        ("formulaire_1", "Date de réception"),
        ("formulaire_1", "Fonction du signataire"),
        ("formulaire_3", "Email du contact technique"),
        ("formulaire_1", "Adresse du site internet"),
        ("formulaire_2", "eHealthworks SA"),
        ("formulaire_1", "Signature"),
        ("formulaire_1", "Username"),
        ("formulaire_1", "Matricule du salarié"),
        ("formulaire_1", "SONS Vague 1"),
    ],
)
def test_a_label_that_says_more_or_other_names_none(kind: str, label: str) -> None:
    assert meant(kind, label) == ()


def test_one_label_for_both_names_gives_both() -> None:
    assert meant("formulaire_1", "Nom et prénom du dirigeant (CEO)") == ("ceo_nom", "ceo_prenom")
    assert meant("formulaire_1", "First name of the CEO") == ("ceo_prenom",)


def test_words_of_other_things_are_foreign() -> None:
    assert foreign(words_of("N° de téléphone"))
    assert not foreign(words_of("Numéro de TVA"))


def test_a_choice_is_meant_only_where_no_other_fields_choice_is() -> None:
    modes = ("econnector_ng", "acces_direct")
    assert choice_meant(words_of("accès direct, Vague 1"), modes) == "acces_direct"
    assert choice_meant(words_of("Paiement direct (PID v2)"), modes) is None
