"""All mail decided again: the same today as then, unless a rule or a setting changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailbot.bootstrap import Service
from mailbot.replay import replay
from tests.builders import FORMULAIRE_2, MEDISOFT
from tests.journeys.scenarios import pdf
from tests.journeys.test_happy_ways import enrol
from tests.journeys.world import World


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An enrolment, access, an absence note, a question: staff decided twice."""
    world = World(tmp_path_factory.mktemp("world"))
    enrol(world)
    world.later(days=2)
    world.deliver(MEDISOFT, files=[("F2.pdf", pdf("formulaire_2", FORMULAIRE_2, "industriel"))])
    world.once()
    world.act(world.entry(step="L2"), "access-configured", note="https://test.example, client 42")
    world.deliver("absent@medisoft.example", "Absent", headers={"Auto-Submitted": "auto-replied"})
    world.later(days=1)
    world.deliver("qui@example.org", "Bonjour, quand ferme la labélisation ?", subject="Question")
    world.once()
    world.once()
    yield world
    world.service.close()


def rows(folder: Path) -> list[str]:
    with sqlite3.connect(folder / "store.db") as database:
        return list(database.iterdump())


def test_with_the_same_rules_nothing_differs_and_nothing_is_touched(world: World) -> None:
    before = rows(world.folder)
    done = replay(world.service)
    assert done.differing == []
    assert (done.compared, done.actions, done.refused, done.skipped) == (5, 2, [], {})
    assert rows(world.folder) == before
    assert world.send() == []


def test_what_another_setting_would_change_is_shown(world: World) -> None:
    config = world.service.config
    automation = config.automation.model_copy(update={"mode": "approve"})
    strict = Service(
        config.model_copy(update={"automation": automation}),
        world.clock,
        lambda: world.store,
        lambda: world.service.readers,
        lambda: world.mailbox,
        lambda: world.mailer,
    )
    gone = world.store.mail(1)
    kept = world.service.archive.get(gone.sha256)
    world.service.archive.remove(gone.sha256)
    try:
        done = replay(strict, since=world.clock.now())
    finally:
        world.service.archive.put(kept)
    (question,) = done.differing
    assert question.before.templates == question.after.templates == ("orientation_contact",)
    assert (question.before.held, question.after.held) == (False, True)
    assert "approval_needed" in question.after.exceptions
    assert done.skipped == {1: "it is not in the archive any more"}
    assert len(done.refused) == 2  # without that mail there is no dossier in which staff could decide
