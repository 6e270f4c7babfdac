"""What is wrong with the running service now, by name: for /health, the metrics and the alarms."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from mailbot.alarms import raised
from mailbot.bootstrap import Service
from mailbot.breaker import TROUBLE
from mailbot.config import Config
from mailbot.monitoring.token import token_expires_at
from mailbot.monitoring.vitals import Vitals
from mailbot.reconcile import last_reconciliation

TroubleName = Literal[
    "mailbox_unreachable",
    "no_poll",
    "smtp_failing",
    "scanner_unreachable",
    "sending_held",
    "disk_nearly_full",
    "reconciliation_gap",
    "token_expiring",
    "web_down",
]

_TENTH = 10  # of a small disk may be all that has to be free


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that a person has to see to, since when it is so, and in words (French)."""

    name: TroubleName
    said: str
    since: datetime
    lasting: bool = False  # no blip: nobody has to wait and see whether it ends by itself


class Troubles:
    """Looks. Raises StoreUnreachable where the store is gone; everything else is an answer."""

    def __init__(
        self, service: Service, vitals: Vitals, disk: Callable[[Path], tuple[int, int]] | None = None
    ) -> None:
        self._service = service
        self._vitals = vitals
        self._disk_of = disk or _total_and_free
        self._disk_full_since: datetime | None = None

    def now(self) -> list[Trouble]:
        at = self._service.clock.now()
        return [*self._servers(at), *self._store(), *self._disk(at), *self._token(at)]

    def disk_free(self) -> int:
        """Bytes that are free where the archive grows, or the store, whichever has less."""
        return min(free for _, free in self._disks())

    def _disks(self) -> list[tuple[int, int]]:
        store = self._service.config.store
        return [self._disk_of(folder) for folder in (store.archive, store.folder)]

    def _servers(self, at: datetime) -> Iterator[Trouble]:
        vitals, health = self._vitals, self._service.config.health
        imap, smtp = self._service.config.imap, self._service.config.smtp
        if vitals.mailbox_failed_since is not None:
            said = f"La boîte aux lettres ({imap.host}) est inaccessible."
            yield Trouble("mailbox_unreachable", said, vitals.mailbox_failed_since)
        elif vitals.started_at is not None:
            last = vitals.last_poll or vitals.started_at
            if at - last > timedelta(minutes=health.no_poll_minutes) + timedelta(seconds=imap.poll_seconds):
                said = f"La boîte aux lettres ({imap.host}) n'a pas été relevée depuis longtemps."
                yield Trouble("no_poll", said, last, lasting=True)
        if vitals.smtp_failed_since is not None:
            said = f"Le serveur d'envoi ({smtp.host}) ne prend plus de courriel."
            yield Trouble("smtp_failing", said, vitals.smtp_failed_since)
        if vitals.scanner_failed_since is not None:
            said = "L'antivirus (clamd) ne répond pas : les courriels attendent, rien n'est ouvert."
            yield Trouble("scanner_unreachable", said, vitals.scanner_failed_since)
        if vitals.web_failed_since is not None:
            said = f"L'application web ({self._service.config.web.listen}) ne démarre pas."
            yield Trouble("web_down", said, vitals.web_failed_since)

    def _store(self) -> Iterator[Trouble]:
        tripped = raised(self._service.store, TROUBLE)
        if tripped is not None:
            yield Trouble("sending_held", tripped[1], tripped[0], lasting=True)
        found = last_reconciliation(self._service.store)
        if found is not None and found.gaps:
            said = "Le rapprochement de la nuit a trouvé un écart : "
            gaps = " ; ".join(gap.said for gap in found.gaps)
            yield Trouble("reconciliation_gap", f"{said}{gaps}.", found.at, lasting=True)

    def _disk(self, at: datetime) -> Iterator[Trouble]:
        wanted = self._service.config.health.disk_free_mb * 1_000_000
        if all(free >= min(wanted, total // _TENTH) for total, free in self._disks()):
            self._disk_full_since = None
            return
        self._disk_full_since = self._disk_full_since or at
        said = f"Le disque est presque plein : il reste {self.disk_free() // 1_000_000} Mo."
        yield Trouble("disk_nearly_full", said, self._disk_full_since, lasting=True)

    def _token(self, at: datetime) -> Iterator[Trouble]:
        expires = expiry(self._service.config)
        if expires is not None and expires - at < timedelta(
            minutes=self._service.config.health.token_minutes
        ):
            said = "Le jeton d'accès à la boîte aux lettres expire et n'a pas été renouvelé."
            yield Trouble("token_expiring", said, expires)


def expiry(config: Config) -> datetime | None:
    """When the access token in use ends, None where none is in use or it cannot be told."""
    if "xoauth2" not in (config.imap.auth, config.smtp.auth):
        return None
    return token_expires_at(config.oauth)


def _total_and_free(folder: Path) -> tuple[int, int]:
    there = next((path for path in (folder, *folder.parents) if path.exists()), Path("/"))
    usage = shutil.disk_usage(there)
    return usage.total, usage.free
