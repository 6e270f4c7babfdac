"""A definition on its blank, proved: each place is filled with an invented value, and read again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pydantic import JsonValue

from parsers.documents.reading import Reading, Word
from parsers.extract import extract
from parsers.forms.learn import Place
from parsers.layout.pages import sheets_of
from parsers.types import BBox, FieldDef, FieldValue, FormDef

# Invented; the check digits hold. The matricule of a natural person is the OECD's published example.
_SAMPLES: dict[str, tuple[str, JsonValue]] = {
    "matricule": ("1893120105732", "1893120105732"),
    "rcs": ("B 123456", "B123456"),
    "vat": ("LU10000356", "LU10000356"),
    "iban": ("LU28 0019 4006 4475 0000", "LU280019400644750000"),
    "email": ("contact@exemple.lu", "contact@exemple.lu"),
    "country": ("Luxembourg", "LU"),
    "code_prestataire": ("123456-78", "123456-78"),
    "ehealth_id": ("EH12345678", "EH12345678"),
    "date": ("12/05/2025", "2025-05-12"),
    "int": ("7", 7),
    "person": ("Weis Léa", "Weis Léa"),
    "company": ("Nordlicht S.à r.l.", "Nordlicht S.à r.l."),
    "company_or_person": ("Nordlicht S.à r.l.", "Nordlicht S.à r.l."),
    "text": ("Essai 4", "Essai 4"),
}


@dataclass(frozen=True, slots=True)
class Proof:
    """Fields by outcome. `unproved`: what is ticked, tabular, or has no drawn place to write in."""

    right: tuple[str, ...]
    wrong: tuple[str, ...]
    doubted: tuple[str, ...]
    unproved: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return not self.wrong and not self.doubted


def prove(reading: Reading, form: FormDef, found: Sequence[Place] = ()) -> Proof:
    """Fills the blank's places (`found`, as the learner gave them) one sample each, and reads them back."""
    samples = {f.id: _SAMPLES[f.type] for f in form.fields if f.type in _SAMPLES}
    widgets = {p.widget: p.field for p in found if p.widget and p.field in samples}
    filled = replace(
        reading,
        widgets=tuple(
            replace(w, value=samples[widgets[w.name]][0])
            if w.name in widgets and w.kind in ("text", "date")
            else w
            for w in reading.widgets
        ),
    )
    placed = {widgets[w.name] for w in filled.widgets if w.name in widgets and w.kind in ("text", "date")}
    filled, typed = _typed_over(filled, [p for p in found if not p.widget and p.field not in placed], samples)
    placed |= typed
    read = extract(filled, form).fields
    outcomes: dict[str, list[str]] = {"right": [], "wrong": [], "doubted": [], "unproved": []}
    for field in form.fields:
        outcomes[_outcome(field, placed, read, samples)].append(field.id)
    return Proof(*(tuple(outcomes[name]) for name in ("right", "wrong", "doubted", "unproved")))


def _outcome(
    field: FieldDef,
    placed: set[str],
    read: dict[str, FieldValue],
    samples: dict[str, tuple[str, JsonValue]],
) -> str:
    if field.id not in placed:
        return "unproved"
    value = read.get(field.id)
    if value is None or value.value != samples[field.id][1]:
        return "wrong"
    return "right" if value.confidence >= 0.95 else "doubted"


def _typed_over(
    reading: Reading, places: Sequence[Place], samples: dict[str, tuple[str, JsonValue]]
) -> tuple[Reading, set[str]]:
    """Samples typed into the frames right of or below printed labels, as a viewer lets people do."""
    sheets = {sheet.number: sheet for sheet in sheets_of(reading)}
    words: dict[int, list[Word]] = {}
    done: set[str] = set()
    for place in places:
        sample = samples.get(place.field)
        if sample is None or place.page is None or place.bbox is None or place.field in done:
            continue
        box = _room(place.bbox, sheets[place.page].frames)
        if box is None:
            continue
        done.add(place.field)
        x = box[0] + 3
        for piece in sample[0].split():
            top = (box[1] + box[3]) / 2 - 5
            words.setdefault(place.page, []).append(
                Word(
                    piece, place.page, (x, top, x + 5.0 * len(piece), top + 10), size=10, origin="annotation"
                )
            )
            x += 5.0 * (len(piece) + 1)
    pages = tuple(
        replace(page, words=page.words + tuple(words.get(page.number, ()))) for page in reading.pages
    )
    return replace(reading, pages=pages), done


def _room(label: BBox, frames: Sequence[BBox]) -> BBox | None:
    """The empty frame that belongs to a label: right of it, else right under it."""
    middle = (label[1] + label[3]) / 2
    right = [f for f in frames if f[1] <= middle <= f[3] and 0 <= f[0] - label[2] < 220 and f[2] - f[0] > 60]
    if right:
        return min(right, key=lambda f: f[0])
    below = [
        f for f in frames if 0 <= f[1] - label[3] < 12 and f[0] - 8 <= label[0] <= f[2] and f[2] - f[0] > 60
    ]
    return min(below, key=lambda f: f[1]) if below else None
