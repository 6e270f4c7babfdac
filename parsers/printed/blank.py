"""What the blank form itself prints: its labels, and what is no value (titles, hints, choices)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from parsers.beside_boxes import paired
from parsers.concepts import understood
from parsers.folding import fold, words_of
from parsers.headings import under_headings, without_headings
from parsers.labels.find import find_labels
from parsers.labels.index import index_of
from parsers.labels.line import LabelHit
from parsers.labels.several import split_at_labels
from parsers.layout.sheet import Segment, Sheet
from parsers.no_value import is_hint
from parsers.printed.above import PROVING
from parsers.printed.context import Context
from parsers.printed.hints import (
    is_help_text,
    mark_broken_sentences,
    mark_rest_of_hints,
    mark_samples,
    with_hints,
)
from parsers.printed.numbering import numbered_like, running_numbers, without_section_heads
from parsers.printed.other_party import mark_other_party
from parsers.printed.places import places_of
from parsers.table_heads import table_heads
from parsers.ticked.options import names_a_choice
from parsers.types import FormDef
from parsers.values import parse_value


def read_context(sheets: Sequence[Sheet], form: FormDef) -> Context:
    """Finds the labels and everything else that the form prints."""
    index = index_of(form.fields)
    sheets = [replace(s, segments=split_at_labels(s.segments, index)) for s in sheets]
    context = Context(form, sheets, flow=any(s.flow for s in sheets))
    letterhead: set[str] = set()
    fixed = _fixed_wordings(form)
    signing = _fixed(tuple(words for role in form.signature_labels.values() for words in role.values()))
    for sheet in sheets:
        heads = {id(s) for s in table_heads(sheet, form)}
        context.printed |= heads
        hits = [h for h in find_labels(sheet.segments, form) if id(h.segment) not in heads]
        hits = [h for h in hits if not _in_prose(h, sheet) and not _in_title(h, form)]
        asked = {id(s): h.fields[0] for h in hits if h.clear for s in (h.segment, *h.below)}
        pairs = paired(sheet, asked) if sheet.ticks else []
        options = {id(s): p.text for p in pairs for s in p.segments}
        found = _without_rests(under_headings(hits, sheet, form, heads))
        found = [h for h in found if not _is_option(h, options, form)]
        asking = [h for h in found if not _signs(h, signing)]
        hits = without_section_heads(without_headings(asking, sheet), sheet)
        if sheet is sheets[0]:
            bare = _without_letterhead(hits, sheet, form)
            letterhead = {h.segment.text for h in hits if h not in bare}
            hits = bare
        context.letterhead |= {id(h.segment) for h in found if h.segment.text in letterhead}
        hits = [h for h in hits if h.segment.text not in letterhead]  # the next pages' too
        kept = {id(h.segment) for h in hits}
        context.printed |= {id(h.segment) for h in found if id(h.segment) not in kept and h.clear}
        context.hits[sheet.number] = [h for h in hits if h.clear or _proves_itself(h, form)]
        _note_labels(context.hits[sheet.number], context)
        context.hits[sheet.number] = _without_values(hits, sheet, context)
        _note_labels(context.hits[sheet.number], context)
        context.labels |= {id(s) for s in numbered_like(context.hits[sheet.number], sheet)}
        for segment in sheet.segments:
            if id(segment) in context.labels or segment.entered:
                continue
            if _is_fixed(segment, fixed) or is_hint(segment.text) or is_help_text(segment, sheet, context):
                context.printed.add(id(segment))
        context.printed |= running_numbers(sheet)
        mark_broken_sentences(sheet, context)
        mark_rest_of_hints(sheet, context)
        mark_samples(sheet, context)
        context.hits[sheet.number] = [with_hints(h, sheet, context) for h in context.hits[sheet.number]]
        if form.kind == "nda" or "aes" in form.signature_labels:
            mark_other_party(sheet, form, context)
    return context


_FORM = 4
"""Labels under a title that make it a form: what stands above it is whoever issued the form."""


def _without_letterhead(hits: list[LabelHit], sheet: Sheet, form: FormDef) -> list[LabelHit]:
    """Without the sender's own numbers above the title ("Matricule : …") where the form asks below it."""
    titles = [words_of(title) for titles in form.titles.values() for title in titles]
    top = next((s.box[1] for s in sheet.segments if any(_says(s, title) for title in titles)), 0.0)
    asked = {h.fields[0] for h in hits if h.segment.box[1] > top and h.clear}
    if len(asked) >= _FORM:
        asked |= {f.id for f in form.fields if f.type in ("matricule", "rcs", "vat", "iban")}
    return [h for h in hits if h.segment.box[1] >= top or h.fields[0] not in asked]


def _signs(hit: LabelHit, signing: frozenset[str]) -> bool:
    """True for "Pour l'Industriel" over a place to sign, in words that are no label of the form."""
    return hit.strength != "exact" and " ".join(words_of(hit.segment.text)) in signing


def _says(segment: Segment, title: tuple[str, ...]) -> bool:
    """True for a line with the title, or the beginning of a long one, in it."""
    text = f" {' '.join(words_of(segment.text))} "
    return len(title) > 1 and f" {' '.join(title[:6])} " in text


def _without_rests(hits: list[LabelHit]) -> list[LabelHit]:
    """Without "Nachname :" in a cell whose label began above it ("CEO: last name / Geschäftsführer:")."""
    kept: list[LabelHit] = []
    for hit in hits:
        frame, top = hit.segment.frame, hit.segment.box[1]
        begun = next(
            (
                number
                for number, other in enumerate(kept)
                if frame is not None
                and other.segment.frame == frame
                and other.segment.box[1] < top
                and other.fields[0] == f"ceo_{hit.fields[0]}"
            ),
            None,
        )
        if begun is None:
            kept.append(hit)
        else:
            kept[begun] = replace(kept[begun], below=(*kept[begun].below, hit.segment))
    return kept


def _note_labels(hits: list[LabelHit], context: Context) -> None:
    for hit in hits:
        context.labels.add(id(hit.segment))
        context.labels.update(id(s) for s in hit.below)


def _without_values(hits: list[LabelHit], sheet: Sheet, context: Context) -> list[LabelHit]:
    """A doubtful label that stands where a clear one expects its value is that value ("Luxembourg")."""
    clear = context.hits[sheet.number]
    if len(clear) == len(hits):
        return hits
    ticked = {f.id for f in context.form.fields if f.type in ("bool", "choices", "choice")}
    asking = [hit for hit in clear if hit.fields[0] not in ticked or not _has_boxes(hit, sheet)]
    values = {id(w) for hit in asking for found in places_of(hit, sheet, context) for w in found.words}
    kept = {id(h) for h in clear}
    return [h for h in hits if id(h) in kept or id(h.segment.words[0]) not in values]


def _has_boxes(hit: LabelHit, sheet: Sheet) -> bool:
    """True where boxes to tick stand behind a label or in the lines right below it."""
    left, top, _, bottom = hit.segment.box
    return any(t.box[0] > left - 12 and top - 4 < t.box[1] < bottom + 2 * (bottom - top) for t in sheet.ticks)


def _proves_itself(hit: LabelHit, form: FormDef) -> bool:
    """True for a label with a value behind it that no other words could be ("N° TVA LU12345678")."""
    definition = form.field(hit.fields[0])
    rest = " ".join(w.text for w in hit.segment.words[hit.end :])
    if definition is None or hit.strength == "weak" or not re.search(r"\d|@", rest):
        return False
    return definition.type in PROVING and parse_value(definition.type, rest, definition).certain


@lru_cache(maxsize=16)
def _fixed(form_key: tuple[tuple[str, ...], ...]) -> frozenset[str]:
    return frozenset(" ".join(words_of(text)) for group in form_key for text in group)


def _fixed_wordings(form: FormDef) -> frozenset[str]:
    """What the form prints besides its labels: titles, sections, choices, signature captions."""
    groups: list[tuple[str, ...]] = list(form.titles.values())
    groups += [wordings for role in form.signature_labels.values() for wordings in role.values()]
    groups += [(f.section,) for f in form.fields]
    return _fixed(tuple(groups))


def _is_fixed(segment: Segment, fixed: frozenset[str]) -> bool:
    tokens = words_of(segment.text)
    if not tokens:
        return True
    if tokens[0] in ("signature", "unterschrift") and len(tokens) <= 8 and understood(tokens):
        return True
    key = " ".join(tokens)
    bare = " ".join(tokens[1:]) if re.fullmatch(r"\d{1,2}|[a-z]|[ivx]+", tokens[0]) else key
    return key in fixed or bare in fixed


def _in_title(hit: LabelHit, form: FormDef) -> bool:
    """True for a label's words in the form's own title: "Bon de livraison – postes de travail raccordés"."""
    tokens = words_of(hit.segment.text)
    titles = (words_of(title) for titles in form.titles.values() for title in titles)
    return any(1 < len(title) < len(tokens) and tokens[: len(title)] == title for title in titles)


def _is_option(hit: LabelHit, options: dict[int, str], form: FormDef) -> bool:
    """True for a choice printed beside its box ("☐ Prestataire"): a place to tick, and no label."""
    text = options.get(id(hit.segment))
    return text is not None and names_a_choice(text, form)


def _in_prose(hit: LabelHit, sheet: Sheet) -> bool:
    """True for a label's word at the start of a line of running text."""
    segment = hit.segment
    rest = len(segment.words) - hit.end
    if not sheet.flow and not 0.03 * sheet.height <= segment.box[1] <= 0.945 * sheet.height:
        return True  # a running head or foot: "Version 2025-04" is the form's own
    if not sheet.flow and re.search(r"\b(?:page|seite)\s*\d", fold(segment.text)):
        return True
    if hit.closed and segment.words[hit.end - 1].text.endswith((":", "：")):
        return False
    if rest == 0:
        ends = segment.text.rstrip().endswith((".", ",", ";")) and len(segment.words[-1].text) > 4
        ends = ends and not fold(segment.text).endswith(("nr.", "no."))
        prose = len(segment.words) > 6 or (hit.strength == "weak" and len(segment.words) > 2)
        return ends and prose and not hit.below
    if rest > 8 and not hit.closed:
        return True
    if hit.closed or segment.frame is not None:
        return False
    following = segment.words[hit.end].text
    if following[:1].islower() and following[:1].isalpha() and not re.search(r"[@\d]", following):
        return True
    wide = segment.box[2] - segment.box[0] > 0.55 * sheet.width
    return wide and segment.text.rstrip().endswith((".", ",", ";")) and rest > 3


def printed_fields(context: Context) -> int:
    """How many different fields of the form have their label printed, clearly."""
    clear = {
        hit.fields[0]
        for hits in context.hits.values()
        for hit in hits
        if hit.strength != "weak" and (hit.closed or hit.end == len(hit.segment.words))
    }
    return len(clear)
