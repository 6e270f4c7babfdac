"""Boxes to tick beside printed words -> claims, one for each choice that a form gives."""

from __future__ import annotations

from pydantic import JsonValue

from parsers.beside_boxes import Pair, paired
from parsers.claims import Claim
from parsers.labels.line import LabelHit
from parsers.layout.sheet import Segment, Sheet
from parsers.printed.context import Context
from parsers.ticked.options import Option, choice_named, option_claim, own_words, wordings_of
from parsers.ticked.yes_no import yes_no_claims
from parsers.ticked.zones import REACH, is_in, middle_of, zone_over
from parsers.types import FieldDef

_LABEL = 60.0


def claims_from_ticks(context: Context) -> list[Claim]:
    """One claim for each choice, choices and bool field whose boxes are on the page."""
    claims: list[Claim] = []
    hits = [h for on_sheet in context.hits.values() for h in on_sheet]
    labels = {id(s): h.fields[0] for h in hits for s in (h.segment, *h.below)}
    pairs = {sheet.number: paired(sheet, labels) for sheet in context.sheets}
    for definition in context.form.fields:
        if definition.type in ("choice", "choices"):
            claims += _choice_claims(definition, context, pairs)
        elif definition.type == "bool":
            claims += yes_no_claims(definition, context, pairs)
    return claims


def _options(
    definition: FieldDef, sheet: Sheet, pairs: list[Pair], wordings: dict[str, tuple[str, ...]]
) -> list[Option]:
    found = []
    for pair in pairs:
        tick, segment = pair.tick, pair.segment
        text = own_words(pair.text)
        choice, exact = choice_named(text, definition, wordings)
        if (
            choice is None
            and segment.text == pair.text
            and tick.box[0] < segment.box[0]
            and (more := _continuation(segment, sheet)) is not None
        ):
            choice, exact = choice_named(f"{text} {more.text}", definition, wordings)
        if choice is not None:
            found.append(Option(choice, segment, tick, exact))
    return found


def _continuation(segment: Segment, sheet: Sheet) -> Segment | None:
    """The words that begin the next line, where the last words of a row had no room for more."""
    height = segment.box[3] - segment.box[1]
    if any(
        s.box[0] > segment.box[2] and abs(middle_of(s) - middle_of(segment)) < 0.5 * height
        for s in sheet.segments
    ):
        return None
    below = [s for s in sheet.segments if 0.5 * height < middle_of(s) - middle_of(segment) < 1.6 * height]
    first = min(below, key=lambda s: s.box[0], default=None)
    if first is None or first.box[0] > segment.box[0]:
        return None
    ticked = any(
        0 <= first.box[0] - t.box[2] < 14 and t.box[1] < middle_of(first) < t.box[3] for t in sheet.ticks
    )
    return None if ticked else first


def _choice_claims(definition: FieldDef, context: Context, pairs: dict[int, list[Pair]]) -> list[Claim]:
    wordings = wordings_of(definition)
    claims: list[Claim] = []
    for sheet in context.sheets:
        options = _options(definition, sheet, pairs[sheet.number], wordings)
        if not options:
            continue
        options = [
            o for o in options if not (o.segment.text.endswith(":") and id(o.segment) in context.labels)
        ]
        anchor = _anchor(definition, sheet, context)
        if anchor is not None and len(options) > 1:
            over = zone_over(anchor, sheet, context)
            options = (
                [o for o in options if is_in(over, o.tick)] or options
                if over is not None
                else _near(anchor, context.hits[sheet.number], options)
            )
        on = [o for o in options if o.tick.on]
        names = {o.choice for o in on}
        value: JsonValue = None
        if definition.type == "choices":
            value = [c for c in definition.choices if c in names] or None
        elif len(names) == 1:
            value = next(iter(names))
        seen = {o.choice for o in options}
        sure = 0.98
        only = len(options) == 1 and bool(on) and _others_unmarked(definition, sheet, wordings, on[0])
        if anchor is None:
            sure = 0.96 if len(seen) > 1 or only else 0.85
        elif len(seen) == 1 and len(definition.choices) > 1:
            sure = 0.96 if only else 0.88
        if not all(o.exact for o in on):
            # Where every choice has a box of its own, a wording of its own leaves no doubt either.
            apart = len(options) == len(seen) >= max(2, len(definition.choices) - 1)
            sure = min(sure, 0.965 if apart or only else 0.94)
        if not all(o.tick.sure for o in options):
            sure = min(sure, 0.88)  # perhaps another one is ticked as well
        claims.append(option_claim(definition, value, on or options, sure, sheet))
    return claims


def _others_unmarked(
    definition: FieldDef, sheet: Sheet, wordings: dict[str, tuple[str, ...]], marked: Option
) -> bool:
    """True where all other choices are printed in line with the marked one, none with a box: a form that was
    printed to a file keeps of its boxes to tick only the mark."""
    box = marked.segment.box
    column = [s for s in sheet.segments if abs(s.box[0] - box[0]) < 3 and abs(s.box[1] - box[1]) <= REACH]
    row = [s for s in sheet.segments if abs(middle_of(s) - middle_of(marked.segment)) < 3]
    named = [
        {choice for s in line if (choice := choice_named(s.text, definition, wordings)[0]) is not None}
        for line in (column, row)
    ]
    return any(len(choices) == len(definition.choices) for choices in named)


def _anchor(definition: FieldDef, sheet: Sheet, context: Context) -> LabelHit | None:
    hits = [
        h
        for h in context.hits[sheet.number]
        if definition.id in h.fields and id(h.segment) not in context.aes
    ]
    return min(hits, key=lambda h: (h.strength == "weak", -h.score), default=None)


def _near(anchor: LabelHit, hits: list[LabelHit], options: list[Option]) -> list[Option]:
    """Options of the same wording elsewhere on the page (a text, another question) do not count."""
    top, left = anchor.segment.box[1], anchor.segment.box[0]
    # The question in another language may stand above.
    same = [h.segment.box for h in hits if anchor.fields[0] in h.fields and abs(h.segment.box[0] - left) < 6]
    top = min((box[1] for box in same if -_LABEL < box[1] - top <= 0), default=top)
    below = [o for o in options if -20 <= o.segment.box[1] - top <= REACH and o.segment.box[2] > left - 5]
    return below or options
