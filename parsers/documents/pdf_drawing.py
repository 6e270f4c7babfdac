"""What a PDF's page draws besides text, through PDFium's raw API: lines, boxes, marks, pictures."""

from __future__ import annotations

import ctypes
import hashlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pypdfium2.raw as pdfium

from parsers.documents.pdf_ticks import TICK_SIZE
from parsers.documents.pdf_view import View
from parsers.types import BBox

Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: Matrix = (1, 0, 0, 1, 0, 0)
_MAX_OBJECTS = 20_000
_INK, _FAINTEST_LINE = 140.0, 225.0
"""Shades from 0 (black): a darker fill is ink, not the shade of a table's row; a line may be grey."""
_THIN = 2.5  # points: what is thinner is a line, not a box


@dataclass(slots=True)
class Drawing:
    """What the walk over a page's objects collects."""

    rulings: list[BBox] = field(default_factory=list)
    dashes: list[BBox] = field(default_factory=list)
    boxes: list[tuple[BBox, bool]] = field(default_factory=list)
    rounds: list[tuple[BBox, bool]] = field(default_factory=list)
    marks: list[BBox] = field(default_factory=list)
    pictures: list[tuple[BBox, tuple[int, int], str]] = field(default_factory=list)
    curves: int = 0
    strokes: list[BBox] = field(default_factory=list)
    objects: int = 0
    invisible: int = 0
    visible: int = 0


def drawn_on(page: Any, view: View) -> Drawing:
    """All that the page draws; annotations are no part of it."""
    drawing = Drawing()
    count, get = pdfium.FPDFPage_CountObjects, pdfium.FPDFPage_GetObject
    _walk(page, count, get, page, _IDENTITY, view, drawing, 0)
    return drawing


def _walk(
    owner: Any, count: Any, get: Any, page: Any, matrix: Matrix, view: View, drawing: Drawing, depth: int
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


def _placed(points: Iterator[tuple[float, float]], matrix: Matrix, view: View) -> BBox:
    a, b, c, d, e, f = matrix
    placed = [(a * x + c * y + e, b * x + d * y + f) for x, y in points]
    xs, ys = [p[0] for p in placed], [p[1] for p in placed]
    return view.box(min(xs), min(ys), max(xs), max(ys))


def _bounds(item: Any, matrix: Matrix, view: View) -> BBox:
    """Where an object stands; the whole page where that cannot be told."""
    edges = tuple(ctypes.c_float() for _ in range(4))
    if not pdfium.FPDFPageObj_GetBounds(item, *edges):
        return (0.0, 0.0, view.width, view.height)
    left, low, right, high = (edge.value for edge in edges)
    return _placed(iter(((left, low), (right, low), (left, high), (right, high))), matrix, view)


def _path(item: Any, matrix: Matrix, view: View, drawing: Drawing) -> None:
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
    view: View,
    drawing: Drawing,
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
        else:
            drawing.dashes.append(box)
        return
    corners = {(round(x, 1), round(y, 1)) for x, y in points}
    if upright and len(corners) == 4:
        drawing.boxes.append((box, filled))
        return
    if max(width, height) <= 40:
        drawing.marks.append(
            box
        )  # a cross's outline has twelve corners, a star's ten, a scribble's any number
    if not upright and len(points) > 12:
        drawing.curves += 1


def _shade(item: Any) -> float:
    """How light the fill is: 0 black, 255 white or transparent."""
    r, g, b, a = (ctypes.c_uint() for _ in range(4))
    if not pdfium.FPDFPageObj_GetFillColor(item, r, g, b, a):
        return 0.0
    return 0.3 * r.value + 0.59 * g.value + 0.11 * b.value if a.value > 60 else 255.0


def _picture(item: Any, page: Any, matrix: Matrix, view: View, drawing: Drawing) -> None:
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
