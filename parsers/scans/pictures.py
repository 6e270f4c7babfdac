"""Pages as set straight, for those who look at ink: signatures, stamps, the crops a reviewer sees.

The boxes of a scan's words lie on these pictures, not on the file's own pages, which may be skewed or
upside down. The pictures of the file that was read last are kept, because they are asked for next.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict

from parsers.scans.image import Gray, resized
from parsers.types import ReadOptions

PICTURE_DPI = 150
_MOST_KEPT = 12
_MOST_SHARP = 4
"""Pages kept at the resolution in which they were read, some 9 MB each."""
_kept: OrderedDict[tuple[str, int], Gray] = OrderedDict()
_sharp: OrderedDict[tuple[str, int], Gray] = OrderedDict()


def keep(data: bytes, number: int, gray: Gray, dpi: float) -> None:
    """Remember a page that was just read."""
    scale = PICTURE_DPI / dpi
    small = resized(gray, round(gray.shape[1] * scale), round(gray.shape[0] * scale))
    _kept[_key(data, number)] = small
    while len(_kept) > _MOST_KEPT:
        _kept.popitem(last=False)
    _sharp[_key(data, number)] = gray
    while len(_sharp) > _MOST_SHARP:
        _sharp.popitem(last=False)


def sharp_picture(data: bytes, number: int) -> Gray | None:
    """Page `number` as it was read, upright and whole; None where it is no longer remembered."""
    return _sharp.get(_key(data, number))


def page_picture(data: bytes, media_type: str, options: ReadOptions, number: int) -> Gray | None:
    """Page `number` (from 1) in grey at 150 dpi, upright; None where it cannot be shown.

    A page that is not remembered is set straight again, upside down included only when it was read.
    """
    found = _kept.get(_key(data, number))
    if found is not None:
        return found
    from parsers.scans.document import sheets
    from parsers.scans.image import Sheet
    from parsers.scans.page import straight

    for sheet in sheets(data, media_type, options, [number]):
        if isinstance(sheet, Sheet):
            upright = straight(sheet)
            keep(data, number, upright.gray, upright.dpi)
            return _kept[_key(data, number)]
    return None


def _key(data: bytes, number: int) -> tuple[str, int]:
    return hashlib.sha256(data).hexdigest(), number
