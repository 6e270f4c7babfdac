"""Ink that the first reading left over: words of their own, and ends of words whose box is too narrow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from parsers.scans import ocr
from parsers.scans.image import Gray, Sheet, as_gray, binary, same_line, shapes

_MOST_LOST = 20
"""More pieces than this are no lost words but noise or a picture."""
_RIM = 8
"""Pixels around a word's box that belong to it."""


def unread(
    gray: Gray, tokens: Sequence[ocr.Token], sheet: Sheet
) -> tuple[list[ocr.Token], list[tuple[int, int, int, int]]]:
    """The tokens as wide as their ink, and ink of the size of letters that the first reading passed over.

    That may be a lone digit. Tesseract now and then puts the side of a word's box into its last letter: what
    is left of that letter is no word of its own.
    """
    ink = binary(gray)
    left_over = ink.copy()
    for token in tokens:
        left, top, right, bottom = token.box
        left_over[max(0, top - _RIM) : bottom + _RIM, max(0, left - _RIM) : right + _RIM] = 0
    joined = cv2.dilate(left_over, np.ones((1, sheet.px(4)), np.uint8))
    boxes = [
        (left, top, left + width, top + height)
        for left, top, width, height in shapes(as_gray(joined))
        if sheet.px(4.5) <= height <= sheet.px(13) and width <= sheet.px(120)
        and cv2.countNonZero(joined[top : top + height, left : left + width]) > sheet.px(4) ** 2
    ]  # fmt: skip
    if len(boxes) > _MOST_LOST:
        return list(tokens), []
    whole, lost = list(tokens), []
    for box in boxes:
        cut = [
            index
            for index, token in enumerate(whole)
            if same_line(token.box, box) and _is_cut(ink, left_over, token.box, box)
        ]
        if cut:
            token = whole[cut[0]]
            left, top, right, bottom = token.box
            whole[cut[0]] = replace(token, box=(min(left, box[0]), top, max(right, box[2]), bottom))
        else:
            lost.append(box)
    return whole, lost


def _is_cut(
    ink: Gray, left_over: Gray, word: tuple[int, int, int, int], box: tuple[int, int, int, int]
) -> bool:
    """True where a letter reaches from beside the word's box into the ink that is left over."""
    if not (word[0] - 3 * _RIM <= box[2] and box[0] <= word[2] + 3 * _RIM):
        return False
    left, top, right, bottom = box[0] - 2 * _RIM, box[1], box[2] + 2 * _RIM, box[3]
    window = (slice(max(0, top), bottom), slice(max(0, left), right))
    _, labels = cv2.connectedComponents(ink[window])
    rest = left_over[window] > 0
    return bool(np.intersect1d(labels[rest], labels[(ink[window] > 0) & ~rest]).any())
