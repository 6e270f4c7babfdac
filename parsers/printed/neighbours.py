"""What else a line near a label may be than its value."""

from __future__ import annotations

import re
from collections.abc import Sequence

from parsers.concepts import asks_for_a_kind, meanings, names_something_else
from parsers.firms import ends_as_a_firm, names_a_firm
from parsers.folding import words_of
from parsers.layout.sheet import Segment, Sheet
from parsers.no_value import is_hint
from parsers.printed.context import Context, look_of

_HOUSE_NUMBER = re.compile(r"\d[A-Za-z]?, [^\W\d_]|[^\W\d_], \d")
"""As in "c/o Fiduciaire Ries, 174, rue de la Gare": an address, of whatever words, and no label."""
_MARGIN = 6.0
_LONGEST = 14
"""Words of a label."""
_BOX_REACH = 40.0
"""Points from words to a box that is theirs; one in the next column is another question's."""


def asks_something(segments: Sequence[Segment]) -> bool:
    """True for what is a label, of this form's or of a place that nobody asks for, and no value."""
    first = segments[0] if segments else None
    if first is None or first.entered:
        return False
    if _HOUSE_NUMBER.search(first.text) or ends_as_a_firm(first.text):
        return False
    words = words_of(first.text)
    asks = asks_for_a_kind(words) and words[-1] not in ("est", "ist", "is")  # "Clinique de l'Est"
    return is_other_label(first) or names_something_else(words) or asks


def is_beside_other_text(
    segment: Segment, block: Sequence[Segment], band: Sequence[Segment], sheet: Sheet
) -> bool:
    """True when text in the segment's row, left of it, is another line's: a label that nobody knows."""
    middle = (segment.box[1] + segment.box[3]) / 2
    own = {id(s) for s in (*block, *band)}
    column = min((s.box[0] for s in block), default=0.0)
    if any(abs((s.box[1] + s.box[3]) / 2 - middle) < 4 for s in block):
        return False
    return any(
        id(s) not in own and not s.entered and column - 3 < s.box[2] <= segment.box[0]
        and abs((s.box[1] + s.box[3]) / 2 - middle) < 4
        for s in sheet.segments
    )  # fmt: skip


def is_other_label(segment: Segment) -> bool:
    """True for what prints a label of its own ("Téléphone :"), whether this form knows it or not."""
    if segment.entered:
        return False
    if segment.text.endswith(("*", "(*)")) and re.match(r"[^\W\d_]{2}", segment.text):
        return True  # what must be filled in
    if segment.text.endswith((":", "：")) and 6 < len(segment.words) <= _LONGEST:
        return True
    for number, word in enumerate(segment.words[:6]):
        if word.text.endswith((":", "：")):
            return number > 0 or len(word.text) > 2
    return False


def is_small_print(candidate: Segment, label: Segment, context: Context) -> bool:
    """True for a line set smaller than its label, as no value of this form is: it explains the label."""
    measured = candidate.words[0].confidence is not None
    if is_smallest(candidate, context):
        return True
    if candidate.entered or candidate.size >= (0.72 if measured else 0.85) * label.size:
        return False
    if look_of(candidate.size, candidate.bold) in context.looks:
        return False
    return sum(context.looks.values()) >= 3 or not re.search(r"\d|@", candidate.text)


def is_smallest(candidate: Segment, context: Context) -> bool:
    """True for a line set clearly smaller than all the values that prove themselves."""
    if candidate.entered or candidate.words[0].confidence is not None or sum(context.looks.values()) < 3:
        return False
    if re.fullmatch(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", candidate.text):
        return False  # made to fit its box
    smallest = min(size for size, _ in context.looks)
    return candidate.size <= smallest - 1.4 and not _shrunk_to_fit(candidate, smallest, context)


def _shrunk_to_fit(candidate: Segment, usual: float, context: Context) -> bool:
    """True for a long value that a program set smaller than the others, so that its cell holds it."""
    frame = candidate.frame
    if frame is None:
        return False
    lines = [
        s for sheet in context.sheets if sheet.number == candidate.page for s in sheet.segments
        if s.frame == frame and abs(s.size - candidate.size) < 0.3
    ]  # fmt: skip
    room = frame[2] - frame[0] - _MARGIN
    return any(
        (s.box[2] - s.box[0]) * usual / s.size > room
        and (
            names_a_firm(re.sub(r"[&+]", "", s.text))
            or (re.search(r"\d{2}", s.text) and not _explains(s.text))
        )
        and not (s.text.startswith("(") or is_hint(s.text))
        for s in lines
    )


def _explains(text: str) -> bool:
    """True for words most of which labels are made of ("tel que sur la carte d'identité, 13 chiffres")."""
    words = words_of(text)
    return 2 * sum(bool(meanings(word)) for word in words) > len(words)


def is_heading(candidate: Segment, label: Segment, sheet: Sheet, context: Context) -> bool:
    """True for a line set larger or bolder than the label above it, as few lines of the page are."""
    measured = any(w.confidence is not None for w in candidate.words)
    more = max(1.0, 0.25 * label.size) if measured else 1.0
    larger = candidate.size >= label.size + more or (candidate.bold and not label.bold)
    look = look_of(candidate.size, candidate.bold)
    if not larger or look in context.looks or re.search(r"\d|@", candidate.text):
        return False
    return sum(look_of(s.size, s.bold) == look for s in sheet.segments) <= 0.2 * len(sheet.segments)


def has_company(candidate: Segment, label: Segment, sheet: Sheet, context: Context) -> bool:
    """True when a label or a box to tick stands in the candidate's row, beside it in the label's column."""
    middle = (candidate.box[1] + candidate.box[3]) / 2
    height = candidate.box[3] - candidate.box[1]
    if any(
        id(s) in context.labels
        and label.box[0] < s.box[2] <= candidate.box[0] + 1
        and abs((s.box[1] + s.box[3]) / 2 - middle) < 0.7 * height
        for s in sheet.segments
    ):
        return True
    return any(
        abs((t.box[1] + t.box[3]) / 2 - middle) < 0.8 * height
        and max(candidate.box[0] - t.box[2], t.box[0] - candidate.box[2]) < _BOX_REACH
        for t in sheet.ticks
    )


def looks_like_label(candidate: Segment, label: Segment, context: Context) -> bool:
    """True when a line below a label is set like the labels, and this form sets its values otherwise."""
    measured = any(w.confidence is not None for w in candidate.words)
    if measured and re.search(r"\d{2}|@", candidate.text):
        return False  # sizes on a scan are measured, and no label holds a number
    look = look_of(candidate.size, candidate.bold)
    return bool(context.looks) and look not in context.looks and look == look_of(label.size, label.bold)
