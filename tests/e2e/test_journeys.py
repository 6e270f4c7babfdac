"""Whole journeys by the contract alone: a legal person and a natural person, from enrolment to payment."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from mailbot.demo.filling import filled_docx, filled_pdf, signed_too
from tests.builders import (
    AES,
    FORMULAIRE_1,
    FORMULAIRE_2,
    FORMULAIRE_3,
    FORMULAIRE_4,
    MEDISOFT,
    NDA,
    at,
)
from tests.e2e.office import Office, templates
from tests.integration.dovecot import Dovecot
from tests.integration.smtp_sink import SmtpSink

pytestmark = [pytest.mark.dovecot, pytest.mark.long, pytest.mark.timeout(300)]
MULLER = "jean.muller@cabinet.example"
PERSON = {
    "type_personne": "physique",
    "nom": "Muller",
    "prenom": "Jean",
    "matricule": "1893120105732",
    "iban": "LU280019400644750000",
    "email": MULLER,
    "adresse": "3, Grand-Rue, L-9050 Ettelbruck",
    "pays": "LU",
    "date_signature": "2025-06-02",
}
REPORT = b"Rapport de tests\nRemboursement : reussi\nPID v2 : reussi\n12 tests sur 12 reussis\n"


@pytest.fixture
def office(tmp_path: Path, dovecot: Dovecot, smtp_sink: SmtpSink) -> Office:
    return Office(tmp_path, dovecot.new_mailbox(), smtp_sink)


def test_a_legal_person(office: Office) -> None:
    signed = filled_pdf("nda", NDA, signed_by=("industriel",))
    office.deliver(
        MEDISOFT,
        "Bonjour,\n\nVoici le formulaire et le NDA.\n\nCordialement\nAnne Weber",
        [("Formulaire1.pdf", filled_pdf("formulaire_1", FORMULAIRE_1)), ("NDA signé.pdf", signed)],
    )
    answers = office.once()
    assert templates(answers) == [("accuse_reception", MEDISOFT), ("nda_pour_signature", AES)]
    assert answers[0].message["Auto-Submitted"] == "auto-replied"

    office.now += timedelta(days=1)
    office.deliver(AES, "Signé.", [("NDA.pdf", signed_too(signed, "aes"))], answers=answers[1])
    assert office.once() == []
    documentation = office.file("documentation.pdf", b"%PDF-1.4 documentation")
    sent = office.act("enrolment-valid", "--set", "party=both", "--attach", documentation, "--by", "claire")
    assert templates(sent) == [("enrolement_valide", MEDISOFT)]

    office.deliver(
        MEDISOFT,
        "Formulaire 2 en annexe.",
        [("F2.pdf", filled_pdf("formulaire_2", FORMULAIRE_2, signed_by=("industriel",)))],
        answers=sent[0],
    )
    assert templates(office.once()) == [("accuse_reception", MEDISOFT)]
    sent = office.act("access-configured", "--note", "Adresse : https://test.example\nClient : 42")
    assert templates(sent) == [("acces_environnement", MEDISOFT)]

    office.now = at("2025-07-03 09:00")
    files = [("F3.pdf", filled_pdf("formulaire_3", FORMULAIRE_3)), ("rapport_tests.txt", REPORT)]
    office.deliver(MEDISOFT, "Notre demande de labélisation.", files)
    assert templates(office.once()) == [("demande_labelisation_recue", MEDISOFT)]
    sent = office.act("tests-passed", "--attach", office.file("attestation.pdf", b"%PDF-1.4 attestation"))
    assert templates(sent) == [("tests_reussis", MEDISOFT), ("information_aes", AES)]
    assert office.act("labelled") == []

    office.now = at("2025-09-20 11:00")
    office.deliver(MEDISOFT, "Formulaire 4 ci-joint.", [("F4.pdf", filled_pdf("formulaire_4", FORMULAIRE_4))])
    assert templates(office.once()) == [("raccordement_recu", MEDISOFT)]
    sent = office.act("connection-valid")
    assert templates(sent) == [("raccordement_valide", MEDISOFT)]
    body = sent[0].message.get_body(("plain",))
    assert body is not None
    assert "640" in body.get_content()
    assert office.queue() == []
    with office.mailbox.client() as client:
        assert client.select_folder("INBOX")[b"EXISTS"] == 0
        assert client.select_folder("Traités")[b"EXISTS"] == 5


def test_a_natural_person_who_sends_word_files(office: Office) -> None:
    office.deliver(
        MULLER, "Bonjour, voici mon formulaire.", [("F1.docx", filled_docx("formulaire_1", PERSON))]
    )
    (asked,) = office.once()
    assert templates([asked]) == [("elements_manquants", MULLER)]
    assert [p.get_filename() for p in asked.message.iter_attachments()] == ["nda.pdf"]
    values = {"denomination": "MULLER Jean", "matricule": "1893120105732", "date_signature": "2025-06-03"}
    signed = filled_pdf("nda", values, signed_by=("industriel",))
    office.deliver(MULLER, "Voici le NDA signé.", [("nda.pdf", signed)], answers=asked)
    assert templates(office.once()) == [("accuse_reception", MULLER), ("nda_pour_signature", AES)]
