"""Comparing words without case, accents and typographic variants."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from parsers.remembered import TEXTS_OF_FORMS

_VARIANTS = str.maketrans(
    dict.fromkeys("’‘`´ʼ", "'") | dict.fromkeys("–—−‐‑", "-") | {"ß": "ss", "œ": "oe", "æ": "ae"}
)
_BRACKETS = re.compile(r"\([^()]*\)")
_NOT_WORD = re.compile(r"[^a-z0-9]+")


def single_spaced(text: str) -> str:
    """The text with every run of white space as one space, none at the ends."""
    return " ".join(text.split())


@lru_cache(maxsize=TEXTS_OF_FORMS)
def fold(text: str) -> str:
    """Lower case, no accents, plain quotes and dashes, single spaces. Kept; for lines and labels."""
    return fold_text(text)


def fold_text(text: str) -> str:
    """As `fold`, for a whole document's text, which would only fill the memory if it were kept."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_VARIANTS))
    if not plain.isascii():
        for mark in set(plain):
            if unicodedata.combining(mark):
                plain = plain.replace(mark, "")
    return single_spaced(plain)


@lru_cache(maxsize=TEXTS_OF_FORMS)
def words_of(text: str) -> tuple[str, ...]:
    """The folded words and numbers of a text, punctuation dropped."""
    return tuple(_NOT_WORD.sub(" ", fold(text)).split())


def without_brackets(text: str) -> str:
    """The text without what stands in brackets, brackets in brackets too."""
    before = ""
    while before != text:
        before, text = text, _BRACKETS.sub(" ", text)
    return text


@lru_cache(maxsize=TEXTS_OF_FORMS)
def compact(text: str) -> str:
    """The folded letters and digits of a text, nothing between them: a technical name as it is compared."""
    return _NOT_WORD.sub("", fold(text))
