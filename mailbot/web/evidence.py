"""What came in and what went out: pages, originals, mails. No original is ever shown by the browser."""

from __future__ import annotations

from urllib.parse import quote

import nh3
from starlette.responses import HTMLResponse, Response

from mailbot.errors import ArchiveDamaged, UnknownReference
from mailbot.rows import MailRow
from mailbot.web.entry_view import EntryView, Shown, is_scan
from mailbot.web.guard import MAIL_POLICY
from mailbot.web.lookup import entry_of, original_bytes
from mailbot.web.mail_html import html_of
from mailbot.web.pages import PageNotDrawn
from mailbot.web.visit import Refused, Visit

_KEEP = "private, max-age=3600"
_TAGS = {
    "a", "abbr", "b", "blockquote", "br", "caption", "code", "dd", "div", "dl", "dt", "em", "h1", "h2", "h3",
    "h4", "h5", "h6", "hr", "i", "li", "ol", "p", "pre", "q", "s", "small", "span", "strong", "sub", "sup",
    "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
_STYLE = (
    "body{font:14px/1.5 system-ui,sans-serif;color:#1d2430;background:#fff;margin:12px}"
    "body{overflow-wrap:anywhere}"
    "a{color:inherit;text-decoration:underline}table{border-collapse:collapse}td,th{padding:2px 6px}"
)


def _shown(visit: Visit) -> Shown:
    view = EntryView(visit.web, visit, entry_of(visit))
    found = view.shown(visit.path_number("document"))
    if found is None:
        raise Refused(404, visit.say("Ce document n'existe pas."))
    return found


def page(visit: Visit) -> Response:
    """A page of a document as PNG."""
    shown, wanted = _shown(visit), visit.path_number("page")
    document, pages = shown.document, visit.web.pages
    straight = is_scan(shown, wanted)
    if wanted < 1 or not pages.can_draw(document.media_type):
        raise Refused(404, visit.say("Cette page n'existe pas."))
    try:
        drawn = pages.png(
            document.sha256,
            wanted,
            document.media_type,
            lambda: original_bytes(visit, shown.mail, document),
            straight=straight,
        )
    except PageNotDrawn as error:
        raise Refused(404, visit.say("Cette page ne peut pas être montrée.")) from error
    return Response(drawn, media_type="image/png", headers={"cache-control": _KEEP})


def original(visit: Visit) -> Response:
    """The document's file, byte for byte, as a download."""
    shown = _shown(visit)
    document = shown.document
    data = original_bytes(visit, shown.mail, document)
    visit.note("downloaded", {"file": document.file}, mail_id=shown.mail.id, dossier_id=shown.row.dossier_id)
    return download(data, document.file.rpartition("!")[2])


def download(data: bytes, name: str, media_type: str = "application/octet-stream") -> Response:
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\/%' else "_" for c in name)[-150:]
    encoded = quote(name[-150:].encode("utf-8", "replace"), safe="")  # RFC 6266
    said = f"attachment; filename=\"{plain or 'fichier'}\"; filename*=UTF-8''{encoded}"
    headers = {"content-disposition": said}
    return Response(data, media_type=media_type, headers=headers)


def _mail(visit: Visit) -> MailRow:
    view = EntryView(visit.web, visit, entry_of(visit))
    wanted = visit.path_number("mail")
    found = next((mail for mail in view.mails if mail.id == wanted), None)
    if found is None:
        raise Refused(404, visit.say("Ce courriel n'existe pas."))
    return found


def mail_html(visit: Visit) -> Response:
    """The HTML of a mail of the entry, cleaned."""
    return cleaned_html(visit, _mail(visit))


def cleaned_html(visit: Visit, mail: MailRow) -> Response:
    """The HTML of a mail, cleaned, for a frame in which nothing is loaded and nothing runs."""
    try:
        html = html_of(visit.web.service.archive.get(mail.sha256))
    except (ArchiveDamaged, OSError) as error:
        raise Refused(410, visit.say("Ce courriel ne se trouve plus dans l'archive.")) from error
    body = nh3.clean(
        html,
        tags=_TAGS,
        attributes={"td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}},
        link_rel=None,
    )
    nothing = visit.say("Ce courriel n'a pas de version HTML.")
    shown = body or f"<p>{nh3.clean_text(nothing)}</p>"
    headers = {"content-security-policy": MAIL_POLICY, "x-frame-options": "SAMEORIGIN"}
    head = f'<!doctype html><html lang="fr"><meta charset="utf-8"><title>Mail</title><style>{_STYLE}</style>'
    page = f"{head}{shown}</html>"
    return HTMLResponse(page, headers=headers)


def mail_original(visit: Visit) -> Response:
    """A mail of the entry, byte for byte, as a download."""
    return downloaded_mail(visit, _mail(visit))


def downloaded_mail(visit: Visit, mail: MailRow) -> Response:
    """The mail byte for byte, as a download."""
    try:
        data = visit.web.service.archive.get(mail.sha256)
    except (ArchiveDamaged, OSError) as error:
        raise Refused(410, visit.say("Ce courriel ne se trouve plus dans l'archive.")) from error
    visit.note("downloaded", {"mail": mail.id}, mail_id=mail.id, dossier_id=mail.dossier_id)
    return download(data, f"mail-{mail.id}.eml")


def outgoing(visit: Visit) -> Response:
    """A mail of the outbox as it left, or will leave."""
    row = visit.web.store.outbox(visit.path_number("outbox"))
    visit.note("viewed", {"mail": row.template}, outbox_id=row.id, dossier_id=row.dossier_id)
    dossier = visit.web.store.dossier(row.dossier_id) if row.dossier_id else None
    if dossier is None and row.dossier_id:
        raise UnknownReference("no such dossier")
    return visit.page("outgoing.html", mail=row, dossier=dossier.dossier if dossier else None, flash=None)
