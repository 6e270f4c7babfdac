"""The nightly reconciliation: mailbox, archive, dossiers and what was sent have to tell the same story.

Its result stands in the daily summary, on /health and in the metrics. Nothing is mended here; a gap is told.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from mailbot.audit import changed_mails
from mailbot.breaker import HELD, HOLD
from mailbot.config import Config
from mailbot.intake import Compared
from mailbot.ports import Archive, Clock
from mailbot.rows import HistoryRow
from mailbot.store_port import Store

SWITCH = "reconciliation"
PATIENCE = timedelta(hours=1)  # so long a mail may take from one stage to the next
_DECIDING = ("decided", "recorded", "given_up", "reprocess")
_OURS = re.compile(r"<[0-9a-f]{40}@")  # a Message-ID made by mailbot/outbox.py

GapKind = Literal[
    "mailbox",
    "archive_lacks",
    "archive_unknown",
    "mail_changed",
    "undecided",
    "given_up_unseen",
    "no_trace",
    "dossier_lacks",
    "unsent",
    "no_copy",
    "sent_unknown",
    "history",
]
_SAID: dict[GapKind, str] = {
    "mailbox": "courriel(s) de la boîte manque(nt) dans l'archive (voir le journal du service)",
    "archive_lacks": "courriel(s) du registre manque(nt) dans l'archive",
    "archive_unknown": "fichier(s) de l'archive inconnu(s) du registre",
    "mail_changed": "courriel(s) du registre diffère(nt) de ce qui fut reçu",
    "undecided": "courriel(s) reçu(s) depuis plus d'une heure sans décision",
    "given_up_unseen": "courriel(s) non traité(s) qui ne figure(nt) pas dans la file",
    "no_trace": "décision(s) sans trace dans l'historique",
    "dossier_lacks": "document(s) de dossier dont le courriel est inconnu",
    "unsent": "courriel(s) qui aurai(en)t dû partir depuis plus d'une heure",
    "no_copy": "courriel(s) parti(s) sans copie dans les envoyés",
    "sent_unknown": "courriel(s) de mailbot dans les envoyés, inconnu(s) d'ici",
    "history": "ligne(s) de l'historique changée(s)",
}

LOST: frozenset[GapKind] = frozenset({"archive_lacks", "mail_changed", "history"})
"""What cannot be a matter of time: somebody or something took it away."""


class Gap(BaseModel):
    """Something that is not where it belongs, and how often."""

    model_config = ConfigDict(frozen=True)

    kind: GapKind
    number: int

    @property
    def said(self) -> str:
        """In words (French)."""
        return f"{self.number} {_SAID[self.kind]}"


class Reconciliation(BaseModel):
    """The result of one comparison."""

    model_config = ConfigDict(frozen=True)

    at: AwareDatetime
    mailbox: Literal["compared", "unreachable"]
    in_mailbox: int = 0
    mails: int = 0
    dossiers: int = 0
    sent: int = 0
    gaps: tuple[Gap, ...] = ()

    @property
    def said(self) -> list[str]:
        """For the summary (French)."""
        box = f"boîte ({self.in_mailbox})" if self.mailbox == "compared" else "boîte (inaccessible)"
        counts = f"{box}, archive ({self.mails}), dossiers ({self.dossiers}), envois ({self.sent})"
        if not self.gaps:
            return [f"Comparés : {counts}. Aucun écart."]
        return [f"Comparés : {counts}.", *(f"Écart : {gap.said}." for gap in self.gaps)]


def last_reconciliation(store: Store) -> Reconciliation | None:
    """The newest result, if there is one."""
    try:
        return Reconciliation.model_validate_json(store.switch(SWITCH) or "null")
    except ValidationError:
        return None


class Reconciler:
    """Compares. `compared`: what the intake saw in the mailbox, None where that could not be had."""

    def __init__(self, store: Store, archive: Archive, clock: Clock, config: Config) -> None:
        self._store = store
        self._archive = archive
        self._clock = clock
        self._config = config

    def run(self, compared: Compared | None) -> Reconciliation:
        """Compare and keep the result."""
        now = self._clock.now()
        archived = set(self._archive.digests())
        ledger = set(self._store.mails_by_id().values())
        kept = set(self._store.mail_digests())
        found: dict[GapKind, int] = {
            "mailbox": compared.lacking if compared else 0,
            "archive_lacks": len(kept - archived),
            "archive_unknown": len(archived - ledger),
            "mail_changed": len(changed_mails(self._store)),
            "undecided": self._store.undecided_before(now - PATIENCE),
            "given_up_unseen": self._store.failed_without_entry(),
            "no_trace": len(self._without_trace()),
            "dossier_lacks": self._documents_of_nothing(ledger),
            "history": sum(1 for _ in self._store.audit_problems()),
            **self._sent(now, compared),
        }
        result = Reconciliation(
            at=now,
            mailbox="compared" if compared else "unreachable",
            in_mailbox=compared.present if compared else 0,
            mails=len(kept),
            dossiers=len(self._store.dossier_overviews()),
            sent=sum(1 for at in self._store.left().values() if at is not None),
            gaps=tuple(Gap(kind=kind, number=number) for kind, number in found.items() if number),
        )
        with self._store.transaction():
            self._store.set_switch(SWITCH, result.model_dump_json())
            gaps = {gap.kind: gap.number for gap in result.gaps}
            detail = {"mailbox": result.mailbox, "mails": result.mails, "gaps": gaps}
            self._store.add_history(HistoryRow(0, now, "mailbot", "reconciled", detail))
        return result

    def _without_trace(self) -> set[int]:
        """Mails whose arrival stands in the history, and whose fate is settled without standing there."""
        told: set[int] = set()
        for what in _DECIDING:
            for row in self._store.history(what=what):
                told |= {row.mail_id or 0, *row.detail.get("mails_decided", ())}
        came = {int(i) for row in self._store.history(what="received") for i in row.detail.get("mails", {})}
        return (self._store.decided_mails() & came) - told

    def _documents_of_nothing(self, ledger: set[str]) -> int:
        return sum(
            1
            for row in self._store.dossiers()
            for case in row.dossier.cases
            for exhibit in case.exhibits
            if exhibit.mail_sha256 and exhibit.mail_sha256 not in ledger
        )

    def _sent(self, now: datetime, compared: Compared | None) -> dict[GapKind, int]:
        on_hold = self._store.switch(HOLD) == HELD
        found: dict[GapKind, int] = {"unsent": 0 if on_hold else self._store.due_before(now - PATIENCE)}
        if compared is None or compared.sent_read_at is None or self._config.smtp.save_sent == "none":
            return found
        until = min(now, compared.sent_read_at) - PATIENCE
        left, copies = self._store.left(), self._store.copies_in_sent()
        start = self._config.imap.answer_from
        found["no_copy"] = sum(
            1
            for message_id, at in left.items()
            if at is not None and at <= until and (start is None or at >= start) and message_id not in copies
        )
        found["sent_unknown"] = sum(1 for i in copies if _OURS.match(i) and i not in left)
        return found
