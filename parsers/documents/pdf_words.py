"""The words of a PDF's page through PDFium's raw API, in the order in which it draws them."""

from __future__ import annotations

import ctypes
import math
from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import pypdfium2.raw as pdfium

from parsers.documents.pdf_ticks import DINGBATS
from parsers.documents.pdf_view import View
from parsers.documents.reading import Word
from parsers.documents.spaced_text import Letter, is_spaced, spaced_words
from parsers.types import BBox

_MAX_CHARS = 60_000
_LINE_END_HYPHENS = (2, 0xFFFE)
"""PDFium's marks for a hyphen at a line's end."""
_SPACES = frozenset({0xA0, 0x202F, 0x2003, 0x2002, 0x2009, 0xFFFE, 0xFFFF, 0x200B})


def words_on(text_page: Any, number: int, view: View, seams: list[BBox]) -> list[Word]:
    """The page's words in the order in which it draws them.

    Adds to `seams` where one text runs on into another without a space (see `Page.seams`).
    """
    size_of, weight_of = pdfium.FPDFText_GetFontSize, pdfium.FPDFText_GetFontWeight
    looks = _Looks(text_page)
    words: list[Word] = []
    for text, first, (left, low, right, high) in _runs(text_page, view, seams):
        if len(text) == 1 and text in DINGBATS:
            text = _pictured(text_page, first, text)
        if text:
            nominal = size_of(text_page, first)
            size = round(nominal if nominal > 2 else high - low, 1)
            look, named_bold = looks.of(first)
            bold = named_bold or weight_of(text_page, first) >= 600
            place = (left, -high, right, -low) if view.rotation else view.box(left, low, right, high)
            words.append(Word(text, number, place, size=size, bold=bold, look=look))
    if not view.rotation and is_spaced([w.text for w in words]):
        words = _set_apart(text_page, number, view, seams)
    return words


class LettersOf:
    """A page's letters by where they stand; looked at once, when a place is first asked for."""

    def __init__(self, text_page: Any, view: View) -> None:
        self._page, self._view = text_page, view

    def __call__(self, box: BBox) -> list[float]:
        """The middles of the letters that stand in a box, in points from the page's left edge."""
        spare = 0.35 * (
            box[3] - box[1]
        )  # an underscore stands below its line, a line's hyphen beyond its end
        first = bisect_left(self._placed, (box[1] - spare,))
        last = bisect_left(self._placed, (box[3] + spare, math.inf))
        return sorted(x for _, x in self._placed[first:last] if box[0] <= x <= box[2] + spare)

    @cached_property
    def _placed(self) -> list[tuple[float, ...]]:
        """(middle from the page's top, middle from its left) of each letter, from the top."""
        edges = tuple(ctypes.c_double() for _ in range(4))
        placed: list[tuple[float, ...]] = []
        for index in range(min(pdfium.FPDFText_CountChars(self._page), _MAX_CHARS)):
            code = pdfium.FPDFText_GetUnicode(self._page, index)
            blank = (code <= 32 or code in _SPACES) and code not in _LINE_END_HYPHENS
            if blank or not pdfium.FPDFText_GetCharBox(self._page, index, *edges):
                continue
            left, top, right, bottom = self._view.box(
                edges[0].value, edges[2].value, edges[1].value, edges[3].value
            )
            placed.append(((top + bottom) / 2, (left + right) / 2))
        return sorted(placed)


def _set_apart(text_page: Any, number: int, view: View, seams: list[BBox]) -> list[Word]:
    """The words of a page whose letters are spaced; lines where a blank is a guess are added to `seams`."""
    letters: list[Letter] = []
    set_so: list[tuple[float, bool, str]] = []
    looks = _Looks(text_page)
    x, y = ctypes.c_double(), ctypes.c_double()
    edges = tuple(ctypes.c_double() for _ in range(4))
    for index in range(min(pdfium.FPDFText_CountChars(text_page), _MAX_CHARS)):
        code = pdfium.FPDFText_GetUnicode(text_page, index)
        if code <= 32 or code in _SPACES or not pdfium.FPDFText_GetCharBox(text_page, index, *edges):
            continue
        pdfium.FPDFText_GetCharOrigin(text_page, index, x, y)
        left, base, _, _ = view.box(x.value, y.value, x.value, y.value)
        from_, _, to, _ = view.box(edges[0].value, edges[2].value, edges[1].value, edges[3].value)
        size = max(pdfium.FPDFText_GetFontSize(text_page, index), 4.0)
        height = max(edges[3].value - edges[2].value, 4.0)
        letters.append((_joined([chr(min(code, 0x10FFFF))]), left, base, from_, to, min(size, 1.6 * height)))
        look, named_bold = looks.of(index)
        bold = named_bold or pdfium.FPDFText_GetFontWeight(text_page, index) >= 600
        set_so.append((round(size, 1), bold, look))
    found = spaced_words(letters)
    seams += [box for _, _, box, clear in found if not clear]
    return [
        Word(text, number, box, size=set_so[first][0], bold=set_so[first][1], look=set_so[first][2])
        for text, first, box, _ in found
    ]


def _runs(text_page: Any, view: View, seams: list[BBox]) -> Iterator[tuple[str, int, BBox]]:
    """Characters that make a word, the index of the first, and their box (left, low, right, high) upwards.

    A word ends at white space, at a jump, and where the line changes. Every character of every page comes
    through here: it is written for speed.
    """
    count = min(pdfium.FPDFText_CountChars(text_page), _MAX_CHARS)
    rect = pdfium.FS_RECTF()
    unicode_of, loose_box = pdfium.FPDFText_GetUnicode, pdfium.FPDFText_GetLooseCharBox
    size_of = pdfium.FPDFText_GetFontSize
    turned = view.rotation != 0
    gap = 0.45 if turned else 0.28  # of the height; tight boxes leave their side bearings out
    edges = tuple(ctypes.c_double() for _ in range(4))
    letters: list[str] = []
    first = 0
    left = low = right = high = 0.0
    at, begun = _Origin(text_page, view), (0.0, 0.0)
    for index in range(count):
        code = unicode_of(text_page, index)
        if code <= 32 or code in _SPACES:
            if not letters:
                continue
            if code in _LINE_END_HYPHENS:
                letters.append("-")
                continue
            yield _joined(letters), first, (left, low, right, high)
            letters.clear()
            continue
        if turned:
            # Loose boxes are wrong for turned text; tight ones are placed as the page is read.
            if not pdfium.FPDFText_GetCharBox(text_page, index, *edges):
                continue
            x0, top, x1, bottom = view.box(edges[0].value, edges[2].value, edges[1].value, edges[3].value)
            y0, y1 = -bottom, -top  # upwards, like user space
            begun = at.x, at.base
            at.move(index)
            if at.size > 2:
                y0, y1 = -at.base - _DESCENT * at.size, -at.base + _ASCENT * at.size
        elif loose_box(text_page, index, rect):
            x0, y0, x1, y1 = rect.left, rect.bottom, rect.right, rect.top
        else:
            continue
        if letters:
            height = max(high - low, 1.0 if not turned else 0.7 * size_of(text_page, index))
            jumped = x0 - right > gap * height or x0 < left - 0.5 * height or x0 < right - 1.2 * height
            if turned and jumped and at.size > 2 and abs(at.base - begun[1]) < 0.3 * at.size:
                jumped = (
                    not 0 < at.x - begun[0] < _WIDEST * at.size
                )  # side bearings: a full stop, an apostrophe
            if jumped or (abs(y0 - low) > 0.6 * height and not (low <= (y0 + y1) / 2 <= high)):
                yield _joined(letters), first, (left, low, right, high)
                letters.clear()
            elif abs(x0 - right) > 0.05 * height and not turned and _seam(text_page, index, letters[-1]):
                seams.append(view.box(min(x0, right), low, max(x0, right), high))
        if not letters:
            first, left, low, right, high = index, x0, y0, x1, y1
        else:
            left = x0 if x0 < left else left
            low = y0 if y0 < low else low
            right = x1 if x1 > right else right
            high = y1 if y1 > high else high
        letters.append(chr(code) if code < 0x110000 else "\ufffd")
    if letters:
        yield _joined(letters), first, (left, low, right, high)


_ASCENT, _DESCENT = 0.9, 0.21
"""Of their size, how far the letters of usual fonts reach above and below their line."""
_WIDEST = 0.75
"""Of its size, how far most letters' next one begins, whatever the fixed width they share."""


class _Origin:
    """Where a character of turned text begins on its line: its tight box does not tell."""

    def __init__(self, text_page: Any, view: View) -> None:
        self._page, self._view = text_page, view
        self._x, self._y = ctypes.c_double(), ctypes.c_double()
        self.x = self.base = self.size = 0.0

    def move(self, index: int) -> None:
        self.size = pdfium.FPDFText_GetFontSize(self._page, index)
        if pdfium.FPDFText_GetCharOrigin(self._page, index, self._x, self._y):
            x, y = self._x.value, self._y.value
            self.x, self.base, _, _ = self._view.box(x, y, x, y)


def _seam(text_page: Any, index: int, before: str) -> bool:
    """True where a capital or a digit of another text object follows what does not go on so."""
    here = chr(min(pdfium.FPDFText_GetUnicode(text_page, index), 0x10FFFF))
    if not ((here.isupper() and not before.isupper()) or (here.isdigit() and before.islower())):
        return False
    if not (before.isalnum() or before in ".)"):
        return False
    objects = [pdfium.FPDFText_GetTextObject(text_page, i) for i in (index - 1, index)]
    return ctypes.addressof(objects[0].contents) != ctypes.addressof(objects[1].contents)


class _Looks:
    """Typeface and colour of characters; bold by the font's name: the standard fonts carry no weight."""

    def __init__(self, text_page: Any) -> None:
        self._page = text_page
        self._name = ctypes.create_string_buffer(128)
        self._ink = tuple(ctypes.c_uint() for _ in range(4))
        self._known: dict[tuple[bytes, int, int, int], tuple[str, bool]] = {}

    def of(self, index: int) -> tuple[str, bool]:
        """(look, whether its font is named bold)"""
        pdfium.FPDFText_GetFontInfo(self._page, index, self._name, 128, None)
        red, green, blue, _ = self._ink
        if not pdfium.FPDFText_GetFillColor(self._page, index, *self._ink):
            red.value = green.value = blue.value = 0  # what is not told is drawn in black
        font = self._name.value
        key = (font, red.value, green.value, blue.value)
        if key not in self._known:
            face = font.decode("latin-1").partition("+")[2] or font.decode("latin-1")
            bold = any(word in font for word in (b"Bold", b"bold", b"Black", b"Heavy"))
            self._known[key] = (f"{face} #{key[1]:02x}{key[2]:02x}{key[3]:02x}", bold)
        return self._known[key]


def _pictured(text_page: Any, index: int, text: str) -> str:
    """The sign that a letter of a symbol font shows (a tick, a cross), else the letter."""
    name = ctypes.create_string_buffer(128)
    flags = ctypes.c_int()
    pdfium.FPDFText_GetFontInfo(text_page, index, name, 128, flags)
    font = name.value.lower()
    return DINGBATS[text] if b"dingbat" in font or b"wingding" in font or b"webding" in font else text


def _joined(letters: list[str]) -> str:
    text = "".join(letters)
    if not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
