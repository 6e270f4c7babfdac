"""From Formulaire 1 to « 640 EUR may be invoiced », with real documents through the real pipeline."""

from __future__ import annotations

import pytest

from mailbot.demo.filling import filled_docx, filled_pdf, signed_too
from tests.builders import (
    AES,
    BON,
    FORMULAIRE_1,
    FORMULAIRE_2,
    FORMULAIRE_3,
    FORMULAIRE_4,
    MEDISOFT,
    NDA,
)
from tests.journeys.world import Sent, World

PROOF = (
    b"Rapport de tests de conformite\nLogiciel MediPraxis version 4.2\n"
    b"Test 1 Remboursement : reussi\nTest 2 PID v2 : reussi\nResultat : 12 tests sur 12 reussis\n"
)


def templates(mails: list[Sent]) -> list[tuple[str, str]]:
    return [(m.template, m.to[0]) for m in mails]


def enrol(world: World) -> None:
    """Up to a valid enrolment."""
    form = filled_pdf("formulaire_1", FORMULAIRE_1)
    signed = filled_pdf("nda", NDA, signed_by=("industriel",))
    world.deliver(MEDISOFT, files=[("Formulaire 1.pdf", form), ("NDA.pdf", signed)])
    acknowledged, to_aes = world.once()
    assert templates([acknowledged, to_aes]) == [
        ("accuse_reception", MEDISOFT),
        ("nda_pour_signature", AES),
    ]
    (forwarded,) = list(to_aes.message.iter_attachments())
    assert forwarded.get_content() == signed  # byte for byte
    world.later(days=1)
    world.deliver(AES, "NDA signé en annexe.", [("NDA.pdf", signed_too(signed, "aes"))], answers=to_aes)
    assert world.once() == []
    task = world.entry(step="E4")
    sent = world.act(task, "enrolment-valid", files=(("doc_technique.pdf", b"%PDF-1.4 doc"),))
    assert templates(sent) == [("enrolement_valide", MEDISOFT)]
    assert sent[0].attachments == ["NDA.pdf", "formulaire_2.pdf", "doc_technique.pdf"]


def test_a_legal_person_from_formulaire_1_to_the_invoice(world: World) -> None:
    enrol(world)
    world.later(days=2)
    form_2 = filled_pdf("formulaire_2", FORMULAIRE_2, signed_by=("industriel",))
    world.deliver(MEDISOFT, files=[("F2.pdf", form_2)])
    assert templates(world.once()) == [("accuse_reception", MEDISOFT)]

    sent = world.act(world.entry(step="L2"), "access-configured", note="https://test.example, client 42")
    assert templates(sent) == [("acces_environnement", MEDISOFT)]
    assert "client 42" in sent[0].text

    world.now("2025-07-03 09:00")
    files = [("F3.pdf", filled_pdf("formulaire_3", FORMULAIRE_3)), ("rapport_tests.txt", PROOF)]
    world.deliver(MEDISOFT, files=files)
    received = world.once()
    assert templates(received) == [("demande_labelisation_recue", MEDISOFT)]

    task = world.entry(step="L4")
    assert templates(world.act(task, "complement", note="Merci d'ajouter le journal PID.")) == [
        ("complement_demande", MEDISOFT)
    ]
    world.later(days=3)
    world.deliver(MEDISOFT, "Voici le journal.", [("journal.txt", PROOF + b"journal PID\n")])
    assert templates(world.once()) == [("demande_labelisation_recue", MEDISOFT)]

    sent = world.act(world.entry(step="L4"), "tests-passed", files=(("attestation.pdf", b"%PDF-1.4 a"),))
    assert templates(sent) == [("tests_reussis", MEDISOFT), ("information_aes", AES)]
    assert sent[0].attachments == ["attestation.pdf", "formulaire_4.pdf"]
    assert world.act(world.entry(step="L5"), "labelled") == []

    world.now("2025-09-20 11:00")
    world.deliver(MEDISOFT, files=[("F4.pdf", filled_pdf("formulaire_4", FORMULAIRE_4))])
    assert templates(world.once()) == [("raccordement_recu", MEDISOFT)]
    sent = world.act(world.entry(step="R2"), "connection-valid")
    assert templates(sent) == [("raccordement_valide", MEDISOFT)]
    assert "640" in sent[0].text
    assert world.states() == {"E": "valide", "L1": "labelise", "R1": "valide"}
    assert world.queue() == []


def test_a_collective_with_its_delivery_note(world: World) -> None:
    test_a_legal_person_from_formulaire_1_to_the_invoice(world)
    form = FORMULAIRE_4 | {
        "type_client": "maison_medicale",
        "nom_client": "Maison médicale du Parc",
        "nombre_postes": 6,
        "responsable": "Claire Thill",
    }
    del form["code_prestataire_client"]
    world.later(days=1)
    world.deliver(MEDISOFT, files=[("F4.pdf", filled_pdf("formulaire_4", form))])
    (asked,) = world.once()
    assert asked.template == "elements_manquants"
    assert asked.attachments == ["bon_de_livraison.pdf"]
    world.deliver(
        MEDISOFT,
        files=[("bon.pdf", filled_pdf("bon_de_livraison", BON, signed_by=("client",)))],
        answers=asked,
    )
    assert templates(world.once()) == [("raccordement_recu", MEDISOFT)]


NATURAL = {
    "type_personne": "physique",
    "nom": "Muller",
    "prenom": "Jean",
    "matricule": "1893120105732",
    "iban": "LU280019400644750000",
    "email": "jean.muller@cabinet.example",
    "adresse": "3, Grand-Rue, L-9050 Ettelbruck",
    "pays": "LU",
    "date_signature": "2025-06-02",
}


@pytest.mark.parametrize("fmt", ["pdf", "docx"])
def test_a_natural_person_enrols_in_two_mails(world: World, fmt: str) -> None:
    fill = filled_pdf if fmt == "pdf" else filled_docx
    world.deliver(str(NATURAL["email"]), files=[(f"F1.{fmt}", fill("formulaire_1", NATURAL))])
    (asked,) = world.once()
    assert asked.template == "elements_manquants"
    assert asked.attachments == ["nda.pdf"]
    assert "[SONS2-000001-" in asked.subject
    values = {"denomination": "Jean Muller", "matricule": "1893120105732", "date_signature": "2025-06-03"}
    signed = filled_pdf("nda", values, signed_by=("industriel",))
    world.deliver(str(NATURAL["email"]), files=[("nda.pdf", signed)], answers=asked)
    assert templates(world.once()) == [
        ("accuse_reception", NATURAL["email"]),
        ("nda_pour_signature", AES),
    ]
    assert world.states() == {"E": "chez_aes"}
