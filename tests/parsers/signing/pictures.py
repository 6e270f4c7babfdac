"""Pictures of signatures, stamps, initials and print, and PDFs that carry them; all drawn from seeds."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pikepdf
import pypdfium2 as pdfium
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

BBox = tuple[float, float, float, float]
A4 = (595.28, 841.89)
BLACK, BLUE, RED = (20, 20, 25), (30, 50, 150), (190, 30, 40)


def handwriting(seed: int, width: int = 700, height: int = 220) -> np.ndarray:
    """A signature as points: letters that lean and run together, a capital first, often a flourish."""
    rng = np.random.default_rng(seed)
    letters = int(rng.integers(5, 11))
    t = np.linspace(0, 1, 40 * letters)
    envelope = np.where(t < 1 / letters, 1.0, rng.uniform(0.35, 0.6))
    x = 0.05 + 0.8 * t + (0.5 / letters) * 0.6 * np.cos(2 * np.pi * letters * t + rng.uniform(0, 6))
    wobble = sum(
        rng.uniform(0.2, 0.6) * np.sin(2 * np.pi * f * t + rng.uniform(0, 6))
        for f in (letters, 2.3, letters * 1.7)
    )
    y = 0.5 + 0.28 * envelope * wobble
    if rng.random() < 0.5:
        tail = np.linspace(0, 1, 40)
        x = np.concatenate([x, x[-1] + (0.1 - x[-1]) * tail])
        y = np.concatenate([y, y[-1] + (0.82 - y[-1]) * np.sqrt(tail) + 0.04 * np.sin(9 * tail)])
    points = np.column_stack([x * width, np.clip(y, 0.03, 0.97) * height])
    return np.asarray(points)


def signature(
    seed: int,
    *,
    colour: tuple[int, int, int] = BLUE,
    pen: int = 5,
    size: tuple[int, int] = (700, 220),
    paper: tuple[int, int, int] = (255, 255, 255),
) -> Image.Image:
    image = Image.new("RGB", size, paper)
    points = handwriting(seed, *size)
    ImageDraw.Draw(image).line([tuple(p) for p in points], fill=colour, width=pen, joint="curve")
    return image


def photographed(image: Image.Image, seed: int = 0) -> Image.Image:
    """On grey paper with uneven light and grain."""
    rng = np.random.default_rng(seed)
    pixels = np.asarray(image, dtype=np.float32)
    h, w = pixels.shape[:2]
    light = np.linspace(0.95, 0.65, w)[None, :, None] * np.linspace(1.0, 0.85, h)[:, None, None]
    noisy = pixels * light + rng.normal(0, 5, pixels.shape)
    return Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(1))


def transparent(image: Image.Image) -> Image.Image:
    """The strokes alone, as scanned signatures commonly come."""
    gray = np.asarray(image.convert("L"))
    rgba = np.dstack([np.asarray(image), np.where(gray < 200, 255, 0).astype(np.uint8)])
    return Image.fromarray(rgba, "RGBA")


def font(size: int) -> Any:
    return ImageFont.load_default(size)


def round_stamp(colour: tuple[int, int, int] = BLUE, *, double: bool = True) -> Image.Image:
    image = Image.new("RGB", (360, 360), "white")
    draw = ImageDraw.Draw(image)
    draw.ellipse((10, 10, 350, 350), outline=colour, width=8)
    if double:
        draw.ellipse((60, 60, 300, 300), outline=colour, width=4)
    for n, text in enumerate(("MEDISOFT", "S.A.", "LUXEMBOURG")):
        draw.text((180, 130 + 46 * n), text, fill=colour, font=font(30), anchor="mm")
    return image


def framed_stamp(colour: tuple[int, int, int] = RED, *, tilt: float = 0.0) -> Image.Image:
    image = Image.new("RGB", (480, 200), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((30, 30, 450, 170), outline=colour, width=8)
    draw.text((240, 80), "APPROUVÉ", fill=colour, font=font(54), anchor="mm")
    draw.text((240, 135), "le 2 juin 2025", fill=colour, font=font(28), anchor="mm")
    return image.rotate(tilt, expand=True, fillcolor="white") if tilt else image


def text_stamp(colour: tuple[int, int, int] = BLUE) -> Image.Image:
    image = Image.new("RGB", (520, 220), "white")
    draw = ImageDraw.Draw(image)
    for n, text in enumerate(
        ("Medisoft S.A.", "12, rue de l'Alzette", "L-4010 Esch-sur-Alzette", "RCS B123456")
    ):
        draw.text((20, 15 + 48 * n), text, fill=colour, font=font(36))
    return image


def typed(text: str = "Jean Dupont") -> Image.Image:
    image = Image.new("RGB", (420, 90), "white")
    ImageDraw.Draw(image).text((15, 18), text, fill="black", font=font(48))
    return image


def logo() -> Image.Image:
    image = Image.new("RGB", (400, 160), "white")
    draw = ImageDraw.Draw(image)
    draw.ellipse((10, 20, 130, 140), fill=(0, 90, 160))
    draw.rectangle((150, 40, 390, 120), fill=(0, 140, 90))
    return image


def initials(seed: int = 1) -> Image.Image:
    return signature(seed, size=(90, 60), pen=4)


def over(below: Image.Image, above: Image.Image, at: tuple[int, int] = (0, 0)) -> Image.Image:
    """Two pictures as ink on one paper."""
    width = max(below.width, at[0] + above.width)
    height = max(below.height, at[1] + above.height)
    sheet = np.full((height, width, 3), 255, np.uint8)
    sheet[: below.height, : below.width] = np.asarray(below)
    piece = sheet[at[1] : at[1] + above.height, at[0] : at[0] + above.width]
    np.minimum(piece, np.asarray(above), out=piece)
    return Image.fromarray(sheet)


def drawn_on(pdf: bytes, page: int, draw: Callable[[canvas.Canvas], None]) -> bytes:
    """The PDF with something drawn over a page (from 0)."""
    sheet = io.BytesIO()
    c = canvas.Canvas(sheet, pagesize=A4)
    draw(c)
    c.save()
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as target, pikepdf.open(io.BytesIO(sheet.getvalue())) as source:
        target.pages[page].add_overlay(source.pages[0])
        target.save(out)
    return out.getvalue()


def pasted(pdf: bytes, page: int, image: Image.Image, box: BBox) -> bytes:
    """The PDF with a picture in `box` (points from the top left) of a page (from 0), as wide as the box."""
    left, top, right, _ = box
    width = right - left
    height = width * image.height / image.width

    def draw(c: canvas.Canvas) -> None:
        c.drawImage(ImageReader(image), left, A4[1] - top - height, width, height, mask="auto")

    return drawn_on(pdf, page, draw)


def stroked(pdf: bytes, page: int, seed: int, box: BBox) -> bytes:
    """The PDF with a signature as a vector path."""
    left, top, right, bottom = box
    points = handwriting(seed) / (700, 220) * (right - left, bottom - top) + (left, top)

    def draw(c: canvas.Canvas) -> None:
        c.setLineWidth(1.2)
        path = c.beginPath()
        path.moveTo(points[0][0], A4[1] - points[0][1])
        for n in range(1, len(points) - 2, 3):
            (x1, y1), (x2, y2), (x3, y3) = points[n : n + 3]
            path.curveTo(x1, A4[1] - y1, x2, A4[1] - y2, x3, A4[1] - y3)
        c.drawPath(path)

    return drawn_on(pdf, page, draw)


def inked(pdf: bytes, page: int, seed: int, box: BBox) -> bytes:
    """The PDF with an Ink annotation, with its look."""
    left, top, right, bottom = box
    points = handwriting(seed) / (700, 220) * (right - left, bottom - top) + (left, top)
    flat = [round(float(v), 2) for x, y in points for v in (x, A4[1] - y)]
    pairs = list(zip(flat[::2], flat[1::2], strict=True))
    content = (
        "1.5 w 0 0 0.6 RG "
        + f"{pairs[0][0]} {pairs[0][1]} m "
        + " ".join(f"{x} {y} l" for x, y in pairs[1:])
        + " S"
    )
    rect = [left, A4[1] - bottom, right, A4[1] - top]
    return _annotated(pdf, page, "/Ink", rect, content.encode(), InkList=[flat])


def inked_by_strokes(pdf: bytes, page: int, seed: int, box: BBox, strokes: int) -> bytes:
    """The PDF with an Ink annotation without a look for each piece of a signature, as tablets write it."""
    left, top, right, bottom = box
    points = handwriting(seed) / (700, 220) * (right - left, bottom - top) + (left, top)
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as target:
        for first in np.linspace(0, len(points) - 2, strokes).astype(int):
            piece = points[first : first + len(points) // strokes + 2]
            (x0, y0), (x1, y1) = piece.min(axis=0) - 2, piece.max(axis=0) + 2
            annotation = pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Ink,
                Rect=[float(x0), A4[1] - float(y1), float(x1), A4[1] - float(y0)],
                InkList=[[float(v) for x, y in piece for v in (x, A4[1] - y)]],
                C=[0, 0, 0.6],
                F=4,
            )
            target.pages[page].Annots.append(target.make_indirect(annotation))
        target.save(out)
    return out.getvalue()


def stamp_annotation(
    pdf: bytes, page: int, image: Image.Image | None, box: BBox, name: str = "/Approved"
) -> bytes:
    """The PDF with a Stamp annotation: a picture, or a framed word."""
    left, top, right, bottom = box
    rect = [left, A4[1] - bottom, right, A4[1] - top]
    if image is None:
        content = (
            f"0.8 0 0 RG 0.8 0 0 rg 2 w "
            f"{rect[0] + 2} {rect[1] + 2} {right - left - 4} {bottom - top - 4} re S "
            f"BT /F1 18 Tf {rect[0] + 12} {rect[1] + 10} Td (APPROVED) Tj ET"
        )
        return _annotated(pdf, page, "/Stamp", rect, content.encode(), Name=pikepdf.Name(name), font=True)
    content = f"q {right - left} 0 0 {bottom - top} {rect[0]} {rect[1]} cm /I Do Q"
    return _annotated(pdf, page, "/Stamp", rect, content.encode(), image=image)


def icon_field(pdf: bytes, page: int, image: Image.Image, box: BBox) -> bytes:
    """A form field for pictures (a push button, as viewers make them) that shows one."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        picture = document.make_stream(image.convert("RGB").tobytes())
        picture.update(
            {
                "/Type": pikepdf.Name.XObject,
                "/Subtype": pikepdf.Name.Image,
                "/Width": image.width,
                "/Height": image.height,
                "/ColorSpace": pikepdf.Name.DeviceRGB,
                "/BitsPerComponent": 8,
            }
        )
        width, height = box[2] - box[0], box[3] - box[1]
        look = document.make_stream(f"q {width} 0 0 {height} 0 0 cm /Im Do Q".encode())
        look.update(
            {
                "/Type": pikepdf.Name.XObject,
                "/Subtype": pikepdf.Name.Form,
                "/BBox": [0, 0, width, height],
                "/Resources": pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im=picture)),
            }
        )
        field = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Widget,
            FT=pikepdf.Name.Btn,
            Ff=1 << 16,
            T=pikepdf.String("Image1_af_image"),
            F=4,
            Rect=[box[0], A4[1] - box[3], box[2], A4[1] - box[1]],
            MK=pikepdf.Dictionary(TP=1, I=look),
            AP=pikepdf.Dictionary(N=look),
        )
        reference = document.make_indirect(field)
        document.pages[page].Annots.append(reference)
        document.Root.AcroForm.Fields.append(reference)
        document.save(out)
    return out.getvalue()


def _annotated(
    pdf: bytes,
    page: int,
    subtype: str,
    rect: list[float],
    content: bytes,
    *,
    image: Image.Image | None = None,
    font: bool = False,
    **entries: Any,
) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as target:
        resources = pikepdf.Dictionary()
        if image is not None:
            rgb = image.convert("RGB")
            picture = pikepdf.Stream(target, rgb.tobytes())
            picture.stream_dict = pikepdf.Dictionary(
                Type=pikepdf.Name.XObject,
                Subtype=pikepdf.Name.Image,
                Width=rgb.width,
                Height=rgb.height,
                ColorSpace=pikepdf.Name.DeviceRGB,
                BitsPerComponent=8,
            )
            resources.XObject = pikepdf.Dictionary(I=target.make_indirect(picture))
        if font:
            resources.Font = pikepdf.Dictionary(
                F1=pikepdf.Dictionary(
                    Type=pikepdf.Name.Font,
                    Subtype=pikepdf.Name.Type1,
                    BaseFont=pikepdf.Name("/Helvetica-Bold"),
                )
            )
        look = pikepdf.Stream(target, content)
        look.stream_dict = pikepdf.Dictionary(
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Form,
            BBox=pikepdf.Array(rect),
            Resources=resources,
        )
        annotation = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name(subtype),
            Rect=pikepdf.Array(rect),
            F=4,
            AP=pikepdf.Dictionary(N=target.make_indirect(look)),
            **entries,
        )
        where = target.pages[page]
        if "/Annots" not in where:
            where.Annots = pikepdf.Array()
        where.Annots.append(target.make_indirect(annotation))
        target.save(out)
    return out.getvalue()


def scanned(pdf: bytes, page: int, *, dpi: int = 200, seed: int = 0) -> np.ndarray:
    """A page as a grey scan with grain."""
    document = pdfium.PdfDocument(pdf)
    try:
        pixels = document[page].render(scale=dpi / 72, grayscale=True).to_numpy()
    finally:
        document.close()
    gray = pixels.reshape(pixels.shape[0], pixels.shape[1]).astype(np.float32)
    rng = np.random.default_rng(seed)
    return np.asarray(np.clip(gray * 0.97 + rng.normal(0, 6, gray.shape), 0, 255), dtype=np.uint8)
