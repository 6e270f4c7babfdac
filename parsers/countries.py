"""Countries: names in French, German and English and codes -> ISO 3166-1 alpha-2, and from addresses."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib import resources

from parsers.folding import fold, words_of

# Postal prefixes as printed before a post code (UPU); the older car codes are still common.
_CODES = (
    "LU", "DE", "FR", "BE", "NL", "AT", "IT", "ES", "PT", "CH", "DK", "SE", "FI", "PL", "CZ", "SK", "HU",
    "SI", "HR", "RO", "BG", "GR", "LT", "LV", "EE", "CY", "MT", "NO", "IS", "LI", "IE",
)  # fmt: skip
_CAR_CODES = {
    "L": "LU", "D": "DE", "F": "FR", "B": "BE", "A": "AT", "I": "IT", "E": "ES", "P": "PT", "S": "SE",
    "N": "NO", "FL": "LI",
}  # fmt: skip
_PREFIXES = _CAR_CODES | {code: code for code in _CODES}
_ALPHA_3 = {
    "LUX": "LU", "DEU": "DE", "GER": "DE", "FRA": "FR", "BEL": "BE", "NLD": "NL", "AUT": "AT", "ITA": "IT",
    "ESP": "ES", "PRT": "PT", "CHE": "CH", "POL": "PL", "IRL": "IE",
}  # fmt: skip
_PREFIX = re.compile(r"(?<![\w.-])([A-Z]{1,2})\s?[-–‑]\s?(\d{3,5})(?!\d)")


@lru_cache(maxsize=1)
def _names() -> dict[tuple[str, ...], str]:
    text = resources.files("parsers.data").joinpath("countries.toml").read_text(encoding="utf-8")
    return {words_of(name): code for code, names in tomllib.loads(text).items() for name in names}


@lru_cache(maxsize=1)
def _codes() -> frozenset[str]:
    return frozenset(_names().values())


_LAST_PIECE = re.compile(r"(?:[,;\n–—(]|\s-\s)\s*([^,;\n()–—]+)$")


def country_code(text: str) -> str | None:
    """The alpha-2 code of a country's name or code, or None. "Luxembourg (LU)" and "LU - Luxembourg" too."""
    names = _names()
    words = words_of(text)
    if not words:
        return None
    if words in names:
        return names[words]
    stripped = text.strip(" .()[]")
    if re.fullmatch(r"[A-Za-z]{2}", stripped):
        code = {"UK": "GB", "EL": "GR"}.get(stripped.upper(), stripped.upper())
        return code if code in _codes() else None
    if re.fullmatch(r"L|D|F|B", stripped):
        return _PREFIXES[stripped]
    if stripped.upper() in _ALPHA_3:
        return _ALPHA_3[stripped.upper()]
    pieces = [piece for piece in re.split(r"[/(),;–—]|\s-\s", text) if piece.strip()]
    if len(pieces) > 1:
        found = {country_code(piece) for piece in pieces}
        if len(found) == 1 or (len(found) == 2 and None in found and len(pieces) == 2):
            return next((code for code in found if code), None)
    return None


def split_country(address: str) -> tuple[str, str | None]:
    """An address without its last piece when that is a country, and that country's code.

    "Luxembourg" at the end is the country only where another piece names a place with its post code;
    else it may be the city.
    """
    text = address.rstrip(" \t\r\n).")
    match = _LAST_PIECE.search(text)
    if not match:
        return address, None
    rest, last = text[: match.start()], match[1]
    code = country_code(last) if len(last.strip()) > 2 or last.strip() in {"LU", "FR", "DE", "BE"} else None
    if code is None:
        return address, None
    city_too = fold(last) in {"luxembourg", "luxemburg", "lux", "monaco", "singapore", "singapour"}
    if city_too and not re.search(r"\d{4,5}[\s,]+[^\W\d]", rest):
        return address, None
    return rest.rstrip(" ,;\n-–—("), code


def country_of_address(address: str) -> tuple[str, str] | None:
    """(code, what says so) from a country or a postal prefix printed in the address, or None.

    Two that contradict each other say nothing.
    """
    _, by_name = split_country(address)
    prefixes = {_PREFIXES[m[1]]: m[0] for m in _PREFIX.finditer(address) if m[1] in _PREFIXES}
    if by_name and prefixes and set(prefixes) != {by_name}:
        return None
    if by_name:
        return by_name, "country printed in the address"
    if len(prefixes) == 1:
        code, printed = next(iter(prefixes.items()))
        return code, f"postal prefix {printed}"
    return None
