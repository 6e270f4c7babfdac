"""A sheet laid on a known blank by its look alone, before anything is read.

Print that is on the sheet as the blank has it need not be read at all, and that is most of a form. Three
steps: which page of which blank it looks like from afar; where words of it are; whether each word is there,
letter by letter. What is not plainly there is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from parsers.blanks.book import Blank
from parsers.blanks.laid import Laid
from parsers.blanks.printed import Print, readable
from parsers.scans.blank_picture import SCALE, on_blank, picture_of, piece_of, shown, soft
from parsers.scans.image import Gray, Sheet, resized
from parsers.scans.print_seen import PrintSeen, print_seen
from parsers.scans.registration import fitted
from parsers.types import BBox

Tone = npt.NDArray[np.float32]
Matrix = npt.NDArray[np.float64]

_FAR = 18.0 / 72.0
"""Pixels per point from afar."""
_SMOOTH = 4
"""How much larger a page is drawn before it is made that small."""
_SIZES = (0.94, 0.97, 1.0, 1.03)
"""Printers make a page smaller to fit; scanners and photos are off by a little."""
_AROUND = 30.0
"""Points by which a page may be moved."""
_LIKE, _MOST_TRIED = 0.35, 2
_NEAR = 100.0 / 72.0
"""Pixels per point where words are looked for."""
_SAME = 0.55
_REACHES = ((9.0, 90), (4.0, 400))
"""Points around where a word should be, and how many words are looked for there."""
_LEAST_FOUND, _LEAST_THERE = 0.6, 0.35
"""Share of the words that must be near where they should be, and be the same ones: other words of the same
width seem to be near, and are not the same."""


@dataclass(frozen=True, slots=True)
class Known:
    """A sheet on its blank, with the print and the rules of the blank that are on it (in points)."""

    blank: Blank
    laid: Laid
    print: PrintSeen
    rules: tuple[BBox, ...]


def lay_by_picture(sheet: Sheet, blanks: Sequence[Blank]) -> Known | None:
    """The blank's page that the sheet is, with its print; None where none plainly fits."""
    if not blanks:
        return None
    best: Known | None = None
    for blank, print_, matrix in _from_afar(sheet, blanks):
        laid = _by_words(sheet, blank, print_, matrix)
        known = _by_letters(sheet, blank, print_, laid) if laid is not None else None
        if known is not None and (best is None or known.laid.matched > best.laid.matched):
            best = known
    return best


# From afar


def _from_afar(sheet: Sheet, blanks: Sequence[Blank]) -> list[tuple[Blank, Print, Matrix]]:
    """The pages that look most like the sheet, with how points of it come to points of them."""
    factor = sheet.points * _FAR
    small = _tone(
        resized(sheet.gray, round(sheet.gray.shape[1] * factor), round(sheet.gray.shape[0] * factor))
    )
    pad = round(_AROUND * _FAR)
    found: list[tuple[float, Blank, Print, Matrix]] = []
    for blank in blanks:
        for print_ in blank.prints:
            page = _page_from_afar(blank.path, blank.sha256, print_.number)
            if page is None or abs(page.shape[0] / page.shape[1] - small.shape[0] / small.shape[1]) > 0.25:
                continue
            found.append(_best_size(small, page, pad, blank, print_))
    found = sorted((f for f in found if f[0] >= _LIKE), key=lambda f: -f[0])
    return [(blank, print_, matrix) for _, blank, print_, matrix in found[:_MOST_TRIED]]


def _best_size(
    small: Tone, page: Tone, pad: int, blank: Blank, print_: Print
) -> tuple[float, Blank, Print, Matrix]:
    best: tuple[float, Matrix] = (-1.0, np.eye(3))
    room = cv2.copyMakeBorder(small, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=[0.0])
    for size in _SIZES:
        width, height = round(page.shape[1] * size), round(page.shape[0] * size)
        if width > room.shape[1] or height > room.shape[0]:
            continue
        wanted = cv2.resize(page, (width, height), interpolation=cv2.INTER_AREA)
        score = cv2.matchTemplate(room, wanted, cv2.TM_CCOEFF_NORMED)
        _, like, _, (x, y) = cv2.minMaxLoc(score)
        if like > best[0]:
            dx, dy = (x - pad) / _FAR, (y - pad) / _FAR
            best = (float(like), np.array([[1 / size, 0, -dx / size], [0, 1 / size, -dy / size], [0, 0, 1]]))
    return best[0], blank, print_, best[1]


@lru_cache(maxsize=64)
def _page_from_afar(path: str, sha256: str, page: int) -> Tone | None:
    picture = shown(path, page, _SMOOTH * _FAR)
    if picture is None:
        return None
    return _tone(resized(picture, round(picture.shape[1] / _SMOOTH), round(picture.shape[0] / _SMOOTH)))


def _tone(gray: Gray) -> Tone:
    dark = 1.0 - gray.astype(np.float32) / 255.0
    return np.asarray(cv2.GaussianBlur(dark, (0, 0), 1.0), dtype=np.float32)


# By its words


def _by_words(sheet: Sheet, blank: Blank, print_: Print, matrix: Matrix) -> Laid | None:
    picture = picture_of(blank, print_.number)
    words = [index for index, word in enumerate(print_.words) if readable(word)]
    if picture is None or len(words) < 14:
        return None
    issued = soft(resized(picture, *(round(v * _NEAR / SCALE) for v in reversed(picture.shape))))
    laid: Laid | None = None
    for reach, most in _REACHES:
        seen = soft(on_blank(sheet, matrix, issued.shape, _NEAR))
        chosen = words[:: max(1, len(words) // most)]
        found = [
            (index, place)
            for index in chosen
            if (place := _found(seen, issued, print_.words[index].box, reach)) is not None
        ]
        if len(found) < _LEAST_FOUND * len(chosen):
            return None
        there = _through(
            np.array([place for _, place in found], dtype=np.float64),
            np.asarray(np.linalg.inv(matrix), dtype=np.float64),
        )
        laid = fitted(blank, print_, [index for index, _ in found], there, len(found) / len(chosen))
        if laid is None:
            return None
        matrix = np.array(laid.to_blank).reshape(3, 3)
    return laid


def _found(seen: Gray, issued: Gray, box: BBox, reach: float) -> tuple[float, float] | None:
    """The middle of a word on the sheet (in the blank's points) near where it should be."""
    piece = piece_of(issued, box, _NEAR, 0.8)
    room = piece_of(seen, box, _NEAR, 0.8 + reach)
    if piece is None or room is None:
        return None
    score = cv2.matchTemplate(room, piece, cv2.TM_CCOEFF_NORMED)
    _, like, _, (x, y) = cv2.minMaxLoc(score)
    if like < _SAME:
        return None
    middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    offset = round(reach * _NEAR)
    return middle[0] + (x - offset) / _NEAR, middle[1] + (y - offset) / _NEAR


def _through(points: npt.NDArray[np.float64], matrix: Matrix) -> npt.NDArray[np.float64]:
    moved = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    return np.asarray(moved[:, :2] / moved[:, 2:], dtype=np.float64)


# By its letters


def _by_letters(sheet: Sheet, blank: Blank, print_: Print, laid: Laid) -> Known | None:
    seen = print_seen(sheet, blank, print_, laid)
    if seen is None or seen.matched < _LEAST_THERE:
        return None
    laid = replace(laid, found=seen.found, matched=seen.matched)
    return Known(blank, laid, seen, tuple(_rules(blank, laid)))


def _rules(blank: Blank, laid: Laid) -> Iterator[BBox]:
    """The lines of the blank's page and the sides of its frames."""
    page = next(p for p in blank.reading.pages if p.number == laid.page)
    for ruling in page.rulings:
        yield laid.on_scan(ruling.box)
    for box in page.boxes:
        if not box.filled and box.tick is None:
            left, top, right, bottom = box.box
            for side in ((left, top, right, top), (left, bottom, right, bottom),
                         (left, top, left, bottom), (right, top, right, bottom)):  # fmt: skip
                yield laid.on_scan(side)
