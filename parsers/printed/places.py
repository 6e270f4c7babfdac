"""The places where a label's value may stand, in the order in which forms use them.

Behind the label, in the frame or cell to its right, right of it, in the frame below, below. A place that
belongs to another label is never read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from parsers.concepts import understood
from parsers.documents.reading import Word
from parsers.folding import fold, words_of
from parsers.labels.index import index_of
from parsers.labels.line import LabelHit
from parsers.labels.stack import label_opens_brackets
from parsers.labels.text import match_text
from parsers.layout.sheet import Segment, Sheet, covers, pitch, union
from parsers.printed.above import value_above
from parsers.printed.context import Context, Found, Place, is_free
from parsers.printed.frames import (
    frame_beside,
    has_frame_below,
    has_tick,
    is_behind,
    is_cell,
    is_headed,
    is_narrow,
    whole_comb,
)
from parsers.printed.neighbours import (
    asks_something,
    has_company,
    is_beside_other_text,
    is_heading,
    is_other_label,
    is_small_print,
    is_smallest,
    looks_like_label,
)
from parsers.types import BBox
from parsers.values import is_absent, is_hint

_COLONS = (":", "：")
_PITCH = 1.55
"""From line to line of a value at most, in sizes of its letters."""
_LONG = 8
"""Letters of a label of one word that no name begins with."""
_OTHER_SIZE, _MEASURED = 1.2, 0.28
"""By how much the lines of one value differ in size: points, and on a scan a share, since it is measured."""


_PLACEHOLDER = re.compile(r"(?:cliquez|clique|klicken|click|tap|choisissez|wahlen sie|choose|selectionnez)\b")
"""How a form field's own text begins: where it stands, nothing was written, and nothing stands elsewhere."""


def places_of(hit: LabelHit, sheet: Sheet, context: Context) -> Iterable[Found]:
    """The places where the value may stand, most likely first. An empty one ends the search."""
    segment = hit.segment
    rest = segment.words[hit.end :]
    while rest and rest[0].text in {*_COLONS, "*", "-", "–", "="}:
        rest = rest[1:]
    if label_opens_brackets([w.text for w in segment.words[: hit.end]]):
        rest = rest[next((i + 1 for i, w in enumerate(rest) if w.text.rstrip(":*").endswith(")")), 0) :]
    if rest and rest[0].text.startswith("("):
        note = next((i for i, w in enumerate(rest) if w.text.rstrip(":*").endswith(")")), len(rest))
        opened = note == len(rest) and "(" not in " ".join(w.text for w in rest)[1:]
        rest = rest[note + 1 :] if note + 1 < len(rest) or opened else rest  # a note may go on below
    if rest:
        text = " ".join(w.text for w in rest)
        if not is_absent(text) and not is_hint(text) and not re.fullmatch(r"\(.*\)\s*[*:]*", text):
            closed = hit.closed or _changes_look(segment, hit.end) or _ends_clearly(hit, rest, context)
            more = _continued(rest, sheet, context, segment) if closed else ()
            closed = closed and (bool(more) or not _runs_on(segment, sheet, context))
            yield Found(
                (*rest, *(w for s in more for w in s.words)),
                _joined([text, *[s.text for s in more]]),
                "inline",
                closed,
            )
            return
        if (is_absent(text) and re.search(r"\w", text)) or _PLACEHOLDER.match(fold(text)):
            yield Found(tuple(rest), text, "inline")
            return
    if context.upward:
        yield value_above(hit, sheet, context)
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
    if cell is None or not is_cell(cell, sheet) or cell[3] - label[3] < 0.8 * height:
        return None
    end = _next_label(hit, cell, sheet, context)
    inside = [
        s for s in sheet.segments
        if covers(cell, s.box) and label[3] - 0.4 * height < s.box[1] < end and is_free(s, context)
        and not is_small_print(s, segment, context)
    ]  # fmt: skip
    if inside and any(_stands_beside(s, hit, cell, context) for s in sheet.segments):
        return None  # a cell with several rows of its own
    if inside and context.places["frame_right"] > 1 + context.places["in_cell"]:
        return None  # this form writes in the next cell: what stands under the label explains it
    if inside and not has_tick(cell, sheet):
        words = tuple(w for s in inside for w in s.words)
        return Found(words, _joined(_lines_of(inside)), "in_cell", all(s.entered for s in inside))
    beside = context.places["frame_right"] + context.places["right"]
    combed = any(abs(f[1] - cell[3]) < 3 and f[2] - f[0] <= 30 for f in sheet.frames)
    if not inside and context.places["in_cell"] >= 2 and not beside and not combed:
        return Found((), "", "in_cell")
    return None


def _next_label(hit: LabelHit, cell: BBox, sheet: Sheet, context: Context) -> float:
    """How far down a label's own part of its cell reaches: to the line of the next label in it."""
    own = {id(s) for s in (hit.segment, *hit.below)}
    last = max(s.box[3] for s in (hit.segment, *hit.below))
    tops = (
        (s.box[1] + s.box[3]) / 2 - 0.6 * (s.box[3] - s.box[1])
        for s in sheet.segments
        if id(s) in context.labels and id(s) not in own and covers(cell, s.box)
    )
    return min((top for top in tops if top > last - 2), default=cell[3])


def _stands_beside(other: Segment, hit: LabelHit, cell: BBox, context: Context) -> bool:
    """True for words level with a label and behind it, in the same cell."""
    label = hit.segment
    level = abs(other.box[1] + other.box[3] - label.box[1] - label.box[3]) < 0.8 * (
        label.box[3] - label.box[1]
    )
    return level and other.frame == cell and other.box[0] > label.box[2] and is_free(other, context)


def _changes_look(segment: Segment, end: int) -> bool:
    """True when the label is bold and what follows is not, or the other way round."""
    return segment.words[end - 1].bold != segment.words[min(end, len(segment.words) - 1)].bold


def _ends_clearly(hit: LabelHit, rest: Sequence[Word], context: Context) -> bool:
    """True for a label without a mark at its end where this form proves to write so, and what follows is no
    word of any label."""
    first = rest[0].text
    label = words_of(hit.label)
    long = len(label) > 1 or len("".join(label)) >= _LONG
    begins = first[:1].isupper() or first[:1].isdigit()
    return (
        context.places["inline"] >= 2
        and hit.strength != "weak"
        and long
        and begins
        and not understood(words_of(first))
        and not _ends_with_a_name(hit, context)
        and not any(w.text in ("/", "|", "–", "-") for w in rest)
    )


def _ends_with_a_name(hit: LabelHit, context: Context) -> bool:
    """True where the label says as much without its last word: "Logiciel labélisé Praxis 360"."""
    *words, last = (w.text for w in hit.segment.words[: hit.end])
    told = (
        match_text(" ".join(words), index_of(context.form.fields)) if words and last[:1].isupper() else None
    )
    return told is not None and told[1] != "weak" and bool(set(told[0]) & set(hit.fields))


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
        and (id(s) in context.labels or is_other_label(s))
    ]
    limit = min((s.box[0] for s in row_labels), default=sheet.width + 1)
    frame = frame_beside(hit, label, sheet, limit)
    far = frame is not None and frame[0] - max(s.box[2] for s in (segment, *hit.below)) > 60
    if far and segment.frame is None and has_frame_below(label, sheet):
        return None  # what stands beside is another column's
    if frame is not None and has_frame_below(label, sheet) and is_headed(frame, hit, sheet):
        return None  # the box under another label
    if frame is not None:
        inside = [s for s in sheet.segments if covers(frame, s.box) and is_free(s, context)]
        if inside and asks_something(inside) and not has_tick(frame, sheet):
            return None
        inside = [s for s in inside if not is_smallest(s, context)]
        inside = _with_lines_between(inside, frame, sheet, context)
        others = [s for s in sheet.segments if covers(frame, s.box) and not is_free(s, context)]
        others = [s for s in others if s not in inside]
        if not any(id(s) in context.labels or _heads_a_cell(s, segment) for s in others):
            if has_tick(frame, sheet):
                return None
            if asks_something(inside):
                return None
            words = tuple(w for s in inside for w in s.words)
            return Found(words, _joined(_lines_of(inside)), "frame_right")
        return None
    cell = segment.frame if segment.frame is not None and is_cell(segment.frame, sheet) else None
    band = [
        s
        for s in sheet.segments
        if s.box[0] < limit - 1
        and (cell is None or s.frame == cell)
        and label[1] - 0.45 * height <= (s.box[1] + s.box[3]) / 2 <= label[3] + 0.45 * height
        and is_free(s, context)
        and is_behind(hit, s.box, 2)
    ]
    band = [s for s in band if not is_beside_other_text(s, (segment, *hit.below), band, sheet)]
    band.sort(key=lambda s: s.box[0])
    asked = next((i for i, s in enumerate(band) if i and asks_something([s])), len(band))
    band = band[:asked] or _lower_in_row(hit, label, limit, sheet, context)
    if not band or asks_something(band) or _is_under_label(band[0], sheet, context):
        return None
    if band[0].box[0] - segment.box[2] > 30 and (
        (segment.frame is None and has_frame_below(label, sheet)) or _has_cell_below(label, band[0], sheet)
    ):
        return None  # another column's, as above
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
        if not other.entered and _begins_labels(other, segment, sheet, context):
            break
        if any(_parts(s, taken[-1], other) for s in sheet.segments if id(s) in context.labels):
            break
        taken.append(other)
    column = (taken[0].box[0] - 3, min(s.box[1] for s in taken) - 1, limit, max(s.box[3] for s in taken) + 1)
    taken = _with_lines_between(taken, column, sheet, context)
    words = tuple(w for s in taken for w in s.words)
    more = _continued(words, sheet, context, segment, hit.below)
    words += tuple(w for s in more for w in s.words)
    text = _joined([*_lines_of(taken), *[s.text for s in more]])
    if words[0].text in _COLONS and len(words) > 1:
        words, text = words[1:], text.removeprefix(words[0].text).lstrip()  # the label's, far from it
    return Found(words, text, "right")


def _has_cell_below(label: BBox, beside: Segment, sheet: Sheet) -> bool:
    """True where a cell like the one of what stands beside begins right under a label outside of any."""
    cell = beside.frame
    if cell is None or covers(cell, label):
        return False
    return any(
        s.frame is not None
        and s.frame != cell
        and abs(s.frame[0] - label[0]) < 8
        and -3 <= s.frame[1] - label[3] < 12
        and abs((s.frame[3] - s.frame[1]) - (cell[3] - cell[1])) < 4
        for s in sheet.segments
    )


def _begins_labels(candidate: Segment, label: Segment, sheet: Sheet, context: Context) -> bool:
    """True for what stands where labels of another column begin: one of them that nobody knows, perhaps."""
    return any(
        id(s) in context.labels and s.box[0] > label.box[2] and abs(s.box[0] - candidate.box[0]) < 1.5
        for s in sheet.segments
    )


def _parts(label: Segment, before: Segment, after: Segment) -> bool:
    """True for a label that stands between two texts: the second one is its value."""
    between = before.box[2] - 1 <= label.box[0] and label.box[2] <= after.box[0] + 1
    return between and label.box[1] - 8 <= after.box[3] and after.box[1] <= label.box[3] + 8


def _lower_in_row(hit: LabelHit, label: BBox, limit: float, sheet: Sheet, context: Context) -> list[Segment]:
    """What stands half a line lower in a column of values: the row is as high as a longer label beside it."""
    segment = hit.segment
    height = segment.box[3] - segment.box[1]
    if sheet.flow or segment.frame is not None or segment.words[0].confidence is not None:
        return []
    for value in sheet.segments:
        if (
            value.box[2] < limit
            and label[2] + 2 < value.box[0]
            and -0.3 * height < value.box[1] - label[3] < 0.6 * height
            and value.frame is None
            and is_free(value, context)
            and not asks_something([value])
            and not any(
                s.box[2] <= value.box[0] and s.box[0] >= label[0] - 3 and _level(s, value)
                for s in sheet.segments
            )
            and sum(abs(s.box[0] - value.box[0]) < 1 for s in sheet.segments) >= _COLUMN
        ):
            return [value]
    return []


_PARAGRAPH = 4.0
"""Points between the lines of one paragraph of flowing text; paragraphs stand further apart."""
_COLUMN = 4
"""Lines that begin at one place make a column."""
_TOWN = re.compile(r"(?:[A-Z]{1,2}[- ]?)?\d{4,5} [^\W\d_]")


def with_town(hit: LabelHit, place: Found, sheet: Sheet, context: Context) -> Found:
    """A street with the postal code and the town that stand under it, or where the label's line begins."""
    if not place.words or re.search(r"\d{4}", place.text):
        return place
    last = max(place.words, key=lambda w: w.box[3])
    lefts = {min(w.box[0] for w in place.words)}
    if place.place in ("inline", "right") and hit.segment.frame is None:
        lefts.add(hit.segment.box[0])
    height = last.box[3] - last.box[1]
    for segment in sheet.segments:
        aligned = any(abs(segment.box[0] - left) < 3 for left in lefts)
        below = aligned and 0 <= segment.box[1] - last.box[3] < 1.3 * height
        if below and _TOWN.match(segment.text) and is_free(segment, context):
            return replace(place, words=(*place.words, *segment.words), text=f"{place.text}\n{segment.text}")
    return place


def _in_one_row(frame: BBox, cell: BBox, sheet: Sheet) -> bool:
    """True for the first of several cells in the row under a cell that spans them; a comb is one place."""
    return any(
        abs(f[1] - frame[1]) < 3 and abs(f[3] - frame[3]) < 3
        and f[0] >= frame[2] - 3 and f[2] <= cell[2] + 6 and f[2] - f[0] > 30
        for f in sheet.frames
    )  # fmt: skip


def _is_under_label(candidate: Segment, sheet: Sheet, context: Context) -> bool:
    """True for what stands right under a label of another column, in a form that writes below."""
    if context.places["below"] < 2 or candidate.words[0].confidence is not None:
        return False
    return any(
        id(s) in context.labels
        and abs(s.box[0] - candidate.box[0]) < 2
        and -2 <= candidate.box[1] - s.box[3] < 0.6 * (s.box[3] - s.box[1])
        for s in sheet.segments
    )


def _heads_a_cell(other: Segment, label: Segment) -> bool:
    """True for print in the next cell that is set like the label in its own: both ask for what is below."""
    level = abs(other.box[1] - label.box[1]) < 2
    return level and other.frame is not None and label.frame is not None and not is_hint(other.text)


def _below(hit: LabelHit, label: BBox, sheet: Sheet, context: Context) -> Iterable[Found]:
    segment = hit.segment
    height = segment.box[3] - segment.box[1]
    cell = segment.frame
    if cell is not None and is_cell(cell, sheet):
        end = _next_label(hit, cell, sheet, context)
        inside = [
            s
            for s in sheet.segments
            if covers(cell, s.box) and label[3] - 0.4 * height < s.box[1] < end and is_free(s, context)
            and not is_small_print(s, segment, context)
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
            and not _in_one_row(f, cell, sheet)  # a merged row above is one, too
        ]
        under += [
            s.frame
            for s in sheet.segments
            if s.frame is not None
            and abs(s.frame[1] - cell[3]) < 3
            and abs(s.frame[0] - cell[0]) < 4
            and s.frame[2] <= cell[2] + 6
            and not _in_one_row(s.frame, cell, sheet)
        ]
        if under:
            yield from _in_frame(whole_comb(under[0], sheet), sheet, context, "cell_below")
        return
    frames = [
        f
        for f in sheet.frames
        if (cell is None or covers(cell, f))
        and -0.6 * height <= f[1] - label[3] <= 2.6 * height
        and f[0] - 14 <= segment.box[0] <= f[2]
        and f[3] - f[1] <= 120
        and not is_narrow(f, sheet)
    ]
    if frames:
        frame = whole_comb(min(frames, key=lambda f: (round(f[1]), abs(f[0] - segment.box[0]))), sheet)
        between = [
            s
            for s in sheet.segments
            if s is not segment
            and s not in hit.below
            and (id(s) in context.labels or (is_free(s, context) and not is_small_print(s, segment, context)))
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
        tall = (
            0.0 if candidate.words[0].confidence is not None else 0.8 * candidate.size
        )  # boxes may be tight
        if candidate.box[1] - last > 1.7 * max(height, candidate.box[3] - candidate.box[1], tall):
            return
        if id(candidate) in context.labels:
            return
        if not is_free(candidate, context):
            if is_hint(candidate.text) or candidate.text.startswith("("):
                last = max(last, candidate.box[3])
            continue
        if is_small_print(candidate, segment, context):
            last = max(last, candidate.box[3])
            continue  # small print under a label explains it
        if is_other_label(candidate) or len(candidate.words) > 12:
            return
        if not candidate.entered and (
            asks_something([candidate])
            or is_heading(candidate, segment, sheet, context)
            or has_company(candidate, segment, sheet, context)
        ):
            return  # a label of something else, a heading, or what belongs to the label or box beside it
        own_paragraph = sheet.flow and candidate.box[1] - label[3] < _PARAGRAPH
        if not (candidate.entered or own_paragraph) and looks_like_label(candidate, segment, context):
            return
        more = _continued(candidate.words, sheet, context, None)
        words = candidate.words + tuple(w for s in more for w in s.words)
        yield Found(words, _joined([candidate.text, *[s.text for s in more]]), "below", candidate.entered)
        return


def _in_frame(frame: BBox, sheet: Sheet, context: Context, place: Place) -> Iterable[Found]:
    inside = [s for s in sheet.segments if covers(frame, s.box)]
    if any(id(s) in context.labels for s in inside):
        return
    inside = [s for s in inside if is_free(s, context) and not is_smallest(s, context)]
    if asks_something(inside) or has_tick(frame, sheet):
        return
    inside = _with_lines_between(inside, frame, sheet, context)
    words = tuple(w for s in inside for w in s.words)
    yield Found(words, _joined(_lines_of(inside)), place)


def _with_lines_between(lines: list[Segment], frame: BBox, sheet: Sheet, context: Context) -> list[Segment]:
    """A value's lines with those between them that only read like print of the form ("Éditeur de …")."""
    if len(lines) < 2:
        return lines
    top, bottom = min(s.box[1] for s in lines), max(s.box[1] for s in lines)
    between = [
        s for s in sheet.segments
        if covers(frame, s.box) and top < s.box[1] < bottom and not is_free(s, context)
        and _set_alike(s, lines[0])
    ]  # fmt: skip
    return [*lines, *(s for s in between if s not in lines)]


def _set_alike(segment: Segment, other: Segment) -> bool:
    aligned = abs(segment.box[0] - other.box[0]) < 3 and abs(segment.size - other.size) < 0.3
    return aligned and segment.bold == other.bold and segment.entered == other.entered


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
    above = max(words, key=lambda w: w.box[3]).box
    height = max(words[0].box[3] - words[0].box[1], 5.0)
    size = words[0].size
    other_size = _OTHER_SIZE if words[0].confidence is None else max(_OTHER_SIZE, _MEASURED * size)
    for segment in sheet.segments:
        if segment.box[1] < bottom - 0.4 * height or id(segment) in context.labels:
            continue
        if not is_free(segment, context):
            close = segment.box[1] - bottom < 0.55 * height and abs(segment.box[0] - left) < 3
            alike = segment.bold == words[0].bold and abs(segment.size - (size or segment.size)) < 0.3
            if label is None or not (close and alike and label.box[2] <= left + 1):
                continue
        goes_on = label is not None and not found and _wraps(words, segment, label, sheet)
        if segment.box[1] - bottom > (0.9 if goes_on else 0.55) * height and (
            label is None or label.frame is not None or pitch(above, segment.box) > _PITCH * segment.size
        ):
            break
        wrapped = (
            sheet.flow
            and label is not None
            and abs(segment.box[0] - label.box[0]) < 3
            and segment.box[1] - bottom < 4
        )  # the same paragraph goes on
        wrapped = wrapped or goes_on
        if (abs(segment.box[0] - left) > 3 and not wrapped) or asks_something([segment]):
            continue
        if is_smallest(segment, context):
            break
        if (
            segment.words[0].origin != words[0].origin
            or abs(segment.size - (size or segment.size)) > other_size
        ):
            continue
        middle = (segment.box[1] + segment.box[3]) / 2
        beside = any(
            s not in own
            and abs((s.box[1] + s.box[3]) / 2 - middle) < 0.7 * height
            and not _in_other_column(s, segment, label)
            and (id(s) in context.labels or _begins_a_row(s, segment, label, context))
            for s in sheet.segments
        )
        if segment.entered and is_beside_other_text(segment, [label] if label else (), [segment], sheet):
            break
        if beside or len(found) >= 5 or (label is not None and abs(left - label.box[0]) < 3 and not wrapped):
            break
        found.append(segment)
        bottom, above = segment.box[3], segment.box
    return found


def _runs_on(segment: Segment, sheet: Sheet, context: Context) -> bool:
    """True where the line below, at the same left edge, goes on in lower case: perhaps the value's end."""
    height = segment.box[3] - segment.box[1]
    if sheet.flow or segment.text.rstrip().endswith((",", ";", ".")):
        return False  # a sentence, whose names end within it
    return any(
        is_free(s, context)
        and not s.entered
        and abs(s.box[0] - segment.box[0]) < 3
        and -1 <= s.box[1] - segment.box[3] < 0.9 * height
        and s.text[:1].islower()
        and "@" not in s.text
        for s in sheet.segments
    )


def may_go_on(place: Found, hit: LabelHit, sheet: Sheet, context: Context) -> bool:
    """True where a line right under a value begins where it or its label begins, and is nobody's."""
    if sheet.flow or not place.words or place.place == "above" or place.words[0].confidence is not None:
        return False
    own = {id(w) for w in place.words}
    last = max(place.words, key=lambda w: w.box[3])
    lefts = (min(w.box[0] for w in place.words), hit.segment.box[0] if place.place == "inline" else -1e9)
    height = last.box[3] - last.box[1]
    return any(
        -0.4 * height <= s.box[1] - last.box[3] < height
        and any(abs(s.box[0] - left) < 3 for left in lefts)
        and id(s.words[0]) not in own
        and abs(s.size - last.size) < 0.6
        and s.words[0].origin == last.origin
        and s.frame == hit.segment.frame
        and (is_free(s, context) or (place.place == "right" and not is_other_label(s)))
        and not asks_something([s])
        and len(s.words) <= 6
        and not any(
            other.box[2] <= s.box[0] and other.box[2] > hit.segment.box[0] and _level(other, s)
            for other in sheet.segments
            if other not in hit.below
        )
        and not any(
            id(other) in context.labels and last.box[1] < other.box[1] < s.box[1] and _over(other, s)
            for other in sheet.segments
        )
        and not any(abs(t.box[1] + t.box[3] - s.box[1] - s.box[3]) < height for t in sheet.ticks)
        for s in sheet.segments
    )


def _over(upper: Segment, lower: Segment) -> bool:
    return upper.box[0] < lower.box[2] and upper.box[2] > lower.box[0]


def _level(a: Segment, b: Segment) -> bool:
    return abs(a.box[1] + a.box[3] - b.box[1] - b.box[3]) < 0.8 * (b.box[3] - b.box[1])


def _wraps(words: Sequence[Word], segment: Segment, label: Segment, sheet: Sheet) -> bool:
    """True for the line below a label and its value whose first word had no room behind them."""
    if sheet.flow or abs(segment.box[0] - label.box[0]) > 3 or words[-1].confidence is not None:
        return False
    if len(words) > 8 or words[-1].text.endswith((",", ";")):
        return False  # a sentence
    if label.frame is not None:
        return False
    margin = max(s.box[2] for s in sheet.segments if s.frame is None)
    column = min(
        (s.box[0] for s in sheet.segments if s.box[0] > words[-1].box[2] and _beside(s, label)),
        default=margin + _GUTTER,
    )
    first = segment.words[0]
    return words[-1].box[2] + (first.box[2] - first.box[0]) + 2 > min(margin, column - _GUTTER)


_GUTTER = 12.0
"""Points that two columns are apart, at least."""


def _beside(other: Segment, label: Segment) -> bool:
    """True within three lines: two columns need not stand level."""
    return abs(other.box[1] - label.box[1]) < 3 * (label.box[3] - label.box[1])


def _in_other_column(other: Segment, value: Segment, label: Segment | None) -> bool:
    """True for words right of a value's line, or left of its whole label: another column's, not a row's."""
    if label is None:
        return False
    return other.box[0] >= max(value.box[2], label.box[2]) or other.box[2] < label.box[0] - 3


def _begins_a_row(candidate: Segment, segment: Segment, label: Segment | None, context: Context) -> bool:
    """True for text left of a line, in the label's column: the line is another row's, whoever asks there."""
    if label is None or candidate.entered or candidate.box[2] > segment.box[0] + 1:
        return False
    in_column = abs(candidate.box[0] - label.box[0]) < 12 or abs(candidate.box[2] - label.box[2]) < 4
    if is_other_label(candidate) and candidate.box[2] > label.box[0]:
        return True  # whatever it asks, and wherever it begins: labels that are set to the right
    return in_column and is_free(candidate, context) and candidate.size >= 0.85 * label.size


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
