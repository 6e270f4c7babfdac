"""What staff decide at a step, where the dates matter. The steps themselves: tests/journeys."""

from __future__ import annotations

from datetime import date

import pytest

from rules.decide import decide
from rules.staff import ActionRefused, StaffAction, act
from rules.types import AttachmentRef, Case, Letter
from rules.workflow import StepOutOfOrder
from tests.builders import at, enrolled, formulaire_2, labelling, policy, submission

POLICY = policy()
CHECKED = labelling("demande_complete")
CONNECTION = Case(kind="R", number=1, state="a_verifier", facts={"client": "Dr Kayser"})


def told(case: Case, name: str, when: str) -> Letter:
    action = StaffAction(name=name, at=at(when), by="claire", note="Le test 7 manque.")
    (planned,) = act(enrolled(case), case, action, POLICY).outcome.mails
    return planned.letter


@pytest.mark.parametrize(
    ("case", "name", "last", "too_late", "day"),
    [
        (CHECKED, "complement", "2026-06-30 23:59:59", "2026-07-01 00:00:00", date(2026, 6, 30)),
        (CHECKED, "tests-failed", "2026-06-30 23:59:59", "2026-07-01 00:00:00", date(2026, 6, 30)),
        (CONNECTION, "connection-refused", "2026-12-31 23:59:59", "2027-01-01 00:00:00", date(2026, 12, 31)),
    ],
)
def test_nobody_is_invited_to_come_again_when_it_is_too_late(
    case: Case, name: str, last: str, too_late: str, day: date
) -> None:
    before, after = told(case, name, last), told(case, name, too_late)
    assert (before.deadline, before.closed_on) == (day, None)
    assert (after.deadline, after.closed_on) == (None, day)


def test_after_a_refused_access_another_code_is_no_contradiction() -> None:
    asked = decide(enrolled(), submission(formulaire_2(code_prestataire="555555-55")), POLICY).dossier
    assert asked is not None
    refused = StaffAction(name="access-refused", at=at("2025-06-03 10:00"), by="claire", note="Inconnu.")
    dossier = act(asked, asked.of_kind("L")[0], refused, POLICY).outcome.dossier
    again = decide(dossier, submission(formulaire_2(code_prestataire="123456-78"), mail_id=2), POLICY)
    assert again.exceptions == ()
    assert [task.step for task in again.tasks] == ["L2"]


@pytest.mark.parametrize(
    ("state", "name", "given"),
    [
        ("contresigne", "enrolment-valid", {"parti": "incert"}),  # else valid for both, by a slip
        ("contresigne", "enrolment-valid", {"party": "cns"}),
        ("tests_reussis", "labelled", {"date": "hier"}),
    ],
)
def test_a_value_that_the_decision_does_not_know_is_refused(
    state: str, name: str, given: dict[str, str]
) -> None:
    case = Case(kind="E", number=1, state=state) if name == "enrolment-valid" else labelling(state)
    action = StaffAction(name=name, at=at("2026-01-10 10:00"), by="claire", set=given)
    with pytest.raises(ActionRefused, match=next(iter(given))):
        act(enrolled(case), case, action, POLICY)


def test_a_decision_that_was_made_is_not_made_again() -> None:
    file = AttachmentRef(ref="file:00", name="attestation.pdf", class_="attestation")
    passed = StaffAction(name="tests-passed", at=at("2026-01-10 10:00"), by="claire", files=(file,))
    first = act(enrolled(CHECKED), CHECKED, passed, POLICY).outcome
    assert [m.template for m in first.mails] == ["tests_reussis", "information_aes"]
    with pytest.raises(StepOutOfOrder):
        act(first.dossier, first.dossier.of_kind("L")[0], passed, POLICY)


@pytest.mark.parametrize(("received", "said"), [("2026-06-30 23:59", False), ("2026-07-01 00:00", True)])
def test_staff_are_told_when_access_comes_too_late_for_a_label(received: str, said: bool) -> None:
    decision = decide(enrolled(), submission(formulaire_2(), received=at(received)), POLICY)
    (task,) = decision.tasks
    assert ("réception des demandes de labélisation est terminée" in task.message) == said


@pytest.mark.parametrize(("ticked", "said"), [(True, False), (False, True), (None, False)])
def test_staff_are_told_where_the_ehealth_id_is_not_declared_active(ticked: bool | None, said: bool) -> None:
    decision = decide(enrolled(), submission(formulaire_2(ehealth_actif=ticked)), POLICY)
    (task,) = decision.tasks
    assert ("pas déclaré actif" in task.message) == said
