"""What speaks for a value that stands somewhere, and what against it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from parsers.documents.reading import Word
from parsers.folding import fold
from parsers.labels.line import LabelHit
from parsers.layout.sheet import Sheet
from parsers.printed.context import Context, Found, Place
from parsers.types import FieldDef, Source
from parsers.values import ValueResult
from parsers.vocabulary import vocabulary

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


def cut_name(text: str) -> tuple[str, str]:
    """A party's name in a sentence ends where the sentence goes on about it."""
    folded = fold(text.replace("\n", " "))
    flat = text.replace("\n", " ")
    ends = []
    for words in vocabulary().name_ends:
        at = re.search(rf"[\s,;(]+(?:«\s*)?{re.escape(words)}", folded)
        if at and at.start() > 1:
            ends.append(at.start())
    if not ends or len(folded) != len(flat):
        return text, ""
    end = min(ends)
    return flat[:end].strip(" ,;("), flat[end:]


def is_plausible(definition: FieldDef, hit: LabelHit, place: Found, context: Context) -> bool:
    """Free text has no shape of its own: the place must speak for it."""
    words = place.text.split()
    if definition.type in ("person", "company", "company_or_person") and len(words) > 12:
        return False
    if place.place == "below" and not place.closed:
        beside = context.places["right"] + context.places["frame_right"] + context.places["inline"]
        if beside and not context.places["below"]:
            return False
    return not (
        place.place == "inline" and not place.closed and (len(words) > 8 or place.text.rstrip().endswith("."))
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
