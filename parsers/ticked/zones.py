"""Where on a page the boxes and words stand that answer a question."""

from __future__ import annotations

from collections.abc import Iterator

from parsers.labels.line import LabelHit
from parsers.layout.sheet import Segment, Sheet, Tick
from parsers.printed.context import Context

REACH = 160.0
"""Points from a question to the furthest of its answers."""


def zone_of(hit: LabelHit, sheet: Sheet, context: Context) -> tuple[float, float, float, float]:
    """Right of the label up to the next label of its row, and down to the next label below; over it in a form
    that writes so."""
    over = zone_over(hit, sheet, context)
    if over is not None:
        return over
    segment = hit.segment
    middle = (segment.box[1] + segment.box[3]) / 2
    hits = [h for h in context.hits[sheet.number] if h.segment is not segment]
    labels = [h.segment for h in hits]
    others = [h.segment for h in hits if hit.fields[0] not in h.fields]  # not its own in another language
    right = min(
        (s.box[0] for s in others if s.box[0] > segment.box[2] and abs(middle_of(s) - middle) < 8),
        default=1e9,
    )
    bottom = min(
        (
            s.box[1]
            for s in labels
            if middle_of(s) > segment.box[3] and s.box[0] < right and s not in hit.below
        ),
        default=1e9,
    )
    last = max([segment.box[3], *(s.box[3] for s in hit.below)])
    return (segment.box[0] - 40, segment.box[1] - 6, right, min(bottom - 1, last + 34))


def zone_over(hit: LabelHit, sheet: Sheet, context: Context) -> tuple[float, float, float, float] | None:
    """From the label up to the next one over it, in a form whose labels stand under their values; None where
    boxes stand beside the label, for a question with none over it, and where any has them only below."""
    if not context.upward or _has_level_boxes(hit, sheet):
        return None
    zone = _gap_over(hit, sheet, context)
    asks = hit.label.rstrip().endswith((":", "?"))
    if asks and not any(is_in(zone, tick) for tick in sheet.ticks):
        return None
    return None if any(_has_boxes_below(h, sheet, context) for h in _questions(sheet, context)) else zone


def _questions(sheet: Sheet, context: Context) -> Iterator[LabelHit]:
    """The labels of what is answered with boxes, but those with boxes on their own line."""
    for hit in context.hits[sheet.number]:
        definition = context.form.field(hit.fields[0])
        boxes = definition is not None and definition.type in ("bool", "choice", "choices")
        if boxes and not _has_level_boxes(hit, sheet):
            yield hit


def _has_level_boxes(hit: LabelHit, sheet: Sheet) -> bool:
    left = hit.segment.box[0]
    middle = middle_of(hit.segment)
    return any(t.box[0] > left and abs(t.box[1] + t.box[3] - 2 * middle) < 8 for t in sheet.ticks)


def _has_boxes_below(hit: LabelHit, sheet: Sheet, context: Context) -> bool:
    """True for a question with boxes between it and the next label below, and none over it."""
    over = _gap_over(hit, sheet, context)
    bottom = max(s.box[3] for s in (hit.segment, *hit.below))
    labels = (s for h in context.hits[sheet.number] for s in (h.segment, *h.below))
    end = min((s.box[1] for s in labels if s.box[1] >= bottom), default=sheet.height)
    under = (over[0], bottom, over[2], min(end, bottom + REACH))
    return any(is_in(under, t) for t in sheet.ticks) and not any(is_in(over, t) for t in sheet.ticks)


def _gap_over(hit: LabelHit, sheet: Sheet, context: Context) -> tuple[float, float, float, float]:
    """From a label up to the next one over it."""
    left, top, right, _ = hit.segment.box
    over = (s for h in context.hits[sheet.number] for s in (h.segment, *h.below) if s is not hit.segment)
    end = max((s.box[3] for s in over if s.box[3] <= top and s.box[0] < right), default=0.0)
    return (left - 40, max(end, top - REACH), 1e9, top)


def middle_of(segment: Segment) -> float:
    return (segment.box[1] + segment.box[3]) / 2


def is_in(zone: tuple[float, float, float, float], tick: Tick) -> bool:
    x, y = (tick.box[0] + tick.box[2]) / 2, (tick.box[1] + tick.box[3]) / 2
    return zone[0] <= x <= zone[2] and zone[1] <= y <= zone[3]
