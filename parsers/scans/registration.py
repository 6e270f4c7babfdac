"""Which page of a known blank a scanned page is, and how it lies on it.

Printed words are the marks by which the two are laid on each other: words that both have, matched by their
letters, vote for a movement; the movement is refined to a homography on all words that then fall together.
It is rejected rather than guessed: where too few of the blank's words are found, where they are found in one
part of the page only, or where they stand off by more than print and scanner explain.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz

from parsers.blanks.book import Blank
from parsers.blanks.laid import CELL, Laid
from parsers.blanks.printed import Print, compact, readable
from parsers.scans.image import Sheet
from parsers.scans.ocr import Token

Points = npt.NDArray[np.float64]

_MOST_TRIED = 3
_LIKELY = 0.3
"""Share of a blank's words that must be on the scan at all, wherever, before it is tried."""
_OFTEN = 4
"""A word that a page prints more often tells nothing about where it is."""
_FEWEST = 14
_FIRST_REACH, _REACHES = 16.0, (12.0, 7.0, 5.0)
"""Points by which words may stand off: for the first vote, and at each refinement."""
_SAME_WORD = 72.0
_LEAST_MATCHED, _LEAST_SPREAD = 0.45, 0.5
_MOST_OFF = 2.2
"""Points: the median distance that is left. Print is on paper within one."""
_NEAREST = 6
_SOFT = 400.0
"""Square points: words nearer than the root of this pull alike."""
_SCALES = (0.6, 1.6)
_ROUNDS = 4000


@dataclass(frozen=True, slots=True)
class _Candidate:
    blank: Blank
    print_: Print
    score: float


@dataclass(frozen=True, slots=True)
class _Seen:
    """The words of the scan: letters, and middles in points."""

    texts: list[str]
    middles: Points


def lay_on_blank(tokens: Sequence[Token], sheet: Sheet, blanks: Sequence[Blank]) -> tuple[Blank, Laid] | None:
    """The blank's page that fits best, and how the sheet lies on it; None where none fits."""
    seen = _seen(tokens, sheet)
    if len(seen.texts) < _FEWEST:
        return None
    best: tuple[Blank, Laid] | None = None
    for candidate in _candidates(seen, blanks):
        laid = _laid(seen, candidate)
        if laid is not None and (best is None or laid.matched > best[1].matched):
            best = (candidate.blank, laid)
    return best


def _seen(tokens: Sequence[Token], sheet: Sheet) -> _Seen:
    named = [(compact(token.text), token.box) for token in tokens]
    kept = [(text, box) for text, box in named if len(text) >= 2]
    middles = [((b[0] + b[2]) / 2 * sheet.points, (b[1] + b[3]) / 2 * sheet.points) for _, b in kept]
    return _Seen([text for text, _ in kept], np.array(middles, dtype=np.float64).reshape(-1, 2))


def _candidates(seen: _Seen, blanks: Sequence[Blank]) -> list[_Candidate]:
    """The pages most of whose words are on the scan, best first."""
    there = Counter(seen.texts)
    found = []
    for blank in blanks:
        for print_ in blank.prints:
            wanted = Counter(compact(word.text) for word in print_.words if readable(word))
            total = sum(wanted.values())
            if total >= _FEWEST:
                score = sum((wanted & there).values()) / total
                if score >= _LIKELY:
                    found.append(_Candidate(blank, print_, score))
    return sorted(found, key=lambda c: -c.score)[:_MOST_TRIED]


def _laid(seen: _Seen, candidate: _Candidate) -> Laid | None:
    words = [(i, compact(w.text)) for i, w in enumerate(candidate.print_.words) if readable(w)]
    middles = np.array([_middle(candidate.print_.words[i].box) for i, _ in words], dtype=np.float64)
    texts = [text for _, text in words]
    matrix = _first_guess(seen, texts, middles)
    pairs: list[tuple[int, int]] = []
    for reach in _REACHES:
        if matrix is None:
            return None
        pairs = _pairs(seen, texts, middles, matrix, reach)
        if len(pairs) < _FEWEST:
            return None
        matrix = _homography(seen.middles[[s for s, _ in pairs]], middles[[b for _, b in pairs]])
    if matrix is None or len(pairs) < _LEAST_MATCHED * len(words):
        return None
    return fitted(
        candidate.blank,
        candidate.print_,
        [words[b][0] for _, b in pairs],
        seen.middles[[s for s, _ in pairs]],
        len(pairs) / len(words),
    )


def fitted(blank: Blank, print_: Print, found: Sequence[int], there: Points, matched: float) -> Laid | None:
    """How a sheet lies whose words have their middles `there` (in points) for the blank's words `found`.

    None where no flat page could lie so.
    """
    here = np.array([_middle(print_.words[i].box) for i in found], dtype=np.float64)
    all_ = np.array([_middle(w.box) for w in print_.words if readable(w)], dtype=np.float64)
    matrix = _homography(there, here)
    if matrix is None:
        return None
    off = here - _through(there, matrix)
    if not _sound(matrix, off, here, all_):
        return None
    pulls, columns = _pulls(here, off, all_)
    return Laid(
        blank.sha256,
        print_.number,
        tuple(float(v) for v in matrix.ravel()),
        tuple(float(v) for v in np.linalg.inv(matrix).ravel()),
        frozenset(found),
        round(matched, 3),
        pulls,
        columns,
    )


def _pulls(here: Points, off: Points, all_: Points) -> tuple[tuple[tuple[float, float], ...], int]:
    """For each square of the page the mean distance left at the nearest words, nearer ones counting more."""
    columns, rows = (int(v // CELL) + 3 for v in all_.max(axis=0))
    grid = np.array([((c + 0.5) * CELL, (r + 0.5) * CELL) for r in range(rows) for c in range(columns)])
    away = ((grid[:, None, :] - here[None, :, :]) ** 2).sum(axis=2)
    nearest = np.argsort(away, axis=1)[:, :_NEAREST]
    weights = 1.0 / (np.take_along_axis(away, nearest, axis=1) + _SOFT)
    pulls = (off[nearest] * weights[:, :, None]).sum(axis=1) / weights.sum(axis=1)[:, None]
    return tuple((float(x), float(y)) for x, y in pulls), columns


def _middle(box: tuple[float, float, float, float]) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def _first_guess(seen: _Seen, texts: list[str], middles: Points) -> npt.NDArray[np.float64] | None:
    """Turned, moved and scaled so that the most words of equal letters fall together."""
    often, seen_often = Counter(texts), Counter(seen.texts)
    by_text: dict[str, list[int]] = {}
    for index, text in enumerate(texts):
        if often[text] <= _OFTEN:
            by_text.setdefault(text, []).append(index)
    pairs = [
        (s, b)
        for s, text in enumerate(seen.texts)
        if seen_often[text] <= _OFTEN
        for b in by_text.get(text, ())
    ]
    if len(pairs) < _FEWEST // 2:
        return None
    matrix, _ = cv2.estimateAffinePartial2D(
        seen.middles[[s for s, _ in pairs]],
        middles[[b for _, b in pairs]],
        method=cv2.RANSAC,
        ransacReprojThreshold=_FIRST_REACH,
        maxIters=_ROUNDS,
        confidence=0.999,
    )
    if matrix is None:
        return None
    return np.vstack([np.asarray(matrix, dtype=np.float64), [0.0, 0.0, 1.0]])


def _pairs(
    seen: _Seen, texts: list[str], middles: Points, matrix: npt.NDArray[np.float64], reach: float
) -> list[tuple[int, int]]:
    """Words of the scan with the blank's words on which they fall, each used once, the nearest first."""
    moved = _through(seen.middles, matrix)
    away = np.hypot(*(moved[:, None, :] - middles[None, :, :]).transpose(2, 0, 1))
    rows, columns = np.nonzero(away < reach)
    order = np.argsort(away[rows, columns], kind="stable")
    used_rows: set[int] = set()
    used_columns: set[int] = set()
    found = []
    for at in order.tolist():
        s, b = int(rows[at]), int(columns[at])
        if s in used_rows or b in used_columns:
            continue
        if seen.texts[s] == texts[b] or fuzz.ratio(seen.texts[s], texts[b]) >= _SAME_WORD:
            used_rows.add(s)
            used_columns.add(b)
            found.append((s, b))
    return found


def _homography(source: Points, target: Points) -> npt.NDArray[np.float64] | None:
    matrix, _ = cv2.findHomography(source, target, cv2.RANSAC, 3.0, maxIters=500)
    return None if matrix is None else np.asarray(matrix, dtype=np.float64)


def _through(points: Points, matrix: npt.NDArray[np.float64]) -> Points:
    moved = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    return np.asarray(moved[:, :2] / moved[:, 2:], dtype=np.float64)


def _sound(matrix: npt.NDArray[np.float64], off: Points, here: Points, all_: Points) -> bool:
    """Words stand where they should, over the whole page, and the page is neither mirrored nor torn."""
    if float(np.median(np.hypot(off[:, 0], off[:, 1]))) > _MOST_OFF:
        return False
    turned = matrix[:2, :2]
    scale = float(np.linalg.det(turned))
    if scale <= 0 or not _SCALES[0] < scale**0.5 < _SCALES[1]:
        return False
    extent, whole = (float(np.prod(np.ptp(points, axis=0))) for points in (here, all_))
    return extent >= _LEAST_SPREAD * whole
