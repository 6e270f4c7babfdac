"""What was drawn on a piece of a page, by its pixels: a signature, a stamp, initials, print, a picture.

Pictures are grey, 8 bits, dark on light. Sizes that decide are in points, so that any resolution does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import cv2
import numpy as np
import numpy.typing as npt

from parsers.types import BBox

if TYPE_CHECKING:
    from PIL import Image

Gray = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
MarkKind = Literal["signature", "stamp", "initials", "print", "picture"]

_SPECK = 0.6
"""Points. Smaller than a full stop."""
_JOIN = 7.0
"""Points between strokes that still belong to one mark."""
_LONG_LINE = 36.0
_LEAST_WIDTH, _LEAST_HEIGHT, _LEAST_REACH = 30.0, 5.0, 40.0
_WIDEST_STROKE = 4.5
_FULLEST = 0.42
"""Share of its box that the ink of handwriting fills at most."""

_STEEPEST = 0.36
"""Slope of the lines of print on a stamp that was put down askew."""

_RING, _RING_SHARE, _LEAST_STROKE = (14.0, 75.0), 0.15, 24.0
"""Radii of the rings of stamps, the least piece of one that no pen draws so true, and what reaches beyond
the letters of a stamp: points and a share."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Ink that belongs together. `box` in points on the page, `strokes` the mean stroke width in points."""

    kind: MarkKind
    box: BBox
    strokes: float
    why: str


@dataclass(frozen=True, slots=True)
class _Parts:
    """Connected components: left, top, width, height in points, and area in square points."""

    boxes: npt.NDArray[np.float64]
    areas: npt.NDArray[np.float64]


def marks_in(
    gray: Gray,
    dpi: float,
    *,
    erased: Iterable[BBox] = (),
    origin: tuple[float, float] = (0.0, 0.0),
    lines: Iterable[BBox] = (),
    whole: bool = False,
    printed: npt.NDArray[np.uint8] | None = None,
) -> list[Mark]:
    """The marks of a piece of a page without printed words (`erased`, in points of the page) and rules.

    `origin` is where its top left corner stands on the page, in points; `lines` are ruling lines that are
    known, others are looked for. `whole`: it is one pasted picture, whose lines are its own and whose ink is
    one mark. `printed` marks what the blank prints there, all of its lines included.
    """
    ink = inked(evenly_lit(gray, dpi / 72.0))
    if not ink.any():
        return []
    scale = dpi / 72.0
    _erase(ink, erased, scale, origin)
    if printed is not None:
        ink = _without(ink, printed, scale)
    elif not whole:
        ink = _without_lines(ink, scale, _drawn(lines, ink.shape, scale, origin))
        ink = _without_rule_pieces(ink, scale)
    clean = _without_specks(ink, scale)
    return [
        Mark(kind, _on_page(box, scale, origin), strokes, why)
        for piece, box in (_trimmed(clean) if whole else _clusters(clean, scale))
        for kind, strokes, why in [judged(piece, scale)]
    ]


def flattened(image: Image.Image) -> Gray:
    """A picture in grey on white paper; transparent parts are paper, ink of any colour is dark."""
    rgba = np.asarray(image.convert("RGBA"), dtype=np.float32)
    opaque = rgba[:, :, 3:] / 255.0
    rgb = rgba[:, :, :3] * opaque + 255.0 * (1.0 - opaque)
    return np.asarray(np.minimum(rgb.mean(axis=2), rgb.min(axis=2) + 60), dtype=np.uint8)


def evenly_lit(gray: Gray, scale: float) -> Gray:
    """Divided by the paper's own tone, so that a photographed signature loses its grey ground."""
    if gray.size == 0 or int(np.percentile(gray, 55)) > 238:
        return gray
    side = max(3, round(14 * scale)) | 1
    paper = cv2.blur(cv2.morphologyEx(gray, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8)), (side, side))
    return np.asarray(cv2.divide(gray, np.maximum(paper, 40), scale=255), dtype=np.uint8)


def inked(gray: Gray) -> Mask:
    """Ink by Otsu's threshold against the paper's tone; a piece of one tone has none."""
    if gray.size == 0:
        return np.zeros(gray.shape, dtype=np.bool_)
    paper = float(np.percentile(gray, 85))
    low = float(gray.min())
    if paper - low < 45:
        return np.zeros(gray.shape, dtype=np.bool_)
    threshold, _ = cv2.threshold(gray, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    return np.asarray(gray < min(max(threshold, low + 20), paper - 25) + 1, dtype=np.bool_)


def judged(ink: Mask, scale: float) -> tuple[MarkKind, float, str]:
    """What a mark is, its stroke width in points, and what told it. `scale` is pixels per point."""
    height, width = (side / scale for side in ink.shape)
    strokes = stroke_width(ink) / scale
    share = float(ink.mean())
    inside = _without_ring(ink, scale)
    if inside is not None:
        # Many stamps have a second ring in the first.
        inner = _without_ring(_cropped(inside), scale) if inside.any() else None
        inside = inner if inner is not None else inside
        if inside.any() and _written_over(inside, scale):
            return "signature", strokes, "strokes across a stamp"
        return "stamp", strokes, "closed ring or frame"
    if share > _FULLEST or strokes > _WIDEST_STROKE:
        return "picture", strokes, f"too solid ({share:.0%} ink, strokes of {strokes:.1f} pt)"
    parts = _parts(ink, scale)
    if _printed(parts, width, height):
        lines = _rows(parts)
        if lines >= 2 and width >= 40:
            return "stamp", strokes, f"{lines} lines of print"
        return "print", strokes, "letters of one size on one line"
    if width < _LEAST_WIDTH or height < _LEAST_HEIGHT or float(np.hypot(width, height)) < _LEAST_REACH:
        return "initials", strokes, f"only {width:.0f} by {height:.0f} pt"
    if _straight(ink, scale):
        return "print", strokes, "straight strokes only"
    if _ring_piece(ink, scale):
        return "stamp", strokes, "a piece of a ring"
    return "signature", strokes, "free strokes"


def stroke_width(ink: Mask) -> float:
    """Mean stroke width in pixels: twice the mean of the distance transform's ridge."""
    distances = cv2.distanceTransform(np.pad(ink.astype(np.uint8), 1), cv2.DIST_L2, 3)
    ridge = (distances >= cv2.dilate(distances, np.ones((3, 3), np.uint8))) & (distances > 0)
    return float(2.0 * np.median(distances[ridge])) if ridge.any() else 0.0


def _erase(ink: Mask, boxes: Iterable[BBox], scale: float, origin: tuple[float, float]) -> None:
    for left, top, right, bottom in boxes:
        x0, x1 = round((left - origin[0] - 0.8) * scale), round((right - origin[0] + 0.8) * scale)
        y0, y1 = round((top - origin[1] - 0.8) * scale), round((bottom - origin[1] + 0.8) * scale)
        ink[max(0, y0) : max(0, y1), max(0, x0) : max(0, x1)] = False


def _drawn(
    boxes: Iterable[BBox], shape: tuple[int, ...], scale: float, origin: tuple[float, float]
) -> npt.NDArray[np.uint8]:
    """Known lines as a mask, with room for the grain of a scan."""
    mask = np.zeros(shape, dtype=np.uint8)
    for left, top, right, bottom in boxes:
        x0, x1 = round((left - origin[0] - 1.6) * scale), round((right - origin[0] + 1.6) * scale)
        y0, y1 = round((top - origin[1] - 1.6) * scale), round((bottom - origin[1] + 1.6) * scale)
        mask[max(0, y0) : max(0, y1 + 1), max(0, x0) : max(0, x1 + 1)] = 1
    return mask


def _without_lines(ink: Mask, scale: float, known: npt.NDArray[np.uint8]) -> Mask:
    """Known lines and long thin straight ones go; what crosses them is joined again."""
    picture = ink.astype(np.uint8)
    length, thick = max(8, round(_LONG_LINE * scale)), max(2, round(2.6 * scale))
    across = cv2.morphologyEx(picture, cv2.MORPH_CLOSE, np.ones((1, 5), np.uint8))
    across = cv2.morphologyEx(across, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    down = cv2.morphologyEx(picture, cv2.MORPH_CLOSE, np.ones((5, 1), np.uint8))
    down = cv2.morphologyEx(down, cv2.MORPH_OPEN, np.ones((length, 1), np.uint8))
    across = cv2.subtract(across, cv2.morphologyEx(across, cv2.MORPH_OPEN, np.ones((thick, 1), np.uint8)))
    down = cv2.subtract(down, cv2.morphologyEx(down, cv2.MORPH_OPEN, np.ones((1, thick), np.uint8)))
    if not (across.any() or down.any() or known.any()):
        return ink
    found = cv2.dilate(cv2.bitwise_or(across, down), np.ones((3, 3), np.uint8))
    return _without(ink, np.asarray(cv2.bitwise_or(found, known), dtype=np.uint8), scale)


def _without(ink: Mask, lines: npt.NDArray[np.uint8], scale: float) -> Mask:
    """The ink without lines or print; strokes that cross them are joined again."""
    picture, lines = ink.astype(np.uint8), np.asarray(lines > 0, dtype=np.uint8)
    rest = picture & (1 - lines)
    gap = max(3, round(3.6 * scale)) | 1
    joined = np.asarray(
        cv2.morphologyEx(rest, cv2.MORPH_CLOSE, np.ones((gap, gap), np.uint8)), dtype=np.uint8
    )
    return np.asarray((rest | (joined & picture & lines)) > 0)


def _without_specks(ink: Mask, scale: float) -> Mask:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    if count < 2:
        return ink
    least = _SPECK * scale
    keep = (stats[:, cv2.CC_STAT_WIDTH] > least) | (stats[:, cv2.CC_STAT_HEIGHT] > least)
    keep &= stats[:, cv2.CC_STAT_AREA] > 0.3 * scale * scale
    keep[0] = False
    return np.asarray(keep[labels])


def _without_rule_pieces(ink: Mask, scale: float) -> Mask:
    """Pieces of rules and frames that were left: thin, and all of their outline upright or level."""
    picture = ink.astype(np.uint8)
    contours, _ = cv2.findContours(picture, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    for contour in contours:
        _, _, width, height = cv2.boundingRect(contour)
        if max(width, height) < 6 * scale:
            continue
        corners = cv2.approxPolyDP(contour, 1.1 * scale, True)[:, 0, :].astype(np.float64)
        edges = np.abs(np.diff(np.vstack([corners, corners[:1]]), axis=0))
        lengths = np.hypot(edges[:, 0], edges[:, 1])
        level = edges.min(axis=1) <= np.maximum(0.07 * edges.max(axis=1), 1.2 * scale)
        if float(lengths[level].sum()) >= 0.92 * float(lengths.sum()):
            cv2.drawContours(picture, [contour], -1, 0, thickness=cv2.FILLED)
    return np.asarray(picture > 0)


def _clusters(ink: Mask, scale: float) -> list[tuple[Mask, tuple[int, int, int, int]]]:
    """Ink that stands close together, each with its box in pixels; far too little of it is left out."""
    reach = max(3, round(_JOIN * scale)) | 1
    near = cv2.dilate(ink.astype(np.uint8), np.ones((reach // 2 | 1, reach), np.uint8))
    count, labels = cv2.connectedComponents(near, connectivity=8)
    found = []
    for label in range(1, count):
        piece = ink & (labels == label)
        ys, xs = np.nonzero(piece)
        if not len(xs) or (np.ptp(xs) < 5 * scale and np.ptp(ys) < 5 * scale):
            continue
        box = (int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1)
        found.append((piece[box[1] : box[3], box[0] : box[2]], box))
    return found


def _cropped(ink: Mask) -> Mask:
    return _trimmed(ink)[0][0]


def _trimmed(ink: Mask) -> list[tuple[Mask, tuple[int, int, int, int]]]:
    ys, xs = np.nonzero(ink)
    if not len(xs):
        return []
    box = (int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1)
    return [(ink[box[1] : box[3], box[0] : box[2]], box)]


def _parts(ink: Mask, scale: float) -> _Parts:
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    rows: Any = stats[1:].astype(np.float64)
    return _Parts(rows[:, :4] / scale, rows[:, 4] / scale**2)


def _printed(parts: _Parts, width: float, height: float) -> bool:
    """Many letters of one size, none reaching far: print, also that of a stamp without a frame."""
    boxes = parts.boxes[parts.boxes[:, 3] > 1.5]
    if len(boxes) < 5:
        return False
    heights, widths = boxes[:, 3], boxes[:, 2]
    median = float(np.median(heights))
    if float(widths.max()) > max(0.3 * width, 2.6 * median) or float(heights.max()) > 2.6 * median:
        return False
    alike = float(((heights > 0.6 * median) & (heights < 1.6 * median)).mean())
    return alike >= 0.7 and _aligned(boxes, median) >= 0.6


def _aligned(boxes: npt.NDArray[np.float64], median: float) -> float:
    """Share of the letters that stand on a common base line with at least two others, slant allowed."""
    x, base = boxes[:, 0] + boxes[:, 2] / 2, boxes[:, 1] + boxes[:, 3]
    best = 0.0
    for slope in np.linspace(-_STEEPEST, _STEEPEST, 37):
        level = np.sort(base - slope * x)
        close = [int((np.abs(level - value) < 0.16 * median).sum()) for value in level]
        best = max(best, float(np.mean([count >= 3 for count in close])))
    return best


def _rows(parts: _Parts) -> int:
    boxes = parts.boxes[parts.boxes[:, 3] > 1.5]
    median = float(np.median(boxes[:, 3]))
    middles = np.sort(boxes[:, 1] + boxes[:, 3] / 2)
    return 1 + int((np.diff(middles) > 0.7 * median).sum())


def _straight(ink: Mask, scale: float) -> bool:
    """A few strokes that are straight and nothing else: a tick, a cross, a piece of a rule."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    if len(stats) > 4:
        return False
    contours, _ = cv2.findContours(ink.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    corners = sum(len(cv2.approxPolyDP(c, 1.6 * scale, True)) for c in contours)
    return corners <= 4 * len(contours)


def _written_over(rest: Mask, scale: float) -> bool:
    """What is left of a stamp without its ring reaches far in one stroke: somebody signed across it."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(rest.astype(np.uint8), connectivity=8)
    sizes = stats[1:].astype(np.float64)
    heights = sizes[:, 3][sizes[:, 3] > 1.5 * scale] / scale
    letters = float(np.median(heights)) if len(heights) else 0.0
    least = max(0.385 * float(np.hypot(*rest.shape)) / scale, 4 * min(letters, 12.0), 34.0)
    for label, (_, _, width, height, filled) in enumerate(sizes, start=1):
        reaches = float(np.hypot(width, height)) / scale > least
        if reaches and filled < 0.4 * width * height and not _arc(labels == label, scale):
            return True
    return False


def _arc(piece: Any, scale: float) -> bool:
    """All of it lies on one circle, as a piece of a ring does."""
    radius, off, _ = _circle_through(piece)
    return bool(radius < 130 * scale and off < 1.5 * scale)


def _circle_through(piece: Any) -> tuple[float, float, float]:
    """Radius of the circle that fits the ink best, how far off it the ink lies, and the inked share of it."""
    ys, xs = (v.astype(np.float64) for v in np.nonzero(piece))
    system = np.column_stack([xs, ys, np.ones_like(xs)])
    a, b, c = np.linalg.lstsq(system, xs * xs + ys * ys, rcond=None)[0]
    radius = float(np.sqrt(max(0.0, c + (a * a + b * b) / 4)))
    off = np.hypot(xs - a / 2, ys - b / 2) - radius
    sectors = ((np.arctan2(ys - b / 2, xs - a / 2) + np.pi) / (2 * np.pi) * 72).astype(int)
    return radius, float(off.std()), len(np.unique(sectors)) / 72


def _ring_piece(ink: Mask, scale: float) -> bool:
    """True where all strokes that reach far are pieces of rings: of a stamp across printed words."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    far = min(0.5 * float(np.hypot(*ink.shape)), _LEAST_STROKE * scale)
    strokes = [
        label for label, part in enumerate(stats[1:].tolist(), start=1) if float(np.hypot(*part[2:4])) >= far
    ]
    for label in strokes:
        radius, off, share = _circle_through(labels == label)
        if not (_RING[0] * scale <= radius <= _RING[1] * scale and off < scale and share >= _RING_SHARE):
            return False
    return bool(strokes)


def _without_ring(ink: Mask, scale: float) -> Mask | None:
    """The ink without the ring or frame that bounds it; None when there is no such."""
    for rest in (_without_ellipse(ink, scale), _without_frame(ink, scale)):
        if rest is not None:
            return rest
    return None


def _outline(ink: Mask, angles: int) -> npt.NDArray[np.float64]:
    """The points of the outermost ink in each direction from the middle: angle index, x, y."""
    height, width = ink.shape
    ys, xs = np.nonzero(ink)
    dx, dy = xs - (width - 1) / 2, ys - (height - 1) / 2
    index = ((np.arctan2(dy / height, dx / width) + np.pi) / (2 * np.pi) * angles).astype(int) % angles
    distance = np.hypot(dx / width, dy / height)
    order = np.argsort(distance)
    last = np.full(angles, -1)
    last[index[order]] = order
    chosen = last[last >= 0]
    return np.column_stack([index[chosen], dx[chosen], dy[chosen]])


def _without_ellipse(ink: Mask, scale: float) -> Mask | None:
    """Fits an ellipse through the outline; strokes that reach across it are outliers and stay."""
    height, width = ink.shape
    if min(height, width) < 24 * scale or max(height, width) > 260 * scale:
        return None
    contours, _ = cv2.findContours(ink.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    points = np.concatenate([c[:, 0, :] for c in contours]).astype(np.float64)
    if len(points) < 60:
        return None
    rng = np.random.default_rng(0)
    tolerance = 1.6 * scale
    best: tuple[float, float, float, float, float] | None = None
    ellipses = [tuple(float(v) for v in (width / 2, height / 2, width / 2, height / 2))]
    for _ in range(160):
        a, b, c = points[rng.choice(len(points), 3, replace=False)]
        circle = _circle(a, b, c)
        if circle is not None and 11 * scale < circle[2] < 0.75 * max(height, width):
            ellipses.append(circle)
    for cx, cy, rx, ry in ellipses:
        radius = np.hypot((points[:, 0] - cx) / rx, (points[:, 1] - cy) / ry)
        on = np.abs(radius - 1) * min(rx, ry) < tolerance
        angle = np.arctan2((points[on, 1] - cy) / ry, (points[on, 0] - cx) / rx)
        covered = len(np.unique(((angle + np.pi) / (2 * np.pi) * 48).astype(int))) / 48
        if best is None or covered > best[0]:
            best = (covered, cx, cy, rx, ry)
    if best is None or best[0] < 0.86:
        return None
    _, cx, cy, rx, ry = best
    if 2 * rx < 0.5 * width or 2 * ry < 0.5 * height or _share_drawn(ink, best[1:], tolerance) < 0.8:
        return None  # loops of a pen, not what bounds the mark
    yy, xx = np.mgrid[0:height, 0:width]
    radius = np.hypot((xx - cx) / rx, (yy - cy) / ry)
    band = np.abs(radius - 1) * min(rx, ry) < 3.2 * scale
    within = (radius - 1) * min(rx, ry) < -4.5 * scale
    if not within.any() or float(ink[within].mean()) > 0.5:
        return None  # a disc, not a ring
    return np.asarray(ink & ~band)


def _share_drawn(ink: Mask, ellipse: tuple[float, float, float, float], tolerance: float) -> float:
    """How much of the ellipse's way runs along ink."""
    cx, cy, rx, ry = ellipse
    angles = np.linspace(0, 2 * np.pi, 240, endpoint=False)
    xs = np.clip(np.round(cx + rx * np.cos(angles)), 0, ink.shape[1] - 1).astype(int)
    ys = np.clip(np.round(cy + ry * np.sin(angles)), 0, ink.shape[0] - 1).astype(int)
    side = max(1, round(tolerance)) * 2 + 1
    near = cv2.dilate(ink.astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
    return float(near[ys, xs].mean())


def _circle(
    a: npt.NDArray[np.float64], b: npt.NDArray[np.float64], c: npt.NDArray[np.float64]
) -> tuple[float, float, float, float] | None:
    """Middle and both radii of the circle through three points."""
    d = 2 * (a[0] * (b[1] - c[1]) + b[0] * (c[1] - a[1]) + c[0] * (a[1] - b[1]))
    if abs(d) < 1e-6:
        return None
    squares = [float(p @ p) for p in (a, b, c)]
    x = (squares[0] * (b[1] - c[1]) + squares[1] * (c[1] - a[1]) + squares[2] * (a[1] - b[1])) / d
    y = (squares[0] * (c[0] - b[0]) + squares[1] * (a[0] - c[0]) + squares[2] * (b[0] - a[0])) / d
    radius = float(np.hypot(a[0] - x, a[1] - y))
    return float(x), float(y), radius, radius


def _without_frame(ink: Mask, scale: float) -> Mask | None:
    """A rectangle, also a tilted one, that most of its own outline fills with ink."""
    contours, _ = cv2.findContours(ink.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    biggest = max(contours, key=lambda c: float(cv2.contourArea(c)))
    rectangle = cv2.minAreaRect(biggest)
    (_, _), (w, h), _ = rectangle
    if min(w, h) < 14 * scale or cv2.contourArea(biggest) < 0.86 * w * h:
        return None
    if max(w, h) < 0.5 * max(ink.shape):
        return None
    corners = cv2.boxPoints(rectangle).astype(np.int32)
    band = np.zeros(ink.shape, np.uint8)
    cv2.polylines(band, [corners], True, 1, thickness=max(3, round(5.5 * scale)))
    edge = np.zeros(ink.shape, np.uint8)
    cv2.polylines(edge, [corners], True, 1, thickness=1)
    near = cv2.dilate(ink.astype(np.uint8), np.ones((3, 3), np.uint8), iterations=max(1, round(0.8 * scale)))
    if float(near[edge > 0].mean()) < 0.8:
        return None  # a coil of the pen fills a rectangle too, but does not run along its sides
    filled = np.zeros(ink.shape, np.uint8)
    cv2.fillPoly(filled, [corners], 1)
    inner = ink & (filled > 0) & (band == 0)
    if float(inner.sum()) > 0.6 * max(1.0, float(filled.sum() - (band & filled).sum())):
        return None  # a solid block, not a frame
    return np.asarray(ink & (band == 0))


def _on_page(box: tuple[int, int, int, int], scale: float, origin: tuple[float, float]) -> BBox:
    x0, y0, x1, y1 = (round(v / scale, 1) for v in box)
    return (
        round(x0 + origin[0], 1),
        round(y0 + origin[1], 1),
        round(x1 + origin[0], 1),
        round(y1 + origin[1], 1),
    )
