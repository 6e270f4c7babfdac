"""A field that seems to be empty, and in the document's text a value such as it takes, which no field got.

Then the reading is in doubt, not the Industriel: a person looks before anything is asked for.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator

from parsers.identifiers import check_email, check_iban, check_matricule, check_rcs, check_vat
from parsers.types import FieldDef
from rules.checks.read_whole import READ_FOR_VALUES
from rules.facts import Facts, finding_on, is_required
from rules.types import Exhibit, Finding

_CANDIDATES: dict[str, re.Pattern[str]] = {
    "iban": re.compile(r"\b[A-Z]{2}\d{2}(?:[ .]?[A-Z0-9]{1,4}){3,8}\b"),
    "email": re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    "vat": re.compile(r"\b[A-Z]{2}[ .]?\d{2,3}(?:[ .]?\d{2,3}){2,3}\b"),
    "matricule": re.compile(r"(?<![\w.])\d(?:[ .]?\d){10,12}(?![\w.]?\d)"),
    "rcs": re.compile(r"\b[A-K][ .]?\d{1,3}[ .]?\d{3}\b"),
    "ehealth_id": re.compile(
        r"eHealth[ _-]?ID[^\n]{0,20}?[\s:.]\s*(?=[\w.-]*\d)([A-Za-z0-9][\w.-]{3,})", re.I
    ),
    "date": re.compile(r"\b[0-3]?\d[./-][01]?\d[./-](?:20)?\d{2}\b"),
}
_CHECKS: dict[str, Callable[[str], str]] = {
    "iban": check_iban,
    "email": check_email,
    "vat": check_vat,
    "matricule": check_matricule,
    "rcs": check_rcs,
}


def check(facts: Facts) -> Iterator[Finding]:
    for exhibit in facts.exhibits(*READ_FOR_VALUES.get(facts.step, ())):
        form = facts.policy.forms.for_kind(exhibit.kind)
        if form is None or exhibit.accepted or not exhibit.document.filled:
            continue
        pays = facts.dossier.registered.get("pays", "")
        for field in form.fields:
            if exhibit.value(field.id) is None and is_required(field, exhibit, pays):
                yield from _unplaced(facts, exhibit, field)


def _unplaced(facts: Facts, exhibit: Exhibit, field: FieldDef) -> Iterator[Finding]:
    if not any(_of_type(field.type, exhibit, facts)):
        return
    yield finding_on(
        exhibit,
        Finding(
            rule="value_unplaced",
            severity="doubt",
            code="low_confidence",
            message=f"« {field.label} » n'a pas été trouvé, mais le document contient une valeur qui y "
            "ressemble.",
            field=field.id,
        ),
    )


def _of_type(kind: str, exhibit: Exhibit, facts: Facts) -> Iterator[str]:
    """Values of that type in the text, as often as they stand there without belonging to a field."""
    pattern = _CANDIDATES.get(kind)
    if pattern is None and kind == "code_prestataire":
        pattern = re.compile(rf"(?<![\w-])({facts.policy.code_prestataire_pattern})(?![\w-])")
    if pattern is None:
        return
    placed = Counter(_compact(claim.raw or str(claim.value)) for claim in exhibit.document.fields.values())
    matches = pattern.finditer(exhibit.document.text)
    in_text = Counter(_cut(kind, _compact(m[m.lastindex or 0])) for m in matches)
    for found, times in in_text.items():
        known = sum(count for value, count in placed.items() if found in value)
        if times > known and _is_one(kind, found, facts):
            yield found


def _cut(kind: str, found: str) -> str:
    """An IBAN without the words in capitals that follow it on its line."""
    lengths = range(15, len(found)) if kind == "iban" else ()
    return next((found[:n] for n in lengths if check_iban(found[:n].upper()) == "valid"), found)


def _is_one(kind: str, value: str, facts: Facts) -> bool:
    if kind == "email" and value.rpartition("@")[2] in facts.policy.own_domains:
        return False
    check = _CHECKS.get(kind)
    return check is None or check(value.upper() if kind != "email" else value) == "valid"


def _compact(text: str) -> str:
    return re.sub(r"[\s]|(?<=\d)\.(?=\d)", "", text).casefold()
