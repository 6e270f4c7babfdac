"""The page of one entry: the evidence on the left, the values and the decision on the right."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from mailbot.errors import MailbotError
from mailbot.review import Review
from mailbot.rows import EntryRow
from mailbot.web import action_forms
from mailbot.web.decide import marker
from mailbot.web.entry_view import EntryView, Shown, is_scan
from mailbot.web.form_values import form_values
from mailbot.web.hand import LOCK, locked_by_other
from mailbot.web.lookup import entry_of, neighbours, original_bytes
from mailbot.web.marked_text import marked
from mailbot.web.pages import PageNotDrawn
from mailbot.web.visit import Refused, Visit, number

_LONGEST_TEXT = 20_000


def entry(visit: Visit) -> Response:
    row = entry_of(visit)
    action = visit.query("do")
    if action and action not in Review.offered(row):
        raise Refused(400, visit.say("Cette entrée n'offre pas cette action."))
    if not action and "approve" in Review.offered(row):
        action = "approve"  # the mail that would go out is there to be read at once
    flash = visit.take_flash()
    if visit.decides and row.state != "closed":
        visit.web.store.lock_entry(row.id, visit.by, visit.now, visit.now + LOCK)
    form = form_values(visit, row, action, attempt_it=True) if action and visit.decides else None
    return show(visit, row, flash=flash, form=form)


def show(
    visit: Visit,
    row: EntryRow,
    *,
    status: int = 200,
    flash: dict[str, Any] | None = None,
    form: dict[str, Any] | None = None,
) -> Response:
    """The page, with the form of an action open where there is one."""
    view = EntryView(visit.web, visit, row)
    chosen = number(visit.query("doc", "0"), 400, visit.say("Ce document n'existe pas."))
    shown = view.shown(chosen or view.first_interesting())
    if chosen and shown is None:
        raise Refused(404, visit.say("Ce document n'existe pas."))
    about = {"dossier_id": row.dossier_id, "entry_id": row.id, "mail_id": row.mail_id}
    visit.note("viewed", {"document": shown.document.file if shown else ""}, **about)
    holder = visit.web.store.holder(row.id)
    before, after = neighbours(visit, row.id)
    dossier = view.dossier.dossier if view.dossier else None
    return visit.page(
        "entry.html",
        status,
        entry=row,
        view=view,
        shown=shown,
        pages=_pages(visit, shown) if shown else [],
        text=list(marked(shown.document.text[:_LONGEST_TEXT], shown.fields)) if shown else [],
        dossier=dossier,
        case=next((c for c in dossier.cases if c.name == row.case), None) if dossier else None,
        actions=action_forms.in_order(Review.offered(row)) if visit.decides else [],
        holder=holder,
        locked=locked_by_other(visit, holder),
        marker=marker(visit.web, row),
        before=before,
        after=after,
        deadline=visit.web.service.policy.calendar.closes(row.step) if row.step else None,
        form=form,
        outgoing=[
            o for o in visit.web.store.outbox_of_entry(row.id) if o.state not in ("draft", "cancelled")
        ],
        flash=flash,
    )


def _pages(visit: Visit, shown: Shown) -> list[dict[str, Any]]:
    """The pages that are drawn, each with its size in points and the boxes on it."""
    document, pages = shown.document, visit.web.pages
    if not pages.can_draw(document.media_type):
        return []
    try:
        sizes = pages.sizes(
            document.sha256, document.media_type, lambda: original_bytes(visit, shown.mail, document)
        )
    except (PageNotDrawn, Refused, MailbotError):
        return []
    wanted = document.pages_of or tuple(range(1, len(sizes) + 1))
    return [_page(visit, shown, n, sizes[n - 1]) for n in wanted if 1 <= n <= len(sizes)]


def _page(visit: Visit, shown: Shown, page: int, size: tuple[float, float]) -> dict[str, Any]:
    boxes = [
        {"field": f.id, "label": f.label, "mark": f.mark, "bbox": f.claim.bbox}
        for f in shown.fields
        if f.claim is not None and f.claim.page == page and f.claim.bbox is not None
    ]
    boxes += [
        {"field": "signature", "label": visit.say("Signature"), "mark": "signature", "bbox": s.bbox}
        for s in shown.document.signature.signers
        if s.page == page and s.bbox is not None
    ]
    return {
        "number": page,
        "width": size[0],
        "height": size[1],
        "boxes": boxes,
        "straight": is_scan(shown, page),
    }
