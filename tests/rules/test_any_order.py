"""Whatever comes, in whatever order: the rules never raise, and never tell too much or twice.

Hypothesis drives random mails and staff decisions through `decide`, `act` and `take_up`.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules.decide import decide
from rules.facts import Precedents
from rules.staff import STAFF_DECISIONS, ActionRefused, StaffAction, act
from rules.take_up import take_up
from rules.trust import is_enrolled
from rules.types import AttachmentRef, Decision, Dossier, PlannedMail, Submission
from rules.workflow import OUT_OF_ORDER, TRANSITIONS, StepOutOfOrder
from tests.builders import (
    AES,
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
    policy,
    proof,
    signed,
    submission,
)

POLICY = policy()
CONFIDENTIAL = {"enrolement_valide", "acces_environnement", "mise_a_jour_exigences"}
CONFIDENTIAL_FILES = {"technical_documentation", "access_details", "nda_countersigned"}
ONCE = {"enrolement_valide", "tests_reussis", "information_aes", "raccordement_valide"}
"""They tell what happens to a case once; a label that is renewed is tested in tests/journeys."""
NOBODY = Precedents()
FILE = AttachmentRef(ref="file:00", name="a.pdf", class_="staff_file")
BOTH = signed("handwritten").model_copy(
    update={"signers": (*signed("handwritten").signers, *signed("handwritten", role="aes").signers)}
)
PAPERS = {
    "f1": formulaire_1(),
    "f1 without IBAN": formulaire_1(iban=None),
    "f1 other": formulaire_1(iban="DE89370400440532013000", matricule="19842406898"),
    "nda": nda(),
    "nda unsigned": nda(signed("absent")),
    "nda both": nda(BOTH),
    "f2": formulaire_2(),
    "f2 no product": formulaire_2(nom_logiciel=None),
    "f3": formulaire_3(),
    "f3 update": formulaire_3(version_logiciel="5.0", type_demande="mise_a_jour_majeure"),
    "proof": proof(),
    "f4": formulaire_4(),
    "f4 other": formulaire_4(nom_client="Dr Roy", code_prestataire_client="111111-11"),
    "note": bon(),
    "other": document("other", file="x.pdf"),
    "attestation": document("attestation", file="a.pdf"),
    "unreadable": document("unreadable", problem="encrypted"),
}
MAILS = st.tuples(
    st.just("mail"),
    st.lists(st.sampled_from(sorted(PAPERS)), max_size=4, unique=True),
    st.sampled_from([MEDISOFT, MEDISOFT, MEDISOFT, AES, "x@else.example"]),
    st.sampled_from(["cover", "question", "change_request", "major_change", "thanks", "empty"]),
)
DECISIONS = st.tuples(
    st.just("staff"),
    st.sampled_from(sorted(STAFF_DECISIONS)),
    st.integers(0, 5),
    st.sampled_from(["", "mot"]),
)


STARTS = {
    "nothing": Dossier(reference="SONS2-000123-K7QF"),
    "enrolled": enrolled(),
    **{state: enrolled(labelling(state)) for state in TRANSITIONS["L"]},
}


class Story:
    """A dossier through time, with everything that was planned to leave."""

    def __init__(self, start: str = "nothing") -> None:
        self.dossier = STARTS[start]
        self.now = at("2025-06-02 10:00")
        self.count = 0
        self.told: Counter[tuple[str, str]] = Counter()

    def mail(self, names: list[str], sender: str, intent: str) -> Decision:
        self.count += 1
        given_mail: Submission = submission(
            *(PAPERS[name] for name in names),
            sender=sender,
            party="aes" if sender == AES else "unknown",
            received=self.now,
            intent=intent,
            mail_id=self.count,
        )
        decision = decide(self.dossier, given_mail, POLICY)
        if decision.dossier is not None:
            self.dossier = decision.dossier
        self.take_up()
        return decision

    def staff(self, name: str, position: int, note: str) -> tuple[PlannedMail, ...]:
        if not self.dossier.cases:
            return ()
        case = self.dossier.cases[position % len(self.dossier.cases)]
        action = StaffAction(name=name, at=self.now, by="claire", note=note, files=(FILE,))
        before = self.dossier
        try:
            decided = act(self.dossier, case, action, POLICY)
        except (ActionRefused, StepOutOfOrder):
            assert self.dossier == before
            return ()
        self.dossier = decided.outcome.dossier
        return (*decided.outcome.mails, *self.take_up())

    def take_up(self) -> tuple[PlannedMail, ...]:
        decisions = take_up(self.dossier, POLICY, NOBODY)
        if decisions and decisions[-1].dossier is not None:
            self.dossier = decisions[-1].dossier
        assert take_up(self.dossier, POLICY, NOBODY) == []  # each once
        return tuple(mail for decision in decisions for mail in decision.mails)


def check_mails(story: Story, mails: tuple[PlannedMail, ...]) -> None:
    for mail in mails:
        story.told[mail.template, mail.letter.case] += mail.template in ONCE
        assert story.told[mail.template, mail.letter.case] <= 1, "one event, one mail"
        classes = {attachment.class_ for attachment in mail.attachments}
        if mail.template in CONFIDENTIAL or classes & CONFIDENTIAL_FILES:
            assert is_enrolled(story.dossier)
            assert mail.address == story.dossier.email
    assert len([m for m in mails if m.role == "industriel" and m.reply]) <= 1


# Other tests run the same lines; measuring coverage once more would take as long again.
@pytest.mark.no_cover
@settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(sorted(STARTS)), st.lists(st.one_of(MAILS, DECISIONS), max_size=14))
def test_any_sequence_of_mails_and_decisions(start: str, events: list[tuple[object, ...]]) -> None:
    story = Story(start)
    for event in events:
        story.now += timedelta(days=3)
        if event[0] == "mail":
            decision = story.mail(event[1], event[2], event[3])  # type: ignore[arg-type]
            check_mails(story, decision.mails)
            completed = sum(1 for e in decision.events if (e.case, e.name) == ("E", "complete"))
            forwarded = sum(1 for m in decision.mails if m.template == "nda_pour_signature")
            assert forwarded == completed or decision.held
            if not decision.held:
                assert all(f.severity != "mismatch" for f in decision.findings)
                to = {m.address for m in decision.mails if m.role == "industriel"}
                assert to <= {story.dossier.email, *story.dossier.contacts}
            if decision.held and decision.mails:
                assert decision.exceptions, "what is held has to stand in the queue"
        else:
            check_mails(story, story.staff(event[1], event[2], event[3]))  # type: ignore[arg-type]
        for case in story.dossier.cases:
            assert case.state in TRANSITIONS[case.kind]


@pytest.mark.no_cover
@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(MAILS, min_size=1, max_size=6))
def test_the_same_mail_decided_twice_follows_the_same_way(events: list[tuple[object, ...]]) -> None:
    """Deciding is a function of dossier and mail: a restart decides the same."""
    one, other = Story(), Story()
    for event in events:
        one.now = other.now = one.now + timedelta(days=1)
        assert one.mail(*event[1:]) == other.mail(*event[1:])  # type: ignore[arg-type]


def test_no_state_is_without_a_way_out() -> None:
    for kind, table in TRANSITIONS.items():
        for state, row in table.items():
            assert any(to not in (OUT_OF_ORDER, state) for to in row.values()), f"{kind} {state}"
