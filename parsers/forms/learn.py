"""A new blank form -> a drafted definition: which known fields stand where, and what fits none.

A form field (PDF) or content control (DOCX) is known by its name, its tooltip, or the label printed beside
it; a printed place by its label. The draft is the definition in force, with the labels of this edition in
front and without the fields that it has no place for; an agreement's articles are the blank's own. A person
reads it before it is put into use.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from parsers.classify import classify
from parsers.documents.reading import Reading, Widget
from parsers.folding import words_of
from parsers.forms.book import FormBook
from parsers.forms.clauses import clauses_of
from parsers.labels.index import index_of
from parsers.layout.pages import sheets_of
from parsers.layout.sheet import Segment
from parsers.layout.text import reading_text
from parsers.mail.language import language_of
from parsers.printed.blank import read_context
from parsers.printed.context import Context
from parsers.signing.places import label_of
from parsers.table_heads import head_of
from parsers.ticked.claims import claims_from_ticks
from parsers.types import BBox, FieldDef, FormDef, Language
from parsers.widget_names import field_of

_ENDS = re.compile(r"[\s:.…_*]+$")
_STARTS = re.compile(r"^(?:\d{1,2}(?:\.\d{1,2})*[.)]?|[a-z][.)])\s+")
_PROBE = "Sonde{:03}"
_SEVERAL_BOXES = 0.96
"""How sure a claim is that rests on boxes for several of a field's choices."""
_MOST_LISTS, _MOST_OFFERS = 20, 6


class UnknownForm(ValueError):
    """The blank is none of the known kinds, and nobody said which one it is."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field stands. `widget` is the form field's name, empty for a printed place."""

    field: str
    how: Literal["name", "tooltip", "label"]
    label: str = ""
    widget: str = ""
    page: int | None = None
    bbox: BBox | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """`form` could be put into use; `missing`: known fields without a place; `unplaced`: the reverse."""

    form: FormDef
    found: tuple[Place, ...]
    missing: tuple[str, ...]
    unplaced: tuple[str, ...]


def learn(
    reading: Reading, book: FormBook, version: str = "draft", kind: str = "", source: str = ""
) -> Draft:
    """The draft for a blank. `kind` says which form it is where that cannot be told; else UnknownForm."""
    known = _known_form(reading, book, kind)
    language: Language = language_of(reading_text(reading)) or "fr"
    opaque = [w for w in reading.widgets if field_of(w, known) is None]
    context = read_context(sheets_of(reading, opaque), known)
    places = _from_widgets(reading, known) + _from_print(context) + _from_heads(context)
    places += _from_boxes(context, {place.field for place in places})
    labels: dict[str, list[str]] = {}
    for place in places:
        labels.setdefault(place.field, []).extend([place.label] if place.label else [])
    fields = tuple(_with_labels(f, labels[f.id], language) for f in known.fields if f.id in labels)
    form = known.model_copy(
        update={
            "version": version,
            "fields": fields,
            "titles": _titles(known, context, language),
            "source": source or known.source,
            "clauses": clauses_of(reading, known) if known.clauses else (),
        }
    )
    beside = _beside_labels(reading, form, opaque)
    missing = tuple(f.id for f in known.fields if f.id not in labels)
    return Draft(form, (*places, *beside), missing, _unplaced(opaque, beside, context, known))


def _known_form(reading: Reading, book: FormBook, kind: str) -> FormDef:
    if kind:
        found = book.for_kind(kind)
    else:
        found = next((one.form for one in classify(reading, book) if one.form and one.form.fields), None)
    if found is None or not found.fields:
        kinds = ", ".join(form.kind for form in book.all() if form.fields)
        raise UnknownForm(f"which form it is must be said: one of {kinds}")
    return found


def _from_widgets(reading: Reading, known: FormDef) -> list[Place]:
    places = []
    for widget in reading.widgets:
        found = field_of(widget, known)
        if found is not None:
            field, by_name = found
            says = _clean(widget.label) if field.type not in ("choice", "choices", "table") else ""
            places.append(
                Place(field.id, "name" if by_name else "tooltip", says, widget.name, widget.page, widget.box)
            )
    return places


def _from_print(context: Context) -> list[Place]:
    """Printed labels, clear ones only: in doubt a person places the field."""
    places = []
    for sheet in context.sheets:
        for hit in context.hits[sheet.number]:
            if not hit.clear or id(hit.segment) in context.aes:
                continue
            label = _clean(" ".join([hit.segment.text, *(s.text for s in hit.below)]))
            page = None if context.flow else sheet.number
            places += [
                Place(field, "label", label, "", page, None if context.flow else hit.segment.box)
                for field in hit.fields
            ]
    return places


def _from_boxes(context: Context, placed: set[str]) -> list[Place]:
    """Choices known by the words beside their boxes alone: their label runs into the first of them."""
    return [
        Place(claim.field, "label", "", "", None if context.flow else claim.page, claim.bbox)
        for claim in claims_from_ticks(context)
        if claim.field not in placed and claim.confidence >= _SEVERAL_BOXES
    ]


def _from_heads(context: Context) -> list[Place]:
    """Tables whose columns' heads are printed."""
    places = []
    for definition in (f for f in context.form.fields if f.type == "table"):
        for sheet in context.sheets:
            for head in (head_of(sheet, index_of(definition.columns)) or {}).values():
                page, box = (None, None) if context.flow else (sheet.number, head.box)
                places.append(Place(definition.id, "label", "", "", page, box))
    return places


def _beside_labels(reading: Reading, form: FormDef, opaque: list[Widget]) -> tuple[Place, ...]:
    """Form fields whose names say nothing, placed by what is printed beside: each is probed with a value."""
    from parsers.extract import extract

    probes = {_PROBE.format(n): w for n, w in enumerate(opaque) if w.kind in ("text", "date")}
    by_widget = {id(w): probe for probe, w in probes.items()}
    filled = replace(
        reading,
        widgets=tuple(
            replace(w, value=by_widget[id(w)]) if id(w) in by_widget else w for w in reading.widgets
        ),
    )
    as_text = form.model_copy(
        update={
            "fields": tuple(
                f
                if f.type in ("bool", "choice", "choices", "table")
                else f.model_copy(update={"type": "text"})
                for f in form.fields
            )
        }
    )
    places = []
    for field, value in extract(filled, as_text).fields.items():
        widget = probes.get(str(value.value))
        if widget is not None:
            places.append(Place(field, "label", "", widget.name, widget.page, widget.box))
    return (*places, *_lists_beside_labels(reading, form, opaque))


def _lists_beside_labels(reading: Reading, form: FormDef, opaque: list[Widget]) -> Iterator[Place]:
    """Lists to choose from: each is probed with what it offers, until a field takes it for its own."""
    from parsers.extract import extract

    for widget in [w for w in opaque if w.kind == "choice"][:_MOST_LISTS]:
        for export, shown in widget.options[:_MOST_OFFERS]:
            chosen = replace(widget, value=shown or export)
            widgets = tuple(chosen if w is widget else w for w in reading.widgets)
            read = extract(replace(reading, widgets=widgets), form).fields
            field = next((f for f, value in read.items() if value.raw == chosen.value), None)
            if field is not None:
                yield Place(field, "label", "", widget.name, widget.page, widget.box)
                break


def _unplaced(
    opaque: list[Widget], beside: tuple[Place, ...], context: Context, known: FormDef
) -> tuple[str, ...]:
    placed = {place.widget for place in beside}
    left = [
        f"{w.name} ({_clean(w.label)})" if w.label.strip() else w.name
        for w in opaque
        if w.kind not in ("button", "signature", "checkbox", "radio") and w.name not in placed
    ]
    for sheet in context.sheets:
        left += [
            _clean(s.text)
            for s in sheet.segments
            if _asks(s) and id(s) not in context.labels and label_of(words_of(s.text), known) is None
        ]
    return tuple(dict.fromkeys(text for text in left if text))


def _asks(segment: Segment) -> bool:
    return len(segment.words) <= 12 and segment.text.rstrip(" *").endswith(":") and len(segment.text) > 3


def _with_labels(field: FieldDef, found: list[str], language: Language) -> FieldDef:
    """The field with the labels of this edition in front of those that are known."""
    new = [label for label in found if 1 < len(label) <= 120 and words_of(label)]
    labels = tuple(dict.fromkeys([*new, *field.labels.get(language, ())]))
    return field.model_copy(update={"labels": {**field.labels, language: labels}}) if labels else field


def _titles(known: FormDef, context: Context, language: Language) -> dict[Language, tuple[str, ...]]:
    """The known titles, and before them the largest line of the first page, where it is set as a title."""
    segments = context.sheets[0].segments if context.sheets else []
    largest = max(segments[:8], key=lambda s: (s.size, s.bold), default=None)
    before = known.titles.get(language, ())
    if largest is None or not 2 <= len(largest.words) <= 22 or _asks(largest):
        return dict(known.titles)
    return {**known.titles, language: tuple(dict.fromkeys([*before, largest.text]))}


def _clean(label: str) -> str:
    return _ENDS.sub("", _STARTS.sub("", " ".join(label.split())))
