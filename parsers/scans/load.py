"""Image files to sheets: formats, sizes, resolution, orientation tags, several pages."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from parsers.scans.image import Gray, Mask, Sheet, as_gray, resized
from parsers.types import Problem

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

MAX_PIXELS = 120_000_000
"""A page of A3 at 600 dpi has 70 million; more than this is no page."""
BOMB_PIXELS = 400_000_000
WORKING_DPI = 300
_COARSE_DPI = 130
_FAR_ABOVE = 1.5
"""Times the working resolution."""
_PLAIN = {"1", "L", "RGB", "CMYK", "YCbCr"}
"""Modes whose pixels can be averaged as they are."""
_SCREEN_DPI = 96
"""What programs write who know nothing of paper; no scanner goes that low."""
_A4_LONG_INCHES, _A4_SHORT_INCHES = 11.69, 8.27
_MULTI_PAGE = {"TIFF", "MPO"}
_BROKEN = (
    OSError, ValueError, SyntaxError, EOFError, TypeError, KeyError, IndexError, AttributeError,
    RuntimeError, MemoryError, OverflowError, struct.error, zlib.error, UnidentifiedImageError,
)  # fmt: skip
"""All that Pillow's decoders were seen to raise on damaged files."""


def image_sheets(data: bytes, wanted: set[int] | None, max_pages: int) -> Iterator[Sheet | Problem]:
    """The pages of an image file, one at a time so that only one is in memory; problems in between.

    `wanted` are page numbers from 1, None for all of the first `max_pages`.
    """
    try:
        picture = _opened(data)
        frames = int(getattr(picture, "n_frames", 1)) if picture.format in _MULTI_PAGE else 1
    except Image.DecompressionBombError:
        yield Problem(code="bomb", message="The image claims far more pixels than any page has.")
        return
    except _BROKEN:
        yield Problem(code="damaged", message="The image cannot be opened.")
        return
    if picture.format == "MPO":
        frames = 1  # the further pictures are previews of the first
    if frames > max_pages:
        yield Problem(code="truncated", message=f"Of {frames} pages the first {max_pages} were read.")
        frames = max_pages
    for index in range(frames):
        if wanted is not None and index + 1 not in wanted:
            continue
        yield from _sheet(picture, index)


def _opened(data: bytes) -> Picture:
    if data[4:8] == b"ftyp":
        import pillow_heif  # only when such a file comes

        pillow_heif.register_heif_opener()
    # The check by pixels below is ours and is typed; Pillow's own would warn on stderr.
    Image.MAX_IMAGE_PIXELS = BOMB_PIXELS // 2
    return Image.open(io.BytesIO(data))


def _sheet(picture: Picture, index: int) -> Iterator[Sheet | Problem]:
    number = index + 1
    try:
        if index:
            picture.seek(index)
        pixels = picture.width * picture.height
        if pixels > BOMB_PIXELS:
            yield Problem(code="bomb", message=f"Page {number} claims {pixels} pixels.")
            return
        if pixels > MAX_PIXELS:
            yield Problem(code="too_large", message=f"Page {number} has {pixels} pixels.")
            return
        if picture.format == "JPEG":
            picture.draft(picture.mode, (3600, 3600))  # decode large photos at half size
        size = (picture.width, picture.height)
        whole = _decoded(picture)
        if not whole:
            yield Problem(code="damaged", message=f"Page {number} of the image ends early.")
        bilevel = picture.mode == "1"
        xdpi, ydpi = _resolution(picture, size)
        handy, xdpi, ydpi = _handy(picture, xdpi, ydpi)
        # A copy: of a TIFF the next page is read through the same object.
        page = ImageOps.exif_transpose(handy)
        if (page.width, page.height) != (handy.width, handy.height):
            xdpi, ydpi = ydpi, xdpi
        gray, ink = to_gray(page)
    except Image.DecompressionBombError:
        yield Problem(code="bomb", message=f"Page {number} claims far more pixels than any page has.")
        return
    except _BROKEN:
        yield Problem(code="damaged", message=f"Page {number} of the image cannot be decoded.")
        return
    yield scaled(number, gray, xdpi, ydpi, bilevel, ink)


def _handy(picture: Picture, xdpi: float, ydpi: float) -> tuple[Picture, float, float]:
    """The picture and its resolution, at the working one where it is far above: it saves memory."""
    if min(xdpi, ydpi) < _FAR_ABOVE * WORKING_DPI or picture.mode not in _PLAIN:
        return picture, xdpi, ydpi
    width = round(picture.width * WORKING_DPI / xdpi)
    height = round(picture.height * WORKING_DPI / ydpi)
    grey = picture.convert("L") if picture.mode == "1" else picture
    small = grey.resize((max(1, width), max(1, height)), Image.Resampling.BOX)
    return small, float(WORKING_DPI), float(WORKING_DPI)


def _decoded(picture: Picture) -> bool:
    """Decode; False when the data ended early and the rest of the page is blank."""
    try:
        picture.load()
    except OSError as error:
        if "truncated" not in str(error):
            raise
        ImageFile.LOAD_TRUNCATED_IMAGES = True
        try:
            picture.load()
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = False
        return False
    return True


def resolution_of(picture: Picture) -> tuple[float, float]:
    """Horizontal and vertical dpi of a picture as it is, for those who draw boxes on it."""
    return _resolution(picture, (picture.width, picture.height))


def _resolution(picture: Picture, size: tuple[int, int]) -> tuple[float, float]:
    """Horizontal and vertical dpi: as declared when that makes a plausible page, else as A4."""
    declared = picture.info.get("dpi")
    if declared:
        x, y = (float(v) for v in declared[:2])
        if x > 0 and y > 0:
            inches = sorted((size[0] / x, size[1] / y))
            if 3.0 <= inches[0] <= 13.0 and 4.0 <= inches[1] <= 20.0 and x >= _SCREEN_DPI + 4:
                return x, y
            if 1.6 <= x / y <= 2.4:  # a fax whose unit was lost: keep the proportion
                guess = size[0] / _A4_SHORT_INCHES
                return guess, guess * y / x
    if picture.mode == "1" and size[0] in (1728, 1734, 2048, 2432) and size[1] < size[0]:
        return 204.0, 98.0  # a fax in standard resolution
    short, long = sorted(size)
    strip = long / short > 1.6  # a cutting or a screenshot: its width tells
    dpi = short / _A4_SHORT_INCHES if strip else long / _A4_LONG_INCHES
    return dpi, dpi


def to_gray(page: Picture) -> tuple[Gray, Mask | None]:
    """Grey on white paper, and the coloured ink where there is colour."""
    if page.mode in ("I;16", "I;16B", "I", "F"):
        deep = np.asarray(page, dtype=np.float64)
        top = 65535.0 if deep.max(initial=0) > 255 else 255.0
        return as_gray(np.clip(deep * 255.0 / top, 0, 255)), None
    if page.mode in ("RGBA", "LA", "PA") or "transparency" in page.info:
        layer = page.convert("RGBA")
        paper = Image.new("RGBA", layer.size, "white")
        paper.alpha_composite(layer)
        page = paper.convert("RGB")
    if page.mode in ("1", "L"):
        return as_gray(page.convert("L")), None
    rgb = as_gray(page.convert("RGB"))
    return rgb_to_gray(rgb)


def rgb_to_gray(rgb: Gray) -> tuple[Gray, Mask | None]:
    """Luminance, and where strokes have a colour of their own."""
    import cv2

    gray = as_gray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY))
    red, green, blue = cv2.split(rgb)
    spread = cv2.subtract(cv2.max(cv2.max(red, green), blue), cv2.min(cv2.min(red, green), blue))
    strong = cv2.threshold(spread, 60, 255, cv2.THRESH_BINARY)[1]
    strong[gray >= 200] = 0
    coloured = as_gray(strong)
    return gray, coloured if coloured.any() else None


def scaled(
    number: int, gray: Gray, xdpi: float, ydpi: float, bilevel: bool = False, ink: Mask | None = None
) -> Sheet:
    """Square pixels at the working resolution: OCR wants small letters of 20 pixels and more."""
    width = round(gray.shape[1] * WORKING_DPI / xdpi)
    height = round(gray.shape[0] * WORKING_DPI / ydpi)
    if (height, width) != gray.shape:
        gray = resized(gray, width, height)
        if bilevel and ydpi < _COARSE_DPI:
            import cv2  # the steps of a coarse fax become edges again

            gray = as_gray(cv2.GaussianBlur(gray, (0, 0), 1.5))
        ink = resized(ink, width, height) if ink is not None else None
    return Sheet(number, gray, float(WORKING_DPI), bilevel, ink, coarse=min(xdpi, ydpi) < _COARSE_DPI)
