"""Words in ink: Tesseract was not made for them, and what it says of them is a guess.

Two things tell a pen. Print stands on one line and reaches to one or two heights, letter for letter, however
poor the scan is; letters by hand dance. And where the scan has colour, ink that is not black is a pen's when
the readings doubt the word or when it is larger than print would be. A hand that writes one value of a page
wrote the others too: digits alone may stand as even as print.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from parsers.scans.image import Gray, Sheet

GUESS = 0.49
"""The most that a handwritten word is believed."""
_ONE_VOICE = 0.9
_COLOURED = 0.5
_DARK = 150
_FEWEST_LETTERS = 8
_DANCING, _RESTLESS = 1.6, 1.8
"""Evenness below which a line is by hand, on any page and on one with several such lines. Print has 1.75 and
more, at 200 dpi as on a fax."""
_SOME, _SOME_SHARE = 2, 0.1
_MANY, _MANY_SHARE = 3, 0.25
"""Dancing lines on a page from which its doubtful lines, and its short ones, count as by hand too."""
_JOINED = 0.8
"""Shapes for each letter: 98 of 100 printed lines have more, a running hand has less."""
_ON_THE_LINE = 0.92
_USUAL = 1.85
"""Evenness that print has for most texts."""
_LOW = frozenset("aceimnorsuvwxzgpqyjçéèêëàâùûüöäôîï")
_BELOW, _ODD = frozenset("gjpqyçQ"), frozenset("()[]{}/|@*")
"""Letters without what reaches up, those that reach below the line, and signs of a height of their own."""
_STEEPEST, _TILTED = 0.03, 0.05
"""Slopes that a line of writing has, and that only a stamp has."""

Pixels = tuple[int, int, int, int]


def by_hand(lines: Sequence[Pixels], texts: Sequence[str], sheet: Sheet) -> list[bool]:
    """For each line of words, whether a hand wrote it. `lines` are boxes in pixels, `texts` what they say.

    Those without letters, all of one height and on the line whoever wrote them, go with the page's others.
    """
    scores = [_score(box, text, sheet) for box, text in zip(lines, texts, strict=True)]
    judged = [score for score in scores if score is not None]
    dancing = sum(score < _DANCING for score in judged)
    some = dancing >= _SOME and dancing >= _SOME_SHARE * len(judged)
    most = dancing >= _MANY and dancing >= _MANY_SHARE * len(judged)
    bound = _RESTLESS if some else _DANCING
    return [
        most if score is None or (most and not any(map(str.isalpha, text))) else score < bound
        for score, text in zip(scores, texts, strict=True)
    ]


def dances(line: Pixels, text: str, sheet: Sheet) -> bool:
    """True for a line of words whose letters stand and reach as no print's do."""
    score = _score(line, text, sheet)
    return score is not None and score < _DANCING


def _score(line: Pixels, text: str, sheet: Sheet) -> float | None:
    """Evenness, with what a line of such characters lacks of it in print already."""
    score = evenness(_cut(sheet.gray, line))
    return None if score is None else score + max(0.0, _USUAL - _even_in_print(text))


def _even_in_print(text: str) -> float:
    """The evenness that these characters have in print: brackets, g and p do not stand on the line."""
    told = [character for character in text if character.isalnum() or character in _ODD]
    if not told:
        return _USUAL
    heads = Counter("odd" if c in _ODD else "low" if c in _LOW else "t" if c == "t" else "high" for c in told)
    odd = heads.pop("odd", 0)
    below = odd + sum(character in _BELOW for character in told)
    feet = max(len(told) - below, below - odd)
    return (feet + sum(count for _, count in heads.most_common(2))) / len(told)


def joined(line: Pixels, text: str, sheet: Sheet) -> bool:
    """True for a line with far fewer shapes than letters: a running hand, or print that ran."""
    letters = sum(map(str.isalnum, text))
    if letters < _FEWEST_LETTERS:
        return False
    ink = (_cut(sheet.gray, line) < _DARK).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    tall = 0.3 * (line[3] - line[1])
    return int(((stats[1:, 3] > tall) & (stats[1:, 4] > 12)).sum()) < _JOINED * letters


def in_coloured_ink(box: Pixels, sure: float, sheet: Sheet) -> bool:
    """True for a word in coloured ink on which the readings did not agree. `box` is in pixels."""
    if sheet.ink is None or sure >= _ONE_VOICE:
        return False
    dark = _cut(sheet.gray, box) < 160
    if not dark.any():
        return False
    return float((_cut(sheet.ink, box)[dark] > 0).mean()) > _COLOURED


def evenness(piece: Gray) -> float | None:
    """0 to 2: the share of letters that stand on one line, and of those that reach to one of two heights.

    None where there are too few letters to tell, or where they stand aslant.
    """
    _, _, stats, _ = cv2.connectedComponentsWithStats((piece < _DARK).astype(np.uint8), connectivity=8)
    parts = stats[1:][stats[1:, 4] > 12].astype(np.float64)
    if len(parts) < _FEWEST_LETTERS:
        return None
    usual = float(np.percentile(parts[:, 3], 75))
    tall = (parts[:, 3] > 0.45 * usual) & (parts[:, 3] < 2.2 * usual)
    letters = parts[tall & (parts[:, 2] < 3 * usual)]
    if len(letters) < _FEWEST_LETTERS:
        return None
    tilt = np.polyfit(letters[:, 0], letters[:, 1] + letters[:, 3] / 2, 1)[0]
    if abs(float(tilt)) > _TILTED:
        return None  # a stamp: print, but not in line with the page
    middle, feet = letters[:, 0] + letters[:, 2] / 2, letters[:, 1] + letters[:, 3]
    near = max(2.0, 0.045 * usual)
    best = (0.0, 0.0)
    for slope in np.linspace(-_STEEPEST, _STEEPEST, 25):
        best = max(best, (_most(feet - slope * middle, near)[0], float(slope)))
    heads = letters[:, 1] - best[1] * middle
    share, level = _most(heads, near)
    rest = heads[np.abs(heads - level) > near]
    second = _most(rest, near)[0] * len(rest) / len(heads) if len(rest) else 0.0
    score = best[0] + share + second
    # Two faces on one line reach to more than two heights; both stand on the line all the same.
    return max(score, _RESTLESS) if best[0] >= _ON_THE_LINE else score


def _most(levels: npt.NDArray[np.float64], near: float) -> tuple[float, float]:
    """The largest share of levels that are near to one of them, and that one."""
    shares = (np.abs(levels[:, None] - levels[None, :]) <= near).mean(axis=1)
    at = int(shares.argmax())
    return float(shares[at]), float(levels[at])


def _cut(gray: Gray, box: Pixels) -> Gray:
    left, top, right, bottom = box
    return gray[max(0, top - 2) : bottom + 2, max(0, left - 2) : right + 2]
