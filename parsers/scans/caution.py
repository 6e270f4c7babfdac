"""What OCR read alike twice can still be wrong as a value: here it loses the right to be believed.

Light to import: it looks at values, not at pixels.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from parsers.types import FieldValue, FormDef

DOUBTED = 0.94
"""The most below what is believed without a person."""
_PLAIN_EMAIL = re.compile(
    r"[a-z0-9]+(?:[._+-][a-z0-9]+)*@[a-z0-9]+(?:[.-][a-z0-9]+)*\.[a-z]{2,}", re.IGNORECASE
)
_WHOLE_CODE = re.compile(r"[0-9]{6}-[0-9]{2}")
_DIGIT_IN_WORD = re.compile(r"[a-z][01][a-z]", re.IGNORECASE)
"""An l or an o more likely than a digit."""
_BLURRED_DIAERESIS = re.compile(r"[ao]é(?!r)(?=[^\W\d_])", re.IGNORECASE)
"""Raphaël, Noël, Joël: two dots that ran together look like one; é hardly stands there but in "aéro"."""
_BLURRED_E = re.compile(r"\b[A-ZÀ-Þ][^\W\d_]*és\b")
"""Inês, Agnès: a blurred accent leans neither way; names that end in "és" are rarer than those."""
_LOST_STOP = re.compile(r"\bDr (?:med|dent|vet)\.|\b(?:Dr\.|med\.) (?:med|dent|vet)(?![\w.])")
"""« Dr. med. » with one of its full stops: the other lay within the noise."""
_STOP_OR_COMMA = re.compile(
    r"(?<![^\W\d_])(?!(?:Prof|Dipl)\.)[^\W\d_]{4,}\. (?=\w)|\b(?:Dr|med|dent|Prof), ", re.IGNORECASE
)
"""« Nielsen. Jean-Paul »: a comma and a full stop differ by a pixel or two; whole words end in none."""


def cautious(fields: Mapping[str, FieldValue], form: FormDef) -> dict[str, FieldValue]:
    """The fields of a scanned form, doubtful where reading alone cannot vouch for the value."""
    return {key: _doubted(value) if _doubtful(key, value, form) else value for key, value in fields.items()}


def _doubtful(key: str, value: FieldValue, form: FormDef) -> bool:
    definition = form.field(key)
    if value.source != "ocr" or definition is None or value.confidence <= DOUBTED:
        return False
    inferred = any(note.startswith("inferred") for note in value.evidence)
    if _lost_ink(str(value.value)):
        return True
    if inferred and definition.type in ("choice", "choices", "bool"):
        return True  # no tick was measured
    if definition.type == "table":
        return _lacks_a_cell(value.value, len(definition.columns))
    if definition.type == "email":
        return _oddly_joined(str(value.value), value.raw)
    # Its hyphen is a short thin stroke, and it has no check digit: what is cut off leaves no trace.
    return definition.type == "code_prestataire" and _WHOLE_CODE.fullmatch(str(value.value)) is None


def _lacks_a_cell(rows: object, columns: int) -> bool:
    """A lone digit in a cell is easily passed over by all readings."""
    return isinstance(rows, list) and any(len(row) < columns for row in rows)


def _lost_ink(text: str) -> bool:
    """Spelled as hardly anybody spells it, and one blurred dot away from how everybody does."""
    blurred = _BLURRED_DIAERESIS.search(text) or _BLURRED_E.search(text)
    return bool(blurred or _LOST_STOP.search(text) or _STOP_OR_COMMA.search(text))


def _oddly_joined(address: str, raw: str | None) -> bool:
    """Something may be missing at its ends, or was put together from pieces."""
    printed = (raw or address).strip()
    return (
        _PLAIN_EMAIL.fullmatch(address) is None
        or " " in printed
        or _DIGIT_IN_WORD.search(address.replace("_", ".")) is not None
    )


def _doubted(value: FieldValue) -> FieldValue:
    return value.model_copy(update={"confidence": DOUBTED})
