"""When a mail counts as received, who may have sent it, and what configuration holds back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mailbot.agreement import agreement_by_kind, measured_agreement
from mailbot.announce import announce
from outbox_templates.blanks import blank_bytes
from rules.types import Case, Dossier
from tests.builders import FORMULAIRE_1, MEDISOFT, at, enrolled, labelling
from tests.journeys.scenarios import PARC, f1, f2, f3, f4, nda, note, report
from tests.journeys.test_happy_ways import templates
from tests.journeys.world import Sent, World

OTHER = "info@autre.example"
OURS = "from x by mx.incert.lu (Postfix) with ESMTPS id 1; Tue, 30 Jun 2026 23:59:58 +0200"


def given(world: World, dossier: Dossier, name_key: str = "medisoft") -> str:
    """A dossier with its genuine reference."""
    with world.store.transaction():
        reference = world.service.references.make(world.store.next_number())
        named = dossier.model_copy(update={"reference": reference})
        world.store.new_dossier(named, at("2025-06-01 10:00"), name_key=name_key)
    return reference


def other(*cases: Case) -> Dossier:
    dossier = enrolled(*cases)
    registered = dossier.registered | {
        "denomination_sociale": "Autrelogiciel S.A.",
        "matricule": "20032401237",
        "email": OTHER,
    }
    return dossier.model_copy(update={"registered": registered, "email": OTHER})


# Time


def test_two_times_of_receipt_on_either_side_of_the_deadline_are_a_persons_to_judge(world: World) -> None:
    given(world, enrolled(labelling("acces_configure", version="", version_key="")))
    world.now("2026-07-05 10:00")
    late = at("2026-07-03 08:00")  # the mailbox was migrated: INTERNALDATE is the day of the move
    world.deliver(MEDISOFT, files=[f3(), report()], headers={"Received": OURS}, received=late)
    assert world.once() == []
    entry = world.entry(code="deadline_passed")
    assert [r.template for r in world.store.outbox_of_entry(entry.id)] == ["demande_labelisation_recue"]
    assert templates(world.act(entry, "approve")) == [("demande_labelisation_recue", MEDISOFT)]
    assert world.states()["L1"] == "demande_complete"


def test_a_foreign_received_header_says_nothing(world: World) -> None:
    given(world, enrolled(labelling("acces_configure", version="", version_key="")))
    world.now("2026-07-05 10:00")
    foreign = OURS.replace("mx.incert.lu", "mx.elsewhere.example")
    late = at("2026-07-03 08:00")
    world.deliver(MEDISOFT, files=[f3(), report()], headers={"Received": foreign}, received=late)
    assert world.once() == []
    entry = world.entry(code="deadline_passed")
    assert [r.template for r in world.store.outbox_of_entry(entry.id)] == ["delai_depasse"]


def test_a_request_before_the_day_waits_in_the_queue_until_then(world: World) -> None:
    given(world, enrolled(labelling("acces_configure", version="", version_key="")))
    world.now("2025-05-10 09:00")
    world.deliver(MEDISOFT, files=[f3(), report()])
    (answer,) = world.once()
    assert "15 mai 2025" in answer.words
    assert [(e.step, e.state, str(e.until)) for e in world.queue()] == [("L4", "postponed", "2025-05-15")]


def test_places_in_the_labelling_queue(world: World) -> None:
    access = labelling("acces_configure", version="", version_key="")
    given(world, enrolled(access))
    given(world, other(access), "autrelogiciel")
    world.now("2025-09-01 10:00")
    world.deliver(MEDISOFT, files=[f3(), report()])
    (first,) = world.once()
    assert "1re position" in first.words
    world.later(hours=1)
    theirs: dict[str, Any] = {
        "denomination": "Autrelogiciel S.A.",
        "matricule": "20032401237",
        "email": OTHER,
    }
    world.deliver(OTHER, files=[f3(**theirs), report()])
    (second,) = world.once()
    assert "2e position" in second.words
    world.later(hours=1)
    world.act(world.queue()[0], "complement", note="Le journal manque.")
    world.later(hours=1)
    world.deliver(MEDISOFT, "Voici le journal.", [("journal_tests.txt", b"journal des tests PID v2\n")])
    (moved,) = world.once()
    assert "2e position" in moved.words
    assert [e.industriel for e in world.queue()] == ["Autrelogiciel S.A.", "Medisoft S.à r.l."]


# Identity


def test_the_reference_of_another_dossier_goes_to_a_person(world: World) -> None:
    given(world, enrolled())
    reference = given(world, other(), "autrelogiciel")
    world.deliver(MEDISOFT, files=[f2()], subject=f"[{reference}] Formulaire 2")
    assert world.once() == []
    assert world.codes() == [("sender_not_registered",)]


def test_a_registered_address_with_another_industriels_forms_goes_to_a_person(world: World) -> None:
    given(world, enrolled())
    given(world, other(), "autrelogiciel")
    theirs: dict[str, Any] = {
        "denomination": "Autrelogiciel S.A.",
        "matricule": "20032401237",
        "email": OTHER,
    }
    world.deliver(MEDISOFT, files=[f2(True, matricule_mysecu="20032401237", **theirs)])
    assert world.once() == []
    assert "sender_not_registered" in world.codes()[0]
    assert all(row.dossier.case("L") is None for row in world.store.dossiers())


def test_one_address_of_two_industriels_asks_and_learns_nothing_of_either(world: World) -> None:
    given(world, enrolled(labelling("acces_configure")))
    given(world, other().model_copy(update={"contacts": (MEDISOFT,)}), "autrelogiciel")
    world.deliver(MEDISOFT, "Bonjour,\n\nOù en est notre dossier ?", subject="Question")
    (answer,) = world.once()
    assert answer.template == "orientation_contact"
    for row in world.store.dossiers():
        assert row.dossier.reference not in f"{answer.subject} {answer.text}"


def test_one_address_of_two_industriels_is_told_apart_by_the_forms(world: World) -> None:
    given(world, enrolled())
    given(world, other().model_copy(update={"contacts": (MEDISOFT,)}), "autrelogiciel")
    world.deliver(MEDISOFT, files=[f2()])
    assert templates(world.once()) == [("accuse_reception", MEDISOFT)]


@pytest.mark.parametrize(
    ("result", "sent"),
    [("dmarc=pass header.from=medisoft.example", True), ("dmarc=fail", False), ("", False)],
)
def test_an_unauthenticated_sender_waits_where_that_is_required(
    tmp_path: Path, result: str, sent: bool
) -> None:
    world = World(tmp_path, extra='[trust]\nauthserv_id = "mx.incert.lu"\nrequire_authentication = true\n')
    given(world, enrolled())
    headers = {"Authentication-Results": f"mx.incert.lu; {result}"} if result else {}
    world.deliver(MEDISOFT, files=[f2()], headers=headers)
    assert bool(world.once()) == sent
    assert ("sender_authentication_failed" in {c for codes in world.codes() for c in codes}) != sent
    world.service.close()


def test_a_domain_that_used_to_be_vouched_for_is_doubted_when_nobody_does(tmp_path: Path) -> None:
    world = World(tmp_path, extra='[trust]\nauthserv_id = "mx.incert.lu"\n')

    def asks(sender: str, verdict: str = "") -> list[Sent]:
        headers = {"Authentication-Results": f"mx.incert.lu; {verdict}"} if verdict else {}
        world.later(hours=1)
        text = f"Bonjour, comment s'inscrire au dispositif ? {world.clock.now()}"
        world.deliver(sender, text, subject="Question", headers=headers)
        return world.once()

    assert len(asks("a@petit.example")) == 1  # its domain never was: nobody expects more of it
    assert len(asks("a@petit.example")) == 1
    assert len(asks("a@grand.example", "dmarc=pass header.from=grand.example")) == 1
    assert asks("b@grand.example") == []
    assert "sender_authentication_failed" in world.queue()[-1].codes
    assert len(asks("b@grand.example", "dmarc=pass header.from=grand.example")) == 1
    assert len(asks("a@petit.example")) == 1


def test_another_formulaire_1_does_not_take_over_an_open_dossier(world: World) -> None:
    world.deliver(MEDISOFT, files=[f1()])
    world.once()
    world.later(hours=1)
    world.deliver("evil@else.example", files=[f1(email="evil@else.example"), nda()])
    assert world.once() == []
    assert world.store.dossiers()[0].dossier.email == MEDISOFT


def test_a_change_asked_for_from_an_unknown_address_waits(world: World) -> None:
    reference = given(world, enrolled())
    text = "Bonjour,\n\nnotre nouvelle adresse e-mail est neu@medisoft.example.\n\nCordialement"
    world.deliver("neu@medisoft.example", text, subject=f"[{reference}] Changement d'adresse")
    assert world.once() == []
    assert set(world.codes()[0]) == {"sender_not_registered", "data_change_request"}
    sent = world.act(world.queue()[0], "approve")
    assert [(m.template, m.to) for m in sent] == [
        ("changement_donnees_recu", (MEDISOFT, "neu@medisoft.example"))
    ]


# Uniqueness


def test_the_client_of_another_industriel_is_a_doubt_and_stays_unnamed(world: World) -> None:
    given(world, enrolled(labelling("labelise")))
    given(world, other(labelling("labelise")), "autrelogiciel")
    world.now("2025-09-20 10:00")
    world.deliver(MEDISOFT, files=[f4()])
    world.once()
    world.later(days=1)
    theirs: dict[str, Any] = {"denomination": "Autrelogiciel S.A.", "matricule": "20032401237"}
    world.deliver(OTHER, files=[f4(**theirs)])
    assert world.once() == []
    entry = world.entry(code="duplicate_request")
    assert world.store.dossiers()[0].dossier.reference in entry.messages[0]
    (draft,) = world.store.outbox_of_entry(entry.id)
    assert "Medisoft" not in draft.text
    assert world.store.dossiers()[0].dossier.reference not in draft.text


def test_the_same_delivery_note_with_a_new_date_for_another_product_is_a_duplicate(world: World) -> None:
    second = labelling("labelise", number=2, product="DentaPraxis", product_key="dentapraxis")
    given(world, enrolled(labelling("labelise"), second))
    world.now("2025-09-20 10:00")
    world.deliver(MEDISOFT, files=[f4(**PARC), note("client")])
    assert templates(world.once()) == [("raccordement_recu", MEDISOFT)]
    world.later(days=1)
    again = note("client", date_livraison="2025-10-01")
    world.deliver(MEDISOFT, files=[f4(**PARC, nom_logiciel="DentaPraxis"), again])
    assert world.once() == []
    entry = world.entry(code="duplicate_request")
    assert "/R1" in entry.messages[0]
    world.act(entry, "dismiss", note="Déjà payé.")
    assert world.states()["R2"] == "clos"


# Modes


@pytest.mark.parametrize("mode", ["approve", "shadow"])
def test_what_is_not_auto_waits_and_agreement_is_measured(tmp_path: Path, mode: str) -> None:
    world = World(tmp_path, automation=f'mode = "{mode}"')
    given(world, enrolled())
    world.deliver(MEDISOFT, files=[f2(signed=False)])
    assert world.once() == []
    assert world.codes() == [("approval_needed",)]
    world.act(world.queue()[0], "approve")
    world.later(days=1)
    world.deliver(MEDISOFT, files=[f2(signed=False, ehealth_id="")])
    assert world.once() == []
    world.act(world.entry(code="approval_needed"), "dismiss", note="Par téléphone.")
    assert measured_agreement(world.store) == {"elements_manquants": {"agreed": 1, "of": 2}}
    assert agreement_by_kind(world.store) == {"formulaire_2": {"agreed": 1, "of": 2}}
    world.service.close()


def test_the_blank_leaves_in_the_configured_format(tmp_path: Path) -> None:
    world = World(tmp_path, automation='blank_format = "docx"')
    world.deliver(MEDISOFT, files=[f1()])
    (asked,) = world.once()
    assert asked.attachments == ["nda.docx"]
    (blank,) = asked.message.iter_attachments()
    assert blank.get_content() == blank_bytes("nda", "docx")
    world.service.close()


def test_one_kind_of_document_may_wait_while_the_rest_leaves(tmp_path: Path) -> None:
    world = World(tmp_path, automation='[automation.kinds]\nformulaire_2 = "approve"')
    given(world, enrolled(labelling("labelise")))
    world.now("2025-09-20 10:00")
    world.deliver(MEDISOFT, files=[f2(nom_logiciel="DentaPraxis")])
    assert world.once() == []
    assert ("approval_needed",) in world.codes()
    world.deliver(MEDISOFT, files=[f4()])
    assert templates(world.once()) == [("raccordement_recu", MEDISOFT)]
    world.service.close()


def test_access_details_are_forgotten_once_they_left(world: World) -> None:
    given(world, enrolled())
    world.deliver(MEDISOFT, files=[f2()])
    world.once()
    (sent,) = world.act(world.entry(step="L2"), "access-configured", note="https://t.example mot-de-passe-7")
    assert "mot-de-passe-7" in sent.text
    rows = world.store.outbox_of_dossier(world.store.dossiers()[0].id)
    assert "mot-de-passe-7" not in repr([(r.text, r.html, r.letter) for r in rows])
    assert "mot-de-passe-7" not in repr(world.store.history())


def test_what_was_right_is_not_asked_for_again(world: World) -> None:
    world.deliver(MEDISOFT, files=[f1(iban="", rcs=""), nda()])
    (asked,) = world.once()
    assert asked.template == "elements_manquants"
    world.later(hours=2)
    keep = {"type_personne", "denomination_sociale", "email", "iban", "rcs"}
    partial = f1(**{name: "" for name in FORMULAIRE_1 if name not in keep})
    world.deliver(MEDISOFT, files=[partial], answers=asked)
    assert [m.template for m in world.once()] == ["accuse_reception", "nda_pour_signature"]


# What one mail may hold, and what follows it


def test_a_delivery_note_may_come_before_its_formulaire_4(world: World) -> None:
    given(world, enrolled(labelling("labelise")))
    world.now("2025-09-20 10:00")
    world.deliver(MEDISOFT, files=[note("client")])
    (asked,) = world.once()
    assert (asked.template, asked.attachments) == ("elements_manquants", ["formulaire_4.pdf"])
    world.later(hours=1)
    world.deliver(MEDISOFT, files=[f4(**PARC)], answers=asked)
    assert templates(world.once()) == [("raccordement_recu", MEDISOFT)]


def test_two_connections_in_one_mail_are_two_cases_and_one_answer(world: World) -> None:
    given(world, enrolled(labelling("labelise")))
    world.now("2025-09-20 10:00")
    other_doctor = f4(nom_client="Dr Anne Roy", code_prestataire_client="111111-11")
    world.deliver(MEDISOFT, files=[f4(), ("F4 Roy.pdf", other_doctor[1])])
    (answer,) = world.once()
    assert templates([answer]) == [("raccordement_recu", MEDISOFT)]
    assert "Dr Anne Roy" in answer.text
    assert "Dr Paul Kayser" in answer.text
    assert world.states() == {"E": "valide", "L1": "labelise", "R1": "a_verifier", "R2": "a_verifier"}


def test_more_workstations_at_the_same_client_are_a_doubt(world: World) -> None:
    given(world, enrolled(labelling("labelise")))
    world.now("2025-09-20 10:00")
    world.deliver(MEDISOFT, files=[f4(**PARC), note("client")])
    world.once()
    world.later(days=5)
    world.deliver(MEDISOFT, files=[f4(**PARC | {"nombre_postes": 8}), note("client", nombre_postes=8)])
    assert world.once() == []
    assert "6 alors, 8 maintenant" in world.entry(code="duplicate_request").messages[0]


def test_forms_of_two_industriels_in_one_mail_go_to_a_person(world: World) -> None:
    second = f1(matricule="20032401237", denomination_sociale="Autre S.A.", email="x@autre.example")
    world.deliver(MEDISOFT, files=[f1(), ("autre.pdf", second[1]), nda()])
    assert world.once() == []
    assert world.codes() == [("data_mismatch",)]


def test_changed_requirements_are_announced_once_and_the_label_is_renewed(world: World) -> None:
    given(world, enrolled(labelling("labelise", labelled_at="2025-09-01T10:00:00+02:00")))
    own = world.folder / "new" / world.store.dossiers()[0].dossier.reference
    own.mkdir(parents=True)
    (own / "schema.pdf").write_bytes(b"%PDF-1.4 own")
    world.now("2026-01-10 10:00")
    announce(world.service, "Nouvelle version du schéma.", world.folder / "new")
    (told,) = world.send()
    assert (told.template, told.to, told.attachments) == (
        "mise_a_jour_exigences",
        (MEDISOFT,),
        ["schema.pdf"],
    )
    announce(world.service, "Nouvelle version du schéma.", world.folder / "new")
    assert world.send() == []
    assert world.states()["L1"] == "a_renouveler"
    world.later(days=3)
    world.deliver(MEDISOFT, files=[f3(), report()])
    assert templates(world.once()) == [("demande_labelisation_recue", MEDISOFT)]
    world.later(days=3)
    world.deliver(MEDISOFT, files=[f4()])  # the label is kept while it is renewed
    assert templates(world.once()) == [("raccordement_recu", MEDISOFT)]
    announce(world.service, "Encore une nouvelle version.", world.folder / "new")
    assert templates(world.send()) == [("mise_a_jour_exigences", MEDISOFT)]
    assert world.states()["L1"] == "a_renouveler"  # its tests were for requirements that no longer hold
    assert [e.step for e in world.queue()] == ["R2"]


def test_two_products_go_their_ways_in_parallel(world: World) -> None:
    given(world, enrolled())
    for product in ("Alpha", "Beta"):
        world.deliver(MEDISOFT, files=[f2(nom_logiciel=product)])
        world.once()
        world.later(days=1)
    for entry in world.queue():
        world.act(entry, "access-configured", note="accès")
    for product, version in (("Beta", "1.0"), ("Alpha", "2.0")):
        own_report = (f"rapport_{product}.txt", f"Rapport de test de {product}\nreussi\n".encode())
        world.deliver(MEDISOFT, files=[f3(nom_logiciel=product, version_logiciel=version), own_report])
        world.once()
        world.later(days=1)
    assert [e.case for e in world.queue()] == ["L2", "L1"]
    assert world.states() == {"E": "valide", "L1": "demande_complete", "L2": "demande_complete"}


def test_a_mail_that_is_read_anew_is_not_told_the_same_again(world: World) -> None:
    world.deliver("qui@example.org", text="Bonjour,\n\nQui signe le NDA ?\n\nMerci")
    assert templates(world.once()) == [("orientation_contact", "qui@example.org")]
    assert world.act(world.entry(code="question"), "reprocess") == []
    assert world.once() == []
    assert world.codes() == [("question",)], "the entry stands anew"
