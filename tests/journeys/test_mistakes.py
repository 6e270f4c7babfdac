"""What goes wrong in real life, and what follows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailbot.demo.filling import filled_pdf
from mailbot.errors import ActionRefused, ValueInvalid
from mailbot.review import Request
from mailbot.rows import EntryRow
from outbox_templates.blanks import blank_bytes
from tests.builders import AES, FORMULAIRE_1, FORMULAIRE_2, MEDISOFT, NDA, at, labelling
from tests.journeys.test_happy_ways import enrol, templates
from tests.journeys.world import MAILBOX, World

FORM_1 = ("F1.pdf", filled_pdf("formulaire_1", FORMULAIRE_1))
SIGNED_NDA = ("NDA.pdf", filled_pdf("nda", NDA, signed_by=("industriel",)))


def test_two_mails_minutes_apart_get_one_answer(
    world: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    settling = World(tmp_path_factory.mktemp("settling"), settle=10)
    settling.deliver(MEDISOFT, files=[FORM_1])
    assert settling.once() == []
    settling.later(minutes=4)
    settling.deliver(MEDISOFT, files=[SIGNED_NDA])
    assert settling.once() == []
    settling.later(minutes=11)
    assert templates(settling.once()) == [("accuse_reception", MEDISOFT), ("nda_pour_signature", AES)]
    assert settling.once() == []
    settling.service.close()


def test_a_missing_signature_is_asked_for_and_its_coming_completes(world: World) -> None:
    world.deliver(MEDISOFT, files=[FORM_1, ("NDA.pdf", filled_pdf("nda", NDA))])
    (asked,) = world.once()
    assert asked.template == "elements_manquants"
    world.deliver(MEDISOFT, files=[SIGNED_NDA], answers=asked)
    assert templates(world.once()) == [("accuse_reception", MEDISOFT), ("nda_pour_signature", AES)]


def test_the_same_content_under_a_new_message_id_is_recorded(world: World) -> None:
    world.deliver(MEDISOFT, files=[FORM_1])
    assert len(world.once()) == 1
    world.later(hours=1)
    world.deliver(MEDISOFT, files=[FORM_1])
    assert world.once() == []
    assert world.queue() == []


def test_an_out_of_office_reply_is_ignored(world: World) -> None:
    world.deliver(MEDISOFT, files=[FORM_1])
    (asked,) = world.once()
    world.deliver(MEDISOFT, "Je suis absent.", answers=asked, headers={"Auto-Submitted": "auto-replied"})
    assert world.once() == []
    assert world.queue() == []


def test_our_own_mails_are_never_answered(world: World) -> None:
    world.deliver(MAILBOX, "Une question ?")
    assert world.once() == []
    assert world.queue() == []


def test_a_question_gets_a_contact_and_stands_in_the_queue(world: World) -> None:
    world.deliver("qui@example.org", "Bonjour, comment s'inscrire au dispositif ?", subject="Question")
    assert templates(world.once()) == [("orientation_contact", "qui@example.org")]
    assert world.codes() == [("question",)]


def test_our_blank_sent_back_with_a_question_is_no_request(world: World) -> None:
    enrol(world)
    blank = ("formulaire_2.pdf", blank_bytes("formulaire_2"))
    world.deliver(MEDISOFT, "Bonjour, que faut-il écrire sous « eHealth ID » ?", [blank], subject="Question")
    assert templates(world.once()) == [("orientation_contact", MEDISOFT)]


def test_our_blank_sent_as_if_it_were_filled_in_is_told(world: World) -> None:
    """Many PDF viewers send the file as it was before somebody typed into it."""
    enrol(world)
    blank = ("formulaire_2.pdf", blank_bytes("formulaire_2"))
    world.deliver(MEDISOFT, "Bonjour,\n\nVoici le formulaire 2 complété et signé.", [blank])
    (answer,) = world.once()
    assert templates([answer]) == [("elements_manquants", MEDISOFT)]
    assert "le rouvrir pour vérifier" in " ".join(answer.text.split())


def test_a_stranger_s_blank_is_not_lost_unseen(world: World) -> None:
    world.deliver("qui@example.org", "", [("formulaire_1.pdf", blank_bytes("formulaire_1"))])
    assert world.once() == []
    assert "unknown_sender" in world.codes()[0]


def test_a_copy_of_what_is_accepted_does_not_close_what_a_person_has_to_look_at(world: World) -> None:
    enrol(world)
    for values in (FORMULAIRE_2, FORMULAIRE_2 | {"ehealth_id": "9999999999"}):
        world.deliver(
            MEDISOFT, files=[("F2.pdf", filled_pdf("formulaire_2", values, signed_by=("industriel",)))]
        )
        world.once()
    assert ("duplicate_request",) in world.codes()
    again = filled_pdf(
        "formulaire_2", FORMULAIRE_2 | {"date_signature": "2025-06-11"}, signed_by=("industriel",)
    )
    world.deliver(MEDISOFT, "Le formulaire 2, encore une fois.", [("F2.pdf", again)])
    assert world.once() == []
    assert ("duplicate_request",) in world.codes()


def test_another_sender_is_held_and_a_registered_contact_lets_it_through(world: World) -> None:
    enrol(world)
    form = filled_pdf("formulaire_2", FORMULAIRE_2, signed_by=("industriel",))
    world.deliver("stagiaire@elsewhere.example", files=[("F2.pdf", form)])
    assert world.once() == []
    entry = world.entry(code="sender_not_registered")
    assert templates(world.act(entry, "approve")) == [("accuse_reception", MEDISOFT)]
    assert world.states() == {"E": "valide", "L1": "acces_a_configurer"}
    assert world.entry(step="L2").actions[:2] == ("access-configured", "access-refused")


def test_a_correction_decides_again(world: World) -> None:
    other = filled_pdf("nda", NDA | {"denomination": "Medisoft S.A."}, signed_by=("industriel",))
    world.deliver(MEDISOFT, files=[FORM_1, ("NDA.pdf", other)])
    assert world.once() == []
    entry = world.entry(code="name_mismatch")
    sent = world.act(entry, "correct", set={"nda.denomination": "Medisoft S.à r.l."})
    assert templates(sent) == [("accuse_reception", MEDISOFT), ("nda_pour_signature", AES)]
    assert world.queue() == []


def test_a_corrected_value_that_fails_its_check_is_refused_unless_the_document_says_so(world: World) -> None:
    other = filled_pdf("nda", NDA | {"denomination": "Medisoft S.A."}, signed_by=("industriel",))
    world.deliver(MEDISOFT, files=[FORM_1, ("NDA.pdf", other)])
    world.once()
    entry = world.entry(code="name_mismatch")
    given = {"nda.denomination": "Medisoft S.à r.l.", "formulaire_1.iban": "LU280019400644750001"}
    with pytest.raises(ValueInvalid, match="--as-written"):
        world.act(entry, "correct", set=given)
    assert world.entry(code="name_mismatch") == entry
    (asked,) = world.act(entry, "correct", set=given, as_written=True)
    assert (asked.template, asked.to) == ("elements_manquants", (MEDISOFT,))
    assert "IBAN" in asked.text
    assert world.queue() == []  # what a person said is no doubt any more


def test_approving_a_mismatch_sends_the_draft_and_waits(world: World) -> None:
    other = filled_pdf("nda", NDA | {"denomination": "Medisoft S.A."}, signed_by=("industriel",))
    world.deliver(MEDISOFT, files=[FORM_1, ("NDA.pdf", other)])
    world.once()
    sent = world.act(world.entry(code="name_mismatch"), "approve")
    assert templates(sent) == [("elements_manquants", MEDISOFT)]
    assert world.states() == {"E": "ouvert"}
    world.later(days=1)
    world.deliver(MEDISOFT, files=[SIGNED_NDA], answers=sent[0])
    assert templates(world.once()) == [("accuse_reception", MEDISOFT), ("nda_pour_signature", AES)]


def test_a_newer_mail_supersedes_an_old_draft(world: World) -> None:
    other = filled_pdf("nda", NDA | {"denomination": "Medisoft S.A."}, signed_by=("industriel",))
    world.deliver(MEDISOFT, files=[FORM_1, ("NDA.pdf", other)])
    world.once()
    world.later(hours=2)
    world.deliver(MEDISOFT, files=[SIGNED_NDA])
    assert templates(world.once()) == [("accuse_reception", MEDISOFT), ("nda_pour_signature", AES)]
    assert world.queue() == []


def test_confidential_mail_needs_valid_enrolment_and_documentation(world: World) -> None:
    enrol_until_signed(world)
    task = world.entry(step="E4")
    with pytest.raises(ActionRefused, match="documentation technique"):
        world.act(task, "enrolment-valid")
    assert world.act(task, "enrolment-valid", set={"party": "incert"}) == []
    folder = world.folder / "technique" / world.store.dossiers()[0].dossier.reference
    folder.mkdir(parents=True)
    (folder / "integration.pdf").write_bytes(b"%PDF-1.4 own")
    (sent,) = world.act(task, "enrolment-valid", set={"party": "aes"})
    assert sent.attachments == ["NDA.pdf", "formulaire_2.pdf", "integration.pdf"]


def enrol_until_signed(world: World) -> None:
    from mailbot.demo.filling import signed_too

    world.deliver(MEDISOFT, files=[FORM_1, SIGNED_NDA])
    _, to_aes = world.once()
    world.deliver(AES, "Signé.", [("NDA.pdf", signed_too(SIGNED_NDA[1], "aes"))], answers=to_aes)
    world.once()


def test_the_mail_of_a_valid_enrolment_is_held_until_may_2025(world: World) -> None:
    world.now("2025-04-10 10:00")
    enrol_until_signed(world)
    files = (("doc.pdf", b"%PDF-1.4 own"),)
    assert world.act(world.entry(step="E4"), "enrolment-valid", files=files) == []
    world.now("2025-04-30 23:59:59")
    assert world.once() == []
    world.now("2025-05-01 00:00:00")
    assert templates(world.once()) == [("enrolement_valide", MEDISOFT)]


def test_an_early_form_is_kept_and_taken_up_when_its_turn_comes(world: World) -> None:
    enrol_until_signed(world)
    form = filled_pdf("formulaire_2", FORMULAIRE_2, signed_by=("industriel",))
    world.deliver(MEDISOFT, files=[("F2.pdf", form)])
    assert world.once() == []
    assert world.entry(code="step_out_of_order")
    files = (("doc.pdf", b"%PDF-1.4 own"),)
    sent = world.act(world.entry(step="E4"), "enrolment-valid", files=files)
    assert templates(sent) == [("enrolement_valide", MEDISOFT), ("accuse_reception", MEDISOFT)]
    assert world.states()["L1"] == "acces_a_configurer"


def test_an_action_that_is_not_offered_changes_nothing(world: World) -> None:
    world.deliver("qui@example.org", "Comment faire ?")
    world.once()
    with pytest.raises(ActionRefused, match="does not offer"):
        world.act(world.entry(code="question"), "enrolment-valid")


def test_a_change_of_iban_is_a_task_and_the_decision_is_told(world: World) -> None:
    enrol(world)
    world.deliver(
        MEDISOFT, "Bonjour,\n\nnous changeons de banque. Notre nouvel IBAN est DE89 3704 0044 0532 0130 00."
    )
    assert templates(world.once()) == [("changement_donnees_recu", MEDISOFT)]
    task = world.entry(code="data_change_request")
    assert task.facts["new"] == {"iban": "DE89370400440532013000"}
    assert templates(world.act(task, "change-accepted")) == [("changement_donnees_decide", MEDISOFT)]
    assert world.store.dossiers()[0].dossier.registered["iban"] == "DE89370400440532013000"


def test_no_more_than_five_answers_a_day_to_one_address(world: World) -> None:
    for n in range(7):
        world.deliver("robot@example.org", f"Question numéro {n} : comment faire ?")
        world.once()
    sent = world.mailer.handed_over
    assert len(sent) == 5
    assert sum("loop_suspected" in codes for codes in world.codes()) == 2


def test_late_mail_waits_for_a_person_who_may_overrule(world: World) -> None:
    enrol(world)
    form = filled_pdf("formulaire_2", FORMULAIRE_2, signed_by=("industriel",))
    world.deliver(MEDISOFT, files=[("F2.pdf", form)])
    world.once()
    world.act(world.entry(step="L2"), "access-configured", note="accès")
    world.clock.set(at("2026-07-02 09:00"))
    from tests.builders import FORMULAIRE_3
    from tests.journeys.test_happy_ways import PROOF

    files = [("F3.pdf", filled_pdf("formulaire_3", FORMULAIRE_3)), ("rapport_tests.txt", PROOF)]
    world.deliver(MEDISOFT, files=files, received=at("2026-07-01 00:00:00"))
    assert world.once() == []
    late = world.entry(code="deadline_passed")
    assert [r.template for r in world.store.outbox_of_entry(late.id)] == ["delai_depasse"]
    assert templates(world.act(late, "deadline-overruled")) == [("demande_labelisation_recue", MEDISOFT)]


def test_a_change_of_address_is_told_to_the_old_and_the_new_one(world: World) -> None:
    enrol(world)
    new = "bureau@medisoft.example"
    world.deliver(MEDISOFT, f"Notre adresse e-mail change. Nouvelle adresse : {new}.", subject="Changement")
    (acknowledged,) = world.once()
    assert (acknowledged.template, set(acknowledged.to)) == ("changement_donnees_recu", {MEDISOFT, new})
    (decided,) = world.act(world.entry(code="data_change_request"), "change-accepted")
    assert (decided.template, set(decided.to)) == ("changement_donnees_decide", {MEDISOFT, new})
    assert world.store.dossiers()[0].dossier.email == new
    assert world.queue() == []


def test_a_decision_after_incerts_own_deadline_is_made_and_said(world: World) -> None:
    enrol(world)
    (row,) = world.store.dossiers()
    passed = labelling("tests_reussis")
    world.store.save_dossier(replace(row, dossier=row.dossier.with_case(passed)))
    task = EntryRow(
        id=0,
        codes=("manual_task",),
        messages=("Tests réussis",),
        state="open",
        created_at=world.clock.now(),
        received_at=world.clock.now(),
        dossier_id=row.id,
        case="L1",
        step="L5",
        actions=("labelled",),
    )
    entry = world.store.open_entry(task)
    world.now("2026-09-30 23:59:59")
    assert world.service.review.offered(entry) == ("labelled",)
    world.now("2026-10-01 00:00:00")
    done = world.service.review.act(entry.id, Request(action="labelled"))
    assert "délai" in done.attention
    assert world.states()["L1"] == "labelise"


def test_a_dossier_opened_by_an_nda_is_called_by_it_and_merged_by_its_dossiers_name(world: World) -> None:
    enrol(world)
    stray = NDA | {"denomination": "Medisoft Sàrl, Luxembourg", "matricule": "20032401237"}
    nda = filled_pdf("nda", stray, signed_by=("industriel",))
    world.deliver("assistante@elsewhere.example", files=[("NDA.pdf", nda)])
    world.once()
    entry = world.queue()[-1]
    assert entry.industriel == "Medisoft Sàrl, Luxembourg"
    reference = world.store.dossiers()[0].dossier.reference
    world.act(entry, "merge", dossier=reference)
    assert {e.industriel for e in world.queue()} == {"Medisoft S.à r.l."}
