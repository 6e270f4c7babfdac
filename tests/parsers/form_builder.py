"""Filled forms to read: the project's blanks filled in several ways, and forms drawn here in other shapes.

`acroform` fills form fields (with or without appearances), `flattened` prints them into the page,
`controls` fills a Word form's content controls, `Sheet` draws a form of one's own with reportlab.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

import pikepdf
from lxml import etree
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_OPC = "http://schemas.openxmlformats.org/package/2006"
_VND = "application/vnd.openxmlformats"
_TYPES = (
    f'<Types xmlns="{_OPC}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
    f'<Default Extension="rels" ContentType="{_VND}-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" '
    f'ContentType="{_VND}-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONS = (
    f'<Relationships xmlns="{_OPC}/relationships"><Relationship Id="r1" Target="word/document.xml" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>'
)
_DOCUMENT = (
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"><w:body>{}</w:body></w:document>'
)


def blank(name: str) -> bytes:
    """One of the blank forms that ship, by file name."""
    return resources.files("outbox_templates").joinpath("blank_forms", name).read_bytes()


# AcroForm


def acroform(data: bytes, values: dict[str, Any], appearances: bool = True) -> bytes:
    """The PDF with its fields filled: a string for text and radio, True for a check box."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for page in pdf.pages:
            for annot in page.obj.get("/Annots", []):
                if str(annot.get("/Subtype")) != "/Widget":
                    continue
                holder = annot if "/T" in annot else annot.get("/Parent")
                name = _full_name(annot)
                if name not in values:
                    continue
                _fill(annot, holder, values[name])
        if appearances:
            pdf.generate_appearance_streams()
        else:
            pdf.Root.AcroForm.NeedAppearances = True
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


def _full_name(annot: Any) -> str:
    names = []
    node = annot
    while node is not None:
        if "/T" in node:
            names.append(str(node.T))
        node = node.get("/Parent")
    return ".".join(reversed(names))


def _fill(annot: Any, holder: Any, value: Any) -> None:
    states = [k for k in annot.get("/AP", {}).get("/N", {}) if k != "/Off"] if _kind(annot) == "/Btn" else []
    if _kind(annot) != "/Btn":
        holder.V = pikepdf.String(str(value))
        if "/AP" in annot:
            del annot.AP
        return
    wanted = states[0] if value is True and states else f"/{value}"
    if value is False:
        return
    holder.V = pikepdf.Name(wanted)
    annot.AS = pikepdf.Name(wanted if wanted in states else "/Off")


def _kind(annot: Any) -> str:
    node = annot
    while node is not None:
        if "/FT" in node:
            return str(node.FT)
        node = node.get("/Parent")
    return ""


def renamed(data: bytes, tooltips: bool) -> bytes:
    """The same form with names that say nothing (Text1, Check2 …), tooltips kept or taken away."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        number = 0

        def rename(fields: Any) -> None:
            nonlocal number
            for node in fields:
                number += 1
                if "/T" in node:
                    node.T = pikepdf.String(f"Champ{number}")
                if not tooltips and "/TU" in node:
                    del node.TU
                if "/Kids" in node:
                    rename(node.Kids)

        rename(pdf.Root.AcroForm.Fields)
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


def flattened(data: bytes) -> bytes:
    """The form printed: its fields become part of the page, as "print to PDF" does."""
    import pypdfium2 as pdfium
    import pypdfium2.raw as raw

    document = pdfium.PdfDocument(data)
    document.init_forms()
    for index in range(len(document)):
        page = document[index]
        assert raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY) == raw.FLATTEN_SUCCESS or index >= 0
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


# Word


def controls(data: bytes, values: dict[str, Any]) -> bytes:
    """The Word form with its content controls filled, by tag."""
    source = zipfile.ZipFile(io.BytesIO(data))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            content = source.read(info)
            if info.filename == "word/document.xml":
                root = etree.fromstring(content)
                for control in root.iter(f"{_W}sdt"):
                    _fill_control(control, values)
                content = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
            target.writestr(info, content)
    return out.getvalue()


def _fill_control(control: Any, values: dict[str, Any]) -> None:
    properties = control.find(f"{_W}sdtPr")
    tag = properties.find(f"{_W}tag") if properties is not None else None
    if tag is None or tag.get(f"{_W}val") not in values:
        return
    value = values[tag.get(f"{_W}val")]
    box = properties.find(f"{_W14}checkbox")
    content = control.find(f"{_W}sdtContent")
    if box is not None:
        checked = box.find(f"{_W14}checked")
        checked.set(f"{_W14}val", "1" if value else "0")
        text = "☒" if value else "☐"
    else:
        text = str(value)
        for item in properties.iter(f"{_W}listItem"):
            if item.get(f"{_W}value") == text:
                text = item.get(f"{_W}displayText")
    placeholder = properties.find(f"{_W}showingPlcHdr")
    if placeholder is not None:
        properties.remove(placeholder)
    texts = list(content.iter(f"{_W}t"))
    texts[0].text = text
    for other in texts[1:]:
        other.text = ""


def docx(*body: str) -> bytes:
    """A Word file with this body (WordprocessingML, prefixes w and w14 declared)."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        target.writestr("[Content_Types].xml", _TYPES)
        target.writestr("_rels/.rels", _RELATIONS)
        target.writestr("word/document.xml", _DOCUMENT.format("".join(body)))
    return out.getvalue()


def p(text: str, bold: bool = False) -> str:
    """A paragraph; tabs as such."""
    style = "<w:rPr><w:b/></w:rPr>" if bold else ""
    pieces = re.split(r"(\t)", text)
    runs = "".join(
        "<w:r><w:tab/></w:r>" if t == "\t" else f'<w:r>{style}<w:t xml:space="preserve">{t}</w:t></w:r>'
        for t in pieces
    )
    return f"<w:p>{runs}</w:p>"


def table(*rows: tuple[str, ...]) -> str:
    """A table; cells are texts, or WordprocessingML where they start with "<"."""

    def cell(content: str) -> str:
        return f"<w:tc>{content if content.startswith('<') else p(content)}</w:tc>"

    return "<w:tbl>" + "".join("<w:tr>" + "".join(map(cell, row)) + "</w:tr>" for row in rows) + "</w:tbl>"


# Drawn forms


@dataclass
class Sheet:
    """A form drawn line by line. `label` and the value's font differ where `look` says so."""

    title: str
    size: float = 10
    value_font: str = "Helvetica"
    gap: float = 24
    _out: io.BytesIO = field(default_factory=io.BytesIO)

    def __post_init__(self) -> None:
        self.canvas = Canvas(self._out, pagesize=A4, invariant=True)
        self.y = 790.0
        self.canvas.setFont("Helvetica-Bold", 15)
        self.canvas.drawString(50, self.y, self.title)
        self.y -= 40

    def text(self, text: str, x: float = 50, size: float | None = None, bold: bool = False) -> Sheet:
        self._put(text, x, self.y, size or self.size, bold)
        self.y -= self.gap
        return self

    def inline(self, label: str, value: str, x: float = 50) -> Sheet:
        """Label : value"""
        return self.text(f"{label} : {value}", x)

    def right(self, label: str, value: str, x: float = 50, at: float = 240) -> Sheet:
        self._put(label, x, self.y)
        self._value(value, at, self.y)
        self.y -= self.gap
        return self

    def dotted(self, label: str, value: str, x: float = 50, at: float = 200) -> Sheet:
        """The value typed over a dotted line."""
        self._put(label, x, self.y)
        self._put("." * 60, at, self.y - 2)
        self._value(value, at + 6, self.y)
        self.y -= self.gap
        return self

    def boxed(self, label: str, value: str, x: float = 50, at: float = 220, width: float = 300) -> Sheet:
        self._put(label, x, self.y)
        self.canvas.rect(at, self.y - 5, width, 17)
        self._value(value, at + 4, self.y)
        self.y -= self.gap
        return self

    def below(self, label: str, value: str, x: float = 50) -> Sheet:
        """The value on the line under its label."""
        self._put(label, x, self.y, 8)
        self._value(value, x, self.y - 13)
        self.y -= self.gap + 12
        return self

    def box_below(self, pairs: list[tuple[str, str]], width: float = 240) -> Sheet:
        """Labels side by side, each over a box with its value."""
        for number, (label, value) in enumerate(pairs):
            x = 50 + number * (width + 12)
            self._put(label, x, self.y, 8)
            self.canvas.rect(x, self.y - 22, width, 18)
            self._value(value, x + 4, self.y - 17)
        self.y -= self.gap + 22
        return self

    def comb(
        self, label: str, value: str, cells: int, x: float = 50, at: float = 220, pitch: float = 15
    ) -> Sheet:
        """One character per box."""
        self._put(label, x, self.y)
        for index in range(cells):
            self.canvas.rect(at + index * pitch, self.y - 5, pitch, 17)
            if index < len(value):
                self._value(value[index], at + index * pitch + 4.5, self.y)
        self.y -= self.gap
        return self

    def ruled(
        self, rows: list[tuple[str, ...]], widths: tuple[float, ...], x: float = 50, height: float = 20
    ) -> Sheet:
        """A table of ruling lines."""
        top = self.y + 12
        total = sum(widths)
        for number in range(len(rows) + 1):
            self.canvas.line(x, top - number * height, x + total, top - number * height)
        edge = x
        for width in (0.0, *widths):
            edge += width
            self.canvas.line(edge, top, edge, top - len(rows) * height)
        for number, row in enumerate(rows):
            edge = x
            for width, text in zip(widths, row, strict=True):
                self._put(text, edge + 4, top - number * height - 13, 9)
                edge += width
        self.y = top - len(rows) * height - self.gap
        return self

    def ticks(
        self, label: str, options: list[tuple[str, bool]], x: float = 50, at: float = 220, mark: str = "X"
    ) -> Sheet:
        """Drawn boxes before their words."""
        self._put(label, x, self.y)
        for text, on in options:
            self.canvas.rect(at, self.y - 2, 10, 10)
            if on and mark == "lines":
                self.canvas.line(at, self.y - 2, at + 10, self.y + 8)
                self.canvas.line(at, self.y + 8, at + 10, self.y - 2)
            elif on:
                self._put(mark, at + 1.8, self.y - 0.5, 9)
            self._put(text, at + 15, self.y)
            at += 30 + self.canvas.stringWidth(text, "Helvetica", self.size)
        self.y -= self.gap
        return self

    def page(self) -> Sheet:
        self.canvas.showPage()
        self.y = 790.0
        return self

    def pdf(self) -> bytes:
        self.canvas.save()
        return self._out.getvalue()

    def _put(self, text: str, x: float, y: float, size: float | None = None, bold: bool = False) -> None:
        self.canvas.setFont("Helvetica-Bold" if bold else "Helvetica", size or self.size)
        self.canvas.drawString(x, y, text)

    def _value(self, text: str, x: float, y: float) -> None:
        self.canvas.setFont(self.value_font, self.size)
        for number, line in enumerate(text.split("\n")):
            self.canvas.drawString(x, y - number * 12, line)
        self.y -= 12 * text.count("\n")
