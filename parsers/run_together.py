"""Free text into which another field's words ran: its label, its number.

A long value may reach into the next column, and a label that nobody knows may let the next line in.
"""

from __future__ import annotations

import re

from parsers import identifiers
from parsers.folding import words_of
from parsers.labels.index import LabelIndex, index_of
from parsers.remembered import Remembered
from parsers.types import FieldDef, FieldValue, FormDef

_NUMBERED = frozenset({"matricule", "iban", "vat", "email", "rcs", "code_prestataire", "ehealth_id", "date"})
_FOREIGN: dict[str, frozenset[str]] = {
    "text": _NUMBERED,
    "company": _NUMBERED,
    "company_or_person": _NUMBERED,
    "person": _NUMBERED | {"person", "country"},
}
"""By the type of a field of free text: the types of the fields whose labels do not occur in it."""
_IN_AN_ADDRESS = _NUMBERED | {"person", "country"}
_DOUBTED = 0.7
_DIGITS = re.compile(r"(?<![\w.-])\d(?:[ .]?\d){10,12}(?![\d.-])")
_IBAN = re.compile(r"(?<![A-Z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{2,4}){3,8}(?![A-Z0-9])")
_VAT = re.compile(r"(?<![A-Z0-9])[A-Z]{2} ?\d(?:[ .]?\d){7,10}(?!\d)")


def doubt_run_together(fields: dict[str, FieldValue], form: FormDef) -> None:
    """Brings free text that holds what looks like another field's below what is believed."""
    for definition in form.fields:
        value = fields.get(definition.id)
        if value is None or definition.type not in _FOREIGN or not isinstance(value.value, str):
            continue
        why = _ran_in(value.value, definition, form)
        if why:
            sure = min(value.confidence, _DOUBTED)
            fields[definition.id] = value.model_copy(
                update={"confidence": sure, "evidence": (*value.evidence, why)}
            )


def _ran_in(text: str, definition: FieldDef, form: FormDef) -> str:
    flat = " ".join(text.split())
    shaped = definition.id == "adresse"  # where no number that long belongs
    for pattern, check, what in (
        (_DIGITS, identifiers.check_matricule, "a matricule"),
        (_IBAN, identifiers.check_iban, "an IBAN"),
        (_VAT, identifiers.check_vat, "a VAT number"),
    ):
        for found in pattern.finditer(flat):
            if shaped or check(re.sub(r"[ .]", "", found[0])) == "valid":
                return f"holds what looks like {what}"
    if re.search(r"\S@\S+\.\w", flat):
        return "holds what looks like an e-mail address"
    if re.search(r"\w{2}[.)*]*\s?[:：]\s\S", flat):
        return "holds what looks like another label"
    if shaped and re.search(r"[a-zß-ÿ](?:[A-Z]-)?\d", flat):
        return "two lines of it may have run together"
    kinds = _IN_AN_ADDRESS if shaped else _FOREIGN[definition.type]
    others = _OTHERS.of(
        (form, definition),
        lambda: index_of(f for f in form.fields if f.type in kinds and f.id != definition.id),
    )
    return (
        "holds what looks like another label" if _names_a_label(flat, others, kinds is not _NUMBERED) else ""
    )


_OTHERS: Remembered[LabelIndex] = Remembered(128)


def _names_a_label(text: str, index: LabelIndex, anything: bool) -> bool:
    """True for a label behind other words, also one that the word before it touches ("GarePays").

    Unless `anything` may follow it, what does has a digit or an @.
    """
    words = re.sub(r"(?<=[a-zß-ÿ])(?=[A-Z][a-zß-ÿA-Z])", " ", text).split()
    for start in range(1, len(words) - 1):
        if words[start][:1].isupper():
            for end in range(start + 1, min(len(words), start + 6)):
                if " ".join(words_of(" ".join(words[start:end]))) in index.exact:
                    return anything or re.search(r"[\d@]", " ".join(words[end:])) is not None
    return False
