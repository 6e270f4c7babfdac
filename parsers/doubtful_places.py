"""Places of a page where a value that stands beside cannot be trusted to be whole or right.

Words that were struck out leave a rest of which nobody knows whether it was meant to stay; text that runs
into the next column's may have left its end there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import pairwise

from parsers.documents.reading import Page, Reading, Word
from parsers.layout.sheet import covers
from parsers.remembered import Remembered
from parsers.types import BBox, FieldValue

_DOUBTED = 0.88
_STRUCK = "beside words that were struck out"
_MEANT, _LEADER = re.compile(r"[^\W_]{2}"), re.compile(r"[._…]{3}|-{5}")
"""What says something, and dots to write on: values stand upon them."""
_EXACT = 2.0
"""Points by which an underline may end before or behind its words."""
_BLANK = 0.5
"""Of its line's height, a blank behind a word; it is underlined with it."""
_RUN_OVER = "runs into the text beside it"


def doubt_beside(fields: dict[str, FieldValue], reading: Reading) -> None:
    """Brings the values that stand in such a place below what is believed."""
    for page in reading.pages:
        if page.struck:
            level = [r.box for r in page.rulings if r.horizontal]
            struck = [w.box for w in page.struck if not _replaced(w, page, level)]
            _doubt(fields, _not_put_in(fields, page, level), page.number, struck, _STRUCK)
        over = _OVER.of((page,), partial(_run_over, page))
        if over:
            _doubt(fields, fields, page.number, over, _RUN_OVER)
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


def _not_put_in(fields: dict[str, FieldValue], page: Page, rulings: Sequence[BBox]) -> list[str]:
    """The fields whose value is not underlined from its first letter to its last, as a change that is
    tracked shows what was put in for what was struck out."""
    return [
        key
        for key, value in fields.items()
        if value.bbox is None or value.page != page.number or not _underlined(value.bbox, page, rulings)
    ]


def _replaced(gone: Word, page: Page, rulings: Sequence[BBox]) -> bool:
    """True for struck words whose place was taken by words that an underline begins with."""
    taken = next((w for w in page.words if covers(w.box, gone.box) and w.box[0] <= gone.box[0] + 1), None)
    if taken is None:
        return False
    height = taken.box[3] - taken.box[1]
    return any(
        abs(r[1] - taken.box[3]) < 0.3 * height and gone.box[2] - _EXACT < r[0] < taken.box[2] - _EXACT
        for r in rulings
    )


def _underlined(box: BBox, page: Page, rulings: Sequence[BBox]) -> bool:
    lines: list[list[Word]] = []
    for word in sorted((w for w in page.words if covers(box, w.box)), key=_middle):
        if lines and _middle(word) - _middle(lines[-1][0]) < 0.5 * (word.box[3] - word.box[1]):
            lines[-1].append(word)
        else:
            lines.append([word])
    return bool(lines) and all(_line_under(words, rulings, page.struck) for words in lines)


def _middle(word: Word) -> float:
    return (word.box[1] + word.box[3]) / 2


def _line_under(words: Sequence[Word], rulings: Sequence[BBox], struck: Sequence[Word]) -> bool:
    """True where a line's words stand upon underlines as long as they, or behind what they replaced."""
    left, right = min(w.box[0] for w in words), max(w.box[2] for w in words)
    bottom, height = max(w.box[3] for w in words), max(w.box[3] - w.box[1] for w in words)

    def reaches(box: BBox) -> bool:
        return left - _EXACT < box[0] < right and left < box[2] < right + max(_EXACT, _BLANK * height)

    under = [r for r in rulings if -0.3 * height < r[1] - bottom < 0.2 * height and reaches(r)]
    gone = [w.box for w in struck if abs(w.box[3] - bottom) < 0.4 * height and reaches(w.box)]
    reached = left
    for begin, _, end, _ in sorted([*under, *gone]):
        if begin - reached > (_EXACT if (begin, end) in {(r[0], r[2]) for r in under} else height):
            return False
        reached = max(reached, end)
    return bool(under) and right - reached < _EXACT


def _doubt(
    fields: dict[str, FieldValue], keys: Iterable[str], page: int, places: Sequence[BBox], why: str
) -> None:
    for key in list(keys):
        value = fields[key]
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
