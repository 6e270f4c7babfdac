"""Forms that print each label under the line to write on: their values stand above.

Which way a form goes is told by the values that prove themselves (a date, an IBAN): they stand above their
labels there, and nowhere else.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from parsers.labels.line import LabelHit
from parsers.layout.sheet import Segment, Sheet
from parsers.no_value import is_hint
from parsers.printed.context import Context, Found, is_free, look_of
from parsers.printed.neighbours import asks_something, is_heading
from parsers.types import BBox, FieldDef
from parsers.values import parse_value

PROVING = frozenset({"matricule", "iban", "vat", "email", "date", "rcs", "code_prestataire"})
_NEAR = 1.1
"""Of a line's height, from a value down to its label: further up stands the field above."""
_ON_LINE = 1.75
"""The same, from a value down to the line to write on that is drawn above the label."""
_SAME_VALUE = 0.5
_ALIKE = 3.0
"""Points by which values differ in how far above their labels they are; further up stands other text."""
_ASKS = re.compile(r"[\w.)] ?:(?:\s|$)")
_MOST_LINES = 5
_APART = 24.0
"""Points between what stands in two columns."""


def goes_upward(hits: Iterable[tuple[LabelHit, Sheet]], context: Context) -> bool:
    """True when more proven values stand above their labels than in all the usual places together: what the
    context says of values is then said of these."""
    elsewhere = sum(context.places.values())
    may = [(hit, sheet, definition) for hit, sheet in hits if (definition := _proving(hit, context))]
    if len(may) <= elsewhere:
        return False
    found = [(hit, value_above(hit, sheet, context), definition) for hit, sheet, definition in may]
    proven = [(h, f) for h, f, d in found if parse_value(d.type, f.text, d).certain]
    if len(proven) <= elsewhere:
        return False
    context.gaps = [_gap(hit, above) for hit, above in proven]
    context.looks = Counter(_look(above) for _, above in proven)
    return True


def _gap(hit: LabelHit, above: Found) -> float:
    """From a value down to its label."""
    return hit.segment.box[1] - max(w.box[3] for w in above.words)


def _look(above: Found) -> tuple[float, bool]:
    return look_of(above.words[0].size, above.words[0].bold)


def _proving(hit: LabelHit, context: Context) -> FieldDef | None:
    """The label's field, where a value of it proves itself."""
    definition = context.form.field(hit.fields[0])
    if definition is None or definition.type not in PROVING or hit.strength == "weak":
        return None
    rest = " ".join(w.text for w in hit.segment.words[hit.end :])
    return definition if not rest or rest.startswith("(") or is_hint(rest) else None


def value_above(hit: LabelHit, sheet: Sheet, context: Context) -> Found:
    """What stands directly above a label in its column; no words where nothing does."""
    label = hit.segment
    lines: list[list[Segment]] = []
    rule = _line_over(label, sheet)
    top = label.box[1] if rule is None else rule
    on_line = _ON_LINE * max(1.0, label.size / _height(label))  # boxes may have no room above the letters
    while len(lines) < _MOST_LINES:
        near = _SAME_VALUE if lines else _NEAR if rule is None else on_line
        line = _line_above(label, top, near, sheet, context, lines[-1][0] if lines else None)
        if not lines and line and all(is_hint(s.text) for s in line):
            top = min(s.box[1] for s in line)  # an explanation between the value and its label
            line = _line_above(label, top, near, sheet, context, None)
        if not line or not all(is_free(s, context) for s in line) or _ticked(line, sheet):
            break
        if (
            re.fullmatch(r"\(.*\)", line[0].text)
            or _ASKS.search(" ".join(s.text for s in line))
            or (line[0].frame != label.frame and _has_a_label(line[0].frame, sheet, context))
        ):
            break  # that one's, or a label nobody knows
        told = rule is not None or line[0].bold
        if told and not lines and is_heading(line[0], label, sheet, context):
            break  # nothing was written on the line
        lines.append(line)
        top = min(s.box[1] for s in line)
    ordered = [s for line in reversed(lines) for s in line]
    text = "\n".join(" ".join(s.text for s in line) for line in reversed(lines))
    found = Found(tuple(w for s in ordered for w in s.words), text, "above")
    if not ordered or not context.upward:
        return found
    near = min((abs(_gap(hit, found) - gap) for gap in context.gaps), default=0.0) < _ALIKE
    return replace(found, closed=near and _look(found) in context.looks)


def _has_a_label(cell: BBox | None, sheet: Sheet, context: Context) -> bool:
    return cell is not None and any(s.frame == cell and id(s) in context.labels for s in sheet.segments)


def _line_over(label: Segment, sheet: Sheet) -> float | None:
    """Where a line to write on is drawn right above a label, over all of it."""
    left, top, right, _ = label.box
    found = (
        u[1] for u in sheet.underlines
        if u[0] - 6 < left and right < u[2] + 6 and 0 <= top - u[3] < _height(label)
    )  # fmt: skip
    return max(found, default=None)


def _line_above(
    label: Segment, top: float, near: float, sheet: Sheet, context: Context, under: Segment | None
) -> list[Segment]:
    """The segments of the next line up that stand over the label, left to right."""
    end = min(
        (s.box[0] for s in sheet.segments if _level(s, label) and s.box[0] > label.box[2]),
        default=sheet.width + 1,
    )
    over = [
        s for s in sheet.segments
        if s is not label and label.box[0] - 8 <= s.box[0] < end - 2
        and s.box[3] - 0.4 * _height(s) <= top and top - s.box[3] <= near * max(_height(s), _height(label))
    ]  # fmt: skip
    if not over:
        return []
    lowest = max(over, key=lambda s: s.box[3])
    line = sorted((s for s in over if _level(s, lowest)), key=lambda s: s.box[0])
    asked = next((i for i, s in enumerate(line) if i and (asks_something([s]) or not is_free(s, context))), 0)
    line = line[:asked] if asked else line
    apart = next((i for i in range(1, len(line)) if line[i].box[0] - line[i - 1].box[2] > _APART), 0)
    line = line[:apart] if apart else line
    if under is not None and (
        abs(line[0].box[0] - under.box[0]) > 3
        or abs(line[0].size - under.size) > 0.6
        or line[0].bold != under.bold
        or line[0].entered != under.entered
        or line[0].frame != under.frame
    ):
        return []  # not the same value
    return line


def _ticked(line: list[Segment], sheet: Sheet) -> bool:
    return any(
        abs(t.box[1] + t.box[3] - s.box[1] - s.box[3]) < _height(s)
        and -4 <= max(s.box[0] - t.box[2], t.box[0] - s.box[2]) < 14
        for s in line
        for t in sheet.ticks
    )


def _level(a: Segment, b: Segment) -> bool:
    return abs(a.box[1] + a.box[3] - b.box[1] - b.box[3]) < 0.35 * (_height(a) + _height(b))


def _height(segment: Segment) -> float:
    return max(segment.box[3] - segment.box[1], 4.0)


def leave_captions(context: Context) -> None:
    """Forgets the labels in brackets: where values do not stand above them, they explain other labels."""
    context.labels = context.labels - {
        id(h.segment) for hits in context.hits.values() for h in hits if h.in_brackets
    }
    context.hits = {n: [h for h in hits if not h.in_brackets] for n, hits in context.hits.items()}


def leave_doubtful(context: Context) -> None:
    """Keeps the labels that are whole lines: a value may begin with a label's word ("Version Santé")."""

    def is_doubtful(hit: LabelHit) -> bool:
        return not hit.closed and hit.end < len(hit.segment.words)

    doubtful = {id(h.segment) for hits in context.hits.values() for h in hits if is_doubtful(h)}
    context.labels = context.labels - doubtful
    context.hits = {n: [h for h in hits if not is_doubtful(h)] for n, hits in context.hits.items()}
