"""The pages of a PDF through PDFium's raw API: words, ruling lines, boxes, pictures.

The raw API is ten times as fast as the convenience layers above it (measured), which is why this
file speaks ctypes. Everything is converted to points from the top left of the page as displayed.
"""

from __future__ import annotations

import ctypes
import hashlib
import itertools
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pypdfium2.raw as pdfium

from parsers.documents.pdf_digest import PagePrint
from parsers.documents.pdf_ticks import DINGBATS, TICK_SIZE, boxes_of
from parsers.documents.reading import Page, Picture, Ruling, Word
from parsers.documents.spaced_text import Letter, is_spaced, spaced_words
from parsers.documents.struck import struck_out
from parsers.remembered import Remembered
from parsers.types import BBox, Problem, ReadOptions

Matrix = tuple[float, float, float, float, float, float]

_IDENTITY: Matrix = (1, 0, 0, 1, 0, 0)
_MAX_CHARS = 60_000
_MAX_OBJECTS = 20_000
_SPACES = frozenset({0xA0, 0x202F, 0x2003, 0x2002, 0x2009, 0xFFFE, 0xFFFF, 0x200B})
_INK, _FAINTEST_LINE = 140.0, 225.0
"""Shades from 0 (black): a darker fill is ink, not the shade of a table's row; a line may be grey."""
_THIN = 2.5  # points: what is thinner is a line, not a box


class PagesUnreadable(Exception):
    """PDFium cannot open the file. Its own error code is not kept: it may be an earlier file's."""


@dataclass(frozen=True, slots=True)
class PageContent:
    pages: tuple[Page, ...]
    needs_ocr: tuple[int, ...]
    count: int
    notes: tuple[Problem, ...]


@dataclass(slots=True)
class _Drawing:
    """What the walk over a page's objects collects."""

    rulings: list[BBox] = field(default_factory=list)
    boxes: list[tuple[BBox, bool]] = field(default_factory=list)
    rounds: list[tuple[BBox, bool]] = field(default_factory=list)
    marks: list[BBox] = field(default_factory=list)
    pictures: list[tuple[BBox, tuple[int, int], str]] = field(default_factory=list)
    curves: int = 0
    strokes: list[BBox] = field(default_factory=list)
    objects: int = 0
    invisible: int = 0
    visible: int = 0


_PAGES: Remembered[tuple[Page, bool]] = Remembered(32)
"""Pages of blanks, by number and digest, and whether they need OCR."""
_MOST_WORDS = 3000
"""Of a page that is kept: more are no form's."""


def read_pages(
    data: bytes, options: ReadOptions, deadline: float, prints: Sequence[PagePrint | None] = ()
) -> PageContent:
    """All pages up to the limits of `options`. Raises PagesUnreadable.

    `prints` are of all pages in turn; those that were read before are not read again.
    """
    known = [_PAGES.find((), (n, p.page)) if p else None for n, p in enumerate(prints, start=1)]
    if known and len(known) <= options.max_pages and all(known):
        read = [one for one in known if one is not None]
        scans = tuple(page.number for page, ocr in read if ocr)
        return PageContent(tuple(page for page, _ in read), scans, len(read), ())
    pdfium.FPDF_InitLibraryWithConfig(_config())
    buffer = ctypes.create_string_buffer(data, len(data))
    document = pdfium.FPDF_LoadMemDocument64(buffer, len(data), None)
    if not document:
        raise PagesUnreadable
    try:
        count = pdfium.FPDF_GetPageCount(document)
        pages: list[Page] = []
        needs_ocr: list[int] = []
        notes: list[Problem] = []
        if count == 0:
            raise PagesUnreadable
        for number in range(1, min(count, options.max_pages) + 1):
            if time.monotonic() > deadline:
                notes.append(Problem(code="timeout", message=f"Reading stopped before page {number}."))
                break
            before = known[number - 1] if number <= len(known) else None
            page, ocr = before or _read_page(document, number)
            if number <= len(prints) and (told := prints[number - 1]) and len(page.words) <= _MOST_WORDS:
                _PAGES.keep((), (page, ocr), (number, told.page))
            pages.append(page)
            if ocr:
                needs_ocr.append(number)
        if count > options.max_pages:
            message = f"Only the first {options.max_pages} of {count} pages were read."
            notes.append(Problem(code="truncated", message=message))
        return PageContent(tuple(pages), tuple(needs_ocr), count, tuple(notes))
    finally:
        pdfium.FPDF_CloseDocument(document)


def _config() -> Any:
    return pdfium.FPDF_LIBRARY_CONFIG(version=2, m_pUserFontPaths=None, m_pIsolate=None, m_v8EmbedderSlot=0)


def _read_page(document: Any, number: int) -> tuple[Page, bool]:
    page = pdfium.FPDF_LoadPage(document, number - 1)
    if not page:
        return Page(number, 595.0, 842.0), False
    text_page = pdfium.FPDFText_LoadPage(page)
    try:
        view = _View.of(page, _turns(text_page, page))
        seams: list[BBox] = []
        words = _words(text_page, number, view, seams) if text_page else []
        drawing = _Drawing()
        _walk(
            page, pdfium.FPDFPage_CountObjects, pdfium.FPDFPage_GetObject, page, _IDENTITY, view, drawing, 0
        )
    finally:
        if text_page:
            pdfium.FPDFText_ClosePage(text_page)
        pdfium.FPDF_ClosePage(page)
    words, struck = struck_out(words, drawing.rulings)
    result = Page(
        number,
        view.width,
        view.height,
        words=tuple(words),
        struck=tuple(struck),
        seams=tuple(seams),
        rulings=tuple(Ruling(number, box) for box in drawing.rulings),
        boxes=tuple(boxes_of(number, drawing.boxes, drawing.rounds, drawing.marks, drawing.rulings, words)),
        pictures=tuple(Picture(number, box, size, digest) for box, size, digest in drawing.pictures),
        curves=drawing.curves,
        strokes=tuple(drawing.strokes),
    )
    return result, _needs_ocr(result, drawing)


@dataclass(frozen=True, slots=True)
class _View:
    """From user space to the page as displayed: crop box and rotation."""

    left: float
    bottom: float
    right: float
    top: float
    rotation: int
    width: float
    height: float

    @classmethod
    def of(cls, page: Any, rotation: int) -> _View:
        rect = pdfium.FS_RECTF()
        if pdfium.FPDF_GetPageBoundingBox(page, rect):
            left, bottom, right, top = rect.left, rect.bottom, rect.right, rect.top
        else:
            left, bottom, right, top = 0.0, 0.0, 595.0, 842.0
        width, height = right - left, top - bottom
        if rotation % 2:
            width, height = height, width
        return cls(left, bottom, right, top, rotation, width, height)

    def box(self, x0: float, y0: float, x1: float, y1: float) -> BBox:
        """(left, bottom, right, top) in user space -> a box from the displayed top left."""
        if self.rotation == 0:
            points = (x0 - self.left, self.top - y1, x1 - self.left, self.top - y0)
        elif self.rotation == 1:
            points = (y0 - self.bottom, x0 - self.left, y1 - self.bottom, x1 - self.left)
        elif self.rotation == 2:
            points = (self.right - x1, y0 - self.bottom, self.right - x0, y1 - self.bottom)
        else:
            points = (self.top - y1, self.right - x1, self.top - y0, self.right - x0)
        a, b, c, d = points
        return (round(min(a, c), 2), round(min(b, d), 2), round(max(a, c), 2), round(max(b, d), 2))


def upright_turns(page: Any) -> int:
    """Quarter turns that bring a pypdfium2 page upright, for those who draw boxes on it."""
    return _turns(page.get_textpage().raw, page.raw)


def _turns(text_page: Any, page: Any) -> int:
    """Quarter turns that bring the page's text upright; the page's own rotation where it has none.

    A page that was scanned or printed sideways is read as a person would hold it.
    """
    count = pdfium.FPDFText_CountChars(text_page) if text_page else 0
    if count <= 0:
        return int(pdfium.FPDFPage_GetRotation(page))
    angles = [
        pdfium.FPDFText_GetCharAngle(text_page, i) for i in range(0, min(count, 2000), max(1, count // 15))
    ]
    turns = [-round(angle / (math.pi / 2)) % 4 for angle in angles if angle >= 0]
    return max(set(turns), key=turns.count) if turns else int(pdfium.FPDFPage_GetRotation(page))


def _words(text_page: Any, number: int, view: _View, seams: list[BBox]) -> list[Word]:
    """The page's words in the order in which it draws them.

    Adds to `seams` where one text runs on into another without a space (see `Page.seams`).
    """
    size_of, weight_of = pdfium.FPDFText_GetFontSize, pdfium.FPDFText_GetFontWeight
    font_name = ctypes.create_string_buffer(128)
    words: list[Word] = []
    for text, first, (left, low, right, high) in _runs(text_page, view, seams):
        if len(text) == 1 and text in DINGBATS:
            text = _pictured(text_page, first, text)
        if text:
            nominal = size_of(text_page, first)
            size = round(nominal if nominal > 2 else high - low, 1)
            bold = weight_of(text_page, first) >= 600 or _named_bold(text_page, first, font_name)
            place = (left, -high, right, -low) if view.rotation else view.box(left, low, right, high)
            words.append(Word(text, number, place, size=size, bold=bold))
    if not view.rotation and is_spaced([w.text for w in words]):
        words = _set_apart(text_page, number, view)
        seams += [w.box for w in words]  # where a blank was is a guess
    return words


def _set_apart(text_page: Any, number: int, view: _View) -> list[Word]:
    """The words of a page whose letters are spaced."""
    letters: list[Letter] = []
    looks: list[tuple[float, bool]] = []
    x, y = ctypes.c_double(), ctypes.c_double()
    edges = tuple(ctypes.c_double() for _ in range(4))
    font_name = ctypes.create_string_buffer(128)
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
        bold = pdfium.FPDFText_GetFontWeight(text_page, index) >= 600
        looks.append((round(size, 1), bold or _named_bold(text_page, index, font_name)))
    return [
        Word(text, number, box, size=looks[first][0], bold=looks[first][1])
        for text, first, box in spaced_words(letters)
    ]


def _runs(text_page: Any, view: _View, seams: list[BBox]) -> Iterator[tuple[str, int, BBox]]:
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
    for index in range(count):
        code = unicode_of(text_page, index)
        if code <= 32 or code in _SPACES:
            if not letters:
                continue
            if code in (2, 0xFFFE):
                letters.append("-")  # PDFium's mark for a hyphen at a line's end
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
        elif loose_box(text_page, index, rect):
            x0, y0, x1, y1 = rect.left, rect.bottom, rect.right, rect.top
        else:
            continue
        if letters:
            height = max(high - low, 1.0 if not turned else 0.7 * size_of(text_page, index))
            jumped = x0 - right > gap * height or x0 < left - 0.5 * height or x0 < right - 1.2 * height
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


def _seam(text_page: Any, index: int, before: str) -> bool:
    """True where a capital or a digit of another text object follows what does not go on so."""
    here = chr(min(pdfium.FPDFText_GetUnicode(text_page, index), 0x10FFFF))
    if not ((here.isupper() and not before.isupper()) or (here.isdigit() and before.islower())):
        return False
    if not (before.isalnum() or before in ".)"):
        return False
    objects = [pdfium.FPDFText_GetTextObject(text_page, i) for i in (index - 1, index)]
    return ctypes.addressof(objects[0].contents) != ctypes.addressof(objects[1].contents)


def _named_bold(text_page: Any, index: int, name: Any) -> bool:
    """Bold by the font's name: the standard fonts carry no weight."""
    pdfium.FPDFText_GetFontInfo(text_page, index, name, 128, None)
    font = name.value
    return b"Bold" in font or b"bold" in font or b"Black" in font or b"Heavy" in font


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


def _walk(
    owner: Any, count: Any, get: Any, page: Any, matrix: Matrix, view: _View, drawing: _Drawing, depth: int
) -> None:
    for index in range(count(owner)):
        drawing.objects += 1
        if drawing.objects > _MAX_OBJECTS:
            return
        item = get(owner, index)
        kind = pdfium.FPDFPageObj_GetType(item)
        if kind == pdfium.FPDF_PAGEOBJ_PATH:
            _path(item, matrix, view, drawing)
        elif kind == pdfium.FPDF_PAGEOBJ_TEXT:
            if pdfium.FPDFTextObj_GetTextRenderMode(item) == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE:
                drawing.invisible += 1
            else:
                drawing.visible += 1
        elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            _picture(item, page, matrix, view, drawing)
        elif kind == pdfium.FPDF_PAGEOBJ_SHADING:
            drawing.curves += 1
            drawing.strokes.append((0.0, 0.0, view.width, view.height))
        elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < 4:
            inner = _product(_matrix_of(item), matrix)
            _walk(
                item,
                pdfium.FPDFFormObj_CountObjects,
                pdfium.FPDFFormObj_GetObject,
                page,
                inner,
                view,
                drawing,
                depth + 1,
            )


def _matrix_of(item: Any) -> Matrix:
    m = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(item, m):
        return _IDENTITY
    return (m.a, m.b, m.c, m.d, m.e, m.f)


def _product(inner: Matrix, outer: Matrix) -> Matrix:
    a, b, c, d, e, f = inner
    A, B, C, D, E, F = outer
    return (a * A + b * C, a * B + b * D, c * A + d * C, c * B + d * D, e * A + f * C + E, e * B + f * D + F)


def _placed(points: Iterator[tuple[float, float]], matrix: Matrix, view: _View) -> BBox:
    a, b, c, d, e, f = matrix
    placed = [(a * x + c * y + e, b * x + d * y + f) for x, y in points]
    xs, ys = [p[0] for p in placed], [p[1] for p in placed]
    return view.box(min(xs), min(ys), max(xs), max(ys))


def _bounds(item: Any, matrix: Matrix, view: _View) -> BBox:
    """Where an object stands; the whole page where that cannot be told."""
    edges = tuple(ctypes.c_float() for _ in range(4))
    if not pdfium.FPDFPageObj_GetBounds(item, *edges):
        return (0.0, 0.0, view.width, view.height)
    left, low, right, high = (edge.value for edge in edges)
    return _placed(iter(((left, low), (right, low), (left, high), (right, high))), matrix, view)


def _path(item: Any, matrix: Matrix, view: _View, drawing: _Drawing) -> None:
    """Sorts a path's pieces into ruling lines, boxes, circles and marks (drawn strokes)."""
    segments = pdfium.FPDFPath_CountSegments(item)
    if segments < 2:
        return
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(item, fill, stroke)
    shade = _shade(item) if fill.value else 255.0
    filled, lined = shade < _INK, shade < _FAINTEST_LINE
    if segments > 400:
        drawing.curves += 1
        drawing.strokes.append(_bounds(item, matrix, view))
        return
    own = _product(_matrix_of(item), matrix)
    x, y = ctypes.c_float(), ctypes.c_float()
    piece: list[tuple[float, float]] = []
    curved = False

    def close() -> None:
        nonlocal curved
        if len(piece) >= 2:
            _piece(list(piece), curved, filled, stroke.value != 0, lined, own, view, drawing)
        piece.clear()
        curved = False

    for index in range(segments):
        segment = pdfium.FPDFPath_GetPathSegment(item, index)
        kind = pdfium.FPDFPathSegment_GetType(segment)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            close()
        elif kind == pdfium.FPDF_SEGMENT_BEZIERTO:
            curved = True
        piece.append((x.value, y.value))
    close()


def _piece(
    points: list[tuple[float, float]],
    curved: bool,
    filled: bool,
    stroked: bool,
    lined: bool,
    matrix: Matrix,
    view: _View,
    drawing: _Drawing,
) -> None:
    if not filled and not stroked and not lined:
        return
    box = _placed(iter(points), matrix, view)
    width, height = box[2] - box[0], box[3] - box[1]
    if not filled and not stroked and (curved or min(width, height) > _THIN):
        return  # the shade of a row
    upright = all(abs(a[0] - b[0]) < 0.6 or abs(a[1] - b[1]) < 0.6 for a, b in itertools.pairwise(points))
    if curved or not upright:
        drawing.strokes.append(box)
    if curved:
        drawing.curves += 1
        size = max(width, height)
        if size <= TICK_SIZE[1] and min(width, height) > 0.75 * size:
            drawing.rounds.append((box, filled))
        elif size <= 40:
            drawing.marks.append(box)
        return
    if min(width, height) <= _THIN:
        if max(width, height) > 4:
            drawing.rulings.append(box)
        return
    corners = {(round(x, 1), round(y, 1)) for x, y in points}
    if upright and len(corners) == 4:
        drawing.boxes.append((box, filled))
    elif len(points) <= 12 and max(width, height) <= 40:
        drawing.marks.append(box)
    elif not upright and len(points) > 12:
        drawing.curves += 1


def _shade(item: Any) -> float:
    """How light the fill is: 0 black, 255 white or transparent."""
    r, g, b, a = (ctypes.c_uint() for _ in range(4))
    if not pdfium.FPDFPageObj_GetFillColor(item, r, g, b, a):
        return 0.0
    return 0.3 * r.value + 0.59 * g.value + 0.11 * b.value if a.value > 60 else 255.0


def _picture(item: Any, page: Any, matrix: Matrix, view: _View, drawing: _Drawing) -> None:
    own = _product(_matrix_of(item), matrix)
    box = _placed(iter(((0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0))), own, view)
    width, height = ctypes.c_uint(), ctypes.c_uint()
    pdfium.FPDFImageObj_GetImagePixelSize(item, width, height)
    length = pdfium.FPDFImageObj_GetImageDataRaw(item, None, 0)
    digest = ""
    if 0 < length <= 30_000_000:
        raw = ctypes.create_string_buffer(length)
        pdfium.FPDFImageObj_GetImageDataRaw(item, raw, length)
        digest = hashlib.sha256(raw.raw).hexdigest()
    drawing.pictures.append((box, (width.value, height.value), digest))


def _needs_ocr(page: Page, drawing: _Drawing) -> bool:
    """True when what the page shows is not in its text: a scan, letters drawn as paths, a broken font."""
    letters = sum(len(w.text) for w in page.words)
    broken = sum(
        1 for w in page.words for c in w.text if c == "\ufffd" or "\ue000" <= c <= "\uf8ff" or ord(c) < 32
    )
    if letters and broken > 0.3 * letters:
        return True
    area = max(page.width * page.height, 1.0)
    covered = max(
        ((p.box[2] - p.box[0]) * (p.box[3] - p.box[1]) / area for p in page.pictures if p.box), default=0.0
    )
    total = sum((p.box[2] - p.box[0]) * (p.box[3] - p.box[1]) for p in page.pictures if p.box) / area
    if max(covered, min(total, 1.0)) >= 0.55:
        return len(page.words) < 40 or drawing.invisible > drawing.visible
    if letters >= 20:
        return False
    return covered >= 0.1 or drawing.curves > 100
