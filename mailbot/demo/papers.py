"""The papers that are not forms: proof of tests, documentation, attestations; and what happens to paper."""

from __future__ import annotations

import io

import pikepdf
import pypdfium2
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas


def page(title: str, *lines: str) -> bytes:
    """A one-page PDF with that title and text."""
    out = io.BytesIO()
    drawing = canvas.Canvas(out, pagesize=A4, invariant=1)
    drawing.setTitle(title)
    drawing.setFont("Helvetica-Bold", 15)
    drawing.drawString(60, 770, title)
    drawing.setFont("Helvetica", 10.5)
    for number, line in enumerate(lines):
        drawing.drawString(60, 735 - 17 * number, line)
    drawing.save()
    return out.getvalue()


def test_report(software: str, version: str, day: str, *more: str) -> bytes:
    """The proof of passed tests that goes with Formulaire 3."""
    return page(
        "Rapport de tests",
        f"Logiciel : {software}, version {version}",
        "Environnement de test SONS, eConnector NG",
        f"Fin des tests : {day}",
        "",
        "Test 1   Remboursement, mémoire d'honoraires simple        réussi",
        "Test 2   Remboursement, annulation                         réussi",
        "Test 3   PID v2, simulation                                réussi",
        "Test 4   PID v2, contestation                              réussi",
        "Résultat : 4 tests sur 4 réussis",
        *more,
    )


def technical_documentation(industriel: str) -> bytes:
    """The documentation that is meant for one Industriel alone."""
    return page(
        "Documentation technique",
        f"Exemplaire personnel de {industriel}. Confidentiel, voir le NDA.",
        "",
        "Ce document est un exemple de la démonstration.",
    )


def attestation_of_tests(industriel: str, software: str, version: str) -> bytes:
    """The attestation of passed tests, validated by CISS, AeS, CNS and INCERT."""
    return page(
        "Attestation de réussite des tests",
        f"Industriel : {industriel}",
        f"Logiciel : {software}, version {version}",
        "",
        "Validée par CISS, AeS, CNS et INCERT.",
    )


def attestation_of_labelling(industriel: str, software: str, version: str) -> bytes:
    """What the AeS issues once the Accord is signed."""
    return page(
        "Attestation de labélisation",
        "L'Agence eSanté atteste que le logiciel désigné ci-dessous est labélisé.",
        "",
        f"Industriel : {industriel}",
        f"Logiciel : {software}",
        f"Version : {version}",
    )


def locked(pdf: bytes, password: str) -> bytes:
    """The same PDF, which opens only with a password."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        out = io.BytesIO()
        document.save(out, encryption=pikepdf.Encryption(owner=password, user=password))
    return out.getvalue()


def scanned(pdf: bytes, dpi: int = 200) -> bytes:
    """The same pages as a copier sends them: pictures, slightly askew, without a single letter of text."""
    out = io.BytesIO()
    drawing = canvas.Canvas(out, pagesize=A4, invariant=1)
    for picture in _pictures(pdf, dpi):
        askew = picture.rotate(0.4, fillcolor=250, resample=Image.Resampling.BICUBIC)
        drawing.drawImage(ImageReader(_jpeg(askew)), 0, 0, *A4)
        drawing.showPage()
    drawing.save()
    return out.getvalue()


def _pictures(pdf: bytes, dpi: int) -> list[Image.Image]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        document.init_forms()
        return [p.render(scale=dpi / 72, may_draw_forms=True).to_pil().convert("L") for p in document]
    finally:
        document.close()


def _jpeg(picture: Image.Image) -> io.BytesIO:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=82)
    out.seek(0)
    return out
