"""A layout drawn as an A4 PDF form: label left, box right, so that ink and typing find the same place."""

from __future__ import annotations

import io
from xml.sax.saxutils import escape

import pikepdf

from blank_forms.acroform import Widget, add_form
from blank_forms.layout import Entry, Layout, Section, SignatureBlock, choice_label, label
from blank_forms.page import (
    BLUE,
    CLAUSE,
    CLAUSE_HEADING,
    HINT,
    INK,
    LABEL,
    LEFT,
    NOTE,
    RIGHT,
    SMALL,
    TEXT,
    TINT,
    TITLE,
    Page,
    height_of,
    mm,
    register_fonts,
    text_width,
)

_LABEL_WIDTH = 62 * mm
_NARROW_LABEL_WIDTH = 27 * mm  # where two parties sign side by side
_BOX_HEIGHT, _ROW_GAP = 6.4 * mm, 1.7 * mm
_TICK, _TICK_LINE = 3.5 * mm, 5.2 * mm
_TABLE_ROW = 6 * mm
_SIGNATURE_HEIGHT = 24 * mm
_WIDTH = RIGHT - LEFT


def make_pdf(layout: Layout) -> bytes:
    """The blank as an AcroForm PDF, the same bytes at every run."""
    register_fonts()
    counted = _Form(layout, total=0)
    counted.draw()
    form = _Form(layout, total=counted.page.pages)
    form.draw()
    return _with_fields(form.page.finished(), layout, form.page.widgets)


def _with_fields(printed: bytes, layout: Layout, widgets: list[Widget]) -> bytes:
    """Form fields, title and language; identifiers that depend on the content alone."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        add_form(pdf, widgets)
        pdf.Root.Lang = pikepdf.String("fr")
        pdf.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
        if "/PageMode" in pdf.Root:
            del pdf.Root.PageMode
        title = f"{layout.title} ({layout.common.texts['specimen']})".replace("\u00a0", " ")
        del pdf.docinfo
        pdf.docinfo[pikepdf.Name.Title] = pikepdf.String(title)
        with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
            metadata["dc:title"] = title
            metadata["dc:language"] = {"fr"}
        pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue()


class _Form:
    """Draws the parts of a layout one below the other."""

    def __init__(self, layout: Layout, total: int) -> None:
        self.layout = layout
        self.texts = layout.common.texts
        self.page = Page(layout, total)
        self.number = 0

    def draw(self) -> None:
        self._opening()
        for section in self.layout.sections:
            self._section(section)
        for heading, body in self.layout.clauses:
            self._clause(heading, body)
        self._signatures()
        self._closing()

    def _opening(self) -> None:
        page = self.page
        page.flow(self.layout.title, TITLE, gap=1.2 * mm)
        page.flow(self.texts["programme"], NOTE, gap=2.6 * mm)
        texts = [escape(self.layout.intro)]
        if not self.layout.clauses:
            texts.append(f'<font color="#5f6770">{escape(self.texts["legend"])}</font>')
        inside, gap = _WIDTH - 8 * mm, 1.2 * mm
        height = sum(height_of(text, TEXT, inside) for text in texts) + gap * (len(texts) - 1) + 5 * mm
        page.tinted(page.y, height)
        y = page.y - 2.2 * mm
        for text in texts:
            y -= page.paragraph(text, TEXT, LEFT + 4 * mm, inside, y) + gap
        page.y -= height + 3.2 * mm

    def _heading(self, text: str, keep_with: float) -> None:
        """A numbered heading that stays on the page of the height that follows it."""
        page = self.page
        page.room_for(9 * mm + keep_with)
        self.number += 1
        page.y -= 2.2 * mm
        page.text(LEFT, page.y - 3.2 * mm, f"{self.number}. {text}", "Vera-Bold", 9.4, BLUE)
        page.line(page.y - 4.9 * mm, BLUE, 0.5)
        page.y -= 7 * mm

    def _section(self, section: Section) -> None:
        note = 7 * mm if section.note else 0
        self._heading(section.heading, keep_with=note + _height(section.entries[0]))
        if section.note:
            self.page.flow(section.note, NOTE, gap=1.6 * mm)
        for entry in section.entries:
            if entry.field.type == "table":
                self._table(entry)
            else:
                self._entry(entry)
        if section.after:
            self.page.y -= 1 * mm
            self.page.flow(section.after, CLAUSE, gap=2.5 * mm)

    def _clause(self, heading: str, body: str) -> None:
        height = height_of(escape(heading), CLAUSE_HEADING, _WIDTH) + height_of(escape(body), CLAUSE, _WIDTH)
        self.page.room_for(height + 2 * mm)
        self.page.y -= 1.4 * mm
        self.page.flow(heading, CLAUSE_HEADING, gap=0.6 * mm)
        self.page.flow(body, CLAUSE, gap=1.2 * mm)

    def _entry(
        self, entry: Entry, left: float = LEFT, right: float = RIGHT, label_width: float = _LABEL_WIDTH
    ) -> None:
        """A field: its label and hint at the left, centred on the box at the right."""
        page, box_left = self.page, left + label_width
        label_height = _label_height(entry, label_width)
        control = _control_height(entry, right - box_left)
        height = max(label_height, control)
        page.room_for(height + _ROW_GAP)
        y = page.y - max(0.0, (min(control, _BOX_HEIGHT) - label_height) / 2)
        y -= page.paragraph(_label_markup(entry), LABEL, left, label_width - 3 * mm, y)
        if entry.hint:
            page.paragraph(escape(entry.hint), HINT, left, label_width - 3 * mm, y)
        top = page.y - ((height - control) / 2 if control <= _BOX_HEIGHT else 0.0)
        if _is_ticked(entry):
            self._ticks(entry, box_left, right, top)
        else:
            page.widget(
                entry.field.id,
                "multiline" if entry.multiline else "text",
                (box_left, top - control, right, top),
                entry.label,
                required=entry.field.required == "always",
            )
        page.y -= height + _ROW_GAP

    def _ticks(self, entry: Entry, left: float, right: float, top: float) -> None:
        """The boxes of a choice, or the single box of a yes."""
        page, field = self.page, entry.field
        required = field.required == "always"
        for line in _tick_lines(entry, right - left):
            x, bottom = left, top - 4.4 * mm
            for value, text in line:
                rect = (x, bottom, x + _TICK, bottom + _TICK)
                if field.type == "choice":
                    page.widget(
                        field.id,
                        "radio",
                        rect,
                        text,
                        required=required,
                        state=value,
                        field_tooltip=entry.label,
                    )
                elif field.type == "choices":
                    page.widget(f"{field.id}.{value}", "check", rect, f"{entry.label} : {text}")
                else:
                    page.widget(field.id, "check", rect, entry.label)
                page.text(x + _TICK + 2 * mm, bottom + 0.75 * mm, text, "Vera", 8, INK)
                x += _tick_width(text)
            top -= _TICK_LINE

    def _table(self, entry: Entry) -> None:
        page, columns = self.page, entry.field.columns
        edges = [LEFT]
        for share in entry.column_shares:
            edges.append(edges[-1] + share * _WIDTH)
        spans = list(zip(columns, edges, edges[1:], strict=False))
        page.room_for((entry.rows + 1) * _TABLE_ROW)
        page.canvas.setFillColor(TINT)
        page.canvas.rect(LEFT, page.y - _TABLE_ROW, _WIDTH, _TABLE_ROW, stroke=0, fill=1)
        for column, left, right in spans:
            page.box((left, page.y - _TABLE_ROW, right, page.y), fill=False)
            page.text(left + 2 * mm, page.y - _TABLE_ROW + 2.1 * mm, label(column), "Vera-Bold", 7.6, BLUE)
        for index in range(entry.rows):
            top = page.y - (index + 1) * _TABLE_ROW
            for column, left, right in spans:
                name = f"{entry.field.id}.{index}.{column.id}"
                tooltip = f"{label(column)}, ligne {index + 1}"
                page.widget(name, "text", (left, top - _TABLE_ROW, right, top), tooltip)
        page.y -= (entry.rows + 1) * _TABLE_ROW + 2 * mm

    def _signatures(self) -> None:
        blocks = self.layout.signatures
        fields = sum(_height(entry) for entry in blocks[0].entries)
        if len(blocks) == 1:
            self._heading(self.texts["signature_heading"], fields + _SIGNATURE_HEIGHT)
            self._signature_alone(blocks[0])
        else:
            self._heading(self.texts["signatures_heading"], fields + _SIGNATURE_HEIGHT + 20 * mm)
            self._signatures_side_by_side(blocks)

    def _signature_alone(self, block: SignatureBlock) -> None:
        page = self.page
        for entry in block.entries:
            self._entry(entry)
        page.paragraph(escape(block.title), LABEL, LEFT, _LABEL_WIDTH - 3 * mm, page.y - 1.2 * mm)
        rect = (LEFT + _LABEL_WIDTH, page.y - _SIGNATURE_HEIGHT, RIGHT, page.y)
        page.widget(block.field_name, "signature", rect, block.title)
        page.y -= _SIGNATURE_HEIGHT + 2 * mm

    def _signatures_side_by_side(self, blocks: tuple[SignatureBlock, ...]) -> None:
        page, gap = self.page, 6 * mm
        width = (_WIDTH - gap * (len(blocks) - 1)) / len(blocks)
        start = lowest = page.y
        lefts = [LEFT + index * (width + gap) for index in range(len(blocks))]
        for block, left in zip(blocks, lefts, strict=True):
            page.y = start
            page.y -= page.paragraph(escape(block.title), CLAUSE_HEADING, left, width, page.y) + 2 * mm
            for entry in block.entries:
                self._entry(entry, left, left + width, _NARROW_LABEL_WIDTH)
            for index, text in enumerate(block.printed):
                page.paragraph(escape(text), LABEL, left, _NARROW_LABEL_WIDTH, page.y - 1.2 * mm)
                page.box((left + _NARROW_LABEL_WIDTH, page.y - _BOX_HEIGHT, left + width, page.y))
                page.y -= _printed_height(blocks[0].entries, index) + _ROW_GAP
            lowest = min(lowest, page.y)
        top = lowest - 5 * mm
        for block, left in zip(blocks, lefts, strict=True):
            page.paragraph(self.texts["signature_heading"], LABEL, left, width, lowest)
            rect = (left, top - _SIGNATURE_HEIGHT, left + width, top)
            page.widget(block.field_name, "signature", rect, block.title)
        page.y = top - _SIGNATURE_HEIGHT - 2 * mm

    def _closing(self) -> None:
        if self.layout.attachments:
            self._notes(self.texts["attachments_heading"], self.layout.attachments)
        if self.layout.criteria:
            self._notes(self.texts["criteria_heading"], self.layout.criteria)
        if self.layout.data_protection:
            heading = escape(self.texts["data_protection_heading"])
            markup = f"<b>{heading}.</b> {escape(self.layout.data_protection)}"
            self.page.room_for(height_of(markup, SMALL, _WIDTH) + 2 * mm)
            self.page.y -= 1.5 * mm
            self.page.paragraph(markup, SMALL, LEFT, _WIDTH, self.page.y)

    def _notes(self, heading: str, items: tuple[str, ...]) -> None:
        page, width = self.page, _WIDTH - 11 * mm
        heights = [height_of(escape(item), TEXT, width) + 0.6 * mm for item in items]
        height = sum(heights) + 7.9 * mm
        page.room_for(height + 4 * mm)
        page.y -= 2 * mm
        page.tinted(page.y, height)
        y = page.y - 2 * mm
        y -= page.paragraph(f"<b>{escape(heading)}</b>", TEXT, LEFT + 4 * mm, width, y) + 0.6 * mm
        for item, item_height in zip(items, heights, strict=True):
            page.paragraph("–", TEXT, LEFT + 4 * mm, width, y)
            page.paragraph(escape(item), TEXT, LEFT + 7 * mm, width, y)
            y -= item_height
        page.y -= height + 1 * mm


def _is_ticked(entry: Entry) -> bool:
    return entry.field.type in ("choice", "choices", "bool")


def _label_markup(entry: Entry) -> str:
    star = '\u00a0<font color="#a3222b">*</font>' if entry.starred else ""
    return f"{escape(entry.label)}{star}"


def _label_height(entry: Entry, width: float) -> float:
    height = height_of(_label_markup(entry), LABEL, width - 3 * mm)
    return height + (height_of(escape(entry.hint), HINT, width - 3 * mm) if entry.hint else 0)


def _control_height(entry: Entry, width: float) -> float:
    if _is_ticked(entry):
        return len(_tick_lines(entry, width)) * _TICK_LINE
    return 2.1 * _BOX_HEIGHT if entry.multiline else _BOX_HEIGHT


def _height(entry: Entry) -> float:
    """What an entry takes across the page; of a table, what must stay with its heading."""
    if entry.field.type == "table":
        return (entry.rows + 1) * _TABLE_ROW
    return max(_control_height(entry, _WIDTH - _LABEL_WIDTH), _label_height(entry, _LABEL_WIDTH)) + _ROW_GAP


def _printed_height(entries: tuple[Entry, ...], index: int) -> float:
    """Lines merely printed keep in step with the other party's fields beside them."""
    if index >= len(entries):
        return _BOX_HEIGHT
    return max(_BOX_HEIGHT, _label_height(entries[index], _NARROW_LABEL_WIDTH))


def _tick_lines(entry: Entry, width: float) -> list[list[tuple[str, str]]]:
    """(state, text) of the boxes to tick: all on one line where they fit, else one to a line."""
    options = entry.options or (("Yes", choice_label(entry.field, "true")),)
    if sum(_tick_width(text) for _, text in options) <= width:
        return [list(options)]
    return [[option] for option in options]


def _tick_width(text: str) -> float:
    """A box, its words, and the gap to the next."""
    return _TICK + 2 * mm + text_width(text) + 6 * mm
