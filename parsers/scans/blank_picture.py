"""What a known blank prints, as pixels: laid under a piece of a scan, it tells ink that was added."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from parsers.blanks.book import Blank
from parsers.blanks.laid import Laid
from parsers.scans.image import Gray, Mask, Sheet, as_gray
from parsers.types import BBox

DPI = 200.0
SCALE = DPI / 72.0
"""Pixels per point."""
_GRAIN = 0.9
"""Points around the blank's ink that are the blank's too."""
_INK = 200
_PICTURES_KEPT = 12
"""Some 4 MB each."""


def picture_of(blank: Blank, page: int) -> Gray | None:
    """A page of a blank in grey at `DPI`; None where it cannot be shown."""
    return rendered(blank.path, blank.sha256, page)


@lru_cache(maxsize=_PICTURES_KEPT)
def rendered(path: str, sha256: str, page: int) -> Gray | None:
    """The same by where it lies; `sha256` is in the key so that a changed file is shown anew."""
    return shown(path, page, SCALE)


def shown(path: str, page: int, scale: float) -> Gray | None:
    """A page of a PDF at that many pixels per point, form fields included."""
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(path)
        try:
            document.init_forms()
            pixels = document[page - 1].render(scale=scale, grayscale=True).to_numpy()
            return as_gray(np.ascontiguousarray(pixels if pixels.ndim == 2 else pixels[:, :, 0]))
        finally:
            document.close()
    except (pdfium.PdfiumError, OSError, ValueError):
        return None


def print_under(blank: Blank, laid: Laid, region: BBox, size: tuple[int, int], dpi: float) -> Mask | None:
    """The blank's ink where a region of the scan is, as a mask of that size (width, height) at `dpi`.

    `region` is in points of the scan. None where the blank cannot be shown.
    """
    picture = picture_of(blank, laid.page)
    if picture is None:
        return None
    middle = laid.on_blank(region)
    pull_x, pull_y = laid.pull(((middle[0] + middle[2]) / 2, (middle[1] + middle[3]) / 2))
    to_points = np.array([[1 / SCALE, 0, -pull_x], [0, 1 / SCALE, -pull_y], [0, 0, 1]])
    to_scan = np.array(laid.to_scan, dtype=np.float64).reshape(3, 3)
    factor = dpi / 72.0
    to_piece = np.array([[factor, 0, -region[0] * factor], [0, factor, -region[1] * factor], [0, 0, 1]])
    matrix = to_piece @ to_scan @ to_points
    piece = cv2.warpPerspective(picture, matrix, size, flags=cv2.INTER_LINEAR, borderValue=255)
    side = 2 * max(1, round(_GRAIN * factor)) + 1
    shape = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return as_gray(cv2.dilate(np.where(piece < _INK, 255, 0).astype(np.uint8), shape))


def on_blank(sheet: Sheet, matrix: npt.NDArray[np.float64], shape: tuple[int, ...], scale: float) -> Gray:
    """The sheet as the blank's picture at that many pixels per point."""
    full = np.diag([scale, scale, 1.0]) @ matrix @ np.diag([sheet.points, sheet.points, 1.0])
    # Shrinking by more than two without smoothing would lose thin strokes.
    half = as_gray(cv2.resize(sheet.gray, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))
    return as_gray(
        cv2.warpPerspective(
            half,
            full @ np.diag([2.0, 2.0, 1.0]),
            (shape[1], shape[0]),
            flags=cv2.INTER_LINEAR,
            borderValue=255,
        )
    )


def soft(gray: Gray) -> Gray:
    """A little blurred, as print is on paper."""
    return as_gray(cv2.GaussianBlur(gray, (0, 0), 0.8))


def piece_of(picture: Gray, box: BBox, scale: float, margin: float) -> Gray | None:
    """What a picture has in a box (in points) and `margin` points around it; None at its edge."""
    left, top = (round((v - 0.8) * scale) - round((margin - 0.8) * scale) for v in box[:2])
    right, bottom = (round((v + 0.8) * scale) + round((margin - 0.8) * scale) for v in box[2:])
    if left < 0 or top < 0 or right > picture.shape[1] or bottom > picture.shape[0]:
        return None
    piece = picture[top:bottom, left:right]
    return piece if min(piece.shape) >= 4 else None
