"""Draws a form as a PDF: typed over a flat page in many layouts, by FreeText notes, or in AcroForm fields."""

from __future__ import annotations

import io
from random import Random

import pikepdf

from scripts.bench_documents.digital.model import Form
from scripts.bench_documents.digital.over_the_page import with_notes, with_widgets
from scripts.bench_documents.digital.painter import Painter

FLAT = (
    "right",
    "inline",
    "below",
    "box_right",
    "box_below",
    "in_cell",
    "table",
    "grid",
    "dotted",
    "underscore",
    "comb",
    "freetext",
    "under_line",
    "explained",
    "grey_table",
)
FORM = ("acro_named", "acro_tooltip", "acro_opaque")
HELD = ("in_cell", "grid", "underscore", "acro_opaque", "under_line", "explained", "grey_table")
"""Layouts that only measure."""


def draw(form: Form, layout: str, random: Random) -> bytes:
    painter = Painter(form, layout, random)
    painter.paint()
    data = painter.done()
    if painter.fields:
        data = with_widgets(data, painter.fields, layout)
    if painter.notes:
        data = with_notes(data, painter.notes)
    return data


def flattened(data: bytes) -> bytes:
    """The form printed to a PDF: its fields become part of the page."""
    import pypdfium2 as pdfium
    import pypdfium2.raw as raw

    document = pdfium.PdfDocument(data)
    document.init_forms()
    for index in range(len(document)):
        page = document[index]
        raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY)
        page.close()
    out = io.BytesIO()
    document.save(out)
    document.close()
    with pikepdf.open(io.BytesIO(out.getvalue())) as pdf:
        if "/AcroForm" in pdf.Root:
            del pdf.Root.AcroForm
        for page in pdf.pages:
            if "/Annots" in page.obj:
                del page.obj.Annots
        again = io.BytesIO()
        pdf.save(again)
    return again.getvalue()


def joined(files: list[bytes]) -> tuple[bytes, list[tuple[int, ...]]]:
    """Several PDFs in one, and the pages of each."""
    out = pikepdf.new()
    pages: list[tuple[int, ...]] = []
    for data in files:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            start = len(out.pages)
            out.pages.extend(pdf.pages)
            pages.append(tuple(range(start + 1, len(out.pages) + 1)))
    buffer = io.BytesIO()
    out.save(buffer)
    return buffer.getvalue(), pages
