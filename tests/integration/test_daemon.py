"""`mailbot run` as a process of its own: it answers, stands by, outlives servers, ends when told."""

from __future__ import annotations

import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.integration.desk import Desk, environment, formulaire_1, mail
from tests.integration.dovecot import Dovecot, Mailbox, running_dovecot
from tests.integration.processes import until
from tests.integration.smtp_sink import SmtpSink

pytestmark = pytest.mark.dovecot
WITHIN_SECONDS = 10


@contextmanager
def running(desk: Desk) -> Iterator[subprocess.Popen[bytes]]:
    """`mailbot run`; killed in the end, should it not have ended by itself."""
    log = desk.folder / "log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            desk.command("run"), cwd=desk.folder, env=environment(), stdout=output, stderr=output
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def said(desk: Desk, word: str) -> bool:
    return word in (desk.folder / "log").read_text()


@pytest.fixture
def desk(dovecot: Dovecot, smtp_sink: SmtpSink, tmp_path: Path) -> Desk:
    desk = Desk(tmp_path, dovecot.new_mailbox(), smtp_sink)
    desk.configure()
    return desk


def test_it_answers_and_ends_when_told(desk: Desk) -> None:
    with running(desk) as process:
        until(lambda: said(desk, "event=started"), process=process, logs=[desk.folder / "log"])
        desk.deliver(mail(("f1.pdf", formulaire_1())))
        (answer,) = desk.sink.wait_for(1, timeout=40)
        assert answer.message["X-Mailbot-Template"] == "elements_manquants"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=WITHIN_SECONDS) == 0
    log = (desk.folder / "log").read_text()
    assert "direction@medisoft.example" not in log
    assert "Medisoft" not in log


def test_a_second_one_stands_by_until_the_first_ends(desk: Desk) -> None:
    with running(desk) as first:
        until(lambda: said(desk, "event=started"), process=first, logs=[desk.folder / "log"])
        with running(desk) as second:
            until(lambda: said(desk, "event=standing_by"), process=second, logs=[desk.folder / "log"])
            desk.call("once", code=1)
            first.send_signal(signal.SIGINT)
            assert first.wait(timeout=WITHIN_SECONDS) == 0
            log = desk.folder / "log"
            until(lambda: log.read_text().count("event=started") == 2, process=second, logs=[log])
            second.terminate()
            assert second.wait(timeout=WITHIN_SECONDS) == 0


def test_it_goes_on_when_the_mailbox_comes_back(smtp_sink: SmtpSink, tmp_path: Path) -> None:
    with running_dovecot() as server:
        desk = Desk(tmp_path, server.new_mailbox(), smtp_sink)
        desk.configure()
        with running(desk) as process:
            until(lambda: said(desk, "event=started"), process=process, logs=[tmp_path / "log"])
            server.stop()
            until(lambda: said(desk, "step=intake"), process=process, logs=[tmp_path / "log"])
            server.start()
            desk.deliver(mail(("f1.pdf", formulaire_1())))
            smtp_sink.wait_for(1, timeout=60)
            process.terminate()
            assert process.wait(timeout=WITHIN_SECONDS) == 0


def test_a_server_that_says_nothing_does_not_keep_it_from_ending(smtp_sink: SmtpSink, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        box = Mailbox("127.0.0.1", silent.getsockname()[1], 0, tmp_path, "boite@incert.test", "x")
        desk = Desk(tmp_path, box, smtp_sink)
        desk.configure()
        with running(desk) as process:
            until(lambda: said(desk, "event=started"), process=process, logs=[tmp_path / "log"])
            silent.accept()
            process.terminate()
            assert process.wait(timeout=WITHIN_SECONDS) == 0


def test_a_missed_night_is_caught_up_once(desk: Desk) -> None:
    desk.now = "2025-06-02T12:00:00+02:00"
    with running(desk) as process:
        until(lambda: said(desk, "event=started"), process=process, logs=[desk.folder / "log"])
        process.terminate()
        assert process.wait(timeout=WITHIN_SECONDS) == 0
    assert not said(desk, "event=night_done")  # nights before the first start were not missed
    desk.now = "2025-06-05T12:00:00+02:00"
    with running(desk) as process:
        until(lambda: said(desk, "event=night_done"), process=process, logs=[desk.folder / "log"])
        desk.sink.wait_for(1)
        process.terminate()
        assert process.wait(timeout=WITHIN_SECONDS) == 0
    desk.deliver(mail(("f1.pdf", formulaire_1())))
    with running(desk) as process:
        desk.sink.wait_for(2, timeout=40)
        process.terminate()
        assert process.wait(timeout=WITHIN_SECONDS) == 0
    assert (desk.folder / "log").read_text().count("event=night_done") == 1
    assert sorted(desk.sent()) == ["elements_manquants", "synthese_quotidienne"]
