"""What surrounds the daemon: a mailbox behind a wire, an SMTP server that obeys, a little disk."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from scripts.chaos.office import Delivered, make
from scripts.chaos.wire import Wire, running_wire
from tests.integration.dovecot import Dovecot, Mailbox, running_dovecot
from tests.integration.processes import server_folder
from tests.integration.smtp_sink import DROP, LOSE, SmtpSink, running_smtp_sink

DISK_MEGABYTES = 48
ROUND = timedelta(hours=2)  # what the daemon's clock gains with every life, so that retries come due
START = datetime.fromisoformat("2025-06-02T12:00:00+02:00")
MILD = ("smtp", "smtp", "slow", "uidvalidity", "none", "none")
GRAVE = ("smtp", "smtp", "cut", "cut", "down", "disk", "disk")
AFTER_DATA = ("452 4.3.1 no space", "554 5.6.0 refused", "421 4.3.2 closing", "552 5.2.2 full", DROP, LOSE)
AT_SENDER = ("421 4.3.2 shutting down", "450 4.7.1 later", "452 4.3.1 no space")
AT_RECIPIENT = ("450 4.2.1 greylisted", "550 5.1.1 no such user", "452 4.2.2 full", "421 4.7.0 too many")
CONFIGURATION = """
[imap]
host = "127.0.0.1"
port = {imap_port}
security = "none"
username = "{box.user}"
password_file = "password"
folder = "INBOX"
processed_folder = "Traites"
poll_seconds = 1
timeout_seconds = 10
answer_from = 2025-04-01T00:00:00+02:00
[smtp]
host = "{sink.host}"
port = {sink.port}
security = "none"
from = "{box.user}"
save_sent = "append"
timeout_seconds = 10
[store]
url = "sqlite:///var/mailbot.db"
archive = "var/archive"
files = "var/files"
[parties]
aes_domains = ["esante.example"]
aes_address = "labelisation@esante.example"
incert_address = "equipe@incert.example"
[web]
run = false
[health]
listen = ""
[automation]
settle_minutes = 0
"""


@dataclass
class World:
    """Everything around the daemon, and what has been put into it."""

    folder: Path
    dovecot: Dovecot
    box: Mailbox
    wire: Wire
    sink: SmtpSink
    rng: random.Random
    small_disk: bool
    now: datetime = START
    delivered: list[Delivered] = field(default_factory=list)
    troubles: dict[str, int] = field(default_factory=dict)

    @property
    def arguments(self) -> list[str]:
        """What `mailbot` is called with; each time the clock has gone on."""
        self.now += ROUND
        return ["--config", str(self.folder / "config.toml"), "--now", self.now.isoformat()]

    # What comes in

    def deliver(self) -> None:
        """One or two mails; now and then one that was delivered before comes again."""
        for _ in range(self.rng.choice((1, 1, 2))):
            if self.delivered and self.rng.random() < 0.08:
                earlier = self.rng.choice(self.delivered)
                mail = Delivered(earlier.message_id, earlier.sender, earlier.raw, "copy")
            else:
                mail = make(self.rng, len(self.delivered) + 1)
            with self.box.client() as client:
                client.append("INBOX", mail.raw, msg_time=self.now)
            self.delivered.append(mail)

    # What goes wrong

    def trouble(self, choices: tuple[str, ...]) -> str:
        """One of these things goes wrong, until `mend`; which one."""
        kind = self.rng.choice(choices)
        {
            "smtp": self._smtp_answers,
            "slow": self._slow,
            "cut": self._cut,
            "down": self._down,
            "uidvalidity": self.renumber,
            "disk": self._fill,
            "none": lambda: None,
        }[kind]()
        self.troubles[kind] = self.troubles.get(kind, 0) + 1
        return kind

    def mend(self) -> None:
        """What went wrong for a while is over. What the SMTP server was told to say, it still says."""
        self.wire.mend()
        with suppress(FileNotFoundError):
            self._filler.unlink()

    def _smtp_answers(self) -> None:
        where = self.rng.choice(("data", "data", "sender", "recipient"))
        if where == "data":
            self.sink.reply_to_data(self.rng.choice(AFTER_DATA))
        elif where == "sender":
            self.sink.reply_to_sender(self.rng.choice(AT_SENDER))
        elif self.delivered:
            self.sink.reply_to_recipient(self.delivered[-1].sender, self.rng.choice(AT_RECIPIENT))

    def _slow(self) -> None:
        self.wire.delay = self.rng.uniform(0.02, 0.2)

    def _cut(self) -> None:
        self.wire.cut_after = self.rng.randrange(1, 20_000)

    def _down(self) -> None:
        self.wire.down = True
        self.wire.cut()

    def renumber(self) -> None:
        """The inbox gets another UIDVALIDITY, as after a restore of the mail server."""
        self.wire.cut()
        folder = self.dovecot.folder / "mail" / self.box.user / "Maildir"
        for path in [*folder.glob("dovecot-uid*"), *folder.glob("dovecot.index*")]:
            with suppress(FileNotFoundError):
                path.unlink()

    @property
    def _filler(self) -> Path:
        return self.folder / "var" / "filler"

    def _fill(self) -> None:
        """Nearly nothing is left on the disk that holds the store and the archive."""
        if not self.small_disk:
            return
        free = os.statvfs(self.folder / "var")
        leave = self.rng.choice((0, 4096, 40_000))
        size = max(free.f_bavail * free.f_frsize - leave, 0)
        with suppress(OSError), self._filler.open("wb") as filler:
            os.posix_fallocate(filler.fileno(), 0, size)

    @property
    def largest_file(self) -> int | None:
        """Where no disk can be mounted, a limit on files' size stands for a full one."""
        database = self.folder / "var" / "mailbot.db"
        return database.stat().st_size + 8192 if database.exists() else 100_000


@contextmanager
def running_world(seed: int) -> Iterator[World]:
    """Servers, a disk of its own where that may be mounted, and a configuration."""
    with ExitStack() as stack:
        folder = stack.enter_context(server_folder("mailbot-chaos"))
        small_disk = stack.enter_context(_small_disk(folder / "var"))
        dovecot = stack.enter_context(running_dovecot())
        sink = stack.enter_context(running_smtp_sink())
        wire = stack.enter_context(running_wire(dovecot.host, dovecot.port))
        box = dovecot.new_mailbox()
        (folder / "password").write_text(box.password)
        (folder / "config.toml").write_text(CONFIGURATION.format(imap_port=wire.port, box=box, sink=sink))
        yield World(folder, dovecot, box, wire, sink, random.Random(seed), small_disk)


@contextmanager
def _small_disk(folder: Path) -> Iterator[bool]:
    folder.mkdir(mode=0o700)
    size = f"size={DISK_MEGABYTES}m,mode=700"
    mounted = os.getuid() == 0 and _quietly("mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder))
    try:
        yield mounted
    finally:
        if mounted:
            _quietly("umount", "--lazy", str(folder))


def _quietly(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=20, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
