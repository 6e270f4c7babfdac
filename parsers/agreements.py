"""What agreements say in their running text: the words of parsers/data/agreements.toml, folded."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from parsers.folding import fold, words_of

_DATE = r"(\d{1,2} ?[./-] ?\d{1,2} ?[./-] ?\d{2,4}|\d{1,2}(?:er)?\.? [a-z]+\.? \d{4}|\d{4}-\d\d-\d\d)"


@dataclass(frozen=True, slots=True)
class Agreements:
    """Words and the patterns made of them; all for folded text."""

    agency: tuple[str, ...]
    name_ends: tuple[str, ...]
    called: tuple[str, ...]
    industriel: frozenset[str]
    calls_industriel: re.Pattern[str]
    """Where the sentence says which party it calls the Industriel."""
    between: re.Pattern[str]
    and_: re.Pattern[str]
    opens: re.Pattern[str]
    """What stands before a party's name."""
    agency_alone: re.Pattern[str]
    """The agency's name, and no other party's behind it."""
    signed_at: re.Pattern[str]
    """The sentence over a signature; its group is the date."""


@lru_cache(maxsize=1)
def agreements() -> Agreements:
    text = resources.files("parsers.data").joinpath("agreements.toml").read_text(encoding="utf-8")
    data: dict[str, list[str]] = tomllib.loads(text)
    any_of = {name: _any_of(words) for name, words in data.items()}
    return Agreements(
        agency=tuple(map(fold, data["agency"])),
        name_ends=tuple(map(fold, data["name_ends"])),
        called=tuple(map(fold, data["called"])),
        industriel=frozenset(" ".join(words_of(words)) for words in data["industriel"]),
        calls_industriel=re.compile(rf"\b{any_of['called']}\b[^.;]{{0,40}}?\bindustriel(?:le[nr]?)?\b"),
        between=re.compile(rf"\b{any_of['between']}\b[\s:]*"),
        and_=re.compile(rf"\b{any_of['and']}\b[\s:]*"),
        opens=re.compile(rf"(?:{any_of['opens']}\b|[-•,:]|\s)+"),
        agency_alone=re.compile(
            rf"\b{any_of['agency']}\b(?!.*\b(?:industriel|{any_of['and']} (?!{any_of['goes_on']}))\b)"
        ),
        signed_at=re.compile(
            rf"\b{any_of['signed']} {any_of['signed_at']} [a-z' -]{{2,40}}?,? ?"
            rf"{any_of['signed_on']} ?:? ?{_DATE}"
        ),
    )


def cut_name(text: str) -> tuple[str, str]:
    """A party's name in a sentence, and what the sentence goes on to say about it."""
    flat = text.replace("\n", " ")
    folded = fold(flat)
    if folded.lstrip(" ,;(").startswith(agreements().called):
        return "", text
    ends = []
    for words in agreements().name_ends:
        at = re.search(rf"[\s,;(]+(?:«\s*)?{re.escape(words)}", folded)
        if at and at.start() > 1:
            ends.append(at.start())
    if not ends or len(folded) != len(flat):
        return text, ""
    end = min(ends)
    return flat[:end].strip(" ,;("), flat[end:]


def _any_of(words: Iterable[str]) -> str:
    return f"(?:{'|'.join(re.escape(fold(word)) for word in words)})"
