"""Text -> normalised value, per field type (fields.md, "How values are given").

A value is given as printed even where it is wrong: its check digit, its shape. `problem` then says
what is wrong, and rules judge it. Nothing written ("n/a", "néant", a dash, a hint) is `absent`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pydantic import JsonValue

from parsers import identifiers
from parsers.addresses import clean_address
from parsers.choices import match_choice
from parsers.concepts import choice_meant, choices_said
from parsers.countries import country_code
from parsers.dates import looks_like_date, parse_date
from parsers.firms import names_a_firm
from parsers.folding import fold, single_spaced, words_of
from parsers.no_value import is_absent, is_hint
from parsers.types import FieldDef, FieldType
from parsers.vocabulary import vocabulary

ValueProblem = Literal["absent", "malformed", "check_failed", "ambiguous"]

_LEADERS = re.compile(r"(?:[_…]|\.(?=\s*\.)|(?<=\.)\.)[\s_….]{2,}|_{2,}")
"""What is left of a line to write on behind the value."""
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))


@dataclass(frozen=True, slots=True)
class ValueResult:
    """`value` None: nothing was said (`absent`) or it cannot be told (`ambiguous`).

    `malformed`: not of the field's type, given as printed. `check_failed`: right shape, wrong check
    digit. `certain` is true where shape or check digits prove the type: a number that only fits it.
    """

    value: JsonValue = None
    problem: ValueProblem | None = None
    note: str = ""
    certain: bool = False


ABSENT = ValueResult(problem="absent")
_NUMBERS_SET_APART = re.compile(r"\d+(?: ?\. ?\d+)+")
"""A version alone: "5. 9.1" is what OCR makes of digits that are set wide."""


_LONGEST = 2_000
"""Characters of a value at most; an address of ten lines has 500."""


def parse_value(kind: FieldType, text: str, field: FieldDef | None = None) -> ValueResult:
    """The value that a text gives for a field of that type. `field` adds its choices and its id."""
    if len(text) > _LONGEST:
        return ValueResult(single_spaced(text[:_LONGEST]), "malformed", "longer than any value")
    text = _LEADERS.sub(" ", text) if kind != "text" or "__" in text else text
    text = re.sub(r"(?<=[\w.])(?:-\n|\n-)(?=\w)", "-", _without_last_leaders(text))
    text = re.sub(r"(?<=[a-zß-ÿ]) -(?=[A-Za-zÀ-ÿ])", "-", text)
    if is_absent(text) or is_hint(text):
        return ABSENT
    return _PARSERS[kind](text.strip().removeprefix(":").lstrip(), field)


def _without_last_leaders(text: str) -> str:
    """The text without dots or lines to write on that are left behind it."""
    ends = text.rstrip()
    while (bare := ends.rstrip("._…")) != ends and bare[-1:].isspace():
        text = ends = bare.rstrip()
    return text


def _text(text: str, field: FieldDef | None) -> ValueResult:
    if field is not None and field.id == "adresse":
        return ValueResult(clean_address(text))
    value = single_spaced(text)
    if field is not None and "version" in field.id:
        value = re.sub(r"^(?:version|release|vers\.|v)\s*[.:]?\s*(?=\d)", "", value, flags=re.I)
        if _NUMBERS_SET_APART.fullmatch(value):
            value = value.replace(" ", "")
    return ValueResult(value)


def clean_person(text: str) -> str:
    """A person's name without titles, order and capitals as written."""
    titles = vocabulary().titles
    words = single_spaced(text).split(" ")
    while len(words) > 1:
        if words[1] in ("&", "+", "et", "und", "and"):
            break  # "Docteur & Code" is a firm
        for length in (3, 2, 1):
            if length < len(words) and fold(" ".join(words[:length])) in titles:
                words = words[length:]
                break
        else:
            break
    while len(words) > 2 and fold(words[0]) in {"et", "&", "/"}:
        words = words[1:]
    return " ".join(words).strip(" ,;:")


def _person(text: str, field: FieldDef | None) -> ValueResult:
    name = clean_person(text)
    if fold(name) in vocabulary().titles or re.fullmatch(r"\([^()]*\)", text.strip()):
        return ABSENT  # the name itself stands elsewhere
    if not any(c.isalpha() for c in name):
        return ValueResult(single_spaced(text), "malformed", "no letters in a name")
    if re.fullmatch(r"[Nn](?:[°ºo]|o\.|r\.?)", name):
        return ABSENT  # the head of a column of numbers
    if any(c.isdigit() for c in name) or "@" in name:
        return ValueResult(name, "malformed", "a digit or an @ in a name")
    return ValueResult(name)


def _company(text: str, field: FieldDef | None) -> ValueResult:
    name = single_spaced(text).strip(" ;:")
    if not any(c.isalpha() for c in name):
        return ValueResult(name, "malformed", "no letters in a name")
    return ValueResult(name)


def _company_or_person(text: str, field: FieldDef | None) -> ValueResult:
    first = fold(text).split(" ", 1)[0]
    if first in vocabulary().titles and not names_a_firm(text):
        return ValueResult(clean_person(text))
    return _company(text, field)


def _matricule(text: str, field: FieldDef | None) -> ValueResult:
    value = re.sub(r"[\s.\-/|]", "", text.translate(_DASHES)).upper()
    inside = re.search(r"(?<![\d])\d{13}(?!\d)|(?<!\d)\d{11}(?!\d)", value)
    if inside and not value.isdigit() and len(re.sub(r"\D", "", value)) == len(inside[0]):
        value = inside[0]
    if not re.fullmatch(r"\d{11}|\d{13}", value):
        return ValueResult(value, "malformed", "a matricule has 11 or 13 digits")
    return _judged(value, identifiers.check_matricule(value))


_NAMES_REGISTER = re.compile(r"r\.?\s?c\.?\s?s\.?l?|registre.*|luxembourg|luxemburg")


def _rcs(text: str, field: FieldDef | None) -> ValueResult:
    plain = single_spaced(text.translate(_DASHES))
    match = re.search(r"(?<![A-Za-z])([A-Ka-k])\s?[.\-:/]?\s?(\d{1,3}(?:[\s.,']?\d{1,3})?)\s*$", plain)
    lead = fold(plain[: match.start()]) if match else ""
    if match and not _NAMES_REGISTER.sub("", lead).strip(" :,.-/()°no"):
        return ValueResult(match[1].upper() + re.sub(r"\D", "", match[2]), certain=True)
    if re.fullmatch(r"[A-K]\d{7,}", plain.replace(" ", "").replace(".", "")) or not re.search(r"\d", plain):
        return ValueResult(plain, "malformed", "no register number")
    return ValueResult(plain, note="not a Luxembourg RCS number; given as printed")


def _vat(text: str, field: FieldDef | None) -> ValueResult:
    value = re.sub(r"[\s.\-/,:]", "", text.translate(_DASHES)).upper()
    match = re.search(
        r"(?:AT|BE|BG|CY|CZ|DE|DK|EE|EL|ES|FI|FR|GR|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK|NO|CHE|GB)[A-Z0-9]?[A-Z0-9]?\d{5,10}(?:[A-Z]{1,2}|B\d\d|MVA|TVA|MWST)?$",
        value,
    )
    if match and re.fullmatch(
        r"|(?:[A-Z]*(?:TVA|VAT|MWST|UST|USTID|USTIDNR|INTRACOM\w*|NR|NO|N°)[A-Z°]*)", value[: match.start()]
    ):
        value = match[0]
    if not re.search(r"\d{5}", value) or not re.fullmatch(r"[A-Z0-9+*]{5,16}", value):
        return ValueResult(value, "malformed", "not a VAT number")
    return _judged(value, identifiers.check_vat(value), certain=match is not None)


def _iban(text: str, field: FieldDef | None) -> ValueResult:
    value = re.sub(r"[\s.\-:/_|]", "", text.translate(_DASHES)).upper()
    value = re.sub(r"^(?:N°|NO)?(?:CODE)?IBAN", "", value)
    match = re.search(r"[A-Z]{2}\d{2}[A-Z0-9]{10,30}", value)
    if not match or match.start() > 12:
        return ValueResult(value, "malformed", "not an IBAN")
    whole = (match[0][:n] for n in range(15, len(match[0]) + 1))
    proven = next((number for number in whole if identifiers.check_iban(number) == "valid"), None)
    if proven or match.start() == 0:
        value = proven or match[0]
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{10,30}", value):
        return ValueResult(value, "malformed", "not an IBAN")
    return _judged(value, identifiers.check_iban(value))


_SAMPLE_ADDRESS = re.compile(
    r"(?:(?:prenom|vorname|firstname|first)[._-](?:nom|nachname|lastname|last|name)|nom[._-]prenom)@\S+", re.I
)


def _email(text: str, field: FieldDef | None) -> ValueResult:
    if _SAMPLE_ADDRESS.fullmatch(text.strip()):
        return ABSENT
    if re.fullmatch(r"[^\s@]+@\S*\n[\w.-]+", text.strip()) or re.fullmatch(
        r"[\w.+-]+\n[\w.+-]*@\S+", text.strip()
    ):
        first, rest = text.strip().split("\n")
        if re.search(r"@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}$", first) and not rest.startswith("."):
            return ValueResult(first + rest, "malformed", "perhaps two lines that have nothing in common")
        text = first + rest  # broken where the cell ends
    if broken := re.search(r"(?<!\S)([^\s@]+@\S+)\n([\w.-]{1,12})\s*$", text):
        return ValueResult(broken[1] + broken[2], "malformed", "perhaps broken where the cell ends")
    value = re.sub(r"^mailto:", "", single_spaced(text).strip("<>()[] ;,."), flags=re.I)
    found = re.findall(r"[^\s<>()\[\];,:\"]+@[^\s<>()\[\];,:\"]+", value)
    if len({f.lower() for f in found}) > 1:
        return ValueResult(None, "ambiguous", "several addresses")
    if found:
        value = found[0].rstrip(".")
    elif "@" in value:
        value = value.replace(" ", "")
    if identifiers.check_email(value) == "invalid":
        return ValueResult(value, "malformed", "not an e-mail address")
    if not value.partition("@")[0].isascii() or re.search(r"\.[a-z]+[A-Z]\w*$", value):
        return ValueResult(value, "malformed", "perhaps a word ran into it")
    return ValueResult(value, certain=True)


def _country(text: str, field: FieldDef | None) -> ValueResult:
    code = country_code(text)
    if code:
        return ValueResult(code, certain=True)
    return ValueResult(single_spaced(text), "malformed", "no known country")


def _code_prestataire(text: str, field: FieldDef | None) -> ValueResult:
    value = re.sub(r"[\s.]", "", text.translate(_DASHES)).upper().strip("-:")
    if not re.fullmatch(r"[A-Z]{0,3}\d{2,10}(?:[-/]\d{1,4})?", value):
        return ValueResult(value, "malformed", "not a code prestataire")
    return ValueResult(value, certain=bool(re.fullmatch(r"\d{4,8}-\d{2}", value)))


def _ehealth_id(text: str, field: FieldDef | None) -> ValueResult:
    value = re.sub(r"[\s.]", "", text.translate(_DASHES)).upper().strip("-:")
    if not re.fullmatch(r"[A-Z0-9@_/-]{3,40}", value) or not re.search(r"\d", value):
        return ValueResult(value, "malformed", "not an eHealth ID")
    return ValueResult(value)


def _date(text: str, field: FieldDef | None) -> ValueResult:
    found = parse_date(text)
    if found:
        return ValueResult(found.isoformat(), certain=True)
    note = "impossible or several dates" if looks_like_date(text) else "no date"
    return ValueResult(single_spaced(text), "malformed", note)


_LONGEST_NUMBER = 20
"""Characters; nothing that these forms count has more, and Python refuses to convert thousands."""


def _int(text: str, field: FieldDef | None) -> ValueResult:
    plain = single_spaced(text)
    if re.fullmatch(r"\d(?: \d)+", plain):
        plain = plain.replace(" ", "")  # a box for each digit
    digits = re.findall(r"(?<![\d.,])\d{1,3}(?:[ .'’]\d{3})+(?!\d)|\d+", plain)
    if any(len(d) > _LONGEST_NUMBER for d in digits):
        return ValueResult(plain, "malformed", "not one whole number")
    numbers = {int(re.sub(r"\D", "", d)) for d in digits}
    if re.search(r"\d[.,]\d(?!\d\d)", plain) or len(numbers) > 1:
        return ValueResult(plain, "malformed", "not one whole number")
    if numbers:
        return ValueResult(numbers.pop(), certain=bool(re.fullmatch(r"[\d .'’]+", plain)))
    named = {vocabulary().numbers[w] for w in fold(plain).split() if w in vocabulary().numbers}
    if len(named) == 1:
        return ValueResult(named.pop())
    return ValueResult(plain, "malformed", "no number")


_NEGATIONS = frozenset({"pas", "non", "sans", "ni", "kein", "keine", "nicht", "ohne", "no", "not", "without"})


def _choice(text: str, field: FieldDef | None) -> ValueResult:
    if field is None:
        return ValueResult(single_spaced(text))
    choice = match_choice(text, field)
    words = words_of(text)
    if choice and not choices_said(words, field.choices) - {choice}:
        return ValueResult(choice, certain=True)
    if choice:
        return ValueResult(None, "ambiguous", "several of the choices")
    meant = choice_meant(words, field.choices) if len(words) <= 6 and not _NEGATIONS & set(words) else None
    if meant:
        return ValueResult(meant, note="understood by its words")
    return ValueResult(None, "ambiguous", "none or several of the choices")


def _choices(text: str, field: FieldDef | None) -> ValueResult:
    if field is None:
        return ValueResult([single_spaced(text)])
    pieces = [p for p in re.split(r"[,;+&\n/]|\s(?:et|und|and|u\.|sowie)\s", text) if words_of(p)]
    named = [match_choice(piece, field) or choice_meant(words_of(piece), field.choices) for piece in pieces]
    ordered: list[JsonValue] = [choice for choice in field.choices if choice in named]
    if not ordered:
        return ValueResult(None, "ambiguous", "no choice named")
    return ValueResult(ordered, certain=None not in named and len(set(named)) == len(named))


def _bool(text: str, field: FieldDef | None) -> ValueResult:
    folded = fold(text).strip(" .[]()/|")  # of "oui / non" the one that was not struck out
    first = re.split(r"[\s,;:.]", folded, maxsplit=1)[0]
    words = vocabulary()
    if text.strip() in {"☒", "☑", "✓", "✔", "✗", "✘", "■", "[x]", "[X]"} or folded in words.yes:
        return ValueResult(True, certain=True)
    if text.strip() in {"☐", "□", "[ ]", "[]"} or folded in words.no:
        return ValueResult(False, certain=True)
    said = set(words_of(folded))
    if said & (words.yes - {"x", "o", "on", "1"}) and said & (words.no - {"n", "0"}):
        return ValueResult(None, "ambiguous", "yes and no")
    if len(first) > 1 and (first in words.yes) != (first in words.no):
        return ValueResult(first in words.yes)
    return ValueResult(None, "ambiguous", "neither yes nor no")


def _table(text: str, field: FieldDef | None) -> ValueResult:
    return ValueResult(None, "ambiguous", "a table is read cell by cell")


def _judged(value: str, verdict: identifiers.Verdict, certain: bool = True) -> ValueResult:
    if verdict == "invalid":
        return ValueResult(value, "check_failed", "check digits do not hold")
    return ValueResult(value, certain=certain or verdict == "valid")


_PARSERS: dict[str, Callable[[str, FieldDef | None], ValueResult]] = {
    "text": _text,
    "person": _person,
    "company": _company,
    "company_or_person": _company_or_person,
    "matricule": _matricule,
    "rcs": _rcs,
    "vat": _vat,
    "iban": _iban,
    "email": _email,
    "country": _country,
    "code_prestataire": _code_prestataire,
    "ehealth_id": _ehealth_id,
    "date": _date,
    "int": _int,
    "choice": _choice,
    "choices": _choices,
    "bool": _bool,
    "table": _table,
}
