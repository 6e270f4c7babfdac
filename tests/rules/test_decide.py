"""The decision, told step by step as process.md tells it."""

from __future__ import annotations

from datetime import date

import pytest

from parsers.types import FieldValue
from rules.decide import decide
from rules.types import Case, Decision, Dossier
from tests.builders import (
    AES,
    FORMULAIRE_4,
    MEDISOFT,
    at,
    bon,
    document,
    enrolled,
    formulaire_1,
    formulaire_2,
    formulaire_3,
    formulaire_4,
    labelling,
    nda,
    participant,
    policy,
    proof,
    signed,
    submission,
)

NEW = Dossier(reference="SONS2-000123-K7QF")
POLICY = policy()


def sent(decision: Decision) -> list[tuple[str, str]]:
    """Template and address of what leaves by itself."""
    return [] if decision.held else [(m.template, m.address) for m in decision.mails]


def drafts(decision: Decision) -> list[str]:
    return [m.template for m in decision.mails] if decision.held else []


def codes(decision: Decision) -> list[str]:
    return [code for code, _ in decision.exceptions]


def items(decision: Decision) -> list[tuple[str, str | None, str | None]]:
    return [(i.rule, i.document, i.field) for m in decision.mails for i in m.letter.items]


def state(decision: Decision, name: str) -> str:
    assert decision.dossier is not None
    return next(c.state for c in decision.dossier.cases if c.name == name)


# Enrolment


def test_formulaire_1_and_nda_complete_go_to_aes_and_are_acknowledged() -> None:
    decision = decide(NEW, submission(formulaire_1(), nda()), POLICY)
    assert sent(decision) == [("accuse_reception", MEDISOFT), ("nda_pour_signature", AES)]
    assert codes(decision) == []
    assert state(decision, "E") == "chez_aes"


def test_formulaire_1_alone_asks_only_for_the_nda_with_its_blank() -> None:
    decision = decide(NEW, submission(formulaire_1()), POLICY)
    assert sent(decision) == [("elements_manquants", MEDISOFT)]
    assert items(decision) == [("document_missing", "nda", None)]
    assert [a.ref for a in decision.mails[0].attachments] == ["blank:nda:pdf"]
    assert decision.mails[0].letter.settled == ("formulaire_1",)


def test_the_nda_that_follows_completes_the_enrolment() -> None:
    first = decide(NEW, submission(formulaire_1()), POLICY)
    second = decide(first.dossier, submission(nda(), mail_id=2), POLICY)
    assert sent(second) == [("accuse_reception", MEDISOFT), ("nda_pour_signature", AES)]


def test_an_nda_that_comes_first_waits_for_a_person_because_no_address_is_known() -> None:
    decision = decide(NEW, submission(nda()), POLICY)
    assert drafts(decision) == ["elements_manquants"]
    assert codes(decision) == ["approval_needed"]
    after = decide(decision.dossier, submission(formulaire_1(), mail_id=2), POLICY)
    assert sent(after) == [("accuse_reception", MEDISOFT), ("nda_pour_signature", AES)]


def test_everything_that_is_missing_is_listed_at_once() -> None:
    decision = decide(
        NEW,
        submission(formulaire_1(iban=None, rcs=None, matricule="20142406892"), nda(signed("absent"))),
        POLICY,
    )
    assert sent(decision) == [("elements_manquants", MEDISOFT)]
    assert items(decision) == [
        ("identifier_invalid", "formulaire_1", "matricule"),
        ("field_missing", "formulaire_1", "rcs"),
        ("field_missing", "formulaire_1", "iban"),
        ("signature_missing", "nda", None),
    ]


def test_a_foreign_company_needs_no_rcs() -> None:
    decision = decide(
        NEW, submission(formulaire_1(rcs=None, pays="DE", numero_tva="DE136695976"), nda()), POLICY
    )
    assert ("field_missing", "formulaire_1", "rcs") not in items(decision)


def test_the_number_of_a_foreign_register_is_taken_as_printed() -> None:
    belgian = {"rcs": "0782.115.354", "pays": "BE", "numero_tva": "BE0782115354"}
    assert items(decide(NEW, submission(formulaire_1(**belgian), nda()), POLICY)) == []
    odd = decide(NEW, submission(formulaire_1(rcs="0782.115.354"), nda()), POLICY)
    assert ("identifier_invalid", "formulaire_1", "rcs") in items(odd)


def test_another_legal_form_on_the_nda_is_held() -> None:
    decision = decide(NEW, submission(formulaire_1(), nda(denomination="Medisoft S.A.")), POLICY)
    assert drafts(decision) == ["elements_manquants"]
    assert codes(decision) == ["name_mismatch"]
    assert state(decision, "E") == "ouvert"


def test_an_industriel_outside_the_eea_is_held() -> None:
    decision = decide(NEW, submission(formulaire_1(pays="CH"), nda()), POLICY)
    assert codes(decision) == ["not_in_eea"]


def test_a_doubtful_value_is_held_with_the_answer_that_would_follow() -> None:
    unsure = document("formulaire_1", {**formulaire_1_values()}, low=("iban",))
    decision = decide(NEW, submission(unsure, nda()), POLICY)
    assert drafts(decision) == ["accuse_reception", "nda_pour_signature"]
    assert codes(decision) == ["low_confidence"]


def formulaire_1_values() -> dict[str, object]:
    return {k: v.value for k, v in formulaire_1().fields.items()}


def test_formulaire_1_from_aes_is_a_draft_to_the_industriel() -> None:
    decision = decide(NEW, submission(formulaire_1(), sender=AES, party="aes"), POLICY)
    assert drafts(decision) == ["elements_manquants"]
    assert decision.mails[0].address == MEDISOFT
    assert codes(decision) == ["approval_needed"]


def test_a_writer_who_is_not_the_address_of_formulaire_1_is_held() -> None:
    decision = decide(NEW, submission(formulaire_1(), nda(), sender="other@firm.example"), POLICY)
    assert codes(decision) == ["sender_not_registered"]
    assert {m.address for m in decision.mails} == {MEDISOFT, AES}


def test_the_third_incomplete_round_also_calls_a_person() -> None:
    dossier: Dossier | None = NEW
    for round_ in (1, 2):
        decision = decide(dossier, submission(formulaire_1(iban=None), mail_id=round_), POLICY)
        assert codes(decision) == []
        dossier = decision.dossier
    third = decide(dossier, submission(formulaire_1(iban=None), mail_id=3), POLICY)
    assert sent(third) == [("elements_manquants", MEDISOFT)]
    assert codes(third) == ["still_incomplete"]


def test_aes_returns_the_nda_and_staff_are_asked() -> None:
    complete = decide(NEW, submission(formulaire_1(), nda()), POLICY)
    both = nda(
        signed("handwritten", kind="image").model_copy(
            update={"signers": (*signed("handwritten").signers, *signed("handwritten", role="aes").signers)}
        )
    )
    back = decide(complete.dossier, submission(both, sender=AES, party="aes", mail_id=2), POLICY)
    assert state(back, "E") == "contresigne"
    assert [(t.step, t.actions) for t in back.tasks] == [("E4", ("enrolment-valid", "enrolment-refused"))]
    assert back.mails == ()


# Labelling


def test_formulaire_2_complete_is_acknowledged_and_staff_configure_access() -> None:
    decision = decide(enrolled(), submission(formulaire_2()), POLICY)
    assert sent(decision) == [("accuse_reception", MEDISOFT)]
    assert [(t.case, t.step) for t in decision.tasks] == [("L1", "L2")]
    assert state(decision, "L1") == "acces_a_configurer"


def test_formulaire_2_before_the_enrolment_is_valid_is_kept_and_held() -> None:
    first = decide(NEW, submission(formulaire_1(), nda()), POLICY)
    early = decide(first.dossier, submission(formulaire_2(), mail_id=2), POLICY)
    assert codes(early) == ["step_out_of_order"]
    assert drafts(early) == ["accuse_reception"]
    assert early.mails[0].letter.situation == "kept_early"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"matricule_mysecu": "19801207896"}, "matricule_mismatch"),
        ({"mode_integration": "acces_direct"}, "mode_not_allowed"),
        ({"email": "autre@medisoft.example"}, "data_mismatch"),
        ({"denomination": "Autrelogiciel S.à r.l."}, "name_mismatch"),
    ],
)
def test_formulaire_2_that_contradicts_the_enrolment_is_held(changes: dict[str, str], code: str) -> None:
    decision = decide(enrolled(), submission(formulaire_2(**changes)), POLICY)
    assert codes(decision) == [code]
    assert drafts(decision) == ["elements_manquants"]


def test_a_vague_1_participant_may_use_direct_services_until_the_last_second() -> None:
    vague_1 = policy(vague_1=(participant(),))
    form = formulaire_2(mode_integration="acces_direct")
    in_time = decide(enrolled(), submission(form, received=at("2026-06-30 23:59:59")), vague_1)
    assert codes(in_time) == []
    late = decide(enrolled(), submission(form, received=at("2026-07-01 00:00:00")), vague_1)
    assert codes(late) == ["mode_not_allowed"]


def test_a_vague_1_participant_keeps_its_code_prestataire() -> None:
    vague_1 = policy(vague_1=(participant(code="999999-99"),))
    assert codes(decide(enrolled(), submission(formulaire_2()), vague_1)) == ["data_mismatch"]


def test_formulaire_3_without_proof_asks_for_the_proof() -> None:
    dossier = enrolled(labelling("acces_configure", version_key="", version=""))
    decision = decide(dossier, submission(formulaire_3()), POLICY)
    assert items(decision) == [("document_missing", "preuve_tests", None)]
    complete = decide(decision.dossier, submission(proof(), mail_id=2), POLICY)
    assert sent(complete) == [("demande_labelisation_recue", MEDISOFT)]
    assert state(complete, "L1") == "demande_complete"


@pytest.mark.parametrize(
    ("received", "templates"),
    [
        ("2026-06-30 23:59:59", [("demande_labelisation_recue", MEDISOFT)]),
        ("2026-07-01 00:00:00", []),
    ],
)
def test_labelling_requests_close_with_june_2026(received: str, templates: list[tuple[str, str]]) -> None:
    dossier = enrolled(labelling("acces_configure"))
    decision = decide(dossier, submission(formulaire_3(), proof(), received=at(received)), POLICY)
    assert sent(decision) == templates
    if not templates:
        assert drafts(decision) == ["delai_depasse"]
        assert codes(decision) == ["deadline_passed"]
        overruled = submission(formulaire_3(), proof(), received=at(received), deadline_overruled=True)
        assert sent(decide(dossier, overruled, POLICY)) == [("demande_labelisation_recue", MEDISOFT)]


def test_one_service_alone_is_a_doubt() -> None:
    dossier = enrolled(labelling("acces_configure"))
    decision = decide(dossier, submission(formulaire_3(services=["pid_v2"]), proof()), POLICY)
    assert codes(decision) == ["manual_task"]
    assert drafts(decision) == ["demande_labelisation_recue"]


def test_any_document_answers_a_complement_that_was_asked_for() -> None:
    case = labelling("complement_demande", complete_at="2025-07-02T10:00:00+02:00")
    first = decide(enrolled(labelling("acces_configure")), submission(formulaire_3(), proof()), POLICY)
    assert first.dossier is not None
    asked = first.dossier.with_case(
        case.model_copy(update={"exhibits": first.dossier.of_kind("L")[0].exhibits})
    )
    answer = submission(document("other", file="journal.pdf"), mail_id=2, received=at("2025-08-01 09:00"))
    decision = decide(asked, answer, POLICY)
    assert sent(decision) == [("demande_labelisation_recue", MEDISOFT)]
    assert decision.dossier is not None
    assert decision.dossier.of_kind("L")[0].fact("complete_at").startswith("2025-08-01")


ANSWER = "Bonjour,\n\nLe test PID 7 a été répété avec succès le 3 septembre.\n\nCordialement"


@pytest.mark.parametrize(
    ("words", "received", "template", "code"),
    [
        (ANSWER, "2025-09-20 10:00", "accuse_reception", "manual_task"),
        (ANSWER, "2026-06-30 23:59:59", "accuse_reception", "manual_task"),
        (ANSWER, "2026-07-01 00:00:00", "delai_depasse", "deadline_passed"),
    ],
)
def test_a_complement_in_words_is_read_by_a_person(
    words: str, received: str, template: str, code: str
) -> None:
    dossier = enrolled(labelling("complement_demande"))
    answer = submission(intent="cover", words=words, received=at(received))
    decision = decide(dossier, answer, POLICY)
    assert (drafts(decision), codes(decision)) == ([template], [code])
    assert decision.dossier == dossier


def test_a_complement_whose_file_was_forgotten_is_asked_for() -> None:
    dossier = enrolled(labelling("complement_demande"))
    decision = decide(dossier, submission(words="Veuillez trouver ci-joint le journal demandé."), POLICY)
    assert items(decision) == [("attachment_forgotten", None, None)]


def test_formulaire_3_and_its_proof_before_the_access_are_both_kept() -> None:
    dossier = enrolled(labelling("acces_a_configurer", version="", version_key=""))
    decision = decide(dossier, submission(formulaire_3(), proof()), POLICY)
    assert (drafts(decision), codes(decision)) == (["accuse_reception"], ["step_out_of_order"])
    assert decision.dossier is not None
    assert [e.kind for e in decision.dossier.of_kind("L")[0].exhibits] == ["formulaire_3", "preuve_tests"]


def test_a_major_update_of_a_labelled_version_is_a_new_case_and_a_task() -> None:
    dossier = enrolled(labelling("labelise"))
    form = formulaire_3(version_logiciel="5.0", type_demande="mise_a_jour_majeure")
    decision = decide(dossier, submission(form, proof()), POLICY)
    assert sent(decision) == [("demande_labelisation_recue", MEDISOFT)]
    assert [t.codes for t in decision.tasks] == [("manual_task", "major_change")]
    assert state(decision, "L2") == "demande_complete"


# Connection


def test_formulaire_4_of_a_labelled_version_is_checked_by_staff() -> None:
    decision = decide(
        enrolled(labelling("labelise")), submission(formulaire_4(), received=at("2025-09-20 10:00")), POLICY
    )
    assert sent(decision) == [("raccordement_recu", MEDISOFT)]
    assert [(t.case, t.step) for t in decision.tasks] == [("R1", "R2")]


def collective(**changes: object) -> object:
    return formulaire_4(
        type_client="maison_medicale",
        nom_client="Maison médicale du Parc",
        code_prestataire_client=None,
        nombre_postes=6,
        responsable="Claire Thill",
        **changes,
    )


def test_a_collective_needs_its_delivery_note() -> None:
    decision = decide(enrolled(labelling("labelise")), submission(collective()), POLICY)  # type: ignore[arg-type]
    assert items(decision) == [("document_missing", "bon_de_livraison", None)]
    followed = decide(decision.dossier, submission(bon(), mail_id=2), POLICY)
    assert sent(followed) == [("raccordement_recu", MEDISOFT)]


def test_a_delivery_note_with_other_workstations_is_held() -> None:
    decision = decide(
        enrolled(labelling("labelise")),
        submission(collective(), bon(nombre_postes=7)),  # type: ignore[arg-type]
        POLICY,
    )
    assert codes(decision) == ["data_mismatch"]


def test_formulaire_4_before_the_label_is_kept() -> None:
    decision = decide(enrolled(labelling("tests_reussis")), submission(formulaire_4()), POLICY)
    assert codes(decision) == ["step_out_of_order"]
    assert state(decision, "R1") == "ouvert"


def test_the_same_client_twice_is_a_duplicate_request() -> None:
    first = decide(enrolled(labelling("labelise")), submission(formulaire_4()), POLICY)
    again = decide(first.dossier, submission(formulaire_4(date_raccordement="2025-10-01"), mail_id=2), POLICY)
    assert codes(again) == ["duplicate_request"]
    assert again.held


def test_connections_close_with_2026() -> None:
    dossier = enrolled(labelling("labelise"))
    in_time = decide(dossier, submission(formulaire_4(), received=at("2026-12-31 23:59:59")), POLICY)
    assert sent(in_time) == [("raccordement_recu", MEDISOFT)]
    late = decide(dossier, submission(formulaire_4(), received=at("2027-01-01 00:00:00")), POLICY)
    assert drafts(late) == ["delai_depasse"]


# Words


def test_a_question_of_an_unknown_sender_gets_the_contact_and_nothing_about_a_case() -> None:
    decision = decide(
        None, submission(sender="qui@example.org", intent="question", words="Une question ?"), POLICY
    )
    assert sent(decision) == [("orientation_contact", "qui@example.org")]
    assert codes(decision) == ["question"]
    assert decision.mails[0].letter.reference == ""


def test_a_question_without_an_address_is_queued_and_not_answered() -> None:
    asked = submission(sender="", intent="question", words="Qui est le bon contact ?")
    nobody = asked.sender.model_copy(update={"answerable": False})
    decision = decide(None, asked.model_copy(update={"sender": nobody}), POLICY)
    assert sent(decision) == []
    assert codes(decision) == ["question"]


def test_thanks_get_no_reply() -> None:
    decision = decide(enrolled(), submission(intent="thanks", words="Merci beaucoup"), POLICY)
    assert decision.outcome == "record"


def test_a_change_of_address_is_acknowledged_to_both_addresses() -> None:
    form = formulaire_1(email="nouveau@medisoft.example")
    decision = decide(enrolled(), submission(form, intent="change_request"), POLICY)
    (acknowledgement,) = decision.mails
    assert (acknowledgement.template, acknowledgement.address) == ("changement_donnees_recu", MEDISOFT)
    assert acknowledgement.also_to == ("nouveau@medisoft.example",)
    assert [t.step for t in decision.tasks] == ["C"]
    assert decision.dossier == enrolled()


def test_a_file_that_cannot_be_read_is_asked_for_again() -> None:
    decision = decide(enrolled(), submission(document("unreadable", problem="encrypted")), POLICY)
    assert sent(decision) == [("elements_manquants", MEDISOFT)]
    assert codes(decision) == ["unreadable_attachment"]


def test_of_a_form_that_came_blank_no_single_box_is_asked_for() -> None:
    blank = document("formulaire_2", {"mysecu_actif": False, "ehealth_actif": False}, filled=False)
    decision = decide(enrolled(), submission(blank), POLICY)
    assert [rule for rule, _, field in items(decision) if field] == []


def test_nothing_is_asked_for_that_may_stand_in_what_was_not_read() -> None:
    scan = document("formulaire_1", {"denomination_sociale": "Medisoft S.à r.l."}, problem="timeout")
    decision = decide(NEW, submission(scan), POLICY)
    assert decision.held
    assert "unreadable_attachment" in codes(decision)
    log = document("preuve_tests", problem="truncated")
    decided = decide(enrolled(labelling("acces_configure")), submission(formulaire_3(), log), POLICY)
    assert not decided.held, "of evidence a part is enough"


def test_forms_of_an_unknown_industriel_wait_for_a_person() -> None:
    decision = decide(None, submission(formulaire_2(), sender="x@example.org"), POLICY)
    assert codes(decision) == ["unknown_industriel"]
    assert decision.held


def test_forms_of_a_stranger_do_not_touch_the_case() -> None:
    dossier = enrolled(Case(kind="L", number=1, state="ouvert"))
    decision = decide(dossier, submission(formulaire_2(), sender="x@example.org"), POLICY)
    assert codes(decision) == ["sender_not_registered"]
    assert decision.dossier == dossier
    assert [(m.template, m.address) for m in decision.mails] == [("accuse_reception", MEDISOFT)]


# What a mail says besides its documents


def test_a_question_beside_documents_is_told_and_queued_even_where_something_is_missing() -> None:
    asks = submission(formulaire_2(code_prestataire=None), intent="question", words="Quand ?")
    decision = decide(enrolled(), asks, POLICY)
    assert (sent(decision), codes(decision)) == ([("elements_manquants", MEDISOFT)], ["question"])
    assert decision.mails[0].letter.question_asked


def test_what_aes_writes_beside_a_form_is_no_question_of_the_industriels() -> None:
    forwarded = submission(formulaire_1(), sender=AES, party="aes", intent="question")
    decision = decide(NEW, forwarded, POLICY)
    assert codes(decision) == ["approval_needed"]
    assert not decision.mails[0].letter.question_asked


def test_a_change_of_data_beside_documents_is_a_task_and_is_told() -> None:
    new_iban = FieldValue(value="DE89370400440532013000", confidence=0.9, source="text")
    asks = submission(formulaire_2(), intent="change_request")
    decision = decide(enrolled(), asks.model_copy(update={"changes": {"iban": new_iban}}), POLICY)
    assert sent(decision) == [("accuse_reception", MEDISOFT)]
    assert [(t.step, t.facts.get("new")) for t in decision.tasks] == [
        ("L2", None),
        ("C", {"iban": "DE89370400440532013000"}),
    ]
    assert codes(decision) == []
    letter = decision.mails[0].letter
    assert (letter.change_asked, letter.changed_fields) == (True, ("iban",))


def test_a_change_beside_documents_that_are_held_waits_for_the_person() -> None:
    asks = submission(formulaire_2(denomination="Medisoft S.A."), intent="change_request")
    decision = decide(enrolled(), asks, POLICY)
    assert (codes(decision), decision.tasks) == (["name_mismatch", "data_change_request"], ())
    approved = decide(enrolled(), asks.model_copy(update={"accepted": True}), POLICY)
    assert [t.step for t in approved.tasks] == ["C"]


def test_an_unticked_box_of_formulaire_1_is_no_change() -> None:
    form = formulaire_1(adresse="1, rue Neuve, L-1000 Luxembourg", participation_vague_1=False)
    decision = decide(enrolled(), submission(form, intent="change_request"), POLICY)
    assert decision.tasks[0].facts["new"] == {"adresse": "1, rue Neuve, L-1000 Luxembourg"}


def test_a_major_change_told_beside_other_documents_is_queued() -> None:
    dossier = enrolled(labelling("labelise"))
    decision = decide(
        dossier, submission(formulaire_4(), intent="major_change", received=at("2025-09-20 10:00")), POLICY
    )
    assert (sent(decision), codes(decision)) == ([("raccordement_recu", MEDISOFT)], ["major_change"])


def test_of_two_connections_one_complete_the_answer_says_which_lacks_what() -> None:
    dossier = enrolled(labelling("labelise"))
    lacking = document(
        "formulaire_4",
        FORMULAIRE_4 | {"nom_client": "Dr Roy", "code_prestataire_client": None},
        file="Roy.pdf",
    )
    both = submission(formulaire_4(), lacking, received=at("2025-09-20 10:00"))
    decision = decide(dossier, both, POLICY)
    (answer,) = decision.mails
    assert [(i.field, i.which) for i in answer.letter.items] == [("code_prestataire_client", "Roy.pdf")]
    assert answer.letter.completed == ("Dr Paul Kayser",)
    assert answer.letter.deadline == date(2026, 12, 31)
    assert [t.case for t in decision.tasks] == ["R1"]
