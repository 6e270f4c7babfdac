"""Draws a filled form as PDF, in one of several layouts, and says what was written where."""

# ruff: noqa: E501 - wordings and invented names read better with one list a line
from __future__ import annotations

import io
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from random import Random

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from . import invent
from .specimens import CHOICES, ROWS, TITLES

LAYOUTS = ("right", "below", "table", "dotted", "boxed", "comb")
_COMB_TYPES = {"matricule", "iban", "vat", "code", "rcs"}


@dataclass
class Specimen:
    """A drawn form: `truth` is what extraction should give, `printed` text and box in points per field."""

    kind: str
    layout: str
    language: str
    pdf: bytes
    truth: dict[str, object] = field(default_factory=dict)
    printed: dict[str, tuple[str, tuple[float, float, float, float]]] = field(default_factory=dict)
    ticks: list[tuple[bool, tuple[float, float, float, float]]] = field(default_factory=list)


@lru_cache(maxsize=1)
def fonts() -> list[str]:
    """Base fonts, and what TrueType fonts are at hand."""
    import reportlab

    names = ["Helvetica", "Times-Roman", "Courier"]
    folders = [Path("/usr/share/fonts/truetype/dejavu"), Path(reportlab.__file__).parent / "fonts"]
    for stem in ("DejaVuSans", "DejaVuSerif", "DejaVuSansMono", "DejaVuSerifCondensed-Italic", "Vera"):
        for folder in folders:
            if (path := folder / f"{stem}.ttf").exists():
                pdfmetrics.registerFont(TTFont(stem, str(path)))
                names.append(stem)
                break
    return names


def specimen(seed: int, layout: str | None = None) -> Specimen:
    """One form, all of it chosen by the seed."""
    random = Random(seed)
    kind = random.choice(list(ROWS))
    layout = layout or random.choice(LAYOUTS)
    language = random.choice(["fr", "fr", "de", "en"])
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    made = Specimen(kind, layout, language, b"")
    painter = _Painter(canvas, random, made)
    painter.page()
    canvas.save()
    made.pdf = out.getvalue()
    return made


class _Painter:
    def __init__(self, canvas: Canvas, random: Random, made: Specimen) -> None:
        self.canvas, self.random, self.made = canvas, random, made
        self.label_font = random.choice(["Helvetica", "Times-Roman", *fonts()])
        self.value_font = random.choice(fonts())
        self.size = random.choice([9, 10, 10, 11])
        self.value_size = random.choice([9, 10, 11, 12])
        self.y = A4[1] - random.randint(50, 80)
        self.left = random.randint(45, 75)

    def page(self) -> None:
        canvas, random, language = self.canvas, self.random, self.made.language
        canvas.setFont("Helvetica-Bold", 14)
        canvas.drawString(self.left, self.y, TITLES[self.made.kind][language])
        self.y -= 22
        canvas.setFont(self.label_font, 9)
        intro = {
            "fr": "À compléter par l'Industriel et à renvoyer à INCERT. Tous les champs sont obligatoires.",
            "de": "Vom Industriellen auszufüllen und an INCERT zurückzusenden. Alle Felder sind Pflichtfelder.",
            "en": "To be completed by the Industriel and returned to INCERT. All fields are mandatory.",
        }[language]
        canvas.drawString(self.left, self.y, intro)
        self.y -= 30
        for field_id, kind, labels in ROWS[self.made.kind]:
            if kind.startswith("choice:"):
                self._choice(field_id, kind.removeprefix("choice:").split("|"), labels[language])
            else:
                value, printed = self._value(kind)
                self.made.truth[field_id] = value
                self._row(field_id, kind, labels[language], printed)
        self.y -= 20
        canvas.setFont(self.label_font, self.size)
        canvas.drawString(
            self.left, self.y, {"fr": "Signature", "de": "Unterschrift", "en": "Signature"}[language]
        )
        x, y = self.left + 120, self.y
        path = canvas.beginPath()
        path.moveTo(x, y)
        for _ in range(5):
            path.curveTo(
                *(v for _ in range(3) for v in (x + random.randint(0, 90), y + random.randint(-14, 20)))
            )
        canvas.setStrokeColorRGB(0.1, 0.1, 0.5)
        canvas.drawPath(path)
        canvas.setStrokeColorRGB(0, 0, 0)

    def _value(self, kind: str) -> tuple[object, str]:
        random = self.random
        if kind == "date":
            return invent.date(random)
        if kind == "int":
            number = random.randint(1, 40)
            return number, str(number)
        if kind in ("matricule", "iban", "vat", "rcs"):
            value = getattr(invent, kind)(random)
            return value, invent.spaced(random, value, kind)
        simple = {
            "company": lambda: invent.company(random),
            "person": lambda: invent.person(random),
            "last": lambda: random.choice(invent.LAST),
            "first": lambda: random.choice(invent.FIRST),
            "email": lambda: invent.email(random),
            "code": lambda: invent.code(random),
            "ehealth": lambda: f"EH{random.randint(10**7, 10**8 - 1)}",
            "product": lambda: random.choice(invent.PRODUCT),
            "version": lambda: invent.version(random),
            "address": lambda: (
                f"{random.randint(1, 99)}, {random.choice(invent.STREET)}, L-{random.choice(invent.TOWN)}"
            ),
        }[kind]()
        return simple, simple

    def _write(self, field_id: str, x: float, y: float, text: str) -> None:
        self.canvas.setFont(self.value_font, self.value_size)
        self.canvas.drawString(x, y, text)
        width = pdfmetrics.stringWidth(text, self.value_font, self.value_size)
        self._note(field_id, text, (x - 2, y - 4, x + width + 3, y + self.value_size))

    def _note(self, field_id: str, text: str, box: tuple[float, float, float, float]) -> None:
        left, bottom, right, top = box
        self.made.printed[field_id] = (text, (left, A4[1] - top, right, A4[1] - bottom))

    def _row(self, field_id: str, kind: str, label: str, printed: str) -> None:
        canvas, layout, left = self.canvas, self.made.layout, self.left
        room = 215 if layout in ("boxed", "table", "right", "comb") else 400
        needed = pdfmetrics.stringWidth(label, self.label_font, self.size)
        canvas.setFont(self.label_font, min(self.size, self.size * room / needed))
        if layout == "comb" and kind in _COMB_TYPES:
            self._comb(field_id, label, printed)
            return
        if layout in ("right", "comb"):
            canvas.drawString(left, self.y, f"{label} :")
            self._write(field_id, left + 245, self.y, printed)
            canvas.setLineWidth(0.5)
            canvas.line(left + 240, self.y - 3, left + 470, self.y - 3)
            self.y -= 28
        elif layout == "dotted":
            canvas.drawString(left, self.y, f"{label}")
            start = left + pdfmetrics.stringWidth(label, self.label_font, self.size) + 6
            self._write(field_id, start + 8, self.y + 1.5, printed)
            canvas.setFont(self.label_font, self.size)
            dots = "." * int((left + 480 - start) / pdfmetrics.stringWidth(".", self.label_font, self.size))
            canvas.drawString(start, self.y - 2.5, dots)
            self.y -= 28
        elif layout == "below":
            canvas.drawString(left, self.y, label)
            canvas.setLineWidth(0.7)
            canvas.rect(left, self.y - 24, 330, 19)
            self._write(field_id, left + 5, self.y - 19, printed)
            self.y -= 42
        elif layout == "boxed":
            canvas.drawString(left, self.y, label)
            canvas.setLineWidth(0.8)
            canvas.rect(left + 225, self.y - 6, 260, 20)
            self._write(field_id, left + 230, self.y, printed)
            self.y -= 29
        else:
            canvas.setLineWidth(0.8)
            canvas.rect(left, self.y - 8, 230, 24)
            canvas.rect(left + 230, self.y - 8, 255, 24)
            canvas.drawString(left + 4, self.y, label)
            self._write(field_id, left + 235, self.y, printed)
            self.y -= 24

    def _comb(self, field_id: str, label: str, printed: str) -> None:
        text = printed.replace(" ", "")
        canvas, pitch, height = self.canvas, 14.2, 17
        canvas.drawString(self.left, self.y, label)
        self.y -= 24
        canvas.setLineWidth(0.7)
        count = max(len(text), 13)
        gap = self.random.choice([0, 0, 3])
        if gap:
            for i in range(count):
                canvas.rect(self.left + i * (pitch + gap), self.y - 4, pitch, height)
        else:
            canvas.rect(self.left, self.y - 4, pitch * count, height)
            for i in range(1, count):
                canvas.line(self.left + i * pitch, self.y - 4, self.left + i * pitch, self.y - 4 + height)
        canvas.setFont(self.value_font, 11)
        for i, character in enumerate(text):
            canvas.drawCentredString(self.left + i * (pitch + gap) + pitch / 2, self.y, character)
        self._note(
            field_id, text, (self.left - 2, self.y - 6, self.left + count * (pitch + gap) + 3, self.y + 15)
        )
        self.y -= 26

    def _choice(self, field_id: str, values: list[str], label: str) -> None:
        canvas, random, language = self.canvas, self.random, self.made.language
        chosen = random.choice(values)
        self.made.truth[field_id] = {"oui": True, "non": False}.get(chosen, chosen)
        canvas.setFont(self.label_font, self.size)
        canvas.drawString(self.left, self.y, f"{label} :")
        x = self.left + (180 if len(values) < 3 else 20)
        if len(values) > 2:
            self.y -= 20
        round_boxes, side = random.random() < 0.3, random.choice([8, 9, 10, 12])
        mark = random.choice(["x", "x", "v", "wide", "full"])
        for value in values:
            canvas.setLineWidth(random.choice([0.6, 0.9]))
            y = self.y - 1
            if round_boxes:
                canvas.circle(x + side / 2, y + side / 2, side / 2)
            else:
                canvas.rect(x, y, side, side)
            if value == chosen:
                self._mark(x, y, side, "dot" if round_boxes else mark)
            self.made.ticks.append((value == chosen, (x, A4[1] - y - side, x + side, A4[1] - y)))
            canvas.setFont(self.label_font, self.size)
            canvas.drawString(x + side + 5, self.y, CHOICES[value][language])
            x += side + 25 + pdfmetrics.stringWidth(CHOICES[value][language], self.label_font, self.size)
            if x > 430:
                x, self.y = self.left + 20, self.y - 20
        self.y -= 30

    def _mark(self, x: float, y: float, side: float, mark: str) -> None:
        canvas = self.canvas
        canvas.setLineWidth(1.1)
        if mark == "dot":
            canvas.circle(x + side / 2, y + side / 2, side / 4, fill=1)
        elif mark == "full":
            canvas.rect(x + 1.5, y + 1.5, side - 3, side - 3, fill=1)
        elif mark == "v":
            canvas.line(x + side * 0.15, y + side * 0.5, x + side * 0.4, y + side * 0.15)
            canvas.line(x + side * 0.4, y + side * 0.15, x + side * 0.95, y + side * 1.1)
        else:
            over = 1.5 if mark == "x" else -3.0
            canvas.line(x + over, y + over, x + side - over, y + side - over)
            canvas.line(x + over, y + side - over, x + side - over, y + over)
