"""Dates as people write them (French, German, English, numeric) -> ISO 8601."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from parsers.folding import fold
from parsers.vocabulary import vocabulary

_ISO = re.compile(r"(?<!\d)((?:19|20|21)\d\d)\s?[-/.]\s?(\d{1,2})\s?[-/.]\s?(\d{1,2})(?!\d)")
_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})\s?[-/.,|]\s?(\d{1,2})\s?[-/.,|]\s?(\d{4}|\d{2})(?!\d)")
_SPACED = re.compile(r"(?<!\d)(\d{2})\s(\d{2})\s(\d{4})(?!\d)")
_COMB = re.compile(r"(?<!\d)(\d\d)(\d\d)((?:19|20)\d\d)(?!\d)")


@lru_cache(maxsize=1)
def _month_pattern() -> tuple[re.Pattern[str], re.Pattern[str], dict[str, int]]:
    months = {fold(name): int(number) for number, names in vocabulary().months.items() for name in names}
    one_of = "|".join(sorted(map(re.escape, months), key=len, reverse=True))
    day_first = re.compile(
        r"(?<!\d)(\d{1,2})\s?(?:er|st|nd|rd|th|\.|eme)?\s*(?:of\s+)?[-/ ]?"
        rf"({one_of})\b\.?,?\s*[-/ ]?'?(\d{{4}}|\d{{2}})(?!\d)"
    )
    month_first = re.compile(rf"\b({one_of})\b\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})(?!\d)")
    return day_first, month_first, months


def parse_date(text: str) -> date | None:
    """The one date in the text, or None where there is none, an impossible one, or several that differ.

    Numbers are day first, as in Europe, unless that cannot be; two-digit years are 20YY.
    """
    found = set(_dates(fold(text)))
    return found.pop() if len(found) == 1 else None


def looks_like_date(text: str) -> bool:
    """True for what was meant as a date, possible or not ("31/02/2025")."""
    folded = fold(text)
    return bool(_ISO.search(folded) or _NUMERIC.search(folded) or _month_pattern()[0].search(folded))


def _dates(text: str) -> list[date | None]:
    day_first, month_first, months = _month_pattern()
    results = [_date(m[1], m[2], m[3]) for m in _ISO.finditer(text)]
    text = _ISO.sub(" ", text)
    for match in day_first.finditer(text):
        results.append(_date(match[3], months[match[2]], match[1]))
    for match in month_first.finditer(text):
        results.append(_date(match[3], months[match[1]], match[2]))
    for match in _NUMERIC.finditer(text):
        results.append(_date(match[3], match[2], match[1]) or _american(match))
    if not results:
        digits = re.sub(r"\s", "", text)
        for match in _SPACED.finditer(text) or ():
            results.append(_date(match[3], match[2], match[1]))
        comb = _COMB.fullmatch(digits)
        if not results and comb:
            results.append(_date(comb[3], comb[2], comb[1]))
    return results


def _american(match: re.Match[str]) -> date | None:
    """Month first, where the day-first reading is impossible because the 'month' is above 12."""
    return _date(match[3], match[1], match[2]) if int(match[2]) > 12 else None


def _date(year: str, month: str | int, day: str) -> date | None:
    number = int(year) + 2000 if len(year) == 2 else int(year)
    try:
        return date(number, int(month), int(day))
    except ValueError:
        return None


def is_a_month(text: str) -> bool:
    """True for a month of a year, or a date, alone: "mai 2025", "05/2025", "12.05.2025"."""
    folded = fold(text)
    months = "|".join(map(re.escape, _month_pattern()[2]))
    return (
        re.fullmatch(rf"(?:(?:\d{{1,2}}\.? )?(?:{months})\.? |(?:\d{{1,2}}[./-]){{1,2}})\d{{4}}", folded)
        is not None
    )
