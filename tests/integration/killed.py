"""One pass of intake and delivery in a process that is killed at a named point. Started by test_killed.py.

`python -m tests.integration.killed POINT STORE ARCHIVE IMAP_PORT USER PASSWORD_FILE SMTP_PORT`
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

from mailbot.adapters.archive import FileArchive
from mailbot.adapters.imap import ImapMailbox
from mailbot.adapters.smtp import SmtpMailer
from mailbot.adapters.store.sql import SqlStore, open_store
from mailbot.deliver import Delivery
from mailbot.intake import Intake
from mailbot.settings import Imap, Smtp
from tests.fakes import clock

POINTS: dict[str, tuple[type, str, bool]] = {
    "before the archive": (FileArchive, "put", False),
    "after the archive": (FileArchive, "put", True),
    "after the ledger": (SqlStore, "record_arrivals", True),
    "before the move": (ImapMailbox, "put_aside", False),
    "after the move": (ImapMailbox, "put_aside", True),
    "before it is handed over": (SmtpMailer, "send", False),
    "after it was handed over": (SmtpMailer, "send", True),
    "before the copy": (ImapMailbox, "append_sent", False),
    "after the copy": (ImapMailbox, "append_sent", True),
}


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def arm(point: str) -> None:
    """Replace that method by one that kills the process before or after its work."""
    owner, name, after = POINTS[point]
    method: Any = getattr(owner, name)

    def plain(*given: Any, **named: Any) -> Any:
        if after:
            method(*given, **named)
        die()

    async def waiting(*given: Any, **named: Any) -> Any:
        if after:
            await method(*given, **named)
        die()

    setattr(owner, name, waiting if asyncio.iscoroutinefunction(method) else plain)


def main() -> None:
    point, store_url, archive, imap_port, user, password_file, smtp_port = sys.argv[1:]
    if point != "never":
        arm(point)
    here = {"host": "127.0.0.1", "security": "none"}
    imap = Imap.model_validate(
        here
        | {
            "port": int(imap_port),
            "username": user,
            "password_file": password_file,
            "processed_folder": "Traités",
        }
    )
    smtp = Smtp.model_validate(here | {"port": int(smtp_port), "from": "boite@incert.test"})
    store, mailbox = open_store(store_url), ImapMailbox(imap)
    Intake(mailbox, store, FileArchive(Path(archive)), clock()).once()
    delivery = Delivery(
        store,
        SmtpMailer(smtp),
        clock(),
        smtp,
        attachment_bytes=lambda ref: b"",
        gate=lambda row, attachments: None,
        mailbox=mailbox,
    )
    delivery.recover()
    asyncio.run(delivery.once())
    delivery.save_missing_copies()


if __name__ == "__main__":
    main()
