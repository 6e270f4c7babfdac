"""What a form prints beside its fields and choices, in the person's language."""

from __future__ import annotations

from typing import cast

from parsers.types import FieldDef, Language


def label_of(field_id: str, definition: FieldDef | None, language: str) -> str:
    """What the form prints beside the field, in that language or in French."""
    labels = definition.labels if definition is not None else {}
    printed = labels.get(cast(Language, language)) or labels.get("fr")
    return printed[0] if printed else field_id.replace("_", " ")


def choice_words(definition: FieldDef, value: str, language: str) -> str:
    """What the form prints for one of its choices; anything else as it is."""
    labels = definition.choice_labels.get(value, {})
    printed = labels.get(cast(Language, language)) or labels.get("fr")
    return str(printed[0]) if printed else value
