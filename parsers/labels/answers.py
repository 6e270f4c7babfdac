"""Choices written where a label asks for them ("Type de demande | Nouvelle"): no labels themselves."""

from __future__ import annotations

from collections.abc import Sequence

from parsers.folding import words_of
from parsers.labels.index import LabelIndex
from parsers.labels.text import match_text
from parsers.layout.sheet import Segment
from parsers.types import FormDef

_LEVEL, _ALIGNED = 4.0, 8.0
"""Points by which one row's cells stand higher or lower, and one column's further left or right."""
_NEAR = 2.5
"""Of a line's height, from a label down to what answers it."""


def chosen_in_words(segments: Sequence[Segment], form: FormDef, index: LabelIndex) -> set[int]:
    """Ids of the segments that name a choice of the label to their left or right above, and nothing else."""
    fields = {
        words_of(wording): definition.id
        for definition in form.fields
        if definition.type == "choice"
        for by_language in definition.choice_labels.values()
        for wordings in by_language.values()
        for wording in wordings
    }
    named = [(s, field) for s in segments if (field := fields.get(words_of(s.text))) is not None]
    return {id(s) for s, field in named if _asks_for(field, _before(s, segments), index)}


def _asks_for(field: str, labels: Sequence[Segment], index: LabelIndex) -> bool:
    found = (match_text(label.text.strip(" :*"), index) for label in labels)
    return any(f is not None and f[1] != "weak" and f[0][0] == field for f in found)


def _before(segment: Segment, segments: Sequence[Segment]) -> list[Segment]:
    """The nearest segment to the left in the same row, and the nearest one above that begins there."""
    left, top, _, bottom = segment.box
    middle, reach = (top + bottom) / 2, _NEAR * (bottom - top)
    row = (
        s for s in segments
        if s.box[2] <= left + 2 and abs((s.box[1] + s.box[3]) / 2 - middle) < _LEVEL and s is not segment
    )  # fmt: skip
    over = (
        s for s in segments
        if abs(s.box[0] - left) < _ALIGNED and -2 <= top - s.box[3] < reach and s is not segment
    )  # fmt: skip
    nearest = (
        max(row, key=lambda s: s.box[2], default=None),
        max(over, key=lambda s: s.box[3], default=None),
    )
    return [s for s in nearest if s is not None]
