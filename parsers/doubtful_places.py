"""Places of a page where a value that stands beside cannot be trusted to be whole or right.

Words that were struck out leave a rest of which nobody knows whether it was meant to stay; text that runs
into the next column's may have left its end there.
"""

from __future__ import annotations

from collections.abc import Sequence

from parsers.documents.reading import Reading
from parsers.types import BBox, FieldValue

_DOUBTED = 0.9
_STRUCK = "beside words that were struck out"


def doubt_beside(fields: dict[str, FieldValue], reading: Reading) -> None:
    """Brings the values that stand in such a place below what is believed."""
    for page in reading.pages:
        struck = [w.box for w in page.struck]
        if struck:
            _doubt(fields, page.number, struck, _STRUCK)
    struck_blocks = [" ".join(b.text.split()) for b in reading.blocks if b.struck]
    for key, value in fields.items():
        written = " ".join((value.raw or str(value.value)).split())
        if struck_blocks and any(written in text for text in struck_blocks):
            _lower(fields, key, _STRUCK)


def _doubt(fields: dict[str, FieldValue], page: int, places: Sequence[BBox], why: str) -> None:
    for key, value in fields.items():
        box = value.bbox
        if value.page == page and box is not None and any(_beside(box, place) for place in places):
            _lower(fields, key, why)


def _lower(fields: dict[str, FieldValue], key: str, why: str) -> None:
    value = fields[key]
    sure = min(value.confidence, _DOUBTED)
    fields[key] = value.model_copy(update={"confidence": sure, "evidence": (*value.evidence, why)})


def _beside(value: BBox, place: BBox) -> bool:
    """True in the same line a few letters off, or in the next line of the same paragraph."""
    height = max(place[3] - place[1], 4.0)
    across = max(value[0] - place[2], place[0] - value[2])
    down = max(value[1] - place[3], place[1] - value[3])
    return (down < -0.4 * height and across < 3 * height) or (down < 0.7 * height and across < 0)
