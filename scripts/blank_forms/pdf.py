"""A layout drawn as an A4 PDF form: label left, box right, so that ink and typing find the same place."""

from __future__ import annotations

import io
from pathlib import Path
from xml.sax.saxutils import escape

import pikepdf
import reportlab
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from blank_forms.acroform import Widget, add_form
from blank_forms.layout import Entry, Layout, Section, SignatureBlock, choice_label, label

_WIDTH, _HEIGHT = A4
_LEFT, _RIGHT = 18 * mm, _WIDTH - 18 * mm
_TOP, _BOTTOM = _HEIGHT - 27 * mm, 20 * mm
_LABEL_WIDTH = 62 * mm
_BOX_HEIGHT, _ROW_GAP = 6.4 * mm, 1.7 * mm
_TICK = 3.5 * mm
_SIGNATURE_HEIGHT = 24 * mm

_INK, _BLUE, _GREY = HexColor("#1a1a1a"), HexColor("#1f3d63"), HexColor("#5f6770")
_LINE, _TINT, _RED = HexColor("#8a94a0"), HexColor("#eef2f6"), HexColor("#a3222b")

_FONTS = {"Vera": "Vera.ttf", "Vera-Bold": "VeraBd.ttf", "Vera-Italic": "VeraIt.ttf"}


def _style(name: str, size: float, font: str = "Vera", **more: object) -> ParagraphStyle:
    settings: dict[str, object] = {"leading": size * 1.36, "textColor": _INK, **more}
    return ParagraphStyle(name, fontName=font, fontSize=size, **settings)


def make_pdf(layout: Layout) -> bytes:
    """The blank as an AcroForm PDF, the same bytes at every run."""
    _register_fonts()
    total = _Sheet(layout, total=0).draw().pages
    sheet = _Sheet(layout, total=total).draw()
    return _finish(sheet.pdf_bytes(), layout, sheet.widgets)


def _register_fonts() -> None:
    folder = Path(reportlab.__file__).parent / "fonts"
    for name, file in _FONTS.items():
        pdfmetrics.registerFont(TTFont(name, str(folder / file)))
    pdfmetrics.registerFontFamily(
        "Vera", normal="Vera", bold="Vera-Bold", italic="Vera-Italic", boldItalic="Vera-Bold"
    )


def _finish(printed: bytes, layout: Layout, widgets: list[Widget]) -> bytes:
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


class _Sheet:
    """A canvas with a cursor that runs down the page and on to the next."""

    label_style = _style("label", 8)
    hint_style = _style("hint", 6.4, textColor=_GREY)
    text_style = _style("text", 7.8)
    clause_style = _style("clause", 8, alignment=TA_JUSTIFY)
    clause_heading_style = _style("clause heading", 8.4, "Vera-Bold", textColor=_BLUE)
    small_style = _style("small", 6.8, textColor=_GREY)
    note_style = _style("note", 7.2, "Vera-Italic", textColor=_GREY)
    title_style = _style("title", 14.5, "Vera-Bold", textColor=_BLUE, leading=18.5)

    def __init__(self, layout: Layout, total: int) -> None:
        self.layout = layout
        self.texts = layout.common.texts
        self.total = total
        self.pages = 1
        self.widgets: list[Widget] = []
        self.buffer = io.BytesIO()
        self.canvas = Canvas(self.buffer, pagesize=A4, invariant=1, lang="fr")
        self.y = _TOP
        self.number = 0

    def pdf_bytes(self) -> bytes:
        return self.buffer.getvalue()

    def draw(self) -> _Sheet:
        self._dress_page()
        self._opening()
        for section in self.layout.sections:
            self._section(section)
        for heading, body in self.layout.clauses:
            self._clause(heading, body)
        self._signatures()
        self._closing()
        self.canvas.save()
        return self

    # The page itself

    def _dress_page(self) -> None:
        canvas, texts = self.canvas, self.texts
        top = _HEIGHT - 14 * mm
        canvas.setFillColor(_BLUE)
        canvas.setFont("Vera-Bold", 9)
        canvas.drawString(_LEFT, top, self.layout.common.parties[0])
        canvas.setFont("Vera", 7.4)
        canvas.setFillColor(_GREY)
        canvas.drawString(_LEFT, top - 3.9 * mm, self.layout.common.parties[1])

        badge = pdfmetrics.stringWidth(texts["specimen"], "Vera-Bold", 8) + 5 * mm
        canvas.setStrokeColor(_RED)
        canvas.setFillColor(_RED)
        canvas.setLineWidth(0.8)
        canvas.roundRect(_RIGHT - badge, top - 3.6 * mm, badge, 5.4 * mm, 1.2 * mm)
        canvas.setFont("Vera-Bold", 8)
        canvas.drawCentredString(_RIGHT - badge / 2, top - 1.9 * mm, texts["specimen"])
        canvas.setFillColor(_BLUE)
        canvas.setFont("Vera-Bold", 9)
        canvas.drawRightString(_RIGHT - badge - 4 * mm, top - 2.05 * mm, self.layout.number)
        canvas.setStrokeColor(_BLUE)
        canvas.setLineWidth(1.1)
        canvas.line(_LEFT, top - 6.6 * mm, _RIGHT, top - 6.6 * mm)

        canvas.setStrokeColor(_LINE)
        canvas.setLineWidth(0.4)
        canvas.line(_LEFT, 14.5 * mm, _RIGHT, 14.5 * mm)
        canvas.setFillColor(_GREY)
        canvas.setFont("Vera", 6.6)
        edition = (
            f"{self.layout.number} – {texts['edition']} {self.layout.form.version} – {texts['specimen_note']}"
        )
        canvas.drawString(_LEFT, 11 * mm, edition)
        canvas.drawRightString(_RIGHT, 11 * mm, f"{texts['page']} {self.pages}/{self.total}")

    def _room_for(self, height: float) -> None:
        """Go on to the next page when that much does not fit on this one."""
        if self.y - height < _BOTTOM:
            self.canvas.showPage()
            self.pages += 1
            self.y = _TOP
            self._dress_page()

    def _paragraph(self, markup: str, style: ParagraphStyle, x: float, width: float, y: float) -> float:
        """Draw from `y` downwards, give the height used."""
        paragraph = Paragraph(markup, style)
        _, height = paragraph.wrap(width, _HEIGHT)
        paragraph.drawOn(self.canvas, x, y - height)
        return float(height)

    @staticmethod
    def _height(markup: str, style: ParagraphStyle, width: float) -> float:
        return float(Paragraph(markup, style).wrap(width, _HEIGHT)[1])

    # What the page says

    def _opening(self) -> None:
        self.y -= self._paragraph(escape(self.layout.title), self.title_style, _LEFT, _RIGHT - _LEFT, self.y)
        self.y -= 1.2 * mm
        programme = escape(self.texts["programme"])
        self.y -= self._paragraph(programme, self.note_style, _LEFT, _RIGHT - _LEFT, self.y)
        self.y -= 2.6 * mm
        inside = _RIGHT - _LEFT - 8 * mm
        texts = [escape(self.layout.intro)]
        if not self.layout.clauses:
            texts.append(f'<font color="#5f6770">{escape(self.texts["legend"])}</font>')
        heights = [self._height(text, self.text_style, inside) for text in texts]
        height = sum(heights) + 1.2 * mm * (len(texts) - 1) + 5 * mm
        self._tinted(self.y, height)
        y = self.y - 2.2 * mm
        for text in texts:
            y -= self._paragraph(text, self.text_style, _LEFT + 4 * mm, inside, y) + 1.2 * mm
        self.y -= height + 3.2 * mm

    def _tinted(self, top: float, height: float) -> None:
        self.canvas.setFillColor(_TINT)
        self.canvas.rect(_LEFT, top - height, _RIGHT - _LEFT, height, stroke=0, fill=1)
        self.canvas.setFillColor(_BLUE)
        self.canvas.rect(_LEFT, top - height, 0.9 * mm, height, stroke=0, fill=1)

    def _heading(self, text: str, keep_with: float) -> None:
        """A numbered heading that stays with the height that follows it."""
        self._room_for(9 * mm + keep_with)
        self.number += 1
        canvas = self.canvas
        self.y -= 2.2 * mm
        canvas.setFillColor(_BLUE)
        canvas.setFont("Vera-Bold", 9.4)
        canvas.drawString(_LEFT, self.y - 3.2 * mm, f"{self.number}. {text}")
        canvas.setStrokeColor(_BLUE)
        canvas.setLineWidth(0.5)
        canvas.line(_LEFT, self.y - 4.9 * mm, _RIGHT, self.y - 4.9 * mm)
        self.y -= 7 * mm

    def _section(self, section: Section) -> None:
        first = section.entries[0]
        self._heading(section.heading, keep_with=(7 * mm if section.note else 0) + self._entry_height(first))
        if section.note:
            self.y -= self._paragraph(escape(section.note), self.note_style, _LEFT, _RIGHT - _LEFT, self.y)
            self.y -= 1.6 * mm
        for entry in section.entries:
            if entry.field.type == "table":
                self._table(entry)
            else:
                self._entry(entry)
        if section.after:
            self.y -= 1 * mm
            self.y -= self._paragraph(escape(section.after), self.clause_style, _LEFT, _RIGHT - _LEFT, self.y)
            self.y -= 2.5 * mm

    def _clause(self, heading: str, body: str) -> None:
        width = _RIGHT - _LEFT
        height = self._height(escape(heading), self.clause_heading_style, width)
        height += self._height(escape(body), self.clause_style, width)
        self._room_for(height + 2 * mm)
        self.y -= 1.4 * mm
        self.y -= self._paragraph(escape(heading), self.clause_heading_style, _LEFT, width, self.y) + 0.6 * mm
        self.y -= self._paragraph(escape(body), self.clause_style, _LEFT, width, self.y) + 1.2 * mm

    # Fields

    def _label_markup(self, entry: Entry) -> str:
        star = '\u00a0<font color="#a3222b">*</font>' if entry.starred else ""
        return f"{escape(entry.label)}{star}"

    def _label_height(self, entry: Entry, width: float) -> float:
        height = self._height(self._label_markup(entry), self.label_style, width)
        return height + (self._height(escape(entry.hint), self.hint_style, width) if entry.hint else 0)

    def _options_lines(self, entry: Entry, width: float) -> list[list[tuple[str, str]]]:
        """The boxes to tick: all on one line where they fit, else one to a line."""
        options = entry.options or (("Yes", choice_label(entry.field, "true")),)
        if sum(_tick_width(text) for _, text in options) <= width:
            return [list(options)]
        return [[option] for option in options]

    def _control_height(self, entry: Entry, width: float) -> float:
        if entry.field.type in ("choice", "choices", "bool"):
            return len(self._options_lines(entry, width)) * 5.2 * mm
        return 2.1 * _BOX_HEIGHT if _is_multiline(entry) else _BOX_HEIGHT

    def _entry_height(self, entry: Entry) -> float:
        if entry.field.type == "table":
            return 30 * mm
        box = self._control_height(entry, _RIGHT - _LEFT - _LABEL_WIDTH)
        return max(box, self._label_height(entry, _LABEL_WIDTH - 3 * mm)) + _ROW_GAP

    def _entry(
        self, entry: Entry, left: float = _LEFT, right: float = _RIGHT, label_width: float = _LABEL_WIDTH
    ) -> None:
        box_left = left + label_width
        label_height = self._label_height(entry, label_width - 3 * mm)
        control = self._control_height(entry, right - box_left)
        height = max(label_height, control)
        self._room_for(height + _ROW_GAP)
        y = self.y - max(0.0, (min(control, _BOX_HEIGHT) - label_height) / 2)
        y -= self._paragraph(self._label_markup(entry), self.label_style, left, label_width - 3 * mm, y)
        if entry.hint:
            self._paragraph(escape(entry.hint), self.hint_style, left, label_width - 3 * mm, y)
        top = self.y - max(0.0, (height - control) / 2 if control <= _BOX_HEIGHT else 0.0)
        if entry.field.type in ("choice", "choices", "bool"):
            self._ticks(entry, box_left, right, top)
        else:
            kind = "multiline" if _is_multiline(entry) else "text"
            rect = (box_left, top - control, right, top)
            self._box(rect)
            self._widget(entry.field.id, kind, rect, entry.label, required=entry.field.required == "always")
        self.y -= height + _ROW_GAP

    def _ticks(self, entry: Entry, left: float, right: float, top: float) -> None:
        field = entry.field
        for line in self._options_lines(entry, right - left):
            x = left
            bottom = top - 4.4 * mm
            for value, text in line:
                rect = (x, bottom, x + _TICK, bottom + _TICK)
                self._box(rect)
                if field.type == "choice":
                    self._widget(
                        field.id, "radio", rect, text, entry.field.required == "always", value, entry.label
                    )
                elif field.type == "choices":
                    self._widget(f"{field.id}.{value}", "check", rect, f"{entry.label} : {text}")
                else:
                    self._widget(field.id, "check", rect, entry.label)
                self.canvas.setFillColor(_INK)
                self.canvas.setFont("Vera", 8)
                self.canvas.drawString(x + _TICK + 2 * mm, bottom + 0.75 * mm, text)
                x += _tick_width(text)
            top -= 5.2 * mm

    def _table(self, entry: Entry) -> None:
        columns = entry.field.columns
        total = _RIGHT - _LEFT
        shares = [0.52, 0.30, 0.18] if len(columns) == 3 else [1 / len(columns)] * len(columns)
        edges = [_LEFT]
        for share in shares:
            edges.append(edges[-1] + share * total)
        row = 6 * mm
        self._room_for((entry.rows + 1) * row)
        self.canvas.setFillColor(_TINT)
        self.canvas.rect(_LEFT, self.y - row, total, row, stroke=0, fill=1)
        for column, left, right in zip(columns, edges, edges[1:], strict=False):
            self._box((left, self.y - row, right, self.y), fill=False)
            self.canvas.setFillColor(_BLUE)
            self.canvas.setFont("Vera-Bold", 7.6)
            self.canvas.drawString(left + 2 * mm, self.y - row + 2.1 * mm, label(column))
        for index in range(entry.rows):
            top = self.y - (index + 1) * row
            for column, left, right in zip(columns, edges, edges[1:], strict=False):
                rect = (left, top - row, right, top)
                self._box(rect)
                tooltip = f"{label(column)}, ligne {index + 1}"
                self._widget(f"{entry.field.id}.{index}.{column.id}", "text", rect, tooltip)
        self.y -= (entry.rows + 1) * row + 2 * mm

    def _box(self, rect: tuple[float, float, float, float], fill: bool = True) -> None:
        left, bottom, right, top = rect
        self.canvas.setStrokeColor(_LINE)
        self.canvas.setLineWidth(0.6)
        self.canvas.setFillColor(HexColor("#ffffff"))
        self.canvas.rect(left, bottom, right - left, top - bottom, stroke=1, fill=int(fill))

    def _widget(
        self,
        name: str,
        kind: str,
        rect: tuple[float, float, float, float],
        tooltip: str,
        required: bool = False,
        state: str = "Yes",
        field_tooltip: str = "",
    ) -> None:
        inset = 0.6 if kind in ("text", "multiline", "signature") else 0.0
        left, bottom, right, top = rect
        inner = (left + inset, bottom + inset, right - inset, top - inset)
        self.widgets.append(
            Widget(name, kind, self.pages - 1, inner, tooltip, required, state, field_tooltip)  # type: ignore[arg-type]
        )

    # Signatures and what closes the form

    def _signatures(self) -> None:
        blocks = self.layout.signatures
        heading = self.texts["signature_heading" if len(blocks) == 1 else "signatures_heading"]
        fields = sum(self._entry_height(entry) for entry in blocks[0].entries)
        if len(blocks) == 1:
            self._heading(heading, fields + _SIGNATURE_HEIGHT)
            self._signature_alone(blocks[0])
        else:
            self._heading(heading, fields + _SIGNATURE_HEIGHT + 20 * mm)
            self._signatures_side_by_side(blocks)

    def _signature_alone(self, block: SignatureBlock) -> None:
        for entry in block.entries:
            self._entry(entry)
        self._paragraph(
            escape(block.title), self.label_style, _LEFT, _LABEL_WIDTH - 3 * mm, self.y - 1.2 * mm
        )
        self._signature_box(block, (_LEFT + _LABEL_WIDTH, self.y - _SIGNATURE_HEIGHT, _RIGHT, self.y))
        self.y -= _SIGNATURE_HEIGHT + 2 * mm

    def _signatures_side_by_side(self, blocks: tuple[SignatureBlock, ...]) -> None:
        gap = 6 * mm
        width = (_RIGHT - _LEFT - gap * (len(blocks) - 1)) / len(blocks)
        start, lowest = self.y, self.y
        for index, block in enumerate(blocks):
            left = _LEFT + index * (width + gap)
            self.y = start
            self.y -= (
                self._paragraph(escape(block.title), self.clause_heading_style, left, width, self.y) + 2 * mm
            )
            for entry in block.entries:
                self._entry(entry, left, left + width, 27 * mm)
            for text in block.printed:
                self._paragraph(escape(text), self.label_style, left, 24 * mm, self.y - 1.2 * mm)
                self._box((left + 27 * mm, self.y - _BOX_HEIGHT, left + width, self.y))
                self.y -= self._entry_height_like(blocks, block, text) + _ROW_GAP
            lowest = min(lowest, self.y)
        for index, block in enumerate(blocks):
            left = _LEFT + index * (width + gap)
            self._paragraph(self.texts["signature_heading"], self.label_style, left, width, lowest)
            top = lowest - 5 * mm
            self._signature_box(block, (left, top - _SIGNATURE_HEIGHT, left + width, top))
        self.y = lowest - 5 * mm - _SIGNATURE_HEIGHT - 2 * mm

    def _entry_height_like(
        self, blocks: tuple[SignatureBlock, ...], block: SignatureBlock, text: str
    ) -> float:
        """Lines merely printed keep in step with the other party's fields."""
        index = block.printed.index(text)
        entries = blocks[0].entries
        if index >= len(entries):
            return _BOX_HEIGHT
        return max(_BOX_HEIGHT, self._label_height(entries[index], 24 * mm))

    def _signature_box(self, block: SignatureBlock, rect: tuple[float, float, float, float]) -> None:
        self._box(rect)
        self._widget(block.field_name, "signature", rect, block.title)

    def _closing(self) -> None:
        lists = (
            (self.texts["attachments_heading"], self.layout.attachments),
            (self.texts["criteria_heading"], self.layout.criteria),
        )
        for heading, items in lists:
            if items:
                self._notes(heading, items)
        if self.layout.data_protection:
            heading = escape(self.texts["data_protection_heading"])
            markup = f"<b>{heading}.</b> {escape(self.layout.data_protection)}"
            height = self._height(markup, self.small_style, _RIGHT - _LEFT)
            self._room_for(height + 2 * mm)
            self.y -= 1.5 * mm
            self.y -= self._paragraph(markup, self.small_style, _LEFT, _RIGHT - _LEFT, self.y)

    def _notes(self, heading: str, items: tuple[str, ...]) -> None:
        width = _RIGHT - _LEFT - 8 * mm
        heights = [self._height(escape(item), self.text_style, width - 3 * mm) for item in items]
        height = 5.5 * mm + sum(heights) + 0.6 * mm * len(items) + 2.4 * mm
        self._room_for(height + 4 * mm)
        self.y -= 2 * mm
        self._tinted(self.y, height)
        y = self.y - 2 * mm
        y -= (
            self._paragraph(f"<b>{escape(heading)}</b>", self.text_style, _LEFT + 4 * mm, width, y) + 0.6 * mm
        )
        for item, item_height in zip(items, heights, strict=True):
            self._paragraph("–", self.text_style, _LEFT + 4 * mm, width, y)
            self._paragraph(escape(item), self.text_style, _LEFT + 7 * mm, width - 3 * mm, y)
            y -= item_height + 0.6 * mm
        self.y -= height + 1 * mm


def _tick_width(text: str) -> float:
    """A box, its words, and the gap to the next."""
    return _TICK + 2 * mm + float(pdfmetrics.stringWidth(text, "Vera", 8)) + 6 * mm


def _is_multiline(entry: Entry) -> bool:
    return entry.field.id == "adresse"
