"""Form fields that say themselves what they are: by name, tag or tooltip -> claims."""

from __future__ import annotations

import re
from functools import lru_cache

from pydantic import JsonValue

from parsers.choices import match_choice
from parsers.claims import Claim
from parsers.documents.reading import Widget
from parsers.folding import compact
from parsers.labels.index import LabelIndex, index_of
from parsers.labels.text import PARTLY, match_text
from parsers.remembered import TEXTS_OF_MAILS, Remembered
from parsers.types import FieldDef, FormDef
from parsers.values import parse_value
from parsers.widget_boxes import LABEL, LONGEST, OWN, question_of, ticked_claim


def named_claims(widgets: tuple[Widget, ...], form: FormDef) -> tuple[list[Claim], list[Widget]]:
    """(claims, the widgets that do not say what they are). An empty field claims that it is empty."""
    index = index_of(form.fields)
    claims: list[Claim] = []
    opaque: list[Widget] = []
    buttons: dict[str, list[tuple[Widget, str, int]]] = {}
    rows: dict[str, dict[int, dict[str, Widget]]] = {}
    named = {told[0].id for w in widgets if (told := field_of(w, form))}
    cells = _cells(widgets, form, index)
    for widget in widgets:
        found = _own_name(widget.name, form)
        rank = OWN
        if found is None:
            by_label = _by_label(widget, form, index)
            if by_label is None or id(widget) in cells:
                opaque.append(widget)
                continue
            found, rank = (_offered(widget, form) or by_label, ""), LABEL
        field, rest = found
        if field.type == "table":
            match = re.fullmatch(r"(\d+)\.(\w+)", rest)
            if not match:
                opaque.append(widget)  # all cells are called what the table is: the heads above them tell
            else:
                rows.setdefault(field.id, {}).setdefault(int(match[1]), {})[match[2]] = widget
        elif widget.kind in ("checkbox", "radio"):
            buttons.setdefault(field.id, []).append((widget, rest, rank))
        elif _whole_name(widget, field, form, named):
            opaque.append(widget)
        elif widget.kind != "signature":
            claims.append(_written(widget, field, rank))
    for field_id, group in buttons.items():
        field_def = form.field(field_id)
        if field_def is not None:
            claim, unknown = ticked_claim(group, field_def)
            opaque += unknown
            if claim is not None:
                claims.append(claim)
    for field_id, table in rows.items():
        field_def = form.field(field_id)
        claim = _rows(table, field_def) if field_def is not None else None
        if claim is not None:
            claims.append(claim)
    return claims, opaque


def _offered(widget: Widget, form: FormDef) -> FieldDef | None:
    """The field whose choices a list offers, whatever its label names: "Angeschlossene Einrichtung" over the
    kinds of one."""
    if widget.kind != "choice":
        return None
    shown = [label for _, label in widget.options if label.strip()]
    for field in form.fields:
        if field.type == "choice" and len({match_choice(text, field) for text in shown} - {None}) > 1:
            return field
    return None


def _cells(widgets: tuple[Widget, ...], form: FormDef, index: LabelIndex) -> set[int]:
    """Ids of form fields called alike that stand one under the other on a form with a table: its cells."""
    if not any(f.type == "table" for f in form.fields):
        return set()
    columns: dict[tuple[str, int | None, int], list[Widget]] = {}
    for widget in widgets:
        if widget.box is None or widget.kind in ("checkbox", "radio", "signature"):
            continue
        field = _by_label(widget, form, index)
        if field is not None:
            columns.setdefault((field.id, widget.page, round(widget.box[0])), []).append(widget)
    return {id(w) for column in columns.values() if len(column) > 1 for w in column}


def _whole_name(widget: Widget, field: FieldDef, form: FormDef, named: set[str]) -> bool:
    """True for two words in a field named "nom" where no field is named "prenom": perhaps it is for both,
    and the label printed beside it tells."""
    twin = field.id[: -len("nom")] + "prenom" if re.fullmatch(r"(.*_)?nom", field.id) else ""
    return bool(twin and form.field(twin)) and twin not in named and " " in widget.value.strip()


def own_names(widgets: tuple[Widget, ...], form: FormDef) -> int:
    """How many fields of the form are there by their own names."""
    names = tuple(w.name for w in widgets)
    return _OWN_NAMES.of(
        (form,),
        lambda: len({found[0].id for name in names if (found := _own_name(name, form))}),
        names,
        keep=len(names) <= _MOST_NAMES,
    )


_OWN_NAMES: Remembered[int] = Remembered(100)
_MOST_NAMES = 200


def field_of(widget: Widget, form: FormDef) -> tuple[FieldDef, bool] | None:
    """(the field that a form field is for, whether its own name says so), or None where neither it nor
    its tooltip tells."""
    named = _own_name(widget.name, form)
    if named is not None:
        return named[0], True
    labelled = _by_label(widget, form, index_of(form.fields))
    return (labelled, False) if labelled is not None else None


def _own_name(name: str, form: FormDef) -> tuple[FieldDef, str] | None:
    """The field that a technical name means, and what follows it (a choice, a table's row and column)."""
    parts = _parts(name)
    fields = _BY_NAME.of((form,), lambda: {compact(f.id): f for f in reversed(form.fields)})
    for at, (_, wanted) in enumerate(parts):
        field = fields.get(wanted) if wanted else None
        if field is None:
            continue
        rest = ".".join(part for part, _ in parts[at + 1 :])
        if not rest or field.type in ("table", "choice", "choices", "bool"):
            return field, rest
    return None


_BY_NAME: Remembered[dict[str, FieldDef]] = Remembered(32)
"""The fields of a form by their compact id."""


@lru_cache(maxsize=TEXTS_OF_MAILS)
def _parts(name: str) -> tuple[tuple[str, str], ...]:
    """The parts of a qualified name without their numbers, each as written and compact."""
    parts = (re.sub(r"\[\d+\]$", "", part) for part in name.split("."))
    return tuple((part, compact(part)) for part in parts)


def _by_label(widget: Widget, form: FormDef, index: LabelIndex) -> FieldDef | None:
    """By tooltip, alias or a name that is a label ("Nom du CEO"); exact or nearly so only."""
    name = re.sub(r"[_\-.]+", " ", widget.name)
    if widget.kind in ("checkbox", "radio"):
        name = re.sub(r"\s\d+$", "", name)  # the boxes of one question are numbered
    name = question_of(name, widget)
    for text in (question_of(widget.label, widget), name):
        if not text.strip() or len(text) > LONGEST:
            continue
        found = match_text(text.rstrip(" *:"), index)
        if found and text == name and found[2] == PARTLY:
            continue
        if found and found[1] != "weak" and len(found[0]) == 1:
            return form.field(found[0][0])
    return None


def _written(widget: Widget, field: FieldDef, rank: int) -> Claim:
    text = widget.value
    shown = widget.shown
    if field.type in ("choice", "choices", "bool") and widget.values and len(widget.values) > 1:
        text = ", ".join(widget.values)
    result = parse_value(field.type, text, field)
    if result.value is None and shown != text:
        result = parse_value(field.type, shown, field)
    sure = 0.99 if rank == OWN else 0.97
    if result.problem == "malformed":
        sure = 0.96 if rank == OWN else 0.8
    if widget.doubtful:
        sure = min(sure, 0.7)
    how = (
        f"form field “{widget.name}”"
        if rank == OWN
        else f"form field labelled “{widget.label or widget.name}”"
    )
    notes = (how, result.note) if result.note else (how,)
    return Claim(
        field.id,
        result.value,
        text or None,
        sure,
        widget.source,
        rank,
        widget.page,
        widget.box,
        notes,
        result.certain,
    )


def _rows(table: dict[int, dict[str, Widget]], field: FieldDef) -> Claim | None:
    columns = {column.id: column for column in field.columns}
    rows: list[JsonValue] = []
    sure = 0.99
    first: Widget | None = None
    for _, cells in sorted(table.items()):
        row: dict[str, JsonValue] = {}
        for column_id, widget in cells.items():
            column = columns.get(column_id)
            if column is None:
                continue
            claim = _written(widget, column, OWN)
            if claim.value is not None:
                row[column_id] = claim.value
                sure = min(sure, claim.confidence)
                first = first or widget
        if row:
            rows.append(row)
    if first is None:
        return None
    evidence = (f"form fields “{field.id}”, {len(rows)} rows",)
    return Claim(field.id, rows, None, sure, first.source, OWN, first.page, first.box, evidence, True)
