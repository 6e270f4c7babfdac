"""A dossier as a zip that stands for itself: an index, the mails, the documents, what was sent."""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import Any

from mailbot.bootstrap import Service
from mailbot.dossier_views import dossier_details
from mailbot.errors import ArchiveDamaged, UnknownReference
from mailbot.rows import DossierRow, OutboxRow
from parsers.message import read_message
from parsers.types import ReadOptions


def export_dossier(service: Service, row: DossierRow, case: str = "") -> bytes:
    """The zip's bytes; with `case` (as `L1`) only what belongs to that case. Raises UnknownReference."""
    store, dossier = service.store, row.dossier
    details = dossier_details(store, row)
    mails = store.mails_of_dossier(row.id)
    outbox = store.outbox_of_dossier(row.id)
    if case:
        wanted = next((c for c in dossier.cases if c.name == case.rpartition("/")[2].upper()), None)
        if wanted is None:
            names = ", ".join(c.name for c in dossier.cases)
            raise UnknownReference(f"{dossier.reference} has no case {case}; it has: {names}")
        outbox = [out for out in outbox if out.case == wanted.name]
        theirs = {e.mail_id for e in wanted.exhibits} | {out.mail_id for out in outbox}
        mails = [mail for mail in mails if mail.id in theirs]
        details = _only_case(details, wanted.name, {m.id for m in mails}, {o.id for o in outbox})
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        ours = {out.message_id for out in store.outbox_of_dossier(row.id)} if mails else set()
        for mail in mails:
            if mail.direction == "sent" and mail.message_id in ours:
                continue  # our own copy: it stands under sent/, with access details masked
            try:
                raw = service.archive.get(mail.sha256)
            except (ArchiveDamaged, OSError) as error:
                details.setdefault("problems", []).append(f"mail {mail.id}: {error}")
                continue
            archive.writestr(f"mails/{mail.id:05d}.eml", raw)
            documents = store.documents_of_mail(mail.id)
            files = _files(raw, service.read_options()) if any(d.document.part for d in documents) else {}
            for document in documents:
                name = f"documents/{document.id:05d}-{_safe(document.document.file)}"
                if document.document.part in files:
                    archive.writestr(name, files[document.document.part])
                archive.writestr(f"{name}.json", _json(document.document.public()))
        for out in outbox:
            archive.writestr(f"sent/{out.id:05d}-{out.template}.txt", _as_text(out))
        archive.writestr("index.json", _json(details))
    return buffer.getvalue()


def _files(raw: bytes, options: ReadOptions) -> dict[str, bytes]:
    """Path -> bytes of all files in a mail: taken apart once, however many there are."""
    return {part.path: part.data for part in read_message(raw, options).parts}


def _only_case(details: dict[str, Any], name: str, mails: set[int], outbox: set[int]) -> dict[str, Any]:
    full = f"{details['reference']}/{name}"
    return details | {
        "cases": [c for c in details["cases"] if c["case"] == full],
        "mails": [m for m in details["mails"] if m["id"] in mails],
        "outbox": [o for o in details["outbox"] if o["id"] in outbox],
        "queue": [e for e in details["queue"] if e["case"] == full],
        "history": [h for h in details["history"] if h["case"] == name],
    }


def _as_text(out: OutboxRow) -> str:
    lines = [
        f"To: {', '.join(out.to)}",
        f"Subject: {out.subject}",
        f"Message-ID: {out.message_id}",
        f"State: {out.state}",
        f"Sent: {out.sent_at.isoformat() if out.sent_at else '-'}",
        *(f"Attachment: {attachment.name}" for attachment in out.attachments),
    ]
    return "\n".join([*lines, "", out.text])


def _safe(name: str) -> str:
    """A file name of a stranger's, so that it stays in the folder where it is unpacked."""
    return re.sub(r"[^\w.,() -]+", "_", name).strip(". ")[-80:] or "document"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, default=str)
