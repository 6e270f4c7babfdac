"""Words as a page draws them -> words as they are read: cut at colons and filler, combs joined."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

from parsers.documents.reading import Widget, Word
from parsers.remembered import TEXTS_OF_MAILS
from parsers.types import BBox

_LOW = 0.65
"""Of the size of letters, their height without room above and below."""
_TOUCHES = 0.06
"""Of the size of letters, what parts two of one word at most."""
FILLER = re.compile(r"[_…]{2,}|\.{4,}|(?<=[:*])\.{2,}|(?:\.\.|[_…])[_.…]{3,}|-{5,}")
_SHORTENED = re.compile(r"(?:^|\W)[^\W\d_]{1,2}\.[^\W\d_]{1,2}$")
_AT_COLON = re.compile(r"([^\W\d][\w().'’°/-]*:)(?!//)(\S+)$")


@lru_cache(maxsize=TEXTS_OF_MAILS)
def has_filler(text: str) -> bool:
    """True for a word with dots or lines to write on. Kept: few words are new, and each page has hundreds."""
    return FILLER.search(text) is not None


@lru_cache(maxsize=TEXTS_OF_MAILS)
def _colon_in(text: str) -> int:
    """Where a word is two, behind its colon; 0 where it is one."""
    match = _AT_COLON.match(text)
    return 0 if match is None or text.lower().startswith(("mailto:", "http")) else match.end(1)


def split_at_filler(word: Word) -> list[Word]:
    """ "Nom:___Weis____" is words and lines to write on."""
    if not has_filler(word.text):
        return [word]
    pieces: list[Word] = []
    position = 0
    for match in FILLER.finditer(word.text):
        start = match.start()
        if word.text[start] == "." and _SHORTENED.search(word.text[position:start]):
            start += 1  # "S.à r.l." on dots to write on
        if start > position:
            pieces.append(_slice(word, position, start))
        pieces.append(_slice(word, start, match.end()))
        position = match.end()
    if position < len(word.text):
        pieces.append(_slice(word, position, len(word.text)))
    return pieces


def _slice(word: Word, start: int, end: int) -> Word:
    look = word.look if start == 0 else ""  # of the first letter
    return replace(word, text=word.text[start:end], box=part_of(word, start, end), look=look)


def split_at_colons(words: list[Word]) -> list[Word]:
    """ "Matricule:1893…" is two words; web addresses and times stay one."""
    result: list[Word] = []
    for word in words:
        if word.text[0] == "*" and word.text.strip("*()[:,;.")[:1].isalnum():
            stars = len(word.text) - len(word.text.lstrip("*"))
            result.append(_slice(word, 0, stars))  # the label's, touched by the value
            word = _slice(word, stars, len(word.text))
        at = _colon_in(word.text)
        if at:
            result += [_slice(word, 0, at), _slice(word, at, len(word.text))]
        else:
            result.append(word)
    return result


def initials_joined(words: list[Word]) -> list[Word]:
    """The words of a line, a capital that touches the small letters behind it as their first."""
    joined: list[Word] = []
    for word in words:
        before = joined[-1] if joined else None
        if before is not None and _begins(before, word):
            left, top, _, bottom = before.box
            box = (left, min(top, word.box[1]), word.box[2], max(bottom, word.box[3]))
            joined[-1] = replace(word, text=before.text + word.text, box=box)
        else:
            joined.append(word)
    return joined


def _begins(capital: Word, word: Word) -> bool:
    lone = len(capital.text) == 1 and capital.text.isupper() and word.text[:1].islower()
    return (
        lone
        and capital.confidence is None
        and abs(word.box[0] - capital.box[2]) < _TOUCHES * max(word.size, 1.0)
        and abs(capital.size - word.size) < 0.1
        and capital.bold == word.bold
    )


def part_of(word: Word, start: int, end: int) -> BBox:
    """Where those characters of a word stand, all being equally wide."""
    left, top, right, bottom = word.box
    unit = (right - left) / max(1, len(word.text))
    return (left + start * unit, top, left + end * unit, bottom)


def widget_words(widget: Widget, page: int) -> list[Word]:
    """A widget's value as words inside its box, line by line."""
    shown = widget.shown
    if widget.values and len(widget.values) > 1:
        shown = ", ".join(widget.values)
    box = widget.box
    if not shown.strip() or box is None:
        return []
    lines = [line for line in shown.splitlines() if line.strip()]
    left, top, right, bottom = box
    height = min((bottom - top) / len(lines), 14.0)
    start = (top + bottom - height * len(lines)) / 2
    words: list[Word] = []
    for number, line in enumerate(lines):
        unit = min((right - left - 2) / max(1, len(line)), height * 0.5)
        y = start + number * height
        for piece in re.finditer(r"\S+", line):
            x = left + 1 + piece.start() * unit
            words.append(
                Word(piece[0], page, (x, y, x + unit * len(piece[0]), y + height), size=10.0, origin="widget")
            )
    return words


def join_combs(words: list[Word]) -> list[Word]:
    """One character per box: runs of single characters at an even pitch become one word."""
    result: list[Word] = []
    index = 0
    ordered = words
    while index < len(ordered):
        run = _comb_run(ordered, index) if len(ordered[index].text) == 1 else 0
        if run >= 4:
            piece = ordered[index : index + run]
            first, last = piece[0], piece[-1]
            box = (first.box[0], min(w.box[1] for w in piece), last.box[2], max(w.box[3] for w in piece))
            lowest = [w.confidence for w in piece if w.confidence is not None]
            result.append(
                replace(
                    first,
                    text=_with_blanks(piece),
                    box=box,
                    confidence=min(lowest) if lowest else None,
                    handwritten=any(w.handwritten for w in piece),
                )
            )
            index += run
        else:
            result.append(ordered[index])
            index += 1
    return result


_EMPTY = 1.6
"""Of the way from one box to the next, to the one behind an empty box."""


def _with_blanks(run: list[Word]) -> str:
    """The characters, a blank for a box left empty behind a letter ("HRB 90468"); what stands behind a
    figure is set in groups."""
    steps = [(b.box[0] + b.box[2] - a.box[0] - a.box[2]) / 2 for a, b in pairwise(run)]
    pitch = sorted(steps)[len(steps) // 2]
    pieces = [run[0].text]
    for before, here, step in zip(run, run[1:], steps, strict=False):
        blank = step > _EMPTY * pitch and before.text.isalpha() and here.text.isalnum()
        pieces.append(f" {here.text}" if blank else here.text)
    return "".join(pieces)


def _comb_run(words: list[Word], start: int) -> int:
    if words[start].text in "-–•*:|":
        return 0
    length = 1
    pitch: float | None = None
    while start + length < len(words):
        before, here = words[start + length - 1], words[start + length]
        if (
            len(here.text) != 1
            or abs(middle_of(here) - middle_of(before)) > 3
            or here.origin != before.origin
        ):
            break
        step = (here.box[0] + here.box[2] - before.box[0] - before.box[2]) / 2
        if step <= 0 or step > 45:
            break
        if pitch is None:
            pitch = step
        else:
            times = step / pitch
            if not (0.7 <= times <= 1.35 or (1.6 <= times <= 3.4)):
                if 0.28 <= times < 0.7:
                    pitch = step
                else:
                    break
        length += 1
    return length


def middle_of(word: Word) -> float:
    """How far down the page its middle is."""
    return (word.box[1] + word.box[3]) / 2


def height_of(word: Word) -> float:
    """Its height, never too little to compare with; a dash's is that of the letters beside it."""
    low = word.size > 0 and not any(map(str.isalnum, word.text))
    return max(word.box[3] - word.box[1], _LOW * word.size if low else 4.0, 4.0)
