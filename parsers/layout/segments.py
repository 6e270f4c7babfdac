"""Words -> runs of words in one cell of one line."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from operator import itemgetter

from parsers.documents.reading import Word
from parsers.layout.sheet import Segment, Sheet, Tick
from parsers.layout.words import FILLER, has_filler, height_of, initials_joined, middle_of
from parsers.types import BBox

_BAND, _MANY = 40.0, 60
"""Points of a page's height whose upright lines are kept together, where there are more than so many."""
_LEVEL = 0.42
"""Share of their height by which the middles of two words of one line may differ."""
Line = tuple[float, float, float]
"""What separates: (x, top, bottom) upright, (y, left, right) level."""


def segments_of(
    words: list[Word], verticals: list[Line], horizontals: list[Line], page: int, sheet: Sheet
) -> list[Segment]:
    """The words in reading order; what is only there to be written on becomes the sheet's underlines."""
    xs = [v[0] for v in verticals]
    rules = _Rules(verticals, horizontals)
    segments: list[Segment] = []
    lines: list[list[Segment]] = []
    for line in _lines(words):
        begun = len(segments)
        current: list[Word] = []
        for number, word in enumerate(ordered := _fillers_first(line)):
            if has_filler(word.text):
                bare = FILLER.sub(" ", word.text).strip(" _")
                if not bare and not (current and _in_brackets(current, ordered[number + 1 :])):
                    if current and current[-1].box[2] < word.box[0] + _WRITTEN_OVER:
                        segments.append(_close(current, page, rules, filler=True))
                        current = []
                    sheet.underlines.append(word.box)
                    continue
                word = replace(word, text=bare) if bare else word
            if current and _breaks(current[-1], word, verticals, xs, sheet.ticks):
                segments.append(_close(current, page, rules))
                current = []
            current.append(word)
        if current:
            segments.append(_close(current, page, rules))
        lines.append(segments[begun:])
    if not sheet.flow:
        columns = _columns(lines)
        segments = [piece for s in segments for piece in _at_columns(s, columns)] if columns else segments
        axes = _axes(segments)
        segments = [piece for s in segments for piece in _at_axes(s, axes)] if axes else segments
    return in_reading_order(segments)


def _in_brackets(before: list[Word], after: list[Word]) -> bool:
    """True between a bracket that opens in the same text and the one that closes it: "(LU__ ____ ____)"."""
    text = " ".join(w.text for w in before)
    closing = next((w.text for w in after if "(" in w.text or ")" in w.text), "")
    return text.rfind("(") > text.rfind(")") and closing.rstrip("*:").endswith(")")


_WRITTEN_OVER = 2.0
"""Points by which a word reaches into the dots behind it that are not behind it but under it."""


def _fillers_first(line: list[Word]) -> list[Word]:
    """The words of a line, dots to write on before what is written at their very beginning."""
    if not any(has_filler(w.text) for w in line):
        return line
    return sorted(line, key=lambda w: w.box[0] - (_WRITTEN_OVER if has_filler(w.text) else 0.0))


def in_reading_order(segments: list[Segment]) -> list[Segment]:
    """From the top, and from left to right."""
    return sorted(segments, key=lambda s: (round((s.box[1] + s.box[3]) / 2 / 3), s.box[0]))


_LEFT, _EDGE, _AGAIN = 1.5, 0.7, 2
"""Points by which the left edges of a column of labels differ, and of values; how many lines make one."""
_SPACE = 0.2
"""Points by which the spaces between the words of one text differ."""
_PROSE = 14
"""Words; no label is longer."""


def _columns(lines: list[list[Segment]]) -> list[tuple[float, set[float]]]:
    """Where values begin that stand in a column of their own, and where the labels left of them begin."""
    found: list[tuple[float, list[float]]] = []
    for line in lines:
        for label, value in pairwise(line):
            if label.frame is None and value.frame is None and value.words[0].confidence is None:
                known = next((lefts for at, lefts in found if abs(at - value.box[0]) < _EDGE), None)
                if known is None:
                    found.append((value.box[0], [label.box[0]]))
                else:
                    known.append(label.box[0])
    return [(at, set(lefts)) for at, lefts in found if len(lefts) >= _AGAIN]


def _at_columns(segment: Segment, columns: list[tuple[float, set[float]]]) -> list[Segment]:
    """The segment in two where a label reaches so far that its value follows it like its next word."""
    if segment.frame is not None or len(segment.words) < 2:
        return [segment]
    left, right = segment.box[0], segment.box[2]
    for at, lefts in columns:
        if left < at < right and any(abs(other - left) < _LEFT for other in lefts):
            for number, word in enumerate(segment.words[1:_PROSE], 1):
                if abs(word.box[0] - at) < _EDGE and not _is_spaced_alike(segment.words, number):
                    return [_part(segment, segment.words[:number]), _part(segment, segment.words[number:])]
    return [segment]


_WIDE, _LINES = 0.5, 3
"""Of the height, a gap wider than a space; how many lines that begin apart have it there on purpose."""


def _axes(segments: list[Segment]) -> set[tuple[int, int]]:
    """Where labels end that are set to the right, and where their values begin, to a point."""
    seen: dict[tuple[int, int], set[int]] = {}
    for segment in segments:
        word = segment.words[0]
        if segment.frame is None and word.confidence is None and word.origin == "page":
            for axis in _gaps(segment):
                seen.setdefault(axis, set()).add(round(segment.box[0]))
    return {axis for axis, lefts in seen.items() if len(lefts) >= _LINES}


def _gaps(segment: Segment) -> Iterable[tuple[int, int]]:
    wide = _WIDE * (segment.box[3] - segment.box[1])
    for before, after in pairwise(segment.words[:_PROSE]):
        if after.box[0] - before.box[2] > wide:
            yield round(before.box[2]), round(after.box[0])


def _at_axes(segment: Segment, axes: set[tuple[int, int]]) -> list[Segment]:
    """The segment in two where labels that are set to the right end close before their values."""
    if segment.frame is not None or len(segment.words) < 2:
        return [segment]
    for number, (before, after) in enumerate(pairwise(segment.words[:_PROSE]), 1):
        left = after.box[0]
        near = any(abs(left - begin) < _LEFT and abs(before.box[2] - end) < _LEFT for end, begin in axes)
        if near and left - before.box[2] > _WIDE * (segment.box[3] - segment.box[1]):
            return [_part(segment, segment.words[:number]), _part(segment, segment.words[number:])]
    return [segment]


def _is_spaced_alike(words: Sequence[Word], number: int) -> bool:
    """True where the gap before a word is the one between the words before it, or the last two of them: it
    is there by chance."""
    gaps = [after.box[0] - before.box[2] for before, after in pairwise(words[: number + 1])]
    usual = (sorted(gaps[:-1])[(len(gaps) - 1) // 2], gaps[-2]) if len(gaps) > 1 else ()
    return any(abs(gaps[-1] - gap) < _SPACE for gap in usual)


def _part(segment: Segment, words: tuple[Word, ...]) -> Segment:
    box = (words[0].box[0], segment.box[1], words[-1].box[2], segment.box[3])
    return replace(segment, words=words, box=box, text=" ".join(w.text for w in words))


class _Level:
    """Words that stand level with each other, from the highest to the lowest."""

    def __init__(self, word: Word, middle: float) -> None:
        self.words = [word]
        self.lowest = middle
        self.rightmost = word
        self._lefts = [word.box[0]]
        self._at = [0]
        """The left edges from the left, and which word's each is."""
        self._widest = word.box[2] - word.box[0]

    def add(self, word: Word, middle: float) -> None:
        place = bisect_right(self._lefts, word.box[0])
        self._lefts.insert(place, word.box[0])
        self._at.insert(place, len(self.words))
        self._widest = max(self._widest, word.box[2] - word.box[0])
        self.words.append(word)
        self.lowest = middle
        if word.box[2] > self.rightmost.box[2]:
            self.rightmost = word

    def nearest(self, word: Word) -> tuple[float, Word]:
        """How far from the word the next one of these stands, and that one."""
        left, _, right, _ = word.box
        if self.rightmost.box[2] <= left:
            return left - self.rightmost.box[2], self.rightmost
        words, lefts = self.words, self._lefts
        place = bisect_left(lefts, right)
        # Of those to the right only the next; leftwards until none reaches as far as the nearest does. Of two
        # that are as near, the first that was added.
        best = (lefts[place] - right, self._at[place]) if place < len(lefts) else (math.inf, 0)
        for before in range(place - 1, -1, -1):
            if left - lefts[before] - self._widest > best[0]:
                break
            at = self._at[before]
            best = min(best, (max(lefts[before] - right, left - words[at].box[2]), at))
        return best[0], words[best[1]]


def _lines(words: Sequence[Word]) -> list[list[Word]]:
    """The words of each line from left to right, the lines from the top."""
    rows: dict[float, list[Word]] = {}
    for word in words:
        rows.setdefault(middle_of(word), []).append(word)
    middles = sorted(rows)
    tallest = max(map(height_of, words), default=0.0)
    if all(lower - upper >= _LEVEL * tallest for upper, lower in pairwise(middles)):
        lines = [rows[middle] for middle in middles]  # as flowing text is laid out: nothing stands askew
    else:
        lines = _uneven_lines(words)
    return [sorted(line, key=lambda w: w.box[0]) for line in lines]


def _uneven_lines(words: Iterable[Word]) -> list[list[Word]]:
    lines: list[_Level] = []
    for middle, word in sorted([(middle_of(w), w) for w in words], key=itemgetter(0)):
        height = height_of(word)
        found: tuple[float, _Level] | None = None
        for line in lines[:-6:-1]:
            if middle - line.lowest >= _LEVEL * height:
                continue
            # Against the next word of the line: lines of two columns may stand slightly apart.
            gap, beside = line.nearest(word)
            level = abs(middle - middle_of(beside)) < _LEVEL * min(height, height_of(beside))
            if level and (found is None or gap < found[0]):
                found = gap, line
        if found is None:
            lines.append(_Level(word, middle))
        else:
            found[1].add(word, middle)
    return [line.words for line in lines]


def _breaks(before: Word, here: Word, verticals: list[Line], xs: list[float], ticks: list[Tick]) -> bool:
    end, start = before.box, here.box
    height = max(end[3] - end[1], start[3] - start[1], 4.0)
    gap = start[0] - end[2]
    if gap > 1.25 * height or (before.origin != here.origin):
        return True
    other_weight, other_size = before.bold != here.bold, abs(before.size - here.size) > 0.6
    if gap > (0.35 if other_weight and other_size else 0.6) * height and (other_weight or other_size):
        return True  # a value set otherwise, close behind its label
    if (
        gap > 0.6 * height
        and here.confidence is not None
        and before.text[-1] == "*"
        and here.text[0].isdigit()
    ):
        return True  # on a scan, which tells no typefaces apart: a number behind a label's star
    middle = ((end[1] + end[3]) / 2 + (start[1] + start[3]) / 2) / 2
    lo, hi = end[2] - 1.5, start[0] + 1.5
    for index in range(bisect_left(xs, lo), len(xs)):
        if xs[index] > hi:
            break
        if verticals[index][1] - 1 <= middle <= verticals[index][2] + 1:
            return True
    return bool(ticks) and any(
        lo - 2 <= (t.box[0] + t.box[2]) / 2 <= hi + 2 and t.box[1] - 4 <= middle <= t.box[3] + 4
        for t in ticks
    )


def _close(words: list[Word], page: int, rules: _Rules, filler: bool = False) -> Segment:
    words = initials_joined(words)
    box = (
        words[0].box[0],
        min(w.box[1] for w in words),
        max(w.box[2] for w in words),
        max(w.box[3] for w in words),
    )
    text = " ".join(w.text for w in words)
    return Segment(page, tuple(words), box, text, rules.frame(box), filler)


class _Rules:
    """The lines of a page, upright ones from the left, level ones from the top.

    A long table has one at each side of each cell: only those near a place are looked at for it.
    """

    def __init__(self, verticals: list[Line], horizontals: list[Line]) -> None:
        self._verticals = verticals
        self._horizontals = horizontals
        self._heights = [line[0] for line in horizontals]
        self._bands: dict[int, list[Line]] = {}
        for line in verticals if len(verticals) > _MANY else ():
            for band in range(int((line[1] - 1) // _BAND), int((line[2] + 1) // _BAND) + 1):
                self._bands.setdefault(band, []).append(line)

    def frame(self, box: BBox) -> BBox | None:
        """The nearest lines on all four sides, where they close."""
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        left = right = None
        for v, v0, v1 in self._bands.get(int(y // _BAND), ()) if self._bands else self._verticals:
            if v0 - 1 <= y <= v1 + 1:
                if v <= box[0] + 2:
                    left = v
                elif v >= box[2] - 2:
                    right = v
                    break
        if left is None or right is None:
            return None
        above = range(bisect_right(self._heights, y - 1) - 1, -1, -1)
        below = range(bisect_left(self._heights, y + 1), len(self._heights))
        top, bottom = self._nearest(above, x), self._nearest(below, x)
        return None if top is None or bottom is None else (left, top, right, bottom)

    def _nearest(self, indices: range, x: float) -> float | None:
        for index in indices:
            h, h0, h1 = self._horizontals[index]
            if h0 - 1 <= x <= h1 + 1:
                return h
        return None
