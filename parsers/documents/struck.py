"""Words that somebody struck out: a line through the middle of their letters, and no longer than they are.

A deletion that was tracked in a word processor is printed so. An underline runs at the baseline, a table's
rule between the lines; a line to write on goes on beyond what stands there, and comes back line after line.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from parsers.documents.reading import Word
from parsers.types import BBox

_MIDDLE = (0.3, 0.74)
"""Of a word's height, from its top; the baseline lies at 0.8 or below."""
_THICK, _TALLEST = 1.6, 40.0
_NARROW, _WIDE = frozenset("iljtfrI.,:;'’|!()[]-/ "), frozenset("mwMWABCDEFGHKNOPQRSTUVXYZ@%&ŒÆ—")


def struck_out(words: Sequence[Word], lines: Sequence[BBox]) -> tuple[list[Word], list[Word]]:
    """(words that stand, words under a strike); a word that is struck in part is cut in two."""
    flat = [b for b in lines if b[2] - b[0] >= 3 and b[3] - b[1] <= min(_THICK, (b[2] - b[0]) / 3)]
    if not flat or not words:
        return list(words), []
    order = sorted(range(len(words)), key=lambda i: _middle(words[i]))
    heights = [_middle(words[i]) for i in order]
    through: dict[BBox, list[int]] = {}
    for line in dict.fromkeys(flat):
        y = (line[1] + line[3]) / 2
        near = order[bisect_left(heights, y - _TALLEST / 4) : bisect_right(heights, y + _TALLEST / 4)]
        hit = [i for i in near if _through(line, words[i])]
        if hit and _as_long(line, [words[i] for i in hit]):
            through[line] = hit
    if not through:
        return list(words), []
    families = Counter((round(b[0]), round(b[2])) for b in dict.fromkeys(flat))
    fitting = Counter((round(b[0]), round(b[2])) for b in through)
    cut: dict[int, list[BBox]] = {}
    for line, hit in through.items():
        key = (round(line[0]), round(line[2]))
        if 2 * fitting[key] > families[key]:
            for i in hit:
                cut.setdefault(i, []).append(line)
    kept: list[Word] = []
    struck: list[Word] = []
    for number, word in enumerate(words):
        for piece, under in _pieces(word, cut.get(number, [])):
            (struck if under else kept).append(piece)
    return kept, struck


def _middle(word: Word) -> float:
    return (word.box[1] + word.box[3]) / 2


def _through(line: BBox, word: Word) -> bool:
    left, top, right, bottom = word.box
    at = ((line[1] + line[3]) / 2 - top) / max(bottom - top, 0.1)
    shared = min(right, line[2]) - max(left, line[0])
    return _MIDDLE[0] <= at <= _MIDDLE[1] and shared >= min(0.3 * (right - left), 4.0)


def _as_long(line: BBox, words: Sequence[Word]) -> bool:
    """True when the line ends about where the words under it end, and has no long way without any."""
    spare = 0.9 * max(w.box[3] - w.box[1] for w in words)
    reached = line[0]
    for word in sorted(words, key=lambda w: w.box[0]):
        if word.box[0] - reached > spare:
            return False
        reached = max(reached, word.box[2])
    return line[2] - reached <= spare


def _pieces(word: Word, lines: Sequence[BBox]) -> list[tuple[Word, bool]]:
    if not lines:
        return [(word, False)]
    left, top, right, bottom = word.box
    weights = [0.5 if c in _NARROW else 1.25 if c in _WIDE else 1.0 for c in word.text]
    unit = (right - left) / max(sum(weights), 0.1)
    pieces: list[tuple[Word, bool]] = []
    x, start, begin = left, 0, left
    before: bool | None = None
    for index, weight in enumerate(weights):
        middle = x + unit * weight / 2
        under = any(line[0] <= middle <= line[2] for line in lines)
        if before is not None and under != before:
            pieces.append((replace(word, text=word.text[start:index], box=(begin, top, x, bottom)), before))
            start, begin = index, x
        before, x = under, x + unit * weight
    pieces.append((replace(word, text=word.text[start:], box=(begin, top, right, bottom)), bool(before)))
    return pieces
