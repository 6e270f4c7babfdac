"""What a person does with an entry of the queue. The command line and the web app both come through here.

Every action is checked against what the entry offers; one that does not fit is refused and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from mailbot.agreement import AGREEMENT
from mailbot.errors import ActionRefused
from mailbot.reviewing import deciding_again, entry_itself, free_words, step_decision
from mailbot.reviewing.desk import Desk
from mailbot.reviewing.request import Done, Request
from mailbot.reviewing.standing import offered
from mailbot.rows import EntryRow, HistoryRow
from rules.staff import STAFF_DECISIONS
from rules.staff import ActionRefused as RuleRefused
from rules.workflow import StepOutOfOrder

__all__ = ["Done", "Request", "Review"]

_ACTIONS: dict[str, Callable[[Desk, EntryRow, Request], str]] = {
    "approve": deciding_again.approve,
    "correct": deciding_again.correct,
    "assign": deciding_again.assign,
    "deadline-overruled": deciding_again.overrule_deadline,
    "reprocess": deciding_again.reprocess,
    "merge": deciding_again.merge,
    "reply": free_words.reply,
    "forward": free_words.forward,
    "note": entry_itself.note,
    "postpone": entry_itself.postpone,
    "close": entry_itself.close,
    "reopen": entry_itself.reopen,
    "dismiss": entry_itself.dismiss,
    **dict.fromkeys(STAFF_DECISIONS, step_decision.decide_step),
}


class Review:
    """Carries out actions on queue entries."""

    ACTIONS = frozenset(_ACTIONS)

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @staticmethod
    def offered(entry: EntryRow) -> tuple[str, ...]:
        """The actions that make sense for the entry now."""
        return offered(entry)

    def act(self, entry_id: int, request: Request) -> Done:
        """Carry out the action in one transaction. Raises ActionRefused, UnknownReference.

        What is to be read again is read after it: should that break off, the next pass reads it.
        """
        with self._desk.store.transaction():
            entry = self._desk.store.entry(entry_id)
            possible = offered(entry)
            if request.action not in possible:
                raise ActionRefused(
                    f"entry {entry_id} does not offer « {request.action} »; it offers: {', '.join(possible)}"
                )
            before = {r.id for r in self._desk.mails_about(entry) if r.state == "due"}
            try:
                message = _ACTIONS[request.action](self._desk, entry, request)
            except (RuleRefused, StepOutOfOrder) as error:
                raise ActionRefused(str(error)) from error
            self._history(entry, request)
            self._agreement(entry, request)
        if request.action == "reprocess":
            # Reading takes long, and no other writer may wait for it: not in the transaction.
            self._desk.processing.run()
        with self._desk.store.transaction():
            mails = [r for r in self._desk.mails_about(entry) if r.state == "due" and r.id not in before]
        return Done(message, tuple(mails), attention=self._overdue(entry, request))

    def _overdue(self, entry: EntryRow, request: Request) -> str:
        """A step that staff decide after its period: possible, and said (INCERT's own deadline)."""
        calendar, now = self._desk.considering.policy.calendar, self._desk.clock.now()
        if request.action in STAFF_DECISIONS and calendar.is_late(entry.step, now):
            return "Attention : le délai de cette étape est passé."
        if request.action in ("complement", "tests-failed") and calendar.is_late("L3", now):
            return "Attention : le délai pour un nouvel envoi de l'Industriel est passé."
        return ""

    def _agreement(self, entry: EntryRow, request: Request) -> None:
        """Whether a person let a draft leave as mailbot wrote it, per template: what `stats` measures."""
        if request.action not in ("approve", "correct", "close", "dismiss", "reply"):
            return
        agreed = request.action == "approve" and not request.note.strip()
        for template, mode in dict(entry.facts.get("modes") or {}).items():
            self._desk.store.add_history(
                HistoryRow(
                    id=0,
                    at=self._desk.clock.now(),
                    actor=request.by or "staff",
                    what=AGREEMENT,
                    detail={
                        "template": template,
                        "mode": mode,
                        "held": bool(entry.facts.get("held")),
                        "agreed": agreed,
                        "kinds": list(entry.facts.get("kinds") or ()),
                    },
                    dossier_id=entry.dossier_id,
                    case=entry.case,
                    mail_id=entry.mail_id,
                    entry_id=entry.id,
                )
            )

    def _history(self, entry: EntryRow, request: Request) -> None:
        masked = request.action == "access-configured"  # access details are not kept in the history
        self._desk.store.add_history(
            HistoryRow(
                id=0,
                at=self._desk.clock.now(),
                actor=request.by or "staff",
                what=request.action,
                detail={
                    "note": "•••" if masked else request.note,
                    "set": dict(request.set),
                    "files": [name for name, _ in request.files],
                    **_ground(request),
                }
                | ({"system_user": request.system_user} if request.system_user else {}),
                dossier_id=entry.dossier_id,
                case=entry.case,
                mail_id=entry.mail_id,
                entry_id=entry.id,
            )
        )


def _ground(request: Request) -> dict[str, Any]:
    """What else the person said, where something was said."""
    said = {
        "document": request.document,
        "kind": request.kind,
        "dossier": request.dossier,
        "as_written": request.as_written,
        "digests": [sha256(data).hexdigest() for _, data in request.files],
    }
    return {name: value for name, value in said.items() if value}
