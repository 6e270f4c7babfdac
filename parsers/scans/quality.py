"""Is a page good enough to be read? Refuse rather than guess."""

from __future__ import annotations

import re
from collections.abc import Sequence

import cv2
import numpy as np

from parsers.scans.image import Gray, Mask
from parsers.scans.ocr import Token

_WORD = re.compile(r"[^\W\d_]{3,}")
_BLANK_SHARE = 0.00012
"""Inked share of a page below which there is nothing on it: a single line of text has ten times that."""


def is_blank(ink: Mask) -> bool:
    """No writing at all, apart from a few specks."""
    return float((ink > 0).mean()) < _BLANK_SHARE


def legibility(tokens: Sequence[Token]) -> float:
    """0 to 1: how sure the reading is, weighted by length, of what looks like words at all."""
    weight = sum(len(t.text) for t in tokens)
    if not weight:
        return 0.0
    sure = sum(len(t.text) * t.confidence for t in tokens) / weight
    sensible = sum(len(t.text) for t in tokens if _sensible(t.text)) / weight
    return sure * min(1.0, sensible / 0.75)


def _sensible(text: str) -> bool:
    """Looks like a word or a number, not like the marks that noise gives."""
    kept = sum(c.isalnum() for c in text)
    if kept < 0.6 * len(text):
        return False
    letters = _WORD.findall(text)
    if not letters:
        return any(c.isdigit() for c in text) or len(text) <= 2
    return any(c in "aeiouyäöüàâéèêëîïôûœAEIOUYÄÖÜÉÈ" for c in "".join(letters))


def sharpness(gray: Gray) -> float:
    """Variance of the Laplacian in the neighbourhood of ink, relative to the contrast there."""
    small = cv2.resize(gray, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    near = cv2.dilate((small < 160).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    if not near.any():
        return 0.0
    contrast = float(small[near].std()) or 1.0
    return float(cv2.Laplacian(small, cv2.CV_64F)[near].std()) / contrast
