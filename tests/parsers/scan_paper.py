"""Paper for the tests of scans: a small form, drawn, and what scanners, faxes and phones make of it."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pypdfium2 as pdfium
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

MATRICULE = "1893120105732"  # the published OECD example
IBAN = "LU280019400644750000"
VALUES = ("Medisoft S.A.", MATRICULE, IBAN, "contact@medisoft.lu", "Anne Muller")
LABELS = ("Dénomination sociale", "Matricule", "IBAN", "Adresse e-mail", "Nom du signataire")


def form(comb: bool = False, ruled: bool = True, ticked: tuple[bool, bool] = (True, False)) -> bytes:
    """A PDF page: five labelled values, two boxes to tick."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    canvas.setFont("Helvetica-Bold", 14)
    canvas.drawString(60, 770, "Formulaire d'enrôlement au dispositif d'aide")
    y = 720
    for label, value in zip(LABELS, VALUES, strict=True):
        canvas.setFont("Helvetica", 10)
        canvas.drawString(60, y, label)
        canvas.setFont("Helvetica", 11)
        if comb and value == MATRICULE:
            for i, digit in enumerate(value):
                canvas.rect(230 + i * 15, y - 5, 15, 18)
                canvas.drawCentredString(237.5 + i * 15, y, digit)
        else:
            canvas.drawString(236, y, value)
            if ruled:
                canvas.rect(230, y - 6, 260, 20)
        y -= 34
    canvas.setFont("Helvetica", 10)
    for i, (words, on) in enumerate(zip(("Personne morale", "Personne physique"), ticked, strict=True)):
        x = 60 + i * 160
        canvas.rect(x, y, 9, 9)
        canvas.drawString(x + 15, y + 1, words)
        if on:  # a hand is not exact: the cross leaves the box
            canvas.line(x - 2, y - 2, x + 11, y + 11)
            canvas.line(x - 2, y + 11, x + 11, y - 2)
    canvas.save()
    return out.getvalue()


def pixels(pdf: bytes, dpi: int = 200) -> np.ndarray:
    page = pdfium.PdfDocument(pdf)[0].render(scale=dpi / 72, grayscale=True).to_numpy()
    return np.ascontiguousarray(page if page.ndim == 2 else page[:, :, 0])


def turned(gray: np.ndarray, degrees: float) -> np.ndarray:
    height, width = gray.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return cv2.warpAffine(gray, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=255)


def photographed(gray: np.ndarray) -> np.ndarray:
    """On a dark table, seen at an angle, darker on one side."""
    height, width = gray.shape
    table = np.full((round(height * 1.2), round(width * 1.25)), 70, np.uint8)
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    target = source + np.array([width * 0.12, height * 0.1], np.float32)
    target += np.array([[40, 10], [-30, 50], [20, -30], [-10, 20]], np.float32)
    matrix = cv2.getPerspectiveTransform(source, target.astype(np.float32))
    cv2.warpPerspective(
        gray, matrix, (table.shape[1], table.shape[0]), dst=table, borderMode=cv2.BORDER_TRANSPARENT
    )
    light = np.linspace(0.75, 1.0, table.shape[1])[None, :]
    return (table * light).astype(np.uint8)


def image_file(gray: np.ndarray, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    Image.fromarray(gray).save(out, kind, **options)
    return out.getvalue()


def fax(gray: np.ndarray) -> bytes:
    """Group 4, 204 by 98 dots an inch."""
    coarse = cv2.resize(gray, (1728, round(gray.shape[0] * 98 / 200)), interpolation=cv2.INTER_AREA)
    out = io.BytesIO()
    Image.fromarray(coarse).point(lambda v: 255 if v > 150 else 0).convert("1").save(
        out, "TIFF", compression="group4", dpi=(204, 98)
    )
    return out.getvalue()
