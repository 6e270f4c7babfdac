"""Printed labels and the values beside, below or in the box next to them -> claims.

Where a value stands is tried in the order in which forms use the places: behind the label, in the
frame or cell to its right, right of it, in the frame below, below. A place that belongs to another
label is never read. What the form itself prints (titles, hints, choices) is no value.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from parsers.claims import Claim
from parsers.concepts import foreign, understood
from parsers.documents.reading import Word
from parsers.folding import fold, words_of
from parsers.headings import under_headings
from parsers.labels import LabelHit, find_labels, index_of, split_at_labels
from parsers.layout.sheet import Segment, Sheet, covers, union
from parsers.names import split_name
from parsers.table_bodies import in_table_body
from parsers.table_heads import table_heads
from parsers.types import BBox, FieldDef, FormDef, Source
from parsers.values import ABSENT, ValueResult, is_absent, is_hint, match_choice, parse_value
from parsers.vocabulary import vocabulary

Place = Literal["inline", "frame_right", "right", "in_cell", "frame_below", "below", "cell_below"]

_STRONG = frozenset(
    {"matricule", "iban", "vat", "email", "date", "rcs", "code_prestataire", "country", "int"}
)
_UNDER: frozenset[Place] = frozenset({"frame_below", "below", "cell_below"})
_ONE_ROW = 0.5
"""How sure a single row's number is to be the total: too little to cast doubt on one that is printed."""
_LINES = frozenset({"text", "company", "company_or_person"})
_BOX_REACH = 40.0
"""Points from words to a box that is theirs; one in the next column is another question's."""
_PLACE_DOUBT: dict[Place, float] = {
    "inline": 0.0,
    "frame_right": 0.0,
    "right": 0.005,
    "in_cell": 0.01,
    "frame_below": 0.005,
    "below": 0.05,
    "cell_below": 0.02,
}


@dataclass(frozen=True, slots=True)
class Found:
    """Words that stand where a label's value is expected."""

    words: tuple[Word, ...]
    text: str
    place: Place
    closed: bool = True


@dataclass(slots=True)
class Context:
    """What is known about a document while its labels are read."""

    form: FormDef
    sheets: list[Sheet]
    hits: dict[int, list[LabelHit]] = field(default_factory=dict)
    """By sheet number."""
    printed: set[int] = field(default_factory=set)
    """Ids of segments that the blank form prints."""
    labels: set[int] = field(default_factory=set)
    aes: set[int] = field(default_factory=set)
    places: Counter[Place] = field(default_factory=Counter)
    gaps: list[float] = field(default_factory=list)
    """How far below their labels values stand that prove themselves, in points."""
    looks: Counter[tuple[float, bool]] = field(default_factory=Counter)
    """How values that prove themselves are set: size and boldness."""
    flow: bool = False


def read_context(sheets: list[Sheet], form: FormDef) -> Context:
    """Finds the labels and everything else that the form prints."""
    context = Context(form, sheets, flow=any(s.flow for s in sheets))
    fixed = _fixed_wordings(form)
    for sheet in sheets:
        sheet.segments = split_at_labels(sheet.segments, index_of(form.fields))
        heads = {id(s) for s in table_heads(sheet, form)}
        context.printed |= heads
        hits = [h for h in find_labels(sheet.segments, form) if id(h.segment) not in heads]
        hits = [h for h in hits if not _in_prose(h, sheet) and not _in_title(h, form)]
        hits = [h for h in hits if not _is_option(h, sheet, form)]
        hits = under_headings(hits, sheet, form, heads)
        context.hits[sheet.number] = [h for h in hits if h.clear]
        _note_labels(context.hits[sheet.number], context)
        context.hits[sheet.number] = _without_values(hits, sheet, context)
        _note_labels(context.hits[sheet.number], context)
        for segment in sheet.segments:
            if id(segment) in context.labels or segment.entered:
                continue
            if _is_fixed(segment, fixed) or is_hint(segment.text) or _help_text(segment, sheet, context):
                context.printed.add(id(segment))
        if form.kind == "nda" or "aes" in form.signature_labels:
            _mark_other_party(sheet, form, context)
    return context


def _note_labels(hits: list[LabelHit], context: Context) -> None:
    for hit in hits:
        context.labels.add(id(hit.segment))
        context.labels.update(id(s) for s in hit.below)


def _without_values(hits: list[LabelHit], sheet: Sheet, context: Context) -> list[LabelHit]:
    """A doubtful label that stands where a clear one expects its value is that value ("Luxembourg")."""
    clear = context.hits[sheet.number]
    if len(clear) == len(hits):
        return hits
    values = {id(w) for hit in clear for found in _places(hit, sheet, context) for w in found.words}
    return [h for h in hits if h.clear or id(h.segment.words[0]) not in values]


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


def _is_option(hit: LabelHit, sheet: Sheet, form: FormDef) -> bool:
    """True for a choice printed beside its box ("☐ Prestataire"): a place to tick, and no label."""
    box = hit.segment.box
    middle = (box[1] + box[3]) / 2
    beside = any(
        abs((t.box[1] + t.box[3]) / 2 - middle) < 5
        and (-2 <= box[0] - t.box[2] < 14 or -2 <= t.box[0] - box[2] < 8)
        for t in sheet.ticks
    )
    return beside and any(
        match_choice(hit.segment.text, f) for f in form.fields if f.type in ("choice", "choices")
    )


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


def _mark_other_party(sheet: Sheet, form: FormDef, context: Context) -> None:
    """Labels under "Pour l'Agence eSanté" are the agency's, not the Industriel's."""
    heads: list[tuple[str, Segment]] = []
    for role, by_language in form.signature_labels.items():
        wordings = [words_of(w) for wordings in by_language.values() for w in wordings]
        for segment in sheet.segments:
            tokens = words_of(segment.text)
            if any(w and tokens[: len(w)] == w and len(tokens) <= len(w) + 8 for w in wordings):
                heads.append((role, segment))
    others = [s for role, s in heads if role == "aes"]
    if not others:
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
            role = max(row, key=lambda item: item[1].box[0])[0]
            if role == "aes":
                context.aes.add(id(hit.segment))


def claims_from_print(
    context: Context, closed_fields: frozenset[str], email: str, told: frozenset[str] = frozenset()
) -> list[Claim]:
    """Claims for all printed labels but those of fields that are `told` already. `closed_fields` have a form
    field of their own that is empty: only what was added on top (typed over, by hand) can fill them."""
    pending = [
        (hit, sheet)
        for sheet in context.sheets
        for hit in context.hits[sheet.number]
        if id(hit.segment) not in context.aes
    ]
    for hit, sheet in pending:
        _vote(hit, sheet, context)
    claims: list[Claim] = []
    for hit, sheet in pending:
        # Once more, now that it is known where this form puts its values and how it sets them.
        claims += _claims_of_hit(hit, sheet, context, closed_fields, email, told)
    return claims


def _vote(hit: LabelHit, sheet: Sheet, context: Context) -> None:
    """Values that prove themselves (an IBAN, a date) show where this form puts its values."""
    definition = context.form.field(hit.fields[0])
    if definition is None or definition.type not in _STRONG or hit.strength == "weak":
        return
    for place in _places(hit, sheet, context):
        if parse_value(definition.type, place.text, definition).certain:
            context.places[place.place] += 1
            if place.place == "below":
                context.gaps.append(_gap(hit, place))
            if place.words:
                context.looks[_look(place.words[0].size, place.words[0].bold)] += 1
            return


def _places(hit: LabelHit, sheet: Sheet, context: Context) -> Iterable[Found]:
    """The places where the value may stand, most likely first. An empty one ends the search."""
    segment = hit.segment
    rest = segment.words[hit.end :]
    while rest and rest[0].text in {":", "*", "-", "–", "=", "："}:
        rest = rest[1:]
    if rest and rest[0].text.startswith("("):
        note = next((i for i, w in enumerate(rest) if w.text.rstrip(":*").endswith(")")), len(rest))
        rest = rest[note + 1 :] if note + 1 < len(rest) else rest
    if rest:
        text = " ".join(w.text for w in rest)
        if not is_absent(text) and not is_hint(text) and not re.fullmatch(r"\(.*\)\s*[*:]*", text):
            closed = hit.closed or _changes_look(segment, hit.end)
            more = _continued(rest, sheet, context, segment) if closed else ()
            yield Found(
                (*rest, *(w for s in more for w in s.words)),
                _joined([text, *[s.text for s in more]]),
                "inline",
                closed,
            )
            return
        if is_absent(text) and re.search(r"\w", text):
            yield Found(tuple(rest), text, "inline")
            return
    block = [segment, *hit.below]
    label_box = union(s.box for s in block) or segment.box
    own = _in_own_cell(hit, label_box, sheet, context)
    if own is not None:
        yield own
        return
    right = _right_of(hit, label_box, sheet, context)
    if right is not None:
        yield right
        if right.text.strip():
            return
        if right.place == "frame_right":
            return
    yield from _below(hit, label_box, sheet, context)


def _in_own_cell(hit: LabelHit, label: BBox, sheet: Sheet, context: Context) -> Found | None:
    """What stands under a label in the label's own cell; nothing where this form fills its cells so.

    None where the cell has no room under the label, or says nothing on where the value stands.
    """
    segment = hit.segment
    cell = segment.frame
    height = segment.box[3] - segment.box[1]
    if cell is None or not _is_cell(cell, sheet) or cell[3] - label[3] < 0.8 * height:
        return None
    inside = [
        s for s in sheet.segments
        if covers(cell, s.box) and s.box[1] > label[3] - 0.4 * height and _free(s, context)
        and not _small_print(s, segment, context)
    ]  # fmt: skip
    if inside and context.places["frame_right"] > 1 + context.places["in_cell"]:
        return None  # this form writes in the next cell: what stands under the label explains it
    if inside and not _to_tick(cell, sheet):
        words = tuple(w for s in inside for w in s.words)
        return Found(words, _joined(_lines_of(inside)), "in_cell", all(s.entered for s in inside))
    beside = context.places["frame_right"] + context.places["right"]
    combed = any(abs(f[1] - cell[3]) < 3 and f[2] - f[0] <= 30 for f in sheet.frames)
    if not inside and context.places["in_cell"] >= 2 and not beside and not combed:
        return Found((), "", "in_cell")
    return None


def _asks_something(segments: Sequence[Segment]) -> bool:
    """True for what is a label, of this form's or of a place that nobody asks for, and no value."""
    first = segments[0] if segments else None
    return first is not None and not first.entered and (_other_label(first) or foreign(words_of(first.text)))


def _changes_look(segment: Segment, end: int) -> bool:
    """True when the label is bold and what follows is not, or the other way round."""
    return segment.words[end - 1].bold != segment.words[min(end, len(segment.words) - 1)].bold


def _free(segment: Segment, context: Context) -> bool:
    return id(segment) not in context.labels and id(segment) not in context.printed


def _right_of(hit: LabelHit, label: BBox, sheet: Sheet, context: Context) -> Found | None:
    segment = hit.segment
    middle = (segment.box[1] + segment.box[3]) / 2
    height = segment.box[3] - segment.box[1]
    row_labels = [
        s
        for s in sheet.segments
        if s.box[0] > segment.box[2] - 1
        and abs((s.box[1] + s.box[3]) / 2 - middle) < 0.7 * height
        and s is not segment
        and (id(s) in context.labels or _other_label(s))
    ]
    limit = min((s.box[0] for s in row_labels), default=sheet.width + 1)
    frame = _frame_right(hit, label, sheet, limit)
    far = frame is not None and frame[0] - max(s.box[2] for s in (segment, *hit.below)) > 60
    if far and segment.frame is None and _own_frame_below(label, sheet):
        return None  # what stands beside is another column's
    if frame is not None:
        inside = [s for s in sheet.segments if covers(frame, s.box) and _free(s, context)]
        if not any(id(s) in context.labels for s in sheet.segments if covers(frame, s.box)):
            if _to_tick(frame, sheet):
                return None
            if _asks_something(inside):
                return None
            words = tuple(w for s in inside for w in s.words)
            return Found(words, _joined(_lines_of(inside)), "frame_right")
        return None
    if segment.frame is not None and _is_cell(segment.frame, sheet):
        return None
    band = [
        s
        for s in sheet.segments
        if s.box[0] < limit - 1
        and label[1] - 0.45 * height <= (s.box[1] + s.box[3]) / 2 <= label[3] + 0.45 * height
        and _free(s, context)
        and _behind(hit, s.box, 2)
    ]
    band = [s for s in band if not _beside_other_text(s, (segment, *hit.below), band, sheet)]
    band.sort(key=lambda s: s.box[0])
    if not band:
        return None
    ticks = [
        t
        for t in sheet.ticks
        if abs((t.box[1] + t.box[3]) / 2 - middle) < height and t.box[0] > segment.box[2]
    ]
    if ticks:
        band = [s for s in band if s.box[2] <= min(t.box[0] for t in ticks) + 2]
        if not band:
            return None
    taken = [band[0]]
    for other in band[1:]:
        if other.box[0] - taken[-1].box[2] > 6 * height and not (other.entered and taken[-1].entered):
            break
        taken.append(other)
    words = tuple(w for s in taken for w in s.words)
    more = _continued(words, sheet, context, segment, hit.below)
    words += tuple(w for s in more for w in s.words)
    return Found(words, _joined([*_lines_of(taken), *[s.text for s in more]]), "right")


def _beside_other_text(
    segment: Segment, block: Sequence[Segment], band: Sequence[Segment], sheet: Sheet
) -> bool:
    """True when text in the segment's row, left of it, is another line's: a label that nobody knows."""
    middle = (segment.box[1] + segment.box[3]) / 2
    own = {id(s) for s in (*block, *band)}
    if any(abs((s.box[1] + s.box[3]) / 2 - middle) < 4 for s in block):
        return False
    return any(
        id(s) not in own and not s.entered and s.box[2] <= segment.box[0]
        and abs((s.box[1] + s.box[3]) / 2 - middle) < 4
        for s in sheet.segments
    )  # fmt: skip


def _other_label(segment: Segment) -> bool:
    """True for what prints a label of its own ("Téléphone :"), whether this form knows it or not."""
    if segment.entered:
        return False
    for number, word in enumerate(segment.words[:6]):
        if word.text.endswith((":", "：")):
            return number > 0 or len(word.text) > 2
    return False


def _look(size: float, bold: bool) -> tuple[float, bool]:
    return (round(size * 2) / 2, bold)


def _small_print(candidate: Segment, label: Segment, context: Context) -> bool:
    """True for a line set smaller than its label, as no value of this form is: it explains the label."""
    measured = candidate.words[0].confidence is not None
    if candidate.entered or candidate.size >= (0.72 if measured else 0.85) * label.size:
        return False
    if _look(candidate.size, candidate.bold) in context.looks:
        return False
    return sum(context.looks.values()) >= 3 or not re.search(r"\d|@", candidate.text)


def _heads(candidate: Segment, label: Segment, sheet: Sheet, context: Context) -> bool:
    """True for a line set larger or bolder than the label above it, as few lines of the page are."""
    measured = any(w.confidence is not None for w in candidate.words)
    more = max(1.0, 0.25 * label.size) if measured else 1.0
    larger = candidate.size >= label.size + more or (candidate.bold and not label.bold)
    look = _look(candidate.size, candidate.bold)
    if not larger or look in context.looks or re.search(r"\d|@", candidate.text):
        return False
    return sum(_look(s.size, s.bold) == look for s in sheet.segments) <= 0.2 * len(sheet.segments)


def _has_company(candidate: Segment, label: Segment, sheet: Sheet, context: Context) -> bool:
    """True when a label or a box to tick stands in the candidate's row, beside it in the label's column."""
    middle = (candidate.box[1] + candidate.box[3]) / 2
    height = candidate.box[3] - candidate.box[1]
    if any(
        id(s) in context.labels
        and label.box[0] < s.box[2] <= candidate.box[0] + 1
        and abs((s.box[1] + s.box[3]) / 2 - middle) < 0.7 * height
        for s in sheet.segments
    ):
        return True
    return any(
        abs((t.box[1] + t.box[3]) / 2 - middle) < 0.8 * height
        and max(candidate.box[0] - t.box[2], t.box[0] - candidate.box[2]) < _BOX_REACH
        for t in sheet.ticks
    )


def _looks_like_labels(candidate: Segment, label: Segment, context: Context) -> bool:
    """True when a line below a label is set like the labels, and this form sets its values otherwise."""
    measured = any(w.confidence is not None for w in candidate.words)
    if measured and re.search(r"\d{2}|@", candidate.text):
        return False  # sizes on a scan are measured, and no label holds a number
    look = _look(candidate.size, candidate.bold)
    return bool(context.looks) and look not in context.looks and look == _look(label.size, label.bold)


def _to_tick(frame: BBox, sheet: Sheet) -> bool:
    """True when a box to tick stands in the frame, not merely on its edge."""
    inner = (frame[0], frame[1] + 3, frame[2], frame[3] - 3)
    return any(covers(inner, t.box) for t in sheet.ticks)


def _is_cell(frame: BBox, sheet: Sheet) -> bool:
    """True for a table's cell, false for a frame drawn around a whole section."""
    height, width = frame[3] - frame[1], frame[2] - frame[0]
    return (
        height < 60
        or (height < 90 and width < 0.93 * sheet.width)
        or (height < 140 and width < 0.5 * sheet.width)
    )


def _own_frame_below(label: BBox, sheet: Sheet) -> bool:
    """True when a frame to write in begins right under the label, at its left edge."""
    height = min(label[3] - label[1], 14.0)
    return any(
        abs(f[0] - label[0]) < 6 and -0.6 * height <= f[1] - label[3] <= 0.8 * height and f[3] - f[1] <= 120
        for f in sheet.frames
    )


def _behind(hit: LabelHit, box: BBox, slack: float) -> bool:
    """True for what stands right of the label's line that it is level with, or of all its lines."""
    lines = (hit.segment, *hit.below)
    level = [s for s in lines if box[1] - 1 <= (s.box[1] + s.box[3]) / 2 <= box[3] + 1]
    return box[0] >= max(s.box[2] for s in level or lines) - slack


def _frame_right(hit: LabelHit, label: BBox, sheet: Sheet, limit: float) -> BBox | None:
    """The frame to write in that stands right of the label, or the next cell of its row."""
    segment = hit.segment
    middle = (segment.box[1] + segment.box[3]) / 2
    best: BBox | None = None
    for frame in sheet.frames:
        if frame[0] > limit - 3 or frame[3] - frame[1] > 160 or frame[2] - frame[0] < 14:
            continue
        if not (frame[1] - 0.5 <= middle <= frame[3] + 0.5 or _level(frame, label)):
            continue
        if not _behind(hit, frame, 4):
            continue
        if (
            best is None
            or frame[0] < best[0] - 0.5
            or (abs(frame[0] - best[0]) <= 0.5 and frame[2] < best[2])
        ):
            best = frame
    if best is not None:
        best = _comb_frame(best, sheet)
        between = [
            s
            for s in sheet.segments
            if segment.box[2] < s.box[0]
            and s.box[2] <= best[0] + 1
            and abs((s.box[1] + s.box[3]) / 2 - middle) < 5
        ]
        return None if between else best
    if segment.frame is None:
        return None
    # A cell made of ruling lines: what stands in the next cell of the row tells its frame.
    cells = [
        s.frame
        for s in sheet.segments
        if s.frame is not None
        and abs(s.frame[0] - segment.frame[2]) < 4
        and s.frame[1] - 2 <= middle <= s.frame[3] + 2
        and s.frame[0] < limit
    ]
    return cells[0] if cells else None


def _level(frame: BBox, label: BBox) -> bool:
    """True when a frame stands beside a label of several lines."""
    shared = min(frame[3], label[3]) - max(frame[1], label[1])
    return shared >= 0.6 * min(frame[3] - frame[1], label[3] - label[1])


def _comb_frame(frame: BBox, sheet: Sheet) -> BBox:
    """Small cells side by side are one place to write, one character each."""
    left, top, right, bottom = frame
    if right - left > 30:
        return frame
    grown = True
    while grown:
        grown = False
        for other in sheet.frames:
            if abs(other[1] - top) >= 2 or abs(other[3] - bottom) >= 2 or other[2] - other[0] > 30:
                continue
            if -2 <= other[0] - right <= 9:
                right, grown = other[2], True
            elif -2 <= left - other[2] <= 9:
                left, grown = other[0], True
    return (left, top, right, bottom)


def _below(hit: LabelHit, label: BBox, sheet: Sheet, context: Context) -> Iterable[Found]:
    segment = hit.segment
    height = segment.box[3] - segment.box[1]
    cell = segment.frame
    if cell is not None and _is_cell(cell, sheet):
        inside = [
            s
            for s in sheet.segments
            if covers(cell, s.box) and s.box[1] > label[3] - 0.4 * height and _free(s, context)
            and not _small_print(s, segment, context)
        ]  # fmt: skip
        if inside:
            words = tuple(w for s in inside for w in s.words)
            yield Found(words, _joined(_lines_of(inside)), "in_cell", all(s.entered for s in inside))
            return
        under = [
            f
            for f in sheet.frames
            if abs(f[1] - cell[3]) < 3
            and f[0] - 3 <= (segment.box[0] + segment.box[2]) / 2 <= f[2] + 3
            and f is not cell
            and f[2] <= cell[2] + 6  # a merged row below is a heading
        ]
        under += [
            s.frame
            for s in sheet.segments
            if s.frame is not None
            and abs(s.frame[1] - cell[3]) < 3
            and abs(s.frame[0] - cell[0]) < 4
            and s.frame[2] <= cell[2] + 6
        ]
        if under:
            yield from _in_frame(_comb_frame(under[0], sheet), sheet, context, "cell_below")
        return
    frames = [
        f
        for f in sheet.frames
        if (cell is None or covers(cell, f))
        and -0.6 * height <= f[1] - label[3] <= 2.6 * height
        and f[0] - 14 <= segment.box[0] <= f[2]
        and f[2] - f[0] >= 14
        and f[3] - f[1] <= 120
    ]
    if frames:
        frame = _comb_frame(min(frames, key=lambda f: (round(f[1]), abs(f[0] - segment.box[0]))), sheet)
        between = [
            s
            for s in sheet.segments
            if s is not segment
            and s not in hit.below
            and (id(s) in context.labels or (_free(s, context) and not _small_print(s, segment, context)))
            and label[3] - 1 <= s.box[1]
            and s.box[3] <= frame[1] + 1
            and s.box[0] < frame[2]
            and s.box[2] > frame[0]
        ]
        if not between:
            yield from _in_frame(frame, sheet, context, "frame_below")
            return
    candidates = [
        s
        for s in sheet.segments
        if (cell is None or s.frame == cell or covers(cell, s.box))
        and -0.35 * height <= s.box[1] - label[3] <= 4.5 * max(height, s.box[3] - s.box[1])
        and s.box[1] > segment.box[1] + 0.5 * height
        and segment.box[0] - 10 <= s.box[0] <= max(segment.box[2], segment.box[0] + 40)
    ]
    candidates.sort(key=lambda s: (s.box[1], abs(s.box[0] - segment.box[0])))
    last = label[3]
    for candidate in candidates:
        if candidate.box[1] - last > 1.7 * max(height, candidate.box[3] - candidate.box[1]):
            return
        if id(candidate) in context.labels:
            return
        if not _free(candidate, context):
            if is_hint(candidate.text) or candidate.text.startswith("("):
                last = max(last, candidate.box[3])
            continue
        if _small_print(candidate, segment, context):
            last = max(last, candidate.box[3])
            continue  # small print under a label explains it
        if _other_label(candidate) or len(candidate.words) > 12:
            return
        if not candidate.entered and (
            foreign(words_of(candidate.text))
            or _heads(candidate, segment, sheet, context)
            or _has_company(candidate, segment, sheet, context)
        ):
            return  # a label of something else, a heading, or what belongs to the label or box beside it
        if not candidate.entered and _looks_like_labels(candidate, segment, context):
            return
        more = _continued(candidate.words, sheet, context, None)
        words = candidate.words + tuple(w for s in more for w in s.words)
        yield Found(words, _joined([candidate.text, *[s.text for s in more]]), "below", candidate.entered)
        return


def _in_frame(frame: BBox, sheet: Sheet, context: Context, place: Place) -> Iterable[Found]:
    inside = [s for s in sheet.segments if covers(frame, s.box)]
    if any(id(s) in context.labels for s in inside):
        return
    inside = [s for s in inside if _free(s, context)]
    if _asks_something(inside):
        return
    words = tuple(w for s in inside for w in s.words)
    yield Found(words, _joined(_lines_of(inside)), place)


def _continued(
    words: Sequence[Word],
    sheet: Sheet,
    context: Context,
    label: Segment | None,
    own: Sequence[Segment] = (),
) -> list[Segment]:
    """Further lines of a value: directly under its first, at the same left edge, beside no other label.

    `own` are the further lines of the value's own label.
    """
    if not words:
        return []
    found: list[Segment] = []
    left, bottom = words[0].box[0], max(w.box[3] for w in words)
    height = max(words[0].box[3] - words[0].box[1], 5.0)
    for segment in sheet.segments:
        if segment.box[1] < bottom - 0.4 * height or not _free(segment, context):
            continue
        if segment.box[1] - bottom > 0.55 * height:
            break
        wrapped = (
            sheet.flow
            and label is not None
            and abs(segment.box[0] - label.box[0]) < 3
            and segment.box[1] - bottom < 4
        )  # the same paragraph goes on
        if (abs(segment.box[0] - left) > 3 and not wrapped) or _asks_something([segment]):
            continue
        if (
            segment.words[0].origin != words[0].origin
            or abs(segment.size - (words[0].size or segment.size)) > 1.2
        ):
            continue
        middle = (segment.box[1] + segment.box[3]) / 2
        beside = any(
            id(s) in context.labels
            and s not in own
            and abs((s.box[1] + s.box[3]) / 2 - middle) < 0.7 * height
            for s in sheet.segments
        )
        if segment.entered and _beside_other_text(segment, [label] if label else (), [segment], sheet):
            break
        if beside or len(found) >= 5 or (label is not None and abs(left - label.box[0]) < 3 and not wrapped):
            break
        found.append(segment)
        bottom = segment.box[3]
    return found


def _lines_of(segments: Sequence[Segment]) -> list[str]:
    lines: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda s: ((s.box[1] + s.box[3]) / 2, s.box[0])):
        middle = (segment.box[1] + segment.box[3]) / 2
        if lines and abs((lines[-1][0].box[1] + lines[-1][0].box[3]) / 2 - middle) < 4:
            lines[-1].append(segment)
        else:
            lines.append([segment])
    return [" ".join(s.text for s in sorted(line, key=lambda s: s.box[0])) for line in lines]


def _joined(lines: Sequence[str]) -> str:
    return "\n".join(line for line in lines if line.strip())


def _claims_of_hit(
    hit: LabelHit,
    sheet: Sheet,
    context: Context,
    closed_fields: frozenset[str],
    email: str,
    told: frozenset[str],
) -> list[Claim]:
    fields = [f for i in hit.fields if (f := context.form.field(i)) is not None]
    fields = [f for f in fields if f.type not in ("bool", "choices", "table")]
    if not fields:
        return []
    pair = _name_pair(hit, fields, context)
    if told.issuperset(f.id for f in pair or fields[:1]):
        return []
    found = list(_places(hit, sheet, context))
    if pair:
        return _pair_claims(hit, pair, found, context, closed_fields, email)
    definition = fields[0]
    for place in found:
        if definition.id in closed_fields and not all(
            w.origin != "page" or w.handwritten for w in place.words
        ):
            continue
        claim = _claim(hit, definition, place, context, sheet, ambiguous=len(fields) > 1)
        if claim is not None:
            return [claim]
    return []


def _claim(
    hit: LabelHit, definition: FieldDef, place: Found, context: Context, sheet: Sheet, ambiguous: bool
) -> Claim | None:
    if not place.words:
        return None
    text = place.text
    cut = ""
    if definition.type in ("company", "company_or_person", "person"):
        text, cut = _cut_name(text)
    result = parse_value(definition.type, text, definition)
    if result.problem == "malformed" and "\n" in text:
        first = parse_value(definition.type, text.split("\n", 1)[0], definition)
        if first.problem != "malformed":
            result, text = first, text.split("\n", 1)[0]
    if result.value is None:
        return None
    strong = definition.type in _STRONG
    if result.problem == "malformed":
        # Something else stands there: only a closed place makes it this field's (wrong) value.
        kept = (
            place.place in ("inline", "frame_right", "frame_below")
            and hit.strength == "exact"
            and place.closed
        )
        if not kept or not re.search(r"\d|@", text) or len(text) > 60:
            return None
    if definition.type == "choice" and _lists_others(str(result.value), definition, hit, sheet):
        return None
    if not strong and not _plausible(definition, hit, place, context):
        return None
    sure = {"exact": 0.985, "fuzzy": 0.965, "weak": 0.85}[hit.strength]
    sure -= _PLACE_DOUBT[place.place] if context.places[place.place] < 2 else 0.01
    evidence = [f"label “{hit.label.rstrip(' :*')}”", _PLACE_WORDS[place.place]]
    if result.certain and strong:
        sure = max(sure, 0.975 if hit.strength != "weak" else 0.93)
        shaped = definition.type in ("iban", "email") or str(result.value)[:2].isalpha()
        if hit.score >= 0.7 and definition.type in ("iban", "vat", "email") and shaped:
            sure = max(sure, 0.955)  # nothing else on a form looks like it
    elif result.problem == "malformed" or (
        not result.problem
        and result.note
        and place.place not in ("inline", "right", "frame_right")
        and not (place.place != "below" and context.places[place.place] >= 2)
    ):
        sure = min(sure, 0.75)
    elif strong and not result.problem and place.place in ("below", "cell_below") and not place.closed:
        sure = min(sure, 0.88)  # of the type perhaps, but nothing proves it
    elif not strong and place.place == "below" and not place.closed:
        usual = sum(abs(_gap(hit, place) - gap) < 2.5 for gap in context.gaps) >= 2
        known = context.places["below"] >= 2 and (usual or _own_look(hit, context))
        sure = min(sure, 0.97 if known else 0.88)
    if not place.closed and place.place == "inline" and not (strong and result.certain):
        sure = min(sure, 0.8)
    if place.place == "in_cell" and not place.closed and not strong and not context.places["in_cell"]:
        sure = min(sure, 0.88)
    if ambiguous or _begins_with_label(text, definition, place, context):
        sure = min(sure, 0.85)
    *tops, _ = text.split("\n")
    if not strong and tops and (understood(words_of(tops[0])) or any(line.endswith(":") for line in tops)):
        sure = min(sure, 0.8)  # the first line may be the rest of the label
    if definition.type in _LINES and re.search(r"\S@\S+\.\w", text):
        sure = min(sure, 0.7)  # an e-mail address ran into it
    if definition.type == "int" and place.place in _UNDER:
        under = union(w.box for w in place.words)
        if under and in_table_body(hit.segment, under, sheet, context.labels):
            sure = min(sure, _ONE_ROW)
            evidence.append("the number of one row of a table")
    if cut:
        sure -= 0.01
    source = _source(place, sheet)
    sure, notes = _read_doubt(sure, place.words, result)
    evidence += notes
    if result.note:
        evidence.append(result.note)
    rank = 2 if hit.strength != "weak" else 1
    return Claim(
        definition.id,
        result.value,
        text,
        round(sure, 3),
        source,
        rank,
        hit.segment.page,
        union(w.box for w in place.words),
        tuple(evidence),
        result.certain,
    )


def _begins_with_label(text: str, definition: FieldDef, place: Found, context: Context) -> bool:
    """True for a value that starts with words of its own label: perhaps the label in another language."""
    if place.place == "inline" or definition.type in _STRONG:
        return False
    exact = index_of(context.form.fields).exact
    tokens = words_of(text)
    fewest = 1 if place.place == "below" else 2
    starts = (" ".join(tokens[:n]) for n in range(fewest, min(len(tokens), 8)))
    return any(definition.id in exact.get(start, ()) for start in starts)


def _gap(hit: LabelHit, place: Found) -> float:
    """From a label's last line down to its value: a label that nobody knows stands further off."""
    last = hit.below[-1] if hit.below else hit.segment
    return min(w.box[1] for w in place.words) - last.box[3] if place.words else 999.0


def _own_look(hit: LabelHit, context: Context) -> bool:
    """True when values are set otherwise than labels, so that the one is not taken for the other."""
    return _look(hit.segment.size, hit.segment.bold) not in context.looks


_PLACE_WORDS: dict[Place, str] = {
    "inline": "behind the label",
    "frame_right": "in the box right of the label",
    "right": "right of the label",
    "in_cell": "in the label's cell",
    "frame_below": "in the box below the label",
    "below": "below the label",
    "cell_below": "in the cell below the label",
}


def _cut_name(text: str) -> tuple[str, str]:
    """A party's name in a sentence ends where the sentence goes on about it."""
    folded = fold(text.replace("\n", " "))
    flat = text.replace("\n", " ")
    ends = []
    for words in vocabulary().name_ends:
        at = re.search(rf"[\s,;(]+(?:«\s*)?{re.escape(words)}", folded)
        if at and at.start() > 1:
            ends.append(at.start())
    if not ends or len(folded) != len(flat):
        return text, ""
    end = min(ends)
    return flat[:end].strip(" ,;("), flat[end:]


def _lists_others(value: str, definition: FieldDef, hit: LabelHit, sheet: Sheet) -> bool:
    """True when other choices are printed beside: then a mark decides, not what stands first."""
    top, bottom = hit.segment.box[1] - 14, hit.segment.box[3] + 80
    others = {
        words_of(wording)
        for choice, by_language in definition.choice_labels.items()
        if choice != value
        for wordings in by_language.values()
        for wording in wordings
    }
    return any(
        words_of(s.text) in others for s in sheet.segments if top <= s.box[1] <= bottom and not s.entered
    )


def _plausible(definition: FieldDef, hit: LabelHit, place: Found, context: Context) -> bool:
    """Free text has no shape of its own: the place must speak for it."""
    words = place.text.split()
    if definition.type in ("person", "company", "company_or_person") and len(words) > 12:
        return False
    if place.place == "below" and not place.closed:
        beside = context.places["right"] + context.places["frame_right"] + context.places["inline"]
        if beside and not context.places["below"]:
            return False
    return not (
        place.place == "inline" and not place.closed and (len(words) > 8 or place.text.rstrip().endswith("."))
    )


def _source(place: Found, sheet: Sheet) -> Source:
    origins = {w.origin for w in place.words}
    if "widget" in origins:
        return "docx_control" if sheet.flow else "acroform"
    if "annotation" in origins:
        return "annotation"
    if any(w.confidence is not None for w in place.words):
        return "ocr"
    return "table" if sheet.flow and place.place in ("frame_right", "cell_below", "frame_below") else "text"


def _read_doubt(sure: float, words: Sequence[Word], result: ValueResult) -> tuple[float, list[str]]:
    """OCR can be wrong letter by letter; a check digit that holds says that it is not."""
    doubts = [w.confidence for w in words if w.confidence is not None]
    if not doubts:
        return sure, []
    lowest = min(doubts)
    notes = ["read by OCR", *dict.fromkeys(w.note for w in words if w.note)]
    if result.problem == "check_failed":
        return min(sure, lowest, 0.7), [*notes, "check digits do not hold"]
    if any(w.handwritten for w in words) and not result.certain:
        return min(sure, lowest, 0.85), [*notes, "handwritten"]
    return min(sure, lowest), notes


def _name_pair(hit: LabelHit, fields: list[FieldDef], context: Context) -> tuple[FieldDef, FieldDef] | None:
    """(last name's field, first name's field) when one label asks for both."""
    by_id = {f.id: f for f in context.form.fields}
    first = fields[0].id
    prefix = re.sub(r"(pre)?nom$", "", first)
    if first == prefix or fields[0].type != "person":
        return None
    last_field, first_field = by_id.get(prefix + "nom"), by_id.get(prefix + "prenom")
    if last_field is None or first_field is None:
        return None
    if {prefix + "nom", prefix + "prenom"} <= set(hit.fields):
        return last_field, first_field
    asked = any(
        first_field.id in other.fields for hits in context.hits.values() for other in hits if other is not hit
    )
    return None if asked or first.endswith("prenom") else (last_field, first_field)


def _pair_claims(
    hit: LabelHit,
    pair: tuple[FieldDef, FieldDef],
    found: list[Found],
    context: Context,
    closed_fields: frozenset[str],
    email: str,
) -> list[Claim]:
    last_field, first_field = pair
    for place in found:
        if not place.words or is_absent(place.text):
            continue
        if last_field.id in closed_fields and not all(w.origin != "page" for w in place.words):
            continue
        text, _ = _cut_name(place.text)
        result = parse_value("person", text, last_field)
        if result.value is None or result.problem == "malformed":
            continue
        if not _plausible(last_field, hit, place, context):
            continue
        label = words_of(hit.label)
        first_words = {"prenom", "vorname", "first", "given"}
        last_words = {"nom", "name", "nachname", "last", "surname", "familienname"}
        first_at = next((i for i, w in enumerate(label) if w in first_words), 99)
        last_at = next(
            (i for i, w in enumerate(label) if w in last_words and label[i - 1 : i] != ("first",)), 99
        )
        split = split_name(text, last_at < first_at if first_at != 99 else False, email)
        sheet = next(s for s in context.sheets if s.number == hit.segment.page)
        base, notes = _read_doubt(0.97 - _PLACE_DOUBT[place.place], place.words, ABSENT)
        evidence = (f"label “{hit.label.rstrip(' :*')}”", _PLACE_WORDS[place.place], *notes)
        box = union(w.box for w in place.words)
        if split is None:
            return [
                Claim(
                    last_field.id,
                    result.value,
                    text,
                    min(base, 0.6),
                    _source(place, sheet),
                    2,
                    hit.segment.page,
                    box,
                    (*evidence, "one word for two names"),
                )
            ]
        sure = round(min(base, split.confidence), 3)
        if hit.strength == "weak":
            sure = min(sure, 0.8)
        return [
            Claim(
                f.id,
                value,
                text,
                sure,
                _source(place, sheet),
                2,
                hit.segment.page,
                box,
                (*evidence, split.why),
            )
            for f, value in ((last_field, split.last), (first_field, split.first))
        ]
    return []


def printed_fields(context: Context) -> int:
    """How many different fields of the form have their label printed, clearly."""
    clear = {
        hit.fields[0]
        for hits in context.hits.values()
        for hit in hits
        if hit.strength != "weak" and (hit.closed or hit.end == len(hit.segment.words))
    }
    return len(clear)
