"""A definition drafted from a new blank form: what the known fields are called and where they stand there.

The draft starts from the definition in force. A form field (PDF) or content control (DOCX) is recognised by
its name or by the label that it bears; a printed line by the label that it is. What was not found is left out
of the draft and told, as is what the form has besides: a person reads the draft before it is put into use.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz

from mailbot.errors import UsageError
from parsers.classify import classify
from parsers.documents.reading import Reading
from parsers.forms import FormBook
from parsers.layout import reading_text
from parsers.mail.language import language_of
from parsers.read import read_bytes
from parsers.sniff import media_type
from parsers.types import FieldDef, FormDef, Language, ReadOptions
from rules.names import text_key

_ALIKE = 88.0  # of 100, for two labels to be the same one in other words
_LONGEST_LABEL = 90
_ARROWS = re.compile(r"[\s:.…_*]+$")


@dataclass(frozen=True, slots=True)
class Draft:
    """`form` could be put into use; `missing` and `unplaced` are for the person who reads it."""

    form: FormDef
    missing: tuple[str, ...]  # fields of the definition in force that the form seems to have no place for
    unplaced: tuple[str, ...]  # form fields and labels that fit none


def learn(
    name: str, data: bytes, book: FormBook, options: ReadOptions, version: str, kind: str = ""
) -> Draft:
    """The draft for a blank PDF or DOCX. Raises UsageError when it cannot be read or is none of the forms."""
    reading = read_bytes(data, media_type(data, name), options)
    if reading.empty:
        said = "; ".join(note.message for note in reading.notes)
        raise UsageError(f"{name}: nothing can be read in it ({said})")
    known = _known_form(name, reading, book, kind)
    if any(form.version == version for form in book.versions(known.kind)):
        raise UsageError(f"--version {version}: {known.kind} has a definition of that version already")
    text = reading_text(reading)
    language: Language = language_of(text) or "fr"
    printed = _printed_labels(reading, text)
    fields, unplaced = _placed(known, reading, printed, language)
    names = {field.id for field in fields}
    missing = tuple(field.id for field in known.fields if field.id not in names)
    form = known.model_copy(
        update={
            "version": version,
            "fields": fields,
            "titles": _titles(known, text, language),
            "source": f"drafted from {name}, sha256 {hashlib.sha256(data).hexdigest()}",
        }
    )
    return Draft(form, missing, tuple(unplaced))


def _known_form(name: str, reading: Reading, book: FormBook, kind: str) -> FormDef:
    found = book.for_kind(kind) if kind else None
    if not kind:
        forms = [one.form for one in classify(reading, book) if one.form is not None and one.form.fields]
        found = forms[0] if forms else None
    if found is None or not found.fields:
        kinds = ", ".join(form.kind for form in book.all() if form.fields)
        raise UsageError(f"{name}: say which form it is: --kind, one of {kinds}")
    return found


def _placed(
    known: FormDef, reading: Reading, printed: list[str], language: Language
) -> tuple[tuple[FieldDef, ...], list[str]]:
    """The known fields that the form has, with the labels that it prints, and what is left over."""
    labels: dict[str, list[str]] = {}
    used: set[str] = set()
    unplaced: list[str] = []
    for widget in reading.widgets:
        said = _clean(widget.label)
        field = _by_name(known.fields, widget.name) or _by_label(known.fields, said)
        if field is None:
            if widget.kind not in ("button", "signature"):
                unplaced.append(f"{widget.name} ({said})" if said else widget.name)
            continue
        labels.setdefault(field.id, [])
        if said:
            labels[field.id].append(said)
            used.add(text_key(said))
    for line in printed:
        field = _by_label(known.fields, line)
        if field is not None:
            labels.setdefault(field.id, []).append(line)
        elif line.rstrip().endswith(":") and text_key(line) not in used:
            unplaced.append(line)
    fields = tuple(_with_labels(f, labels[f.id], language) for f in known.fields if f.id in labels)
    return fields, list(dict.fromkeys(unplaced))


def _by_name(fields: Iterable[FieldDef], name: str) -> FieldDef | None:
    """The field that a form field's name says: its id, or its id with a choice, a row or a parent."""
    parts = {part.lower() for part in name.replace("[0]", "").split(".")}
    return next((field for field in fields if field.id in parts), None)


def _by_label(fields: Iterable[FieldDef], text: str) -> FieldDef | None:
    """The one field whose labels resemble the text most, if enough."""
    said = _clean(text).casefold()
    if len(said) < 3:
        return None
    scored = [
        (fuzz.ratio(said, label.casefold()), field)
        for field in fields
        for labels in field.labels.values()
        for label in labels
    ]
    best = max(scored, key=lambda one: one[0], default=None)
    return best[1] if best is not None and best[0] >= _ALIKE else None


def _with_labels(field: FieldDef, found: list[str], language: Language) -> FieldDef:
    """The field with the labels of this edition in front of those that are known."""
    before = field.labels.get(language, ())
    labels = tuple(dict.fromkeys([*(_clean(label) for label in found if label), *before]))
    return field.model_copy(update={"labels": {**field.labels, language: labels}}) if labels else field


def _titles(known: FormDef, text: str, language: Language) -> dict[Language, tuple[str, ...]]:
    """The known titles, and before them the line of this edition that resembles one."""
    before = known.titles.get(language, ())
    for line in text.splitlines()[:15]:
        if any(fuzz.token_set_ratio(line.casefold(), title.casefold()) >= _ALIKE for title in before):
            return {**known.titles, language: tuple(dict.fromkeys([line.strip(), *before]))}
    return dict(known.titles)


def _printed_labels(reading: Reading, text: str) -> list[str]:
    """Short lines and cells that might be labels."""
    lines = [line.strip() for line in text.splitlines()]
    lines += [part.strip() for line in lines for part in re.split(r"\s{3,}|\t", line)]
    return list(dict.fromkeys(line for line in lines if 2 < len(line) <= _LONGEST_LABEL))


def _clean(label: str) -> str:
    return _ARROWS.sub("", " ".join(label.split()))
