"""What a form asks for, as a request to review.py; and what its template needs to be shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mailbot.errors import MailbotError
from mailbot.review import Request
from mailbot.rows import EntryRow
from mailbot.web.action_forms import ActionForm, check_words, form_of, set_values
from mailbot.web.decide import attempt
from mailbot.web.labels import label_of
from mailbot.web.visit import Refused, Visit, number
from mailbot.web.words import KINDS, SIGNATURES
from rules.types import Case

_MAY_CHANGE = ("email", "iban", "adresse", "denomination_sociale")
"""What is offered where the mail names no new value."""


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
        as_written=visit.value("as_written") == "1",
    )


def form_values(
    visit: Visit, row: EntryRow, action: str, *, attempt_it: bool, problem: str = ""
) -> dict[str, Any]:
    """What the template of a form needs; with `attempt_it`, the mail that it would send."""
    form = form_of(visit, action)
    case = _case(visit, row)
    if visit.request.method == "GET":
        for name, value in _proposed(visit, row, form, case):
            visit.values.setdefault(name, [value])
    trial = None
    if attempt_it and form.sends and not problem:
        try:
            trial = attempt(visit.web, row.id, request_of(visit, form))
        except Refused:
            trial = None  # something is still to be filled in
        except MailbotError as error:
            # A fresh form for a correction says nothing yet: no reproach.
            fresh = form.name == "correct" and visit.request.method == "GET"
            problem = "" if fresh else visit.say_of(error)
    return {
        "action": form,
        "trial": trial,
        "problem": problem,
        "target": target_of(visit, form),
        "values": {name: found[-1] for name, found in visit.values.items()},
        "case": case,
        "amount": _amount(visit, case),
        "parties": _parties(case),
        "changes": [(field, _label(visit, field), old, new) for field, old, new in _changes(row)],
        "may_change": [(field, _label(visit, field)) for field in _MAY_CHANGE],
        "today": visit.now.date().isoformat(),
    }


def target_of(visit: Visit, form: ActionForm) -> str:
    """Whose dossier the reference names that was typed, so that it can be seen to be the right one."""
    reference = visit.value("dossier").strip().upper() if "dossier" in form.extras else ""
    row = visit.web.store.dossier_by_reference(reference) if reference else None
    return row.dossier.name or row.dossier.email if row is not None else ""


def _proposed(visit: Visit, row: EntryRow, form: ActionForm, case: Case | None) -> Iterator[tuple[str, str]]:
    """What a fresh form already says."""
    if "party" in form.extras:
        open_still = [party for party, done in _parties(case) if not done]
        yield "party", "both" if len(open_still) == 2 else "".join(open_still)
    if "amount" in form.extras:
        yield "amount", _amount(visit, case)
    if "changes" in form.extras:
        yield from ((f"change.{field}", new) for field, _, new in _changes(row))


def _case(visit: Visit, row: EntryRow) -> Case | None:
    dossier = visit.web.store.dossier(row.dossier_id).dossier if row.dossier_id else None
    return next((c for c in dossier.cases if c.name == row.case), None) if dossier else None


def _amount(visit: Visit, case: Case | None) -> str:
    """The slides' amount; for a collective there is none to propose: a person confirms it."""
    form_4 = case.latest("formulaire_4") if case is not None else None
    collective = form_4 is not None and form_4.value("type_client") not in (None, "prestataire")
    return "" if collective else str(visit.web.service.policy.amount_eur)


def _label(visit: Visit, field: str) -> str:
    """What Formulaire 1 prints beside the value."""
    form = visit.web.service.policy.forms.for_kind("formulaire_1")
    return label_of(field, form.field(field) if form else None, visit.language)


def _parties(case: Case | None) -> list[tuple[str, bool]]:
    """INCERT's and AeS's fact, and whether it is recorded already."""
    return [(party, bool(case is not None and case.fact(party))) for party in ("incert", "aes")]


def _changes(row: EntryRow) -> list[tuple[str, str, str]]:
    """(field, old, new) of a change of data."""
    old, new = row.facts.get("old"), row.facts.get("new")
    if not isinstance(new, dict):
        return []
    return [(k, str(old.get(k, "")) if isinstance(old, dict) else "", str(v)) for k, v in new.items()]
