"""A decision, made durable: dossier, queue entries, outbox rows and history in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from mailbot.config import Config
from mailbot.outbox import Cause, Outbox
from mailbot.rows import RESTORED, DossierRow, EntryRow, HistoryRow, OutboxState
from mailbot.setting_values import Mode
from mailbot.store_port import Store
from rules.types import Decision, Event, PlannedMail, Step, Submission, Task

_STRANGER = frozenset(
    {"sender_not_registered", "sender_not_authenticated", "dossier_contested", "sender_takes_no_answer"}
)
ANYTIME = ("reply", "forward", "note", "postpone", "close", "merge")


@dataclass(frozen=True, slots=True)
class About:
    """What a decision is about, for the queue's lists."""

    cause: Cause
    submission: Submission | None = None
    mail_ids: tuple[int, ...] = ()
    actor: str = "mailbot"


class Recorder:
    """Writes decisions to the store."""

    def __init__(self, store: Store, outbox: Outbox, config: Config) -> None:
        self._store = store
        self._outbox = outbox
        self._config = config

    def record(self, row: DossierRow | None, decision: Decision, about: About) -> EntryRow | None:
        """Store everything that follows; returns the entry that a person has to look at, if any.

        A mail of which nothing follows (thanks, a copy of what is accepted) leaves what waits as it is.
        """
        if row is not None and decision.dossier is not None and decision.dossier != row.dossier:
            row = self._store.save_dossier(replace(row, dossier=decision.dossier), before=row.dossier)
        says = bool(decision.mails or decision.tasks or decision.exceptions)
        if row is not None and says and not any(f.rule in _STRANGER for f in decision.findings):
            self._supersede(row.id, decision.case, about)
        self._file_documents(row, decision, about)
        state, codes = self.state_of_mails(decision, about, row)
        entry = self._open_entry(row, decision, about, codes)
        self.write_mails(row, decision.mails, about.cause, state, entry)
        self.tasks(row, decision.tasks, decision.closed_tasks, about)
        self.events(row, decision.events, about)
        self._tell(row, decision, about, tuple(codes), state)
        return entry

    def _tell(
        self,
        row: DossierRow | None,
        decision: Decision,
        about: About,
        codes: tuple[str, ...],
        state: OutboxState,
    ) -> None:
        """One line of history for every decision: what was thought of the mail, and what follows."""
        if about.submission is None:
            return
        self._store.add_history(
            HistoryRow(
                id=0,
                at=about.cause.at,
                actor=about.actor,
                what="decided",
                detail={
                    "outcome": decision.outcome,
                    "mails_decided": list(about.mail_ids),
                    "ground": sorted({finding.rule for finding in decision.findings}),
                    "exceptions": list(codes),
                    "mails": [m.template for m in decision.mails],
                    "held": state == "draft",
                },
                dossier_id=row.id if row else None,
                case=decision.case,
                mail_id=about.cause.mail_id,
            )
        )

    def _file_documents(self, row: DossierRow | None, decision: Decision, about: About) -> None:
        """Each document of these mails knows the case it stands on, so that a second use of it shows."""
        if row is None or decision.dossier is None:
            return
        for case in decision.dossier.cases:
            mine = [e.id for e in case.exhibits if e.id and e.mail_id in about.mail_ids]
            self._store.file_documents(mine, row.id, case.name)

    def state_of_mails(
        self, decision: Decision, about: About, row: DossierRow | None
    ) -> tuple[OutboxState, dict[str, str]]:
        """Whether the mails leave or wait, and what holding them adds to the exceptions."""
        codes: dict[str, str] = dict(decision.exceptions)
        if not decision.mails:
            return "due", codes
        if any(self._is_capped(m, about, row) for m in decision.mails):
            codes["loop_suspected"] = (
                "Plus de réponses à cette adresse ou dans ce dossier que permis par jour."
            )
            return "draft", codes
        if decision.held:
            return "draft", codes
        if any(mode != "auto" for mode in self._modes(decision, about).values()):
            codes.setdefault("approval_needed", "La configuration demande un accord avant l'envoi.")
            return "draft", codes
        if self._may_be_answered_already(about):
            codes.setdefault("approval_needed", "Reçu avant la restauration : peut-être déjà répondu.")
            return "draft", codes
        return "due", codes

    def _may_be_answered_already(self, about: About) -> bool:
        """Whether the mail came before this store was restored: it does not know what left since its copy."""
        if about.submission is None or about.submission.accepted:
            return False
        restored = self._store.switch(RESTORED)
        return bool(restored) and about.submission.received_at <= datetime.fromisoformat(restored)

    def _is_capped(self, mail: PlannedMail, about: About, row: DossierRow | None) -> bool:
        """Whether this address, or this dossier, has had all the automatic answers of a day."""
        if not mail.reply or about.submission is None or about.submission.accepted:
            return False
        since = about.cause.at - timedelta(days=1)
        most = self._config.automation
        if self._store.answers_to(mail.address, since) >= most.max_answers_per_day:
            return True
        return row is not None and self._store.answers_in(row.id, since) >= most.max_answers_per_dossier

    def _open_entry(
        self, row: DossierRow | None, decision: Decision, about: About, codes: dict[str, str]
    ) -> EntryRow | None:
        if not codes:
            return None
        submission = about.submission
        waits = decision.held or (decision.mails and not _leaves(decision, codes))
        actions = ["approve"] if waits else []
        if submission is None or submission.exhibits or submission.unreadable:
            actions.append("correct")
        if "deadline_passed" in codes:
            actions.append("deadline-overruled")
        return self._store.open_entry(
            EntryRow(
                id=0,
                codes=tuple(codes),
                messages=tuple(codes.values()),
                state="open",
                created_at=about.cause.at,
                received_at=submission.received_at if submission else about.cause.at,
                mail_id=about.cause.mail_id,
                dossier_id=row.id if row else None,
                case=decision.case,
                step=decision.step or "",
                actions=(*actions, "assign", "reprocess", *ANYTIME, "dismiss"),
                findings=tuple(f.model_dump(mode="json") for f in decision.findings),
                subject=submission.subject if submission else "",
                sender=submission.sender.email if submission else "",
                industriel=_who(row, submission),
                facts={
                    "mails": list(about.mail_ids),
                    "held": decision.held,
                    "modes": self._modes(decision, about),
                    "kinds": list(_kinds(decision, about)),
                },
            )
        )

    def _modes(self, decision: Decision, about: About) -> dict[str, Mode]:
        """Template -> the mode in force, for measuring how often people agree."""
        kinds = _kinds(decision, about)
        return {m.template: self._config.automation.mode_of(m.template, kinds) for m in decision.mails}

    def write_mails(
        self,
        row: DossierRow | None,
        mails: Sequence[PlannedMail],
        cause: Cause,
        state: OutboxState,
        entry: EntryRow | None,
    ) -> None:
        """Add the mails to the outbox, filled with what only the store knows."""
        if entry is not None:
            cause = replace(cause, entry_id=entry.id)
        for position, planned in enumerate(mails):
            filled = self._with_reference(row, planned)
            self._outbox.add(filled, cause, row.id if row else None, state, position)

    def _with_reference(self, row: DossierRow | None, planned: PlannedMail) -> PlannedMail:
        update: dict[str, object] = {}
        if row is not None and planned.letter.industriel:
            update["reference"] = row.dossier.reference
        if planned.template == "demande_labelisation_recue" and row is not None:
            update["place"] = self._place(row, planned.letter.case)
        return planned.model_copy(update={"letter": planned.letter.model_copy(update=update)})

    def _place(self, row: DossierRow, case_name: str) -> int:
        """The place in the labelling queue: behind every request whose evidence was complete earlier.

        A request that waits for a complement has no place; it moves to its complement's arrival.
        """
        waiting = {
            (other.id, case.name): datetime.fromisoformat(case.fact("complete_at"))
            for other in self._store.dossier_overviews()
            for case in other.dossier.of_kind("L")
            if case.state == "demande_complete" and case.fact("complete_at")
        }
        own = waiting.pop((row.id, case_name), None)
        return 1 + sum(1 for at in waiting.values() if own is None or at <= own)

    def tasks(
        self,
        row: DossierRow | None,
        tasks: Sequence[Task],
        closed: Sequence[tuple[str, Step]],
        about: About,
    ) -> None:
        """Open what staff have to do next, close what is done."""
        if row is None:
            return
        for case, step in closed:
            done = self._store.entry_of_task(row.id, case, step)
            if done is not None:
                self.close(done.id, about.cause.at, "done")
        for task in tasks:
            self._open_task(row, task, about)

    def _open_task(self, row: DossierRow, task: Task, about: About) -> None:
        case = next((c for c in row.dossier.cases if c.name == task.case), None)
        complete_at = case.fact("complete_at") if case and task.step == "L4" else ""
        order_at = datetime.fromisoformat(complete_at) if complete_at else None
        standing = self._store.entry_of_task(row.id, task.case, task.step)
        if standing is not None and task.step == "C" and standing.facts.get("new") != task.facts.get("new"):
            standing = None  # several changes may be asked for, each a task of its own
        if standing is not None:
            self._store.update_entry(
                standing.id,
                order_at=order_at,
                messages=(task.message,),
                codes=task.codes,
                actions=_offered(task),
                **_opens(task),
            )
            return
        submission = about.submission
        self._store.open_entry(
            EntryRow(
                id=0,
                codes=task.codes,
                messages=(task.message,),
                state="postponed" if task.opens_on else "open",
                until=task.opens_on,
                created_at=about.cause.at,
                received_at=submission.received_at if submission else about.cause.at,
                mail_id=about.cause.mail_id,
                dossier_id=row.id,
                case=task.case,
                step=task.step,
                actions=_offered(task),
                subject=submission.subject if submission else "",
                sender=submission.sender.email if submission else "",
                industriel=row.dossier.name,
                order_at=order_at,
                facts={**task.facts, "mails": list(about.mail_ids)},
            )
        )

    def events(self, row: DossierRow | None, events: Sequence[Event], about: About) -> None:
        for event in events:
            self._store.add_history(
                HistoryRow(
                    id=0,
                    at=about.cause.at,
                    actor=about.actor,
                    what=event.name,
                    detail=event.detail,
                    dossier_id=row.id if row else None,
                    case=event.case,
                    mail_id=about.cause.mail_id,
                    entry_id=about.cause.entry_id,
                )
            )

    def _supersede(self, dossier_id: int, case: str, about: About) -> None:
        """Drafts on the same case that an older mail left are out of date now: nobody shall send them."""
        for entry in self._store.entries(dossier_id=dossier_id):
            own = about.cause.mail_id is not None and entry.mail_id in about.mail_ids
            if entry.case != case or "manual_task" in entry.codes or own:
                continue
            if any(finding.get("rule") in _STRANGER for finding in entry.findings):
                continue  # put on no case yet: its number is only what it would have become
            drafts = [r for r in self._store.outbox_of_entry(entry.id) if r.state == "draft"]
            if not entry.facts.get("held"):  # decided for good: only what is asked for may be out of date
                drafts = [r for r in drafts if r.template == "elements_manquants"]
            for draft in drafts:
                self._store.update_outbox(draft.id, state="cancelled")
            if drafts:
                self.close(entry.id, about.cause.at, "superseded")

    def close(self, entry_id: int, at: datetime, outcome: str) -> None:
        self._store.update_entry(entry_id, state="closed", closed_at=at, outcome=outcome)


def _who(row: DossierRow | None, submission: Submission | None) -> str:
    """The Industriel's name; while nothing is registered, the one that its documents give."""
    if row is None or row.dossier.name or submission is None:
        return row.dossier.name if row else ""
    return next((name for e in submission.exhibits if (name := e.value("denomination"))), "")


def _kinds(decision: Decision, about: About) -> tuple[str, ...]:
    """The kinds of the documents that the decision is about: of these mails, or taken up on the case."""
    if about.submission is not None:
        exhibits = about.submission.exhibits
    else:
        cases = decision.dossier.cases if decision.dossier else ()
        exhibits = tuple(e for c in cases if c.name == decision.case for e in c.exhibits)
    return tuple(dict.fromkeys(e.kind for e in exhibits))


def _opens(task: Task) -> dict[str, Any]:
    """A task of a step that is not open yet stands in the queue from its day on."""
    return {"state": "postponed", "until": task.opens_on} if task.opens_on else {}


def _leaves(decision: Decision, codes: dict[str, str]) -> bool:
    """Whether the decision's mails left by themselves although an exception was raised."""
    return not decision.held and not {"approval_needed", "loop_suspected"} & set(codes)


def _offered(task: Task) -> tuple[str, ...]:
    return (*task.actions, *ANYTIME)
