"""The entry itself: noted, postponed, closed, reopened, dismissed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time

from mailbot.errors import ActionRefused
from mailbot.reviewing.desk import Desk
from mailbot.reviewing.request import Request
from mailbot.rows import EntryRow
from rules.calendar import LUXEMBOURG
from rules.types import Case
from rules.workflow import gate_step


def note(desk: Desk, entry: EntryRow, request: Request) -> str:
    if not request.note.strip():
        raise ActionRefused("say what to note: --note TEXT")
    return "Noté."


def postpone(desk: Desk, entry: EntryRow, request: Request) -> str:
    try:
        until = date.fromisoformat(request.set.get("until", ""))
    except ValueError as error:
        raise ActionRefused("say until when: --set until=2026-06-30") from error
    if datetime.combine(until, time(), LUXEMBOURG) <= desk.clock.now():
        raise ActionRefused(f"until={until}: expected a day to come")
    desk.store.update_entry(entry.id, state="postponed", until=until)
    return f"Reporté au {until:%d/%m/%Y}."


def close(desk: Desk, entry: EntryRow, request: Request) -> str:
    desk.withdraw_drafts(entry)
    desk.recorder.close(entry.id, desk.clock.now(), "closed")
    return "Fermé."


def reopen(desk: Desk, entry: EntryRow, request: Request) -> str:
    desk.store.update_entry(entry.id, state="open", closed_at=None, until=None, outcome="")
    return "Rouvert."


def dismiss(desk: Desk, entry: EntryRow, request: Request) -> str:
    """Nothing to do: the draft is dropped, and what the mail brought is taken off open steps again."""
    if not request.note.strip():
        raise ActionRefused("say why there is nothing to do: --note TEXT")
    desk.withdraw_drafts(entry)
    row = desk.row(entry)
    ids = {m.id for m in desk.mails(entry)}
    if row is not None and entry.facts.get("held"):
        cases = tuple(_without_mails(c, ids) for c in row.dossier.cases)
        if cases != row.dossier.cases:
            changed = row.dossier.model_copy(update={"cases": cases})
            desk.store.save_dossier(replace(row, dossier=changed))
    desk.recorder.close(entry.id, desk.clock.now(), "dismissed")
    return "Classé sans suite."


def _without_mails(case: Case, mail_ids: set[int]) -> Case:
    """An open step's case without what those mails brought."""
    if gate_step(case) is None:
        return case
    kept = tuple(e for e in case.exhibits if e.mail_id not in mail_ids)
    # A case that only this mail had opened is over: nobody is reminded of it.
    over = bool(case.exhibits) and not kept and case.kind != "E" and case.state == "ouvert"
    return case.model_copy(update={"exhibits": kept, "state": "clos" if over else case.state})
