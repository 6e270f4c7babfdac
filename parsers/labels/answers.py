"""Choices written where a label asks for them ("Type de demande | Nouvelle"): no labels themselves."""

from __future__ import annotations

from collections.abc import Sequence

from parsers.choices import choices_in_words
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
    choices = choices_in_words(form)
    return {
        id(segment)
        for number, segment in enumerate(segments)
        if (fields := choices.get(words_of(segment.text)))
        and not segment.text.rstrip().endswith((":", "*"))
        and any(_answers(f, segments, number, index) for f in fields if _is_one_of_many(f, form))
    }


def _is_one_of_many(field: str, form: FormDef) -> bool:
    definition = form.field(field)
    return definition is not None and definition.type == "choice"


def _answers(field: str, segments: Sequence[Segment], number: int, index: LabelIndex) -> bool:
    segment = segments[number]
    if _asks_for(field, _beside(segment, segments), index):
        return True
    following = segments[number + 1] if number + 1 < len(segments) else None
    asks = following is None or following.frame != segment.frame or match_text(following.text, index)
    return bool(asks) and _asks_for(field, _above(segment, segments), index)  # else it asks for what follows


def _asks_for(field: str, label: Segment | None, index: LabelIndex) -> bool:
    found = match_text(label.text.strip(" :*"), index) if label is not None else None
    return found is not None and found[1] != "weak" and found[0][0] == field


def _beside(segment: Segment, segments: Sequence[Segment]) -> Segment | None:
    """The nearest segment to the left in the same row."""
    left, top, _, bottom = segment.box
    row = (
        s
        for s in segments
        if s.box[2] <= left + 2 and abs(s.box[1] + s.box[3] - top - bottom) < 2 * _LEVEL and s is not segment
    )
    return max(row, key=lambda s: s.box[2], default=None)


def _above(segment: Segment, segments: Sequence[Segment]) -> Segment | None:
    """The nearest segment above that begins at the same place."""
    left, top, _, bottom = segment.box
    over = (
        s
        for s in segments
        if abs(s.box[0] - left) < _ALIGNED and -2 <= top - s.box[3] < _NEAR * (bottom - top)
    )
    return max(over, key=lambda s: s.box[3], default=None)
