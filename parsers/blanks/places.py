"""Where a page of a blank leaves room to write: form fields, and drawn frames in which nothing is printed."""

from __future__ import annotations

from parsers.documents.reading import Page, Widget
from parsers.types import BBox

_NARROWEST, _LOWEST, _HIGHEST = 40.0, 9.0, 45.0
"""Points of a frame for a value; higher ones are there to be signed in."""


def places_of(page: Page, widgets: tuple[Widget, ...]) -> tuple[BBox, ...]:
    """The places of a page, in points."""
    fields = [w.box for w in widgets if w.page == page.number and w.box and w.kind in _WRITTEN]
    taken = [*fields, *(w.box for w in widgets if w.page == page.number and w.box and w.kind == "signature")]
    frames = [
        b.box
        for b in page.boxes
        if not b.filled
        and b.tick is None
        and b.box[2] - b.box[0] >= _NARROWEST
        and _LOWEST <= b.box[3] - b.box[1] <= _HIGHEST
        and not any(_meet(b.box, other) for other in taken)
        and not any(_holds(b.box, word.box) for word in page.words)
    ]
    return (*fields, *frames)


_WRITTEN = ("text", "choice", "date")


def _meet(one: BBox, other: BBox) -> bool:
    return one[0] < other[2] - 1 and other[0] < one[2] - 1 and one[1] < other[3] - 1 and other[1] < one[3] - 1


def _holds(frame: BBox, word: BBox) -> bool:
    x, y = (word[0] + word[2]) / 2, (word[1] + word[3]) / 2
    return frame[0] <= x <= frame[2] and frame[1] <= y <= frame[3]
