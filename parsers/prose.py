"""Identifiers named in running text ("…, matricule 1893120105732, ci-après l'Industriel") -> claims.

Only numbers that prove themselves, and only where the form prints no place of its own for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from parsers.agency import speaks_of_agency
from parsers.agreements import agreements
from parsers.claims import Claim
from parsers.folding import fold
from parsers.layout.sheet import Sheet
from parsers.parties import industriel_named
from parsers.printed.context import Context
from parsers.running_text import claim_in_text, running_text
from parsers.types import FieldDef
from parsers.values import parse_value

_SHAPES = {
    "matricule": r"\d(?:[ .\-]?\d){10,12}",
    "iban": r"[a-z]{2}\d{2}(?: ?[a-z0-9]){10,30}",
    "vat": r"[a-z]{2} ?[0-9a-z](?:[ .]?\d){6,11}",
    "rcs": r"[a-k] ?\d{1,3}(?:[ .]?\d{3})?",
}
_BETWEEN = r"(?:\s|:|n°|no\.?|nr\.?|numero|sous le|le|the|,)*"
_NAMED, _SIGNED, _BELIEVED = 0.95, 0.97, 0.95


def claims_from_prose(context: Context, missing: Iterable[FieldDef]) -> list[Claim]:
    """Claims for the fields that nothing else filled. Two different numbers claim nothing."""
    claims: list[Claim] = []
    placed = {hit.fields[0] for hits in context.hits.values() for hit in hits if hit.clear}
    for definition in missing:
        if definition.type == "company_or_person" and "aes" in context.form.signature_labels:
            claims += industriel_named(context, definition)
            continue
        if definition.id in placed:
            continue  # its own place is empty; what stands near is a sample
        shape = _SHAPES.get(definition.type)
        if definition.id == "date_signature":
            found = [c for sheet in context.sheets for c in _signed_at(sheet, definition)]
        elif shape is not None:
            found = [c for s in context.sheets for c in _on_sheet(s, definition, shape, context.letterhead)]
        else:
            continue
        if len({str(c.value) for c in found}) == 1:
            claims.append(found[0])
    return claims


def confirmed_by_prose(claims: list[Claim], context: Context) -> list[Claim]:
    """The claims, those on a party's name that its sentence confirms as sure as the sentence makes them."""
    told = {c.field for c in claims if c.confidence >= _BELIEVED}
    parties = [f for f in context.form.fields if f.type == "company_or_person" and f.id not in told]
    said = claims_from_prose(context, [f for f in parties if any(c.field == f.id for c in claims)])
    return [
        replace(c, confidence=max(c.confidence, *(s.confidence for s in same)), evidence=same[0].evidence)
        if (same := [s for s in said if s.field == c.field and s.value == c.value])
        else c
        for c in claims
    ]


def _on_sheet(sheet: Sheet, definition: FieldDef, shape: str, others: set[int]) -> Iterable[Claim]:
    labels = sorted({fold(w) for ws in definition.labels.values() for w in ws}, key=len, reverse=True)
    names = "|".join(re.escape(label) for label in labels if len(label) >= 3)
    if not names:
        return
    text = running_text(sheet, others)
    for match in re.finditer(rf"(?<![\w-])(?:{names}){_BETWEEN}({shape})(?!\w)", text.folded):
        number = match[1].upper()
        result = parse_value(definition.type, number, definition)
        if not result.certain or result.problem is not None or speaks_of_agency(text.folded[: match.start()]):
            continue
        said = f"named in the text: “{match[0][:60]}”"
        yield claim_in_text(definition, result.value, number, text.segments(*match.span(1)), _NAMED, said)


def _signed_at(sheet: Sheet, definition: FieldDef) -> Iterable[Claim]:
    """ "Fait à Luxembourg, le 12/05/2025": the sentence over a signature."""
    text = running_text(sheet)
    for match in agreements().signed_at.finditer(text.folded):
        result = parse_value("date", match[1], definition)
        if result.certain:
            segments = text.segments(*match.span(1))
            yield claim_in_text(definition, result.value, match[1], segments, _SIGNED, f"“{match[0][:60]}”")
