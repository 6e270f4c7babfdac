"""Fills and signs the blank forms as an Industriel would: by field name in the PDF.

By tag in the Word file.
"""

from __future__ import annotations

import io
import json
import random
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import pikepdf
from lxml import etree
from PIL import Image, ImageDraw
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from outbox_templates.blanks import blank_bytes

Values = Mapping[str, Any]
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_SIGNATURE_FIELDS = {
    "industriel": "signature_industriel",
    "aes": "signature_aes",
    "client": "signature_client",
}


def filled_pdf(kind: str, values: Values, *, signed_by: tuple[str, ...] = ()) -> bytes:
    """The blank PDF of that kind, filled; with a drawn signature in the place of each role named."""
    return _filled_pdf(kind, json.dumps(values), signed_by)  # as text, so that it can be looked up


@lru_cache(256)
def _filled_pdf(kind: str, written: str, signed_by: tuple[str, ...]) -> bytes:
    """Kept, since the same invented forms are sent again and again."""
    values: Values = json.loads(written)
    with pikepdf.open(io.BytesIO(blank_bytes(kind, "pdf"))) as pdf:
        _fill_fields(pdf, values)
        for role in signed_by:
            _sign(pdf, _SIGNATURE_FIELDS[role], seed=f"{kind}{role}{values.get('denomination', '')}")
        pdf.generate_appearance_streams()
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True)
    return out.getvalue()


@lru_cache(256)
def signed_too(data: bytes, role: str) -> bytes:
    """The same PDF with one signature more."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        _sign(pdf, _SIGNATURE_FIELDS[role], seed=role)
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True)
    return out.getvalue()


def _fill_fields(pdf: pikepdf.Pdf, values: Values) -> None:
    for field in _fields(pdf):
        name = _name(field)
        kind, _, choice = name.rpartition(".")
        if name in values:
            _set(field, values[name])
        elif isinstance(values.get(kind), list) and choice in values[kind]:
            _set(field, True)
        else:
            _set_cell(field, name, values)


def _set_cell(field: Any, name: str, values: Values) -> None:
    parts = name.split(".")
    if len(parts) != 3 or not parts[1].isdigit():
        return
    rows = values.get(parts[0])
    if isinstance(rows, list) and int(parts[1]) < len(rows):
        _set(field, rows[int(parts[1])].get(parts[2], ""))


def _fields(pdf: pikepdf.Pdf) -> list[pikepdf.Dictionary]:
    found: list[pikepdf.Dictionary] = []

    def walk(nodes: Any) -> None:
        for node in nodes:
            if "/Kids" in node and any("/T" in kid for kid in node.Kids):
                walk(node.Kids)
            else:
                found.append(node)

    walk(pdf.Root.AcroForm.Fields)
    return found


def _name(node: Any) -> str:
    parts: list[str] = []
    while node is not None:
        if "/T" in node:
            parts.insert(0, str(node.T))
        node = node.get("/Parent")
    return ".".join(parts)


def _set(field: Any, value: Any) -> None:
    kind = str(_inherited(field, "/FT"))
    widgets = list(field.Kids) if "/Kids" in field else [field]
    if kind == "/Btn":
        wanted = None if value is True else f"/{value}"
        chosen = "/Off"
        for widget in widgets:
            states = [str(s) for s in widget.AP.N if str(s) != "/Off"]
            on = states[0] if states else "/Yes"
            ticked = (value is True) if wanted is None else on == wanted
            widget.AS = pikepdf.Name(on if ticked else "/Off")
            chosen = on if ticked else chosen
        field.V = pikepdf.Name(chosen)
    elif kind in ("/Tx", "/Ch"):
        field.V = pikepdf.String(str(value))


def _inherited(node: Any, key: str) -> Any:
    while node is not None:
        if key in node:
            return node[key]
        node = node.get("/Parent")
    return None


def _sign(pdf: pikepdf.Pdf, field_name: str, seed: str) -> None:
    """Draw a signature where the form has its place for it."""
    for page in pdf.pages:
        for widget in page.get("/Annots", []):
            if _name(widget) == field_name:
                left, bottom, right, top = (float(v) for v in widget.Rect)
                _stamp(pdf, page, (left + 8, bottom + 4, right - 8, top - 4), seed)
                return
    raise KeyError(field_name)


def _stamp(pdf: pikepdf.Pdf, page: pikepdf.Page, box: tuple[float, float, float, float], seed: str) -> None:
    left, bottom, right, top = box
    media = [float(v) for v in page.mediabox]
    out = io.BytesIO()
    drawing = canvas.Canvas(out, pagesize=(media[2], media[3]), invariant=1)
    width = min(right - left, 3.2 * (top - bottom))
    drawing.drawImage(
        ImageReader(io.BytesIO(signature_png(seed))), left, bottom, width, top - bottom, mask="auto"
    )
    drawing.save()
    with pikepdf.open(io.BytesIO(out.getvalue())) as overlay:
        page.add_overlay(overlay.pages[0], pikepdf.Rectangle(*media))


def signature_png(seed: str) -> bytes:
    """The picture of a signature: a pen's loops on a transparent ground, the same for the same seed."""
    pen = random.Random(seed)
    picture = Image.new("RGBA", (640, 200), (255, 255, 255, 0))
    drawing = ImageDraw.Draw(picture)
    x, y, points = 40.0, 120.0, []
    for _ in range(90):
        x += pen.uniform(1, 11)
        y = min(180, max(20, y + pen.uniform(-38, 38)))
        points.append((x, y))
    drawing.line(points, fill=(22, 30, 92, 255), width=4, joint="curve")
    drawing.line([(60, 165), (min(x, 600), 150)], fill=(22, 30, 92, 255), width=4)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def filled_docx(kind: str, values: Values) -> bytes:
    """The blank Word file of that kind, its content controls filled by their tags. Not signed."""
    import zipfile

    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(blank_bytes(kind, "docx"))) as blank,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as filled,
    ):
        for member in blank.infolist():
            data = blank.read(member)
            if member.filename == "word/document.xml":
                data = _fill_controls(data, values)
            filled.writestr(member, data)
    return out.getvalue()


def _fill_controls(xml: bytes, values: Values) -> bytes:
    root = etree.fromstring(xml)
    for control in root.iter(f"{_W}sdt"):
        tag = control.find(f"{_W}sdtPr/{_W}tag")
        name = str(tag.get(f"{_W}val")) if tag is not None else ""
        field, _, choice = name.rpartition(".")
        if name in values:
            _set_control(control, values[name])
        elif isinstance(values.get(field), list) and choice in values[field]:
            _set_control(control, True)
        else:
            parts = name.split(".")
            rows = values.get(parts[0])
            if len(parts) == 3 and isinstance(rows, list) and int(parts[1]) < len(rows):
                _set_control(control, rows[int(parts[1])].get(parts[2], ""))
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def _set_control(control: Any, value: Any) -> None:
    properties = control.find(f"{_W}sdtPr")
    box = properties.find(f"{_W14}checkbox")
    text = str(value)
    if box is not None:
        checked = box.find(f"{_W14}checked")
        checked.set(f"{_W14}val", "1" if value else "0")
        text = "☒" if value else "☐"
    choices = properties.find(f"{_W}dropDownList")
    if choices is not None:
        for item in choices.findall(f"{_W}listItem"):
            if item.get(f"{_W}value") == value:
                text = item.get(f"{_W}displayText") or text
    placeholder = properties.find(f"{_W}showingPlcHdr")
    if placeholder is not None:
        properties.remove(placeholder)
    runs = list(control.iter(f"{_W}t"))
    for position, run in enumerate(runs):
        run.text = text if position == 0 else ""
        style = run.getparent().find(f"{_W}rPr/{_W}rStyle")
        if style is not None:
            style.getparent().remove(style)
