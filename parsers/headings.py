"""Short labels that only their heading explains: "Nom" under "CEO" is the CEO's name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import lru_cache

from parsers.folding import words_of
from parsers.labels.index import LabelIndex, index_of
from parsers.labels.line import LabelHit
from parsers.layout.sheet import Segment, Sheet
from parsers.printed.context import look_of
from parsers.remembered import TEXTS_OF_MAILS
from parsers.types import FormDef

_REACH = 220.0
_STEM, _SEVERAL = 5, 4
_SIGNATORY = ("signataire", "signatory", "unterzeichners")


def under_headings(
    hits: Sequence[LabelHit], sheet: Sheet, form: FormDef, heads: Collection[int] = ()
) -> list[LabelHit]:
    """The hits, those of one or two words renamed by the heading above them where the two together are a
    label of the form; and labels that only a heading makes one. `heads`: ids of what heads a table."""
    index = index_of(form.fields)
    signed = {words_of(w) for role in form.signature_labels.values() for ws in role.values() for w in ws}
    asking = _set_as_labels(hits)
    headings = [s for s in _headings(sheet) if id(s) not in asking]
    known_heads = {id(s) for s in headings}
    headings += [s for s in sheet.segments if id(s) not in known_heads and _signing(s, signed)]
    if not headings:
        return list(hits)
    known = {id(hit.segment): hit for hit in hits}
    result: list[LabelHit] = []
    parts = {id(s) for hit in hits for s in hit.below}
    set_apart = {id(h) for h in headings}
    asked = Counter(hit.fields[0] for hit in hits if hit.clear and id(hit.segment) not in set_apart)
    for segment in sheet.segments:
        if id(segment) in heads or id(segment) in parts:
            continue
        hit = known.get(id(segment))
        label = hit.label if hit is not None else _short_label(segment)
        above = _above(segment, headings) if label else None
        named: tuple[str, ...] = ()
        if above is not None:
            heading = words_of(above.text)
            # Who signs is named under "Pour l'Industriel", not the Industriel.
            named = _together(words_of(label), _SIGNATORY if heading in signed else heading, index)
        if hit is not None and above is not None and _asks_itself(known.get(id(above)), hit, named):
            result.append(replace(hit, strength="weak"))  # two questions, or one and its heading
            continue
        told = hit is not None and hit.clear and len(words_of(label)) > 1
        elsewhere = bool(named) and asked[named[0]] > 0
        if not named or told or (hit is not None and (named == hit.fields[:1] or elsewhere)):
            if hit is not None:
                result.append(hit)
            continue
        text = f"{above.text} – {label.strip(' :*')}" if above is not None else label
        if hit is not None:
            result.append(replace(hit, fields=named, label=text, strength="exact"))
        else:
            end = next(
                (i + 1 for i, w in enumerate(segment.words) if w.text.endswith(":")), len(segment.words)
            )
            result.append(LabelHit(segment, named, end, "fuzzy", 0.95, True, text))
    return result


def _asks_itself(above: LabelHit | None, hit: LabelHit, named: tuple[str, ...]) -> bool:
    """True where what would be the heading of a label is itself a label of more words, for the same field:
    "Date de fin des tests" left empty above "Date"."""
    return (
        above is not None
        and above.clear
        and hit.clear
        and named[:1] == above.fields[:1] != hit.fields[:1]
        and len(words_of(above.label)) > len(words_of(hit.label)) + 1
    )


def without_headings(hits: Sequence[LabelHit], sheet: Sheet) -> list[LabelHit]:
    """Without headings ("Logiciel") that name what a label under them asks for ("Nom du logiciel")."""
    headings = {id(s) for s in _headings(sheet)} - _set_as_labels(hits)
    asked = {h.fields[0] for h in hits if id(h.segment) not in headings and h.strength != "weak"}
    return [h for h in hits if id(h.segment) not in headings or h.fields[0] not in asked]


def _set_as_labels(hits: Sequence[LabelHit]) -> set[int]:
    """Ids of labels set as several others of the form are: larger or bolder than values, no heads."""
    looks: dict[tuple[float, bool], set[str]] = {}
    for hit in hits:
        if hit.clear:
            looks.setdefault(look_of(hit.segment.size, hit.segment.bold), set()).add(hit.fields[0])
    return {
        id(h.segment) for h in hits if len(looks.get(look_of(h.segment.size, h.segment.bold), ())) >= _SEVERAL
    }


def _short_label(segment: Segment) -> str:
    """The text of a segment that may be a label of one or two words, else ""."""
    head = segment.text.partition(":")[0]
    return head if 0 < len(words_of(head)) <= 2 and not segment.entered else ""


def _headings(sheet: Sheet) -> list[Segment]:
    """Short lines set larger or bolder than the rest."""
    sizes: Counter[int] = Counter()
    for segment in sheet.segments:
        sizes[round(segment.size)] += len(segment.words)
    if not sizes:
        return []
    usual = sizes.most_common(1)[0][0]
    bold = sum(s.bold for s in sheet.segments)
    rare_bold = bold <= 0.4 * len(sheet.segments)
    return [
        s
        for s in sheet.segments
        if len(s.words) <= 8
        and not s.entered
        and not s.text.rstrip().endswith(("*", "(*)"))
        and ":" not in s.text
        and (s.size >= usual + 1.5 or (s.bold and rare_bold))
    ]


def _signing(segment: Segment, signed: Collection[tuple[str, ...]]) -> bool:
    """True for "Pour l'Industriel" on a line of its own, however it is set."""
    return (
        not segment.entered
        and ":" not in segment.text
        and len(segment.words) > 1
        and words_of(segment.text) in signed
    )


def _above(segment: Segment, headings: Sequence[Segment]) -> Segment | None:
    """The nearest heading over a segment, in its own column first."""
    found = [
        h
        for h in headings
        if h is not segment and 0 < segment.box[1] - h.box[1] < _REACH and h.box[0] <= segment.box[0] + 25
    ]
    if not found:
        return None
    lowest = max(h.box[1] for h in found)
    return max((h for h in found if h.box[1] > lowest - 4), key=lambda h: h.box[0])


@lru_cache(maxsize=TEXTS_OF_MAILS)
def _together(label: tuple[str, ...], heading: tuple[str, ...], index: LabelIndex) -> tuple[str, ...]:
    """The field whose label says the printed label's words and some of the heading's, nothing else."""
    if not 0 < len(label) <= 2 or not heading:
        return ()
    best: tuple[int, str] | None = None
    own = set(label)
    for words, field_id in index.content:
        added = words - own
        if not own <= words or not added:
            continue
        places = [_place(word, heading) for word in added]
        if any(place is None for place in places):
            continue
        first = min(place for place in places if place is not None)
        if best is None or first < best[0]:
            best = (first, field_id)
    return (best[1],) if best is not None else ()


def _place(word: str, heading: Sequence[str]) -> int | None:
    """Where the heading says the word, or one of its family ("signature", "signataire")."""
    for number, other in enumerate(heading):
        if other == word or (len(word) > _STEM and other[:_STEM] == word[:_STEM]):
            return number
    return None
