"""Several `mailbot run` on one PostgreSQL and one mailbox, and what became of the mails."""

from __future__ import annotations

import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

from mailbot.adapters.store.sql import SqlStore, open_store
from tests.integration.desk import Desk, environment

LOGS = "several"


@dataclass
class Several:
    """Processes that share a store. Every mail that is delivered here is a question of somebody else."""

    desk: Desk
    url: str
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)

    def start(self, count: int) -> None:
        """Each with its own log; ready when it says so."""
        self.desk.configure()
        config = self.desk.folder / "config.toml"
        config.write_text(config.read_text().replace("sqlite:///var/mailbot.db", self.url))
        open_store(self.url).close()
        for number in range(count):
            with (self.desk.folder / f"{LOGS}{number}.log").open("wb") as log:
                command = self.desk.command("run")
                self.processes.append(
                    subprocess.Popen(command, cwd=self.desk.folder, env=environment(), stderr=log)
                )
        try:
            self.until(lambda: all("event=started" in self.said(n) for n in range(count)), 60)
        except TimeoutError as error:
            raise RuntimeError(f"not all of them started:\n{logs(self.desk.folder)}") from error

    def said(self, number: int) -> str:
        return (self.desk.folder / f"{LOGS}{number}.log").read_text(errors="replace")

    def ask(self, count: int) -> None:
        """So many mails arrive, each from another person."""
        first = len(self.senders)
        self.senders += [f"personne{n}@ailleurs{n}.example" for n in range(first, first + count)]
        mails = [question(sender, n) for n, sender in enumerate(self.senders[first:], first)]
        self.desk.deliver(*mails)

    def kill(self, number: int) -> None:
        self.processes[number].kill()
        self.processes[number].wait()

    def until_all_are_settled(self, seconds: float) -> None:
        """Wait until every mail is decided and no answer is due or being sent."""

        def settled(store: SqlStore) -> bool:
            states = store.count_by_state()
            outbox = states["outbox"]
            decided = states["mails"].get("decided", 0)
            return decided >= len(self.senders) and not outbox.get("due") and not outbox.get("sending")

        store = open_store(self.url)
        try:
            self.until(lambda: settled(store), seconds)
        finally:
            store.close()

    def answers(self) -> Counter[str]:
        """How many mails each address got."""
        return Counter(to for mail in self.desk.sink.received for to in mail.rcpt_to if "@ailleurs" in to)

    def in_doubt(self) -> set[str]:
        """To whom a mail may or may not have left: what a person has to look at."""
        store = open_store(self.url)
        try:
            entries = [e for e in store.entries() if "delivery_uncertain" in e.codes]
            return {to for e in entries for to in store.outbox(int(str(e.facts["outbox_id"]))).to}
        finally:
            store.close()

    @staticmethod
    def until(true: object, seconds: float) -> None:
        assert callable(true)
        limit = time.monotonic() + seconds
        while not true():
            if time.monotonic() > limit:
                raise TimeoutError(f"not within {seconds} s")
            time.sleep(0.05)

    def stop(self) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def several(desk: Desk, url: str, count: int) -> Iterator[Several]:
    them = Several(desk, url)
    try:
        them.start(count)
        yield them
    finally:
        them.stop()


def question(sender: str, number: int) -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = sender, "support@incert.test"
    message["Subject"], message["Message-ID"] = f"Question {number}", f"<{number}@ailleurs{number}.example>"
    message.set_content(f"Bonjour,\n\nQui peut me dire où déposer le Formulaire 1 ? ({number})\n\nMerci\n")
    return message.as_bytes()


def logs(folder: Path) -> str:
    """The ends of what the processes said."""
    return "\n".join(path.read_text(errors="replace")[-1500:] for path in sorted(folder.glob(f"{LOGS}*")))
