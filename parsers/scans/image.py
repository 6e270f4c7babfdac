"""The picture of one page on its way through the steps.

Arrays are grey, 8 bits, dark ink on light paper, row by row. They never leave the worker process.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

# Pages are read in processes side by side; threads in each cost a tenth more processor time for each page.
cv2.setNumThreads(1)

Gray = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.uint8]
"""255 where something is, 0 elsewhere."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page as pixels; `dpi` holds in both directions.

    `ink` marks coloured strokes (a blue pen, a red stamp) where the source had colour. `coarse`: it had
    fewer rows than letters need, as a fax in standard resolution.
    """

    number: int
    gray: Gray
    dpi: float
    bilevel: bool = False
    ink: Mask | None = None
    coarse: bool = False

    @property
    def points(self) -> float:
        """Points per pixel."""
        return 72.0 / self.dpi

    @property
    def width(self) -> float:
        return float(self.gray.shape[1]) * self.points

    @property
    def height(self) -> float:
        return float(self.gray.shape[0]) * self.points

    def px(self, points: float) -> int:
        """That many points in whole pixels, one at least."""
        return max(1, round(points * self.dpi / 72.0))


def as_gray(array: Any) -> Gray:
    """OpenCV types its results loosely; here they become what they are."""
    return np.asarray(array, dtype=np.uint8)


def resized(gray: Gray, width: int, height: int) -> Gray:
    """Scaled with the filter that suits the direction."""
    shrinking = width < gray.shape[1]
    method = cv2.INTER_AREA if shrinking else cv2.INTER_CUBIC
    return as_gray(cv2.resize(gray, (max(1, width), max(1, height)), interpolation=method))


def binary(gray: Gray) -> Mask:
    """Ink as 255 by Otsu's threshold; a page of one tone has none."""
    low, high = np.percentile(gray[::3, ::3], (0.05, 90))
    if high - low < 40:
        return as_gray(np.zeros_like(gray))
    threshold, mask = cv2.threshold(gray, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    if threshold > high - 25:  # Otsu split the paper's own grain where ink is rare
        mask = cv2.threshold(gray, (low + high) / 2, 255, cv2.THRESH_BINARY_INV)[1]
    return as_gray(mask)


Parts = tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]
"""The number of its connected shape for each pixel; left, top, width, height, area for each shape."""


def parts_of(ink: Mask) -> Parts:
    """The connected shapes; shape 0 is the paper."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    return np.asarray(labels, dtype=np.int32), np.asarray(stats, dtype=np.int32)


def shapes(mask: Mask) -> list[tuple[int, int, int, int]]:
    """The boxes of what is connected, for masks in which little is set: left, top, width, height."""
    contours, hierarchy = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    if hierarchy is None:
        return []
    outer = hierarchy[0][:, 3] < 0  # the others are holes
    return [cv2.boundingRect(contours[i]) for i in np.flatnonzero(outer).tolist()]  # type: ignore[misc]


def turned(gray: Gray, quarters: int) -> Gray:
    """Turned counter-clockwise by that many quarters."""
    return as_gray(np.ascontiguousarray(np.rot90(gray, quarters)))


def same_line(a: tuple[int, int, int, int], b: tuple[int, int, int, int]) -> bool:
    """True for two boxes of pixels that stand on one line."""
    overlap = min(a[3], b[3]) - max(a[1], b[1])
    return overlap > 0.5 * min(a[3] - a[1], b[3] - b[1])
