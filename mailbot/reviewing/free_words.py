"""A person's own words: a reply, a forward."""

from __future__ import annotations

from mailbot.errors import ActionRefused
from mailbot.outbox import thread_headers
from mailbot.reviewing.desk import Desk
from mailbot.reviewing.request import Request
from mailbot.rows import EntryRow
from rules.types import AttachmentRef, Letter, PlannedMail


def reply(desk: Desk, entry: EntryRow, request: Request) -> str:
    """A person's own answer, to the one who wrote, or to the registered e-mail."""
    if not request.note.strip():
        raise ActionRefused("say what to answer: --note TEXT")
    mail = desk.store.mail(entry.mail_id) if entry.mail_id else None
    row = desk.row(entry)
    address = mail.sender if mail else (row.dossier.email if row else "")
    if not address:
        raise ActionRefused("nobody to answer: the entry has neither a sender nor a registered e-mail")
    _free_mail(desk, entry, request, "reponse_libre", address, "sender" if mail else "industriel")
    return f"Réponse envoyée à {address}."


def forward(desk: Desk, entry: EntryRow, request: Request) -> str:
    address = request.set.get("to", "")
    if "@" not in address:
        raise ActionRefused("say whom to: --set to=ADDRESS")
    _free_mail(desk, entry, request, "transfert", address, "incert")
    return f"Transmis à {address}."


def _free_mail(desk: Desk, entry: EntryRow, request: Request, template: str, address: str, role: str) -> None:
    mail = desk.store.mail(entry.mail_id) if entry.mail_id else None
    row = desk.row(entry)
    files = desk.stored(request.files, row.id if row else None, request.by)
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
    cause = desk.cause(entry, request.action, mail)
    added = desk.outbox.add(planned, cause, row.id if row else None, "due")
    headers = dict(added.headers)
    if template == "reponse_libre":
        headers.pop("Auto-Submitted", None)
        headers.pop("X-Auto-Response-Suppress", None)
        if mail is not None and mail.reading is not None:
            headers |= thread_headers(mail.reading.message)
    desk.store.update_outbox(added.id, headers=headers, auto=False, mail_id=mail.id if mail else None)
