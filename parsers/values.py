"""Text -> normalised value, per field type (fields.md, "How values are given").

A value is given as printed even where it is wrong: its check digit, its shape. `problem` then says
what is wrong, and rules judge it. Nothing written ("n/a", "néant", a dash, a hint) is `absent`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from pydantic import JsonValue

from parsers import identifiers
from parsers.concepts import choice_meant, choices_said, meanings, understood
from parsers.countries import country_code, split_country
from parsers.dates import looks_like_date, parse_date
from parsers.folding import fold, single_spaced, words_of
from parsers.remembered import TEXTS_OF_MAILS
from parsers.types import FieldDef, FieldType
from parsers.vocabulary import vocabulary

ValueProblem = Literal["absent", "malformed", "check_failed", "ambiguous"]

_FILLER = re.compile(r"[\s._…·•\-–—―‐‑/|\\:;,*=~\u25a1\u2610\ufffc]*")
_LEADERS = re.compile(r"(?:[_…]|\.(?=\s*\.)|(?<=\.)\.)[\s_….]{2,}|_{2,}")
_BRACKETED_SAMPLE = re.compile(r"\((?=[^()]*(?:@|(?:[0-9][^0-9()]{0,3}){5}))[^()]*\)?[\s*:]*")
"""Nobody writes a number or an address, and nothing else, in brackets; forms print their samples so."""
_LAST_LEADERS = re.compile(r"(?:\s+[._…]+)+\s*$")
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
_BROKEN_END = re.compile(
    r"(?:,|(?<![\w-])(?:[A-Z]{1,2}[- ])?\d{4,5}|(?<![\w-])\d{4}(?:-\d{3}| ?[A-Z]{2})"
    r"|(?<![\w-])(?:de|du|des|la|le|les|d'|l'|rue|avenue|route|von|der|am|an|of|the"
    r"|cité|place|allée|boulevard|bd\.?|chemin|impasse|quai|zone|square|montée)|(?-i:\b(?:[A-Z]\. ?)+))$",
    re.I,
)
"""A line of an address does not end in a postal code or an article: its next word did not fit."""
_TOUCHED_CODE = re.compile(r"(?<![\w-])(\d{1,3}[a-z]?)((?:[ABDFLI]|CH|LU|BE|DE|FR|NL)-\d{4,5})(?![\w-])")
"""A house number and the postal code that would begin the next line ("12 bte 3B-1000 Bruxelles")."""
_BROKEN_START = re.compile(
    r"(?!(?:c/o|rue|av\w*|route|bd|boul\w*|all\w*|op|am|an|im|zone|place)\b)[a-zà-ÿ(»]"
)


def parse_value(kind: FieldType, text: str, field: FieldDef | None = None) -> ValueResult:
    """The value that a text gives for a field of that type. `field` adds its choices and its id."""
    text = _LEADERS.sub(" ", text) if kind != "text" or "__" in text else text
    text = re.sub(r"(?<=[\w.])(?:-\n|\n-)(?=\w)", "-", _LAST_LEADERS.sub("", text))
    text = re.sub(r"(?<=[a-zß-ÿ]) -(?=[A-Za-zÀ-ÿ])", "-", text)
    if is_absent(text) or is_hint(text):
        return ABSENT
    return _PARSERS[kind](text.strip().removeprefix(":").lstrip(), field)


_LEADS_TO_SAMPLE = re.compile(
    r"(?<![\w.])(?:(?:p\. ?)?ex\.|e\. ?g\.|z\. ?b\.|(?:par )?exemple|(?:zum )?beispiel|(?:for )?example)"
    r"(?!\w)\s*:?\s*(?=\S*\d)",
    re.I,
)
"""What leads to the example of a number that a form prints ("ex. 2014 2412 345")."""


def leads_to_sample(word: str, following: str) -> bool:
    """True for "ex." before a number."""
    return _LEADS_TO_SAMPLE.match(f"{word} {following}") is not None


def without_samples(text: str) -> str:
    """The text without the examples in it; what stands behind the colon after an example is kept."""
    if _LEADS_TO_SAMPLE.search(text) is None:
        return text
    lines = []
    for line in text.split("\n"):
        sample = _LEADS_TO_SAMPLE.search(line)
        if sample is not None:
            line = line[sample.end() :].partition(":")[2] or line[: sample.start()].rstrip(" (/–-")
        lines.append(line.strip())
    return "\n".join(line for line in lines if line)


@lru_cache(maxsize=TEXTS_OF_MAILS)
def is_absent(text: str) -> bool:
    """True for nothing, filler (dots, dashes, underscores) and words that say "nothing"."""
    return (
        bool(_FILLER.fullmatch(text))
        or fold(text).strip(" .()[]-") in _bare_absent()
        or fold(text) in vocabulary().absent
        or _sends_elsewhere(text)
    )


def _sends_elsewhere(text: str) -> bool:
    """True for "voir annexe 1", "siehe Anlage": what is asked for stands in another place."""
    words = words_of(text)
    while len(words) > 1 and re.fullmatch(r"\d{1,2}|[a-z]|[ivx]+", words[-1]):
        words = words[:-1]
    return len(words) <= 6 and " ".join(words) in vocabulary().elsewhere


@lru_cache(maxsize=1)
def _bare_absent() -> frozenset[str]:
    return frozenset(word.strip(" .") for word in vocabulary().absent)


@lru_cache(maxsize=TEXTS_OF_MAILS)
def is_hint(text: str) -> bool:
    """True for what a blank form prints as help: "ex. LU28 …", "(LU28 …)", "JJ/MM/AAAA", "Cliquez ici …"."""
    if _BRACKETED_SAMPLE.fullmatch(text.strip()):
        return True
    folded = fold(text).strip(" ()[]<>{}*«»\"'_")
    words = vocabulary()
    if folded in words.hint_dates or any(h in folded for h in words.hint_dates if len(folded) <= len(h) + 14):
        return True
    if words.hint_counts & set(folded.split()) and not re.search(r"\d{5}", folded):
        return True
    if _explains(text, folded):
        return True
    return folded.startswith(words.hint_starts) and any(
        folded.startswith(start)
        and (not start[-1].isalpha() or not folded[len(start) : len(start) + 1].isalpha())
        for start in words.hint_starts
    )


def _explains(text: str, folded: str) -> bool:
    """True for a sentence that only a form says: "Le nom doit être identique dans tous les documents." """
    words = vocabulary()
    if folded.strip(" .") in words.help_alone:
        return True
    if re.search(r"\d{5}|@", folded) or _FIRM.search(text.strip()[-24:]):
        return False
    said = words_of(text)
    if text.count(",") >= 2 and not re.search(r"\d|:", text) and understood(said):
        named = {concept for word in said for group in meanings(word) for concept in group}
        if not named & {"address", "lastname", "first"}:
            return True  # what is to be written, part by part: "Rue, numéro, code postal, localité"
    if text.rstrip().endswith(".") and text[:1].isupper() and len(said) >= 5:
        small = [word for word in text.split() if word.lower() in words.small_words]
        if len(small) >= 2:
            return True  # a whole sentence
    whole = f" {' '.join(said)} "
    return len(said) >= 3 and any(f" {help_} " in whole for help_ in words.help_words)


def _text(text: str, field: FieldDef | None) -> ValueResult:
    if field is not None and field.id == "adresse":
        return ValueResult(clean_address(text))
    value = single_spaced(text)
    if field is not None and "version" in field.id:
        value = re.sub(r"^(?:version|release|vers\.|v)\s*[.:]?\s*(?=\d)", "", value, flags=re.I)
        if _NUMBERS_SET_APART.fullmatch(value):
            value = value.replace(" ", "")
    return ValueResult(value)


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
    address, _ = split_country(re.sub(r",+(?=, )|,+$", "", whole))
    return address


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


_FIRM = re.compile(
    r"(?:^|[\s,])(?:s\.?\s?[àa]\.?\s?r\.?\s?l\.?(?:-?\s?s)?|sarl(?:-s|u)?|s\.?a\.?(?:s\.?u?\.?)?|s\.?c\.?(?:a|s|i)?\.?|s\.?e\.?n\.?c\.?|eurl|s\.?r\.?l\.?|"
    r"sprl|b\.?v\.?b?a?|n\.?v\.?|gmbh|mbh|ag|kg|ohg|gbr|ug|e\.?\s?k\.?|se|gie|asbl|lda|ltd|llc|inc|plc|s\.?l\.?|"
    r"soci[eé]t[eé]|gesellschaft|\(haftungsbeschr[aä]nkt\)|a\s+responsabilit[eé])(?=$|[\s,.;)])",
    re.I,
)


def names_a_firm(text: str) -> bool:
    """True for a name with a legal form in it: "Dr. Software S.à r.l."; or with "&"."""
    return bool(_FIRM.search(single_spaced(text))) or "&" in text or "+" in text


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


def _matricule(text: str, field: FieldDef | None) -> ValueResult:
    value = re.sub(r"[\s.\-/|]", "", text.translate(_DASHES)).upper()
    inside = re.search(r"(?<![\d])\d{13}(?!\d)|(?<!\d)\d{11}(?!\d)", value)
    if inside and not value.isdigit() and len(re.sub(r"\D", "", value)) == len(inside[0]):
        value = inside[0]
    if not re.fullmatch(r"\d{11}|\d{13}", value):
        return ValueResult(value, "malformed", "a matricule has 11 or 13 digits")
    return _judged(value, identifiers.check_matricule(value))


def _rcs(text: str, field: FieldDef | None) -> ValueResult:
    plain = single_spaced(text.translate(_DASHES))
    match = re.search(r"(?<![A-Za-z])([A-Ka-k])\s?[.\-:/]?\s?(\d{1,3}(?:[\s.,']?\d{1,3})?)\s*$", plain)
    lead = fold(plain[: match.start()]) if match else ""
    if match and re.fullmatch(
        r"[\s:,.\-/()n°no]*(?:r\.?\s?c\.?\s?s\.?l?|registre.*|luxembourg|luxemburg|rcsl|[\s:,.\-/()°no])*",
        lead,
    ):
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
    if re.fullmatch(r"\S+@\S*\n[\w.-]+", text.strip()) or re.fullmatch(
        r"[\w.+-]+\n[\w.+-]*@\S+", text.strip()
    ):
        first, rest = text.strip().split("\n")
        if re.search(r"@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}$", first) and not rest.startswith("."):
            return ValueResult(first + rest, "malformed", "perhaps two lines that have nothing in common")
        text = first + rest  # broken where the cell ends
    if broken := re.search(r"(\S+@\S+)\n([\w.-]{1,12})\s*$", text):
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


def match_choice(text: str, field: FieldDef) -> str | None:
    """The one choice whose id or wording the text is; the longest wording wins."""
    words = words_of(text)
    if not words:
        return None
    wordings = {
        choice: (choice, choice.replace("_", " "), *_wordings(choice, field))
        for choice in field.choices or tuple(field.choice_labels)
    }
    best: dict[str, tuple[int, int, int]] = {}
    for choice, texts in wordings.items():
        for wording in texts:
            label = words_of(wording)
            if label == words:
                return choice
            at = _find(words, label) if label else None
            if at and len(" ".join(label)) > best.get(choice, (0, 0, 0))[0]:
                best[choice] = (len(" ".join(label)), at[0], at[0] + len(label))
    if not best:
        return None
    winner = max(best, key=lambda choice: best[choice][0])
    start, end = best[winner][1], best[winner][2]
    rest = (*words[:start], "|", *words[end:])
    # "Nouvelle demande / Mise à jour majeure" names two: what is left must not name another one.
    if any(_find(rest, words_of(w)) for c, ws in wordings.items() if c != winner for w in ws if words_of(w)):
        return None
    return winner


def _wordings(choice: str, field: FieldDef) -> tuple[str, ...]:
    return tuple(w for by_language in field.choice_labels.get(choice, {}).values() for w in by_language)


def _find(words: tuple[str, ...], label: tuple[str, ...]) -> tuple[int] | None:
    """Where the label's words stand in a row, or None."""
    for start in range(len(words) - len(label) + 1):
        if words[start : start + len(label)] == label:
            return (start,)
    return None


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
    pieces = re.split(r"[,;+&\n]|\s(?:et|und|and)\s|\s/\s", text)
    found = [choice for piece in pieces if (choice := match_choice(piece, field))]
    ordered: list[JsonValue] = [c for c in field.choices if c in found]
    return (
        ValueResult(ordered, certain=True) if ordered else ValueResult(None, "ambiguous", "no choice named")
    )


def _bool(text: str, field: FieldDef | None) -> ValueResult:
    folded = fold(text).strip(" .[]()")
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
