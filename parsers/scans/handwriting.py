"""Words in ink: Tesseract was not made for them, and what it says of them is a guess.

Told by colour, where the scan has colour and the ink is not black: typed words in blue are read with
one voice, written ones are not. Handwriting in black shows by low confidence only.
"""

from __future__ import annotations

from parsers.scans.image import Sheet

GUESS = 0.49
"""The most that a handwritten word is believed."""
_ONE_VOICE = 0.9
_COLOURED = 0.5


def by_hand(box: tuple[int, int, int, int], sure: float, sheet: Sheet) -> bool:
    """True for a word in coloured ink on which the readings did not agree. `box` is in pixels."""
    if sheet.ink is None or sure >= _ONE_VOICE:
        return False
    left, top, right, bottom = box
    dark = sheet.gray[top:bottom, left:right] < 160
    if not dark.any():
        return False
    return float((sheet.ink[top:bottom, left:right][dark] > 0).mean()) > _COLOURED
