"""Deciding again: a draft approved, a value corrected, a mail put elsewhere, a deadline overruled."""

from __future__ import annotations

from dataclasses import replace

from mailbot.corrections import Correction, corrected
from mailbot.errors import ActionRefused
from mailbot.outbox import in_a_persons_words
from mailbot.record import About
from mailbot.reviewing.desk import Desk
from mailbot.reviewing.request import Request
from mailbot.rows import EntryRow, OutboxRow


def approve(desk: Desk, entry: EntryRow, request: Request) -> str:
    """Send the draft. Where the decision itself waited, it is made now, doubts being settled."""
    if "outbox_id" in entry.facts:
        return _send_again(desk, entry)
    drafts = [r for r in desk.store.outbox_of_entry(entry.id) if r.state == "draft"]
    if not drafts and not entry.facts.get("held"):
        raise ActionRefused(f"entry {entry.id} has no draft")
    if not drafts:
        _accept(desk, entry, [])
        desk.recorder.close(entry.id, desk.clock.now(), "approved")
        return "Accepté."
    first, others = drafts[0], drafts[1:]
    if request.note.strip():
        desk.store.update_outbox(first.id, **_words(in_a_persons_words(first, request.note)))
    if entry.facts.get("held"):
        others = _accept(desk, entry, others)
    for draft in (first, *others):
        desk.store.update_outbox(draft.id, state="due")
    desk.recorder.close(entry.id, desk.clock.now(), "approved")
    return f"{len(others) + 1} courriel(s) envoyé(s)."


def _accept(desk: Desk, entry: EntryRow, others: list[OutboxRow]) -> list[OutboxRow]:
    """Decide with the doubts settled.

    The first draft stands for the answer, the rest is as decided now.
    """
    mails = desk.mails(entry)
    row = desk.row(entry)
    reads = [desk.processing.read_again(m) for m in mails]
    dossier = row.dossier if row else None
    submission = desk.considering.submission(reads, dossier, accepted=True)
    decision = desk.considering.decide(dossier, submission, entry.dossier_id)
    for other in others:
        desk.store.update_outbox(other.id, state="cancelled")
    further = tuple(m for m in decision.mails if m.role == "aes")
    cause = desk.cause(entry, "approve", mails[-1] if mails else None)
    about = About(cause, submission, tuple(m.id for m in mails))
    # The entry itself is what the exceptions were raised for; they are not raised a second time.
    settled = decision.model_copy(update={"mails": (), "exceptions": (), "held": False})
    desk.recorder.record(row, settled, about)
    desk.recorder.write_mails(desk.row(entry), further, cause, "due", None)
    desk.processing.take_up_kept(entry.dossier_id, cause)
    return []


def _send_again(desk: Desk, entry: EntryRow) -> str:
    outbox_id = int(str(entry.facts["outbox_id"]))
    desk.store.update_outbox(outbox_id, state="due", next_attempt_at=None, attempts=0)
    desk.recorder.close(entry.id, desk.clock.now(), "sent_again")
    return "Le courriel est renvoyé avec le même Message-ID."


def correct(desk: Desk, entry: EntryRow, request: Request) -> str:
    mails = desk.mails(entry)
    documents = [d for m in mails for d in desk.store.documents_of_mail(m.id)]
    correction = Correction(request.set, request.kind, request.document, request.by, request.as_written)
    row = desk.row(entry)
    country = row.dossier.registered.get("pays") if row else None
    changed = corrected([d.document for d in documents], correction, desk.considering.policy, country)
    for position, document in changed.items():
        desk.store.replace_document(documents[position].id, document)
    return _decide_again(desk, entry, request)


def assign(desk: Desk, entry: EntryRow, request: Request) -> str:
    mails = desk.mails(entry)
    if not mails:
        raise ActionRefused(f"entry {entry.id} belongs to no mail")
    if not request.dossier:
        raise ActionRefused("say which dossier: --dossier REF, or --dossier new")
    if request.dossier == "new":
        row = desk.processing.open_dossier_for(mails[-1])
    else:
        row = desk.dossier(request.dossier)
    for mail in mails:
        desk.store.update_mail(mail.id, dossier_id=row.id, reason="")
        for document in desk.store.documents_of_mail(mail.id):
            desk.store.file_document(document.id, row.id, "")
    return _decide_again(desk, entry, request)


def overrule_deadline(desk: Desk, entry: EntryRow, request: Request) -> str:
    return _decide_again(desk, entry, request, deadline_overruled=True)


def reprocess(desk: Desk, entry: EntryRow, request: Request) -> str:
    mails = desk.mails(entry)
    for mail in mails:
        desk.processing.read_afresh(mail)
    desk.withdraw_drafts(entry)
    desk.recorder.close(entry.id, desk.clock.now(), "reprocessed")
    return f"{len(mails)} courriel(s) relu(s) et décidé(s) à nouveau."


def merge(desk: Desk, entry: EntryRow, request: Request) -> str:
    """This entry's mails belong to another dossier; its own, if it only has those, is closed."""
    if not request.dossier:
        raise ActionRefused("say which dossier to merge into: --dossier REF")
    target, source = desk.dossier(request.dossier), desk.row(entry)
    if source is not None and source.id == target.id:
        raise ActionRefused(f"the entry already belongs to {target.dossier.reference}")
    moved = desk.store.mails_of_dossier(source.id) if source else desk.mails(entry)
    for mail in moved:
        desk.store.update_mail(mail.id, dossier_id=target.id)
        for document in desk.store.documents_of_mail(mail.id):
            desk.store.file_document(document.id, target.id, "")
    if source is not None:
        closed = tuple(c.model_copy(update={"state": "clos"}) for c in source.dossier.cases)
        emptied = source.dossier.model_copy(
            update={"cases": closed, "email": "", "contacts": (), "registered": {}}
        )
        desk.store.save_dossier(replace(source, dossier=emptied), name_key="")
        for other in desk.store.entries(dossier_id=source.id):
            name = target.dossier.name or other.industriel
            desk.store.update_entry(other.id, dossier_id=target.id, industriel=name)
    return _decide_again(desk, desk.store.entry(entry.id), request) if desk.mails(entry) else "Fusionné."


def _decide_again(
    desk: Desk,
    entry: EntryRow,
    request: Request,
    *,
    deadline_overruled: bool = False,
    contested: bool = False,
) -> str:
    """The mails of the entry, decided as if they had just been read; a new entry may follow."""
    mails = desk.mails(entry)
    if not mails:
        raise ActionRefused(f"entry {entry.id} belongs to no mail that could be decided again")
    desk.withdraw_drafts(entry)
    desk.recorder.close(entry.id, desk.clock.now(), request.action)
    row = desk.store.dossier(mails[-1].dossier_id) if mails[-1].dossier_id else None
    dossier = row.dossier if row else None
    reads = [desk.processing.read_again(m) for m in mails]
    submission = desk.considering.submission(reads, dossier, deadline_overruled=deadline_overruled)
    decision = desk.considering.decide(dossier, submission, row.id if row else None)
    cause = desk.cause(entry, request.action, mails[-1])
    cause = replace(cause, message=reads[-1].reading.message, entry_id=None)
    about = About(cause, submission, tuple(m.id for m in mails), actor=request.by or "staff")
    opened = desk.recorder.record(row, decision, about)
    desk.processing.take_up_kept(row.id if row else None, cause, about.actor)
    for mail in mails:
        desk.store.update_mail(mail.id, state="decided", reason=decision.outcome)
    return f"Décidé à nouveau : {decision.outcome}." + (f" Nouvelle entrée {opened.id}." if opened else "")


def _words(row: OutboxRow) -> dict[str, object]:
    return {"text": row.text, "html": row.html, "headers": row.headers, "auto": row.auto}
