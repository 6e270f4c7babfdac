"""Two or three readings of a run of words to one text for each word, and how sure that is.

The bounds were measured with `scripts/bench_documents`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from parsers.scans.agree import agreed, at_words, only_accents
from parsers.scans.ocr import Token
from parsers.scans.printed import confirmed
from parsers.scans.second import Run

SURE, FAIR = 0.86, 0.6
"""Tesseract's own confidence in a word on which both readings agree."""
_HESITANT, _OTHER_SURE = 0.45, 0.955
"""The same word read hesitantly the first time and surely the second."""
_OTHER_UNSURE = 0.9
"""A word read surely the first time and hesitantly the second: one in thirty of these is wrong."""
TWO_OF_THREE, AGAINST_FIRST, _ALONE = 0.85, 0.75, 0.6
_MUCH_SURER = 0.4
"""Confidence by which the second reading of a word outdoes the first, where no third one decides."""
_NEVER_HEARD = 0.9
"""Spelled alike by two models, but none read the word so before."""
_ONCE = 0.9
"""A word of a sentence, read once."""


def votes(run: Run) -> list[tuple[Token, str, float]]:
    """For each word of a run its text and how sure that is; spelled words have the last say."""
    if len(run.tokens) == 1 and 0 in run.spelled and run.spelled[0][0] in _texts(run.again, run.third):
        return [(run.tokens[0], *run.spelled[0])]  # the first reading missed a part of it
    found = _by_readings(run)
    if len(found) != len(run.tokens):
        return found
    for index, (text, sure) in run.spelled.items():
        token, answer, before = found[index]
        if text == answer:
            found[index] = (token, text, max(before, sure))
        elif before < TWO_OF_THREE and not _loses_accents(answer):
            heard = text in {t.text for t in (*run.tokens, *run.again, *run.third)}
            found[index] = (token, text, sure if heard else min(sure, _NEVER_HEARD))
    return found


def _texts(*lines: Sequence[Token]) -> list[str]:
    return ["".join(token.text for token in line) for line in lines]


def _loses_accents(text: str) -> bool:
    """The alphabet of spelling has none."""
    return not text.isascii()


def _by_readings(run: Run) -> list[tuple[Token, str, float]]:
    """For each word of a run its text by two of three readings, and how sure that is."""
    if run.once:
        return [
            (
                token,
                token.text,
                confidence(token, True, FAIR) if confirmed(token) else min(_ONCE, token.confidence),
            )
            for token in run.tokens
        ]
    texts = [t.text for t in run.tokens]
    answers = agreed(texts, [t.text for t in run.again])
    # The second model hesitates where it has to write é as e.
    others = [
        sure if answer.text.isascii() else max(sure, FAIR)
        for sure, answer in zip(_surenesses(run), answers, strict=True)
    ]
    if not run.third:
        return [
            (token, answer.text, confidence(token, answer.same, other))
            for token, answer, other in zip(run.tokens, answers, others, strict=True)
        ]
    with_third = agreed(texts, [t.text for t in run.third])
    # Words that the second and third reading have in common where the first stands alone.
    common = _common(run)
    seconds, thirds = (at_words(texts, [t.text for t in line]) for line in (run.again, run.third))
    result = []
    for index, token in enumerate(run.tokens):
        if answers[index].same:
            result.append((token, answers[index].text, confidence(token, True, others[index])))
        elif with_third[index].same:
            # The third model writes no accents: between ô and ö the first two were heard.
            text = answers[index].text if only_accents(answers[index].text, with_third[index].text) else (
                with_third[index].text
            )  # fmt: skip
            result.append((token, text, min(TWO_OF_THREE, token.confidence + 0.1)))
        elif (
            common is not None
            and len(common) == len(run.tokens)
            and not _same_letters(common[index], token.text)
        ):
            result.append((token, common[index], AGAINST_FIRST))
        elif (other := seconds[index]) and other == thirds[index] and not _same_letters(other, token.text):
            result.append((token, other, AGAINST_FIRST))
        elif other and token.confidence + _MUCH_SURER < others[index]:
            result.append((token, other, min(_ALONE, others[index])))
        else:
            result.append((token, answers[index].text, min(_ALONE, token.confidence)))
    if common is not None and len(common) < len(run.tokens) and sum(map(len, common)) == sum(map(len, texts)):
        # The first reading tore apart what the others have in one piece.
        whole = [replace(t, text=text) for t, text in zip(run.again, common, strict=True)]
        return [(t, text, min(sure, _ALONE)) for t, text, sure in _spread(whole, run)]
    rival = max((run.again, run.third), key=_surest)
    if min(sure for _, _, sure in result) < _ALONE and _surest(rival) > _surest(run.tokens) + 0.15:
        return _spread(rival, run)
    return result


def _same_letters(one: str, other: str) -> bool:
    """True for two readings that differ by a sign or an accent only: a stop may read as a colon, à as a."""
    bare, other_bare = ("".join(c for c in text if c.isalnum()) for text in (one, other))
    return bare == other_bare or only_accents(bare, other_bare)


def _surenesses(run: Run) -> list[float]:
    """For each word of the first reading the least confidence of the second's words at its letters."""
    by_letter = [t.confidence for t in run.again for _ in t.text]
    result, at = [], 0
    total = sum(len(t.text) for t in run.tokens)
    for token in run.tokens:
        end = at + len(token.text)
        # Letters lost or added shift the rest: then the whole line's least confidence counts.
        here = by_letter[at:end] if len(by_letter) == total else by_letter
        result.append(min(here, default=0.0))
        at = end
    return result


def _surest(line: Sequence[Token]) -> float:
    """Mean confidence, by letters."""
    return sum(t.confidence * len(t.text) for t in line) / max(1, sum(len(t.text) for t in line))


def _spread(line: Sequence[Token], run: Run) -> list[tuple[Token, str, float]]:
    """All readings differ: the surest of them, its words laid along the run."""
    left, top, right, bottom = run.box
    total = sum(len(t.text) for t in line) + len(line) - 1
    at, result = 0, []
    for token in line:
        start, end = (left + round((right - left) * n / total) for n in (at, at + len(token.text)))
        placed = replace(token, box=(start, top, end, bottom))
        result.append((placed, token.text, min(_ALONE, token.confidence)))
        at += len(token.text) + 1
    return result


def _common(run: Run) -> list[str] | None:
    """The words of the second reading when the third confirms every one of them."""
    again = [t.text for t in run.again]
    answers = agreed(again, [t.text for t in run.third])
    return [a.text for a in answers] if answers and all(a.same for a in answers) else None


def confidence(token: Token, same: bool, other: float = 0.0) -> float:
    """Calibrated: how likely the word is right, character for character.

    `other` is the least confidence of the second reading in the words that it shares with the first.
    """
    if not same:
        return min(_ALONE, token.confidence)
    if token.confidence >= SURE:
        return 0.98 if other >= FAIR else _OTHER_UNSURE
    if other >= SURE and token.confidence >= _HESITANT:
        return _OTHER_SURE
    return 0.9 if token.confidence >= FAIR else 0.7
