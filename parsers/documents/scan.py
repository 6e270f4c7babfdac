"""Scans and photos: images, and PDF pages without text, to words by OCR.

The work is in `parsers.scans`; it is imported on first use, because numpy and OpenCV take longer to
load than most documents take to read.
"""

from __future__ import annotations

import time

from parsers.documents.reading import Reading, refused
from parsers.types import ReadOptions

_HARD_SHARE = 0.9
"""Of the time allowed for the file: what OCR may take before the worker itself is stopped."""


def scan_pages(data: bytes, media_type: str, options: ReadOptions, pages: list[int] | None = None) -> Reading:
    """Words, boxes and lines of an image file or of PDF pages, boxes in points from the top left.

    `pages` are numbers from 1; None reads all, as far as `options` allows. Boxes lie on the page as
    set straight (`parsers.scans.pictures.page_picture` shows it). Words carry a calibrated
    confidence. A page that cannot be read gives a problem (`illegible`, `timeout`, `damaged`,
    `too_large`, `bomb`), a blank page gives none; without Tesseract all is `ocr_unavailable`.
    """
    if not options.ocr:
        return refused(media_type, "ocr_unavailable", "Reading scans is switched off.")
    from parsers.scans.document import read_document

    deadline = time.monotonic() + options.seconds * _HARD_SHARE
    return read_document(data, media_type, options, pages, deadline)
