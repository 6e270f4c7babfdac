"""Set a page straight: cut it out of a photo, remove its skew, tell lying text from standing.

Which way is up among the two that remain only reading can tell; `page.py` tries both.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from parsers.scans.image import Gray, Sheet, as_gray, binary, resized

_A4 = 297.0 / 210.0
_SEARCH_SIDE = 700
_MAX_SKEW_DEGREES = 15.0
_THRESHOLDS = (1.1, 1.0, 0.93, 0.86, 0.8, 0.73, 0.66, 0.6, 0.53)
_STEP, _DARKER = 9, 14
"""Pixels to either side of a page's edge in the small picture, and how much darker the table is there."""


def cut_out(sheet: Sheet) -> Sheet:
    """The page alone, seen from above, where the picture is a photo of it on a darker table."""
    corners = _page_corners(sheet.gray)
    if corners is None:
        return sheet
    top, right, bottom, left = (float(np.linalg.norm(corners[i] - corners[(i + 1) % 4])) for i in range(4))
    width, height = max(top, bottom), max(left, right)
    if not 1.15 < max(width, height) / min(width, height) < 1.75:
        return sheet  # no page has this shape: leave it as it is
    long_side = 3508
    portrait = height >= width
    size = (round(long_side / _A4), long_side) if portrait else (long_side, round(long_side / _A4))
    target = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(corners, target)
    gray = as_gray(cv2.warpPerspective(sheet.gray, matrix, size, flags=cv2.INTER_CUBIC, borderValue=255))
    ink = sheet.ink
    if ink is not None:
        ink = as_gray(cv2.warpPerspective(ink, matrix, size, flags=cv2.INTER_NEAREST))
    return replace(sheet, gray=gray, ink=ink, dpi=300.0)


def _page_corners(gray: Gray) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]] | None:
    """Top left, top right, bottom right, bottom left of a bright sheet on a darker ground."""
    scale = _SEARCH_SIDE / max(gray.shape)
    small = resized(gray, round(gray.shape[1] * scale), round(gray.shape[0] * scale))
    # Writing is closed over, so that the page is one bright area.
    smooth = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    smooth = cv2.GaussianBlur(smooth, (5, 5), 0)
    usual, _ = cv2.threshold(smooth, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    # A shadow across the page takes a part of it under the threshold: lower ones are tried as well.
    found = [
        quad for share in _THRESHOLDS if (quad := _bright_quad(as_gray(smooth), usual * share)) is not None
    ]
    if not found:
        return None
    quad = max(found, key=lambda each: float(cv2.contourArea(each)))
    points = quad.reshape(4, 2).astype(np.float32) / scale
    total, difference = points.sum(axis=1), points[:, 0] - points[:, 1]
    ordered = [points[total.argmin()], points[difference.argmax()], points[total.argmax()],
               points[difference.argmin()]]  # fmt: skip
    if len({tuple(p) for p in ordered}) != 4:
        return None
    return np.array(ordered, dtype=np.float32)


def _bright_quad(smooth: Gray, threshold: float) -> npt.NDArray[np.int32] | None:
    """The four corners of a bright area that is filled, darker outside, and bounded sharply on every side."""
    _, mask = cv2.threshold(smooth, threshold, 255, cv2.THRESH_BINARY)
    bright = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))
    contours, _ = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return None
    outline = max(contours, key=cv2.contourArea)
    area = float(smooth.shape[0] * smooth.shape[1])
    if not 0.25 * area < cv2.contourArea(outline) < 0.97 * area:
        return None
    hull = cv2.convexHull(outline)
    for tolerance in (0.02, 0.03, 0.05):
        quad = cv2.approxPolyDP(hull, tolerance * cv2.arcLength(hull, True), True)
        if len(quad) == 4:
            break
    else:
        return None
    if cv2.contourArea(outline) < 0.9 * cv2.contourArea(quad):
        return None  # not filled: a frame or a shadow, no sheet
    inside = np.zeros_like(smooth)
    cv2.fillConvexPoly(inside, quad, (255,))
    if inside.all() or float(smooth[inside > 0].mean()) - float(smooth[inside == 0].mean()) < 25:
        return None
    corners = np.asarray(quad, dtype=np.int32).reshape(4, 2)
    return corners if _sharp_sides(smooth, corners) else None


def _sharp_sides(smooth: Gray, corners: npt.NDArray[np.int32]) -> bool:
    """True when the picture gets darker at once beyond each side, as paper ends and a shadow does not."""
    middle = corners.mean(axis=0)
    height, width = smooth.shape
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        along = end - start
        outward = np.array([along[1], -along[0]], dtype=np.float64) / max(1.0, float(np.hypot(*along)))
        if float(((start + end) / 2 - middle) @ outward) < 0:
            outward = -outward
        on = start + np.linspace(0.1, 0.9, 25)[:, None] * along
        steps = []
        for point in on:
            far, near = point + _STEP * outward, point - _STEP * outward
            if all(0 <= x < width and 0 <= y < height for x, y in (far, near)):
                steps.append(
                    float(smooth[int(near[1]), int(near[0])]) - float(smooth[int(far[1]), int(far[0])])
                )
        if steps and float(np.median(steps)) < _DARKER:
            return False
    return True


def text_is_standing(gray: Gray) -> bool:
    """True when lines of text run from top to bottom: neighbouring letters lie above each other."""
    small = resized(gray, gray.shape[1] // 2, gray.shape[0] // 2)
    _, _, stats, centres = cv2.connectedComponentsWithStats(binary(small), connectivity=8)
    sides = stats[1:, 2:4]
    letters = (sides.min(axis=1) >= 2) & (sides.max(axis=1) >= 6) & (sides.max(axis=1) <= 45)
    points = centres[1:][letters][:2500]
    if len(points) < 12:
        return False
    x, y = (points[:, axis].astype(np.float32) for axis in (0, 1))
    distance = np.square(x[None, :] - x[:, None]) + np.square(y[None, :] - y[:, None])
    np.fill_diagonal(distance, np.inf)
    step = np.abs(points[distance.argmin(axis=1)] - points)
    lying = int((step[:, 0] > 2 * step[:, 1]).sum())
    standing = int((step[:, 1] > 2 * step[:, 0]).sum())
    return standing > 1.3 * lying


def is_on_its_head(gray: Gray) -> bool:
    """True when more letters reach below their lines than above: Latin print has it the other way round.

    `gray` has lying lines. In doubt, as with digits and capitals alone, a page stands upright.
    """
    small = resized(gray, gray.shape[1] // 2, gray.shape[0] // 2)
    _, _, stats, _ = cv2.connectedComponentsWithStats(binary(small), connectivity=8)
    parts = stats[1:]
    parts = parts[(parts[:, 3] >= 7) & (parts[:, 3] <= 40) & (parts[:, 2] >= 2) & (parts[:, 2] <= 60)]
    if len(parts) > 4000:
        parts = parts[:: len(parts) // 4000 + 1]
    order = np.argsort(parts[:, 0])
    left, top, width, height = (parts[order, column].astype(np.float64) for column in range(4))
    # A letter is measured against its next neighbours: a long s or a p stands out beside an n.
    here = np.arange(len(left))
    other = np.full(len(left), -1)
    for ahead in range(1, min(40, len(left))):
        index = here[: len(left) - ahead]
        index = index[other[: len(index)] < 0]
        there = index + ahead
        middles = np.abs((top[there] + height[there] / 2) - (top[index] + height[index] / 2))
        near = (middles < 0.6 * height[index]) & (left[there] - left[index] - width[index] < height[index])
        other[index[near]] = there[near]
    here = here[other >= 0]
    other = other[here]
    lowest = np.minimum(height[here], height[other])
    alike = np.maximum(height[here], height[other]) <= 1.9 * lowest
    step = 0.18 * lowest
    upper = np.abs(top[here] - top[other])
    lower = np.abs(top[here] + height[here] - top[other] - height[other])
    above = int((alike & (upper > step) & (lower <= 0.6 * step)).sum())
    below = int((alike & (lower > step) & (upper <= 0.6 * step)).sum())
    return below >= 25 and below > 1.35 * above


def skew(gray: Gray) -> float:
    """Degrees by which lines of text climb to the right, within ±15."""
    scale = 1000 / max(gray.shape)
    small = resized(gray, round(gray.shape[1] * scale), round(gray.shape[0] * scale))
    ink = binary(small) > 0
    # Lower edges of ink: baselines and rules, whose rows pile up when the page is straight.
    edge = ink[:-1] & ~ink[1:]
    rows, columns = np.nonzero(edge)
    if len(rows) < 50:
        return 0.0
    if len(rows) > 20_000:
        step = len(rows) // 20_000 + 1
        rows, columns = rows[::step], columns[::step]

    def sharpness(angle: float) -> float:
        radians = np.deg2rad(angle)
        level = rows * np.cos(radians) + columns * np.sin(radians)
        histogram = np.bincount((level - level.min()).astype(np.int64))
        return float((histogram.astype(np.float64) ** 2).sum())

    best = 0.0
    for span, step_size in ((_MAX_SKEW_DEGREES, 1.0), (1.0, 0.2), (0.2, 0.04)):
        best = max(np.arange(best - span, best + span + step_size / 2, step_size), key=sharpness)
    return float(best)


def straightened(sheet: Sheet) -> Sheet:
    """Turned by its skew; what comes in at the corners is paper."""
    angle = skew(sheet.gray)
    if abs(angle) < 0.06:
        return sheet
    height, width = sheet.gray.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -angle, 1.0)
    gray = as_gray(
        cv2.warpAffine(sheet.gray, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=255)
    )
    ink = sheet.ink
    if ink is not None:
        ink = as_gray(cv2.warpAffine(ink, matrix, (width, height), flags=cv2.INTER_NEAREST))
    return replace(sheet, gray=gray, ink=ink)


def quarter_turned(sheet: Sheet, quarters: int) -> Sheet:
    """Turned counter-clockwise by quarters."""
    from parsers.scans.image import turned

    ink = turned(sheet.ink, quarters) if sheet.ink is not None else None
    return replace(sheet, gray=turned(sheet.gray, quarters), ink=ink)
