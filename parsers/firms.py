"""Names of firms, told by their legal form."""

from __future__ import annotations

import re

from parsers.folding import fold, single_spaced

_FIRM = re.compile(
    r"(?:^|[\s,])(?:s\.?\s?[àa]\.?\s?r\.?\s?l\.?(?:-?\s?s)?|sarl(?:-s|u)?|s\.?a\.?(?:s\.?u?\.?)?|s\.?c\.?(?:a|s|i)?\.?|s\.?e\.?n\.?c\.?|eurl|s\.?r\.?l\.?|"
    r"sprl|b\.?v\.?b?a?|n\.?v\.?|gmbh|mbh|ag|kg|ohg|gbr|ug|e\.?\s?k\.?|se|gie|asbl|lda|ltd|llc|inc|plc|s\.?l\.?|"
    r"soci[eé]t[eé]|gesellschaft|\(haftungsbeschr[aä]nkt\)|a\s+responsabilit[eé])(?=$|[\s,.;)])",
    re.I,
)


def has_legal_form(text: str) -> bool:
    """True for a text with a legal form in it: "S.à r.l.", "GmbH"."""
    return _FIRM.search(single_spaced(text)) is not None


def names_a_firm(text: str) -> bool:
    """True for a name with a legal form in it: "Dr. Software S.à r.l."; or with "&"."""
    return has_legal_form(text) or "&" in text or "+" in text


def ends_as_a_firm(text: str) -> bool:
    """True for a name with a legal form at its end ("Arztwerk S.A."), whatever its other words mean."""
    words = text.split()
    if len(words) < 2 or not {"(", ":"}.isdisjoint(text):
        return False
    if fold(words[-1]) in ("societe", "gesellschaft", "responsabilite"):
        return False  # "Nom de la Société"
    forms = (" ".join(words[-n:]) for n in (1, 2, 3) if n < len(words))
    return any(
        form[:1].isupper() and (found := _FIRM.match(form)) and found.end() == len(form) for form in forms
    )
