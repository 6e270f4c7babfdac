"""A box and the answer that it stands for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pydantic import JsonValue
from rapidfuzz import fuzz

from parsers.choices import match_choice
from parsers.claims import Claim
from parsers.concepts import choice_meant
from parsers.folding import words_of
from parsers.layout.sheet import Segment, Sheet, Tick, union
from parsers.types import FieldDef, FormDef, Source

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


@dataclass(frozen=True, slots=True)
class Option:
    choice: str
    segment: Segment
    tick: Tick
    exact: bool


def names_a_choice(text: str, form: FormDef) -> bool:
    """True for the wording of some choice that the form gives."""
    choices = (f for f in form.fields if f.type in ("choice", "choices"))
    return any(choice_named(own_words(text), f, wordings_of(f))[0] is not None for f in choices)


def own_words(text: str) -> str:
    return text.strip(" :;,.()")


def choice_named(
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
        named = {c for p in pieces if (c := choice_named(p, definition, wordings, whole=False)[0])}
        if len(named) == 1:
            return named.pop(), True
    if definition.choices and len(tokens) <= 12:
        said = match_choice(text, definition)
        return said or (choice_meant(tokens, definition.choices) if whole else None), False
    return None, False


def wordings_of(definition: FieldDef) -> dict[str, tuple[str, ...]]:
    return {
        choice: (
            choice.replace("_", " "),
            *(w for ws in definition.choice_labels.get(choice, {}).values() for w in ws),
        )
        for choice in definition.choices
    }


def option_claim(
    definition: FieldDef, value: JsonValue, options: list[Option], sure: float, sheet: Sheet
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
