"""Bands of dark colour with light letters on them, a section's heading for instance: made dark on light."""

from __future__ import annotations

import cv2
import numpy as np

from parsers.scans.image import Gray, Mask, Sheet, as_gray, shapes

_COARSE = 4
_LOW, _NARROW = 8.0, 24.0
"""Points that a band is high and wide at least where no letter stands on it."""
_SLACK = 2
"""Pixels of the coarser picture by which letters and a rough edge break into a band."""
_DARK = 0.55
"""Inked share of a band: its letters take the rest."""
_RIM = 4
"""Pixels along a band's edge in which its own edge may show."""


def without_bands(gray: Gray, ink: Mask, sheet: Sheet) -> Gray:
    """The page with what stands light on dark as dark letters on white. `gray` is left as it is."""
    coarse = cv2.resize(ink, None, fx=1 / _COARSE, fy=1 / _COARSE, interpolation=cv2.INTER_AREA)
    dark = cv2.threshold(coarse, 160, 255, cv2.THRESH_BINARY)[1]
    low, narrow = max(3, sheet.px(_LOW) // _COARSE), max(3, sheet.px(_NARROW) // _COARSE)
    # Between and around its letters a band goes on; a scribble or a fat letter does not.
    solid = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((3, narrow // 2), np.uint8))
    solid = cv2.morphologyEx(solid, cv2.MORPH_CLOSE, np.ones((low * 2, narrow), np.uint8))
    out = gray
    for left, top, width, height in shapes(as_gray(solid)):
        if height < low or width < narrow:
            continue
        x, y = max(0, (left - _SLACK) * _COARSE), max(0, (top - _SLACK) * _COARSE)
        right, bottom = (left + width + _SLACK) * _COARSE, (top + height + _SLACK) * _COARSE
        rows = np.flatnonzero((ink[y:bottom, x:right] > 0).mean(axis=1) >= _DARK / 2)
        columns = np.flatnonzero((ink[y:bottom, x:right] > 0).mean(axis=0) >= _DARK / 2)
        if not len(rows) or not len(columns):
            continue
        down, across = (
            slice(y + int(rows[0]), y + int(rows[-1]) + 1),
            slice(x + int(columns[0]), x + int(columns[-1]) + 1),
        )
        if float((ink[down, across] > 0).mean()) < _DARK:
            continue
        if out is gray:
            out = gray.copy()
        band = 255 - gray[down, across]
        for edge in (np.s_[:_RIM], np.s_[-_RIM:], np.s_[:, :_RIM], np.s_[:, -_RIM:]):
            band[edge] = 255
        out[y:bottom, x:right] = 255
        out[down, across] = band
    return out
