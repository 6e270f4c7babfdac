"""Printed labels and the values beside, below or in the box next to them -> claims."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from pydantic import JsonValue

from parsers.agency import begins_with_agency
from parsers.agreements import cut_name
from parsers.claims import Claim
from parsers.dates import is_a_month
from parsers.folding import words_of
from parsers.labels.line import LabelHit
from parsers.layout.sheet import Sheet, may_come_again, union
from parsers.no_value import without_samples
from parsers.printed.above import goes_upward, leave_captions, leave_doubtful
from parsers.printed.asked_twice import doubt_half_answered
from parsers.printed.blank import read_context
from parsers.printed.candidate import UNDER, Candidate
from parsers.printed.context import Context, Found, gap_of, look_of
from parsers.printed.doubts import how_sure
from parsers.printed.evidence import PLACE_WORDS, STRONG, is_plausible, source_of
from parsers.printed.further_lines import with_town
from parsers.printed.name_pairs import name_pair, pair_claims
from parsers.printed.places import places_of
from parsers.remembered import Remembered
from parsers.types import FieldDef, FormDef
from parsers.values import ValueResult, parse_value

_SHAPED = STRONG | {"ehealth_id"}


def claims_from_print(
    context: Context, closed_fields: frozenset[str], email: str, told: frozenset[str] = frozenset()
) -> list[Claim]:
    """Claims for all printed labels but those of fields that are `told` already. `closed_fields` have a form
    field of their own that is empty: only what was added on top (typed over, by hand) can fill them.
    """
    answers = [
        (hit, _claims_of_hit(hit, sheet, context, closed_fields, email, told))
        for hit, sheet in _asked(context)
    ]
    return doubt_half_answered(answers, context.form)


def context_of(sheets: Sequence[Sheet], form: FormDef) -> Context:
    """What the form prints, where it puts its values and how it sets them; of a known blank it is known.

    Nobody changes it: it may be a known blank's.
    """
    return _CONTEXTS.of(
        (form, *sheets), lambda: _learned(read_context(sheets, form)), keep=may_come_again(sheets)
    )


_CONTEXTS: Remembered[Context] = Remembered(12)


def _learned(context: Context) -> Context:
    """The context with where this form puts its values, once, before they are claimed."""
    looks: Counter[tuple[float, bool]] = Counter()
    for hit, sheet in _asked(context):
        _vote(hit, sheet, context, looks)
    context.looks = looks  # only now: the first value alone does not tell how all are set
    context.upward = goes_upward(_asked(context), context)
    if context.upward:
        leave_doubtful(context)
    else:
        leave_captions(context)
    return context


def _asked(context: Context) -> list[tuple[LabelHit, Sheet]]:
    """The labels that ask the Industriel."""
    return [
        (hit, sheet)
        for sheet in context.sheets
        for hit in context.hits[sheet.number]
        if id(hit.segment) not in context.aes
    ]


def _vote(hit: LabelHit, sheet: Sheet, context: Context, looks: Counter[tuple[float, bool]]) -> None:
    """Values that prove themselves (an IBAN, a date) show where this form puts its values."""
    definition = context.form.field(hit.fields[0])
    if definition is None or definition.type not in STRONG or hit.strength == "weak":
        return
    for place in places_of(hit, sheet, context):
        if parse_value(definition.type, place.text, definition).certain:
            context.places[place.place] += 1
            if place.place == "below":
                context.gaps.append(gap_of(hit, place))
            if place.words:
                looks[look_of(place.words[0].size, place.words[0].bold)] += 1
            return


def _claims_of_hit(
    hit: LabelHit,
    sheet: Sheet,
    context: Context,
    closed_fields: frozenset[str],
    email: str,
    told: frozenset[str],
) -> list[Claim]:
    fields = [f for i in hit.fields if (f := context.form.field(i)) is not None]
    fields = [f for f in fields if f.type not in ("bool", "table")]
    if not fields:
        return []
    pair = name_pair(hit, fields, context)
    if told.issuperset(f.id for f in pair or fields[:1]):
        return []
    found = list(places_of(hit, sheet, context))
    if pair:
        return pair_claims(hit, pair, found, context, closed_fields, email)
    definition = fields[0]
    for place in found:
        if definition.id in closed_fields and not all(
            w.origin != "page" or w.handwritten for w in place.words
        ):
            continue
        if definition.id == "adresse":
            place = with_town(hit, place, sheet, context)
        claim = _claim(hit, definition, place, context, sheet, ambiguous=len(fields) > 1)
        if claim is not None:
            return [claim]
    return []


def _claim(
    hit: LabelHit, definition: FieldDef, place: Found, context: Context, sheet: Sheet, ambiguous: bool
) -> Claim | None:
    if not place.words:
        return None
    strong = definition.type in STRONG
    text = without_samples(_with_lead(hit, place))
    if not strong and text != place.text:
        return None  # the words before an example are a label's
    if not text or _is_own_edition(definition, place, hit):
        return None
    cut = ""
    if definition.type in ("company", "company_or_person", "person"):
        text, cut = cut_name(text)
    result = parse_value(definition.type, text, definition)
    if result.problem == "malformed" and "\n" in text and not _one_address(definition, text):
        first = parse_value(definition.type, text.split("\n", 1)[0], definition)
        if first.problem != "malformed":
            result, text = first, text.split("\n", 1)[0]
    if "\n" in text and definition.type in _SHAPED and not result.certain:
        result, text = _proven_line(definition, text, result)
    if result.value is None:
        return None
    if place.place in UNDER and definition.id != "version_logiciel" and not strong and _is_a_number(text):
        return None  # the next row's number
    if result.problem == "malformed":
        # Something else stands there: only a closed place makes it this field's (wrong) value.
        kept = (
            place.place in ("inline", "frame_right", "frame_below")
            and hit.strength == "exact"
            and place.closed
        )
        if not kept or not re.search(r"\d|@", text) or len(text) > 60:
            return None
    if definition.type in ("company", "company_or_person", "person") and begins_with_agency(text):
        return None  # the other party
    if definition.type in ("choice", "choices") and _lists_others(
        result.value, definition, hit, place, sheet, context
    ):
        return None
    if not strong and not is_plausible(definition, hit, place, text, context):
        return None
    sure, notes = how_sure(Candidate(hit, definition, place, context, sheet, text, cut, result, ambiguous))
    evidence = [f"label “{hit.label.rstrip(' :*')}”", PLACE_WORDS[place.place], *notes]
    if result.note:
        evidence.append(result.note)
    rank = 2 if hit.strength != "weak" else 1
    return Claim(
        definition.id,
        result.value,
        text,
        round(sure, 3),
        source_of(place, sheet),
        rank,
        hit.segment.page,
        union(w.box for w in place.words),
        tuple(evidence),
        result.certain,
    )


def _with_lead(hit: LabelHit, place: Found) -> str:
    """The place's text, with the label's last word where that leads to an example ("Matricule ex. 2014")."""
    lead = hit.segment.words[hit.end - 1].text
    if place.place != "inline" or without_samples(f"{lead} 1"):
        return place.text
    return f"{lead} {place.text}"


def _is_own_edition(definition: FieldDef, place: Found, hit: LabelHit) -> bool:
    """True for "Version 1.2 – mai 2025" outside every box: the edition of the form and its month."""
    if definition.id != "version_logiciel" or place.place != "inline" or hit.segment.frame is not None:
        return False
    dated = re.search(r"\d\s*(?:[–—,/|(-]|\bdu\b|\bvom\b|\bof\b)\s*(.+)$", place.text)
    return dated is not None and is_a_month(dated[1].strip(" ()"))


def _is_a_number(text: str) -> bool:
    return re.fullmatch(r"\d{1,2}[.)]?", text.strip()) is not None


def _proven_line(definition: FieldDef, text: str, result: ValueResult) -> tuple[ValueResult, str]:
    """The one line of several that is of the field's type where no other has a digit: those explain."""
    lines = [line for line in text.split("\n") if re.search(r"\d|@", line)]
    if len(lines) != 1:
        return result, text
    alone = parse_value(definition.type, lines[0], definition)
    return (alone, lines[0]) if alone.problem is None else (result, text)


def _one_address(definition: FieldDef, text: str) -> bool:
    """True for an e-mail address with a line below that may be its end."""
    return definition.type == "email" and " " not in text.strip()


_COLUMN = 25.0
"""Points within which choices begin that are listed below each other."""


def _lists_others(
    value: JsonValue, definition: FieldDef, hit: LabelHit, place: Found, sheet: Sheet, context: Context
) -> bool:
    """True when other choices are printed beside: then a mark decides, not what stands first."""
    top, bottom = hit.segment.box[1] - 14, hit.segment.box[3] + 80
    left, line = place.words[0].box[0], place.words[0].box[1]
    others = {
        words_of(wording)
        for choice, by_language in definition.choice_labels.items()
        if choice not in (value if isinstance(value, list) else [value])
        for wordings in by_language.values()
        for wording in wordings
    }
    return any(
        words_of(s.text) in others
        for s in sheet.segments
        if top <= s.box[1] <= bottom
        and not s.entered
        and id(s) not in context.printed  # a table's head names a provider, too
        and (sheet.flow or abs(s.box[0] - left) < _COLUMN or abs(s.box[1] - line) < _COLUMN / 2)
    )
