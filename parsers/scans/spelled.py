"""Numbers and e-mail addresses read once more, their letters moved apart.

Dots between narrow digits (2.12.1) and letters that nearly touch (@) mislead Tesseract however sharp the
print is; with room between the letters it reads them well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from parsers.scans import ocr
from parsers.scans.image import Gray, as_gray

NUMBER = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ.-/,"
EMAIL = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_@+"
SCALE = 0.7
"""Of the height in the stack."""
_DARK = 140
_ROOM = 9
"""Pixels between two letters at the height of the stack."""
_SURE, _AGREED, _DOUBTED = 0.8, 0.96, 0.85

Stack = Callable[[Sequence[Gray], tuple[str, ...], float, str], list[list[ocr.Token]]]


def apart(piece: Gray) -> Gray:
    """The same letters with room between them; where they touch they stay together."""
    inked = np.concatenate(([False], (piece < _DARK).any(axis=0), [False]))
    edges = np.flatnonzero(inked[1:] != inked[:-1])
    room = as_gray(np.full((piece.shape[0], _ROOM), 255))
    parts = [room, room]
    for left, right in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        parts += [piece[:, max(0, left - 1) : right + 1], room]
    return as_gray(np.hstack([*parts, room]))


def spelled(pieces: Sequence[Gray], characters: str, stack: Stack) -> list[tuple[str, float] | None]:
    """For each piece its text and how sure that is; None where the two models differ."""
    spread = [apart(piece) for piece in pieces]
    one = stack(spread, ("eng",), SCALE, characters)
    two = stack(spread, ("fra",), SCALE, characters)
    return [_agreed(a, b) for a, b in zip(one, two, strict=True)]


def _agreed(one: Sequence[ocr.Token], two: Sequence[ocr.Token]) -> tuple[str, float] | None:
    text = "".join(token.text for token in one)
    if not text or text != "".join(token.text for token in two):
        return None
    sure = min(max(token.confidence for token in line) for line in (one, two))
    return text, _AGREED if sure >= _SURE else _DOUBTED
