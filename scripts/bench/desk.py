"""A mailbox, an SMTP sink and one contender between them, started anew for every run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from scripts.bench.tree import cpu_seconds
from tests.integration.dovecot import Dovecot, Mailbox
from tests.integration.smtp_sink import SmtpSink, running_smtp_sink

Contender = Literal["mailbot", "naive", "floor"]
NOW = datetime(2025, 6, 2, 12, tzinfo=UTC)
STAGING = "Arriving"
_ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS = 120.0
_CONFIGURATION = """
[imap]
host = "127.0.0.1"
port = {imap_port}
security = "none"
username = "{user}"
password_file = "password"
folder = "INBOX"
processed_folder = "Traites"
poll_seconds = 60
answer_from = 2025-04-01T00:00:00+02:00
[smtp]
host = "127.0.0.1"
port = {smtp_port}
security = "none"
from = "{user}"
save_sent = "{save_sent}"
[store]
url = "{store}"
archive = "{archive}"
[health]
listen = ""
[web]
run = false
listen = "127.0.0.1:0"
[automation]
settle_minutes = 0
{more}
"""


@dataclass
class Run:
    """One contender at work in a folder of its own. `lines`: what it said on stderr."""

    contender: Contender
    folder: Path
    box: Mailbox
    sink: SmtpSink
    process: subprocess.Popen[bytes]
    begun: float
    lines: list[str] = field(default_factory=list)
    _ready: threading.Event = field(default_factory=threading.Event)

    @property
    def pid(self) -> int:
        return self.process.pid

    def stage(self, mails: Sequence[bytes]) -> None:
        """Put mails into a folder beside the inbox, from where they arrive all at once."""
        with self.box.client() as client:
            if not client.folder_exists(STAGING):
                client.create_folder(STAGING)
            for raw in mails:
                client.append(STAGING, raw, msg_time=datetime.now(UTC) if self._real_time else NOW)

    def arrive(self) -> None:
        """Move everything that is staged into the inbox, in one command."""
        with self.box.client() as client:
            client.select_folder(STAGING)
            client.move(client.search("ALL"), "INBOX")

    _real_time: bool = False

    def answered(self, count: int, timeout: float) -> None:
        """Wait for so many answers. Raises TimeoutError."""
        self.until(lambda: len(self.sink.received) >= count, timeout)

    def until(self, reached: Callable[[], bool], timeout: float) -> None:
        """Wait for that, as long as the contender lives. Raises TimeoutError."""
        until = time.monotonic() + timeout
        while not reached():
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.contender} ended with {self.process.returncode}: {self.said()}")
            if time.monotonic() > until:
                raise TimeoutError(f"{len(self.sink.received)} answers so far: {self.said()}")
            time.sleep(0.005)

    def times_said(self, text: str) -> int:
        return sum(text in line for line in list(self.lines))

    def settled_cpu(self, quiet_seconds: float = 0.6) -> float:
        """The tree's CPU seconds as soon as it rests: what follows the answer counts too."""
        before = cpu_seconds(self.pid)
        while True:
            time.sleep(quiet_seconds)
            now = cpu_seconds(self.pid)
            if now - before < 0.02:
                return now
            before = now

    def said(self) -> str:
        return "\n".join(self.lines[-5:])

    def listen(self) -> None:
        """Read what it says until it ends."""
        assert self.process.stderr is not None
        for raw in self.process.stderr:
            self.lines.append(raw.decode("utf-8", "replace").rstrip())
            if "event=started" in self.lines[-1]:
                self._ready.set()
        self._ready.set()

    def ready_after(self) -> float:
        """Seconds from the start of the program until it said that it is ready."""
        if not self._ready.wait(_START_SECONDS):
            raise TimeoutError(f"{self.contender} does not start: {self.said()}")
        return time.monotonic() - self.begun


@contextmanager
def running(
    contender: Contender,
    dovecot: Dovecot,
    *,
    more: str = "",
    save_sent: str = "server",
    store: str = "sqlite:///var/mailbot.db",
    archive: str = "var/archive",
    folder: Path | None = None,
    box: Mailbox | None = None,
    now: datetime | None = NOW,
) -> Iterator[Run]:
    """The contender, started and ready. `folder` and `box` where they exist already."""
    with tempfile.TemporaryDirectory(prefix="mailbot-bench-") as made, running_smtp_sink() as sink:
        folder = folder or Path(made)
        box = box or dovecot.new_mailbox("bench")
        (folder / "password").write_text(box.password)
        configuration = _CONFIGURATION.format(
            imap_port=box.port,
            user=box.user,
            smtp_port=sink.port,
            save_sent=save_sent,
            store=store,
            archive=archive,
            more=more,
        )
        (folder / "config.toml").write_text(configuration)
        command = [sys.executable, "-m", f"scripts.bench.{contender}", str(folder / "config.toml")]
        if contender == "mailbot":
            clock = ["--now", now.isoformat()] if now else []
            command = [sys.executable, "-m", "mailbot.cli", "--config", command[-1], *clock, "run"]
        begun = time.monotonic()
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(_ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        run = Run(contender, folder, box, sink, process, begun)
        run._real_time = now is None
        threading.Thread(target=run.listen, daemon=True).start()
        try:
            run.ready_after()
            yield run
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
