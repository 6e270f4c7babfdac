"""An A4 sheet with a cursor that runs down it and on to the next: the dress, the type, the boxes."""

from __future__ import annotations

import io
from pathlib import Path
from xml.sax.saxutils import escape

import reportlab
from reportlab.lib import units
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from blank_forms.acroform import Widget, WidgetKind
from blank_forms.layout import Layout

Rect = tuple[float, float, float, float]
"""Left, bottom, right, top in points from the page's bottom left."""

mm: float = units.mm
WIDTH: float = A4[0]
HEIGHT: float = A4[1]
LEFT, RIGHT = 18 * mm, WIDTH - 18 * mm
TOP, BOTTOM = HEIGHT - 27 * mm, 20 * mm

INK, BLUE, GREY = HexColor("#1a1a1a"), HexColor("#1f3d63"), HexColor("#5f6770")
LINE, TINT, RED, WHITE = HexColor("#8a94a0"), HexColor("#eef2f6"), HexColor("#a3222b"), HexColor("#ffffff")

_FONTS = {"Vera": "Vera.ttf", "Vera-Bold": "VeraBd.ttf", "Vera-Italic": "VeraIt.ttf"}


def _style(name: str, size: float, font: str = "Vera", **more: object) -> ParagraphStyle:
    settings: dict[str, object] = {"leading": size * 1.36, "textColor": INK, **more}
    return ParagraphStyle(name, fontName=font, fontSize=size, **settings)


LABEL = _style("label", 8)
HINT = _style("hint", 6.4, textColor=GREY)
TEXT = _style("text", 7.8)
CLAUSE = _style("clause", 8, alignment=TA_JUSTIFY)
CLAUSE_HEADING = _style("clause heading", 8.4, "Vera-Bold", textColor=BLUE)
SMALL = _style("small", 6.8, textColor=GREY)
NOTE = _style("note", 7.2, "Vera-Italic", textColor=GREY)
TITLE = _style("title", 14.5, "Vera-Bold", textColor=BLUE, leading=18.5)


def register_fonts() -> None:
    """Bitstream Vera as it ships with reportlab: embedded, so that no system font is needed."""
    folder = Path(reportlab.__file__).parent / "fonts"
    for name, file in _FONTS.items():
        pdfmetrics.registerFont(TTFont(name, str(folder / file)))
    pdfmetrics.registerFontFamily(
        "Vera", normal="Vera", bold="Vera-Bold", italic="Vera-Italic", boldItalic="Vera-Bold"
    )


def height_of(markup: str, style: ParagraphStyle, width: float) -> float:
    """How much a paragraph takes at that width, in points."""
    return float(Paragraph(markup, style).wrap(width, HEIGHT)[1])


def text_width(text: str, font: str = "Vera", size: float = 8) -> float:
    """The width of one line, in points."""
    return float(pdfmetrics.stringWidth(text, font, size))


class Page:
    """Pages as they fill up. `y` is the cursor; `widgets` are the places to fill, in printed order."""

    def __init__(self, layout: Layout, total: int) -> None:
        self.layout = layout
        self.texts = layout.common.texts
        self.total = total
        self.pages = 1
        self.y: float = TOP
        self.widgets: list[Widget] = []
        self._buffer = io.BytesIO()
        self.canvas = Canvas(self._buffer, pagesize=A4, invariant=1, lang="fr")
        self._dress()

    def finished(self) -> bytes:
        """The printed pages as a PDF."""
        self.canvas.save()
        return self._buffer.getvalue()

    def room_for(self, height: float) -> None:
        """Go on to the next page when that much does not fit on this one."""
        if self.y - height < BOTTOM:
            self.canvas.showPage()
            self.pages += 1
            self.y = TOP
            self._dress()

    def paragraph(self, markup: str, style: ParagraphStyle, x: float, width: float, y: float) -> float:
        """Draw from `y` downwards; gives the height used."""
        paragraph = Paragraph(markup, style)
        _, height = paragraph.wrap(width, HEIGHT)
        paragraph.drawOn(self.canvas, x, y - height)
        return float(height)

    def flow(self, text: str, style: ParagraphStyle, gap: float = 0) -> None:
        """A paragraph across the page at the cursor, which moves below it."""
        self.y -= self.paragraph(escape(text), style, LEFT, RIGHT - LEFT, self.y) + gap

    def text(self, x: float, y: float, text: str, font: str, size: float, color: HexColor) -> None:
        self.canvas.setFillColor(color)
        self.canvas.setFont(font, size)
        self.canvas.drawString(x, y, text)

    def line(self, y: float, color: HexColor, width: float) -> None:
        """A rule across the page."""
        self.canvas.setStrokeColor(color)
        self.canvas.setLineWidth(width)
        self.canvas.line(LEFT, y, RIGHT, y)

    def tinted(self, top: float, height: float) -> None:
        """The ground of a note: a tint with a bar at its left."""
        self.canvas.setFillColor(TINT)
        self.canvas.rect(LEFT, top - height, RIGHT - LEFT, height, stroke=0, fill=1)
        self.canvas.setFillColor(BLUE)
        self.canvas.rect(LEFT, top - height, 0.9 * mm, height, stroke=0, fill=1)

    def box(self, rect: Rect, fill: bool = True) -> None:
        """The frame of a place to fill."""
        left, bottom, right, top = rect
        self.canvas.setStrokeColor(LINE)
        self.canvas.setLineWidth(0.6)
        self.canvas.setFillColor(WHITE)
        self.canvas.rect(left, bottom, right - left, top - bottom, stroke=1, fill=int(fill))

    def widget(
        self,
        name: str,
        kind: WidgetKind,
        rect: Rect,
        tooltip: str,
        *,
        required: bool = False,
        state: str = "Yes",
        field_tooltip: str = "",
    ) -> None:
        """A framed place to fill, with its form field."""
        self.box(rect)
        # Inside the frame, so that a viewer's highlight does not cover it.
        inset = 0.0 if kind in ("check", "radio") else 0.6
        left, bottom, right, top = rect
        inner = (left + inset, bottom + inset, right - inset, top - inset)
        self.widgets.append(
            Widget(name, kind, self.pages - 1, inner, tooltip, required, state, field_tooltip)
        )

    def _dress(self) -> None:
        self._head()
        self._foot()

    def _head(self) -> None:
        canvas, specimen = self.canvas, self.texts["specimen"]
        top = HEIGHT - 14 * mm
        self.text(LEFT, top, self.layout.common.parties[0], "Vera-Bold", 9, BLUE)
        self.text(LEFT, top - 3.9 * mm, self.layout.common.parties[1], "Vera", 7.4, GREY)
        badge = text_width(specimen, "Vera-Bold", 8) + 5 * mm
        canvas.setStrokeColor(RED)
        canvas.setLineWidth(0.8)
        canvas.roundRect(RIGHT - badge, top - 3.6 * mm, badge, 5.4 * mm, 1.2 * mm)
        self.text(RIGHT - badge + 2.5 * mm, top - 1.9 * mm, specimen, "Vera-Bold", 8, RED)
        number = self.layout.number
        x = RIGHT - badge - 4 * mm - text_width(number, "Vera-Bold", 9)
        self.text(x, top - 2.05 * mm, number, "Vera-Bold", 9, BLUE)
        self.line(top - 6.6 * mm, BLUE, 1.1)

    def _foot(self) -> None:
        self.line(14.5 * mm, LINE, 0.4)
        edition = f"{self.layout.number} – {self.texts['edition']} {self.layout.form.version}"
        self.text(LEFT, 11 * mm, f"{edition} – {self.texts['specimen_note']}", "Vera", 6.6, GREY)
        number = f"{self.texts['page']} {self.pages}/{self.total}"
        self.text(RIGHT - text_width(number, "Vera", 6.6), 11 * mm, number, "Vera", 6.6, GREY)
