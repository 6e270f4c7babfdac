"""The Industriel's name where an agreement names its parties: in a sentence, or in a table of both."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from parsers.agency import agency_ends, is_agency
from parsers.agreements import agreements, cut_name
from parsers.claims import Claim
from parsers.firms import names_a_firm
from parsers.folding import fold, words_of
from parsers.identifiers import check_matricule
from parsers.layout.sheet import Segment, Sheet
from parsers.printed.context import Context
from parsers.running_text import claim_in_text, running_text
from parsers.types import FieldDef
from parsers.values import parse_value

_LONGEST = 400
"""Characters of a first sentence, from its beginning to where it says who is the Industriel."""
_MOST_WORDS = 10
"""Words of a party's name."""
_LEVEL = 3.0
"""Points by which one row's cells may stand higher or lower."""
_PROSE_PROVEN, _PROSE, _ROW = 0.95, 0.85, 0.95


def industriel_named(context: Context, definition: FieldDef) -> list[Claim]:
    """Claims for the Industriel's name; none where its parties are named otherwise, or two names differ."""
    found = [
        c
        for s in context.sheets
        for c in (*_in_a_sentence(s, definition, context), *_in_a_row(s, definition))
    ]
    return found[:1] if len({str(c.value) for c in found}) == 1 else []


def _in_a_sentence(sheet: Sheet, definition: FieldDef, context: Context) -> Iterable[Claim]:
    text, words = running_text(sheet), agreements()
    called = words.calls_industriel.search(text.folded)
    if called is None:
        return
    end = called.start()
    begins = list(words.between.finditer(text.folded, max(end - _LONGEST, 0), end))
    if not begins:
        return
    start = begins[-1].end()
    agency = agency_ends(text.folded[start:end])
    if agency:
        and_ = words.and_.search(text.folded, start + agency, end)
        if and_ is None:
            return
        start = and_.end()
    opened = words.opens.match(text.folded, start, end)
    start = opened.end() if opened else start
    if ":" in text.folded[start:end]:
        return  # lines to fill in, no sentence
    name = _name_of(text.printed(start, end))
    if not 1 < len(name.split()) <= _MOST_WORDS or _is_left_empty(name):
        return
    said = f"“{text.printed(start, called.end())[:80]}”"
    segments = text.segments(start, start + len(fold(name)))
    if any(h.segment in segments and _begins(name, h.label) for h in context.hits[sheet.number]):
        return  # labels of places to write in, and nothing behind them
    proven = names_a_firm(name) or _is_one_person_s(text.printed(start, end))
    yield from _claim(name, definition, segments, _PROSE_PROVEN if proven else _PROSE, said)


def _is_left_empty(name: str) -> bool:
    """True for what the sentence would say behind a name that nobody wrote ("…, établie à")."""
    return name[:1].islower() and fold(name).startswith(agreements().name_ends)


def _begins(name: str, label: str) -> bool:
    words = words_of(label)
    return words_of(name)[: len(words)] == words


def _is_one_person_s(sentence: str) -> bool:
    """True where the party is told by a natural person's matricule, and no firm is named beside it."""
    numbers = re.findall(r"\b\d(?: ?\d){12}\b", sentence)
    return not names_a_firm(sentence) and [check_matricule(n) for n in numbers] == ["valid"]


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
        if alike and " ".join(words_of(label.text)) in agreements().industriel:
            yield from _claim(name.text, definition, [name], _ROW, "beside “" + label.text + "”")


def _beside(segment: Segment, sheet: Sheet) -> Segment | None:
    return min(
        (s for s in sheet.segments if s.box[0] > segment.box[2] and abs(s.box[1] - segment.box[1]) < _LEVEL),
        key=lambda s: s.box[0],
        default=None,
    )


def _claim(
    name: str, definition: FieldDef, segments: Sequence[Segment], sure: float, said: str
) -> Iterable[Claim]:
    result = parse_value(definition.type, name, definition)
    if result.value is None or result.problem is not None or agency_ends(fold(name)):
        return
    yield claim_in_text(definition, result.value, name, segments, sure, f"party of the agreement: {said}")
