"""What python-docx has no words for: borders, shading, page numbers, and a package without a clock.

Children are put where ISO/IEC 29500-1 wants them; Word refuses some documents that do otherwise.
"""

from __future__ import annotations

import io
import zipfile
from typing import Any

from docx.document import Document
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt, RGBColor
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run
from lxml import etree

FONT = "Arial"
BLUE, GREY, RED = RGBColor(0x1F, 0x3D, 0x63), RGBColor(0x5F, 0x67, 0x70), RGBColor(0xA3, 0x22, 0x2B)
TINT, LINE = "EEF2F6", "8A94A0"

_ZIP_TIME = (2025, 4, 1, 0, 0, 0)
_AFTER_BORDERS = (
    "w:shd",
    "w:tabs",
    "w:suppressAutoHyphens",
    "w:spacing",
    "w:ind",
    "w:jc",
    "w:rPr",
    "w:sectPr",
)


def element(tag: str, attributes: dict[str, str] | None = None, *children: Any) -> Any:
    """An XML element by its prefixed name."""
    made = OxmlElement(tag)
    for name, value in (attributes or {}).items():
        made.set(qn(name), value)
    made.extend(children)
    return made


def write(
    paragraph: Paragraph,
    text: str,
    size: float,
    *,
    bold: bool = False,
    italic: bool = False,
    color: RGBColor | None = None,
) -> Run:
    """A run in the document's font, `size` in points."""
    run = paragraph.add_run(text)
    run.font.name, run.font.size, run.font.bold, run.font.italic = FONT, Pt(size), bold, italic
    if color is not None:
        run.font.color.rgb = color
    return run


def rule(paragraph: Paragraph, edge: str, color: str, size: int) -> None:
    """A line above or below a paragraph, `size` in eighths of a point; 0 takes the style's away."""
    line = {"w:val": "single" if size else "nil", "w:sz": str(size), "w:space": "2", "w:color": color}
    properties = paragraph._p.get_or_add_pPr()
    properties.insert_element_before(element("w:pBdr", {}, element(f"w:{edge}", line)), *_AFTER_BORDERS)


def frame(run: Run, color: str) -> None:
    """A thin frame round a word."""
    line = {"w:val": "single", "w:sz": "6", "w:space": "0", "w:color": color}
    run._r.get_or_add_rPr().append(element("w:bdr", line))


def shade(cell: _Cell) -> None:
    cell._tc.get_or_add_tcPr().append(element("w:shd", {"w:val": "clear", "w:color": "auto", "w:fill": TINT}))


def dress_table(table: Table, borders: bool) -> None:
    """Thin borders and padding."""
    properties = table._tbl.tblPr
    if borders:
        line = {"w:val": "single", "w:sz": "4", "w:space": "0", "w:color": LINE}
        edges = ("top", "left", "bottom", "right", "insideH", "insideV")
        lines = element("w:tblBorders", {}, *(element(f"w:{edge}", line) for edge in edges))
        properties.insert_element_before(lines, "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")
    padding = {"top": "40", "left": "100", "bottom": "40", "right": "100"}
    margins = (element(f"w:{edge}", {"w:w": width, "w:type": "dxa"}) for edge, width in padding.items())
    properties.insert_element_before(element("w:tblCellMar", {}, *margins), "w:tblLook")


def right_tab(paragraph: Paragraph, position: Length) -> None:
    """One tab, to the right margin; the template's own stops would catch it before."""
    stops = paragraph.paragraph_format.tab_stops
    for twips in (4320, 8640, 4680, 9360):
        stops.add_tab_stop(Length(twips * 635), WD_TAB_ALIGNMENT.CLEAR)
    stops.add_tab_stop(position, WD_TAB_ALIGNMENT.RIGHT)


def page_field(paragraph: Paragraph, code: str, size: float) -> None:
    """PAGE or NUMPAGES, which Word counts."""
    instruction = element("w:instrText")
    instruction.text = f" {code} "
    for part in (_mark("begin"), instruction, _mark("separate"), None, _mark("end")):
        run = write(paragraph, "" if part is not None else "1", size, color=GREY)
        if part is not None:
            run._r.append(part)


def _mark(kind: str) -> Any:
    return element("w:fldChar", {"w:fldCharType": kind})


def set_language(document: Document, language: str) -> None:
    for mark in document.styles.element.iter(qn("w:lang")):
        mark.set(qn("w:val"), language)


def set_page(document: Document) -> None:
    """A4 with the margins of the PDF."""
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(18)
    page.top_margin, page.bottom_margin = Mm(28), Mm(20)
    page.header_distance, page.footer_distance = Mm(11), Mm(9)


def packed(document: Document) -> bytes:
    """The document as a zip whose members bear a fixed time, without the template's picture."""
    raw, out = io.BytesIO(), io.BytesIO()
    document.save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "docProps/thumbnail.jpeg":
                continue
            if name == "_rels/.rels":
                data = _without(data, "Target", "thumbnail")
            elif name == "[Content_Types].xml":
                data = _without(data, "Extension", "jpeg")
            member = zipfile.ZipInfo(name, _ZIP_TIME)
            member.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(member, data)
    return out.getvalue()


def _without(xml: bytes, attribute: str, part: str) -> bytes:
    root = etree.fromstring(xml)
    for child in list(root):
        if part in child.get(attribute, ""):
            root.remove(child)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))
