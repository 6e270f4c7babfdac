"""Label and value pairs in the text of a mail (a portal's notice) -> the fields of Formulaire 1."""

from __future__ import annotations

import re
from collections.abc import Sequence

from parsers.claims import Claim, settle
from parsers.concepts import fields_meant, names_something_else, understood
from parsers.countries import country_code
from parsers.extract import doubt_half_an_address, infer
from parsers.folding import words_of
from parsers.labels.index import LabelIndex, index_of
from parsers.labels.text import match_text
from parsers.mail.pairs import portal_fields
from parsers.names import split_name
from parsers.types import FieldValue, FormDef, Message
from parsers.values import parse_value
from parsers.vocabulary import vocabulary

_ENOUGH = 4
_WHOLE_FORM = 7
"""Fields that a notice asks for, filled or not, from which it can be no other mail's few data."""
_MANY = 6
_PARTY = frozenset({"denomination_sociale", "ceo_nom", "nom"})
_PROOF = frozenset({"matricule", "iban", "rcs", "numero_tva", "denomination_sociale"})


def enrolment_from_message(message: Message, form: FormDef) -> dict[str, FieldValue] | None:
    """The fields that a portal's notice carries in its text, or None where it is no enrolment."""
    index = index_of(form.fields)

    def is_label(line: str) -> bool:
        if len(line) > 110:
            return False
        found = match_text(line.strip(" \t*-•"), index)
        return (found is not None and found[1] != "weak") or names_something_else(words_of(line))

    def goes_on(label: str, value: str, line: str) -> bool:
        """An address up to its postal code, and a country below that."""
        found = match_text(label.rstrip(" *:"), index)
        if found is None or found[0] != ("adresse",):
            return False
        return not re.search(r"\d{4}", value) or country_code(line) is not None

    return enrolment_from_pairs(portal_fields(message, is_label, goes_on), form)


def enrolment_from_pairs(pairs: Sequence[tuple[str, str]], form: FormDef) -> dict[str, FieldValue] | None:
    """The fields that the pairs fill, or None where they are not an enrolment (too few, none telling)."""
    index = index_of(form.fields)
    claims: dict[str, list[Claim]] = {}
    asked: set[str] = set()
    email = next((v for label, v in pairs if "@" in v and "mail" in label.lower()), "")
    for (label, value), (following, _) in zip(pairs, [*pairs[1:], ("", "")], strict=True):
        if words_of(following)[:1] in vocabulary().times_of_day:
            continue  # a date and its time: when the portal sent it
        found = match_text(label.rstrip(" *:"), index)
        head, colon, rest = (*re.split(r"(:|\t| {3,})", value, maxsplit=1), "", "")[:3]
        if colon and (longer := fields_meant(words_of(f"{label} {head}"), index.fields)):
            # "CEO : prénom : Léa": the label has a colon of its own.
            label, value, found = f"{label} {head}", rest, (longer, "fuzzy", 0.96)
        elif colon and len(words_of(head)) and understood(words_of(head)):
            continue  # nothing is said here: the next label follows
        if found is not None and found[1] != "weak":
            asked.update(found[0])
        if found is None or not value.strip() or _is_a_label(value, index):
            continue
        for claim in _claims(label, value, found[0], found[1] == "weak", form, email):
            claims.setdefault(claim.field, []).append(claim)
    fields = {
        definition.id: settled
        for definition in form.fields
        if (settled := settle(claims.get(definition.id, []))) is not None
    }
    proofs = len(_PROOF & set(fields))
    whole = len(asked) >= _WHOLE_FORM and len(_PROOF & asked) >= 2
    if len(fields) < _ENOUGH or proofs < (1 if whole else 2):
        return None
    # An invoice, and the block under somebody's signature, name a firm's numbers too.
    if "matricule" not in asked | set(fields) and not (len(fields) >= _MANY and _PARTY & set(fields)):
        return None
    doubt_half_an_address(fields)
    infer(fields, form)
    return fields


def _is_a_label(value: str, index: LabelIndex) -> bool:
    """True where the next label stands in the place of a value that nobody wrote."""
    words = words_of(value)
    if re.search(r"[\d@]", value):
        return False
    return names_something_else(words) or bool(fields_meant(words, index.fields))


def _claims(
    label: str, value: str, ids: tuple[str, ...], weak: bool, form: FormDef, email: str
) -> list[Claim]:
    evidence = (f"label “{label.strip()}” in the text of the mail",)
    definition = form.field(ids[0])
    if definition is None:
        return []
    prefix = definition.id.removesuffix("prenom").removesuffix("nom")
    if {prefix + "nom", prefix + "prenom"} <= set(ids) and prefix != definition.id:
        split = split_name(value, not label.lower().startswith(("pr", "vor", "first")), email)
        if split is None:
            return []
        return [
            Claim(field_id, name, value, split.confidence, "text", 2, evidence=(*evidence, split.why))
            for field_id, name in ((prefix + "nom", split.last), (prefix + "prenom", split.first))
        ]
    result = parse_value(definition.type, value, definition)
    if result.value is None:
        return []
    sure = 0.98
    if weak or len(ids) > 1:
        sure = 0.85
    words = words_of(value)
    if definition.type in ("person", "company", "text") and len(words) > 1 and understood(words):
        sure = min(sure, 0.85)  # words of labels only ("Lieu de signature")
    if result.problem == "malformed":
        sure = min(sure, 0.8)
    return [
        Claim(
            definition.id,
            result.value,
            value,
            sure,
            "text",
            1 if weak else 2,
            evidence=evidence,
            certain=result.certain,
        )
    ]
