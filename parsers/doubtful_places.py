"""Places of a page where a value that stands beside cannot be trusted to be whole or right.

Words that were struck out leave a rest of which nobody knows whether it was meant to stay; text that runs
into the next column's may have left its end there.
"""

from __future__ import annotations

from collections.abc import Sequence

from parsers.documents.reading import Page
from parsers.types import BBox, FieldValue

_DOUBTED = 0.9


def doubt_beside(fields: dict[str, FieldValue], pages: Sequence[Page]) -> None:
    """Brings the values that stand in such a place below what is believed."""
    for page in pages:
        struck = [w.box for w in page.struck]
        if struck:
            _doubt(fields, page.number, struck, "beside words that were struck out")


def _doubt(fields: dict[str, FieldValue], page: int, places: Sequence[BBox], why: str) -> None:
    for key, value in fields.items():
        if value.page != page or value.bbox is None or value.confidence <= _DOUBTED:
            continue
        if any(_beside(value.bbox, place) for place in places):
            fields[key] = value.model_copy(
                update={"confidence": _DOUBTED, "evidence": (*value.evidence, why)}
            )


def _beside(value: BBox, place: BBox) -> bool:
    """True in the same line a few letters off, or in the next line of the same paragraph."""
    height = max(place[3] - place[1], 4.0)
    across = max(value[0] - place[2], place[0] - value[2])
    down = max(value[1] - place[3], place[1] - value[3])
    return (down < -0.4 * height and across < 3 * height) or (down < 0.7 * height and across < 0)
