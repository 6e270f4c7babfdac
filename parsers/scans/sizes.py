"""Type sizes of words of which only the ink's height is known.

The ink of "Nom" is lower than that of "Agence", though both are set in one size: which letters a line
holds tells how much of the type's height its ink covers. What is nearly one size on a page is one size,
so that rules that compare sizes ("larger than the label above it") see what the eye sees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from parsers.documents.reading import Word

_ASCENDING = frozenset("bdfhklitjßéèêëàâîïôûùüöä0123456789/()[]!?&%@§'\"")
_DESCENDING = frozenset("gjpqyçQ()[]")
_SLIGHTLY = frozenset("/,;")
_HALF_WAY = frozenset("@J")
"""Below the line in one typeface and on it in the other."""
_X_HEIGHT, _CAP_HEIGHT, _DESCENT, _ACCENT, _SLIGHT = 0.52, 0.72, 0.21, 0.19, 0.06
"""Of the size; the usual text faces differ by a tenth at most."""
_BANDWIDTH = 0.05
_APART = 0.13
"""Sizes closer than this share are one size."""
_GRID = np.linspace(np.log(3.0), np.log(60.0), 600)


def type_size(text: str, height: float) -> float:
    """The size in points of a line whose ink is `height` points high."""
    high = any(c in _ASCENDING or c.isupper() for c in text)
    low = any(c in _DESCENDING for c in text)
    share = (_CAP_HEIGHT if high else _X_HEIGHT) + (_DESCENT if low else 0.0)
    share += _ACCENT if any(c.isupper() and not c.isascii() for c in text) else 0.0
    if not low:
        half_way = any(c in _HALF_WAY for c in text)
        share += _DESCENT / 2 if half_way else _SLIGHT if any(c in _SLIGHTLY for c in text) else 0.0
    return height / share


def line_of(text: str, top: int, bottom: int) -> tuple[int, int]:
    """Top and bottom of the line whose ink reaches from `top` to `bottom`: its tall and low letters' reach.

    Digits alone have nothing below the line; distances between lines are still those of their type.
    """
    high = any(c in _ASCENDING or c.isupper() for c in text)
    low = any(c in _DESCENDING or c in _HALF_WAY for c in text)
    size = type_size(text, bottom - top)
    above = 0.0 if high else (_CAP_HEIGHT - _X_HEIGHT) * size
    return round(top - above), round(bottom + (0.0 if low else _DESCENT * size))


def evened(words: Sequence[Word]) -> list[Word]:
    """The words with sizes that differ by measuring alone made equal."""
    sized = [word for word in words if word.size > 0]
    if not sized:
        return list(words)
    sizes = np.log([min(max(word.size, 3.0), 60.0) for word in sized])
    weights = np.array([len(word.text) for word in sized], dtype=np.float64)
    distance = (_GRID[:, None] - sizes[None, :]) / _BANDWIDTH
    density = (np.exp(-0.5 * distance**2) * weights).sum(axis=1)
    inner = density[1:-1]
    peaks = np.flatnonzero((inner >= density[:-2]) & (inner > density[2:])) + 1
    kept: list[float] = []
    for peak in sorted(peaks.tolist(), key=lambda index: -float(density[index])):
        if all(abs(_GRID[peak] - other) > _APART for other in kept):
            kept.append(float(_GRID[peak]))
    result = []
    for word in words:
        own = float(np.log(min(max(word.size, 3.0), 60.0))) if word.size > 0 else 0.0
        near = min(kept, key=lambda peak: abs(peak - own)) if kept and word.size > 0 else own
        close = word.size > 0 and abs(near - own) <= 1.3 * _APART
        result.append(replace(word, size=round(float(np.exp(near)), 1)) if close else word)
    return result
