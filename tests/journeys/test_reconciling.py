"""The night's comparison says nothing when all is well, and finds whatever was taken away."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text

from mailbot.audit import anchor, verify
from mailbot.demo.filling import filled_pdf
from mailbot.reconcile import last_reconciliation
from tests.builders import FORMULAIRE_1, MEDISOFT
from tests.journeys.world import MAILBOX, World


def reconcile(world: World) -> dict[str, int]:
    """A night: the whole mailbox is looked through, then everything is compared. Gap -> number."""
    service = world.service
    compared = service.intake.compare(service.intake.once(whole=True))
    service.processing.run()
    return {gap.kind: gap.number for gap in service.reconciler.run(compared).gaps}


@pytest.fixture(scope="module")
def yesterday(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An answered mail with a form, an unanswered one, a question, one sent by hand; a day later."""
    world = World(tmp_path_factory.mktemp("world"))
    world.deliver(MEDISOFT, files=[("f1.pdf", filled_pdf("formulaire_1", FORMULAIRE_1))])
    world.deliver("absent@example.org", "Absent", headers={"Auto-Submitted": "auto-replied"})
    world.deliver("qui@example.org", "Bonjour, quand ferme la labélisation ?")
    assert len(world.once()) == 2
    world.mailbox.deliver(f"From: {MAILBOX}\nTo: {MEDISOFT}\nSubject: x\n\nx".encode(), folder="Sent")
    world.later(days=1)
    assert reconcile(world) == {}
    yield world
    world.service.close()


@pytest.fixture
def busy(yesterday: World) -> Iterator[World]:
    """The same for every test: what one does to store, archive and mailbox is undone."""
    archive, boxes = yesterday.folder / "archive", copy.deepcopy(yesterday.mailbox.boxes)
    shutil.copytree(archive, yesterday.folder / "kept")
    with yesterday.store._database.writing() as connection, connection.begin_nested() as undone:
        yield yesterday
        undone.rollback()
    yesterday.mailbox.boxes = boxes
    yesterday.mailbox.withheld.clear()
    shutil.rmtree(archive)
    (yesterday.folder / "kept").rename(archive)


def test_where_all_is_well_nothing_is_found(busy: World) -> None:
    assert reconcile(busy) == {}
    kept = last_reconciliation(busy.store)
    assert kept is not None
    assert kept.at == busy.clock.now()
    assert (kept.mailbox, kept.in_mailbox, kept.dossiers, kept.sent) == ("compared", 3, 1, 2)
    assert verify(busy.store, busy.service.archive).attention() == []


def sql(statement: str) -> Callable[[World], None]:
    def change(world: World) -> None:
        with world.store._database.writing() as connection:
            connection.execute(text(statement))

    return change


def lose_a_file(world: World) -> None:
    archive = world.service.archive
    archive.path(next(archive.digests())).unlink()  # type: ignore[attr-defined]  # the real archive has files


def send_unknown(world: World) -> None:
    """Another mailbot, or this one before it was restored from an older backup."""
    message = f"From: {MAILBOX}\nMessage-ID: <{'0' * 40}@incert.lu>\nSubject: x\n\nx".encode()
    world.mailbox.deliver(message, folder="Sent")


def withhold_a_mail(world: World) -> None:
    world.deliver("neuf@example.org")
    world.mailbox.withheld.add(world.mailbox.boxes["INBOX"].uidnext - 1)


@pytest.mark.parametrize(
    ("harm", "gap"),
    [
        (lose_a_file, "archive_lacks"),
        (lambda world: world.service.archive.put(b"nobody's mail"), "archive_unknown"),
        (sql("UPDATE mails SET sha256 = 'x' || substr(sha256, 2) WHERE id = 1"), "mail_changed"),
        (sql("UPDATE mails SET message_id = '' WHERE direction = 'sent'"), "no_copy"),
        (send_unknown, "sent_unknown"),
        (withhold_a_mail, "mailbox"),
        (sql("UPDATE mails SET state = 'archived', next_attempt_at = NULL WHERE id = 2"), ""),
        (sql("UPDATE mails SET state = 'failed' WHERE id = 2"), "given_up_unseen"),
        (sql("UPDATE outbox SET state = 'due', not_before = NULL WHERE id = 1"), "unsent"),
        (sql("DELETE FROM history WHERE what = 'decided'"), "no_trace"),
        (sql("UPDATE history SET actor = 'x' WHERE id = 2"), "history"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_was_taken_away_is_found(busy: World, harm: Callable[[World], None], gap: str) -> None:
    harm(busy)
    found = reconcile(busy)
    assert (gap in found) if gap else (found == {}), found  # "": mended by the pass itself
    assert not gap or found[gap] >= 1


def test_the_summary_has_the_result_and_the_head_of_the_trail(busy: World) -> None:
    lose_a_file(busy)
    assert reconcile(busy) == {"archive_lacks": 1}
    head = busy.store.audit_head()
    busy.service.reminders.run()
    (summary,) = busy.send()
    assert "Écart\u00a0: 1 courriel(s) du registre manque(nt) dans l'archive." in summary.text.replace(
        "\n  ", " "
    )
    assert anchor(summary.text) == head


def test_a_trail_cut_off_before_the_summary_does_not_fit_it_any_more(busy: World) -> None:
    busy.service.reminders.run()
    busy.send()
    for statement in (
        "DELETE FROM history WHERE id > 3",
        "UPDATE history_head SET rows = 3, chain = (SELECT chain FROM history WHERE id = 3)",
    ):
        sql(statement)(busy)
    assert [p.what for p in verify(busy.store, busy.service.archive).problems] == ["not_as_anchored"]
