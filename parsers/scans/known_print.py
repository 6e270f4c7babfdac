"""What a first reading of a scan means once its blank is known.

Words that the blank prints need no second reading. All others belong to the place in which they stand, so
that neighbours never are one line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rapidfuzz import fuzz

from parsers.blanks.book import Blank
from parsers.blanks.laid import Laid
from parsers.blanks.printed import Print, compact
from parsers.scans.image import Sheet
from parsers.scans.lines import points_of
from parsers.scans.ocr import Token
from parsers.types import BBox

_SURE = 0.95
_MISREAD = 82.0
"""From here on a word that was read otherwise is the printed one."""
_SHORTEST = 5
_TELLING = re.compile(r"\d")
"""What somebody who alters a text alters: a number is never taken for the printed one."""
_RIM = 2.5


def with_known_print(tokens: Sequence[Token], sheet: Sheet, blank: Blank, laid: Laid) -> list[Token]:
    """The tokens, each marked as printed by the blank or with the place in which it stands."""
    print_ = blank.print_of(laid.page)
    places = blank.places(laid.page)
    as_issued = not blank.form.clauses  # an issued text is compared with what was read
    return [
        token
        if token.printed
        else _told(token, laid.on_blank(points_of(token.box, sheet)), print_, places, as_issued)
        for token in tokens
    ]


def _told(token: Token, box: BBox, print_: Print, places: Sequence[BBox], as_issued: bool) -> Token:
    words = print_.explains(token.text, box)
    if words is None:
        return replace(token, place=_place(box, places))
    issued = " ".join(print_.words[i].text for i in words)
    if compact(issued) == compact(token.text):
        return replace(token, printed=True, confidence=max(token.confidence, _SURE))
    alike = fuzz.ratio(compact(token.text), compact(issued)) >= _MISREAD
    long = len(compact(issued)) >= _SHORTEST and not _TELLING.search(token.text + issued)
    if as_issued and len(words) == 1 and alike and long:
        return replace(token, text=issued, printed=True, confidence=max(token.confidence, _SURE))
    return token


def _place(box: BBox, places: Sequence[BBox]) -> int:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    for number, place in enumerate(places):
        if place[0] - _RIM <= x <= place[2] + _RIM and place[1] - _RIM <= y <= place[3] + _RIM:
            return number
    return -1
