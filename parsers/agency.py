"""Where a text names the Agence eSanté: what it says then is not of the Industriel."""

from __future__ import annotations

import re

from parsers.agreements import agreements
from parsers.folding import words_of

_REACH = 160
"""Characters before a number in which whose it is is said."""


def is_agency(text: str) -> bool:
    """True for the agency's name and nothing else: "L'AeS"."""
    return _said(text) in agreements().agency


def begins_with_agency(text: str) -> bool:
    """True for a line that the agency's name begins; an abbreviation of it must be all that it says."""
    said = _said(text)
    return any(
        said == name or (" " in name and f"{said} ".startswith(f"{name} ")) for name in agreements().agency
    )


def agency_ends(folded: str) -> int:
    """Where the agency's name ends in a folded text; 0 where it does not occur."""
    names = "|".join(map(re.escape, agreements().agency))
    return max((found.end() for found in re.finditer(rf"\b(?:{names})\b", folded)), default=0)


def speaks_of_agency(before: str) -> bool:
    """True for a folded text that named the agency last: the number that follows is the agency's own."""
    return agreements().agency_alone.search(before[-_REACH:]) is not None


def _said(text: str) -> str:
    return " ".join(words_of(text)).removeprefix("l ").removeprefix("the ").removeprefix("die ")
