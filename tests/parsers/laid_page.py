"""A scan of a known blank without OCR: the blank's own words as they would be read, moved as paper moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import cv2
import numpy as np

from outbox_templates.blanks import blank_folders
from parsers.blanks.book import Blank, known_blanks
from parsers.blanks.laid import Laid
from parsers.documents.reading import Page, Word
from parsers.scans.image import Gray, Sheet
from parsers.scans.ocr import Token
from parsers.scans.registration import lay_on_blank
from parsers.types import BBox, ReadOptions

DPI = 200.0
_PX = DPI / 72.0


@cache
def own_blanks() -> tuple[Blank, ...]:
    return known_blanks(ReadOptions(blanks=blank_folders()))


def own_blank(kind: str) -> Blank:
    """Its PDF; the Word file as printed comes after it."""
    return next(blank for blank in own_blanks() if blank.form.kind == kind)


def askew(degrees: float, scale: float = 1.0, shift: tuple[float, float] = (0.0, 0.0)) -> np.ndarray:
    """Points of a blank to points of its scan: turned about the page's middle."""
    matrix = np.vstack([cv2.getRotationMatrix2D((298, 421), degrees, scale), [0, 0, 1]])
    matrix[:2, 2] += shift
    return matrix


def moved(box: BBox, matrix: np.ndarray) -> BBox:
    middle = matrix @ [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2, 1]
    x, y = middle[:2] / middle[2]
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0])) / 2
    width, height = (box[2] - box[0]) * scale, (box[3] - box[1]) * scale
    return (float(x - width), float(y - height), float(x + width), float(y + height))


def as_read(words: Sequence[Word], matrix: np.ndarray, sure: float = 0.98) -> list[Word]:
    return [replace(w, box=moved(w.box, matrix), confidence=sure) for w in words]


def typed(text: str, box: BBox, matrix: np.ndarray, sure: float = 0.98) -> list[Word]:
    """Words typed into a place of the blank, as read on the scan."""
    words, x = [], box[0] + 3
    for piece in text.split():
        at = (x, box[1] + 4, x + 5.0 * len(piece), box[1] + 13)
        words.append(Word(piece, 1, moved(at, matrix), sure))
        x += 5.0 * (len(piece) + 1)
    return words


def tokens_of(words: Sequence[Word]) -> list[Token]:
    return [
        Token(w.text, tuple(round(v * _PX) for v in w.box), w.confidence or 0.9, (1, 1, 1))  # type: ignore[arg-type]
        for w in words
    ]


def sheet_of(gray: Gray | None = None) -> Sheet:
    return Sheet(1, gray if gray is not None else np.full((2339, 1654), 255, np.uint8), DPI)


def laid_page(words: Sequence[Word], blanks: Sequence[Blank] = ()) -> Page:
    """The page that OCR gives for these words, laid on the blank that it is of."""
    found = lay_on_blank(tokens_of(words), sheet_of(), blanks or own_blanks())
    laid: Laid | None = found[1] if found else None
    return Page(1, 595.0, 842.0, words=tuple(words), laid=laid)


def place_of(blank: Blank, field: str) -> BBox:
    return next(w.box for w in blank.reading.widgets if w.name == field and w.box)
