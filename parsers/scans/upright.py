"""Set a page straight: cut it out of a photo, remove its skew, tell lying text from standing.

Which way is up among the two that remain only reading can tell; `page.py` tries both.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from parsers.scans.image import Gray, Sheet, as_gray, binary, resized

_A4 = 297.0 / 210.0
_SEARCH_SIDE = 700
_MAX_SKEW_DEGREES = 15.0


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
    _, bright = cv2.threshold(smooth, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    bright = cv2.morphologyEx(bright, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))
    contours, _ = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return None
    outline = max(contours, key=cv2.contourArea)
    area = float(small.shape[0] * small.shape[1])
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
    inside = np.zeros_like(small)
    cv2.fillConvexPoly(inside, quad, 255)
    if inside.all() or float(smooth[inside > 0].mean()) - float(smooth[inside == 0].mean()) < 25:
        return None
    points = quad.reshape(4, 2).astype(np.float32) / scale
    total, difference = points.sum(axis=1), points[:, 0] - points[:, 1]
    ordered = [points[total.argmin()], points[difference.argmax()], points[total.argmax()],
               points[difference.argmin()]]  # fmt: skip
    if len({tuple(p) for p in ordered}) != 4:
        return None
    return np.array(ordered, dtype=np.float32)


def text_is_standing(gray: Gray) -> bool:
    """True when lines of text run from top to bottom: neighbouring letters lie above each other."""
    small = resized(gray, gray.shape[1] // 2, gray.shape[0] // 2)
    _, _, stats, centres = cv2.connectedComponentsWithStats(binary(small), connectivity=8)
    sides = stats[1:, 2:4]
    letters = (sides.min(axis=1) >= 2) & (sides.max(axis=1) >= 6) & (sides.max(axis=1) <= 45)
    points = centres[1:][letters][:2500]
    if len(points) < 12:
        return False
    delta = points[None, :, :] - points[:, None, :]
    distance = (delta**2).sum(axis=2)
    np.fill_diagonal(distance, np.inf)
    nearest = distance.argmin(axis=1)
    step = np.abs(delta[np.arange(len(points)), nearest])
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
    above = below = 0
    # A letter is measured against its next neighbours: a long s or a p stands out beside an n.
    for index in range(len(left)):
        reach = slice(index + 1, index + 40)
        near = (
            np.abs((top[reach] + height[reach] / 2) - (top[index] + height[index] / 2)) < 0.6 * height[index]
        )
        near &= left[reach] - (left[index] + width[index]) < height[index]
        if not near.any():
            continue
        other = index + 1 + int(near.argmax())
        lowest = min(height[index], height[other])
        step = 0.18 * lowest
        if max(height[index], height[other]) > 1.9 * lowest:
            continue
        upper, lower = top[index] - top[other], (top[index] + height[index]) - (top[other] + height[other])
        above += int(abs(upper) > step and abs(lower) <= 0.6 * step)
        below += int(abs(lower) > step and abs(upper) <= 0.6 * step)
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
