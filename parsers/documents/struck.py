"""Words that somebody struck out: a line through the middle of their letters, and no longer than they are.

A deletion that was tracked in a word processor is printed so. An underline runs at the baseline, a table's
rule between the lines; a line to write on goes on beyond what stands there, and comes back line after line.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import accumulate

from parsers.documents.reading import Word
from parsers.types import BBox

_MIDDLE = (0.3, 0.74)
"""Of a word's height, from its top; the baseline lies at 0.8 or below."""
_THICK, _TALLEST = 1.6, 40.0
_SHORTEST = 2.0
"""Points that one letter is wide, if it is no "i": a strike may go on to the next line for it alone."""
_BLANK = 0.5
"""Of a word's height: more than what is left blank between two words that follow each other."""
_TOUCHES = 0.1
"""The same, less than what is left blank between any two words."""
_DASHES = 3
"""So many short lines side by side are dashes."""
_NARROW, _WIDE = frozenset("iljtfrI.,:;'’|!()[]-/ "), frozenset("mwMWABCDEFGHKNOPQRSTUVXYZ@%&ŒÆ—")


Letters = Callable[[BBox], Sequence[float]]
"""Where the letters that a box holds have their middles, in points from the page's left edge."""


def struck_out(
    words: Sequence[Word], lines: Sequence[BBox], letters: Letters | None = None
) -> tuple[list[Word], list[Word]]:
    """(words that stand, words under a strike); a word that is struck in part is cut there.

    A word right behind struck ones is given with the place that they took.
    Where `letters` cannot tell, the place of the cut is estimated by how wide letters usually are.
    """
    flat = [b for b in lines if b[2] - b[0] >= _SHORTEST and b[3] - b[1] <= min(_THICK, (b[2] - b[0]) / 3)]
    flat = _without_dashes(flat)
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
    families = Counter(_reach(b) for b in dict.fromkeys(flat))
    fitting = Counter(_reach(b) for b in through)
    cut: dict[int, list[BBox]] = {}
    for line, hit in through.items():
        if 2 * fitting[_reach(line)] > families[_reach(line)]:
            for i in hit:
                cut.setdefault(i, []).append(line)
    kept: list[Word] = []
    struck: list[Word] = []
    for number, word in enumerate(words):
        pieces = _pieces(word, cut.get(number, []), letters)
        struck += [piece for piece, under in pieces if under]
        kept += _as_one([piece for piece, under in pieces if not under])
    return _closed_up(kept, struck), struck


def _as_one(pieces: list[Word]) -> list[Word]:
    """What is left of a word of which letters in the middle were struck out: one word."""
    if len(pieces) < 2:
        return pieces
    (left, top, *_), (*_, right, bottom) = pieces[0].box, pieces[-1].box
    return [replace(pieces[0], text="".join(p.text for p in pieces), box=(left, top, right, bottom))]


def _closed_up(kept: list[Word], struck: Sequence[Word]) -> list[Word]:
    """What goes on right behind struck words begins where they began: without them it would stand there.
    Where it touches the last of them, and the first the word before, all that is left is one word."""
    kept = list(kept)
    touching: set[Word] = set()
    for gone in sorted(struck, key=lambda w: -w.box[0]):
        left, top, right, bottom = gone.box
        level = [n for n, w in enumerate(kept) if top < _middle(w) < bottom and w.origin == gone.origin]
        behind = next((n for n in level if -1 < kept[n].box[0] - right < _BLANK * (bottom - top)), None)
        if behind is None:
            continue
        touch, word = _TOUCHES * (bottom - top), kept[behind]
        moved = replace(word, box=(left, *word.box[1:]))
        if abs(word.box[0] - right) < touch or word in touching:
            touching.add(moved)
        before = next((n for n in level if abs(kept[n].box[2] - left) < touch and n != behind), None)
        if before is None or moved not in touching:
            kept[behind] = moved
        else:
            kept[before] = _as_one([kept[before], word])[0]
            del kept[behind]
    return kept


def _reach(line: BBox) -> tuple[int, int]:
    """From where to where a line goes, in quarters of a point: lines to write on come back exactly."""
    return (round(4 * line[0]), round(4 * line[2]))


def _without_dashes(lines: Sequence[BBox]) -> list[BBox]:
    """Lines without those that are the dashes of a longer one."""
    beside = Counter(round(b[1]) for b in lines if b[2] - b[0] <= _TALLEST / 8)
    return [b for b in lines if b[2] - b[0] > _TALLEST / 8 or beside[round(b[1])] < _DASHES]


def _middle(word: Word) -> float:
    return (word.box[1] + word.box[3]) / 2


def _through(line: BBox, word: Word) -> bool:
    left, top, right, bottom = word.box
    at = ((line[1] + line[3]) / 2 - top) / max(bottom - top, 0.1)
    shared = min(right, line[2]) - max(left, line[0])
    return _MIDDLE[0] <= at <= _MIDDLE[1] and shared >= min(
        0.3 * (right - left), 0.9 * (line[2] - line[0]), 4.0
    )


def _as_long(line: BBox, words: Sequence[Word]) -> bool:
    """True when the line ends about where the words under it end, and has no long way without any."""
    spare = 0.9 * max(w.box[3] - w.box[1] for w in words)
    reached = line[0]
    for word in sorted(words, key=lambda w: w.box[0]):
        if word.box[0] - reached > spare:
            return False
        reached = max(reached, word.box[2])
    return line[2] - reached <= spare


def _pieces(word: Word, lines: Sequence[BBox], letters: Letters | None) -> list[tuple[Word, bool]]:
    if not lines:
        return [(word, False)]
    left, top, right, bottom = word.box
    middles = list(letters(word.box)) if letters else []
    if len(middles) != len(word.text):
        middles = _estimated(word)
    under = [any(line[0] <= middle <= line[2] for line in lines) for middle in middles]
    pieces: list[tuple[Word, bool]] = []
    start, begin = 0, left
    for end in range(1, len(under) + 1):
        if end < len(under) and under[end] == under[start]:
            continue
        x = right if end == len(under) else _cut(lines, middles[end - 1], middles[end])
        pieces.append((replace(word, text=word.text[start:end], box=(begin, top, x, bottom)), under[start]))
        start, begin = end, x
    return pieces


def _cut(lines: Sequence[BBox], before: float, after: float) -> float:
    """Where the line ends or begins between the middles of two letters."""
    return next(x for line in lines for x in (line[0], line[2]) if before <= x <= after)


def _estimated(word: Word) -> list[float]:
    """The middles of a word's letters by how wide letters usually are."""
    weights = [0.5 if c in _NARROW else 1.25 if c in _WIDE else 1.0 for c in word.text]
    unit = (word.box[2] - word.box[0]) / max(sum(weights), 0.1)
    ends = [word.box[0] + unit * total for total in accumulate(weights)]
    return [end - unit * weight / 2 for end, weight in zip(ends, weights, strict=True)]
