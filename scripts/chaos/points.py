"""The named points between two steps at which the daemon can be killed.

Each is a method of the service and a side of it: the process dies before its work, or after. Points inside a
transaction count as well: what they had written has to be gone.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import aiosmtplib

from mailbot.adapters.archive import FileArchive
from mailbot.adapters.imap import ImapMailbox
from mailbot.adapters.smtp import SmtpMailer
from mailbot.adapters.store.sql import SqlStore
from mailbot.adapters.workers import WorkerReaders
from mailbot.daemon import Daemon
from mailbot.deliver import Delivery
from mailbot.intake import Intake
from mailbot.lease import Lease
from mailbot.process import Processing

Side = Literal["before", "after"]

_STEPS: dict[str, tuple[type, str]] = {
    "the lease is taken": (Lease, "take"),
    "what a dead process left is settled": (Delivery, "recover"),
    "the inbox is opened": (ImapMailbox, "open"),
    "a mail is archived": (FileArchive, "put"),
    "the archived file gets its name": (Path, "rename"),
    "the ledger is written": (SqlStore, "record_arrivals"),
    "the ledger is committed": (Intake, "_record"),
    "a mail is moved": (ImapMailbox, "put_aside"),
    "the move is noted": (SqlStore, "mark_handled"),
    "the pass is noted": (Intake, "_remember"),
    "a mail is read": (WorkerReaders, "read_mail"),
    "the reading is committed": (Processing, "_read"),
    "a dossier is opened": (SqlStore, "new_dossier"),
    "an answer is written": (SqlStore, "add_outbox"),
    "an entry is opened": (SqlStore, "open_entry"),
    "a decision is committed": (Processing, "_decide"),
    "an answer is claimed": (SqlStore, "claim_due"),
    "an answer is handed over": (SmtpMailer, "send"),
    "the data of an answer is sent": (aiosmtplib.SMTP, "data"),
    "the sending is noted": (SqlStore, "update_outbox"),
    "the sending is committed": (Delivery, "_sent"),
    "the copy is saved": (ImapMailbox, "append_sent"),
    "the service has begun": (Daemon, "_begin"),
}
POINTS: tuple[tuple[str, Side], ...] = tuple((step, side) for step in _STEPS for side in ("before", "after"))


def arm(step: str, side: Side, nth: int, die: Callable[[], None] | None = None) -> None:
    """The nth call of that step's method kills this process. Raises AttributeError for one that is gone."""
    owner, name = _STEPS[step]
    method: Any = getattr(owner, name)
    left = [nth]
    end = die or _kill

    def now() -> bool:
        left[0] -= 1
        return left[0] == 0

    def plain(*given: Any, **named: Any) -> Any:
        mine = now()
        if mine and side == "before":
            end()
        done = method(*given, **named)
        if mine:
            end()
        return done

    async def waiting(*given: Any, **named: Any) -> Any:
        mine = now()
        if mine and side == "before":
            end()
        done = await method(*given, **named)
        if mine:
            end()
        return done

    setattr(owner, name, waiting if asyncio.iscoroutinefunction(method) else plain)


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
