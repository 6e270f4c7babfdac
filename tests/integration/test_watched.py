"""`mailbot run` with all that stands beside it: the web app, /health and /metrics, systemd, alarms."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mailbot.adapters.store.sql import open_store
from mailbot.reconcile import Gap, Reconciliation
from tests.fakes import NOON
from tests.integration.desk import Desk, environment, formulaire_1, mail
from tests.integration.dovecot import Dovecot
from tests.integration.processes import free_port
from tests.integration.smtp_sink import SmtpSink

pytestmark = [pytest.mark.dovecot, pytest.mark.timeout(300)]
PATIENCE_SECONDS = 60.0


def until(ready: Callable[[], bool], *, process: subprocess.Popen[bytes], logs: Sequence[Path] = ()) -> None:
    """Wait; the web app takes its time where others work, too."""
    limit = time.monotonic() + PATIENCE_SECONDS
    while not ready():
        said = "".join(log.read_text() for log in logs)
        assert process.poll() is None, said[-3000:]
        assert time.monotonic() < limit, said[-3000:]
        time.sleep(0.05)


def get(port: int, path: str) -> tuple[int, str]:
    """Status and body; 0 where nobody listens."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


def children(pid: int) -> list[int]:
    """The web apps that this process started."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            with suppress(OSError):
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                words = (folder / "cmdline").read_bytes().split(b"\0")
                if int(fields[1]) == pid and b"--with-parent" in words:
                    found.append(int(folder.name))
    return found


@dataclass
class Manager:
    """What systemd would hear."""

    environment: dict[str, str]
    heard: list[str] = field(default_factory=list)


@contextmanager
def manager(path: Path) -> Iterator[Manager]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(path))
        told = Manager({"NOTIFY_SOCKET": str(path), "WATCHDOG_USEC": "400000"})

        def listen() -> None:
            while (said := ear.recv(500).decode()) != "end":
                told.heard.append(said)

        listening = threading.Thread(target=listen, daemon=True)
        listening.start()
        yield told
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as voice:
            voice.sendto(b"end", str(path))
        listening.join(timeout=10)


@contextmanager
def running(desk: Desk, **more: str) -> Iterator[subprocess.Popen[bytes]]:
    with (desk.folder / "log").open("ab") as log:
        process = subprocess.Popen(
            desk.command("run"), cwd=desk.folder, env=environment() | more, stdout=log, stderr=log
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_everything_beside_the_service(dovecot: Dovecot, smtp_sink: SmtpSink, tmp_path: Path) -> None:
    desk = Desk(tmp_path, dovecot.new_mailbox(), smtp_sink)
    web, health = free_port(), free_port()
    listen = f'[web]\nlisten = "127.0.0.1:{web}"\n[health]\nlisten = "127.0.0.1:{health}"\n'
    desk.configure(watched=listen)
    gap = Reconciliation(at=NOON, mailbox="compared", gaps=(Gap(kind="archive_lacks", number=1),))
    store = open_store(f"sqlite:///{desk.folder}/var/mailbot.db")
    store.set_switch("reconciliation", gap.model_dump_json())
    store.close()
    logs = [desk.folder / "log"]
    with manager(tmp_path / "notify") as told, running(desk, **told.environment) as service:
        until(lambda: get(health, "/ready")[0] == 200, process=service, logs=logs)
        wanted = {"READY=1\nSTATUS=starting", "STATUS=at work", "WATCHDOG=1"}
        until(lambda: wanted <= set(told.heard), process=service, logs=logs)

        until(lambda: get(web, "/login")[0] == 200, process=service, logs=logs)
        (child,) = children(service.pid)
        os.kill(child, signal.SIGKILL)
        until(lambda: children(service.pid) not in ([], [child]), process=service, logs=logs)
        environ = Path(f"/proc/{children(service.pid)[0]}/environ").read_bytes()
        assert b"NOTIFY_SOCKET" not in environ

        desk.deliver(mail(("f1.pdf", formulaire_1())))
        alarm, answer = sorted(
            smtp_sink.wait_for(2, timeout=PATIENCE_SECONDS), key=lambda m: str(m.message["Subject"])
        )
        assert alarm.message["X-Mailbot-Template"] == "alarme"
        assert answer.message["X-Mailbot-Template"] == "elements_manquants"

        def troubles() -> list[str]:
            return [trouble["name"] for trouble in json.loads(get(health, "/health")[1])["troubles"]]

        # On a busy machine the web app's end is one too, until it has been back for a while.
        until(lambda: troubles() == ["reconciliation_gap"], process=service, logs=logs)
        assert "mailbot_mails_sent_total 2.0" in get(health, "/metrics")[1]

        until(lambda: get(web, "/login")[0] == 200, process=service, logs=logs)
        (child,) = children(service.pid)
        service.send_signal(signal.SIGTERM)
        assert service.wait(timeout=10) == 0
        assert not Path(f"/proc/{child}").exists()
    assert told.heard[-1] == "STOPPING=1"


def test_the_web_app_ends_with_a_service_that_was_killed(
    dovecot: Dovecot, smtp_sink: SmtpSink, tmp_path: Path
) -> None:
    """The pipe to it breaks with its parent, however that ends."""
    desk = Desk(tmp_path, dovecot.new_mailbox(), smtp_sink)
    port = free_port()
    desk.configure(watched=f'[web]\nlisten = "127.0.0.1:{port}"\n')
    web = subprocess.Popen(
        desk.command("web", "--with-parent"),
        cwd=desk.folder,
        env=environment(),
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        until(lambda: get(port, "/login")[0] == 200, process=web)
        assert web.stdin is not None
        web.stdin.close()
        assert web.wait(timeout=PATIENCE_SECONDS) == 0
    finally:
        web.kill()
        web.wait()
