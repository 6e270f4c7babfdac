"""The Industriel's name where an agreement names its parties: in a sentence, or in a table of both."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from parsers.agency import agency_ends, is_agency
from parsers.claims import Claim
from parsers.firms import names_a_firm
from parsers.folding import fold, single_spaced, words_of
from parsers.layout.sheet import Segment, Sheet, union
from parsers.printed.context import Context
from parsers.printed.evidence import cut_name
from parsers.types import FieldDef, Source
from parsers.values import parse_value

_CALLED = re.compile(
    r"\b(?:ci-apres|hereinafter|nachfolgend|nachstehend|im folgenden)\b[^.;]{0,40}?\bindustriel(?:le[nr]?)?\b"
)
"""Where the sentence says which party it calls the Industriel."""
_BEGINS = re.compile(r"\b(?:entre|between|zwischen)\b[\s:]*")
_AND = re.compile(r"\b(?:et|and|und)\b[\s:]*")
_OPENS = re.compile(r"(?:(?:d'une part|la societe|the company|die gesellschaft)\b|[-–—•,:]|\s)+")
_LONGEST = 400
"""Characters of a first sentence, from its beginning to where it says who is the Industriel."""
_THE_INDUSTRIEL = frozenset(
    {"industriel", "l industriel", "the industriel", "der industrielle", "der industriel"}
)
_LEVEL = 3.0
"""Points by which one row's cells may stand higher or lower."""
_PROSE_NAMES_A_FIRM, _PROSE, _ROW = 0.95, 0.85, 0.95


def industriel_named(context: Context, definition: FieldDef) -> list[Claim]:
    """Claims for the Industriel's name; none where its parties are named otherwise, or two names differ."""
    found = [c for s in context.sheets for c in (*_in_a_sentence(s, definition), *_in_a_row(s, definition))]
    return found[:1] if len({str(c.value) for c in found}) == 1 else []


def _in_a_sentence(sheet: Sheet, definition: FieldDef) -> Iterable[Claim]:
    text, owners = "", []
    for segment in sheet.segments:
        owners.append((len(text), segment))
        text += single_spaced(segment.text) + " "
    text = text.rstrip()
    folded = fold(text.replace("ß", "s"))  # letter for letter
    called = _CALLED.search(folded) if len(folded) == len(text) else None
    begins = (
        list(_BEGINS.finditer(folded, max(called.start() - _LONGEST, 0), called.start())) if called else []
    )
    if called is None or not begins:
        return
    start = begins[-1].end()
    agency = agency_ends(folded[start : called.start()])
    if agency:
        and_ = _AND.search(folded, start + agency, called.start())
        if and_ is None:
            return
        start = and_.end()
    opened = _OPENS.match(folded, start)
    start = opened.end() if opened else start
    if ":" in text[start : called.start()]:
        return  # lines to fill in, no sentence
    name = _name_of(text[start : called.start()])
    end = start + len(name)
    segments = [
        s
        for (at, s), (to, _) in zip(owners, [*owners[1:], (len(text), None)], strict=True)
        if at < end and to > start
    ]
    yield from _claim(name, definition, sheet, segments, f"“{text[start : called.end()][:80]}”", False)


def _name_of(text: str) -> str:
    """A party's name, before what the sentence tells about it."""
    name = cut_name(text)[0].strip(" ,(")
    first, comma, rest = name.partition(",")
    form = rest.split(",")[0]
    if comma and names_a_firm(form) and len(form.split()) <= 4:  # "Nova Santé, S.à r.l."
        return f"{first},{form}".strip(" ,(")
    return first.strip(" (")


def _in_a_row(sheet: Sheet, definition: FieldDef) -> Iterable[Claim]:
    """ "L'Industriel | Nova Santé", over or under a row of the agency's that is built alike."""
    rows = [(s, b) for s in sheet.segments if (b := _beside(s, sheet)) is not None]
    agency = [(s, b) for s, b in rows if is_agency(s.text) and agency_ends(fold(b.text))]
    for label, name in rows:
        alike = any(
            abs(s.box[0] - label.box[0]) < _LEVEL and abs(b.box[0] - name.box[0]) < _LEVEL for s, b in agency
        )
        if alike and " ".join(words_of(label.text)) in _THE_INDUSTRIEL:
            yield from _claim(name.text, definition, sheet, [name], "beside “" + label.text + "”", True)


def _beside(segment: Segment, sheet: Sheet) -> Segment | None:
    return min(
        (s for s in sheet.segments if s.box[0] > segment.box[2] and abs(s.box[1] - segment.box[1]) < _LEVEL),
        key=lambda s: s.box[0],
        default=None,
    )


def _claim(
    name: str, definition: FieldDef, sheet: Sheet, segments: Sequence[Segment], said: str, in_row: bool
) -> Iterable[Claim]:
    result = parse_value(definition.type, name, definition)
    if not segments or result.value is None or result.problem is not None or agency_ends(fold(name)):
        return
    if not 1 < len(name.split()) <= 10 and not in_row:
        return
    doubts = [w.confidence for s in segments for w in s.words if w.confidence is not None]
    source: Source = "ocr" if doubts else "text"
    sure = _ROW if in_row else _PROSE_NAMES_A_FIRM if names_a_firm(name) else _PROSE
    box = union(s.box for s in segments)
    yield Claim(
        definition.id, result.value, name, min([sure, *doubts]), source, 1, sheet.number, box,
        (f"party of the agreement: {said}",), True,
    )  # fmt: skip
