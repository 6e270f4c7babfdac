"""Which small squares and circles of a PDF page are boxes to tick, and which are ticked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from parsers.documents.reading import Box, TickState, Word
from parsers.types import BBox

TICK_SIZE = (5.0, 24.0)
"""Smallest and largest side of a box to tick, in points."""
_BEHIND = 8.0
"""Points from a box to the words behind it."""
DINGBATS = {
    "4": "✔", "3": "✓", "8": "✘", "6": "✘", "5": "✗", "l": "●", "n": "■", "u": "◆", "H": "★", "q": "□",
    "ü": "✓", "û": "✗", "þ": "☑", "ý": "☒", "¨": "☐", "o": "☐", "x": "☒",
}  # fmt: skip
"""What letters of the symbol fonts (ZapfDingbats, Wingdings) show."""

_GLYPHS = frozenset("xX×✓✔✗✘✕✖☒☑■●•⬤█√◆★")


def boxes_of(
    number: int,
    boxes: Sequence[tuple[BBox, bool]],
    rounds: Sequence[tuple[BBox, bool]],
    marks: Sequence[BBox],
    rulings: Sequence[BBox],
    words: Sequence[Word],
) -> Iterator[Box]:
    """All drawn boxes; those to tick with whether a mark, a glyph or a fill stands in them.

    `boxes` and `rounds` come with whether they are filled dark. Cells of a comb, side by side or with a
    letter in them, are frames.
    """
    small = [(box, filled) for box, filled in rounds]
    for box, filled in boxes:
        if _tickable(box):
            small.append((box, filled))
        else:
            yield Box(number, box, filled)
    fills = [box for box, filled in small if filled]
    # A square that is too small to be ticked itself is the mark in one ("■" drawn in a box).
    fills += [box for box, filled in boxes if filled and max(box[2] - box[0], box[3] - box[1]) < TICK_SIZE[1]]
    strokes = [r for r in rulings if max(r[2] - r[0], r[3] - r[1]) <= TICK_SIZE[1]]
    glyphs = [w.box for w in words if len(w.text) == 1 and w.text in _GLYPHS]
    letters = [w.box for w in words if len(w.text) == 1 and w.text not in _GLYPHS]
    combs = _combs([box for box, _ in small], [box for box, _ in boxes], words)
    seen: set[tuple[int, ...]] = set()
    for box, filled in sorted(small, key=lambda item: item[0][0] - item[0][2]):
        key = tuple(round(v / 2) for v in box)
        if key in seen or any(_inside(box, other) and _larger(other, box) for other, _ in small):
            continue
        seen.add(key)
        if box in combs or any(_middle_in(letter, box) for letter in letters):
            yield Box(number, box, filled)
            continue
        marked = (
            filled
            or any(_middle_in(mark, box) and _share(mark, box) >= 0.3 for mark in marks)
            or any(
                _well_in(stroke, box) and _share(stroke, box) >= 0.3 and not _in_table(stroke, rulings)
                for stroke in strokes
            )
            or any(
                not _same(fill, box) and _middle_in(fill, box) and _share(fill, box) >= 0.3 for fill in fills
            )
            or any(_middle_in(glyph, box) for glyph in glyphs)
        )
        tick: TickState = "on" if marked else "off"
        yield Box(number, box, filled, tick)


def _tickable(box: BBox) -> bool:
    width, height = box[2] - box[0], box[3] - box[1]
    low, high = TICK_SIZE
    small, large = min(width, height), max(width, height)
    return low <= small and large <= high and small > 0.8 * large


def _combs(boxes: Sequence[BBox], drawn: Sequence[BBox], words: Sequence[Word]) -> set[BBox]:
    """Boxes that touch: three or more side by side are cells for characters, one over the other a table's,
    unless words and no other cells stand right behind each."""
    turned = {(top, left, bottom, right): (left, top, right, bottom) for left, top, right, bottom in boxes}
    stacked = {turned[box] for box in _in_runs(list(turned))}
    if all(_has_words_behind(box, drawn, words) for box in stacked):
        stacked = set()
    return _in_runs(boxes) | stacked


def _has_words_behind(box: BBox, drawn: Sequence[BBox], words: Sequence[Word]) -> bool:
    middle = (box[1] + box[3]) / 2
    cell = any(abs(other[0] - box[2]) < 1.6 and other[1] < middle < other[3] for other in drawn)
    return not cell and any(
        -0.5 <= w.box[0] - box[2] < _BEHIND and w.box[1] < middle < w.box[3] for w in words
    )


def _in_runs(boxes: Sequence[BBox]) -> set[BBox]:
    """Boxes of one row that stand side by side without a gap, three or more."""
    rows: dict[tuple[int, int], list[BBox]] = {}
    for box in boxes:
        rows.setdefault((round(box[1]), round(box[3] - box[1])), []).append(box)
    found: set[BBox] = set()
    for row in rows.values():
        row.sort()
        run = row[:1]
        for box in row[1:]:
            if abs(box[0] - run[-1][2]) < 1.6:
                run.append(box)
                continue
            if len(run) >= 3:
                found.update(run)
            run = [box]
        if len(run) >= 3:
            found.update(run)
    return found


def _larger(a: BBox, b: BBox) -> bool:
    return (a[2] - a[0]) > (b[2] - b[0]) + 1.0


def _same(a: BBox, b: BBox) -> bool:
    return all(abs(p - q) < 0.8 for p, q in zip(a, b, strict=True))


def _inside(inner: BBox, outer: BBox) -> bool:
    return (
        inner[0] >= outer[0] - 1
        and inner[1] >= outer[1] - 1
        and inner[2] <= outer[2] + 1
        and inner[3] <= outer[3] + 1
    )


def _middle_in(inner: BBox, outer: BBox) -> bool:
    x, y = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    return outer[0] <= x <= outer[2] and outer[1] <= y <= outer[3]


def _well_in(line: BBox, box: BBox) -> bool:
    """True for a stroke in the box, false for one of its own edges."""
    x, y = (line[0] + line[2]) / 2, (line[1] + line[3]) / 2
    return box[0] + 1.5 < x < box[2] - 1.5 and box[1] + 1.5 < y < box[3] - 1.5


def _in_table(line: BBox, rulings: Sequence[BBox]) -> bool:
    """True for an upright line between two long level ones: a cell's edge, though a box may stand over it."""
    left, top, right, bottom = line
    if right - left > 1:
        return False
    level = [
        r[1]
        for r in rulings
        if r[2] - r[0] > TICK_SIZE[1] and r[0] - 1 <= left <= r[2] + 1 and r[3] - r[1] < 1
    ]
    return all(any(abs(y - end) < 1 for y in level) for end in (top, bottom))


def _share(mark: BBox, box: BBox) -> float:
    return max(mark[2] - mark[0], mark[3] - mark[1]) / max(box[2] - box[0], 1.0)
