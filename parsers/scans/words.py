"""Two readings to words with a confidence that keeps its promise.

0.95 and more is given only where both readings say the same and the first is sure of itself; what
they disagree on stays below. The bounds were measured with `scripts/bench_documents`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from parsers.documents.reading import Word
from parsers.scans.combs import Comb
from parsers.scans.image import Sheet
from parsers.scans.lines import points_of
from parsers.scans.ocr import Token
from parsers.scans.second import CombReading, Reread, bounds

_RUBBISH = re.compile(r"^[^\w@]+$|^_+$")
_SURE, _FAIR = 0.86, 0.6


def assemble(
    tokens: Sequence[Token], second: Reread, found: Sequence[Comb], sheet: Sheet, score: float
) -> list[Word]:
    """The words of a page, from top to bottom."""
    words: list[Word] = []
    for run in second.runs:
        for token, agreed in zip(run.tokens, agreement(run.tokens, run.again), strict=True):
            if _RUBBISH.match(token.text) and token.confidence < _FAIR:
                continue
            words.append(_word(token.text, token.box, confidence(token, agreed), sheet))
    words += [word for reading in second.combs if (word := _comb_word(reading, sheet)) is not None]
    return sorted(words, key=lambda w: (round(w.box[1] / 4), w.box[0]))


def agreement(first: Sequence[Token], again: Sequence[Token]) -> list[bool]:
    """For each word of the first reading whether the second has the same characters for it."""
    one = "".join(t.text for t in first)
    two = "".join(t.text for t in again)
    if one == two:
        return [True] * len(first)
    same = [False] * len(one)
    for a, _, size in SequenceMatcher(None, one, two, autojunk=False).get_matching_blocks():
        same[a : a + size] = [True] * size
    result, at = [], 0
    for token in first:
        end = at + len(token.text)
        # Lone matches between different characters are chance, not agreement.
        result.append(all(same[at:end]) and token.text in two)
        at = end
    return result


def confidence(token: Token, agreed: bool) -> float:
    """Calibrated: how likely the word is right, character for character."""
    if agreed:
        return 0.98 if token.confidence >= _SURE else 0.9 if token.confidence >= _FAIR else 0.7
    return min(0.6, token.confidence)


def _word(text: str, box: tuple[int, int, int, int], sure: float, sheet: Sheet) -> Word:
    height = (box[3] - box[1]) * sheet.points
    return Word(text, sheet.number, points_of(box, sheet), round(sure, 3), round(height, 1))


def _comb_word(reading: CombReading, sheet: Sheet) -> Word | None:
    one = "".join(t.text for t in reading.tokens)
    two = "".join(t.text for t in reading.again)
    text = two if len(two) == len(reading.filled) else one
    if not text:
        return None
    fits = len(text) == len(reading.filled)
    sure = 0.98 if fits and one == two else 0.75 if fits else 0.4
    return _word(text, reading.comb.box, sure, sheet)


__all__ = ["agreement", "assemble", "bounds", "confidence"]
