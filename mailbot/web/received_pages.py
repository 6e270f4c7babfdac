"""A mail of a dossier as it came, with its documents: also one that never stood in the queue."""

from __future__ import annotations

from starlette.responses import Response

from mailbot.rows import DossierRow, MailRow
from mailbot.web.dossier_pages import dossier_of
from mailbot.web.evidence import cleaned_html, download, downloaded_mail
from mailbot.web.lookup import original_bytes
from mailbot.web.visit import Refused, Visit


def _found(visit: Visit) -> tuple[DossierRow, MailRow]:
    """The dossier and its mail of the path. Raises Refused for a mail of another one."""
    row = dossier_of(visit)
    mail = visit.web.store.mail(visit.path_number("mail"))
    if mail.dossier_id != row.id:
        raise Refused(404, visit.say("Ce courriel n'existe pas."))
    return row, mail


def page(visit: Visit) -> Response:
    """What it says, and what it brought."""
    row, mail = _found(visit)
    visit.note("viewed", {}, dossier_id=row.id, mail_id=mail.id)
    documents = visit.web.store.documents_of_mail(mail.id)
    return visit.page(
        "received.html", dossier=row.dossier, mail=mail, documents=documents, flash=visit.take_flash()
    )


def html(visit: Visit) -> Response:
    """Its HTML, cleaned."""
    return cleaned_html(visit, _found(visit)[1])


def original(visit: Visit) -> Response:
    """The mail byte for byte, as a download."""
    return downloaded_mail(visit, _found(visit)[1])


def document(visit: Visit) -> Response:
    """One of its documents byte for byte, as a download."""
    row, mail = _found(visit)
    wanted = visit.path_number("document")
    found = next((d for d in visit.web.store.documents_of_mail(mail.id) if d.id == wanted), None)
    if found is None:
        raise Refused(404, visit.say("Ce document n'existe pas."))
    data = original_bytes(visit, mail, found.document)
    visit.note("downloaded", {"file": found.document.file}, dossier_id=row.id, mail_id=mail.id)
    return download(data, found.document.file.rpartition("!")[2])
