"""What is known about a document while its printed labels are read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from parsers.documents.reading import Word
from parsers.labels.line import LabelHit
from parsers.layout.sheet import Segment, Sheet
from parsers.types import FormDef

Place = Literal["inline", "frame_right", "right", "in_cell", "frame_below", "below", "cell_below", "above"]


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
    letterhead: set[int] = field(default_factory=set)
    """Ids of segments with the numbers of whoever issued the form."""
    labels: set[int] = field(default_factory=set)
    aes: set[int] = field(default_factory=set)
    places: Counter[Place] = field(default_factory=Counter)
    gaps: list[float] = field(default_factory=list)
    """How far below their labels values stand that prove themselves, in points."""
    looks: Counter[tuple[float, bool]] = field(default_factory=Counter)
    """How values that prove themselves are set: size and boldness."""
    upward: bool = False
    """True for a form whose labels stand under their values."""
    flow: bool = False


def is_free(segment: Segment, context: Context) -> bool:
    """True for what is no label and not the blank form's own print."""
    return id(segment) not in context.labels and id(segment) not in context.printed


def look_of(size: float, bold: bool) -> tuple[float, bool]:
    """How words are set, sizes to half a point."""
    return (round(size * 2) / 2, bold)


def gap_of(hit: LabelHit, place: Found) -> float:
    """From a label's last line down to its value: a label that nobody knows stands further off."""
    last = hit.below[-1] if hit.below else hit.segment
    return min(w.box[1] for w in place.words) - last.box[3] if place.words else 999.0
