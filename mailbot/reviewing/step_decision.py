"""Staff's decision at a step of the process, through the same state table as a mail."""

from __future__ import annotations

from dataclasses import replace

from mailbot.errors import ActionRefused
from mailbot.record import About
from mailbot.reviewing.desk import Desk
from mailbot.reviewing.request import Request
from mailbot.rows import EntryRow
from mailbot.technical import technical_files
from rules.names import name_key
from rules.staff import StaffAction
from rules.staff import act as staff_act


def decide_step(desk: Desk, entry: EntryRow, request: Request) -> str:
    row = desk.row(entry)
    case = next((c for c in row.dossier.cases if c.name == entry.case), None) if row else None
    if row is None or case is None:
        raise ActionRefused(f"entry {entry.id} belongs to no case")
    files = list(desk.stored(request.files, row.id, request.by))
    if request.action == "enrolment-valid" and not files:
        given = technical_files(desk.config, row.dossier.reference)
        files = list(desk.stored(given, row.id, request.by))
    now = desk.clock.now()
    action = StaffAction(
        name=request.action,
        at=now,
        by=request.by or "staff",
        note=request.note,
        set=dict(request.set),
        files=tuple(files),
        facts=dict(entry.facts),
    )
    decided = staff_act(row.dossier, case, action, desk.considering.policy)
    cause = desk.cause(entry, request.action, None)
    if decided.outcome.dossier != row.dossier:
        saved = replace(row, dossier=decided.outcome.dossier)
        row = desk.store.save_dossier(saved, name_key=name_key(saved.dossier.name))
    desk.recorder.write_mails(row, decided.outcome.mails, cause, "due", None)
    about = About(cause, None, tuple(entry.facts.get("mails", ())), actor=request.by or "staff")
    desk.recorder.events(row, decided.outcome.events, about)
    if decided.ends_task:
        desk.recorder.close(entry.id, now, request.action)
    desk.recorder.tasks(row, decided.outcome.tasks, decided.outcome.closed_tasks, about)
    desk.processing.take_up_kept(row.id, cause, request.by or "staff")
    return "Enregistré."
