"""What AeS sends: Formulaire 1, the signed NDA (or not), the attestation."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from reportlab.pdfgen import canvas

from mailbot.demo.filling import filled_pdf, signed_too
from mailbot.outbox import Cause
from mailbot.record import About
from rules.types import Case, Task
from tests.builders import (
    AES,
    FORMULAIRE_1,
    FORMULAIRE_4,
    IBAN,
    MEDISOFT,
    NDA,
    at,
    enrolled,
    labelling,
)
from tests.journeys.test_happy_ways import templates
from tests.journeys.world import Sent, World

FORM_1 = ("F1.pdf", filled_pdf("formulaire_1", FORMULAIRE_1))
SIGNED = filled_pdf("nda", NDA, signed_by=("industriel",))
BOTH = signed_too(SIGNED, "aes")
DOC = (("doc.pdf", b"%PDF-1.4 own"),)


def letter(lines: list[str]) -> bytes:
    """A page with those lines, the first as its title."""
    out = io.BytesIO()
    page = canvas.Canvas(out, invariant=1)
    for number, line in enumerate(lines):
        page.setFont("Helvetica-Bold" if number == 0 else "Helvetica", 18 if number == 0 else 11)
        page.drawString(72, 780 - 40 * number, line)
    page.save()
    return out.getvalue()


def handed_in(world: World) -> Sent:
    """Formulaire 1 and the NDA are complete; returns the mail to AeS."""
    world.deliver(MEDISOFT, files=[FORM_1, ("NDA.pdf", SIGNED)])
    return world.once()[1]


def test_an_nda_that_comes_back_unsigned_waits_for_a_person_who_may_accept_it(world: World) -> None:
    to_aes = handed_in(world)
    world.deliver(AES, "Signé.", [("NDA.pdf", SIGNED)], answers=to_aes)
    assert world.once() == []
    entry = world.entry(code="signature_missing")
    assert world.states() == {"E": "chez_aes"}
    assert world.act(entry, "approve") == []
    assert world.states() == {"E": "contresigne"}
    assert world.entry(step="E4").actions[:2] == ("enrolment-valid", "enrolment-refused")


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ({"denomination": "Autrelogiciel S.A.", "matricule": ""}, {"name_mismatch"}),
        ({"matricule": "20032401237"}, {"matricule_mismatch"}),
    ],
)
def test_an_nda_of_another_industriel_changes_nothing(
    world: World, values: dict[str, str], codes: set[str]
) -> None:
    to_aes = handed_in(world)
    other = signed_too(filled_pdf("nda", NDA | values, signed_by=("industriel",)), "aes")
    world.deliver(AES, "Signé.", [("NDA.pdf", other)], answers=to_aes)
    assert world.once() == []
    assert set(world.codes()[0]) == codes
    assert world.states() == {"E": "chez_aes"}


def test_aes_signature_counts_as_its_valid_where_configured(tmp_path: Path) -> None:
    world = World(tmp_path, automation="aes_nda_validates = true")
    to_aes = handed_in(world)
    world.deliver(AES, "Signé.", [("NDA.pdf", BOTH)], answers=to_aes)
    world.once()
    assert world.states() == {"E": "valide_aes"}
    task = world.entry(step="E4")
    assert templates(world.act(task, "enrolment-valid", set={"party": "incert"}, files=DOC)) == [
        ("enrolement_valide", MEDISOFT)
    ]
    world.service.close()


def test_a_refused_industriel_may_come_again(world: World) -> None:
    to_aes = handed_in(world)
    world.deliver(AES, "Signé.", [("NDA.pdf", BOTH)], answers=to_aes)
    world.once()
    task = world.entry(step="E4")
    assert world.act(task, "enrolment-valid", set={"party": "incert"}, files=DOC) == []
    refused = world.act(
        task, "enrolment-refused", note="Le RCS est radié.", files=(("avis.pdf", b"%PDF-1.4"),)
    )
    assert templates(refused) == [("enrolement_refuse", MEDISOFT)]
    assert refused[0].attachments == ["avis.pdf"]
    world.later(days=3)
    files = [("F1.pdf", filled_pdf("formulaire_1", FORMULAIRE_1 | {"rcs": "B654321"})), ("NDA.pdf", SIGNED)]
    world.deliver(MEDISOFT, "Nouvelle demande.", files)
    acknowledged, again = world.once()
    assert templates([acknowledged, again]) == [("accuse_reception", MEDISOFT), ("nda_pour_signature", AES)]
    world.deliver(AES, "Signé à nouveau.", [("NDA.pdf", BOTH)], answers=again)
    world.once()
    assert templates(world.act(world.entry(step="E4"), "enrolment-valid", files=DOC)) == [
        ("enrolement_valide", MEDISOFT)
    ]


def test_aes_forwards_formulaire_1_and_the_industriel_sends_the_nda(world: World) -> None:
    world.deliver(
        AES, "Bonjour, voici un Formulaire 1 reçu sur notre site.", [FORM_1], subject="TR: Formulaire 1"
    )
    assert world.once() == []
    entry = world.entry(code="approval_needed")
    (draft,) = world.store.outbox_of_entry(entry.id)
    assert (draft.template, draft.to) == ("elements_manquants", (MEDISOFT,))
    world.later(hours=3)
    world.deliver(MEDISOFT, files=[("NDA.pdf", SIGNED)])
    assert templates(world.once()) == [("accuse_reception", MEDISOFT), ("nda_pour_signature", AES)]
    assert world.queue() == []


def test_a_notice_of_the_portal_is_processed_and_never_answered(tmp_path: Path) -> None:
    world = World(tmp_path, parties='portal_senders = ["no-reply@forms.example"]')
    lines = "\n".join(
        [
            "Une nouvelle demande d'enrôlement a été déposée.",
            "",
            "Type : Personne morale",
            "Dénomination sociale de l'entreprise : Medisoft S.à r.l.",
            "Nom du CEO : Weber",
            "Prénom du CEO : Anne",
            "Matricule : 20142406897",
            "Registre du Commerce et des Sociétés (RCS) : B123456",
            "Numéro de TVA : LU10000356",
            f"IBAN : {IBAN}",
            f"Email de l'Industriel référencé : {MEDISOFT}",
            "Adresse : 12, rue des Tilleuls, L-2510 Luxembourg",
            "Pays d'établissement : Luxembourg",
            "Date : 02/06/2025",
        ]
    )
    headers = {"Auto-Submitted": "auto-generated"}
    world.deliver("no-reply@forms.example", lines, subject="Formulaire 1", headers=headers)
    assert world.once() == []
    (row,) = world.store.dossiers()
    assert row.dossier.email == MEDISOFT
    drafts = [r for e in world.queue() for r in world.store.outbox_of_entry(e.id)]
    assert {to for r in drafts for to in r.to} == {MEDISOFT}
    world.service.close()


def test_an_attestation_of_aes_labels_and_takes_up_what_was_kept(world: World) -> None:
    with world.store.transaction():
        reference = world.service.references.make(1)
        dossier = enrolled(labelling("tests_reussis")).model_copy(update={"reference": reference})
        world.store.new_dossier(dossier, at("2025-06-01 10:00"))
    world.now("2025-09-20 10:00")
    world.deliver(MEDISOFT, files=[("F4.pdf", filled_pdf("formulaire_4", FORMULAIRE_4))])
    assert world.once() == []
    assert world.entry(code="step_out_of_order")
    world.later(days=1)
    text = "Bonjour,\n\nAttestation de labélisation du logiciel MediPraxis, version 4.2, de Medisoft S.à r.l."
    lines = ["Attestation de labélisation", "Logiciel : MediPraxis", "Version : 4.2", "Medisoft S.à r.l."]
    subject = f"Attestation [{reference}]"
    world.deliver(AES, text, [("attestation.pdf", letter(lines))], subject=subject)
    sent = world.once()
    print(
        [(e.codes, e.messages) for e in world.queue()],
        [d.document.kind for d in world.store.documents_of_mail(2)],
    )
    assert templates(sent) == [("raccordement_recu", MEDISOFT)]
    assert world.states() == {"E": "valide", "L1": "labelise", "R1": "a_verifier"}
    assert [e.step for e in world.queue()] == ["R2"]


def test_the_kept_connection_is_taken_up_when_staff_record_the_label(world: World) -> None:
    with world.store.transaction():
        row = world.store.new_dossier(enrolled(labelling("tests_reussis")), at("2025-06-01 10:00"))
    task = Task(case="L1", step="L5", actions=("labelled",), message="label")
    world.now("2025-09-20 10:00")
    with world.store.transaction():
        world.service.recorder.tasks(row, [task], [], About(Cause("test", world.clock.now())))
    stale = FORMULAIRE_4 | {"date_raccordement": ""}
    world.deliver(MEDISOFT, files=[("F4.pdf", filled_pdf("formulaire_4", stale))])
    world.once()
    sent = world.act(world.entry(step="L5"), "labelled")
    assert templates(sent) == [("elements_manquants", MEDISOFT)]
    assert world.states()["R1"] == "ouvert"


def test_a_case_without_papers_stays(world: World) -> None:
    """An imported case that waits for AeS has no NDA here; AeS's copy completes it all the same."""
    waiting = enrolled().with_case(Case(kind="E", number=1, state="chez_aes"))
    with world.store.transaction():
        world.store.new_dossier(waiting, at("2025-06-01 10:00"), name_key="medisoft")
    world.deliver(AES, "Signé.", [("NDA.pdf", BOTH)])
    assert world.once() == []
    assert world.states() == {"E": "contresigne"}
