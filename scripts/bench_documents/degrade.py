"""A drawn page to what a scanner, a fax or a phone makes of it. Everything follows from the seed."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pypdfium2 as pdfium
from PIL import Image

CLEAN = ("clean200", "clean300", "gray300", "skew200", "jpeg200", "bilevel300")
POOR = ("noise200", "blur200", "fax", "photo", "shadow200", "pale200", "jpeg150")


def scan(pdf: bytes, how: str, seed: int, number: int = 0) -> tuple[bytes, str]:
    """One page (from 0) as a file, and its media type."""
    random = np.random.default_rng(seed)
    dpi = 300 if how.endswith("300") else 150 if how.endswith("150") else 200
    if how in ("fax", "photo"):
        dpi = 204 if how == "fax" else 250
    document = pdfium.PdfDocument(pdf)
    document.init_forms()
    page = document[number].render(scale=dpi / 72, grayscale=True).to_numpy()
    gray = np.ascontiguousarray(page if page.ndim == 2 else page[:, :, 0])
    angle = 0.0 if how.startswith("clean") else float(random.uniform(-2.5, 2.5))
    if how == "photo":
        return _jpeg(_photo(gray, random), 82, None), "image/jpeg"
    gray = _turned(gray, angle)
    if how in ("clean200", "clean300"):
        return _png(gray, dpi), "image/png"
    if how == "fax":
        coarse = cv2.resize(gray, (1728, round(gray.shape[0] * 98 / 204)), interpolation=cv2.INTER_AREA)
        coarse = _noisy(coarse, 10, random)
        return _tiff(coarse < 150, (204, 98)), "image/tiff"
    if how.startswith("bilevel"):
        return _tiff(_noisy(gray, 12, random) < 150, (dpi, dpi)), "image/tiff"
    if how.startswith("noise"):
        gray = _noisy(gray, 25, random)
        specks = random.random(gray.shape) < 0.002
        gray[specks] = 0
    elif how.startswith("blur"):
        gray = cv2.GaussianBlur(gray, (0, 0), 1.6)
        gray = _noisy(gray, 5, random)
    elif how.startswith("shadow"):
        ramp = np.linspace(0.55, 1.0, gray.shape[1])[None, :] * np.linspace(1.0, 0.8, gray.shape[0])[:, None]
        gray = _noisy((gray * ramp).astype(np.uint8), 6, random)
    elif how.startswith("pale"):
        gray = _noisy((150 + gray.astype(np.float32) * 90 / 255).astype(np.uint8), 5, random)
    elif how.startswith("gray"):
        gray = _noisy((30 + gray.astype(np.float32) * 210 / 255).astype(np.uint8), 5, random)
    quality = {"jpeg200": 60, "jpeg150": 50}.get(how, 80)
    return _jpeg(gray, quality, dpi), "image/jpeg"


def _turned(gray: np.ndarray, angle: float) -> np.ndarray:
    height, width = gray.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    return cv2.warpAffine(gray, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=255)


def _noisy(gray: np.ndarray, strength: float, random: np.random.Generator) -> np.ndarray:
    noise = random.normal(0, strength, gray.shape)
    return np.clip(gray + noise, 0, 255).astype(np.uint8)


def _photo(gray: np.ndarray, random: np.random.Generator) -> np.ndarray:
    height, width = gray.shape
    frame_h, frame_w = round(height * 1.15), round(width * 1.2)
    table = np.full((frame_h, frame_w, 3), (60, 75, 90), np.uint8)
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    jitter = random.uniform(-0.04, 0.04, (4, 2)) * (width, height)
    shift = np.array([width * 0.1, height * 0.075])
    target = (source + shift + jitter).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(source, target)
    colour = cv2.cvtColor(gray, cv2.COLOR_GRAY2BGR)
    cv2.warpPerspective(colour, matrix, (frame_w, frame_h), dst=table, borderMode=cv2.BORDER_TRANSPARENT,
                        flags=cv2.INTER_AREA)  # fmt: skip
    light = np.linspace(0.7, 1.0, frame_w)[None, :, None] * np.linspace(0.95, 0.8, frame_h)[:, None, None]
    shot = cv2.GaussianBlur((table * light).astype(np.uint8), (0, 0), 0.8)
    return _noisy(shot, 5, random)


def _jpeg(gray: np.ndarray, quality: int, dpi: int | None) -> bytes:
    out = io.BytesIO()
    if gray.ndim == 3:
        gray = cv2.cvtColor(gray, cv2.COLOR_BGR2RGB)
    Image.fromarray(gray).save(out, "JPEG", quality=quality, **({"dpi": (dpi, dpi)} if dpi else {}))
    return out.getvalue()


def _png(gray: np.ndarray, dpi: int) -> bytes:
    out = io.BytesIO()
    Image.fromarray(gray).save(out, "PNG", dpi=(dpi, dpi), compress_level=1)
    return out.getvalue()


def _tiff(dark: np.ndarray, dpi: tuple[int, int]) -> bytes:
    out = io.BytesIO()
    Image.fromarray(~dark).convert("1").save(out, "TIFF", compression="group4", dpi=dpi)
    return out.getvalue()
