"""Boxes to tick that are written with characters (☐ ☒ [x] ( )), and crosses typed over drawn ones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from parsers.documents.reading import Word
from parsers.layout.sheet import Tick, covers
from parsers.layout.words import part_of
from parsers.remembered import TEXTS_OF_MAILS
from parsers.types import BBox

_SYMBOLS_ON, _SYMBOLS_OFF = "\uf0fe\uf0fd\uf0fc\uf0fb\uf078\uf052\uf053", "\uf0a8\uf06f\uf071\uf0a3\uf072"
"""Wingdings and Wingdings 2 by their places in the font, as word processors print them into a PDF."""
_ON = frozenset("☒☑✓✔✗✘■●⦿◉▣✅⊠🗹🗷" + _SYMBOLS_ON)
_OFF = frozenset("☐□○◯⚪❏❑▢◻🗆" + _SYMBOLS_OFF)
_SIGNS = _ON | _OFF
_BEGINS = re.compile(rf"^(?:[\[(]\s*([xX×✓✔]?)\s*[\])]|([{''.join(sorted(_SIGNS))}]))")
_CROSSES = frozenset("xX×✓✔✗✘") | {"XX", "xx"}
_EDGE, _NEAR = 2.0, 20.0
"""Points between the left edges of one column, and from a cross to the words beside it."""


def one_each(ticks: list[Tick]) -> list[Tick]:
    """A check mark set as a letter inside a drawn box is that box's mark, not a box of its own."""
    kept: list[Tick] = []
    for tick in sorted(ticks, key=lambda t: t.source == "text"):
        at = next((i for i, other in enumerate(kept) if covers(other.box, tick.box)), None)
        if at is None or tick.source != "text":
            kept.append(tick)
        elif tick.on and not kept[at].on and kept[at].widget is None:
            kept[at] = replace(kept[at], on=True)
    return kept


def crossed(tick: Tick, words: Sequence[Word]) -> Tick:
    """An empty drawn box over which somebody typed a cross is ticked."""
    if tick.on or not any(
        word.origin == "annotation" and word.text in _CROSSES and covers(tick.box, word.box) for word in words
    ):
        return tick
    return replace(tick, on=True, source="text")


def crosses_for_boxes(words: list[Word], ticks: list[Tick]) -> tuple[list[Word], list[Tick]]:
    """A cross typed in the place of a written box ("X Oui ☐ Non") is that box, ticked."""
    empty = [t.box for t in ticks if t.source == "text" and not t.on]
    typed = [w for w in words if w.text in ("X", "x")] if empty else []
    crosses = [w for w in typed if any(_belongs(w, box, words) for box in empty)]
    columns = [*empty, *(w.box for w in crosses)]
    rows = [w for w in typed if w.text == "X" and _heads_a_row(w, columns, words)]
    crosses += [w for w in typed if w not in crosses and any(w is r or _level(w.box, r.box) for r in rows)]
    if not crosses:
        return words, ticks
    own = {id(w) for w in crosses}
    return [w for w in words if id(w) not in own], [*ticks, *(Tick(w.page, w.box, True) for w in crosses)]


def _belongs(cross: Word, box: BBox, words: Sequence[Word]) -> bool:
    """True in the same line, or in the next one at the same edge, where lines begin or where they end."""
    height = cross.box[3] - cross.box[1]
    apart = abs(cross.box[1] + cross.box[3] - box[1] - box[3]) / 2
    if apart < 0.5 * height:
        return True
    if apart < 1.8 * height and abs(cross.box[0] - box[0]) < 3:
        return True
    return apart < 2 * height and _ends_line(cross.box, words) and _ends_line(box, words)


def _heads_a_row(cross: Word, boxes: Sequence[BBox], words: Sequence[Word]) -> bool:
    """True for a cross that begins its line where boxes begin theirs, further up or down the page."""
    column = any(abs(cross.box[0] - box[0]) < _EDGE for box in boxes)
    return column and not any(
        _level(w.box, cross.box) and 0 <= cross.box[0] - w.box[2] < _NEAR for w in words
    )


def _ends_line(box: BBox, words: Sequence[Word]) -> bool:
    """True behind other words of the line, with none behind."""
    line = [w.box for w in words if w.text not in ("X", "x") and _level(w.box, box)]
    before = any(0 <= box[0] - other[2] < _NEAR for other in line)
    return before and not any(0 <= other[0] - box[2] < _NEAR for other in line)


def _level(one: BBox, other: BBox) -> bool:
    return abs(one[1] + one[3] - other[1] - other[3]) / 2 < 0.5 * (other[3] - other[1])


def take_ticks(words: list[Word], page: int) -> tuple[list[Word], list[Tick]]:
    """Boxes to tick written with characters (☐ ☒ [x] ( )) become ticks and leave the words."""
    kept: list[Word] = []
    ticks: list[Tick] = []
    index = 0

    def tick(on: bool, box: BBox, word: Word, sure: bool = True) -> None:
        source = "ocr" if word.confidence is not None else "text"
        ticks.append(Tick(page, box, on, sure, source, word.confidence))

    while index < len(words):
        word = words[index]
        text = word.text
        if _is_unmarked(text):
            kept.append(word)
            index += 1
            continue
        spread = _bracketed(words, index)
        if spread:
            length, on = spread
            last = words[index + length - 1]
            tick(on, (word.box[0], word.box[1], last.box[2], last.box[3]), word)
            index += length
            continue
        index += 1
        match = _BEGINS.match(text)
        if match and text[0] not in _SIGNS and not (text.startswith("(") and len(text) > 3):
            tick(bool(match[1]), part_of(word, 0, match.end()), word)
        elif match and text[0] in _SIGNS:
            tick(text[0] in _ON, part_of(word, 0, 1), word)
        else:
            tail = text[-1] if len(text) > 1 else ""
            if tail in _SIGNS:
                tick(tail in _ON, part_of(word, len(text) - 1, len(text)), word)
                kept.append(replace(word, text=text[:-1], box=part_of(word, 0, len(text) - 1)))
            else:
                kept.append(word)
            continue
        rest = text[match.end() :]
        if rest.strip():
            # Several glyphs glued together ("☐Non☒") are taken one by one.
            more, inner = take_ticks(
                [replace(word, text=rest, box=part_of(word, match.end(), len(text)))], page
            )
            kept += more
            ticks += inner
    return kept, ticks


@lru_cache(maxsize=TEXTS_OF_MAILS)
def _is_unmarked(text: str) -> bool:
    """True for a word that neither is nor begins nor ends with a box to tick."""
    return text not in ("[", "(") and _BEGINS.match(text) is None and text[-1:] not in _SIGNS


def _bracketed(words: list[Word], index: int) -> tuple[int, bool] | None:
    """ "[ ]" and "[ x ]" that white space broke into several words."""
    if words[index].text not in ("[", "("):
        return None
    texts = [w.text for w in words[index : index + 3]]
    if len(texts) >= 2 and texts[1] in ("]", ")"):
        return 2, False
    if len(texts) == 3 and texts[1] in ("x", "X", "✓", "✔", "×") and texts[2] in ("]", ")"):
        return 3, True
    return None
