"""Places of a page where a value that stands beside cannot be trusted to be whole or right.

Words that were struck out leave a rest of which nobody knows whether it was meant to stay; text that runs
into the next column's may have left its end there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from itertools import pairwise

from parsers.documents.reading import Page, Reading, Word
from parsers.remembered import Remembered
from parsers.types import BBox, FieldValue

_DOUBTED = 0.9
_STRUCK = "beside words that were struck out"
_MEANT, _LEADER = re.compile(r"[^\W_]{2}"), re.compile(r"[._…]{3}|-{5}")
"""What says something, and dots to write on: values stand upon them."""
_RUN_OVER = "runs into the text beside it"


def doubt_beside(fields: dict[str, FieldValue], reading: Reading) -> None:
    """Brings the values that stand in such a place below what is believed."""
    for page in reading.pages:
        struck = [w.box for w in page.struck]
        if struck:
            _doubt(fields, page.number, struck, _STRUCK)
        over = _OVER.of((page,), partial(_run_over, page))
        if over:
            _doubt(fields, page.number, over, _RUN_OVER)
    struck_blocks = [" ".join(b.text.split()) for b in reading.blocks if b.struck]
    for key, value in fields.items():
        written = " ".join((value.raw or str(value.value)).split())
        if struck_blocks and any(written in text for text in struck_blocks):
            _lower(fields, key, _STRUCK)


_OVER: Remembered[list[BBox]] = Remembered(24)


def _run_over(page: Page) -> list[BBox]:
    return [*page.seams, *_overlaps(page.words)]


def _overlaps(words: Sequence[Word]) -> list[BBox]:
    """Where two words of one line stand upon each other; the same word twice is one set bold."""
    lines: dict[int, list[Word]] = {}
    for word in words:
        meant = _MEANT.search(word.text) and not _LEADER.search(word.text)
        if meant and word.confidence is None and word.origin == "page":
            lines.setdefault(round((word.box[1] + word.box[3]) / 4), []).append(word)
    found = []
    for number, line in lines.items():
        near = sorted([*line, *lines.get(number + 1, ())], key=lambda w: w.box[0])
        for before, here in pairwise(near):
            height = min(before.box[3] - before.box[1], here.box[3] - here.box[1])
            shared = min(before.box[2], here.box[2]) - here.box[0]
            apart = abs(before.box[1] + before.box[3] - here.box[1] - here.box[3]) / 2
            if shared > 0.15 * height and apart < 0.3 * height and before.text != here.text:
                found.append((here.box[0], here.box[1], here.box[0] + shared, here.box[3]))
    return found


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
