"""A copy made while the service runs is whole; put back, it sends nothing, and nothing twice."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailbot.audit import verify
from mailbot.backup import back_up
from mailbot.breaker import HELD, HOLD
from mailbot.config import load_config
from mailbot.demo.filling import filled_pdf
from mailbot.errors import UsageError
from mailbot.restore import config_of, restore
from tests.builders import FORMULAIRE_1, MEDISOFT
from tests.journeys.world import World

QUESTION = "Bonjour, quand ferme la labélisation ?"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    (tmp_path / "office").mkdir()
    world = World(tmp_path / "office")
    yield world
    world.service.close()


def resume(world: World) -> None:
    with world.store.transaction():
        world.store.set_switch(HOLD, "")


def put_back(world: World, copy: Path) -> World:
    """The machine is lost; another one gets the copy. The mailbox is the same."""
    world.service.close()
    for name in ("store.db", "store.db-wal", "store.db-shm", "reference.key"):
        (world.folder / name).unlink(missing_ok=True)
    shutil.rmtree(world.folder / "archive")
    report = restore(load_config(world.folder / "config.toml"), copy, world.clock, "claire")
    assert report.attention() == []
    other = World(world.folder)
    other.clock.set(world.clock.now())
    other.mailbox, other.mailer, other._seen = world.mailbox, world.mailer, len(world.mailer.handed_over)
    return other


def test_what_came_after_the_copy_is_taken_in_again_and_not_answered_twice(world: World) -> None:
    world.deliver(MEDISOFT, files=[("f1.pdf", filled_pdf("formulaire_1", FORMULAIRE_1))])
    assert len(world.once()) == 1
    back_up(world.service.config, world.folder / "copy", world.clock.now())
    world.later(hours=2)
    world.deliver("qui@example.org", QUESTION)
    assert len(world.once()) == 1
    world.later(hours=2)

    restored = put_back(world, world.folder / "copy")
    assert restored.store.switch(HOLD) == HELD
    assert [row.dossier.name for row in restored.store.dossiers()] == ["Medisoft S.à r.l."]
    restored.service.intake.once(whole=True)
    restored.once()
    assert restored.send() == []
    resume(restored)
    assert restored.once() == []  # a person decides whether it was answered
    (waits,) = [e for e in restored.queue() if "question" in e.codes]
    assert "approval_needed" in waits.codes
    restored.later(hours=1)
    restored.deliver("neu@example.org", "Bonjour, où trouver le formulaire 1 ?")
    assert [m.template for m in restored.once()] == ["orientation_contact"]
    assert restored.service.reconciler.run(restored.service.intake.compare()).gaps != ()  # sent, unknown here
    restored.service.close()


def test_what_was_due_when_the_copy_was_made_may_have_left(world: World) -> None:
    world.deliver("qui@example.org", QUESTION)
    world.service.intake.once()
    world.service.processing.run()  # due, not sent
    back_up(world.service.config, world.folder / "copy", world.clock.now())
    assert len(world.send()) == 1
    restored = put_back(world, world.folder / "copy")
    resume(restored)
    assert restored.once() == []
    assert restored.store.count_by_state()["outbox"] == {"sent": 1}  # its copy in Sent proves it
    restored.service.close()


def test_a_copy_is_whole_while_mails_are_written(world: World) -> None:
    begun, stop = threading.Event(), threading.Event()
    assert world.store.dossiers() == []

    def keep_writing() -> None:
        number = 0
        while not stop.is_set() and number < 400:
            number += 1
            world.mailbox.deliver(f"From: a@b.example\nSubject: {number}\n\n{number}".encode())
            world.service.intake.once()
            begun.set()

    writing = threading.Thread(target=keep_writing)
    writing.start()
    try:
        assert begun.wait(60)
        for number in range(3):
            back_up(world.service.config, world.folder / f"copy{number}", world.clock.now())
    finally:
        stop.set()
        writing.join()
    last = world.folder / "copy2"
    assert config_of(last, world.folder / "elsewhere" / "config.toml")
    (world.folder / "elsewhere" / "vague1.csv").write_text("matricule;code_prestataire\n")
    report = restore(load_config(world.folder / "elsewhere" / "config.toml"), last, world.clock)
    assert report.attention() == []
    assert 0 < report.mails <= len(world.store.mails_by_id())
    assert verify(world.store, world.service.archive).attention() == []
    assert {p.stat().st_mode & 0o077 for p in last.rglob("*")} == {0}


def test_nothing_is_overwritten_and_no_half_copy_is_taken(world: World) -> None:
    world.deliver("qui@example.org", QUESTION)
    world.once()
    config, copy = world.service.config, world.folder / "copy"
    back_up(config, copy, world.clock.now())
    with pytest.raises(UsageError, match="already"):
        restore(config, copy, world.clock)
    with (copy / "mailbot.db").open("ab") as database:
        database.write(b"x")
    with pytest.raises(UsageError, match="manifest"):
        restore(config, copy, world.clock)
    with pytest.raises(UsageError, match="mailbot backup"):
        restore(config, world.folder / "technique", world.clock)
