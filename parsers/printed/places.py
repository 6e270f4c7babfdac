"""The places where a label's value may stand, in the order in which forms use them.

Behind the label, in the frame or cell to its right, right of it, in the frame below, below. A place that
belongs to another label is never read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from parsers.concepts import understood
from parsers.documents.reading import Word
from parsers.folding import fold, words_of
from parsers.labels.carried_on import label_opens_brackets
from parsers.labels.index import index_of
from parsers.labels.leaders import COLONS, leads_to_value
from parsers.labels.line import LabelHit
from parsers.labels.text import match_text
from parsers.layout.sheet import Segment, Sheet, union
from parsers.no_value import is_absent, is_hint
from parsers.printed.above import value_above
from parsers.printed.beside_label import right_of
from parsers.printed.context import Context, Found
from parsers.printed.further_lines import continued, joined, runs_on
from parsers.printed.under_label import below_label, in_own_cell
from parsers.types import BBox

_LONG = 8
"""Letters of a label of one word that no name begins with."""
_PART = 3
"""Letters of a word that are one of a label's own."""
_PLACEHOLDER = re.compile(r"(?:cliquez|clique|klicken|click|tap|choisissez|wahlen sie|choose|selectionnez)\b")
"""How a form field's own text begins: where it stands, nothing was written, and nothing stands elsewhere."""


def places_of(hit: LabelHit, sheet: Sheet, context: Context) -> Iterable[Found]:
    """The places where the value may stand, most likely first. An empty one ends the search."""
    segment = hit.segment
    rest = segment.words[hit.end :]
    while rest and (rest[0].text in ("*", "-", "–") or leads_to_value(rest[0].text)):
        rest = rest[1:]
    if label_opens_brackets([w.text for w in segment.words[: hit.end]]):
        rest = rest[next((i + 1 for i, w in enumerate(rest) if w.text.rstrip(":*").endswith(")")), 0) :]
    if rest and rest[0].text.startswith("("):
        note = next((i for i, w in enumerate(rest) if w.text.rstrip(":*").endswith(")")), len(rest))
        opened = note == len(rest) and "(" not in " ".join(w.text for w in rest)[1:]
        rest = rest[note + 1 :] if note + 1 < len(rest) or opened else rest  # a note may go on below
    if rest:
        text = " ".join(w.text for w in rest)
        if not is_absent(text) and not is_hint(text) and not re.fullmatch(r"\(.*\)\s*[*:]*", text):
            closed = hit.closed or _changes_look(segment, hit.end) or _ends_clearly(hit, rest, context)
            more = continued(rest, sheet, context, segment) if closed else ()
            closed = closed and (bool(more) or not runs_on(segment, sheet, context))
            closed = closed and not _may_go_on(hit, [w.text for w in rest], context)
            yield Found(
                (*rest, *(w for s in more for w in s.words)),
                joined([text, *[s.text for s in more]]),
                "inline",
                closed,
            )
            return
        if (is_absent(text) and re.search(r"\w", text)) or _PLACEHOLDER.match(fold(text)):
            yield Found(tuple(rest), text, "inline")
            return
    if context.upward:
        yield value_above(hit, sheet, context)
        return
    block = [segment, *hit.below]
    label_box = union(s.box for s in block) or segment.box
    own = in_own_cell(hit, label_box, sheet, context)
    if own is not None:
        yield own
        return
    right = right_of(hit, label_box, sheet, context)
    if right is not None:
        yield right
        if right.text.strip():
            return
        if right.place == "frame_right":
            if _writes_in_cells_below(context):
                yield from _alone_in_its_row(hit, label_box, sheet, context)
            return
    if not (sheet.flow and _left_open(segment, sheet)):
        yield from below_label(hit, label_box, sheet, context)


def _left_open(segment: Segment, sheet: Sheet) -> bool:
    """True for a label with a line to write on behind it, on which nothing was written."""
    _, top, right, bottom = segment.box
    return any(u[0] >= right - 1 and u[1] < bottom and u[3] > top for u in sheet.underlines)


def _writes_in_cells_below(context: Context) -> bool:
    """True for a form that proves to put its values in the row under their labels, and none beside them."""
    return context.places["cell_below"] >= 2 and not context.places["frame_right"]


def _alone_in_its_row(hit: LabelHit, label: BBox, sheet: Sheet, context: Context) -> Iterable[Found]:
    """The value under the last of an odd number of labels in a table: the cells beside both are empty."""
    for found in below_label(hit, label, sheet, context):
        if found.place != "cell_below" or not found.words:
            return
        top, bottom = found.words[0].box[1], found.words[0].box[3]
        right = max(w.box[2] for w in found.words)
        if not any(s.box[0] > right and s.box[1] < bottom and s.box[3] > top for s in sheet.segments):
            yield found


def _changes_look(segment: Segment, end: int) -> bool:
    """True when the label is bold and what follows is not, or the other way round."""
    return segment.words[end - 1].bold != segment.words[min(end, len(segment.words) - 1)].bold


def _ends_clearly(hit: LabelHit, rest: Sequence[Word], context: Context) -> bool:
    """True for a label without a mark at its end where this form proves to write so, and what follows is no
    word of any label."""
    first = rest[0].text
    label = words_of(hit.label)
    long = len(label) > 1 or len("".join(label)) >= _LONG
    begins = first[:1].isupper() or first[:1].isdigit()
    return (
        context.places["inline"] >= 2
        and hit.strength != "weak"
        and long
        and begins
        and not understood(words_of(first))
        and not _ends_with_a_name(hit, context)
        and not any(w.text in ("/", "|", "–", "-") for w in rest)
    )


def _may_go_on(hit: LabelHit, rest: Sequence[str], context: Context) -> bool:
    """True where no mark ends the label, and what follows begins with a word that a wording of it ends with:
    "Nom du logiciel métierdentasoft", "… de la transaction PID 2025/599"."""
    said = [w.text for w in hit.segment.words[: hit.end]]
    if said[-1][-1:] in (*COLONS, "*", ")") or not words_of(rest[0]):
        return False
    last, first = ("", *words_of(" ".join(said)))[-1], words_of(rest[0])[0]
    for key, owners in index_of(context.form.fields).exact.items():
        *_, before, end = ("", *key.split())
        if before == last and len(end) >= _PART and first.startswith(end) and set(owners) & set(hit.fields):
            return len(first) > len(end) or len(rest) > 1
    return False


def _ends_with_a_name(hit: LabelHit, context: Context) -> bool:
    """True where the label says as much without its last word: "Logiciel labélisé Praxis 360"."""
    *words, last = (w.text for w in hit.segment.words[: hit.end])
    told = (
        match_text(" ".join(words), index_of(context.form.fields)) if words and last[:1].isupper() else None
    )
    return told is not None and told[1] != "weak" and bool(set(told[0]) & set(hit.fields))
