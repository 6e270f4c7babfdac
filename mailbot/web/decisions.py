"""Decisions on an entry: the form, what it would send, doing and undoing it; who has the entry in hand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from starlette.responses import Response

from mailbot.errors import ActionRefused, MailbotError, StaleDossier, UnknownReference
from mailbot.ports import EntryRow, HolderRow
from mailbot.review import Request, Review
from mailbot.web import entry_page
from mailbot.web.action_forms import ActionForm, check_words, form_of, set_values
from mailbot.web.decide import MailDiffers, attempt, carry_out, marker
from mailbot.web.visit import Refused, Visit, number, status_of
from mailbot.web.words import KINDS, SIGNATURES

LOCK = timedelta(minutes=5)


def _offered_form(visit: Visit, row: EntryRow) -> ActionForm:
    form = form_of(visit, visit.request.path_params["action"])
    if form.name not in Review.offered(row):
        raise ActionRefused(visit.say("Cette entrée n'offre pas cette action."))
    return form


def request_of(visit: Visit, form: ActionForm) -> Request:
    """What the form asks for. Raises Refused for what is missing or wrong in it."""
    check_words(visit, form)
    values = set_values(visit, form)
    document = visit.value("document")
    kind = visit.value("kind") if "kind" in form.extras else ""
    if kind and kind not in KINDS:
        raise Refused(422, visit.say("Ce type de document n'existe pas."))
    if values.get("signature") and values["signature"] not in SIGNATURES:
        raise Refused(422, visit.say("Ce statut de signature n'existe pas."))
    return Request(
        form.name,
        visit.by,
        visit.value("note"),
        values,
        number(document, 422, visit.say("Ce document n'existe pas.")) if document else None,
        kind,
        visit.value("dossier").strip() if "dossier" in form.extras else "",
        visit.files,
    )


def form_values(
    visit: Visit, row: EntryRow, action: str, *, attempt_it: bool, problem: str = ""
) -> dict[str, Any]:
    """What the template of a form needs; with `attempt_it`, the mail that it would send."""
    form = form_of(visit, action)
    trial = None
    if attempt_it and form.sends and not problem:
        try:
            trial = attempt(visit.web, row.id, request_of(visit, form))
        except Refused:
            trial = None  # something is still to be filled in
        except MailbotError as error:
            problem = str(error)
    case = _case(visit, row)
    return {
        "action": form,
        "trial": trial,
        "problem": problem,
        "values": {name: found[-1] for name, found in visit.values.items()},
        "case": case,
        "amount": _amount(visit, case),
        "parties": _parties(case),
        "changes": _changes(row),
        "today": visit.now.date().isoformat(),
    }


def _case(visit: Visit, row: EntryRow) -> Any:
    dossier = visit.web.store.dossier(row.dossier_id).dossier if row.dossier_id else None
    return next((c for c in dossier.cases if c.name == row.case), None) if dossier else None


def _amount(visit: Visit, case: Any) -> str:
    """The slides' amount; for a collective there is none to propose: a person confirms it."""
    form_4 = case.latest("formulaire_4") if case is not None else None
    collective = form_4 is not None and form_4.value("type_client") not in (None, "prestataire")
    return "" if collective else str(visit.web.service.policy.amount_eur)


def _parties(case: Any) -> list[tuple[str, bool]]:
    """INCERT's and AeS's fact, and whether it is recorded already."""
    return [(party, bool(case is not None and case.fact(party))) for party in ("incert", "aes")]


def _changes(row: EntryRow) -> list[tuple[str, str, str]]:
    """(field, old, new) of a change of data."""
    old, new = row.facts.get("old"), row.facts.get("new")
    if not isinstance(new, dict):
        return []
    return [(k, str(old.get(k, "")) if isinstance(old, dict) else "", str(v)) for k, v in new.items()]


def form(visit: Visit) -> Response:
    """The form of an action, for its place on the entry's page."""
    row = entry_page.entry_of(visit)
    found = _offered_form(visit, row)
    values = form_values(visit, row, found.name, attempt_it=True)
    return visit.page(
        "form.html", entry=row, form=values, marker=visit.query("marker") or marker(visit.web, row)
    )


def preview(visit: Visit) -> Response:
    """The mail that the form as filled in would send."""
    row = entry_page.entry_of(visit)
    found = _offered_form(visit, row)
    trial, problem = None, ""
    try:
        trial = attempt(visit.web, row.id, request_of(visit, found))
    except Refused as error:
        problem = error.message
    except MailbotError as error:
        problem = str(error)
    return visit.page("preview.html", trial=trial, problem=problem, entry=row)


def act(visit: Visit) -> Response:
    """Carry the decision out, and go on to the next entry."""
    row = entry_page.entry_of(visit)
    try:
        found = _offered_form(visit, row)
        _check_hand(visit, row)
        request = request_of(visit, found)
        seal = visit.value("seal") or None
        if found.sends and seal is None and found.name not in ("correct", "assign", "merge"):
            raise Refused(
                422, visit.say("Le courriel qui partirait n'avait pas encore été montré. Le voici.")
            )
        _, following = entry_page.neighbours(visit, row.id)
        text = visit.value("text") if "text" in visit.values else None
        decided = carry_out(visit.web, row.id, request, seal=seal if found.sends else None, text=text)
    except MailDiffers:
        said = visit.say("Le courriel qui partirait n'est plus celui qui était montré. Le voici.")
        return _again(visit, row, 409, said)
    except Refused as error:
        return _again(visit, row, error.status, error.message)
    except UnknownReference as error:
        return _again(visit, row, 422, str(error))
    except (ActionRefused, StaleDossier) as error:
        return _again(visit, row, status_of(error), str(error))
    visit.web.store.hold_entry(row.id, locked_by="", locked_until=None)
    stays = (
        found.name in ("note", "complement", "tests-failed") and visit.web.store.entry(row.id).state == "open"
    )
    to = decided.opened or (row.id if stays else following)
    return visit.go(
        f"/entry/{to}" if to else "/queue",
        f"{visit.say(found.label)} : {decided.message}",
        undo=decided.undo or None,
        undo_until=(visit.now + timedelta(seconds=visit.web.service.config.web.undo_seconds)).isoformat(),
        decided=row.id,
    )


def _check_hand(visit: Visit, row: EntryRow) -> None:
    """Raises Refused when somebody else has the entry open, or the page is older than what it is about."""
    holder = visit.web.store.holder(row.id)
    if locked_by_other(visit, holder):
        raise Refused(
            409, visit.say("%(who)s a cette entrée ouverte : la reprendre d'abord.", who=holder.locked_by)
        )
    if visit.value("marker") != marker(visit.web, row):
        raise Refused(
            409,
            visit.say(
                "L'entrée a changé depuis que cette page a été ouverte. "
                "Voici son état actuel ; votre texte est conservé."
            ),
        )


def _again(visit: Visit, row: EntryRow, status: int, message: str) -> Response:
    """The page once more, with what was typed and why it did not go through."""
    row = visit.web.store.entry(row.id)
    action = visit.request.path_params["action"]
    offered = action in Review.offered(row)
    form = (
        form_values(visit, row, action, attempt_it=status != 422 or "seal" not in visit.values)
        if offered
        else None
    )
    if form is not None:
        form["problem"] = message
    return entry_page.show(visit, row, status=status, flash={"problem": message}, form=form)


# Who has the entry in hand


def locked_by_other(visit: Visit, holder: HolderRow) -> bool:
    return bool(
        holder.locked_by not in ("", visit.by)
        and holder.locked_until is not None
        and holder.locked_until > visit.now
    )


def lock(visit: Visit) -> Response:
    """The page that is open says so, again and again; the answer says who has the entry."""
    row = entry_page.entry_of(visit)
    visit.web.store.lock_entry(row.id, visit.by, visit.now, visit.now + LOCK)
    return _state(visit, row)


def state(visit: Visit) -> Response:
    return _state(visit, entry_page.entry_of(visit))


def _state(visit: Visit, row: EntryRow) -> Response:
    holder = visit.web.store.holder(row.id)
    old = visit.value("marker") or visit.query("marker")
    return visit.page(
        "hand.html",
        entry=row,
        holder=holder,
        locked=locked_by_other(visit, holder),
        stale=bool(old) and old != marker(visit.web, row),
        marker=old,
    )


def take_over(visit: Visit) -> Response:
    """Take the entry from whoever has it open."""
    row = entry_page.entry_of(visit)
    before = visit.web.store.holder(row.id).locked_by
    with visit.web.store.transaction():
        visit.web.store.lock_entry(row.id, visit.by, visit.now, visit.now + LOCK, force=True)
        visit.note("taken_over", {"from": before}, entry_id=row.id, dossier_id=row.dossier_id)
    return visit.go(f"/entry/{row.id}", visit.say("L'entrée est chez vous."))


def take_on(visit: Visit) -> Response:
    """Put the entry among one's own, or give it back."""
    row = entry_page.entry_of(visit)
    gives_back = visit.value("owner") == ""
    with visit.web.store.transaction():
        visit.web.store.hold_entry(row.id, owner="" if gives_back else visit.by)
        visit.note("given_back" if gives_back else "taken_on", entry_id=row.id, dossier_id=row.dossier_id)
    return visit.go(f"/entry/{row.id}")


def undo(visit: Visit) -> Response:
    """Take the last decision back, while its mails wait."""
    found = visit.web.undos.take(visit.value("undo"), visit.by)
    if found is None or visit.now > found.until:
        raise Refused(409, visit.say("Cette décision ne s'annule plus."))
    entry = found.before.entry
    with visit.web.store.transaction():
        visit.web.undos.restore(found)
        visit.note("undone", {}, entry_id=entry.id, dossier_id=entry.dossier_id, case=entry.case)
    return visit.go(f"/entry/{entry.id}", visit.say("La décision est annulée, rien n'est parti."))
