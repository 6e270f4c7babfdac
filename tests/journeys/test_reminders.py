"""The nightly run, night after night."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from rules.types import Case, Dossier
from tests.builders import AES, MEDISOFT, at, enrolled, labelling
from tests.journeys.scenarios import f3, report
from tests.journeys.world import MAILBOX, Sent, World

INCERT = "sons-equipe@incert.lu"


def given(world: World, dossier: Dossier, name_key: str = "medisoft") -> int:
    with world.store.transaction():
        return world.store.new_dossier(dossier, at("2025-06-01 10:00"), name_key=name_key).id


def night(world: World, text: str) -> list[Sent]:
    """That night's mails to others than INCERT."""
    world.now(f"{text} 05:30")
    world.service.reminders.run()
    return [mail for mail in world.send() if mail.template != "synthese_quotidienne"]


def waits() -> Dossier:
    return enrolled(labelling("acces_configure", access_at="2026-01-10T10:00:00+01:00"))


@pytest.mark.parametrize(
    ("day", "left"),
    [("2026-05-01", 60), ("2026-05-31", 30), ("2026-06-16", 14), ("2026-06-23", 7), ("2026-06-29", 1)],
)
def test_on_each_configured_day_once(world: World, day: str, left: int) -> None:
    given(world, waits())
    (mail,) = night(world, day)
    assert (mail.template, mail.to) == ("rappel_echeance", (MEDISOFT,))
    assert ("1 jour" if left == 1 else f"{left} jours") in mail.words
    assert night(world, day) == []
    assert mail.message["Auto-Submitted"] == "auto-generated"


def test_on_no_other_day(world: World) -> None:
    given(world, waits())
    assert night(world, "2026-05-15") == []


def test_a_missed_night_is_caught_up_once(world: World) -> None:
    given(world, waits())
    assert night(world, "2026-05-30") == []  # then the machine was off for a week
    assert len(night(world, "2026-06-08")) == 1
    assert night(world, "2026-06-09") == []


def test_what_did_not_wait_on_that_day_is_not_recalled(world: World) -> None:
    given(world, enrolled(labelling("acces_configure", access_at="2026-06-01T10:00:00+02:00")))
    assert night(world, "2026-05-30") == []
    assert night(world, "2026-06-03") == []
    assert len(night(world, "2026-06-16")) == 1


def test_nobody_is_reminded_within_48_hours_but_the_next_night(world: World) -> None:
    given(world, waits())
    world.now("2026-05-30 16:00")
    world.deliver(MEDISOFT, "Bonjour,\n\nQuel est le délai ?", subject="Question")
    assert [m.template for m in world.once()] == ["orientation_contact"]
    assert night(world, "2026-05-31") == []
    assert night(world, "2026-06-01") == []
    assert len(night(world, "2026-06-02")) == 1


def test_what_staff_wrote_by_hand_counts_too(world: World) -> None:
    given(world, waits())
    world.now("2026-05-30 16:00")
    by_hand = EmailMessage()
    by_hand["From"], by_hand["To"], by_hand["Subject"] = MAILBOX, MEDISOFT, "Vos tests"
    by_hand["Message-ID"] = "<main@incert.lu>"
    by_hand.set_content("Bonjour, comment avancent vos tests ?")
    world.mailbox.deliver(by_hand.as_bytes(), world.clock.now(), folder="Sent")
    world.once()
    assert night(world, "2026-06-01") == []
    assert len(night(world, "2026-06-02")) == 1


def test_what_is_about_to_leave_counts_too(world: World) -> None:
    given(world, waits())
    world.now("2026-05-30 16:00")
    world.deliver(MEDISOFT, "Bonjour,\n\nQuel est le délai ?", subject="Question")
    world.service.intake.once()
    world.service.processing.run()  # and the relay is away
    world.now("2026-05-31 05:30")
    assert [r.template for r in world.service.reminders.run()] == ["synthese_quotidienne"]


def test_nobody_is_reminded_of_what_has_come_and_is_not_decided_yet(world: World) -> None:
    given(world, waits())
    world.now("2026-05-30 16:00")
    world.deliver(MEDISOFT, files=[f3(), report()])
    world.service.intake.once()
    assert night(world, "2026-05-31") == []
    world.service.processing.run()
    assert [m.template for m in world.send()] == ["demande_labelisation_recue"]
    assert night(world, "2026-06-02") == []  # INCERT is next


def test_one_whose_access_was_refused_is_reminded_of_formulaire_2(world: World) -> None:
    refused = labelling("acces_refuse", refused_at="2026-05-30T10:00:00+02:00")
    given(world, enrolled(refused))
    assert night(world, "2026-05-30") == []
    (mail,) = night(world, "2026-05-31")
    assert "Formulaire 2" in mail.words


def test_a_renewed_label_waits_since_the_requirements_changed(world: World) -> None:
    """What was asked for at the first labelling says nothing about it."""
    facts = {"asked_at": "2025-09-01T10:00:00+02:00", "changed_at": "2026-06-01T10:00:00+02:00"}
    given(world, enrolled(labelling("a_renouveler", **facts)))
    assert night(world, "2026-06-01") == []  # the day of 30 days before was over when it began
    assert len(night(world, "2026-06-16")) == 1


def test_one_mail_lists_all_cases(world: World) -> None:
    second = labelling(
        "complement_demande",
        number=2,
        product="DentaPraxis",
        product_key="dentapraxis",
        asked_at="2026-02-01T10:00:00+01:00",
    )
    given(world, waits().with_case(second))
    (mail,) = night(world, "2026-05-31")
    assert "MediPraxis" in mail.words
    assert "DentaPraxis" in mail.words


def test_a_case_that_a_person_has_to_decide_first_is_not_recalled(world: World) -> None:
    given(
        world,
        enrolled(
            labelling("labelise"),
            labelling("acces_configure", number=2, product="X", product_key="x", version_key=""),
        ),
    )
    world.now("2026-05-20 10:00")
    files = [f3(nom_logiciel="X", denomination="Autre S.A."), report()]
    world.deliver(MEDISOFT, files=files)
    assert world.once() == []
    assert night(world, "2026-05-31") == []


def test_states_in_which_others_are_next_are_silent(world: World) -> None:
    done = Case(kind="R", number=1, state="valide", facts={"client": "Dr Kayser"})
    given(world, enrolled(labelling("demande_complete"), labelling("labelise", number=2), done))
    assert night(world, "2026-05-31") == []


def test_an_enrolled_industriel_who_sent_nothing_yet_is_reminded(world: World) -> None:
    given(world, enrolled())
    (mail,) = night(world, "2026-05-31")
    assert "Formulaire 2" in mail.words


def test_aes_is_asked_weekly_for_ndas(world: World) -> None:
    sent_at = at("2025-09-01 10:00").isoformat()
    waiting = enrolled().with_case(Case(kind="E", number=1, state="chez_aes", facts={"nda_sent_at": sent_at}))
    given(world, waiting)
    assert night(world, "2025-09-07") == []
    (mail,) = night(world, "2025-09-08")
    assert (mail.template, mail.to) == ("rappel_partie", (AES,))
    assert night(world, "2025-09-09") == []
    assert len(night(world, "2025-09-15")) == 1


def test_the_summary_says_what_waits_and_which_deadlines_are_ahead(world: World) -> None:
    given(world, waits())
    world.now("2026-05-19 14:00")
    world.deliver("qui@example.org", "Bonjour, une question ?", subject="Question sur le dispositif")
    world.once()
    world.now("2026-05-20 05:30")
    world.service.reminders.run()
    (summary,) = world.send()
    assert (summary.template, summary.to) == ("synthese_quotidienne", (INCERT,))
    for words in (
        "Mails reçus : 1",
        "Mails envoyés : 1",
        "30 septembre 2026",
        "Question sur le dispositif",
        "19 mai 2026",
    ):
        assert words in summary.words, words
    world.service.reminders.run()
    assert world.send() == []
