"""The language of a text, by its little words."""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib import resources

from parsers.remembered import TEXTS_OF_MAILS
from parsers.types import Language

_LANGUAGES: tuple[Language, ...] = ("fr", "de", "en")
_ACCENTS = {"fr": "éèêàçùôœ", "de": "äöüß", "en": ""}
_WORD = re.compile(r"[a-zà-öø-ÿœ]+(?:-[a-zà-öø-ÿœ]+)*")


@cache
def _told_by() -> dict[str, tuple[int, ...]]:
    """Each of the little words, and the places of the languages that have it."""
    data = tomllib.loads(resources.files("parsers.mail").joinpath("language.toml").read_text("utf-8"))
    told_by: dict[str, tuple[int, ...]] = {}
    for place, language in enumerate(_LANGUAGES):
        for word in frozenset(data[language].split()):
            told_by[word] = (*told_by.get(word, ()), place)
    return told_by


def language_of(text: str) -> Language | None:
    """fr, de or en; None where the words do not tell."""
    found = [_counted(line) for line in text[:5000].split("\n")]
    scores: dict[Language, float] = {}
    for place, language in enumerate(_LANGUAGES):
        accents = sum(line[place + len(_LANGUAGES)] for line in found)
        scores[language] = sum(line[place] for line in found) + 0.5 * min(4, accents)
    (best, score), (_, second) = sorted(scores.items(), key=lambda item: -item[1])[:2]
    return best if score >= 1 and score > second else None


@lru_cache(maxsize=TEXTS_OF_MAILS)
def _counted(line: str) -> tuple[int, ...]:
    """How many little words of each language a line has, then how many letters with its accents."""
    lowered = line.lower()
    told_by = _told_by()
    counts = [0] * (2 * len(_LANGUAGES))
    for word in _WORD.findall(lowered):
        for place in told_by.get(word, ()):
            counts[place] += 1
    if not lowered.isascii():
        for place, language in enumerate(_LANGUAGES, len(_LANGUAGES)):
            counts[place] = sum(map(lowered.count, _ACCENTS[language]))
    return tuple(counts)
