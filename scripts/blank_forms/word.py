"""A layout written as a DOCX: tables of label and content control, whose tag is the field's id."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import count

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt, RGBColor
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

from blank_forms.controls import check_box, date_control, drop_down, text_control
from blank_forms.layout import Entry, Layout, Section, SignatureBlock, choice_label, label
from blank_forms.word_xml import (
    BLUE,
    FONT,
    GREY,
    LINE,
    RED,
    dress_table,
    element,
    frame,
    packed,
    page_field,
    right_tab,
    rule,
    set_language,
    set_page,
    shade,
    write,
)

_WIDTH, _LABEL_WIDTH = Mm(174), Mm(64)
_CONTROL_WIDTH = Length(_WIDTH - _LABEL_WIDTH)
_ROW, _SIGNATURE_HEIGHT = Mm(7), Mm(24)
_NARROW_LABEL_WIDTH = Mm(30)
_EPOCH = datetime(2025, 4, 1)  # the day the scheme was published stands for the clock
_EMPTY_CELL = "\u2002" * 8  # a prompt in every cell would drown a table: blanks wide enough to click


def make_docx(layout: Layout) -> bytes:
    """The blank as a DOCX with content controls, the same bytes at every run."""
    return _Form(layout).write()


class _Form:
    """Writes the parts of a layout one below the other."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.texts = layout.common.texts
        self.document = Document()
        self.ids: Iterator[int] = count(1001)
        self.number = 0

    def write(self) -> bytes:
        self._set_up()
        self._header_and_footer()
        self._opening()
        for section in self.layout.sections:
            self._section(section)
        for heading, body in self.layout.clauses:
            self._paragraph(heading, 9.5, bold=True, color=BLUE, before=6, after=1, keep=True)
            self._paragraph(body, 9, after=3, justify=True)
        self._signatures()
        self._closing()
        return packed(self.document)

    def _set_up(self) -> None:
        set_page(self.document)
        set_language(self.document, "fr-LU")
        normal = self.document.styles["Normal"]
        normal.font.name, normal.font.size = FONT, Pt(9)
        normal.paragraph_format.space_after = Pt(0)
        fonts = normal.element.get_or_add_rPr().get_or_add_rFonts()
        for script in ("w:eastAsia", "w:cs"):
            fonts.set(qn(script), FONT)
        core = self.document.core_properties
        core.title = f"{self.layout.title} ({self.texts['specimen']})".replace("\u00a0", " ")
        core.language = "fr-LU"
        core.author = core.last_modified_by = core.comments = core.keywords = ""
        core.revision = 1
        core.created = core.modified = _EPOCH

    def _header_and_footer(self) -> None:
        page, texts = self.document.sections[0], self.texts
        head = page.header.paragraphs[0]
        right_tab(head, _WIDTH)
        write(head, self.layout.common.parties[0], 9.5, bold=True, color=BLUE)
        write(head, f"\t{self.layout.number}   ", 9.5, bold=True, color=BLUE)
        frame(write(head, f"\u00a0{texts['specimen']}\u00a0", 9, bold=True, color=RED), str(RED))
        below = page.header.add_paragraph()
        write(below, self.layout.common.parties[1], 8, color=GREY)
        rule(below, "bottom", str(BLUE), 10)

        foot = page.footer.paragraphs[0]
        right_tab(foot, _WIDTH)
        rule(foot, "top", LINE, 4)
        edition = f"{self.layout.number} – {texts['edition']} {self.layout.form.version}"
        write(foot, f"{edition} – {texts['specimen_note']}\t{texts['page']} ", 7.5, color=GREY)
        page_field(foot, "PAGE", 7.5)
        write(foot, "/", 7.5, color=GREY)
        page_field(foot, "NUMPAGES", 7.5)

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
        write(paragraph, text, size, bold=bold, italic=italic, color=color)
        shape = paragraph.paragraph_format
        shape.space_before, shape.space_after, shape.keep_with_next = Pt(before), Pt(after), keep
        if justify:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
        return paragraph

    def _opening(self) -> None:
        title = self.document.add_paragraph(style="Title")
        title.paragraph_format.space_after = Pt(2)
        rule(title, "bottom", LINE, 0)
        write(title, self.layout.title, 15, bold=True, color=BLUE)
        self._paragraph(self.texts["programme"], 8, italic=True, color=GREY, after=5)
        cell = self._note_cell()
        write(cell.paragraphs[0], self.layout.intro, 8.5)
        if not self.layout.clauses:
            legend = cell.add_paragraph()
            legend.paragraph_format.space_before = Pt(3)
            write(legend, self.texts["legend"], 8.5, color=GREY)

    def _heading(self, text: str) -> None:
        self.number += 1
        heading = self.document.add_paragraph(style="Heading 1")
        write(heading, f"{self.number}. {text}", 10.5, bold=True, color=BLUE)
        heading.paragraph_format.space_before, heading.paragraph_format.space_after = Pt(9), Pt(3)
        rule(heading, "bottom", str(BLUE), 4)

    def _section(self, section: Section) -> None:
        self._heading(section.heading)
        if section.note:
            self._paragraph(section.note, 8, italic=True, color=GREY, after=3, keep=True)
        entries = [entry for entry in section.entries if entry.field.type != "table"]
        if entries:
            table = self._table(len(entries), (_LABEL_WIDTH, _CONTROL_WIDTH))
            for entry, row in zip(entries, table.rows, strict=True):
                self._entry(row, entry)
        for entry in section.entries:
            if entry.field.type == "table":
                self._field_table(entry)
        if section.after:
            self._paragraph(section.after, 9, before=5, after=3, justify=True)

    def _entry(self, row: _Row, entry: Entry) -> None:
        row.height = Mm(12) if entry.multiline else _ROW
        self._label(row.cells[0], entry)
        self._control(row.cells[1].paragraphs[0], entry)

    def _label(self, cell: _Cell, entry: Entry) -> None:
        write(cell.paragraphs[0], entry.label, 9)
        if entry.starred:
            write(cell.paragraphs[0], "\u00a0*", 9, color=RED)
        if entry.hint:
            write(cell.add_paragraph(), entry.hint, 7, color=GREY)

    def _control(self, paragraph: Paragraph, entry: Entry) -> None:
        field, title, shown = entry.field, entry.label, self.layout.common.placeholders
        content = paragraph._p
        match field.type:
            case "choice":
                content.append(drop_down(field.id, title, next(self.ids), shown["choice"], entry.options))
            case "choices":
                for value, text in entry.options:
                    content.append(check_box(f"{field.id}.{value}", f"{title} : {text}", next(self.ids)))
                    write(paragraph, f"\u00a0{text}     ", 9)
            case "bool":
                content.append(check_box(field.id, title, next(self.ids)))
                write(paragraph, f"\u00a0{choice_label(field, 'true')}", 9)
            case "date":
                content.append(date_control(field.id, title, next(self.ids), shown["date"]))
            case _:
                number = next(self.ids)
                content.append(
                    text_control(field.id, title, number, shown["text"], multiline=entry.multiline)
                )

    def _field_table(self, entry: Entry) -> None:
        columns = entry.field.columns
        table = self._table(
            entry.rows + 1, tuple(Length(int(share * _WIDTH)) for share in entry.column_shares)
        )
        head, *rows = table.rows
        head._tr.get_or_add_trPr().append(element("w:tblHeader"))
        for column, cell in zip(columns, head.cells, strict=True):
            write(cell.paragraphs[0], label(column), 8.5, bold=True, color=BLUE)
            shade(cell)
        for index, row in enumerate(rows):
            row.height = Mm(6)
            for column, cell in zip(columns, row.cells, strict=True):
                name = f"{entry.field.id}.{index}.{column.id}"
                title = f"{label(column)}, ligne {index + 1}"
                cell.paragraphs[0]._p.append(text_control(name, title, next(self.ids), _EMPTY_CELL))

    def _signatures(self) -> None:
        blocks = self.layout.signatures
        self._heading(self.texts["signature_heading" if len(blocks) == 1 else "signatures_heading"])
        if len(blocks) == 1:
            self._signature_alone(blocks[0])
        else:
            self._signatures_side_by_side(blocks)
        self._paragraph("", 5)  # Word wants a paragraph between tables and at the end

    def _signature_alone(self, block: SignatureBlock) -> None:
        *rows, last = self._table(len(block.entries) + 1, (_LABEL_WIDTH, _CONTROL_WIDTH)).rows
        for entry, row in zip(block.entries, rows, strict=True):
            self._entry(row, entry)
        last.height = _SIGNATURE_HEIGHT
        write(last.cells[0].paragraphs[0], block.title, 9)

    def _signatures_side_by_side(self, blocks: tuple[SignatureBlock, ...]) -> None:
        """For each party a column of labels and controls, and below it the place where it signs."""
        depth = max(len(block.entries) + len(block.printed) for block in blocks)
        pair = (_NARROW_LABEL_WIDTH, Length(_WIDTH // len(blocks) - _NARROW_LABEL_WIDTH))
        table = self._table(depth + 3, pair * len(blocks))
        for left, block in zip(range(0, 2 * len(blocks), 2), blocks, strict=True):
            title, caption, _place = (
                table.cell(row, left).merge(table.cell(row, left + 1)) for row in (0, depth + 1, depth + 2)
            )
            write(title.paragraphs[0], block.title, 9.5, bold=True, color=BLUE)
            for row, entry in enumerate(block.entries, start=1):
                self._label(table.cell(row, left), entry)
                self._control(table.cell(row, left + 1).paragraphs[0], entry)
            for row, text in enumerate(block.printed, start=len(block.entries) + 1):
                write(table.cell(row, left).paragraphs[0], text, 9)
            write(caption.paragraphs[0], self.texts["signature_heading"], 9)
        table.rows[depth + 2].height = _SIGNATURE_HEIGHT

    def _closing(self) -> None:
        if self.layout.attachments:
            self._notes(self.texts["attachments_heading"], self.layout.attachments)
        if self.layout.criteria:
            self._notes(self.texts["criteria_heading"], self.layout.criteria)
        if self.layout.data_protection:
            heading = f"{self.texts['data_protection_heading']}. "
            paragraph = self._paragraph(heading, 7.5, bold=True, color=GREY)
            write(paragraph, self.layout.data_protection, 7.5, color=GREY)

    def _notes(self, heading: str, items: tuple[str, ...]) -> None:
        cell = self._note_cell()
        write(cell.paragraphs[0], heading, 8.5, bold=True)
        for item in items:
            paragraph = cell.add_paragraph()
            shape = paragraph.paragraph_format
            shape.left_indent, shape.first_line_indent = Mm(4), Mm(-4)
            shape.tab_stops.add_tab_stop(Mm(4))
            write(paragraph, f"–\t{item}", 8.5)
        self._paragraph("", 5)

    def _note_cell(self) -> _Cell:
        cell = self._table(1, (_WIDTH,), borders=False).cell(0, 0)
        shade(cell)
        return cell

    def _table(self, rows: int, widths: tuple[Length, ...], borders: bool = True) -> Table:
        table: Table = self.document.add_table(rows, len(widths))
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        dress_table(table, borders)
        for row in table.rows:
            row._tr.get_or_add_trPr().append(element("w:cantSplit"))
            for cell, width in zip(row.cells, widths, strict=True):
                cell.width = width
        for column, width in zip(table.columns, widths, strict=True):
            column.width = width
        return table
