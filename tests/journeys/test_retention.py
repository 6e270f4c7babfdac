"""What is over goes, from database and disk; ledger, references and audit trail stay and can be verified."""

from __future__ import annotations

import copy
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailbot.audit import verify
from mailbot.demo.filling import filled_pdf
from mailbot.export import export_dossier
from mailbot.retention import Purge, purge
from tests.builders import FORMULAIRE_1, MEDISOFT
from tests.journeys.test_happy_ways import enrol
from tests.journeys.world import World

RETENTION = "\n[retention]\nunrelated_days = 30\ndossier_days = 400\nviews_days = 90\n"
STRANGER = "jean.dupont@inconnu.example"


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> World:
    """An enrolled Industriel, a machine's mail of nobody, and a question that waits."""
    world = World(tmp_path_factory.mktemp("begun"), extra=RETENTION)
    enrol(world)
    world.deliver("absent@medisoft.example", "Je suis absent", headers={"Auto-Submitted": "auto-replied"})
    world.deliver(STRANGER, "Bonjour, quand ferme la labélisation ?", subject="Question de Jean Dupont")
    world.once()
    world.once()  # the copies in Sent are read, too
    world.service.close()
    return world


@pytest.fixture
def world(begun: World, tmp_path: Path) -> Iterator[World]:
    """The same for every test, on its own disk."""
    shutil.copytree(begun.folder, tmp_path / "world")
    world = World(tmp_path / "world", extra=RETENTION)
    world.clock.set(begun.clock.now())
    world.mailbox.boxes = copy.deepcopy(begun.mailbox.boxes)
    world._count = begun._count
    yield world
    world.service.close()


def everything(world: World) -> bytes:
    """All bytes of database, its log included, and archive."""
    files = [*world.folder.glob("store.db*"), *(world.folder / "archive").rglob("*.eml")]
    return b"".join(path.read_bytes() for path in files)


def rows(world: World) -> list[str]:
    with sqlite3.connect(world.folder / "store.db") as database:
        return list(database.iterdump())


def test_nothing_is_over_yet(world: World) -> None:
    before = world.store.audit_head()
    assert purge(world.service) == purge(world.service, dry_run=True) == Purge()
    assert world.store.audit_head() == before


def test_a_dry_run_counts_and_changes_nothing(world: World) -> None:
    world.later(days=40)
    before = rows(world)
    told = purge(world.service, dry_run=True)
    assert (told.unrelated_mails, told.dossiers) == (2, 0)  # with a copy in Sent; the question waits
    assert rows(world) == before


def test_mails_of_no_dossier_go_first(world: World) -> None:
    (question,) = [e for e in world.queue() if "question" in e.codes]
    world.act(question, "dismiss", note="répondu par téléphone à Jean Dupont")
    world.later(days=40)
    done = purge(world.service, "claire")
    assert (done.unrelated_mails, done.dossiers, done.files) == (3, 0, 3)
    kept = everything(world)
    assert STRANGER.encode() not in kept
    assert b"Jean Dupont" not in kept
    assert MEDISOFT.encode() in kept
    assert verify(world.store, world.service.archive).attention() == []
    assert world.service.reconciler.run(None).gaps == ()


def test_a_dossier_goes_as_a_whole_and_the_trail_stays(world: World) -> None:
    (row,) = world.store.dossiers()
    for entry in world.queue():
        world.act(entry, "dismiss", note="clos")
    rows, mails = world.store.audit_head().rows, len(world.store.mails_by_id())
    world.later(days=500)
    done = purge(world.service, "claire")
    assert done.dossiers == 1
    kept = everything(world)
    for value in (*FORMULAIRE_1.values(), "Medisoft", "medisoft.example", "doc_technique"):
        if len(str(value)) > 3 and not str(value).startswith("2025-"):
            assert str(value).encode() not in kept, value
    assert verify(world.store, world.service.archive).attention() == []
    assert world.store.audit_head().rows == rows + 2  # the purge, and whose details went
    assert len(world.store.mails_by_id()) == mails
    assert [h.actor for h in world.store.history()[-2:]] == ["claire", "claire"]
    (left,) = world.store.dossiers()
    assert (left.dossier.reference, left.dossier.registered, left.dossier.cases) == (
        row.dossier.reference,
        {},
        (),
    )
    assert purge(world.service) == Purge()
    assert b"index.json" in export_dossier(world.service, left)


def test_a_purged_mail_is_neither_taken_in_nor_answered_again(world: World) -> None:
    world.act(next(e for e in world.queue() if "question" in e.codes), "dismiss", note="fait")
    world.later(days=40)
    purge(world.service)
    world.mailbox.rebuild("Traités")  # the server gives all its mails anew
    before = len(world.store.mails_by_id())
    world.service.intake.once(whole=True)
    world.service.processing.run()
    assert world.send() == []
    assert len(world.store.mails_by_id()) == before
    assert purge(world.service).files == 2  # what the mailbox brought back to the disk
    assert verify(world.store, world.service.archive).attention() == []


def test_an_industriel_may_begin_anew_after_its_purge(world: World) -> None:
    for entry in world.queue():
        world.act(entry, "dismiss", note="clos")
    world.later(days=500)
    purge(world.service)
    world.deliver(MEDISOFT, files=[("f1.pdf", filled_pdf("formulaire_1", FORMULAIRE_1))])
    assert [m.template for m in world.once()] == ["elements_manquants"]
    assert len(world.store.dossiers()) == 2


def test_who_looked_at_what_is_kept_for_its_time_only(world: World) -> None:
    from mailbot.rows import HistoryRow

    look = HistoryRow(0, world.clock.now(), "claire", "viewed", {"document": "f1 Medisoft.pdf"})
    world.store.add_history(look)
    world.later(days=100)
    world.store.add_history(HistoryRow(0, world.clock.now(), "claire", "viewed", {"document": "neuf"}))
    purge(world.service)
    views = [h.detail for h in world.store.history(what="viewed")]
    assert views == [{}, {"document": "neuf"}]
    assert world.store.history_broken_at() is None
