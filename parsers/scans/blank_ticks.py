"""Boxes to tick of a known blank on a scan of it: what the scan has in them and the blank lacks.

Each box is cut from the blank with what is printed around it, laid on the scan to a fraction of a point, and
its print taken away; what ink is then left in the box is a mark.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from parsers.blanks.book import Blank
from parsers.blanks.laid import Laid, TickMark
from parsers.documents.reading import TickState
from parsers.scans.blank_picture import SCALE, picture_of
from parsers.scans.image import Gray, Mask, Sheet, as_gray
from parsers.scans.ticked import Square
from parsers.types import BBox

_AROUND, _SEARCH = 9.0, 3.0
"""Points around a box that are compared, and by which it may stand off from where it was laid."""
_ALIKE = 0.55
"""Share of the print's darkness that must be on the scan."""
_FAR = 0.01
"""What a pixel of distance costs: a blackened box fits as well anywhere near."""
_RIM = 1.1
"""Points of a box's inside next to its frame that are not looked at."""
_ON, _OFF = 0.07, 0.025
"""Share of the inside that is inked; a thin cross covers a tenth."""
_TONED = 225
_GRAIN = 0.8
"""Points around the blank's ink that are the blank's too."""
_CONTRADICTED = 0.5


def tick_marks(sheet: Sheet, blank: Blank, laid: Laid, squares: Sequence[Square]) -> tuple[TickMark, ...]:
    """Every box to tick of the blank's page. `squares` are those that were found on the scan without it."""
    boxes = list(_boxes(blank, laid.page))
    if not boxes:
        return ()
    picture = picture_of(blank, laid.page)
    if picture is None:
        return ()
    return tuple(_with_square(_measured(sheet, laid, picture, box), laid, sheet, squares) for box in boxes)


def _boxes(blank: Blank, page: int) -> Iterator[BBox]:
    fields = [
        w.box for w in blank.reading.widgets if w.page == page and w.box and w.kind in ("checkbox", "radio")
    ]
    yield from fields
    for drawn in (b for p in blank.reading.pages if p.number == page for b in p.boxes if b.tick is not None):
        x, y = (drawn.box[0] + drawn.box[2]) / 2, (drawn.box[1] + drawn.box[3]) / 2
        if not any(box[0] <= x <= box[2] and box[1] <= y <= box[3] for box in fields):
            yield drawn.box


def _measured(sheet: Sheet, laid: Laid, picture: Gray, box: BBox) -> TickMark:
    left, top = box[0] - _AROUND, box[1] - _AROUND
    width, height = (round((box[i + 2] - box[i] + 2 * _AROUND) * SCALE) for i in (0, 1))
    x, y = round(left * SCALE), round(top * SCALE)
    if x < 0 or y < 0 or y + height > picture.shape[0] or x + width > picture.shape[1]:
        return TickMark(box, "unsure", _CONTRADICTED)
    issued = picture[y : y + height, x : x + width]
    margin = round(_SEARCH * SCALE)
    scanned = _from_scan(
        sheet, laid, (x - margin, y - margin), (width + 2 * margin, height + 2 * margin), box
    )
    dx, dy, alike = _offset(issued, scanned, margin)
    there = scanned[dy : dy + height, dx : dx + width]
    ink, print_ = _dark(there), _printed(issued)
    share = _inside(ink, print_, box, (x, y))
    state: TickState = "on" if share >= _ON else "off" if share <= _OFF else "unsure"
    return TickMark(box, state, _confidence(state, share, alike))


def _from_scan(sheet: Sheet, laid: Laid, origin: tuple[int, int], size: tuple[int, int], box: BBox) -> Gray:
    """That piece of the blank's picture as the scan has it."""
    pull_x, pull_y = laid.pull(((box[0] + box[2]) / 2, (box[1] + box[3]) / 2))
    to_blank = np.array(laid.to_blank, dtype=np.float64).reshape(3, 3)
    to_points = np.diag([sheet.points, sheet.points, 1.0])
    to_piece = np.array(
        [[SCALE, 0, pull_x * SCALE - origin[0]], [0, SCALE, pull_y * SCALE - origin[1]], [0, 0, 1]]
    )
    matrix = to_piece @ to_blank @ to_points
    return as_gray(cv2.warpPerspective(sheet.gray, matrix, size, flags=cv2.INTER_AREA, borderValue=255))


def _offset(issued: Gray, scanned: Gray, margin: int) -> tuple[int, int, float]:
    """Where in the scan's piece the blank's print is inked best, and how much of it; ink that was added does
    not count. As it was laid where it is found nowhere."""
    wanted, seen = (_tone(piece) for piece in (issued, scanned))
    total = float((wanted * wanted).sum())
    if not total:
        return margin, margin, 0.0
    share = cv2.matchTemplate(seen, wanted, cv2.TM_CCORR) / total
    y, x = np.ogrid[: share.shape[0], : share.shape[1]]
    near = share - _FAR * np.hypot(y - margin, x - margin)
    dy, dx = (int(v) for v in np.unravel_index(int(near.argmax()), near.shape))
    if float(share[dy, dx]) < _ALIKE:
        return margin, margin, float(share[margin, margin])
    return dx, dy, float(share[dy, dx])


def _tone(piece: Gray) -> npt.NDArray[np.float32]:
    """How dark it is, from 0 for paper to 1."""
    dark = 1.0 - piece.astype(np.float32) / max(1.0, float(np.percentile(piece, 80)))
    return np.asarray(cv2.GaussianBlur(np.clip(dark, 0, 1), (0, 0), 0.8), dtype=np.float32)


def _dark(piece: Gray) -> Mask:
    """Ink, against the paper of this piece."""
    paper, ink = (float(v) for v in np.percentile(piece, (80, 1)))
    if paper - ink < 40:
        return as_gray(np.zeros_like(piece))
    return as_gray(np.where(piece < (0.55 * paper + 0.45 * ink), 255, 0))


def _printed(issued: Gray) -> Mask:
    """Print of any tone, and the grain around it."""
    side = 2 * max(1, round(_GRAIN * SCALE)) + 1
    shape = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return as_gray(cv2.dilate(as_gray(np.where(issued < _TONED, 255, 0)), shape))


def _inside(ink: Mask, print_: Mask, box: BBox, origin: tuple[int, int]) -> float:
    x0, y0 = (round((box[i] + _RIM) * SCALE) - origin[i] for i in (0, 1))
    x1, y1 = (round((box[i + 2] - _RIM) * SCALE) - origin[i] for i in (0, 1))
    free = print_[y0:y1, x0:x1] == 0
    return float((ink[y0:y1, x0:x1][free] > 0).mean()) if free.any() else 0.0


def _confidence(state: TickState, share: float, alike: float) -> float:
    if state == "unsure":
        return _CONTRADICTED
    sure = min(0.99, 0.94 + (share - _ON) * 2) if state == "on" else 0.99 if share < _OFF / 2 else 0.965
    return sure if alike >= _ALIKE else min(sure, 0.9)


def _with_square(mark: TickMark, laid: Laid, sheet: Sheet, squares: Sequence[Square]) -> TickMark:
    """Against the box found on the scan by itself: agreement raises, contradiction leaves it open."""
    x, y = (
        (v[0] + v[1]) / 2 for v in zip(laid.on_scan(mark.box)[:2], laid.on_scan(mark.box)[2:], strict=True)
    )
    for square in squares:
        left, top, right, bottom = (v * sheet.points for v in square.box)
        if not (left <= x <= right and top <= y <= bottom):
            continue
        if square.state == mark.state and mark.state != "unsure":
            return TickMark(mark.box, mark.state, max(mark.confidence, square.confidence))
        if "unsure" in (square.state, mark.state):
            decided = mark.state if square.state == "unsure" else square.state
            return TickMark(mark.box, decided, min(0.93, max(mark.confidence, square.confidence)))
        return TickMark(mark.box, "unsure", _CONTRADICTED)
    return mark
