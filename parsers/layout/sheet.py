"""A page ready to be searched: its lines in pieces, its frames, its boxes to tick."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from parsers.documents.reading import Widget, Word
from parsers.types import BBox


@dataclass(frozen=True, slots=True)
class Tick:
    """A box to tick and its state; `sure` is false for a mark that only looks like one."""

    page: int
    box: BBox
    on: bool
    sure: bool = True
    source: str = "text"
    confidence: float | None = None
    widget: Widget | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """Words of one line that belong together. `frame` is the closed cell around it, if there is one."""

    page: int
    words: tuple[Word, ...]
    box: BBox
    text: str
    frame: BBox | None = None
    filler_after: bool = False
    bold: bool = field(init=False, repr=False, compare=False)
    entered: bool = field(init=False, repr=False, compare=False)
    """True when it was certainly put in by whoever filled the form."""

    def __post_init__(self) -> None:
        # Asked for hundreds of times of each.
        object.__setattr__(self, "bold", all(word.bold for word in self.words))
        entered = all(word.origin != "page" or word.handwritten for word in self.words)
        object.__setattr__(self, "entered", entered)

    @property
    def size(self) -> float:
        return self.words[0].size or (self.box[3] - self.box[1])


@dataclass(slots=True)
class Sheet:
    """A page ready to be searched. Segments are in reading order.

    One sheet serves all who ask for that page: none changes it, what differs is a sheet of its own.
    """

    number: int
    width: float
    height: float
    segments: list[Segment] = field(default_factory=list)
    frames: list[BBox] = field(default_factory=list)
    ticks: list[Tick] = field(default_factory=list)
    underlines: list[BBox] = field(default_factory=list)
    flow: bool = False


def may_come_again(sheets: Sequence[Sheet]) -> bool:
    """True for what may be pages of a blank: flowing text is new each time, and no form is that long."""
    return len(sheets) <= _MOST_PAGES and all(
        not s.flow and len(s.segments) <= _MOST_SEGMENTS for s in sheets
    )


_MOST_PAGES, _MOST_SEGMENTS = 8, 600


def covers(outer: BBox, inner: BBox) -> bool:
    """True when the middle of `inner` lies in `outer`."""
    x, y = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    return outer[0] - 1 <= x <= outer[2] + 1 and outer[1] - 1 <= y <= outer[3] + 1


def pitch(upper: BBox, lower: BBox) -> float:
    """From one line down to the next; their boxes may or may not have room above and below the letters."""
    return min(lower[1] - upper[1], lower[3] - upper[3])


def union(boxes: Iterable[BBox]) -> BBox | None:
    """The smallest box around all, None for none."""
    every = list(boxes)
    if not every:
        return None
    return (
        min(b[0] for b in every),
        min(b[1] for b in every),
        max(b[2] for b in every),
        max(b[3] for b in every),
    )
