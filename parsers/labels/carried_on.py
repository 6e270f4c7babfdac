"""Labels that end on the line below, before the value."""

from __future__ import annotations

import re
from collections.abc import Sequence

from parsers.concepts import understood
from parsers.folding import fold, without_brackets, words_of
from parsers.labels.index import STOP, LabelIndex
from parsers.labels.leaders import leads_to_value
from parsers.labels.line import (
    BEFORE_DATE,
    MAX_LABEL_WORDS,
    LabelHit,
    looks_change,
    match_segment,
    names_itself,
)
from parsers.labels.text import match_text
from parsers.layout.sheet import Segment
from parsers.no_value import is_hint
from parsers.vocabulary import vocabulary

_PARTICLES = frozenset({"von", "van", "zu", "da", "di"})
"""Words that begin a person's name in lower case, and no word of a label."""
_AND_MORE = frozenset({"or", "ou", "oder", "and", "et", "und"})
_SMALL = 0.85
"""Of the size of label and value, at most, a note is set in."""
_SHAPED = frozenset({"matricule", "matricule_mysecu", "iban", "email", "numero_tva", "code_prestataire"})
"""Fields whose values no word of a label could begin."""


def carried_on(
    segment: Segment,
    segments: Sequence[Segment],
    under: int | None,
    index: LabelIndex,
    hit: LabelHit | None,
) -> LabelHit | None:
    """A label whose second language begins the line below, with the value behind it."""
    if under is None:
        return None
    rest = segments[under]
    told = up_to_other_look(segment, rest, index, hit)
    if told is not None:
        return told
    broken = _broken_before_colon(segment, rest, index)
    if broken is not None:
        return broken
    if hit is None or not hit.clear or hit.end < len(segment.words) or is_hint(rest.text):
        return None
    broken = _broken_in_second(segment, rest, index, hit)
    if broken is not None:
        return broken
    second = match_segment(rest, index)
    if second is not None and second.end == len(rest.words):
        return None
    if second is not None and second.strength != "weak" and second.closed:
        end, named = second.end, second.fields
    else:
        texts = [w.text for w in rest.words]
        dated = hit.fields[0].startswith("date_")
        shaped = dated or hit.fields[0] in _SHAPED
        ends = range(1 if shaped or "rcs" in hit.fields else 2, min(len(texts), MAX_LABEL_WORDS))
        for end in reversed(ends) if shaped else ends:
            found = match_text(" ".join(texts[:end]), index)
            stops = fold(texts[end - 1]) in STOP and not (dated and fold(texts[end - 1]) in BEFORE_DATE)
            if texts[end - 1].endswith(",") or stops:
                continue
            if label_opens_brackets(texts[:end]) or (
                "rcs" in hit.fields and re.fullmatch(r"[A-K]|HR[AB]?", texts[end - 1])
            ):
                continue
            digits = re.search(r"[\d@]", texts[end]) is not None
            named_so = (
                fold(texts[end]) in _PARTICLES and texts[end + 1 :][:1] != [] and texts[-1][:1].isupper()
            )
            begins = digits if shaped else texts[end][:1].isupper() or digits or named_so
            if found is not None and found[1] != "weak" and begins and set(hit.fields) & set(found[0]):
                named = found[0]
                break
        else:
            return None
    if fold(rest.words[end - 1].text) in vocabulary().titles:
        return None  # "Cabinet du Dr Weis"
    shared = tuple(f for f in hit.fields if f in named)
    label = " ".join(w.text for w in rest.words[:end])
    if not shared or words_of(label) == words_of(hit.label):
        return None
    return LabelHit(rest, shared, end, hit.strength, hit.score, True, f"{hit.label} {label}", (segment,))


def up_to_other_look(
    first: Segment, rest: Segment, index: LabelIndex, hit: LabelHit | None
) -> LabelHit | None:
    """A label whose end, second language or note begins the line below, where the value is set otherwise."""
    end = looks_change(rest.words)
    texts = [w.text for w in rest.words]
    if not end or not names_itself(texts[end:]) or any(t.endswith((":", "：")) for t in texts[end:]):
        return None
    piece = " ".join(texts[:end])
    label = f"{first.text} {piece}"
    if hit is not None and hit.clear and hit.end == len(first.words):
        second = match_text(piece, index)
        same = second is not None and second[1] != "weak" and set(second[0]) & set(hit.fields)
        smaller = rest.words[0].size <= _SMALL * min(first.size, rest.words[-1].size)
        if same or smaller or is_hint(piece) or re.fullmatch(r"[*:()\s]+", piece):
            shared = tuple(f for f in hit.fields if not same or second is None or f in second[0])
            return LabelHit(rest, shared, end, hit.strength, hit.score, True, label, (first,))
        if first.text.rstrip().endswith((":", "：")):
            return None  # it has ended, whatever its value looks like
    whole = match_text(label, index)
    if looks_change(first.words) or whole is None or whole[1] == "weak":
        return None
    if hit is not None and hit.strength != "weak" and not set(hit.fields) & set(whole[0]):
        return None
    return LabelHit(rest, whole[0], end, whole[1], whole[2], True, label, (first,))


def _broken_before_colon(first: Segment, rest: Segment, index: LabelIndex) -> LabelHit | None:
    """A long label whose end, colon and value stand on the line below ("… Reference of the fee statement /
    or PID transaction: PID 4315")."""
    texts = [w.text for w in rest.words]
    colon = next((i for i, text in enumerate(texts) if text.endswith((":", "："))), len(texts))
    if (
        is_hint(rest.text)
        or colon >= len(texts) - 1
        or colon > 8
        or any(map(leads_to_value, without_brackets(first.text.replace(":", " : ")).split()))
        or len(first.words) < 3
    ):
        return None
    alone = match_text(" ".join(texts[: colon + 1]), index)
    found = match_text(f"{first.text} {' '.join(texts[: colon + 1])}", index)
    own = alone is not None and alone[1] == "exact" and texts[0] not in _AND_MORE
    if found is None or found[1] == "weak" or own:
        return None
    label = f"{first.text} {' '.join(texts[: colon + 1])}"
    return LabelHit(rest, found[0], colon + 1, found[1], found[2], True, label, (first,))


def _broken_in_second(first: Segment, rest: Segment, index: LabelIndex, hit: LabelHit) -> LabelHit | None:
    """A label whose last language is broken ("… / Name of the provider or / facility Clinique du Nord")."""
    begun = re.split(r"\s[/|–]\s", first.text)[-1]
    if fold(first.words[-1].text) not in STOP or begun == first.text:
        return None
    texts = [w.text for w in rest.words]
    for end in reversed(range(1, min(len(texts), 6))):
        if understood(words_of(texts[end])):
            continue
        found = match_text(f"{begun} {' '.join(texts[:end])}", index)
        begins = texts[end][:1].isupper() or texts[end][:1].isdigit()
        if begins and found is not None and found[1] != "weak" and set(found[0]) & set(hit.fields):
            shared = tuple(f for f in hit.fields if f in found[0])
            label = f"{hit.label} {' '.join(texts[:end])}"
            return LabelHit(rest, shared, end, hit.strength, hit.score, True, label, (first,))
    return None


def label_opens_brackets(texts: Sequence[str]) -> bool:
    """True for words that end inside a pair of brackets."""
    text = " ".join(texts)
    return text.count("(") > text.count(")")
