"""Criterion 5's comparison of names: what is the same Industriel, written differently.

Case, accents and punctuation make no difference; spellings of one legal form are equal, a missing one
is a doubt, another one a mismatch; word order counts for companies, not for persons.
Source: slides, 3. Critères d'éligibilité, criterion 5; legal_forms.toml.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from importlib import resources
from typing import Literal

Likeness = Literal["equal", "doubt", "mismatch"]
_LONGEST_FORM_IN_WORDS = 7


@cache
def _data() -> tuple[dict[str, str], frozenset[str]]:
    raw = tomllib.loads(resources.files("rules").joinpath("legal_forms.toml").read_text("utf-8"))
    forms = {spelling: form for form, spellings in raw["forms"].items() for spelling in spellings}
    return forms, frozenset(raw["titles"]["words"])


def words(name: str) -> list[str]:
    """Lower-case words without accents and punctuation; "&" reads as "et"."""
    folded = (
        name.replace("œ", "oe").replace("Œ", "oe").replace("æ", "ae").replace("ß", "ss").replace("&", " et ")
    )
    plain = "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
    return re.findall(r"[a-z0-9]+", re.sub(r"['’`´]", " ", plain.casefold()))


def split_legal_form(name: str) -> tuple[str, str | None]:
    """A company's name without its legal form (words joined), and the form's id or None."""
    forms, _ = _data()
    tokens = words(name)
    for size in range(min(_LONGEST_FORM_IN_WORDS, len(tokens) - 1), 0, -1):
        if (form := forms.get("".join(tokens[-size:]))) is not None:
            return "".join(tokens[:-size]), form
    for size in range(min(_LONGEST_FORM_IN_WORDS, len(tokens) - 1), 0, -1):
        if (form := forms.get("".join(tokens[:size]))) is not None:
            return "".join(tokens[size:]), form
    return "".join(tokens), None


def compare_companies(first: str, second: str) -> Likeness:
    base_1, form_1 = split_legal_form(first)
    base_2, form_2 = split_legal_form(second)
    if not base_1 or base_1 != base_2:
        return "mismatch"
    if form_1 == form_2:
        return "equal"
    return "doubt" if form_1 is None or form_2 is None else "mismatch"


def person_words(name: str) -> list[str]:
    """The words of a person's name, titles dropped, in alphabetical order."""
    _, titles = _data()
    return sorted(w for w in words(name) if w not in titles)


def compare_persons(first: str, second: str) -> Likeness:
    one, other = person_words(first), person_words(second)
    if not one or not other:
        return "mismatch"
    if one == other or "".join(one) == "".join(other):
        return "equal"
    if len(one) > 1 and len(other) > 1 and (set(one) < set(other) or set(other) < set(one)):
        return "doubt"  # a second first name or a double surname that one of the two leaves out
    return "mismatch"


def compare_names(first: str, second: str, person: bool) -> Likeness:
    """Two names of one Industriel; `person` for a natural person."""
    return compare_persons(first, second) if person else compare_companies(first, second)


def name_key(name: str) -> str:
    """A key under which spellings of one name meet (legal form and word order left out)."""
    base, _ = split_legal_form(name)
    if not base:
        return ""
    tokens = words(name)
    stripped = tokens if "".join(tokens) == base else _without_form(tokens, base)
    return "".join(sorted(w for w in stripped if w not in _data()[1]))


def _without_form(tokens: list[str], base: str) -> list[str]:
    for size in range(1, len(tokens)):
        if "".join(tokens[:-size]) == base:
            return tokens[:-size]
        if "".join(tokens[size:]) == base:
            return tokens[size:]
    return tokens


def text_key(text: str) -> str:
    """A key for product, version and client names: words joined."""
    return "".join(words(text))


_VERSION_WORDS = re.compile(r"^(?:version|vers|ver|v|release|rel|r)(?=\d|$)")


def version_key(version: str) -> str:
    """A key for versions: « v4.2 », « Version 4.2 » and « 4.2 » are one, « 42 » is another."""
    tokens = [_VERSION_WORDS.sub("", word) for word in words(version)]
    return ".".join(token for token in tokens if token)
