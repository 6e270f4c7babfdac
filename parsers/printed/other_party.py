"""What an agreement's page says of the agency: its cells, and the labels under its name."""

from __future__ import annotations

from parsers.agency import begins_with_agency
from parsers.folding import words_of
from parsers.layout.sheet import Segment, Sheet
from parsers.printed.context import Context
from parsers.types import BBox, FormDef

_SAME_EDGE = 12.0
"""Points within which two headings begin in the same column."""
_HIGHEST_CELL = 0.4
"""Of a page's height: what is higher holds more than one party."""


def _cells_of_agency(sheet: Sheet) -> set[BBox]:
    """The cells of an agreement's page that the agency's name heads; a border around the page is no cell."""
    return {
        s.frame
        for s in sheet.segments
        if s.frame is not None
        and s.frame[3] - s.frame[1] < _HIGHEST_CELL * sheet.height
        and begins_with_agency(s.text)
    }


def mark_other_party(sheet: Sheet, form: FormDef, context: Context) -> None:
    """Labels under "Pour l'Agence eSanté" are the agency's, not the Industriel's."""
    heads: list[tuple[str, Segment]] = []
    for role, by_language in form.signature_labels.items():
        wordings = [words_of(w) for wordings in by_language.values() for w in wordings]
        first = {w[0] for w in wordings if w}
        for segment in sheet.segments:
            tokens = words_of(segment.text)
            if not tokens or tokens[0] not in first:
                continue
            if any(w and tokens[: len(w)] == w and len(tokens) <= len(w) + 8 for w in wordings):
                heads.append((role, segment))
    cells = _cells_of_agency(sheet) if "aes" in form.signature_labels else set()
    context.aes |= {id(h.segment) for h in context.hits[sheet.number] if h.segment.frame in cells}
    context.printed |= {id(s) for s in sheet.segments if s.frame in cells}
    if not any(role == "aes" for role, _ in heads):
        return
    for hit in context.hits[sheet.number]:
        left, top = hit.segment.box[0], hit.segment.box[1]
        above = [(role, s) for role, s in heads if s.box[1] <= top + 3]
        if not above:
            continue
        # The nearest heading above that starts at or left of the label: a column of its own, or full width.
        beside = [(role, s) for role, s in above if s.box[0] <= left + 12]
        if beside:
            lowest = max(s.box[1] for _, s in beside)
            row = [(role, s) for role, s in beside if s.box[1] > lowest - 30]
            role, head = max(row, key=lambda item: (round(item[1].box[0] / _SAME_EDGE), item[1].box[1]))
            if role == "aes" and not _has_own_head(left, head, sheet):
                context.aes.add(id(hit.segment))


def _has_own_head(left: float, head: Segment, sheet: Sheet) -> bool:
    """True for a column that words level with the agency's heading head, in whatever words they name it."""
    return any(
        abs(s.box[1] - head.box[1]) < 3 and head.box[2] < s.box[0] <= left + 12 and s.bold == head.bold
        for s in sheet.segments
    )
