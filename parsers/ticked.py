"""Boxes to tick beside printed words -> claims for choices and yes/no fields."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import JsonValue
from rapidfuzz import fuzz

from parsers.beside_boxes import Pair, paired
from parsers.choices import match_choice
from parsers.claims import Claim
from parsers.concepts import choice_meant
from parsers.folding import words_of
from parsers.labels.line import LabelHit
from parsers.layout.sheet import Segment, Sheet, Tick, union
from parsers.printed.context import Context
from parsers.printed.places import places_of
from parsers.types import FieldDef, FormDef, Source
from parsers.values import parse_value

_REACH, _LABEL = 160.0, 60.0
_ARTICLES = frozenset(
    [
        "une",
        "un",
        "eine",
        "ein",
        "einer",
        "a",
        "an",
        "la",
        "le",
        "l",
        "die",
        "das",
        "der",
        "the",
        "via",
        "uber",
    ]
)
_YES_NO: dict[str, tuple[str, ...]] = {
    "true": ("Oui", "Ja", "Yes", "Jo"),
    "false": ("Non", "Nein", "No", "Nee"),
}


_CROSSES = frozenset({"x", "xx", "×", "✓", "✔", "✗", "✘"})


@dataclass(frozen=True, slots=True)
class _Option:
    choice: str
    segment: Segment
    tick: Tick
    exact: bool


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
            claims += _bool_claims(definition, context, pairs)
    return claims


def _options(
    definition: FieldDef, sheet: Sheet, pairs: list[Pair], wordings: dict[str, tuple[str, ...]]
) -> list[_Option]:
    found = []
    for pair in pairs:
        tick, segment = pair.tick, pair.segment
        text = _own_words(pair.text)
        choice, exact = _named(text, definition, wordings)
        if (
            choice is None
            and segment.text == pair.text
            and tick.box[0] < segment.box[0]
            and (more := _continuation(segment, sheet)) is not None
        ):
            choice, exact = _named(f"{text} {more.text}", definition, wordings)
        if choice is not None:
            found.append(_Option(choice, segment, tick, exact))
    return found


def _continuation(segment: Segment, sheet: Sheet) -> Segment | None:
    """The words that begin the next line, where the last words of a row had no room for more."""
    height = segment.box[3] - segment.box[1]
    if any(s.box[0] > segment.box[2] and abs(_mid(s) - _mid(segment)) < 0.5 * height for s in sheet.segments):
        return None
    below = [s for s in sheet.segments if 0.5 * height < _mid(s) - _mid(segment) < 1.6 * height]
    first = min(below, key=lambda s: s.box[0], default=None)
    if first is None or first.box[0] > segment.box[0]:
        return None
    ticked = any(0 <= first.box[0] - t.box[2] < 14 and t.box[1] < _mid(first) < t.box[3] for t in sheet.ticks)
    return None if ticked else first


def names_a_choice(text: str, form: FormDef) -> bool:
    """True for the wording of some choice that the form gives."""
    choices = (f for f in form.fields if f.type in ("choice", "choices"))
    return any(_named(_own_words(text), f, _wordings(f))[0] is not None for f in choices)


def _own_words(text: str) -> str:
    return text.strip(" :;,.()")


def _named(
    text: str, definition: FieldDef, wordings: dict[str, tuple[str, ...]], whole: bool = True
) -> tuple[str | None, bool]:
    tokens = words_of(text)
    while len(tokens) > 1 and tokens[0] in _ARTICLES:
        tokens = tokens[1:]
    if not tokens:
        return None, False
    for choice, texts in wordings.items():
        for wording in texts:
            label = words_of(wording)
            if label and (
                tokens == label or (len(label) > 0 and tokens[: len(label)] == label and len(label) > 1)
            ):
                return choice, True
    joined = " ".join(tokens)
    best: tuple[float, str] | None = None
    for choice, texts in wordings.items():
        for wording in texts:
            label_text = " ".join(words_of(wording))
            if len(label_text) >= 5:
                score = fuzz.ratio(joined, label_text)
                if score >= 85 and (best is None or score > best[0]):
                    best = (score, choice)
    if best:
        return best[1], False
    pieces = [p for p in re.split(r"[/|()]|\s[-–—]\s", text) if p.strip()]
    if len(pieces) > 1:
        named = {c for p in pieces if (c := _named(p, definition, wordings, whole=False)[0])}
        if len(named) == 1:
            return named.pop(), True
    if definition.choices and len(tokens) <= 12:
        said = match_choice(text, definition)
        return said or (choice_meant(tokens, definition.choices) if whole else None), False
    return None, False


def _wordings(definition: FieldDef) -> dict[str, tuple[str, ...]]:
    return {
        choice: (
            choice.replace("_", " "),
            *(w for ws in definition.choice_labels.get(choice, {}).values() for w in ws),
        )
        for choice in definition.choices
    }


def _choice_claims(definition: FieldDef, context: Context, pairs: dict[int, list[Pair]]) -> list[Claim]:
    wordings = _wordings(definition)
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
            over = _zone_over(anchor, sheet, context)
            options = (
                [o for o in options if _in(over, o.tick)] or options
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
        claims.append(_claim(definition, value, on or options, sure, sheet))
    return claims


def _others_unmarked(
    definition: FieldDef, sheet: Sheet, wordings: dict[str, tuple[str, ...]], marked: _Option
) -> bool:
    """True where all other choices are printed in line with the marked one, none with a box: a form that was
    printed to a file keeps of its boxes to tick only the mark."""
    box = marked.segment.box
    column = [s for s in sheet.segments if abs(s.box[0] - box[0]) < 3 and abs(s.box[1] - box[1]) <= _REACH]
    row = [s for s in sheet.segments if abs(_mid(s) - _mid(marked.segment)) < 3]
    named = [
        {choice for s in line if (choice := _named(s.text, definition, wordings)[0]) is not None}
        for line in (column, row)
    ]
    return any(len(choices) == len(definition.choices) for choices in named)


def _claim(
    definition: FieldDef, value: JsonValue, options: list[_Option], sure: float, sheet: Sheet
) -> Claim:
    first = options[0]
    if not all(o.tick.sure for o in options):
        sure = min(sure, 0.7)
    doubts = [o.tick.confidence for o in options if o.tick.confidence is not None]
    # Words that read as one of the choices, letter for letter, are not misread by chance.
    doubts += [
        w.confidence for o in options if not o.exact for w in o.segment.words if w.confidence is not None
    ]
    if doubts:
        sure = min(sure, max(min(doubts), 0.5))
    state = "ticked" if value is not None and value is not False else "not ticked"
    evidence = (f"box beside “{first.segment.text}” {state}",)
    return Claim(
        definition.id,
        value,
        ", ".join(o.segment.text for o in options if o.tick.on) or None,
        sure,
        _source(first.tick, sheet),
        2,
        first.segment.page,
        union(o.tick.box for o in options),
        evidence,
        True,
    )


def _source(tick: Tick, sheet: Sheet) -> Source:
    if tick.widget is not None:
        return tick.widget.source if tick.widget.source != "annotation" else "acroform"
    if tick.confidence is not None or tick.source == "ocr":
        return "ocr"
    return "text"


def _anchor(definition: FieldDef, sheet: Sheet, context: Context) -> LabelHit | None:
    hits = [
        h
        for h in context.hits[sheet.number]
        if definition.id in h.fields and id(h.segment) not in context.aes
    ]
    return min(hits, key=lambda h: (h.strength == "weak", -h.score), default=None)


def _near(anchor: LabelHit, hits: list[LabelHit], options: list[_Option]) -> list[_Option]:
    """Options of the same wording elsewhere on the page (a text, another question) do not count."""
    top, left = anchor.segment.box[1], anchor.segment.box[0]
    # The question in another language may stand above.
    same = [h.segment.box for h in hits if anchor.fields[0] in h.fields and abs(h.segment.box[0] - left) < 6]
    top = min((box[1] for box in same if -_LABEL < box[1] - top <= 0), default=top)
    below = [o for o in options if -20 <= o.segment.box[1] - top <= _REACH and o.segment.box[2] > left - 5]
    return below or options


def _bool_claims(definition: FieldDef, context: Context, pairs: dict[int, list[Pair]]) -> list[Claim]:
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
    zone = _zone(hit, sheet, context)
    options = []
    for tick, words, text in ((p.tick, p.segment, p.text) for p in pairs):
        if id(tick) in touching:
            text = segment.words[-1].text
        elif words is segment or words in hit.below or not _in(zone, tick):
            continue
        choice, exact = _named(_own_words(text), definition, wordings)
        if choice is not None:
            options.append(_Option(choice, words, tick, exact))
    height = segment.box[3] - segment.box[1]
    if len(own) == 1 and not any(abs(_mid(o.segment) - _mid(segment)) < height for o in options):
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
        return _claim(definition, value, options, sure, sheet)
    if not own:
        lone = [
            t
            for t in sheet.ticks
            if _in(zone, t) and not any(t is p.tick for p in pairs if p.segment is not segment)
        ]
        own = lone if len(lone) == 1 else []
    if len(own) == 1:
        option = _Option("true", segment, own[0], True)
        near = [t for t in sheet.ticks if t is not own[0] and _in(zone, t) and t.on != own[0].on]
        sure = 0.8 if hit.strength == "weak" or near else 0.97  # another box beside says otherwise
        return _claim(definition, own[0].on, [option], sure, sheet)
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
            boxed = any(_in(zone, t) for t in sheet.ticks)  # a mark decides, not what is printed beside it
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


def _zone(hit: LabelHit, sheet: Sheet, context: Context) -> tuple[float, float, float, float]:
    """Right of the label up to the next label of its row, and down to the next label below; over it in a form
    that writes so."""
    over = _zone_over(hit, sheet, context)
    if over is not None:
        return over
    segment = hit.segment
    middle = (segment.box[1] + segment.box[3]) / 2
    hits = [h for h in context.hits[sheet.number] if h.segment is not segment]
    labels = [h.segment for h in hits]
    others = [h.segment for h in hits if hit.fields[0] not in h.fields]  # not its own in another language
    right = min(
        (s.box[0] for s in others if s.box[0] > segment.box[2] and abs(_mid(s) - middle) < 8), default=1e9
    )
    bottom = min(
        (s.box[1] for s in labels if _mid(s) > segment.box[3] and s.box[0] < right and s not in hit.below),
        default=1e9,
    )
    last = max([segment.box[3], *(s.box[3] for s in hit.below)])
    return (segment.box[0] - 40, segment.box[1] - 6, right, min(bottom - 1, last + 34))


def _zone_over(hit: LabelHit, sheet: Sheet, context: Context) -> tuple[float, float, float, float] | None:
    """From the label up to the next one over it, in a form whose labels stand under their values; None where
    boxes stand beside the label, for a question with none over it, and where any has them only below."""
    if not context.upward or _has_level_boxes(hit, sheet):
        return None
    zone = _gap_over(hit, sheet, context)
    asks = hit.label.rstrip().endswith((":", "?"))
    if asks and not any(_in(zone, tick) for tick in sheet.ticks):
        return None
    return None if any(_has_boxes_below(h, sheet, context) for h in _questions(sheet, context)) else zone


def _questions(sheet: Sheet, context: Context) -> Iterator[LabelHit]:
    """The labels of what is answered with boxes, but those with boxes on their own line."""
    for hit in context.hits[sheet.number]:
        definition = context.form.field(hit.fields[0])
        boxes = definition is not None and definition.type in ("bool", "choice", "choices")
        if boxes and not _has_level_boxes(hit, sheet):
            yield hit


def _has_level_boxes(hit: LabelHit, sheet: Sheet) -> bool:
    left = hit.segment.box[0]
    middle = _mid(hit.segment)
    return any(t.box[0] > left and abs(t.box[1] + t.box[3] - 2 * middle) < 8 for t in sheet.ticks)


def _has_boxes_below(hit: LabelHit, sheet: Sheet, context: Context) -> bool:
    """True for a question with boxes between it and the next label below, and none over it."""
    over = _gap_over(hit, sheet, context)
    bottom = max(s.box[3] for s in (hit.segment, *hit.below))
    labels = (s for h in context.hits[sheet.number] for s in (h.segment, *h.below))
    end = min((s.box[1] for s in labels if s.box[1] >= bottom), default=sheet.height)
    under = (over[0], bottom, over[2], min(end, bottom + _REACH))
    return any(_in(under, t) for t in sheet.ticks) and not any(_in(over, t) for t in sheet.ticks)


def _gap_over(hit: LabelHit, sheet: Sheet, context: Context) -> tuple[float, float, float, float]:
    """From a label up to the next one over it."""
    left, top, right, _ = hit.segment.box
    over = (s for h in context.hits[sheet.number] for s in (h.segment, *h.below) if s is not hit.segment)
    end = max((s.box[3] for s in over if s.box[3] <= top and s.box[0] < right), default=0.0)
    return (left - 40, max(end, top - _REACH), 1e9, top)


def _mid(segment: Segment) -> float:
    return (segment.box[1] + segment.box[3]) / 2


def _in(zone: tuple[float, float, float, float], tick: Tick) -> bool:
    x, y = (tick.box[0] + tick.box[2]) / 2, (tick.box[1] + tick.box[3]) / 2
    return zone[0] <= x <= zone[2] and zone[1] <= y <= zone[3]


def _entered_below(hit: LabelHit, zone: tuple[float, float, float, float], sheet: Sheet) -> str:
    """What was chosen or typed in the one form field under the label."""
    left, top, right, bottom = zone
    found = [
        s
        for s in sheet.segments
        if s.entered
        and left <= s.box[0] < right
        and top <= _mid(s) <= bottom
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
        if s.box[0] >= segment.box[2] - 2 and abs(_mid(s) - _mid(segment)) < 8 and id(s) not in context.labels
        and s not in choices
    ]  # fmt: skip
    return min(row, key=lambda s: s.box[0]).text if row else ""
