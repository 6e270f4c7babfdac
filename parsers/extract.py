"""Reading + form definition -> the form's fields, each with how sure it is and why.

A wrong value that is believed is worse than none: what is not clearly there is absent, what could be
read two ways is doubtful. Only two things are inferred (fields.md): the country from the address, and
the kind of person from the section that was filled in.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from parsers.claims import Claim, settle
from parsers.concepts import fields_meant
from parsers.countries import country_code, country_of_address
from parsers.documents.reading import Reading
from parsers.doubtful_places import doubt_beside
from parsers.folding import words_of
from parsers.layout.pages import sheets_of
from parsers.printed.blank import printed_fields
from parsers.printed.claims import claims_from_print, context_of
from parsers.prose import claims_from_prose, confirmed_by_prose
from parsers.run_together import doubt_run_together
from parsers.tables import claims_from_tables
from parsers.ticked.claims import claims_from_ticks
from parsers.types import FieldValue, FormDef
from parsers.widget_names import named_claims

_HALF_AN_ADDRESS = 0.88
_MORALE = ("denomination_sociale", "ceo_nom", "ceo_prenom", "rcs", "numero_tva")
_PHYSIQUE = ("nom", "prenom")


@dataclass(frozen=True, slots=True)
class Extraction:
    """`filled`: some value differs from the blank as issued; a date alone is none."""

    fields: dict[str, FieldValue] = field(default_factory=dict)
    filled: bool = False
    labels: int = 0


def extract(reading: Reading, form: FormDef, pages: Sequence[int] | None = None) -> Extraction:
    """The fields of one form in a reading, from these pages only (None: from all)."""
    part = on_pages(reading, pages)
    claims, opaque = named_claims(part.widgets, form)
    empty = frozenset(c.field for c in claims if c.value is None)
    email = next((str(c.value) for c in claims if c.field == "email" and c.value), "")
    context = context_of(sheets_of(part, opaque), form)
    filled = frozenset(c.field for c in claims if c.value)
    printed = claims_from_print(context, empty, email, filled)
    if not email:
        found = next((str(c.value) for c in printed if c.field == "email" and c.value), "")
        if found:
            printed = claims_from_print(context, empty, found, filled)
    told = {c.field for c in claims if c.value is not None}
    claims += [c for c in printed if c.field not in told]
    boxes = claims_from_ticks(context)
    named = {c.field for c in claims if c.rank >= 3}
    ticked = {c.field for c in boxes}
    claims = [c for c in claims if c.rank >= 3 or c.field not in ticked]
    claims += [c for c in boxes if c.field not in named]
    claims += [c for c in claims_from_tables(context) if c.field not in named]
    known = {c.field for c in claims}
    taken = {
        (c.page, c.bbox) for c in claims if c.value and c.bbox
    }  # what a label asks for is not said in passing
    prose = claims_from_prose(context, [f for f in form.fields if f.id not in known])
    claims += [c for c in prose if (c.page, c.bbox) not in taken]
    claims = confirmed_by_prose(claims, context)
    by_field: dict[str, list[Claim]] = {}
    for claim in claims:
        by_field.setdefault(claim.field, []).append(claim)
    fields: dict[str, FieldValue] = {}
    for definition in form.fields:
        value = settle(by_field.get(definition.id, []))
        if value is not None:
            fields[definition.id] = value
    doubt_half_an_address(fields)
    doubt_beside(fields, part)
    doubt_run_together(fields, form)
    infer(fields, form)
    doubt_struck_country(fields, part)
    if reading.blocks and not reading.pages:
        fields = {key: value.model_copy(update={"page": None, "bbox": None}) for key, value in fields.items()}
    return Extraction(fields, is_filled(fields), printed_fields(context))


def doubt_half_an_address(fields: dict[str, FieldValue]) -> None:
    """An address read from the page without street, postal code or town may be one of two lines."""
    address = fields.get("adresse")
    if address is None or address.source not in ("text", "table", "annotation", "ocr"):
        return
    text = str(address.value)
    half = (
        not re.search(r"\d{4}", text)
        or re.search(r"(?:^|[\s-])\d{4,5}$", text)
        or re.fullmatch(r"(?:[A-Z]{1,2}[- ])?\d{4,5} [^\d,]+", text)
        or re.match(r"\d{1,4}\s?[A-Za-z]?,? (?:[A-Z]{1,2}[- ])?\d{4,5}\b", text)
    )
    if half and address.confidence > _HALF_AN_ADDRESS:
        fields["adresse"] = address.model_copy(
            update={
                "confidence": _HALF_AN_ADDRESS,
                "evidence": (*address.evidence, "no street, postal code or town: perhaps not all of it"),
            }
        )


def doubt_struck_country(fields: dict[str, FieldValue], reading: Reading) -> None:
    """A country that is inferred where one was struck out may be the very one that is not meant."""
    country = fields.get("pays")
    if country is None or not any(note.startswith("inferred") for note in country.evidence):
        return
    struck = [" ".join(w.text for w in page.struck) for page in reading.pages if page.struck]
    words = {text for page in reading.pages for w in page.struck for text in (w.text.strip(" ,;"),)}
    if any(country_code(text) for text in (*struck, *words)) or any(
        b.struck and "pays" in fields_meant(words_of(b.text), frozenset({"pays"})) for b in reading.blocks
    ):
        fields["pays"] = country.model_copy(
            update={
                "confidence": min(country.confidence, 0.88),
                "evidence": (*country.evidence, "a country was struck out"),
            }
        )


def is_filled(fields: dict[str, FieldValue]) -> bool:
    """A date alone, an unticked box or an inference is nothing that somebody filled in."""
    return any(
        value.value not in (None, False, "", [])
        and not key.startswith("date_")
        and not any(note.startswith("inferred") for note in value.evidence)
        for key, value in fields.items()
    )


def on_pages(reading: Reading, pages: Sequence[int] | None) -> Reading:
    """The part of a reading that stands on these pages."""
    if pages is None:
        return reading
    wanted = set(pages)
    return replace(
        reading,
        pages=tuple(p for p in reading.pages if p.number in wanted),
        widgets=tuple(w for w in reading.widgets if w.page is None or w.page in wanted),
        annotations=tuple(a for a in reading.annotations if a.page in wanted),
    )


def infer(fields: dict[str, FieldValue], form: FormDef) -> None:
    """The two inferences that are allowed, each with what it rests on; a place of their own they need not."""
    address = fields.get("adresse")
    if form.field("adresse") and "pays" not in fields and address is not None:
        printed = address.raw or str(address.value)
        found = country_of_address(printed)
        if found:
            code, why = found
            fields["pays"] = FieldValue(
                value=code,
                raw=None,
                confidence=min(address.confidence, 0.96),
                source=address.source,
                page=address.page,
                bbox=address.bbox,
                evidence=(f"inferred: {why}",),
            )
    asked = [f for f in (*_MORALE, *_PHYSIQUE) if form.field(f)]
    if asked and "type_personne" not in fields:
        morale = [f for f in _MORALE if f in fields and fields[f].value]
        physique = [f for f in _PHYSIQUE if f in fields and fields[f].value]
        if bool(morale) == bool(physique):
            return
        section = morale or physique
        sure = min(0.96 if len(section) > 1 else 0.85, max(fields[f].confidence for f in section))
        first = fields[section[0]]
        fields["type_personne"] = FieldValue(
            value="morale" if morale else "physique",
            confidence=sure,
            source=first.source,
            evidence=(f"inferred: only the section of {', '.join(section)} is filled in",),
        )
