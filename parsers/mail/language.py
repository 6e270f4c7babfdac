"""The language of a text, by its little words."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from functools import cache
from importlib import resources

from parsers.types import Language

_LANGUAGES: tuple[Language, ...] = ("fr", "de", "en")
_ACCENTS: tuple[tuple[Language, str], ...] = (("fr", "éèêàçùôœ"), ("de", "äöüß"))


@cache
def _lists() -> dict[str, frozenset[str]]:
    data = resources.files("parsers.mail").joinpath("language.toml").read_text("utf-8")
    return {name: frozenset(text.split()) for name, text in tomllib.loads(data).items()}


def language_of(text: str) -> Language | None:
    """fr, de or en; None where the words do not tell."""
    lowered = text[:5000].lower()
    words = Counter(re.findall(r"[a-zà-öø-ÿœ]+(?:-[a-zà-öø-ÿœ]+)*", lowered))
    scores: dict[Language, float] = {}
    for language in _LANGUAGES:
        listed = _lists()[language]
        scores[language] = sum(words[word] for word in words.keys() & listed)
    for language, letters in _ACCENTS:
        scores[language] += 0.5 * min(4, sum(lowered.count(letter) for letter in letters))
    (best, score), (_, second) = sorted(scores.items(), key=lambda item: -item[1])[:2]
    return best if score >= 1 and score > second else None
