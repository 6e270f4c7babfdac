"""Printed labels: which words of a page name which field of a form."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from parsers.concepts import foreign, understood
from parsers.firms import ends_as_a_firm, names_a_firm
from parsers.folding import fold, without_brackets, words_of
from parsers.labels.answers import chosen_in_words
from parsers.labels.carried_on import carried_on, up_to_other_look
from parsers.labels.index import STOP, LabelIndex, index_of
from parsers.labels.line import LabelHit, match_segment
from parsers.labels.stack import match_stack, stacked, with_note
from parsers.labels.text import match_text
from parsers.layout.captions import asked_in_brackets
from parsers.layout.sheet import Segment
from parsers.no_value import is_absent, is_hint
from parsers.types import FormDef

_TOWN = re.compile(r"^[^:]*\b\d{4,5} [^\W\d_]")
_MAIL = re.compile(r"[^\s@:]+@[^\s@:]+\.\w+")
_CAPTIONS = 3
"""How many labels in brackets make a form that has them all so."""


def find_labels(segments: Sequence[Segment], form: FormDef) -> list[LabelHit]:
    """Every printed label of the form on these segments, in reading order."""
    index = index_of(form.fields)
    answers = chosen_in_words(segments, form, index)
    segments = [s for s in segments if id(s) not in answers]
    hits = _labels(segments, form, index)
    captions = [hit for segment in segments if (hit := _caption(segment, index)) is not None]
    asked = {hit.fields[0] for hit in captions if hit.clear}
    if len(asked) < _CAPTIONS or 3 * len(asked & {hit.fields[0] for hit in hits}) > len(asked):
        return hits  # what stands in brackets alone explains another label
    place = {id(segment): number for number, segment in enumerate(segments)}
    hits = _labels([s for s in segments if id(s) not in {id(hit.segment) for hit in captions}], form, index)
    hits = [hit for hit in hits if hit.fields[0] not in asked]
    return sorted(hits + captions, key=lambda hit: place[id(hit.segment)])


def _caption(segment: Segment, index: LabelIndex) -> LabelHit | None:
    """A label in brackets from end to end, as forms print it under the line to write on."""
    label = asked_in_brackets(segment.text)
    found = match_text(label, index) if label else None
    return (
        LabelHit(segment, found[0], len(segment.words), found[1], found[2], True, segment.text)
        if found
        else None
    )


def _labels(segments: Sequence[Segment], form: FormDef, index: LabelIndex) -> list[LabelHit]:
    hits: list[LabelHit] = []
    taken: set[int] = set()
    below = stacked(segments)
    signing = {words_of(w) for role in form.signature_labels.values() for ws in role.values() for w in ws}
    inside = {under for over, under in below.items() if segments[over].frame is not None}
    for number, segment in enumerate(segments):
        if number in taken or segment.entered or is_absent(segment.text) or _only_a_hint(segment.text, index):
            continue
        if number in inside and re.match(r"[a-zà-ÿ](?!\))", segment.text) and _in_a_cell(segment):
            continue  # more of what the line above asks
        hit = match_segment(segment, index)
        if hit is not None and hit.strength == "weak" and _is_somebody_s(segment.text):
            hit = None
        if hit is not None and hit.end == len(segment.words) and ends_as_a_firm(segment.text):
            hit = None
        under = below.get(number)
        if under is not None and hit is not None and _asks_another(segment, segments[under]):
            taken.add(under)
            continue
        heads = words_of(segment.text) in signing and segment.frame is None
        carried = carried_on(segment, segments, under, index, hit) if not heads else None
        if carried is not None and under is not None:
            taken.add(under)
            hits.append(carried)
            continue
        noted = with_note(segment, segments, number, below, index, hit)
        if noted is not None:
            hit, used = noted
            taken.update(used)
            hits.append(hit)
            continue
        whole = hit is not None and hit.closed and hit.strength != "weak"
        cut = (
            segment.frame is None and fold(segment.words[-1].text) in STOP
        )  # "… – Datum des", broken over two lines
        if (
            under is not None
            and not heads
            and (not whole or cut or (hit is not None and hit.end == len(segment.words)))
        ):
            longer = match_stack(segment, segments, number, below, index, hit)
            if longer is not None:
                hit, used = longer
                taken.update(used)
                last = below.get(used[-1])
                if last is not None and _is_another_s(segments[last].text):
                    taken.add(last)
                    continue
                behind = up_to_other_look(segment, segments[last], index, hit) if last is not None else None
                if behind is not None and last is not None:
                    taken.add(last)
                    hits.append(behind)
                    continue
        if hit is not None and not hit.in_brackets:
            hits.append(_with_colon(hit, number, segments, below, taken))
        elif under is not None and foreign(words_of(segment.text)) and not re.search(r"\d{3}", segment.text):
            rest = segments[under].text
            begins = rest[:1].islower() and not re.match(r"[a-z]\)", rest)
            broken = begins or words_of(segment.text)[-1] in STOP
            if broken and understood(words_of(rest)):
                taken.add(under)  # "Fonction / du signataire", broken over two lines
    return hits


def _with_colon(
    hit: LabelHit, number: int, segments: Sequence[Segment], below: dict[int, int], taken: set[int]
) -> LabelHit:
    """The label with its colon, where that had no room on the label's last line."""
    last = number
    for _ in hit.below:
        last = below.get(last, last)
    under = below.get(last)
    if under is None or not re.fullmatch(r"[*:\s]+", segments[under].text):
        return hit
    taken.add(under)
    return replace(hit, below=(*hit.below, segments[under]))


def _in_a_cell(segment: Segment) -> bool:
    return segment.frame is not None and segment.frame[3] - segment.frame[1] < 80


def _is_another_s(note: str) -> bool:
    """True for a note in brackets that says whose the label above it is: "(comptabilité)"."""
    found = re.match(r"\(([^)]*)\)", note.strip())
    return found is not None and foreign(words_of(found[1]))


def _is_somebody_s(text: str) -> bool:
    """True for a postal code and a town, a firm, or an address of mail alone."""
    return _TOWN.search(text) is not None or _MAIL.fullmatch(text) is not None or names_a_firm(text)


def _asks_another(label: Segment, under: Segment) -> bool:
    """True for a label that the line below makes somebody else's ("Nom de la / banque")."""
    if _is_another_s(under.text):
        return True
    said = words_of(f"{label.text} {under.text}")
    return fold(label.words[-1].text) in STOP and foreign(said) and understood(said)


def _only_a_hint(text: str, index: LabelIndex) -> bool:
    """True for "(Beispiel: name@firma.lu)", not for "Date (JJ/MM/AAAA)" or "Matricule à 13 chiffres"."""
    if not is_hint(text) or text.startswith("("):
        return is_hint(text)
    if not is_hint(without_brackets(text)):
        return False
    named = match_text(text, index)
    return named is None or named[1] == "weak"
