"""Questions answered with yes or no: one box, two, or a word."""

from __future__ import annotations

from pydantic import JsonValue

from parsers.beside_boxes import Pair
from parsers.claims import Claim
from parsers.folding import words_of
from parsers.labels.line import LabelHit
from parsers.layout.sheet import Segment, Sheet
from parsers.printed.context import Context
from parsers.printed.places import places_of
from parsers.ticked.options import Option, choice_named, option_claim, own_words
from parsers.ticked.zones import is_in, middle_of, zone_of
from parsers.types import FieldDef, Source
from parsers.values import parse_value

_YES_NO: dict[str, tuple[str, ...]] = {
    "true": ("Oui", "Ja", "Yes", "Jo"),
    "false": ("Non", "Nein", "No", "Nee"),
}
_CROSSES = frozenset({"x", "xx", "×", "✓", "✔", "✗", "✘"})


def yes_no_claims(definition: FieldDef, context: Context, pairs: dict[int, list[Pair]]) -> list[Claim]:
    """Claims for a bool field, one for each place where it is asked for and answered."""
    claims: list[Claim] = []
    wordings = {
        key: (*words, *(w for ws in definition.choice_labels.get(key, {}).values() for w in ws if len(w) > 1))
        for key, words in _YES_NO.items()
    }
    for sheet in context.sheets:
        for hit in context.hits[sheet.number]:
            if definition.id not in hit.fields[:1]:
                continue
            claim = _bool_beside(definition, hit, sheet, pairs[sheet.number], wordings, context)
            if claim is not None:
                claims.append(claim)
    return claims


def _bool_beside(
    definition: FieldDef,
    hit: LabelHit,
    sheet: Sheet,
    pairs: list[Pair],
    wordings: dict[str, tuple[str, ...]],
    context: Context,
) -> Claim | None:
    segment = hit.segment
    touching = {id(p.tick) for p in pairs if p.segment is segment and _ends_with_answer(segment, wordings)}
    own = [
        p.tick
        for p in pairs
        if (p.segment is segment or p.segment in hit.below) and id(p.tick) not in touching
    ]
    zone = zone_of(hit, sheet, context)
    options = []
    for tick, words, text in ((p.tick, p.segment, p.text) for p in pairs):
        if id(tick) in touching:
            text = segment.words[-1].text
        elif words is segment or words in hit.below or not is_in(zone, tick):
            continue
        choice, exact = choice_named(own_words(text), definition, wordings)
        if choice is not None:
            options.append(Option(choice, words, tick, exact))
    height = segment.box[3] - segment.box[1]
    if len(own) == 1 and not any(abs(middle_of(o.segment) - middle_of(segment)) < height for o in options):
        options = []  # a box of its own beside it, and the answers below are another question's
    if options:
        on = {o.choice for o in options if o.tick.on}
        seen = {o.choice for o in options}
        value: JsonValue = None
        if len(seen) == 2:
            value = (on == {"true"}) if len(on) == 1 else None
        elif seen == {"true"}:
            value = bool(on)
        elif on:
            value = False
        sure = 0.98 if hit.strength != "weak" else 0.85
        if seen == {"true"} and value is False:
            sure = min(sure, 0.85)  # the "no" beside it was not found: perhaps it is ticked
        if value is None:
            return None
        return option_claim(definition, value, options, sure, sheet)
    if not own:
        lone = [
            t
            for t in sheet.ticks
            if is_in(zone, t) and not any(t is p.tick for p in pairs if p.segment is not segment)
        ]
        own = lone if len(lone) == 1 else []
    if len(own) == 1:
        option = Option("true", segment, own[0], True)
        near = [t for t in sheet.ticks if t is not own[0] and is_in(zone, t) and t.on != own[0].on]
        sure = 0.8 if hit.strength == "weak" or near else 0.97  # another box beside says otherwise
        return option_claim(definition, own[0].on, [option], sure, sheet)
    beside = [s for p in pairs for s in p.segments]
    text, sure = _text_beside(hit, sheet, context, beside) or _entered_below(hit, zone, sheet), 0.97
    if not text:
        text, sure = _written(definition, hit, sheet, context)
    answers = _answers(zone, sheet, definition)
    if text and (len(answers) > 1 or (answers and text.strip(" .()[]").lower() in _CROSSES)):
        return None  # what is printed is an answer to choose: a mark at it decides, and none was found
    if text:
        result = parse_value("bool", text, definition)
        if result.value is not None:
            source: Source = "ocr" if any(w.confidence is not None for w in segment.words) else "text"
            doubts = [w.confidence for w in segment.words if w.confidence is not None]
            boxed = any(is_in(zone, t) for t in sheet.ticks)  # a mark decides, not what is printed beside it
            sure = min([sure if hit.strength != "weak" and not boxed else 0.8, *doubts])
            return Claim(
                definition.id,
                result.value,
                text,
                sure,
                source,
                2,
                segment.page,
                segment.box,
                (f"label “{hit.label}”", f"“{text}” beside it"),
                True,
            )
    return None


def _written(definition: FieldDef, hit: LabelHit, sheet: Sheet, context: Context) -> tuple[str, float]:
    """A yes or no alone in the place where this form writes its values, and how sure it is the answer."""
    for found in places_of(hit, sheet, context):
        open_place = not found.closed and found.place in ("inline", "above")
        if parse_value("bool", found.text, definition).certain and not open_place:
            usual = found.place not in ("below", "cell_below") or context.places[found.place] >= 2
            return found.text, 0.97 if usual else 0.88
    return "", 0.0


def _ends_with_answer(segment: Segment, wordings: dict[str, tuple[str, ...]]) -> bool:
    """True for a question so long that its first answer touches it ("… à SONS Vague 1 Oui")."""
    said = words_of(segment.words[-1].text)
    return len(segment.words) > 1 and any(said == words_of(w) for words in wordings.values() for w in words)


def _answers(zone: tuple[float, float, float, float], sheet: Sheet, definition: FieldDef) -> set[bool]:
    """The yes and no that are printed in the zone."""
    left, top, right, bottom = zone
    said = [
        parse_value("bool", s.text, definition).value
        for s in sheet.segments
        if left <= s.box[0] < right and top <= (s.box[1] + s.box[3]) / 2 <= bottom and len(s.words) <= 4
    ]
    return {bool(value) for value in said if value is not None}


def _entered_below(hit: LabelHit, zone: tuple[float, float, float, float], sheet: Sheet) -> str:
    """What was chosen or typed in the one form field under the label."""
    left, top, right, bottom = zone
    found = [
        s
        for s in sheet.segments
        if s.entered
        and left <= s.box[0] < right
        and top <= middle_of(s) <= bottom
        and s.box[1] >= hit.segment.box[3] - 2
    ]
    return found[0].text if len(found) == 1 else ""


def _text_beside(hit: LabelHit, sheet: Sheet, context: Context, choices: list[Segment]) -> str:
    """What is written behind a label; the words of a box are a choice, ticked or not, and no answer."""
    segment = hit.segment
    rest = " ".join(w.text for w in segment.words[hit.end :]).strip(" :")
    if rest:
        return rest
    row = [
        s
        for s in sheet.segments
        if s.box[0] >= segment.box[2] - 2
        and abs(middle_of(s) - middle_of(segment)) < 8
        and id(s) not in context.labels
        and s not in choices
    ]
    return min(row, key=lambda s: s.box[0]).text if row else ""
