"""Paints a form on pages, its values typed over them in many layouts."""

from __future__ import annotations

import io
import re
from random import Random
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from scripts.bench_documents.digital.model import Form, Item, Option
from scripts.bench_documents.draw import fonts

_EXPLANATIONS = {
    "fr": (
        "Cette rubrique est à remplir en toutes lettres.",
        "Indiquez ce qui figure au registre.",
        "Obligatoire pour tous les demandeurs",
    ),
    "de": (
        "Bitte vollständig und in Druckschrift ausfüllen.",
        "Diese Angabe ist für alle Antragsteller erforderlich.",
    ),
    "en": ("Please write as registered.", "This place is to be filled in by all applicants."),
}
_COMB = {"matricule", "iban", "vat", "code_prestataire", "date"}
_WIDTH, _HEIGHT = A4


class Painter:
    def __init__(self, form: Form, layout: str, random: Random) -> None:
        self.form, self.layout, self.random = form, layout, random
        self.out = io.BytesIO()
        self.canvas = Canvas(self.out, pagesize=A4, invariant=True)
        names = fonts()
        self.label_font = random.choice(
            ["Helvetica", "Times-Roman", *[n for n in names if n.startswith("DejaVuSa")]]
        )
        self.value_font = random.choice([self.label_font, *names])
        self.size = random.choice([8.5, 9, 10, 11])
        self.value_size = random.choice([self.size, 9, 10, 11])
        self.colon = (
            random.choice([" :", ":", "", " :"]) if layout not in ("inline",) else random.choice([" :", ":"])
        )
        self.left = random.randint(40, 70)
        self.gap = random.choice([20, 24, 28])
        self.mark = random.choice(["X", "lines", "check", "x", "fill"])
        self.tick_style = random.choice(
            ["box_before", "box_before", "box_after", "brackets", "glyph", "circle"]
        )
        self.page = 0
        self.fields: list[dict[str, Any]] = []
        self.notes: list[tuple[int, float, float, str, float]] = []
        self.y = _HEIGHT - 50
        self.pending: list[Item] = []
        self.acro = layout.startswith("acro")
        self.flavour = random.choice(["right", "below", "table"]) if self.acro else layout

    # The page

    def paint(self) -> None:
        canvas, form = self.canvas, self.form
        canvas.setFont("Helvetica-Bold", 14)
        for line in wrapped(form.title, "Helvetica-Bold", 14, 480):
            canvas.drawString(self.left, self.y, line)
            self.y -= 18
        canvas.setFont(self.label_font, 8.5)
        canvas.drawString(self.left, self.y, form.intro)
        self.y -= 26
        for item in form.items:
            if item.kind != "text" or self.flavour != "grid":
                self.flush()
            getattr(self, f"_{item.kind}")(item)
        self.flush()
        if form.kind not in ("bon_de_livraison",) or self.random.random() < 0.5:
            self.room(50)
            canvas.setFont(self.label_font, self.size)
            canvas.drawString(
                self.left,
                self.y,
                {"fr": "Signature", "de": "Unterschrift", "en": "Signature"}[form.language] + self.colon,
            )
            canvas.rect(self.left + 120, self.y - 30, 160, 40)
            self.y -= 50
        self.footer()

    def done(self) -> bytes:
        self.canvas.save()
        return self.out.getvalue()

    def footer(self) -> None:
        self.canvas.setFont(self.label_font, 7)
        self.canvas.drawString(self.left, 25, f"INCERT – SONS Vague 2 – page {self.page + 1}")

    def room(self, height: float) -> None:
        if self.y - height < 50:
            self.footer()
            self.canvas.showPage()
            self.page += 1
            self.y = _HEIGHT - 60

    def put(self, text: str, x: float, y: float, font: str, size: float) -> float:
        self.canvas.setFont(font, size)
        self.canvas.drawString(x, y, text)
        return x + pdfmetrics.stringWidth(text, font, size)

    def label(
        self, text: str, x: float, y: float, room: float, size: float | None = None
    ) -> tuple[float, float]:
        """Prints a label in this room, over several lines if need be; (right edge, y of its last line)."""
        size = size or self.size
        lines = wrapped(text, self.label_font, size, room)
        right = x
        for number, line in enumerate(lines):
            right = max(right, self.put(line, x, y - number * (size + 1.5), self.label_font, size))
        return right, y - (len(lines) - 1) * (size + 1.5)

    def value(self, text: str, x: float, y: float, room: float = 0) -> float:
        """Types the value there (first line at y); y of its last line."""
        size = self.value_size
        if room:
            widest = max(
                (pdfmetrics.stringWidth(t, self.value_font, size) for t in text.split("\n")), default=0
            )
            size = min(size, size * room / widest) if widest else size
        lines = text.split("\n") if text else []
        for number, line in enumerate(lines):
            at = y - number * (size + 1.5)
            if self.layout == "freetext":
                self.notes.append((self.page, x, at, line, size))
            else:
                self.put(line, x, at, self.value_font, size)
        return y - max(0, len(lines) - 1) * (size + 1.5)

    def field(self, item: Item, left: float, bottom: float, width: float, height: float) -> None:
        self.fields.append(
            {
                "kind": "text",
                "item": item,
                "page": self.page,
                "rect": (left, bottom, left + width, bottom + height),
                "value": item.printed.replace("\n", ", "),
            }
        )

    # Items

    def _section(self, item: Item) -> None:
        self.flush()
        self.room(60)
        self.y -= 6
        self.put(item.label, self.left, self.y, "Helvetica-Bold", self.size + 1.5)
        self.y -= self.gap + 2

    def _text(self, item: Item) -> None:
        self.room(70)
        lines = item.printed.count("\n") + 1
        flavour = self.flavour
        label = item.label + self.colon
        hint = f" ({item.hint})" if item.hint else ""
        if self.acro:
            self._acro_text(item, label + hint)
            return
        if flavour == "grid":
            self.pending.append(item)
            if len(self.pending) == 2:
                self.flush()
            return
        if flavour == "comb" and item.type in _COMB and "\n" not in item.printed:
            self._comb(item, label)
            return
        if flavour in ("right", "comb", "freetext"):
            _, low = self.label(label + hint, self.left, self.y, 190)
            end = self.value(item.printed, self.left + 205, self.y, 290)
            if self.random.random() < 0.5:
                self.canvas.line(self.left + 200, end - 3, self.left + 490, end - 3)
            self.y = min(low, end) - self.gap
        elif flavour == "inline":
            right, low = self.label(label, self.left, self.y, 300)
            end = self.value(item.printed, right + 4 if low == self.y else self.left + 305, self.y, 240)
            self.y = min(low, end) - self.gap
        elif flavour in ("dotted", "underscore"):
            right, low = self.label(label + hint, self.left, self.y, 230)
            start = right + 4
            dot = "." if flavour == "dotted" else "_"
            count = int((self.left + 490 - start) / pdfmetrics.stringWidth(dot, self.label_font, self.size))
            self.put(dot * count, start, low - 1.5, self.label_font, self.size)
            end = self.value(
                item.printed, start + 8, low + (1 if flavour == "dotted" else 0.5), self.left + 485 - start
            )
            if lines > 1:
                self.put(dot * count, start, end - 2.5, self.label_font, self.size)
            self.y = min(low, end) - self.gap
        elif flavour == "below":
            _, low = self.label(label + hint, self.left, self.y, 450)
            end = self.value(
                item.printed, self.left + self.random.choice([0, 0, 6]), low - self.value_size - 4, 450
            )
            self.y = end - self.gap
        elif flavour == "box_right":
            height = 10 + lines * (self.value_size + 1.5)
            _, low = self.label(label + hint, self.left, self.y, 190)
            self.canvas.rect(self.left + 200, self.y + self.value_size + 3 - height, 290, height)
            end = self.value(item.printed, self.left + 205, self.y, 280)
            self.y = min(low, end - 6) - self.gap
        elif flavour == "box_below":
            _, low = self.label(label + hint, self.left, self.y, 450, self.size - 0.5)
            height = 8 + lines * (self.value_size + 1.5)
            self.canvas.rect(self.left, low - 4 - height, 430, height)
            end = self.value(item.printed, self.left + 5, low - 6 - self.value_size, 420)
            self.y = low - 4 - height - self.gap + 6
        elif flavour == "in_cell":
            height = 20 + lines * (self.value_size + 1.5)
            self._cell(item, label, self.left, 490, height)
            self.y -= height
        elif flavour == "under_line":
            end = self.value(item.printed, self.left + 4, self.y, 450)
            self.canvas.line(self.left, end - 3, self.left + 430, end - 3)
            _, low = self.label(label, self.left, end - 11, 450, min(7.5, self.size - 1.5))
            self.y = low - self.gap
        elif flavour == "explained":
            _, low = self.label(label, self.left, self.y, 450)
            small = self.size - 2.5
            if self.random.random() < 0.5:
                low -= small + 2
                text = self.random.choice(_EXPLANATIONS[self.form.language])
                self.put(text, self.left, low, self.label_font, small)
            height = 8 + lines * (self.value_size + 1.5)
            self.canvas.rect(self.left, low - 4 - height, 430, height)
            self.value(item.printed, self.left + 5, low - 6 - self.value_size, 420)
            self.y = low - 4 - height - self.gap + 4
        elif flavour == "grey_table":
            low_label = len(wrapped(label, self.label_font, self.size, 190))
            height = 9 + max(lines * (self.value_size + 1.5), low_label * (self.size + 1.5))
            top = self.y + self.size + 3
            self.canvas.setFillGray(0.65)
            for y in (top, top - height):
                self.canvas.rect(self.left, y, 490, 0.7, stroke=0, fill=1)
            for x in (0, 200, 490):
                self.canvas.rect(self.left + x, top - height, 0.7, height, stroke=0, fill=1)
            self.canvas.setFillGray(0)
            self.label(label, self.left + 4, self.y, 190)
            self.value(item.printed, self.left + 205, self.y, 280)
            self.y -= height
        elif flavour == "table":
            low_label = len(wrapped(label + hint, self.label_font, self.size, 190))
            height = 9 + max(lines * (self.value_size + 1.5), low_label * (self.size + 1.5))
            top = self.y + self.size + 3
            self.canvas.rect(self.left, top - height, 200, height)
            self.canvas.rect(self.left + 200, top - height, 290, height)
            self.label(label + hint, self.left + 4, self.y, 190)
            self.value(item.printed, self.left + 205, self.y, 280)
            self.y -= height

    def _cell(self, item: Item, label: str, x: float, width: float, height: float) -> None:
        """A small label in the upper left of its own box, the value under it."""
        top = self.y + 10
        self.canvas.rect(x, top - height, width, height)
        self.label(label, x + 3, top - 8, width - 6, 7)
        lines = item.printed.count("\n")
        self.value(item.printed, x + 6, top - height + 5 + lines * (self.value_size + 1.5), width - 12)

    def flush(self) -> None:
        """The boxes side by side that wait to be drawn."""
        if not self.pending:
            return
        self.room(60)
        lines = max(i.printed.count("\n") for i in self.pending) + 1
        height = 20 + lines * (self.value_size + 1.5)
        for number, item in enumerate(self.pending):
            self._cell(item, item.label + self.colon, self.left + number * 247, 243, height)
        self.pending = []
        self.y -= height + 4

    def _comb(self, item: Item, label: str) -> None:
        text = re.sub(r"[\s.\-]", "", item.printed)
        if item.type == "date":
            digits = re.fullmatch(r"(\d\d)[/.-](\d\d)[/.-](\d{4})", item.printed)
            if not digits:
                self.layout, keep = "right", self.layout
                self.flavour, flavour = "right", self.flavour
                self._text(item)
                self.layout, self.flavour = keep, flavour
                return
            text = "".join(digits.groups())
        if item.type == "code_prestataire":
            text = item.printed.replace(" ", "")
        self.room(50)
        _, low = self.label(label, self.left, self.y, 190)
        pitch = 13.5
        count = max(
            len(text), {"matricule": 13, "date": 8, "code_prestataire": 9, "iban": 20}.get(item.type, 12)
        )
        x = self.left + 200
        if count * pitch > 300:
            x, self.y = self.left, low - 22
        for i in range(count):
            self.canvas.rect(x + i * pitch, self.y - 4, pitch, 16)
            if i < len(text):
                self.canvas.setFont(self.value_font, 10)
                self.canvas.drawCentredString(x + i * pitch + pitch / 2, self.y, text[i])
        self.y = min(low, self.y) - self.gap - 2

    def _choice(self, item: Item) -> None:
        self._ticks(item)

    def _bool(self, item: Item) -> None:
        if len(item.options) == 1:
            self.room(40)
            option = item.options[0]
            if self.acro:
                self.fields.append(
                    {
                        "kind": "check",
                        "item": item,
                        "option": option,
                        "page": self.page,
                        "rect": (self.left, self.y - 1, self.left + 10, self.y + 9),
                    }
                )
                self.label(item.label, self.left + 16, self.y, 400)
            elif self.random.random() < 0.6:
                self._box(self.left, self.y, option.on)
                self.label(item.label, self.left + 16, self.y, 400)
            else:
                right, _ = self.label(item.label + self.colon, self.left, self.y, 400)
                self._box(right + 8, self.y, option.on)
            self.y -= self.gap
            return
        self._ticks(item)

    def _ticks(self, item: Item) -> None:
        self.room(40 + 16 * len(item.options))
        right, low = self.label(item.label + self.colon, self.left, self.y, 190 if not self.acro else 400)
        widths = [pdfmetrics.stringWidth(o.label, self.label_font, self.size) + 34 for o in item.options]
        beside = sum(widths) < 285 and right < self.left + 198 and self.random.random() < 0.7
        x, y = (self.left + 200, self.y) if beside else (self.left + 14, low - 17)
        across = beside or (sum(widths) < 470 and self.random.random() < 0.5)
        radio = item.type == "choice"
        for option, width in zip(item.options, widths, strict=True):
            self._option(item, option, x, y, radio)
            if across:
                x += width
            else:
                y -= 16
        self.y = min(low, y) - self.gap

    def _option(self, item: Item, option: Option, x: float, y: float, radio: bool) -> None:
        font, size = self.label_font, self.size
        if self.acro:
            self.fields.append(
                {
                    "kind": "radio" if radio or item.kind == "bool" else "check",
                    "item": item,
                    "option": option,
                    "page": self.page,
                    "rect": (x, y - 1, x + 10, y + 9),
                }
            )
            self.put(option.label, x + 15, y, font, size)
            return
        if self.tick_style == "box_after":
            end = self.put(option.label, x, y, font, size)
            self._box(end + 5, y, option.on)
        elif self.tick_style == "brackets" and self.layout != "freetext":
            self.put(("[x] " if option.on else "[ ] ") + option.label, x, y, font, size)
        elif self.tick_style == "glyph" and self.layout != "freetext" and "DejaVuSans" in fonts():
            end = self.put("☒" if option.on else "☐", x, y, "DejaVuSans", size + 1)
            self.put(option.label, end + 4, y, font, size)
        elif self.tick_style == "circle" and radio:
            self.canvas.circle(x + 4, y + 3.5, 4)
            if option.on and self.layout == "freetext":
                self.notes.append((self.page, x + 1, y + 0.5, "X", 9))
            elif option.on:
                self.canvas.circle(x + 4, y + 3.5, 2, fill=1)
            self.put(option.label, x + 14, y, font, size)
        else:
            self._box(x, y, option.on)
            self.put(option.label, x + 15, y, font, size)

    def _box(self, x: float, y: float, on: bool) -> None:
        canvas = self.canvas
        canvas.rect(x, y - 1, 9, 9)
        if not on:
            return
        if self.layout == "freetext":
            self.notes.append((self.page, x + 1, y + 0.5, "X", 9))
        elif self.mark == "lines":
            canvas.line(x + 1, y, x + 8, y + 7)
            canvas.line(x + 1, y + 7, x + 8, y)
        elif self.mark == "check":
            canvas.setFont("ZapfDingbats", 9)
            canvas.drawString(x + 1, y + 0.5, "4")
        elif self.mark == "fill":
            canvas.rect(x + 1.5, y + 0.5, 6, 6, fill=1)
        else:
            self.put(self.mark, x + 1.6, y + 0.6, "Helvetica-Bold", 8.5)

    def _table(self, item: Item) -> None:
        self.room(40 + 18 * (len(item.rows) + 1))
        self.put(item.label, self.left, self.y, "Helvetica-Bold", self.size)
        self.y -= 18
        widths = (240, 130, 110)
        for number, row in enumerate([item.heads, *item.rows]):
            x = self.left
            for column, (width, text) in enumerate(zip(widths, row, strict=True)):
                self.canvas.rect(x, self.y - 5, width, 17)
                if number and self.acro:
                    cell = Item(
                        "text", "", ("prestataires",), "text", text, name=f"prestataires_{number}_{column}"
                    )
                    self.field(cell, x + 1, self.y - 4, width - 2, 15)
                elif number:
                    self.value(text, x + 4, self.y, width - 8)
                else:
                    self.put(text, x + 4, self.y, "Helvetica-Bold", 8)
                x += width
            self.y -= 17
        self.y -= self.gap

    def _acro_text(self, item: Item, label: str) -> None:
        if self.flavour == "below":
            _, low = self.label(label, self.left, self.y, 450)
            self.field(item, self.left, low - 21, 400, 17)
            self.y = low - 21 - self.gap + 6
            return
        _, low = self.label(label, self.left + 3, self.y, 190)
        if self.flavour == "table":
            self.canvas.rect(self.left, low - 6, 200, self.y - low + self.size + 9)
            self.canvas.rect(self.left + 200, low - 6, 290, self.y - low + self.size + 9)
        self.field(item, self.left + 202, self.y - 5, 280, 15)
        self.y = low - self.gap


def wrapped(text: str, font: str, size: float, room: float) -> list[str]:
    lines, line = [], ""
    for word in text.split(" "):
        tried = f"{line} {word}".strip()
        if line and pdfmetrics.stringWidth(tried, font, size) > room:
            lines.append(line)
            line = word
        else:
            line = tried
    return [*lines, line]
