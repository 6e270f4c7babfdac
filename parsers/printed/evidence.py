"""What speaks for a value that stands somewhere, and what against it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from parsers.documents.reading import Word
from parsers.labels.line import LabelHit
from parsers.layout.sheet import Sheet
from parsers.printed.context import Context, Found, Place, look_of
from parsers.types import FieldDef, Source
from parsers.values import ValueResult

STRONG = frozenset({"matricule", "iban", "vat", "email", "date", "rcs", "code_prestataire", "country", "int"})
"""Types whose values have a shape of their own."""
_NUMBER, _POSTAL = re.compile(r"\d{3}"), re.compile(r"\d.*[A-Z]{1,2}-\d{4,5}\b")
_TOUCHES, _FIELD = 2.0, 40.0
"""Points between a word and the edge of a field that has no room for more; how wide a field is at least."""
PLACE_DOUBT: dict[Place, float] = {
    "inline": 0.0,
    "frame_right": 0.0,
    "right": 0.005,
    "in_cell": 0.01,
    "frame_below": 0.005,
    "below": 0.05,
    "cell_below": 0.02,
    "above": 0.01,
}
PLACE_WORDS: dict[Place, str] = {
    "inline": "behind the label",
    "frame_right": "in the box right of the label",
    "right": "right of the label",
    "in_cell": "in the label's cell",
    "frame_below": "in the box below the label",
    "below": "below the label",
    "cell_below": "in the cell below the label",
    "above": "above the label, as in all of this form",
}


def is_plausible(definition: FieldDef, hit: LabelHit, place: Found, text: str, context: Context) -> bool:
    """Free text has no shape of its own: the place must speak for it. `text` is what of it is the name."""
    words = place.text.split()
    if definition.type in ("person", "company", "company_or_person") and len(text.split()) > 12:
        return False
    if place.place == "below" and not place.closed:
        beside = context.places["right"] + context.places["frame_right"] + context.places["inline"]
        if beside and not context.places["below"]:
            return asks_below(hit, place.text)
        look = look_of(hit.segment.size, hit.segment.bold)
        if not context.places and look_of(place.words[0].size, place.words[0].bold) == look:
            return False  # nothing on the form proves itself: another label, as like as not
    return not (
        place.place == "inline" and not place.closed and (len(words) > 8 or place.text.rstrip().endswith("."))
    )


def asks_below(hit: LabelHit, text: str) -> bool:
    """True for a number or an address under a label with nothing behind its colon: most likely its value,
    though this form writes elsewhere as a rule."""
    open_end = hit.end == len(hit.segment.words) and hit.segment.text.rstrip(" *").endswith((":", "："))
    return (open_end and _NUMBER.search(text) is not None) or (
        "adresse" in hit.fields and hit.strength != "weak" and _POSTAL.search(text) is not None
    )


def is_cut_off(place: Found, sheet: Sheet) -> bool:
    """True for typed words that touch or pass the right edge of what they stand in: a field shows no more."""
    last = max(place.words, key=lambda w: w.box[2])
    begin = min(w.box[0] for w in place.words if abs(w.box[1] - last.box[1]) < 3)
    if sheet.flow or last.origin != "page" or last.confidence is not None:
        return False
    left, top, right, bottom = last.box
    height = bottom - top
    around = (f for f in sheet.frames if f[1] - 2 < top and bottom < f[3] + 2 and f[3] - f[1] < 2.5 * height)
    under = (u for u in sheet.underlines if 0 <= u[1] - top < 1.5 * height and right - u[2] < _TOUCHES)
    return any(
        edge[0] < min(left, begin - 1) and left < edge[2] < right + _TOUCHES and edge[2] - edge[0] > _FIELD
        for edge in (*around, *under)
    )


def source_of(place: Found, sheet: Sheet) -> Source:
    """Where the words that stand there come from."""
    origins = {w.origin for w in place.words}
    if "widget" in origins:
        return "docx_control" if sheet.flow else "acroform"
    if "annotation" in origins:
        return "annotation"
    if any(w.confidence is not None for w in place.words):
        return "ocr"
    return "table" if sheet.flow and place.place in ("frame_right", "cell_below", "frame_below") else "text"


def read_doubt(sure: float, words: Sequence[Word], result: ValueResult) -> tuple[float, list[str]]:
    """OCR can be wrong letter by letter; a check digit that holds says that it is not."""
    doubts = [w.confidence for w in words if w.confidence is not None]
    if not doubts:
        return sure, []
    lowest = min(doubts)
    notes = ["read by OCR", *dict.fromkeys(w.note for w in words if w.note)]
    if result.problem == "check_failed":
        return min(sure, lowest, 0.7), [*notes, "check digits do not hold"]
    if any(w.handwritten for w in words) and not result.certain:
        return min(sure, lowest, 0.85), [*notes, "handwritten"]
    return min(sure, lowest), notes
