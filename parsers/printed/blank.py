"""What the blank form itself prints: its labels, and what is no value (titles, hints, choices)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from parsers.agency import begins_with_agency
from parsers.beside_boxes import paired
from parsers.concepts import understood
from parsers.folding import fold, words_of
from parsers.headings import under_headings, without_headings
from parsers.labels.find import find_labels
from parsers.labels.index import STOP, index_of
from parsers.labels.line import LabelHit
from parsers.labels.several import split_at_labels
from parsers.layout.sheet import Segment, Sheet
from parsers.no_value import is_hint
from parsers.printed.above import PROVING
from parsers.printed.context import Context, is_free
from parsers.printed.numbering import numbered_like, running_numbers, without_section_heads
from parsers.printed.places import places_of
from parsers.table_heads import table_heads
from parsers.ticked import names_a_choice
from parsers.types import BBox, FormDef
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
            if _is_fixed(segment, fixed) or is_hint(segment.text) or _help_text(segment, sheet, context):
                context.printed.add(id(segment))
        context.printed |= running_numbers(sheet)
        _mark_broken_sentences(sheet, context)
        _mark_rest_of_hints(sheet, context)
        _mark_samples(sheet, context)
        context.hits[sheet.number] = [_with_hints(h, sheet, context) for h in context.hits[sheet.number]]
        if form.kind == "nda" or "aes" in form.signature_labels:
            _mark_other_party(sheet, form, context)
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


def _help_text(segment: Segment, sheet: Sheet, context: Context) -> bool:
    """A note in brackets that begins its cell or stands under a label, a sentence of the form."""
    text = segment.text.strip()
    if text == "*":
        return True
    if re.fullmatch(r"\(.*\)\s*\*?", text):
        return not any(_continues(segment, s, context) for s in sheet.segments)
    return len(segment.words) > 14 and segment.frame is None


def _mark_samples(sheet: Sheet, context: Context) -> None:
    """A code that is counted up ("123456-78") is the form's sample where another code stands by it, or where
    it is set smaller than most of the page."""
    codes = [s for s in sheet.segments if re.fullmatch(r"\d{6}-\d{2}", s.text)]
    for sample in (s for s in codes if s.text == "123456-78" and not s.entered):
        smaller = sum(s.size > sample.size + 0.9 for s in sheet.segments) > 0.5 * len(sheet.segments)
        if smaller or any(s.text != sample.text and _close_to(s.box, sample.box) for s in codes):
            context.printed.add(id(sample))


def _close_to(box: BBox, other: BBox) -> bool:
    """True in the next line or two, or in the same one."""
    return max(box[1] - other[3], other[1] - box[3]) < 2.5 * (other[3] - other[1])


def _with_hints(hit: LabelHit, sheet: Sheet, context: Context) -> LabelHit:
    """The label with the lines right under it that explain it: its value may stand beside the last one."""
    if hit.end < len(hit.segment.words):
        return hit
    block = [hit.segment, *hit.below]
    for line in sheet.segments:
        last = block[-1]
        if (
            id(line) in context.printed
            and line.frame == last.frame
            and abs(line.box[0] - hit.segment.box[0]) < 3
            and -2 <= line.box[1] - last.box[3] < 0.6 * (last.box[3] - last.box[1])
            and line.box[1] > last.box[1] + 2
            and (is_hint(line.text) or len(block) > 1 + len(hit.below) or line.text.startswith("("))
        ):
            block.append(line)
    return replace(hit, below=tuple(block[1:])) if len(block) > 1 + len(hit.below) else hit


def _mark_broken_sentences(sheet: Sheet, context: Context) -> None:
    """Explanations of two or three lines, of which only the whole is a sentence."""
    for number, first in enumerate(sheet.segments):
        if not is_free(first, context) or first.entered or len(first.words) < 3 or first.text.endswith("."):
            continue
        lines = [first]
        for line in sheet.segments[number + 1 : number + 12]:
            last = lines[-1]
            if (
                len(lines) < 3
                and abs(line.box[0] - first.box[0]) < 3
                and -2 <= line.box[1] - last.box[3] < 0.6 * (last.box[3] - last.box[1])
                and not last.text.endswith(".")
                and is_free(line, context)
                and not line.entered
                and line.frame == first.frame
                and line.bold == first.bold
                and abs(line.size - first.size) < 0.3
            ):
                lines.append(line)
        whole = " ".join(s.text for s in lines)
        if len(lines) > 1 and whole.endswith(".") and is_hint(whole):
            context.printed.update(id(s) for s in lines)


def _mark_rest_of_hints(sheet: Sheet, context: Context) -> None:
    """The lines that a hint goes on in ("Le nom doit être identique dans tous les / documents.")."""
    for segment in sheet.segments:
        if id(segment) not in context.printed or not is_hint(segment.text) or segment.text.endswith("."):
            continue
        last = segment
        for line in sheet.segments:
            if (
                is_free(line, context)
                and not line.entered
                and line.frame == last.frame
                and abs(line.box[0] - last.box[0]) < 3
                and abs(line.size - last.size) < 0.3
                and line.bold == last.bold
                and -2 <= line.box[1] - last.box[3] < 0.5 * (last.box[3] - last.box[1])
                and "@" not in line.text
                and (line.text[:1].islower() or {*words_of(last.text)[-1:]} & STOP)
            ):
                context.printed.add(id(line))
                last = line


def _in_title(hit: LabelHit, form: FormDef) -> bool:
    """True for a label's words in the form's own title: "Bon de livraison – postes de travail raccordés"."""
    tokens = words_of(hit.segment.text)
    titles = (words_of(title) for titles in form.titles.values() for title in titles)
    return any(1 < len(title) < len(tokens) and tokens[: len(title)] == title for title in titles)


def _continues(segment: Segment, above: Segment, context: Context) -> bool:
    """True for the second line of what is no label: "Soins+ UG / (haftungsbeschränkt)"."""
    return (
        above.frame == segment.frame
        and id(above) not in context.printed
        and id(above) not in context.labels
        and abs(above.box[0] - segment.box[0]) < 3
        and abs(above.size - segment.size) < 0.6
        and -2 <= segment.box[1] - above.box[3] < 0.5 * (segment.box[3] - segment.box[1])
    )


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


_SAME_EDGE = 12.0
"""Points within which two headings begin in the same column."""
_HIGHEST_CELL = 0.4
"""Of a page's height: what is higher holds more than one party."""


def _cells_of_agency(sheet: Sheet) -> set[BBox]:
    """The cells of an agreement's page that the agency's name heads; a border around the page is no cell."""
    return {
        s.frame
        for s in sheet.segments
        if s.frame is not None
        and s.frame[3] - s.frame[1] < _HIGHEST_CELL * sheet.height
        and begins_with_agency(s.text)
    }


def _mark_other_party(sheet: Sheet, form: FormDef, context: Context) -> None:
    """Labels under "Pour l'Agence eSanté" are the agency's, not the Industriel's."""
    heads: list[tuple[str, Segment]] = []
    for role, by_language in form.signature_labels.items():
        wordings = [words_of(w) for wordings in by_language.values() for w in wordings]
        first = {w[0] for w in wordings if w}
        for segment in sheet.segments:
            tokens = words_of(segment.text)
            if not tokens or tokens[0] not in first:
                continue
            if any(w and tokens[: len(w)] == w and len(tokens) <= len(w) + 8 for w in wordings):
                heads.append((role, segment))
    cells = _cells_of_agency(sheet) if "aes" in form.signature_labels else set()
    context.aes |= {id(h.segment) for h in context.hits[sheet.number] if h.segment.frame in cells}
    context.printed |= {id(s) for s in sheet.segments if s.frame in cells}
    if not any(role == "aes" for role, _ in heads):
        return
    for hit in context.hits[sheet.number]:
        left, top = hit.segment.box[0], hit.segment.box[1]
        above = [(role, s) for role, s in heads if s.box[1] <= top + 3]
        if not above:
            continue
        # The nearest heading above that starts at or left of the label: a column of its own, or full width.
        beside = [(role, s) for role, s in above if s.box[0] <= left + 12]
        if beside:
            lowest = max(s.box[1] for _, s in beside)
            row = [(role, s) for role, s in beside if s.box[1] > lowest - 30]
            role, head = max(row, key=lambda item: (round(item[1].box[0] / _SAME_EDGE), item[1].box[1]))
            if role == "aes" and not _has_own_head(left, head, sheet):
                context.aes.add(id(hit.segment))


def _has_own_head(left: float, head: Segment, sheet: Sheet) -> bool:
    """True for a column that words level with the agency's heading head, in whatever words they name it."""
    return any(
        abs(s.box[1] - head.box[1]) < 3 and head.box[2] < s.box[0] <= left + 12 and s.bold == head.bold
        for s in sheet.segments
    )


def printed_fields(context: Context) -> int:
    """How many different fields of the form have their label printed, clearly."""
    clear = {
        hit.fields[0]
        for hits in context.hits.values()
        for hit in hits
        if hit.strength != "weak" and (hit.closed or hit.end == len(hit.segment.words))
    }
    return len(clear)
