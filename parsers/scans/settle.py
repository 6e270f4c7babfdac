"""Identifiers with check digits settle doubtful characters: 0 or O, 1 or I, 5 or S, 8 or B.

A check digit lets one wrong reading in ten or a hundred pass, so it must not be given many to choose
from: only what was read, and what looks the same, and only where exactly one of these passes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from parsers.identifiers import check_iban, check_matricule, check_vat

_LIKE_DIGITS = {"O": "0", "o": "0", "Q": "0", "D": "0", "I": "1", "l": "1", "i": "1", "|": "1", "!": "1",
                "S": "5", "s": "5", "B": "8", "Z": "2", "z": "2", "G": "6", "b": "6", "T": "7"}  # fmt: skip
_LIKE_LETTERS = {"0": "O", "1": "L", "8": "B", "5": "S", "2": "Z", "|": "L", "l": "L"}
_MOST_CANDIDATES = 24
SETTLED = 0.96


@dataclass(frozen=True, slots=True)
class Settled:
    """The one reading that passes, how sure that makes it, and why."""

    text: str
    confidence: float
    evidence: str


def settle(readings: Sequence[tuple[str, float]], passes: Callable[[str], bool]) -> Settled | None:
    """The one plausible reading whose check digits hold; None when none does, or several do.

    `readings` are (text, confidence 0 to 1), the better first.
    """
    candidates: dict[str, float] = {}
    for text, sure in readings:
        if text and sure > candidates.get(text, 0.0):
            candidates[text] = sure
    if len(candidates) > _MOST_CANDIDATES:
        return None
    good = [text for text in candidates if passes(text)]
    if len(good) != 1:
        return None
    said = sum(text == good[0] for text, _ in readings)
    # One reading among several that disagree passes by chance now and then; two do not.
    sure = SETTLED if said > 1 or len(candidates) == 1 else min(0.9, candidates[good[0]] + 0.3)
    return Settled(good[0], sure, "doubtful characters settled by check digits")


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a kind of identifier looks like, and its check."""

    pattern: re.Pattern[str]
    passes: Callable[[str], bool]


_SHAPES = (
    _Shape(re.compile(r"[0-9]{13}|(?:1[89]|2[01])[0-9]{9}"), lambda t: check_matricule(t) == "valid"),
    _Shape(re.compile(r"LU[0-9]{18}|BE[0-9]{14}|DE[0-9]{20}"), lambda t: check_iban(t) == "valid"),
    _Shape(re.compile(r"LU[0-9]{8}"), lambda t: check_vat(t) == "valid"),
)


def settled_identifier(readings: Sequence[tuple[str, float]]) -> Settled | None:
    """A matricule, an IBAN of Luxembourg, Belgium or Germany, or a VAT number of Luxembourg in a run.

    The readings are as read, spaces and separators allowed. None where no such number is meant, or
    where the check digits do not decide.
    """
    for shape in _SHAPES:
        found = [
            (variant, sure)
            for text, sure in readings
            for variant in dict.fromkeys(_variants(re.sub(r"[\s.\-/:,]", "", text)))
            if shape.pattern.fullmatch(variant)
        ]
        if found and (answer := settle(found, shape.passes)) is not None:
            return answer
    return None


def _variants(text: str) -> Iterator[str]:
    """The text as read and with look-alikes put right: digits where digits must be, a country in front."""
    if not 8 <= len(text) <= 24:
        return
    yield text
    head = "".join(_LIKE_LETTERS.get(c, c.upper()) for c in text[:2])
    prefix = "LU" if head in ("LU", "LV", "LO", "IU", "JU") else head if head in ("BE", "DE") else None
    body = text[2:] if prefix else text
    choices = [(c,) if c.isdigit() else (_LIKE_DIGITS.get(c, c),) for c in body]
    for characters in product(*choices):
        yield (prefix or "") + "".join(characters)


__all__ = ["SETTLED", "Settled", "settle", "settled_identifier"]
