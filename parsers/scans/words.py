"""Two readings to words with a confidence that keeps its promise.

0.95 and more is given only where both readings say the same and the first is sure of itself; what
they disagree on stays below. The bounds were measured with `scripts/bench_documents`.
"""

from __future__ import annotations

import re

from parsers.documents.reading import Word
from parsers.scans.agree import agreed
from parsers.scans.image import Sheet
from parsers.scans.lines import points_of
from parsers.scans.ocr import Token
from parsers.scans.second import CombReading, Reread

_RUBBISH = re.compile(r"^[^\w@]+$|^_+$")
_SURE, _FAIR = 0.86, 0.6


def assemble(
    second: Reread, sheet: Sheet
) -> list[Word]:
    """The words of a page, from top to bottom."""
    words: list[Word] = []
    for run in second.runs:
        answers = agreed([t.text for t in run.tokens], [t.text for t in run.again])
        for token, answer in zip(run.tokens, answers, strict=True):
            if _RUBBISH.match(token.text) and token.confidence < _FAIR:
                continue
            words.append(_word(answer.text, token.box, confidence(token, answer.same), sheet))
    words += [word for reading in second.combs if (word := _comb_word(reading, sheet)) is not None]
    return sorted(words, key=lambda w: (round(w.box[1] / 4), w.box[0]))


def confidence(token: Token, same: bool) -> float:
    """Calibrated: how likely the word is right, character for character."""
    if same:
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
