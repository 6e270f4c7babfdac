"""A layout written as a DOCX: tables of label and content control, whose tag is the field's id."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import datetime
from itertools import count

from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from lxml import etree

from blank_forms.controls import check_box, date_control, drop_down, text_control
from blank_forms.layout import Entry, Layout, Section, SignatureBlock, choice_label, label

_BLUE, _GREY, _RED = RGBColor(0x1F, 0x3D, 0x63), RGBColor(0x5F, 0x67, 0x70), RGBColor(0xA3, 0x22, 0x2B)
_TINT, _LINE = "EEF2F6", "8A94A0"
_FONT = "Arial"
_WIDTH, _LABEL_WIDTH = Mm(174), Mm(64)
_SIGNATURE_HEIGHT = Mm(24)
_EPOCH = datetime(
    2025, 4, 1
)  # the day the scheme was published: a document made from the same input is the same
_ZIP_TIME = (2025, 4, 1, 0, 0, 0)


def make_docx(layout: Layout) -> bytes:
    """The blank as a DOCX with content controls, the same bytes at every run."""
    return _Writer(layout).write()


class _Writer:
    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.texts = layout.common.texts
        self.document: DocumentObject = Document()
        self.ids: Iterator[int] = count(1001)
        self.number = 0

    def write(self) -> bytes:
        self._set_up()
        self._header_and_footer()
        self._opening()
        for section in self.layout.sections:
            self._section(section)
        for heading, body in self.layout.clauses:
            self._paragraph(heading, 9.5, bold=True, color=_BLUE, before=6, after=1, keep=True)
            self._paragraph(body, 9, justify=True, after=3)
        self._signatures()
        self._closing()
        return _packed(self.document)

    # The document itself

    def _set_up(self) -> None:
        document, page = self.document, self.document.sections[0]
        page.page_width, page.page_height = Mm(210), Mm(297)
        page.left_margin = page.right_margin = Mm(18)
        page.top_margin, page.bottom_margin = Mm(28), Mm(20)
        page.header_distance, page.footer_distance = Mm(11), Mm(9)
        normal = document.styles["Normal"]
        normal.font.name, normal.font.size = _FONT, Pt(9)
        normal.paragraph_format.space_after = Pt(0)
        fonts = normal.element.get_or_add_rPr().get_or_add_rFonts()
        for script in ("w:eastAsia", "w:cs"):
            fonts.set(qn(script), _FONT)
        for language in document.styles.element.iter(qn("w:lang")):
            language.set(qn("w:val"), "fr-LU")
        core = document.core_properties
        core.title = f"{self.layout.title} ({self.texts['specimen']})".replace("\u00a0", " ")
        core.language = "fr-LU"
        core.author = core.last_modified_by = core.comments = core.keywords = ""
        core.revision = 1
        core.created = core.modified = _EPOCH

    def _header_and_footer(self) -> None:
        page = self.document.sections[0]
        head = page.header.paragraphs[0]
        _tabs(head)
        _run(head, self.layout.common.parties[0], 9.5, bold=True, color=_BLUE)
        _run(head, f"\t{self.layout.number}   ", 9.5, bold=True, color=_BLUE)
        badge = _run(head, f"\u00a0{self.texts['specimen']}\u00a0", 9, bold=True, color=_RED)
        _border_run(badge)
        below = page.header.add_paragraph()
        _run(below, self.layout.common.parties[1], 8, color=_GREY)
        _rule(below, "bottom", "1F3D63", 10)
        foot = page.footer.paragraphs[0]
        _tabs(foot)
        _rule(foot, "top", _LINE, 4)
        edition = f"{self.layout.number} – {self.texts['edition']} {self.layout.form.version}"
        _run(foot, f"{edition} – {self.texts['specimen_note']}\t{self.texts['page']} ", 7.5, color=_GREY)
        _page_field(foot, "PAGE")
        _run(foot, "/", 7.5, color=_GREY)
        _page_field(foot, "NUMPAGES")

    def _paragraph(
        self,
        text: str,
        size: float,
        *,
        bold: bool = False,
        italic: bool = False,
        color: RGBColor | None = None,
        before: float = 0,
        after: float = 0,
        keep: bool = False,
        justify: bool = False,
    ) -> Paragraph:
        paragraph = self.document.add_paragraph()
        _run(paragraph, text, size, bold=bold, italic=italic, color=color)
        form = paragraph.paragraph_format
        form.space_before, form.space_after, form.keep_with_next = Pt(before), Pt(after), keep
        if justify:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
        return paragraph

    # What it says

    def _opening(self) -> None:
        title = self.document.add_paragraph(style="Title")
        title.paragraph_format.space_after = Pt(2)
        borders = title.paragraph_format.element.get_or_add_pPr()
        borders.append(_element("w:pBdr", {}, [_element("w:bottom", {"w:val": "nil"})]))
        _run(title, self.layout.title, 15, bold=True, color=_BLUE)
        self._paragraph(self.texts["programme"], 8, italic=True, color=_GREY, after=5)
        cell = self._tinted_cell()
        _run(cell.paragraphs[0], self.layout.intro, 8.5)
        if not self.layout.clauses:
            legend = cell.add_paragraph()
            legend.paragraph_format.space_before = Pt(3)
            _run(legend, self.texts["legend"], 8.5, color=_GREY)

    def _tinted_cell(self) -> _Cell:
        cell = self._table(1, 1, (_WIDTH,), borders=False).cell(0, 0)
        cell._tc.get_or_add_tcPr().append(
            _element("w:shd", {"w:val": "clear", "w:color": "auto", "w:fill": _TINT})
        )
        return cell

    def _heading(self, text: str) -> None:
        self.number += 1
        heading = self.document.add_paragraph(style="Heading 1")
        _run(heading, f"{self.number}. {text}", 10.5, bold=True, color=_BLUE)
        heading.paragraph_format.space_before, heading.paragraph_format.space_after = Pt(9), Pt(3)
        _rule(heading, "bottom", "1F3D63", 4)

    def _section(self, section: Section) -> None:
        self._heading(section.heading)
        if section.note:
            self._paragraph(section.note, 8, italic=True, color=_GREY, after=3, keep=True)
        rows = [entry for entry in section.entries if entry.field.type != "table"]
        if rows:
            self._rows(rows)
        for entry in section.entries:
            if entry.field.type == "table":
                self._field_table(entry)
        if section.after:
            self._paragraph(section.after, 9, before=5, after=3, justify=True)

    def _rows(self, entries: list[Entry]) -> None:
        table = self._table(len(entries), 2, (_LABEL_WIDTH, _WIDTH - _LABEL_WIDTH))
        for entry, row in zip(entries, table.rows, strict=True):
            row.height = Mm(12 if entry.field.id == "adresse" else 7)
            self._label(row.cells[0], entry)
            self._control(row.cells[1].paragraphs[0], entry)

    def _label(self, cell: _Cell, entry: Entry) -> None:
        _run(cell.paragraphs[0], entry.label, 9)
        if entry.starred:
            _run(cell.paragraphs[0], "\u00a0*", 9, color=_RED)
        if entry.hint:
            _run(cell.add_paragraph(), entry.hint, 7, color=_GREY)

    def _control(self, paragraph: Paragraph, entry: Entry) -> None:
        field, hints = entry.field, self.layout.common.placeholders
        if field.type == "choice":
            control = drop_down(field.id, entry.label, next(self.ids), hints["choice"], entry.options)
            paragraph._p.append(control)
        elif field.type == "choices":
            for value, text in entry.options:
                tag = f"{field.id}.{value}"
                paragraph._p.append(check_box(tag, f"{entry.label} : {text}", next(self.ids)))
                _run(paragraph, f"\u00a0{text}     ", 9)
        elif field.type == "bool":
            paragraph._p.append(check_box(field.id, entry.label, next(self.ids)))
            _run(paragraph, f"\u00a0{choice_label(field, 'true')}", 9)
        elif field.type == "date":
            paragraph._p.append(date_control(field.id, entry.label, next(self.ids), hints["date"]))
        else:
            multiline = field.id == "adresse"
            control = text_control(field.id, entry.label, next(self.ids), hints["text"], multiline=multiline)
            paragraph._p.append(control)

    def _field_table(self, entry: Entry) -> None:
        columns = entry.field.columns
        widths = (Mm(90), Mm(52), Mm(32)) if len(columns) == 3 else (_WIDTH // len(columns),) * len(columns)
        table = self._table(entry.rows + 1, len(columns), widths)
        for column, cell in zip(columns, table.rows[0].cells, strict=True):
            _run(cell.paragraphs[0], label(column), 8.5, bold=True, color=_BLUE)
            cell._tc.get_or_add_tcPr().append(
                _element("w:shd", {"w:val": "clear", "w:color": "auto", "w:fill": _TINT})
            )
        table.rows[0]._tr.get_or_add_trPr().append(_element("w:tblHeader", {}))
        for index, row in enumerate(list(table.rows)[1:]):
            row.height = Mm(6)
            for column, cell in zip(columns, row.cells, strict=True):
                name = f"{entry.field.id}.{index}.{column.id}"
                title = f"{label(column)}, ligne {index + 1}"
                # A prompt in every cell would drown the table: blanks as wide as a place to click.
                control = text_control(name, title, next(self.ids), "\u2002" * 8)
                cell.paragraphs[0]._p.append(control)

    # Signatures and what closes the form

    def _signatures(self) -> None:
        blocks = self.layout.signatures
        self._heading(self.texts["signature_heading" if len(blocks) == 1 else "signatures_heading"])
        if len(blocks) == 1:
            self._signature_alone(blocks[0])
        else:
            self._signatures_side_by_side(blocks)

    def _signature_alone(self, block: SignatureBlock) -> None:
        entries = block.entries
        table = self._table(len(entries) + 1, 2, (_LABEL_WIDTH, _WIDTH - _LABEL_WIDTH))
        for entry, row in zip(entries, table.rows, strict=False):
            row.height = Mm(7)
            self._label(row.cells[0], entry)
            self._control(row.cells[1].paragraphs[0], entry)
        last = table.rows[len(entries)]
        last.height = _SIGNATURE_HEIGHT
        _run(last.cells[0].paragraphs[0], block.title, 9)

    def _signatures_side_by_side(self, blocks: tuple[SignatureBlock, ...]) -> None:
        """A column of label and control for each party, and below it where it signs."""
        depth = max(len(block.entries) + len(block.printed) for block in blocks)
        pair = (Mm(30), _WIDTH // len(blocks) - Mm(30))
        table = self._table(depth + 3, 2 * len(blocks), pair * len(blocks))
        for index, block in enumerate(blocks):
            left = 2 * index
            title = table.cell(0, left).merge(table.cell(0, left + 1))
            _run(title.paragraphs[0], block.title, 9.5, bold=True, color=_BLUE)
            for row, entry in enumerate(block.entries, start=1):
                self._label(table.cell(row, left), entry)
                self._control(table.cell(row, left + 1).paragraphs[0], entry)
            for row, text in enumerate(block.printed, start=len(block.entries) + 1):
                _run(table.cell(row, left).paragraphs[0], text, 9)
            caption = table.cell(depth + 1, left).merge(table.cell(depth + 1, left + 1))
            _run(caption.paragraphs[0], self.texts["signature_heading"], 9)
            table.cell(depth + 2, left).merge(table.cell(depth + 2, left + 1))
        table.rows[depth + 2].height = _SIGNATURE_HEIGHT

    def _closing(self) -> None:
        lists = (
            (self.texts["attachments_heading"], self.layout.attachments),
            (self.texts["criteria_heading"], self.layout.criteria),
        )
        for heading, items in lists:
            if not items:
                continue
            self._paragraph("", 5)
            cell = self._tinted_cell()
            _run(cell.paragraphs[0], heading, 8.5, bold=True)
            for item in items:
                paragraph = cell.add_paragraph()
                paragraph.paragraph_format.left_indent = Mm(4)
                paragraph.paragraph_format.first_line_indent = Mm(-4)
                paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(4))
                _run(paragraph, f"–\t{item}", 8.5)
        if self.layout.data_protection:
            heading = f"{self.texts['data_protection_heading']}. "
            paragraph = self._paragraph(heading, 7.5, bold=True, color=_GREY, before=6)
            _run(paragraph, self.layout.data_protection, 7.5, color=_GREY)

    def _table(self, rows: int, columns: int, widths: tuple[int, ...], borders: bool = True) -> Table:
        table = self.document.add_table(rows, columns)
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        properties = table._tbl.tblPr
        if borders:
            edges = ("top", "left", "bottom", "right", "insideH", "insideV")
            line = {"w:val": "single", "w:sz": "4", "w:space": "0", "w:color": _LINE}
            properties.append(_element("w:tblBorders", {}, [_element(f"w:{edge}", line) for edge in edges]))
        margins = {"top": "40", "left": "100", "bottom": "40", "right": "100"}
        properties.append(
            _element(
                "w:tblCellMar",
                {},
                [_element(f"w:{edge}", {"w:w": width, "w:type": "dxa"}) for edge, width in margins.items()],
            )
        )
        for row in table.rows:
            row._tr.get_or_add_trPr().append(_element("w:cantSplit", {}))
            for cell, width in zip(row.cells, widths, strict=True):
                cell.width = width
        for column, width in zip(table.columns, widths, strict=True):
            column.width = width
        return table


def _run(
    paragraph: Paragraph,
    text: str,
    size: float,
    *,
    bold: bool = False,
    italic: bool = False,
    color: RGBColor | None = None,
):  # type: ignore[no-untyped-def] # python-docx's Run, only passed on
    run = paragraph.add_run(text)
    run.font.name, run.font.size, run.font.bold, run.font.italic = _FONT, Pt(size), bold, italic
    if color is not None:
        run.font.color.rgb = color
    return run


def _element(
    tag: str, attributes: dict[str, str], children: list[etree._Element] | None = None
) -> etree._Element:
    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(name), value)
    element.extend(children or [])
    return element


def _tabs(paragraph: Paragraph) -> None:
    stops = paragraph.paragraph_format.tab_stops
    for position in (Mm(0), Mm(76.2), Mm(152.4)):  # the template's own stops would catch the tab
        stops.add_tab_stop(position, WD_TAB_ALIGNMENT.CLEAR)
    stops.add_tab_stop(_WIDTH, WD_TAB_ALIGNMENT.RIGHT)


def _rule(paragraph: Paragraph, edge: str, color: str, size: int) -> None:
    line = {"w:val": "single", "w:sz": str(size), "w:space": "2", "w:color": color}
    properties = paragraph._p.get_or_add_pPr()
    properties.insert_element_before(
        _element("w:pBdr", {}, [_element(f"w:{edge}", line)]),
        "w:shd",
        "w:tabs",
        "w:suppressAutoHyphens",
        "w:spacing",
        "w:ind",
        "w:jc",
        "w:rPr",
    )


def _border_run(run: object) -> None:
    line = {"w:val": "single", "w:sz": "6", "w:space": "0", "w:color": "A3222B"}
    run._r.get_or_add_rPr().append(_element("w:bdr", line))  # type: ignore[attr-defined] # see _run


def _page_field(paragraph: Paragraph, code: str) -> None:
    for kind, text in (("begin", None), (None, code), ("separate", None), ("shown", "1"), ("end", None)):
        run = _run(paragraph, text if kind == "shown" and text else "", 7.5, color=_GREY)
        if kind in ("begin", "separate", "end"):
            run._r.append(_element("w:fldChar", {"w:fldCharType": kind}))
        elif kind is None:
            instruction = OxmlElement("w:instrText")
            instruction.text = f" {text} "
            run._r.append(instruction)


def _packed(document: DocumentObject) -> bytes:
    """The document as a zip whose members bear a fixed time, in a fixed order."""
    raw, out = io.BytesIO(), io.BytesIO()
    document.save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            if name == "docProps/thumbnail.jpeg":
                continue
            data = source.read(name)
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
    for element in list(root):
        if part in element.get(attribute, ""):
            root.remove(element)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))
