"""Identifiers named in running text ("…, matricule 1893120105732, ci-après l'Industriel") -> claims.

Only numbers that prove themselves, and only where the form prints no place of its own for them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from parsers.claims import Claim
from parsers.folding import fold
from parsers.layout.sheet import Segment, Sheet, union
from parsers.parties import industriel_named
from parsers.printed.context import Context
from parsers.types import FieldDef, Source
from parsers.values import parse_value
from parsers.vocabulary import vocabulary

_SHAPES = {
    "matricule": r"\d(?:[ .\-]?\d){10,12}",
    "iban": r"[a-z]{2}\d{2}(?: ?[a-z0-9]){10,30}",
    "vat": r"[a-z]{2} ?[0-9a-z](?:[ .]?\d){6,11}",
    "rcs": r"[a-k] ?\d{1,3}(?:[ .]?\d{3})?",
}
_DATE = r"(\d{1,2} ?[./-] ?\d{1,2} ?[./-] ?\d{2,4}|\d{1,2}(?:er)?\.? [a-z]+\.? \d{4}|\d{4}-\d\d-\d\d)"
_SIGNED_AT = re.compile(
    r"\b(?:fait|signe|etabli|unterzeichnet|geschehen|done|signed) (?:a|in|at|zu) [a-z' -]{2,40}?,? ?"
    rf"(?:le|den|am|on|the) ?:? ?{_DATE}"
)
_GOES_ON = "immatricul|inscrit|etabli|represent|ayant|dont|sous|eingetragen|vertreten|registered|having|whose"
"""After "and": a sentence that still speaks of the same party."""
_AGENCY = re.compile(
    rf"\b(?:{'|'.join(map(re.escape, vocabulary().agency))})\b"
    rf"(?!.*\b(?:industriel|(?:et|und|and) (?!{_GOES_ON}))\b)"
)
"""The agency's name, and nobody else's behind it."""
_REACH = 160
"""Characters before a number in which whose it is is said."""
_BETWEEN = r"(?:\s|:|n°|no\.?|nr\.?|numero|sous le|le|the|,)*"


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


def _on_sheet(sheet: Sheet, definition: FieldDef, shape: str, others: set[int]) -> Iterable[Claim]:
    text, owners = _running_text(sheet, others)
    labels = sorted({fold(w) for ws in definition.labels.values() for w in ws}, key=len, reverse=True)
    names = "|".join(re.escape(label) for label in labels if len(label) >= 3)
    if not names:
        return
    for match in re.finditer(rf"(?<![\w-])(?:{names}){_BETWEEN}({shape})(?!\w)", text):
        result = parse_value(definition.type, match[1].upper(), definition)
        if not result.certain or result.problem is not None or _of_the_agency(text[: match.start()]):
            continue
        segments = [s for start, end, s in owners if start < match.end(1) and end > match.start(1)]
        doubts = [w.confidence for s in segments for w in s.words if w.confidence is not None]
        source: Source = "ocr" if doubts else "text"
        evidence = (f"named in the text: “{match[0][:60]}”",)
        yield Claim(
            definition.id,
            result.value,
            match[1].upper(),
            min([0.95, *doubts]),
            source,
            1,
            sheet.number,
            union(s.box for s in segments),
            evidence,
            True,
        )


def _of_the_agency(before: str) -> bool:
    """True behind the agency's name: the number that follows is the agency's own."""
    return _AGENCY.search(before[-_REACH:]) is not None


def _signed_at(sheet: Sheet, definition: FieldDef) -> Iterable[Claim]:
    """ "Fait à Luxembourg, le 12/05/2025": the sentence over a signature."""
    text, owners = _running_text(sheet)
    for match in _SIGNED_AT.finditer(text):
        result = parse_value("date", match[1], definition)
        if not result.certain:
            continue
        segments = [s for start, end, s in owners if start < match.end(1) and end > match.start(1)]
        doubts = [w.confidence for s in segments for w in s.words if w.confidence is not None]
        source: Source = "ocr" if doubts else "text"
        yield Claim(
            definition.id,
            result.value,
            match[1],
            min([0.97, *doubts]),
            source,
            1,
            sheet.number,
            union(s.box for s in segments),
            (f"“{match[0][:60]}”",),
            True,
        )


def _running_text(sheet: Sheet, others: Collection[int] = ()) -> tuple[str, list[tuple[int, int, Segment]]]:
    """The page's words folded but those of `others`, by id, and which characters come from which segment."""
    text = ""
    owners: list[tuple[int, int, Segment]] = []
    for segment in sheet.segments:
        if id(segment) in others:
            continue
        piece = fold(segment.text) + " "
        owners.append((len(text), len(text) + len(piece), segment))
        text += piece
    return text, owners
