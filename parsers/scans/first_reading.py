"""What a reading of a whole page leaves to mend: colons it passes over, boxes too high or too wide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from parsers.scans.image import Gray
from parsers.scans.ocr import Token

_DARK = 150
_NARROWEST, _WIDEST = 0.7, 3.2
"""Of the letters' height: the gap between two words in which a colon may stand."""
_LETTER = 0.5
"""Of a line's height, the least width of its letters on average."""
_DOT = 0.4
"""Of the letters' height, the most that a dot is wide and high."""
_SURE = 0.9
_TIGHT = 0.75
"""Of its height, the least that a word's ink fills."""

Pixels = tuple[int, int, int, int]


def mended(tokens: Sequence[Token], gray: Gray) -> list[Token]:
    """The words with boxes that do not reach over each other, and with the colons between them."""
    lines = _lines([_tight(token, gray) for token in tokens])
    found: list[Token] = []
    for line in lines:
        apart = [_before(token, after) for token, after in zip(line, [*line[1:], None], strict=True)]
        for token, after in zip(apart, [*apart[1:], None], strict=True):
            found.append(token)
            if after is None or token.printed:
                continue  # a known blank prints its colons itself
            if (box := _colon_between(token.box, after.box, gray)) is not None:
                found.append(Token(":", box, _SURE, token.line))
    return found


def _tight(token: Token, gray: Gray) -> Token:
    """The word with a box no higher than its ink, where it is much higher: a rule was near, and is gone."""
    left, top, right, bottom = token.box
    inked = np.flatnonzero((gray[top:bottom, left:right] < _DARK).any(axis=1))
    if token.printed or not len(inked) or inked[-1] + 1 - inked[0] >= _TIGHT * (bottom - top):
        return token
    return replace(token, box=(left, top + int(inked[0]), right, top + int(inked[-1]) + 1))


def _lines(tokens: Sequence[Token]) -> list[list[Token]]:
    """Words on one level, from left to right."""
    lines: list[list[Token]] = []
    for token in sorted(tokens, key=lambda t: t.box[0]):
        level = [line for line in lines if _level(line[-1].box, token.box)]
        if level:
            max(level, key=lambda line: line[-1].box[2]).append(token)
        else:
            lines.append([token])
    return lines


def _level(a: Pixels, b: Pixels) -> bool:
    shared = min(a[3], b[3]) - max(a[1], b[1])
    return shared > 0.5 * min(a[3] - a[1], b[3] - b[1])


def _before(token: Token, after: Token | None) -> Token:
    """The word with a box that ends before the next one's begins."""
    left, top, right, bottom = token.box
    if after is None or right <= after.box[0] + (bottom - top) // 2:
        return token
    if after.box[0] - left < _LETTER * (bottom - top) * len(token.text):
        return token  # no room for its letters: the next one is a part of it, read twice
    return replace(token, box=(left, top, after.box[0] - max(2, (bottom - top) // 4), bottom))


def _colon_between(a: Pixels, b: Pixels, gray: Gray) -> Pixels | None:
    """Two dots above each other in the gap between two words, and nothing else."""
    height = max(a[3] - a[1], b[3] - b[1])
    left, right = a[2] + 2, b[0] - 2
    if not _NARROWEST * height <= right - left <= _WIDEST * height:
        return None
    top, bottom = min(a[1], b[1]) - 2, max(a[3], b[3]) + 2
    ink = (gray[max(0, top) : bottom, left:right] < _DARK).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    dots = [part for part in stats[1:].tolist() if part[4] > 3]
    if len(dots) != 2 or any(max(dot[2], dot[3]) > _DOT * height for dot in dots):
        return None
    upper, lower = sorted(dots, key=lambda dot: dot[1])
    beside = abs((upper[0] + upper[2] / 2) - (lower[0] + lower[2] / 2))
    if beside > 0.5 * max(upper[2], lower[2]) or lower[1] < upper[1] + upper[3] + 2:
        return None
    x, y = left + min(upper[0], lower[0]), max(0, top) + upper[1]
    return x, y, left + max(upper[0] + upper[2], lower[0] + lower[2]), max(0, top) + lower[1] + lower[3]
