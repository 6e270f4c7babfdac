"""What stands under a label: in its own cell, in the frame or cell below, or on the next line."""

from __future__ import annotations

from collections.abc import Iterable

from parsers.labels.line import LabelHit
from parsers.layout.sheet import Segment, Sheet, covers
from parsers.no_value import is_hint
from parsers.printed.context import Context, Found, Place, is_free
from parsers.printed.evidence import asks_below
from parsers.printed.frames import (
    has_tick,
    is_cell,
    is_narrow,
    whole_comb,
)
from parsers.printed.further_lines import continued, joined, lines_of, with_lines_between, wraps_behind_label
from parsers.printed.neighbours import (
    asks_something,
    has_company,
    is_heading,
    is_other_label,
    is_small_print,
    is_smallest,
    looks_like_label,
)
from parsers.types import BBox

_WIDE = 2.4
"""Lines between a label that asks for what is below it and a paragraph of its own."""
_A_LITTLE_SMALLER, _SENTENCE = 0.82, 4
"""Of a label's size; words of what explains it."""
_PARAGRAPH = 4.0
"""Points between the lines of one paragraph of flowing text; paragraphs stand further apart."""


def in_own_cell(hit: LabelHit, label: BBox, sheet: Sheet, context: Context) -> Found | None:
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
        return Found(words, joined(lines_of(inside)), "in_cell", all(s.entered for s in inside))
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


def _in_one_row(frame: BBox, cell: BBox, sheet: Sheet) -> bool:
    """True for the first of several cells in the row under a cell that spans them; a comb is one place."""
    return any(
        abs(f[1] - frame[1]) < 3 and abs(f[3] - frame[3]) < 3
        and f[0] >= frame[2] - 3 and f[2] <= cell[2] + 6 and f[2] - f[0] > 30
        for f in sheet.frames
    )  # fmt: skip


def _of_labels(cell: BBox, sheet: Sheet, context: Context) -> bool:
    """True for a cell of a column in which most labels' cells follow right upon each other: there is no room
    for values between."""
    column = {
        s.frame
        for s in sheet.segments
        if s.frame is not None and id(s) in context.labels
        and abs(s.frame[0] - cell[0]) < 3 and abs(s.frame[2] - cell[2]) < 3
    }  # fmt: skip
    followed = sum(any(abs(upper[3] - lower[1]) < 3 for lower in column) for upper in column)
    return len(column) > 1 and 2 * followed >= len(column) - 1


def _is_another_s(frame: BBox, sheet: Sheet, context: Context) -> bool:
    """True for the cell right of a label's, in a form that writes there and not below."""
    return context.places["frame_right"] > 1 + context.places["cell_below"] and any(
        s.frame is not None
        and id(s) in context.labels
        and abs(s.frame[2] - frame[0]) < 3
        and abs(s.frame[1] - frame[1]) < 3
        for s in sheet.segments
    )


def below_label(hit: LabelHit, label: BBox, sheet: Sheet, context: Context) -> Iterable[Found]:
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
            yield Found(words, joined(lines_of(inside)), "in_cell", all(s.entered for s in inside))
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
        if under and not _of_labels(cell, sheet, context) and not _is_another_s(under[0], sheet, context):
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
            and (
                id(s) in context.labels or (is_free(s, context) and not _explains(s, segment, frame, context))
            )
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
        room = _WIDE if asks_below(hit, candidate.text) else 1.7
        if candidate.box[1] - last > room * max(height, candidate.box[3] - candidate.box[1], tall):
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
        more = continued(candidate.words, sheet, context, None)
        words = candidate.words + tuple(w for s in more for w in s.words)
        closed = candidate.entered or wraps_behind_label(hit, candidate, sheet, context)
        yield Found(words, joined([candidate.text, *[s.text for s in more]]), "below", closed)
        return


def _explains(line: Segment, label: Segment, frame: BBox, context: Context) -> bool:
    """True for small print between a label and its frame. On a scan, where sizes are measured, a sentence
    right above the frame needs to be but a little smaller than the label."""
    if is_small_print(line, label, context):
        return True
    measured = line.words[0].confidence is not None
    words = [w.text for w in line.words]
    return (
        measured
        and line.size < _A_LITTLE_SMALLER * label.size
        and len(words) >= _SENTENCE
        and sum(map(str.islower, words)) >= len(words) // 2
        and not any(c.isdigit() or c == "@" for c in line.text)
        and frame[1] - line.box[3] < line.box[3] - line.box[1]
    )


def _in_frame(frame: BBox, sheet: Sheet, context: Context, place: Place) -> Iterable[Found]:
    inside = [s for s in sheet.segments if covers(frame, s.box)]
    if any(id(s) in context.labels for s in inside):
        return
    inside = [s for s in inside if is_free(s, context) and not is_smallest(s, context)]
    if asks_something(inside) or has_tick(frame, sheet):
        return
    inside = with_lines_between(inside, frame, sheet, context)
    words = tuple(w for s in inside for w in s.words)
    yield Found(words, joined(lines_of(inside)), place)
