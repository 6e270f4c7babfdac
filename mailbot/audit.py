"""Whether what was recorded is still as it was written: the history's chain, the ledger, the archive.

The chain shows every change of the history itself. What could still be done to it, cutting off its end
together with the mark of where it ends, shows against what stands elsewhere: each day's summary names the
head of that day, and stays in INCERT's mailbox.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from mailbot.daily_figures import DailyFigures
from mailbot.errors import ArchiveDamaged, UsageError
from mailbot.ports import Archive
from mailbot.rows import RECEIVED, AuditHead, AuditProblem
from mailbot.store_port import Store

SUMMARY = "synthese_quotidienne"
_ANCHOR = re.compile(r"(\d+)[:\s]+([0-9a-f]{64})")
_SAID = {
    "altered": "row {} is not as it was written",
    "removed": "row {} was taken out",
    "inserted": "row {} was put in",
    "not_as_anchored": "row {} is not the one that the summary of that day named",
}


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What was looked at and what is wrong. `changed_mails`: whose row in the ledger is not the first one."""

    head: AuditHead
    problems: tuple[AuditProblem, ...] = ()
    anchors: int = 0
    mails: int = 0
    damaged: tuple[str, ...] = ()
    changed_mails: tuple[int, ...] = ()

    def attention(self) -> list[str]:
        """What a person has to know."""
        return [
            *(f"the history: {_SAID[problem.what].format(problem.row)}" for problem in self.problems),
            *(f"the archive lacks the mail {digest}, or its bytes were changed" for digest in self.damaged),
            *(f"mail {mail_id} is not the one that was received" for mail_id in self.changed_mails),
        ]

    def as_json(self) -> dict[str, Any]:
        return {
            "history_broken_at": min((p.row for p in self.problems), default=None),
            "problems": [{"row": p.row, "what": p.what} for p in self.problems],
            "rows": self.head.rows,
            "head": self.head.chain,
            "anchors": self.anchors,
            "mails": self.mails,
            "mails_damaged": list(self.damaged),
            "mails_changed": list(self.changed_mails),
        }


def verify(store: Store, archive: Archive, anchors: Iterable[AuditHead] = ()) -> AuditReport:
    """Look at everything that is kept. `anchors`: heads that a person has from summaries."""
    noted = {*anchors, *_of_summaries(store)}
    damaged, mails = [], 0
    for digest in store.mail_digests():
        mails += 1
        try:
            archive.get(digest)
        except (ArchiveDamaged, OSError, KeyError):
            damaged.append(digest)
    return AuditReport(
        head=store.audit_head(),
        problems=tuple(store.audit_problems(noted)),
        anchors=len(noted),
        mails=mails,
        damaged=tuple(damaged),
        changed_mails=tuple(changed_mails(store)),
    )


def changed_mails(store: Store) -> list[int]:
    """The mails whose digest in the ledger is not the one that the history has of their arrival."""
    now = store.mails_by_id()
    came = {int(i): d for row in store.history(what=RECEIVED) for i, d in row.detail.get("mails", {}).items()}
    return sorted(mail_id for mail_id, digest in came.items() if now.get(mail_id) != digest)


def anchor(text: str) -> AuditHead:
    """A head as a summary prints it. Raises UsageError."""
    found = _ANCHOR.search(text)
    if found is None:
        raise UsageError(f"{text!r}: expected NUMBER:DIGEST, as the daily summary prints it")
    return AuditHead(int(found[1]), found[2])


def _of_summaries(store: Store) -> set[AuditHead]:
    """The heads that the summaries of the outbox name."""
    found = [DailyFigures.read(letter.figures) for letter in store.letters(SUMMARY)]
    return {AuditHead(f.audit_rows, f.audit_head) for f in found if f.audit_rows is not None and f.audit_head}
