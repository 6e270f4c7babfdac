"""Two readings of one scanned form, by its labels and against its blank, to one.

They share the letters that OCR read, and differ in how they know which field a value belongs to. The blank
knows that better: its reading counts where the labels' one rests on what the blank prints itself or on
another field's place. Where both could be right, both are shown and neither is believed.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

from parsers.blanks.filled import Filled
from parsers.types import BBox, FieldValue

_DOUBTED = 0.9
_AGREED = 0.99
_TICKED = frozenset({"ticked", "not ticked"})
_MOSTLY = 0.5


def combined(by_label: Mapping[str, FieldValue], filled: Filled) -> dict[str, FieldValue]:
    """The fields of both readings; those of `by_label` that the blank disproves are left out."""
    fields: dict[str, FieldValue] = {}
    for key in dict.fromkeys([*by_label, *filled.values]):
        value = _settled(key, by_label.get(key), filled.values.get(key), filled)
        if value is not None:
            fields[key] = value
    return fields


def _settled(
    key: str, label: FieldValue | None, blank: FieldValue | None, filled: Filled
) -> FieldValue | None:
    if label is None:
        return blank
    if label.bbox is not None and any(
        page == label.page and _mostly_in(box, label.bbox) for page, box in filled.struck
    ):
        label = _doubted(label, "struck out")
    if blank is None:
        if key in filled.empty:
            if _is_another_s(key, label, filled):
                return None
            return _doubted(label, f"its place on the blank {filled.blank} is empty")
        if _is_another_s(key, label, filled):
            return _doubted(label, f"stands where the blank {filled.blank} has something else")
        return label
    if same(label.value, blank.value):
        # A mark was seen twice; letters were read by the same eyes, and the blank knows more of their place.
        seen_twice = max(blank.confidence, min(label.confidence, _AGREED))
        sure = seen_twice if _TICKED.intersection(blank.evidence) else blank.confidence
        # An inference that turned out right is no part of what was read.
        seen = [note for note in label.evidence if not note.startswith("inferred")]
        evidence = tuple(dict.fromkeys((*blank.evidence, *seen)))
        return blank.model_copy(update={"confidence": sure, "evidence": evidence})
    if label.value is None or _is_another_s(key, label, filled) or _part_of(label.bbox, blank):
        return blank
    return _doubted(blank, f"by its label it would be “{label.raw or label.value}”")


def same(one: JsonValue, other: JsonValue) -> bool:
    """Equal but for case."""
    if isinstance(one, str) and isinstance(other, str):
        return one.casefold() == other.casefold()
    return one == other


def _is_another_s(key: str, value: FieldValue, filled: Filled) -> bool:
    """True where a value stands on words that the blank prints, or in the place of other fields only."""
    if value.bbox is None:
        return False
    inside = [
        [box for page, box in words if page == value.page and _mostly_in(box, value.bbox)]
        for words in (filled.printed, filled.put)
    ]
    if inside[0] and not inside[1]:
        return True
    in_place = {
        field for field, page, box in filled.places if page == value.page and _mostly_in(value.bbox, box)
    }
    return bool(in_place) and key not in in_place


def _part_of(box: BBox | None, blank: FieldValue) -> bool:
    """True where a value is a piece of what fills its field's place."""
    return box is not None and blank.bbox is not None and _mostly_in(box, blank.bbox)


def _doubted(value: FieldValue, why: str) -> FieldValue:
    sure = min(value.confidence, _DOUBTED)
    return value.model_copy(update={"confidence": sure, "evidence": (*value.evidence, why)})


def _mostly_in(inner: BBox, outer: BBox) -> bool:
    width = min(inner[2], outer[2]) - max(inner[0], outer[0])
    height = min(inner[3], outer[3]) - max(inner[1], outer[1])
    area = (inner[2] - inner[0]) * (inner[3] - inner[1])
    return width > 0 and height > 0 and width * height >= _MOSTLY * area
