"""What a mail asks for, in words."""

from __future__ import annotations

import time

import pytest

from parsers.intent import portal_fields, read_changes, read_intent
from parsers.types import Intent, Message, Part

FORM = Part(path="1", name="F2.pdf", media_type="application/pdf", size=9, sha256="")
LOGO = Part(path="1", name="image001.png", media_type="image/png", size=9, sha256="", decoration=True)
SIGNED = "\n\nCordialement,\n\nJean Dupont\nMedisoft SA\n12, rue de la Gare\nTél. : +352 26 12 34"


def intent(text: str, *, subject: str = "", parts: tuple[Part, ...] = ()) -> Intent:
    return read_intent(Message(text=text, subject=subject, parts=parts))


@pytest.mark.parametrize(
    "text",
    [
        "Merci beaucoup !" + SIGNED,
        "Bien reçu, merci.",
        "Noted, thanks!\nJohn Smith\nMedisoft",
        "Bonjour Madame Muller,\n\nUn grand merci pour votre aide.",
        "C'est noté, nous reviendrons vers vous avec le formulaire corrigé.",
        "Vielen Dank für die schnelle Antwort.\n\nMit freundlichen Grüßen\nHans Weber",
        "Thank you very much, well received.\n\nKind regards,\nJohn",
        "Merci." + SIGNED + "\n\nCe message est confidentiel et destiné à son seul destinataire.",
    ],
)
def test_thanks(text: str) -> None:
    assert intent(text, parts=(LOGO,)).kind == "thanks"


@pytest.mark.parametrize(
    "text",
    [
        "Bonjour,\n\nOù trouver le formulaire 2 ?" + SIGNED,
        "Bonjour,\nComment obtenir un code prestataire\nMerci d'avance",
        "Guten Tag,\n\nwir haben eine Frage zur Labelisierung.\n\nMfG",
        "Hello, could you please tell us how to invoice the connection. Best regards, John",
        "Bonjour, nous avons des problèmes de connexion avec l'environnement de test depuis hier.",
        "Comment modifier notre IBAN ?",
        "Est-ce qu'une mise à jour majeure nécessite une nouvelle labellisation ?",
        "Sehr geehrte Damen und Herren, wann beginnt die Testphase",
        "Muss ich eine neue Bankverbindung melden?",
        "Bonjour,\n\nMerci." + SIGNED + "\n\nPS : quand l'accès sera-t-il configuré ?",
    ],
)
def test_questions_and_whatever_a_person_must_see(text: str) -> None:
    assert intent(text).kind == "question"


def test_a_question_may_stand_in_the_subject_alone() -> None:
    assert intent("", subject="Question sur le raccordement").kind == "question"


def test_the_subject_of_an_answer_is_not_its_senders() -> None:
    assert intent("Merci !", subject="RE: Question sur le raccordement ?").kind == "thanks"


@pytest.mark.parametrize(
    "text",
    [
        "Nous changeons de banque. Notre nouvel IBAN est LU28 0019 4006 4475 0000." + SIGNED,
        "Guten Tag,\nunsere neue Bankverbindung lautet: LU28 0019 4006 4475 0000\nMfG",
        "Pouvez-vous mettre à jour notre adresse e-mail ? La nouvelle est info@medisoft.example",
        "Nous vous informons que M. Paul Klein remplace M. Jean Dupont comme CEO.",
        "Könnten Sie bitte unsere Anschrift ändern?",
        "Dear all, our CEO has changed. The new CEO is Anna Schmit.",
        "Notre société a changé de nom et s'appelle désormais Medisoft Europe SA.",
        "Veuillez prendre note du changement de dénomination sociale de notre société.",
    ],
)
def test_changes_of_registered_data(text: str) -> None:
    assert intent(text).kind == "change_request"


@pytest.mark.parametrize(
    "text",
    [
        "Nous vous informons d'une mise à jour majeure de MediPlus 4.0." + SIGNED,
        "Notre logiciel labélisé a connu une modification substantielle.",
        "Wir melden eine wesentliche Änderung der Version 3.2 unserer Software.",
        "We would like to report a major release of our software.",
    ],
)
def test_major_changes(text: str) -> None:
    assert intent(text).kind == "major_change"


@pytest.mark.parametrize(
    "text",
    [
        "Madame, Monsieur,\n\nVeuillez trouver ci-joint le formulaire d'enrôlement complété et signé.\n\n"
        "Nous restons à votre entière disposition pour toute question complémentaire.\n\n"
        "Veuillez agréer, Madame, Monsieur, l'expression de nos sentiments distingués.\n\nJean Dupont\nCEO",
        "Sehr geehrte Damen und Herren,\n\nanbei erhalten Sie das ausgefüllte Formular 2. Bei Fragen "
        "stehen wir Ihnen gerne zur Verfügung.\n\nMit freundlichen Grüßen\nAnna Weber",
        "Dear Sir or Madam,\n\nPlease find attached the signed NDA. Do not hesitate to contact us "
        "should you have any questions.\n\nKind regards\nJ. Doe",
        "Bonjour,\n\nVoici le formulaire 3 et la preuve des tests.\nMerci de confirmer la bonne réception.",
        "Bonjour,\nComme demandé, le NDA signé en annexe. Merci pour votre aide." + SIGNED,
        "Suite à votre mail, vous trouverez en pièce jointe le formulaire corrigé avec le bon matricule.",
        "Formulaire 2 Medisoft",
    ],
)
def test_cover_letters(text: str) -> None:
    assert intent(text, parts=(FORM,)).kind == "cover"


def test_a_cover_letter_that_asks_is_a_question() -> None:
    text = "Veuillez trouver ci-joint le formulaire 2.\nPouvez-vous nous dire quand l'accès sera configuré ?"
    found = intent(text, parts=(FORM,))
    assert found.kind == "question"
    assert found.evidence == ("Pouvez-vous nous dire quand l'accès sera configuré ?",)


@pytest.mark.parametrize("parts", [(), (FORM,)])
def test_nothing_said(parts: tuple[Part, ...]) -> None:
    assert intent("", subject="Formulaire 2", parts=parts).kind == "empty"


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("Notre nouvel IBAN est LU28 0019 4006 4475 0000.", "iban", "LU280019400644750000"),
        ("Ancien IBAN : LU28 0019 4006 4475 0000\nNouvel IBAN : DE89 3704 0044 0532 0130 00", "iban",
         "DE89370400440532013000"),
        ("Remplacez LU28 0019 4006 4475 0000 par DE89 3704 0044 0532 0130 00 (compte).", "iban",
         "DE89370400440532013000"),
        ("Unsere neue E-Mail-Adresse lautet info@medisoft.example", "email", "info@medisoft.example"),
        ("Nouvelle adresse : 12, rue de la Gare, L-1611 Luxembourg", "adresse",
         "12, rue de la Gare, L-1611 Luxembourg"),
        ("Notre société s'appelle désormais Medi Europe SA.", "denomination_sociale", "Medi Europe SA"),
        ("Our new CEO is Anna Schmit.", "ceo_nom", "Schmit"),
        ("Notre nouveau directeur général est M. Jean DUPONT.", "ceo_prenom", "Jean"),
    ],
)  # fmt: skip
def test_new_values(text: str, field: str, value: str) -> None:
    assert read_changes(text)[field].value == value


def test_a_value_that_is_not_called_new_is_never_sure() -> None:
    assert read_changes("Notre IBAN : LU28 0019 4006 4475 0000")["iban"].confidence <= 0.6


def test_a_signature_names_no_changes() -> None:
    assert read_changes("Merci." + SIGNED + "\njean@medisoft.example") == {}


def test_pairs_of_a_portal_notice() -> None:
    text = (
        "Bonjour,\n\nDe : Portail\nDate : 2 juin\nObjet : Demande\n\nDénomination sociale : Medisoft SA\n"
        "* IBAN : LU28 0019 4006 4475 0000\nNom du CEO\tDupont\nAdresse :\n12, rue de la Gare\nPays = LU\n"
        "Numéro de TVA :\nE-mail : a@medisoft.example\nhttps://www.aes.example/x"
    )
    assert portal_fields(Message(text=text)) == [
        ("Dénomination sociale", "Medisoft SA"),
        ("IBAN", "LU28 0019 4006 4475 0000"),
        ("Nom du CEO", "Dupont"),
        ("Adresse", "12, rue de la Gare"),
        ("Pays", "LU"),
        ("Numéro de TVA", ""),
        ("E-mail", "a@medisoft.example"),
    ]


def test_pairs_of_a_mail_that_was_forwarded_as_a_file() -> None:
    inner = Message(text="Matricule : 1893120105732")
    assert portal_fields(Message(text="Pour suite.", forwarded=(inner,))) == [("Matricule", "1893120105732")]


@pytest.mark.parametrize("unit", [". ", "? ", "(? ", "\n"])
def test_hostile_text_takes_no_longer_than_its_length(unit: str) -> None:
    began = time.process_time()
    read_intent(Message(text=unit * 20_000))
    assert time.process_time() - began < 2  # where each stop looked through all that follows: more than 20
