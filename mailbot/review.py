"""What a person does with an entry of the queue. The command line and the web app both come through here.

Every action is checked against what the entry offers; one that does not fit is refused and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from mailbot.adapters.files import FileStore
from mailbot.agreement import AGREEMENT
from mailbot.config import Config
from mailbot.consider import Considering
from mailbot.corrections import Correction, corrected
from mailbot.errors import ActionRefused, UnknownReference
from mailbot.outbox import Cause, Outbox, in_a_persons_words, thread_headers
from mailbot.ports import Clock, DossierRow, EntryRow, HistoryRow, MailRow, OutboxRow, Store
from mailbot.process import Processing
from mailbot.record import About, Recorder
from mailbot.references import References
from mailbot.technical import technical_files
from rules.calendar import LUXEMBOURG
from rules.names import name_key
from rules.staff import STAFF_DECISIONS, StaffAction
from rules.staff import ActionRefused as RuleRefused
from rules.staff import act as staff_act
from rules.types import AttachmentRef, Case, Letter, PlannedMail
from rules.workflow import StepOutOfOrder, gate_step


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asked for. `files`: name and bytes of what was attached."""

    action: str
    by: str = ""
    note: str = ""
    set: dict[str, str] = field(default_factory=dict)
    document: int | None = None
    kind: str = ""
    dossier: str = ""
    files: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """What the action did, in words for the person, and the mails that it lets out."""

    message: str
    mails: tuple[OutboxRow, ...] = ()
    next_entry: int | None = None


class Review:
    """Carries out actions on queue entries."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        config: Config,
        considering: Considering,
        processing: Processing,
        recorder: Recorder,
        outbox: Outbox,
        files: FileStore,
        references: References,
    ) -> None:
        self._store = store
        self._clock = clock
        self._config = config
        self._considering = considering
        self._processing = processing
        self._recorder = recorder
        self._outbox = outbox
        self._files = files
        self._references = references
        self._handlers: dict[str, Callable[[EntryRow, Request], str]] = {
            "approve": self._approve,
            "correct": self._correct,
            "assign": self._assign,
            "deadline-overruled": self._overrule_deadline,
            "reprocess": self._reprocess,
            "reply": self._reply,
            "forward": self._forward,
            "note": self._note,
            "postpone": self._postpone,
            "close": self._close,
            "reopen": self._reopen,
            "merge": self._merge,
            "dismiss": self._dismiss,
            **dict.fromkeys(STAFF_DECISIONS, self._decide_step),
        }

    @staticmethod
    def offered(entry: EntryRow) -> tuple[str, ...]:
        """The actions that make sense for the entry now."""
        return ("reopen",) if entry.state == "closed" else entry.actions

    def act(self, entry_id: int, request: Request) -> Done:
        """Carry out the action in one transaction. Raises ActionRefused, UnknownReference.

        What is to be read again is read after it: should that break off, the next pass reads it.
        """
        with self._store.transaction():
            entry = self._store.entry(entry_id)
            offered = self.offered(entry)
            if request.action not in offered:
                raise ActionRefused(
                    f"entry {entry_id} does not offer « {request.action} »; it offers: {', '.join(offered)}"
                )
            before = {row.id for row in self._waiting_or_due(entry)}
            try:
                message = self._handlers[request.action](entry, request)
            except (RuleRefused, StepOutOfOrder) as error:
                raise ActionRefused(str(error)) from error
            self._history(entry, request)
            self._agreement(entry, request)
        if request.action == "reprocess":
            # Reading takes long, and no other writer may wait for it: not in the transaction.
            self._processing.run()
        with self._store.transaction():
            mails = [r for r in self._mails_about(entry) if r.state == "due" and r.id not in before]
        return Done(message, tuple(mails))

    # Deciding again

    def _approve(self, entry: EntryRow, request: Request) -> str:
        """Send the draft. Where the decision itself waited, it is made now, doubts being settled."""
        if "outbox_id" in entry.facts:
            return self._send_again(entry)
        drafts = [r for r in self._store.outbox_of_entry(entry.id) if r.state == "draft"]
        if not drafts and not entry.facts.get("held"):
            raise ActionRefused(f"entry {entry.id} has no draft")
        if not drafts:
            self._accept(entry, [])
            self._recorder.close(entry.id, self._clock.now(), "approved")
            return "Accepté."
        first, others = drafts[0], drafts[1:]
        if request.note.strip():
            self._store.update_outbox(first.id, **_words(in_a_persons_words(first, request.note)))
        if entry.facts.get("held"):
            others = self._accept(entry, others)
        for draft in (first, *others):
            self._store.update_outbox(draft.id, state="due")
        self._recorder.close(entry.id, self._clock.now(), "approved")
        return f"{len(others) + 1} courriel(s) envoyé(s)."

    def _accept(self, entry: EntryRow, others: list[OutboxRow]) -> list[OutboxRow]:
        """Decide with the doubts settled.

        The first draft stands for the answer, the rest is as decided now.
        """
        mails = self._mails(entry)
        row = self._row(entry)
        reads = [self._processing.read_again(m) for m in mails]
        dossier = row.dossier if row else None
        submission = self._considering.submission(reads, dossier, accepted=True)
        decision = self._considering.decide(dossier, submission, entry.dossier_id)
        for other in others:
            self._store.update_outbox(other.id, state="cancelled")
        further = tuple(m for m in decision.mails if m.role == "aes")
        cause = self._cause(entry, "approve", mails[-1] if mails else None)
        about = About(cause, submission, tuple(m.id for m in mails))
        # The entry itself is what the exceptions were raised for; they are not raised a second time.
        settled = decision.model_copy(update={"mails": (), "exceptions": (), "held": False})
        self._recorder.record(row, settled, about)
        self._recorder.write_mails(self._row(entry), further, cause, "due", None)
        self._processing.take_up_kept(entry.dossier_id, cause)
        return []

    def _send_again(self, entry: EntryRow) -> str:
        outbox_id = int(str(entry.facts["outbox_id"]))
        self._store.update_outbox(outbox_id, state="due", next_attempt_at=None, attempts=0)
        self._recorder.close(entry.id, self._clock.now(), "sent_again")
        return "Le courriel est renvoyé avec le même Message-ID."

    def _decide_again(
        self, entry: EntryRow, request: Request, *, deadline_overruled: bool = False, contested: bool = False
    ) -> str:
        """The mails of the entry, decided as if they had just been read; a new entry may follow."""
        mails = self._mails(entry)
        if not mails:
            raise ActionRefused(f"entry {entry.id} belongs to no mail that could be decided again")
        self._withdraw_drafts(entry)
        self._recorder.close(entry.id, self._clock.now(), request.action)
        row = self._store.dossier(mails[-1].dossier_id) if mails[-1].dossier_id else None
        dossier = row.dossier if row else None
        reads = [self._processing.read_again(m) for m in mails]
        submission = self._considering.submission(
            reads, dossier, deadline_overruled=deadline_overruled, contested=contested
        )
        decision = self._considering.decide(dossier, submission, row.id if row else None)
        cause = self._cause(entry, request.action, mails[-1])
        cause = replace(cause, message=reads[-1].reading.message, entry_id=None)
        about = About(cause, submission, tuple(m.id for m in mails), actor=request.by or "staff")
        opened = self._recorder.record(row, decision, about)
        self._processing.take_up_kept(row.id if row else None, cause, about.actor)
        for mail in mails:
            self._store.update_mail(mail.id, state="decided", reason=decision.outcome)
        return f"Décidé à nouveau : {decision.outcome}." + (
            f" Nouvelle entrée {opened.id}." if opened else ""
        )

    def _correct(self, entry: EntryRow, request: Request) -> str:
        mails = self._mails(entry)
        documents = [d for m in mails for d in self._store.documents_of_mail(m.id)]
        correction = Correction(request.set, request.kind, request.document, request.by)
        changed = corrected([d.document for d in documents], correction, self._considering.policy)
        for position, document in changed.items():
            self._store.replace_document(documents[position].id, document)
        return self._decide_again(entry, request)

    def _assign(self, entry: EntryRow, request: Request) -> str:
        mails = self._mails(entry)
        if not mails:
            raise ActionRefused(f"entry {entry.id} belongs to no mail")
        if not request.dossier:
            raise ActionRefused("say which dossier: --dossier REF, or --dossier new")
        if request.dossier == "new":
            row = self._processing.open_dossier_for(mails[-1])
        else:
            row = self._dossier(request.dossier)
        for mail in mails:
            self._store.update_mail(mail.id, dossier_id=row.id, reason="")
            for document in self._store.documents_of_mail(mail.id):
                self._store.file_document(document.id, row.id, "")
        return self._decide_again(entry, request)

    def _overrule_deadline(self, entry: EntryRow, request: Request) -> str:
        return self._decide_again(entry, request, deadline_overruled=True)

    def _reprocess(self, entry: EntryRow, request: Request) -> str:
        mails = self._mails(entry)
        for mail in mails:
            self._processing.read_afresh(mail)
        self._withdraw_drafts(entry)
        self._recorder.close(entry.id, self._clock.now(), "reprocessed")
        return f"{len(mails)} courriel(s) relu(s) et décidé(s) à nouveau."

    # Staff's decision at a step

    def _decide_step(self, entry: EntryRow, request: Request) -> str:
        row = self._row(entry)
        case = next((c for c in row.dossier.cases if c.name == entry.case), None) if row else None
        if row is None or case is None:
            raise ActionRefused(f"entry {entry.id} belongs to no case")
        files = list(self._stored(request.files))
        if request.action == "enrolment-valid" and not files:
            files = list(self._stored(technical_files(self._config, row.dossier.reference)))
        now = self._clock.now()
        action = StaffAction(
            name=request.action,
            at=now,
            by=request.by or "staff",
            note=request.note,
            set=dict(request.set),
            files=tuple(files),
            facts=dict(entry.facts),
        )
        decided = staff_act(row.dossier, case, action, self._considering.policy)
        cause = self._cause(entry, request.action, None)
        if decided.outcome.dossier != row.dossier:
            saved = replace(row, dossier=decided.outcome.dossier)
            row = self._store.save_dossier(saved, name_key=name_key(saved.dossier.name))
        self._recorder.write_mails(row, decided.outcome.mails, cause, "due", None)
        about = About(cause, None, tuple(entry.facts.get("mails", ())), actor=request.by or "staff")
        self._recorder.events(row, decided.outcome.events, about)
        if decided.ends_task:
            self._recorder.close(entry.id, now, request.action)
        self._recorder.tasks(row, decided.outcome.tasks, decided.outcome.closed_tasks, about)
        self._processing.take_up_kept(row.id, cause, request.by or "staff")
        late = self._considering.policy.calendar.is_late(entry.step, now)
        return "Enregistré." + (" Attention : le délai de cette étape est passé." if late else "")

    # Free words

    def _reply(self, entry: EntryRow, request: Request) -> str:
        """A person's own answer, to the one who wrote, or to the registered e-mail."""
        if not request.note.strip():
            raise ActionRefused("say what to answer: --note TEXT")
        mail = self._store.mail(entry.mail_id) if entry.mail_id else None
        row = self._row(entry)
        address = mail.sender if mail else (row.dossier.email if row else "")
        if not address:
            raise ActionRefused("nobody to answer: the entry has neither a sender nor a registered e-mail")
        self._free_mail(entry, request, "reponse_libre", address, "sender" if mail else "industriel")
        return f"Réponse envoyée à {address}."

    def _forward(self, entry: EntryRow, request: Request) -> str:
        address = request.set.get("to", "")
        if "@" not in address:
            raise ActionRefused("say whom to: --set to=ADDRESS")
        self._free_mail(entry, request, "transfert", address, "incert")
        return f"Transmis à {address}."

    def _free_mail(self, entry: EntryRow, request: Request, template: str, address: str, role: str) -> None:
        mail = self._store.mail(entry.mail_id) if entry.mail_id else None
        row = self._row(entry)
        files = [*self._stored(request.files)]
        if template == "transfert" and mail is not None:
            files.append(AttachmentRef(ref=f"mail:{mail.sha256}", name="message.eml", class_="staff_file"))
        letter = Letter(
            language=row.dossier.language if row else "fr",
            reference=row.dossier.reference if row else "",
            case=entry.case,
            subject_received=entry.subject,
            note=request.note,
        )
        planned = PlannedMail.model_validate(
            {
                "template": template,
                "role": role,
                "address": address,
                "letter": letter,
                "attachments": files,
                "reply": False,
            }
        )
        cause = self._cause(entry, request.action, mail)
        added = self._outbox.add(planned, cause, row.id if row else None, "due")
        headers = dict(added.headers)
        if template == "reponse_libre":
            headers.pop("Auto-Submitted", None)
            headers.pop("X-Auto-Response-Suppress", None)
            if mail is not None and mail.reading is not None:
                headers |= thread_headers(mail.reading.message)
        self._store.update_outbox(added.id, headers=headers, auto=False, mail_id=mail.id if mail else None)

    def _note(self, entry: EntryRow, request: Request) -> str:
        if not request.note.strip():
            raise ActionRefused("say what to note: --note TEXT")
        return "Noté."

    # The entry itself

    def _postpone(self, entry: EntryRow, request: Request) -> str:
        try:
            until = date.fromisoformat(request.set.get("until", ""))
        except ValueError as error:
            raise ActionRefused("say until when: --set until=2026-06-30") from error
        if datetime.combine(until, time(), LUXEMBOURG) <= self._clock.now():
            raise ActionRefused(f"until={until}: expected a day to come")
        self._store.update_entry(entry.id, state="postponed", until=until)
        return f"Reporté au {until:%d/%m/%Y}."

    def _close(self, entry: EntryRow, request: Request) -> str:
        self._withdraw_drafts(entry)
        self._recorder.close(entry.id, self._clock.now(), "closed")
        return "Fermé."

    def _reopen(self, entry: EntryRow, request: Request) -> str:
        self._store.update_entry(entry.id, state="open", closed_at=None, until=None, outcome="")
        return "Rouvert."

    def _dismiss(self, entry: EntryRow, request: Request) -> str:
        """Nothing to do: the draft is dropped, and what the mail brought is taken off open steps again."""
        if not request.note.strip():
            raise ActionRefused("say why there is nothing to do: --note TEXT")
        self._withdraw_drafts(entry)
        row = self._row(entry)
        ids = {m.id for m in self._mails(entry)}
        if row is not None and entry.facts.get("held"):
            cases = tuple(_without_mails(c, ids) for c in row.dossier.cases)
            if cases != row.dossier.cases:
                changed = row.dossier.model_copy(update={"cases": cases})
                self._store.save_dossier(replace(row, dossier=changed))
        self._recorder.close(entry.id, self._clock.now(), "dismissed")
        return "Classé sans suite."

    def _merge(self, entry: EntryRow, request: Request) -> str:
        """This entry's mails belong to another dossier; its own, if it only has those, is closed."""
        if not request.dossier:
            raise ActionRefused("say which dossier to merge into: --dossier REF")
        target, source = self._dossier(request.dossier), self._row(entry)
        if source is not None and source.id == target.id:
            raise ActionRefused(f"the entry already belongs to {target.dossier.reference}")
        moved = self._store.mails_of_dossier(source.id) if source else self._mails(entry)
        for mail in moved:
            self._store.update_mail(mail.id, dossier_id=target.id)
            for document in self._store.documents_of_mail(mail.id):
                self._store.file_document(document.id, target.id, "")
        if source is not None:
            closed = tuple(c.model_copy(update={"state": "clos"}) for c in source.dossier.cases)
            emptied = source.dossier.model_copy(
                update={"cases": closed, "email": "", "contacts": (), "registered": {}}
            )
            self._store.save_dossier(replace(source, dossier=emptied), name_key="")
            for other in self._store.entries(dossier_id=source.id):
                self._store.update_entry(other.id, dossier_id=target.id)
        return self._decide_again(self._store.entry(entry.id), request) if self._mails(entry) else "Fusionné."

    # Helpers

    def _row(self, entry: EntryRow) -> DossierRow | None:
        return self._store.dossier(entry.dossier_id) if entry.dossier_id else None

    def _dossier(self, reference: str) -> DossierRow:
        row = self._store.dossier_by_reference(reference.upper())
        if row is None:
            raise UnknownReference(f"no dossier has the reference {reference}")
        return row

    def _mails(self, entry: EntryRow) -> list[MailRow]:
        ids = entry.facts.get("mails") or ([entry.mail_id] if entry.mail_id else [])
        return [self._store.mail(int(mail_id)) for mail_id in ids]

    def _cause(self, entry: EntryRow, action: str, mail: MailRow | None) -> Cause:
        done = len(self._store.history(entry_id=entry.id))
        return Cause(
            key=f"entry:{entry.id}:{action}:{done}",
            at=self._clock.now(),
            mail_id=mail.id if mail else None,
            entry_id=entry.id,
            by_staff=True,
        )

    def _stored(self, files: Sequence[tuple[str, bytes]]) -> list[AttachmentRef]:
        return [
            AttachmentRef(ref=f"file:{self._files.put(data)}", name=name, class_="staff_file")
            for name, data in files
        ]

    def _withdraw_drafts(self, entry: EntryRow) -> None:
        for row in self._store.outbox_of_entry(entry.id):
            if row.state == "draft":
                self._store.update_outbox(row.id, state="cancelled")

    def _waiting_or_due(self, entry: EntryRow) -> list[OutboxRow]:
        return [r for r in self._mails_about(entry) if r.state == "due"]

    def _mails_about(self, entry: EntryRow) -> list[OutboxRow]:
        rows = {r.id: r for r in self._store.outbox_of_entry(entry.id)}
        if entry.dossier_id:
            rows |= {r.id: r for r in self._store.outbox_of_dossier(entry.dossier_id)}
        return list(rows.values())

    def _agreement(self, entry: EntryRow, request: Request) -> None:
        """Whether a person let a draft leave as mailbot wrote it, per template: what `stats` measures."""
        if request.action not in ("approve", "correct", "close", "dismiss", "reply"):
            return
        agreed = request.action == "approve" and not request.note.strip()
        for template, mode in dict(entry.facts.get("modes") or {}).items():
            self._store.add_history(
                HistoryRow(
                    id=0,
                    at=self._clock.now(),
                    actor=request.by or "staff",
                    what=AGREEMENT,
                    detail={
                        "template": template,
                        "mode": mode,
                        "held": bool(entry.facts.get("held")),
                        "agreed": agreed,
                    },
                    dossier_id=entry.dossier_id,
                    case=entry.case,
                    mail_id=entry.mail_id,
                    entry_id=entry.id,
                )
            )

    def _history(self, entry: EntryRow, request: Request) -> None:
        masked = request.action == "access-configured"  # access details are not kept in the history
        self._store.add_history(
            HistoryRow(
                id=0,
                at=self._clock.now(),
                actor=request.by or "staff",
                what=request.action,
                detail={
                    "note": "•••" if masked else request.note,
                    "set": dict(request.set),
                    "files": [name for name, _ in request.files],
                },
                dossier_id=entry.dossier_id,
                case=entry.case,
                mail_id=entry.mail_id,
                entry_id=entry.id,
            )
        )


def _words(row: OutboxRow) -> dict[str, object]:
    return {"text": row.text, "html": row.html, "headers": row.headers, "auto": row.auto}


def _without_mails(case: Case, mail_ids: set[int]) -> Case:
    """An open step's case without what those mails brought."""
    if gate_step(case) is None:
        return case
    kept = tuple(e for e in case.exhibits if e.mail_id not in mail_ids)
    # A case that only this mail had opened is over: nobody is reminded of it.
    over = bool(case.exhibits) and not kept and case.kind != "E" and case.state == "ouvert"
    return case.model_copy(update={"exhibits": kept, "state": "clos" if over else case.state})


def is_postponed(entry: EntryRow, now: datetime) -> bool:
    """Postponed to a day that has not come."""
    if entry.state != "postponed" or entry.until is None:
        return False
    return datetime.combine(entry.until, time(), LUXEMBOURG) > now + timedelta(0)
