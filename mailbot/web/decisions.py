"""Decisions on an entry: the form, what it would send, doing it, and undoing it."""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import Response

from mailbot.errors import ActionRefused, MailbotError, StaleDossier, UnknownReference, ValueInvalid
from mailbot.review import Review
from mailbot.rows import EntryRow
from mailbot.web import entry_page
from mailbot.web.action_forms import ActionForm, form_of
from mailbot.web.decide import MailDiffers, attempt, carry_out, marker
from mailbot.web.form_values import form_values, request_of, target_of
from mailbot.web.hand import locked_by_other
from mailbot.web.lookup import entry_of, neighbours
from mailbot.web.visit import Refused, Visit, status_of

_UNSEALED = ("correct", "assign", "merge")
"""Decided on again by mailbot: what leaves then is its own answer, as with any mail."""


def _offered_form(visit: Visit, row: EntryRow) -> ActionForm:
    form = form_of(visit, visit.request.path_params["action"])
    if form.name not in Review.offered(row):
        raise ActionRefused(visit.say("Cette entrée n'offre pas cette action."))
    return form


def form(visit: Visit) -> Response:
    """The form of an action, for its place on the entry's page."""
    row = entry_of(visit)
    found = _offered_form(visit, row)
    values = form_values(visit, row, found.name, attempt_it=True)
    return visit.page(
        "form.html", entry=row, form=values, marker=visit.query("marker") or marker(visit.web, row)
    )


def preview(visit: Visit) -> Response:
    """The mail that the form as filled in would send."""
    row = entry_of(visit)
    found = _offered_form(visit, row)
    trial, problem = None, ""
    try:
        trial = attempt(visit.web, row.id, request_of(visit, found))
    except Refused as error:
        problem = error.message
    except MailbotError as error:
        problem = visit.say_of(error)
    return visit.page("preview.html", trial=trial, problem=problem, entry=row, target=target_of(visit, found))


def act(visit: Visit) -> Response:
    """Carry the decision out, and go on to the next entry."""
    row = entry_of(visit)
    try:
        found = _offered_form(visit, row)
        _check_hand(visit, row)
        request = request_of(visit, found)
        seal = visit.value("seal") or None
        if found.sends and seal is None and found.name not in _UNSEALED:
            attempt(visit.web, row.id, request)  # what it lacks is the better answer
            raise Refused(
                422, visit.say("Le courriel qui partirait n'avait pas encore été montré. Le voici.")
            )
        _, following = neighbours(visit, row.id)
        text = visit.value("text") if "text" in visit.values else None
        decided = carry_out(visit.web, row.id, request, seal=seal if found.sends else None, text=text)
    except MailDiffers:
        said = visit.say("Le courriel qui partirait n'est plus celui qui était montré. Le voici.")
        return _again(visit, row, 409, said)
    except Refused as error:
        return _again(visit, row, error.status, error.message)
    except UnknownReference as error:
        return _again(visit, row, 422, visit.say_of(error))
    except ValueInvalid as error:
        return _again(visit, row, status_of(error), visit.say_of(error), invalid=error.field)
    except (ActionRefused, StaleDossier) as error:
        return _again(visit, row, status_of(error), visit.say_of(error))
    visit.web.store.hold_entry(row.id, locked_by="", locked_until=None)
    stays = (
        found.name in ("note", "complement", "tests-failed") and visit.web.store.entry(row.id).state == "open"
    )
    to = decided.opened or (row.id if stays else following)
    same_document = f"?doc={request.document}" if decided.opened and request.document else ""
    return visit.go(
        f"/entry/{to}{same_document}" if to else "/queue",
        f"{visit.say(found.label)} : {visit.say_of(decided.message)}",
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


def _again(visit: Visit, row: EntryRow, status: int, message: str, invalid: str = "") -> Response:
    """The page once more, with what was typed and why it did not go through.

    `invalid`: the field whose value the person may insist on.
    """
    row = visit.web.store.entry(row.id)
    action = visit.request.path_params["action"]
    offered = action in Review.offered(row)
    form = (
        form_values(visit, row, action, attempt_it=status != 422 or "seal" not in visit.values)
        if offered
        else None
    )
    if form is not None:
        form |= {"problem": message, "invalid": invalid}
    return entry_page.show(visit, row, status=status, flash={"problem": message}, form=form)


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
