"""The lines of an address put together to one."""

from __future__ import annotations

import re

from parsers.countries import split_country
from parsers.folding import single_spaced

_BROKEN_END = re.compile(
    r"(?:,|(?<![\w-])(?:[A-Z]{1,2}[- ])?\d{4,5}|(?<![\w-])\d{4}(?:-\d{3}| ?[A-Z]{2})"
    r"|(?<![\w-])(?:de|du|des|la|le|les|d'|l'|rue|avenue|route|von|der|am|an|of|the"
    r"|cité|place|allée|boulevard|bd\.?|chemin|impasse|quai|zone|square|montée)|(?-i:\b(?:[A-Z]\. ?)+))$",
    re.I,
)
"""A line of an address does not end in a postal code or an article: its next word did not fit."""
_TOUCHED_CODE = re.compile(r"(?<![\w-])(\d{1,3}[a-z]?)((?:[ABDFLI]|CH|LU|BE|DE|FR|NL)-\d{4,5})(?![\w-])")
"""A house number and the postal code that would begin the next line ("12 bte 3B-1000 Bruxelles")."""
_TOWN = re.compile(r"(?:[A-Z]{1,2}-)?\d{4,5}(?:-\d{3})? [^\W\d_]")
_BROKEN_START = re.compile(
    r"(?!(?:c/o|rue|av\w*|route|rte|bd|boul\w*|all\w*|chauss\w*|chemin|impasse|mont[ée]e|quai|square|cit[ée]|op|um|am|an|im"
    r"|zone|place)\b)[a-zà-ÿ(»]"
)
"""How no address begins, but a line of one that was broken."""


def begins_in_its_middle(text: str) -> bool:
    """True for an address of which the first line is missing: "(bâtiment B)", "L-1234 Luxembourg"."""
    return _BROKEN_START.match(text) is not None or begins_with_town(text)


def begins_with_town(text: str) -> bool:
    """True for "L-1234 Luxembourg", the last line of an address."""
    return _TOWN.match(text) is not None


def clean_address(text: str) -> str:
    """The lines joined by ", ", without the country. A line that was only broken is put together again.

    Where a print lost the break, a postal code with its country's letters still begins a line of its own.
    """
    whole = ""
    text = _TOUCHED_CODE.sub(r"\1\n\2", text)
    for line in filter(None, (single_spaced(line).strip(" ;") for line in text.splitlines())):
        broken = _BROKEN_END.search(whole) or _BROKEN_START.match(line)
        whole += ((" " if broken else ", ") if whole else "") + line
        whole = whole.rstrip(",") + "," if whole.endswith(",") else whole
    whole = re.sub(r",(?=[^\W\d_])", ", ", whole)  # a blank too narrow for its reader: "5,rue de la Gare"
    address, _ = split_country(re.sub(r",+(?=, )|,+$", "", whole))
    return address
