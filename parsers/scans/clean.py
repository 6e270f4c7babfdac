"""Even light, white paper, no specks."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from parsers.scans.image import Gray, Mask, Sheet, as_gray, binary, parts_of, resized
from parsers.scans.quality import sharpness

_NARROW, _WIDE, _FLAT, _NEAR = 7, 19, 9, 18
"""Pixels at 300 dpi: how wide and high the two dots above a letter are together, and how near it is."""
_GRAINY, _FEW = 1500, 150
"""Specks on a page from which it is grainy, and up to which those beside letters are no specks."""
_LETTER, _REACH, _COARSE = (12, 120), 0.75, 4
"""Pixels: how high letters are; of that, how near their dots are; and the coarser picture this is seen in."""
_PALE, _ALONG, _ACROSS = 215, (3, 8), 5
"""Brightness below which something is no paper; pixels from a speck in which a grey line goes on, and in
which there is paper above and below it."""
_SOFT = 1.0
"""Sharpness of a page that lies out of focus: clean scans have 1.3 and more, even after JPEG."""


def cleaned(sheet: Sheet) -> Sheet:
    """Paper at 255 whatever the light was, ink towards 0, specks gone."""
    gray = sheet.gray
    if not sheet.bilevel:
        gray = _evened(gray)
        gray = _stretched(gray)
        if sharpness(gray) < _SOFT:
            gray = _sharpened(gray)
    gray = _without_borders(gray)
    gray = _without_specks(gray, sheet.dpi)
    return replace(sheet, gray=gray)


def _evened(gray: Gray) -> Gray:
    """Divided by the paper's own brightness, so that shadows and tints vanish."""
    factor = 8
    small = resized(gray, gray.shape[1] // factor, gray.shape[0] // factor)
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((13, 13), np.uint8))
    paper = cv2.medianBlur(paper, 15)
    if int(paper.min()) > 235:
        return gray
    full = cv2.resize(paper, (gray.shape[1], gray.shape[0]), interpolation=cv2.INTER_LINEAR)
    return as_gray(cv2.divide(gray, np.maximum(full, 30), scale=255))


def _stretched(gray: Gray) -> Gray:
    """Pale print (a worn toner, pencil) gets the full range; a blank page stays blank."""
    low, high = (float(v) for v in np.percentile(gray[::4, ::4], (0.3, 70)))
    if high - low < 40 or (low < 60 and high > 245):
        return gray
    level = np.arange(256, dtype=np.float32)
    return as_gray(cv2.LUT(gray, as_gray(np.clip((level - low) * (255.0 / (high - low)), 0, 255))))


def _sharpened(gray: Gray) -> Gray:
    """Unsharp mask: out of focus, letters keep their shapes but lose their edges."""
    wide = cv2.GaussianBlur(gray, (0, 0), 3)
    return as_gray(cv2.addWeighted(gray, 3.5, wide, -2.5, 0))


def _without_borders(gray: Gray) -> Gray:
    """Black edges that a scanner's lid or a copier left are paper."""
    height, width = gray.shape
    small = resized(gray, width // 8, height // 8)
    dark = np.pad((small < 110).astype(np.uint8) * 255, 1, constant_values=255)
    opened = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(opened, connectivity=4)
    if count < 2:
        return gray
    edge = labels[1, :].max(), labels[-2, :].max(), labels[:, 1].max(), labels[:, -2].max()
    found = {int(label) for label in edge if label and stats[label, 4] > 60}
    if not found:
        return gray
    mask = as_gray(np.isin(labels, list(found))[1:-1, 1:-1] * np.uint8(255))
    mask = as_gray(cv2.dilate(mask, np.ones((3, 3), np.uint8)))
    whole = resized(mask, width, height) > 127
    if whole.mean() > 0.4:
        return gray
    out = gray.copy()
    out[whole] = 255
    return out


def _without_specks(gray: Gray, dpi: float) -> Gray:
    """Dots far smaller than a full stop go; where they are many, a median takes the grain away.

    On a page with few of them, those beside letters are full stops and dots of thin print, and stay.
    """
    labels, stats = parts_of(binary(gray))
    tiny = max(4, round((dpi / 300.0) ** 2 * 9))
    small = (stats[:, 4] <= tiny) & ~_in_pale_rules(gray, stats)
    if small.sum() > _GRAINY:
        gray = as_gray(cv2.medianBlur(gray, 3))
        labels, stats = parts_of(binary(gray))
        small = (stats[:, 4] <= tiny) & ~_in_pale_rules(gray, stats)
    small[0] = False
    beside = _beside_letters(stats, small, gray.shape)
    few = int((small & ~beside).sum()) <= _FEW
    if few:
        small &= ~beside
    if not small.any():
        return gray
    if few and int(small.sum()) <= _GRAINY:
        out = gray.copy()
        for left, top, width, height in stats[small, :4].tolist():
            out[max(0, top - 1) : top + height + 1, max(0, left - 1) : left + width + 1] = 255
        return out
    area = as_gray(small[labels] * np.uint8(255))
    if not few:
        _spare_diaereses(area, as_gray((labels > 0) * np.uint8(255)))
    return as_gray(cv2.max(gray, cv2.dilate(area, np.ones((3, 3), np.uint8))))


def _in_pale_rules(gray: Gray, stats: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
    """Which shapes are but the darkest pieces of a grey line: it goes on to both sides, if paler."""
    height, width = gray.shape
    dark = cv2.erode(gray, np.ones((3, 3), np.uint8)) < _PALE
    left, top = stats[:, 0], stats[:, 1]
    right, bottom = left + stats[:, 2] - 1, top + stats[:, 3] - 1
    x, y = (left + right) // 2, (top + bottom) // 2

    def seen(columns: npt.NDArray[np.int32], rows: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
        return dark[np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)]

    level, upright = (
        np.logical_and.reduce([seen(*place) for step in _ALONG for place in places(step)])
        for places in (
            lambda step: ((left - step, y), (right + step, y)),
            lambda step: ((x, top - step), (x, bottom + step)),
        )
    )
    above, beside = (
        seen(*one) | seen(*other)
        for one, other in (
            ((x, top - _ACROSS), (x, bottom + _ACROSS)),
            ((left - _ACROSS, y), (right + _ACROSS, y)),
        )
    )
    found = (level & ~above) | (upright & ~beside)
    return np.asarray(found, dtype=np.bool_)


def _beside_letters(
    stats: npt.NDArray[np.int32], small: npt.NDArray[np.bool_], shape: tuple[int, ...]
) -> npt.NDArray[np.bool_]:
    """Which of the `small` shapes stand as near to a letter as its own dot or the full stop behind it."""
    near = np.zeros((shape[0] // _COARSE + 1, shape[1] // _COARSE + 1), np.bool_)
    letters = (stats[:, 3] >= _LETTER[0]) & (stats[:, 3] <= _LETTER[1]) & (stats[:, 2] <= 2 * _LETTER[1])
    letters[0] = False
    around = (stats[:, 3] * _REACH).astype(np.int32)
    left, top = (np.maximum(0, stats[:, axis] - around) // _COARSE for axis in (0, 1))
    right, bottom = ((stats[:, axis] + stats[:, axis + 2] + around) // _COARSE + 1 for axis in (0, 1))
    for i in np.flatnonzero(letters).tolist():
        near[top[i] : bottom[i], left[i] : right[i]] = True
    return small & near[stats[:, 1] // _COARSE, stats[:, 0] // _COARSE]


def _spare_diaereses(specks: Mask, ink: Mask) -> None:
    """Two specks side by side right above a letter are the dots of an ü, ö, ä or ë: they stay."""
    pairs = as_gray(cv2.morphologyEx(specks, cv2.MORPH_CLOSE, np.ones((3, _WIDE), np.uint8)))
    _, _, stats, _ = cv2.connectedComponentsWithStats(pairs, connectivity=8)
    parts = stats[1:]
    wide, high = parts[:, 2], parts[:, 3]
    for left, top, width, height, _ in parts[
        (wide >= _NARROW) & (wide <= _WIDE + 8) & (high <= _FLAT)
    ].tolist():
        across = slice(left, left + width)
        inked = specks[top : top + height, across].any(axis=0).astype(np.int8)
        below = (
            ink[top + height + 2 : top + height + _NEAR, across]
            > specks[top + height + 2 : top + height + _NEAR, across]
        )
        if int((np.diff(inked) < 0).sum()) == 1 and below.any():
            specks[top : top + height, across] = 0
