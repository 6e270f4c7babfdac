"""Dossiers: the list, and the page of one with its timeline, mails, documents and decisions."""

from __future__ import annotations

from starlette.responses import Response

from mailbot.deeds import deeds
from mailbot.dossier_views import CSV_COLUMNS, csv_lines, dossier_details
from mailbot.export import export_dossier
from mailbot.rows import DossierRow
from mailbot.web.csv_out import csv_response
from mailbot.web.evidence import download
from mailbot.web.labels import choice_words, label_of
from mailbot.web.queue_page import searched
from mailbot.web.timeline import drawing
from mailbot.web.visit import Refused, Visit, number

_PER_PAGE = 100


def dossier_of(visit: Visit) -> DossierRow:
    """The dossier of the path. Raises Refused."""
    reference = visit.request.path_params["reference"].upper()
    found = visit.web.store.dossier_by_reference(reference)
    if found is None:
        raise Refused(404, visit.say("Aucun dossier n'a cette référence."))
    return found


def dossiers(visit: Visit) -> Response:
    text = searched(visit, visit.query("s"))
    page = number(visit.query("page", "1"), 400, visit.say("Ce numéro de page n'en est pas un."))
    if page < 1:
        raise Refused(400, visit.say("Ce numéro de page n'en est pas un."))
    found = visit.web.store.dossiers_matching(text)
    start = (page - 1) * _PER_PAGE
    here = found[start : start + _PER_PAGE]
    visit.note("viewed", {"page": "dossiers", "dossiers": here})
    return visit.page(
        "dossiers.html",
        rows=visit.web.store.dossier_overviews_of(here),
        found=len(found),
        text=text,
        handle=visit.query("s"),
        number=page,
        last_page=max(1, -(-len(found) // _PER_PAGE)),
        flash=visit.take_flash(),
    )


def search(visit: Visit) -> Response:
    """The words searched for stand in no address."""
    handle = visit.web.searches.keep(visit.by, visit.value("q"))
    return visit.go(f"/dossiers?s={handle}" if handle else "/dossiers")


def dossiers_csv(visit: Visit) -> Response:
    visit.note("exported", {"list": "dossiers"})
    rows = (line for row in visit.web.store.dossier_overviews() for line in csv_lines(row))
    return csv_response("dossiers.csv", CSV_COLUMNS, rows)


def dossier(visit: Visit) -> Response:
    row = dossier_of(visit)
    store, service = visit.web.store, visit.web.service
    visit.note("viewed", {}, dossier_id=row.id)
    details = dossier_details(store, row)
    outbox = store.outbox_of_dossier(row.id)
    ours = {o.message_id for o in outbox}  # copies in the Sent folder of what stands under « sent » already
    details["mails"] = [m for m in details["mails"] if m["message_id"] not in ours]
    return visit.page(
        "dossier.html",
        row=row,
        dossier=row.dossier,
        details=details,
        history=deeds(store.history(dossier_id=row.id)),
        registered=registered(visit, row),
        drawing=drawing(row, outbox, service.policy.calendar, visit.now),
        flash=visit.take_flash(),
    )


def registered(visit: Visit, row: DossierRow) -> list[tuple[str, str]]:
    """The enrolled values under the labels of Formulaire 1."""
    form = visit.web.service.policy.forms.for_kind("formulaire_1")
    found = []
    for field_id, value in row.dossier.registered.items():
        definition = form.field(field_id) if form else None
        said = {"True": visit.say("oui"), "False": visit.say("non")}.get(value, value)
        if definition is not None:
            said = choice_words(definition, said, visit.language)
        found.append((label_of(field_id, definition, visit.language), said))
    return found


def export(visit: Visit) -> Response:
    """The dossier as one zip with an index."""
    row = dossier_of(visit)
    case = visit.query("case")
    data = export_dossier(visit.web.service, row, case)
    visit.note("exported", {"case": case}, dossier_id=row.id)
    return download(data, f"{row.dossier.reference}.zip", "application/zip")
