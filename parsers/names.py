"""One printed name -> last name and first name, as far as the writing tells them apart."""

from __future__ import annotations

import re
from dataclasses import dataclass

from parsers.folding import words_of
from parsers.values import clean_person


@dataclass(frozen=True, slots=True)
class SplitName:
    last: str
    first: str
    confidence: float
    why: str


def split_name(text: str, last_first: bool, email: str = "") -> SplitName | None:
    """Capitals, a comma or the e-mail address tell; else the label's order, at low confidence.

    `last_first`: the label prints the last name first ("Nom et prénom"). None for a single word.
    """
    name = clean_person(text)
    if "," in name:
        last, _, first = name.partition(",")
        if last.strip() and first.strip():
            return SplitName(last.strip(), clean_person(first), 0.95, "comma after the last name")
    words = name.split(" ")
    if len(words) < 2:
        return None
    capitals = [len(re.sub(r"[\W\d_]", "", w)) > 1 and w == w.upper() for w in words]
    if any(capitals) and not all(capitals):
        start, end = capitals.index(True), len(words) - capitals[::-1].index(True)
        if all(capitals[start:end]) and (start == 0 or end == len(words)):
            last = " ".join(words[start:end])
            first = " ".join(words[:start] + words[end:])
            if len(first) > 1:  # "Ó BRIAIN" is one name
                return SplitName(last, first, 0.95, "last name in capitals")
    told = _from_email(words, email)
    if told:
        return told
    if last_first:
        return SplitName(words[0], " ".join(words[1:]), 0.6, "order of the label only")
    return SplitName(" ".join(words[1:]), words[0], 0.6, "order of the label only")


def _from_email(words: list[str], email: str) -> SplitName | None:
    """ "jean.muller@" and "j.muller@" put the first name first."""
    local = words_of(email.partition("@")[0].replace(".", " ").replace("_", " "))
    if len(local) != 2 or len(words) != 2:
        return None
    a, b = ("".join(words_of(w)) for w in words)
    for first, last, order in ((a, b, (0, 1)), (b, a, (1, 0))):
        if (
            local[1] == last
            and first
            and (local[0] == first or (len(local[0]) == 1 and first[0] == local[0]))
        ):
            return SplitName(words[order[1]], words[order[0]], 0.93, "told by the e-mail address")
    return None
