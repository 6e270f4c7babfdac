"""Check digits and shapes of identifiers. Three answers each: a check that cannot be made is no error.

`valid`: shape and check digits hold. `invalid`: they disprove it. `unknown`: no check is known for
this kind of number (a foreign register, a second series), so only a person or a registry could tell.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

Verdict = Literal["valid", "invalid", "unknown"]

_LEGAL_WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
# Sets of what may not stand there: those of what may, up to U+FFFF, take ten times as long to compile.
_NEVER = r"\x7f-\xa0\U00010000-\U0010ffff"
_LOCAL = rf"[^\x00-\x20\"(),:;<>@\[\\\]{_NEVER}]"
_LETTER = rf"[^\x00-@\[-`{{-\x7e{_NEVER}]"
_ALNUM = rf"[^\x00-/:-@\[-`{{-\x7e{_NEVER}]"
_ALNUM_OR_DASH = rf"[^\x00-,./:-@\[-`{{-\x7e{_NEVER}]"
_EMAIL = re.compile(
    rf"{_LOCAL}{{1,64}}@(?:{_ALNUM}(?:{_ALNUM_OR_DASH}{{0,61}}{_ALNUM})?\.)+{_LETTER}{{2,63}}"
)
_LETTERS_AS_NUMBERS = {ord(letter): str(ord(letter) - 55) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
_EU_VAT = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "EL",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)


def check_matricule(value: str, country: str | None = None) -> Verdict:
    """The Luxembourg matricule: 13 digits (natural person) or 11 (legal person).

    Natural: YYYYMMDD, sequence, then a Luhn and a Verhoeff digit, both over the first 11. Legal: règlement
    grand-ducal of 21 December 1987, see process.md. The check digit of a second or third series is
    `unknown`, because a mismatch with the first is a warning only. A number that is no matricule is
    `unknown` where `country` says that its bearer is not from Luxembourg.
    """
    digits = _compact(value)
    abroad = country is not None and country != "LU"
    if not digits:
        return "unknown"
    if digits.isascii() and digits.isdigit() and len(digits) in (11, 13):
        verdict = _natural(digits) if len(digits) == 13 else _legal(digits)
        return "unknown" if abroad and verdict == "invalid" else verdict
    return "unknown" if abroad else "invalid"


def _natural(digits: str) -> Verdict:
    from stdnum import luhn, verhoeff

    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return "invalid"
    body = digits[:11]
    good = digits[11] == luhn.calc_check_digit(body) and digits[12] == verhoeff.calc_check_digit(body)
    return "valid" if good else "invalid"


def _legal(digits: str) -> Verdict:
    if not 1800 <= int(digits[:4]) <= 2199:
        return "invalid"
    rest = sum(int(d) * w for d, w in zip(digits[:10], _LEGAL_WEIGHTS, strict=True)) % 11
    # 11 - r, 12 - r and 13 - r, counted modulo 11; where that gives 10 nothing is assigned.
    series = [(base - rest) % 11 for base in (11, 12, 13)]
    check = int(digits[10])
    if check == series[0]:
        return "valid"
    return "unknown" if check in series[1:] else "invalid"


def check_iban(value: str) -> Verdict:
    """ISO 13616: check digits and, where the country's structure is known, length and layout."""
    from stdnum import iban
    from stdnum.exceptions import ValidationError

    number = _compact(value)
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{10,30}", number):
        return "invalid" if number else "unknown"
    if int((number[4:] + number[:4]).translate(_LETTERS_AS_NUMBERS)) % 97 != 1:
        return "invalid"  # most pieces of a text that look like one are told so at once
    try:
        iban.validate(number, check_country=False)
    except ValidationError:
        return "invalid"
    return "valid"


def check_vat(value: str) -> Verdict:
    """A VAT number of the EU by its own country's check; Norway's by its own; others `unknown`."""
    from stdnum.exceptions import ValidationError

    number = _compact(value)
    prefix = number[:2]
    if prefix in _EU_VAT:
        from stdnum.eu import vat

        try:
            vat.validate("EL" + number[2:] if prefix == "GR" else number)
        except ValidationError:
            return "invalid"
        return "valid"
    if prefix == "NO" or number.endswith("MVA"):
        from stdnum.no import mva

        return "valid" if mva.is_valid(number.removesuffix("MVA").removeprefix("NO") + "MVA") else "invalid"
    return "unknown"


def check_rcs(value: str, country: str | None = None) -> Verdict:
    """Luxembourg: a letter A to K and 1 to 6 digits, which has no check digit. Other registers: `unknown`."""
    number = _compact(value)
    if re.fullmatch(r"[A-K]\d{1,6}", number):
        return "valid"
    looks_foreign = re.match(r"(HR[AB]|FN|CHE|BE|BCE|KBO|KVK|SIREN|SIRET|RCS|KRS|NIPC|CUI|REA)", number)
    if (country is not None and country != "LU") or looks_foreign:
        return "unknown"
    return "invalid" if number else "unknown"


def check_email(value: str) -> Verdict:
    """Syntax of a single mailbox (RFC 5321's dot-string, internationalised addresses included)."""
    local = value.rpartition("@")[0]
    if not _EMAIL.fullmatch(value) or ".." in value or local.startswith(".") or local.endswith("."):
        return "invalid"
    return "valid"


def _compact(value: str) -> str:
    return re.sub(r"[^0-9A-Z]", "", value.upper())
