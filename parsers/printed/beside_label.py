"""What stands right of a label: in the frame or cell beside it, or on its line."""

from __future__ import annotations

from collections.abc import Sequence

from parsers.documents.reading import Word
from parsers.labels.leaders import leads_to_value
from parsers.labels.line import LabelHit
from parsers.layout.sheet import Segment, Sheet, covers
from parsers.no_value import is_hint
from parsers.printed.context import Context, Found, is_free
from parsers.printed.frames import (
    frame_beside,
    has_frame_below,
    has_tick,
    is_behind,
    is_cell,
    is_headed,
)
from parsers.printed.further_lines import continued, joined, lines_of, on_one_level, with_lines_between
from parsers.printed.neighbours import (
    asks_something,
    is_beside_other_text,
    is_other_label,
    is_smallest,
)
from parsers.types import BBox

_COLUMN = 4
"""Lines that begin at one place make a column."""


def right_of(hit: LabelHit, label: BBox, sheet: Sheet, context: Context) -> Found | None:
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
    if far and segment.frame is None and has_frame_below(label, sheet, context):
        return None  # what stands beside is another column's
    if frame is not None and has_frame_below(label, sheet, context) and is_headed(frame, hit, sheet):
        return None  # the box under another label
    if frame is not None:
        inside = [s for s in sheet.segments if covers(frame, s.box) and is_free(s, context)]
        if inside and asks_something(inside) and not has_tick(frame, sheet):
            return None
        inside = [s for s in inside if not is_smallest(s, context)]
        inside = with_lines_between(inside, frame, sheet, context)
        others = [s for s in sheet.segments if covers(frame, s.box) and not is_free(s, context)]
        others = [s for s in others if s not in inside]
        if not any(id(s) in context.labels or _heads_a_cell(s, segment) for s in others):
            if has_tick(frame, sheet):
                return None
            if asks_something(inside):
                return None
            words = tuple(w for s in inside for w in s.words)
            return Found(words, joined(lines_of(inside)), "frame_right")
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
        and not _is_behind_another(s, hit, sheet, context)
    ]
    band = [s for s in band if not is_beside_other_text(s, (segment, *hit.below), band, sheet)]
    band.sort(key=lambda s: s.box[0])
    asked = next((i for i, s in enumerate(band) if i and asks_something([s])), len(band))
    band = band[:asked] or _lower_in_row(hit, label, limit, sheet, context)
    if not band or asks_something(band) or _is_under_label(band[0], sheet, context):
        return None
    if band[0].box[0] - segment.box[2] > 30 and (
        (segment.frame is None and has_frame_below(label, sheet, context))
        or _has_cell_below(label, band[0], sheet)
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
    taken = with_lines_between(taken, column, sheet, context)
    words = tuple(w for s in taken for w in s.words)
    more = continued(words, sheet, context, segment, hit.below)
    words += tuple(w for s in more for w in s.words)
    text = joined([*lines_of(taken), *[s.text for s in more]])
    if led := _led(words):
        lead = " ".join(w.text for w in words[:led])  # the label's, far from it
        words, text = words[led:], text.removeprefix(lead).lstrip()
    return Found(words, text, "right")


def _led(words: Sequence[Word]) -> int:
    """How many words before the value lead to it: an arrow, perhaps behind a note ("(nom) -> …")."""
    note = 0
    if words[0].text.startswith("("):
        note = next((i + 1 for i, w in enumerate(words) if w.text.endswith(")")), 0)
        if not note:
            return 0
    return note + 1 if note + 1 < len(words) and leads_to_value(words[note].text) else 0


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


def _is_behind_another(candidate: Segment, hit: LabelHit, sheet: Sheet, context: Context) -> bool:
    """True for what stands behind another label in its row, level with whichever of the first one's lines."""
    own = (hit.segment, *hit.below)
    return any(
        id(s) in context.labels
        and s not in own
        and max(o.box[2] for o in own) - 1 < s.box[0]
        and s.box[2] <= candidate.box[0] + 1
        and on_one_level(s, candidate)
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
                label[0] < s.box[2] <= value.box[0] and on_one_level(s, value) for s in sheet.segments
            )
            and sum(abs(s.box[0] - value.box[0]) < 1 for s in sheet.segments) >= _COLUMN
        ):
            return [value]
    return []


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
