"""The lines that a value has besides its first one, and whether it may have more."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from parsers.documents.reading import Word
from parsers.labels.index import index_of
from parsers.labels.line import LabelHit, looks_change, match_segment
from parsers.layout.sheet import Segment, Sheet, covers, pitch
from parsers.printed.context import Context, Found, is_free, look_of
from parsers.printed.neighbours import (
    asks_something,
    is_beside_other_text,
    is_other_label,
    is_smallest,
)
from parsers.types import BBox

_PITCH = 1.55
"""From line to line of a value at most, in sizes of its letters."""
_OTHER_SIZE, _MEASURED = 1.2, 0.28
"""By how much the lines of one value differ in size: points, and on a scan a share, since it is measured."""
_TOWN = re.compile(r"(?:[A-Z]{1,2}[- ]?)?\d{4,5} [^\W\d_]")
_GUTTER = 12.0
"""Points that two columns are apart, at least."""


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


def with_lines_between(lines: list[Segment], frame: BBox, sheet: Sheet, context: Context) -> list[Segment]:
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


def continued(
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
    outside = any(words[0] in s.words and s.frame is None for s in sheet.segments)
    other_size = _OTHER_SIZE if words[0].confidence is None else max(_OTHER_SIZE, _MEASURED * size)
    for segment in sheet.segments:
        if segment.box[1] < bottom - 0.4 * height or id(segment) in context.labels:
            continue
        if outside and segment.frame is not None:
            break  # a table begins
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
        if wrapped and _begins_with_a_label(segment, context):
            break
        found.append(segment)
        bottom, above = segment.box[3], segment.box
    return found


def _begins_with_a_label(segment: Segment, context: Context) -> bool:
    """True for a line that begins where labels do, with the words of one, though no mark ends it."""
    named = match_segment(segment, index_of(context.form.fields))
    return named is not None and named.strength == "exact"


def runs_on(segment: Segment, sheet: Sheet, context: Context) -> bool:
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
        and not looks_change(s.words)  # a label that nobody knows, and its value
        and len(s.words) <= 6
        and not any(
            other.box[2] <= s.box[0] and other.box[2] > hit.segment.box[0] and on_one_level(other, s)
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


def on_one_level(a: Segment, b: Segment) -> bool:
    return abs(a.box[1] + a.box[3] - b.box[1] - b.box[3]) < 0.8 * (b.box[3] - b.box[1])


def _wraps(words: Sequence[Word], segment: Segment, label: Segment, sheet: Sheet) -> bool:
    """True for the line below a label and its value whose first word had no room behind them."""
    if sheet.flow or abs(segment.box[0] - label.box[0]) > 3 or words[-1].confidence is not None:
        return False
    if len(words) > 8 or words[-1].text.endswith((",", ";")):
        return False  # a sentence
    if label.frame is not None:
        return False
    return _has_no_room(words[-1], segment, label, sheet)


def _has_no_room(last: Word, segment: Segment, label: Segment, sheet: Sheet) -> bool:
    """True where the first word of the line below did not fit behind a line's last word."""
    margin = max((s.box[2] for s in sheet.segments if s.frame is None), default=sheet.width)
    column = min(
        (s.box[0] for s in sheet.segments if s.box[0] > last.box[2] and _beside(s, label)),
        default=margin + _GUTTER,
    )
    first = segment.words[0]
    return last.box[2] + (first.box[2] - first.box[0]) + 2 > min(margin, column - _GUTTER)


def wraps_behind_label(hit: LabelHit, segment: Segment, sheet: Sheet, context: Context) -> bool:
    """True for a value that found no room behind its label, set as this form's values are, and no label."""
    label = (hit.segment, *hit.below)[-1]
    look = look_of(segment.size, segment.bold)
    return (
        not sheet.flow
        and label.frame is None
        and segment.words[0].confidence is None
        and abs(segment.box[0] - label.box[0]) < 3
        and context.looks[look] > 0
        and look != look_of(label.size, label.bold)
        and segment.box[1] - label.box[3] < 0.5 * (label.box[3] - label.box[1])
        and _has_no_room(label.words[-1], segment, label, sheet)
    )


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


def lines_of(segments: Sequence[Segment]) -> list[str]:
    lines: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda s: ((s.box[1] + s.box[3]) / 2, s.box[0])):
        middle = (segment.box[1] + segment.box[3]) / 2
        if lines and abs((lines[-1][0].box[1] + lines[-1][0].box[3]) / 2 - middle) < 4:
            lines[-1].append(segment)
        else:
            lines.append([segment])
    return [" ".join(s.text for s in sorted(line, key=lambda s: s.box[0])) for line in lines]


def joined(lines: Sequence[str]) -> str:
    return "\n".join(line for line in lines if line.strip())
