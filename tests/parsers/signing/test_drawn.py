"""Pasted pictures, strokes and stamps in PDFs and on scans."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas

from parsers.documents.pdf import read_pdf
from parsers.documents.reading import Word
from parsers.forms import load_forms
from parsers.signatures import find_signatures
from parsers.signing import drawn
from parsers.signing.drawn import drawn_signers
from parsers.signing.ink import inked, judged
from parsers.types import ReadOptions, Signature, Signer
from tests.parsers.signing import pictures
from tests.parsers.signing.authority import authority, blank, person, sign
from tests.parsers.signing.pictures import BLACK, RED, BBox

OPTIONS = ReadOptions()
INDUSTRIEL: BBox = (70, 350, 200, 400)
AES: BBox = (330, 350, 480, 400)
KINDS = ("formulaire_1", "formulaire_2", "formulaire_3", "formulaire_4", "nda", "bon_de_livraison")
SEEDS = range(4)


def found(pdf: bytes, kind: str = "nda") -> Signature:
    return find_signatures(pdf, read_pdf(pdf, OPTIONS), load_forms().for_kind(kind), OPTIONS)


def seen(signature: Signature) -> list[tuple[str, str, str]]:
    return [(signer.role, signer.kind, signer.status) for signer in signature.signers]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_found_on_a_blank(kind: str) -> None:
    assert found(blank(kind), kind) == Signature()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "prepare",
    [lambda image: image, pictures.transparent, pictures.photographed],
    ids=["white paper", "transparent", "photographed"],
)
def test_a_pasted_signature_is_handwritten(seed: int, prepare: object) -> None:
    image: Image.Image = prepare(pictures.signature(seed, pen=6))  # type: ignore[operator]  # one of the above
    signature = found(pictures.pasted(blank("nda"), 1, image, INDUSTRIEL))
    assert seen(signature) == [("industriel", "image", "handwritten")]
    assert signature.status == "handwritten"
    (signer,) = signature.signers
    assert signer.page == 2
    assert signer.bbox is not None
    assert signer.bbox[0] >= 68
    assert signer.bbox[2] <= 202


@pytest.mark.parametrize("seed", SEEDS)
def test_strokes_are_ink(seed: int) -> None:
    assert seen(found(pictures.stroked(blank("nda"), 1, seed, AES))) == [("aes", "ink", "handwritten")]
    assert seen(found(pictures.inked(blank("nda"), 1, seed, AES))) == [("aes", "ink", "handwritten")]


def test_a_stamp_annotation_with_a_picture_of_a_signature_is_an_image() -> None:
    pdf = pictures.stamp_annotation(blank("nda"), 1, pictures.signature(3), INDUSTRIEL)
    assert seen(found(pdf)) == [("industriel", "image", "handwritten")]


def test_a_signature_in_a_form_field_for_pictures_is_an_image() -> None:
    signed = pictures.icon_field(blank("nda"), 1, pictures.signature(1), INDUSTRIEL)
    assert seen(found(signed)) == [("industriel", "image", "handwritten")]
    stamped = pictures.icon_field(blank("nda"), 1, pictures.round_stamp(), INDUSTRIEL)
    assert seen(found(stamped)) == [("industriel", "stamp", "absent")]


def test_a_signature_of_many_strokes_below_its_place_is_one() -> None:
    box: BBox = (70, 700, 250, 750)
    pdf = pictures.inked_by_strokes(blank("nda"), 1, 1, box, 12)
    assert [(s.kind, s.status) for s in found(pdf).signers] == [("ink", "handwritten")]


def test_thousands_of_marks_on_a_page_are_not_looked_at_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    monkeypatch.setattr(drawn, "marks_in", lambda *_, **__: looked.append(1) or [])
    found(pictures.inked_by_strokes(blank("nda"), 1, 1, (70, 500, 250, 550), 300))
    assert 0 < len(looked) < 80


def test_both_parties_on_one_nda() -> None:
    pdf = pictures.stroked(pictures.pasted(blank("nda"), 1, pictures.signature(1), INDUSTRIEL), 1, 2, AES)
    assert sorted(seen(found(pdf))) == [("aes", "ink", "handwritten"), ("industriel", "image", "handwritten")]


@pytest.mark.parametrize(
    "image",
    [
        pictures.round_stamp(),
        pictures.round_stamp(RED, double=False),
        pictures.framed_stamp(),
        pictures.framed_stamp(tilt=8),
        pictures.text_stamp(),
    ],
    ids=["two rings", "one ring", "frame", "tilted frame", "lines of text"],
)
def test_a_stamp_alone_is_listed_and_is_no_signature(image: Image.Image) -> None:
    signature = found(pictures.pasted(blank("nda"), 1, image, (70, 347, 150, 400)))
    assert seen(signature) == [("industriel", "stamp", "absent")]
    assert signature.status == "absent"


def test_an_approved_stamp_of_a_viewer_is_a_stamp_wherever_it_stands() -> None:
    inside = pictures.stamp_annotation(blank("nda"), 1, None, (70, 350, 200, 385))
    outside = pictures.stamp_annotation(blank("nda"), 1, None, (70, 600, 200, 635))
    assert seen(found(inside)) == [("industriel", "stamp", "absent")]
    assert seen(found(outside)) == [("unknown", "stamp", "absent")]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "stamp",
    [pictures.round_stamp(), pictures.framed_stamp(), pictures.text_stamp()],
    ids=["ring", "frame", "text"],
)
def test_a_signature_across_a_stamp_is_a_signature(stamp: Image.Image, seed: int) -> None:
    strokes = pictures.signature(seed, colour=BLACK, size=(500, 200))
    pdf = pictures.pasted(blank("nda"), 1, pictures.over(stamp, strokes, (20, 40)), (70, 345, 170, 400))
    assert ("industriel", "image", "handwritten") in seen(found(pdf))


@pytest.mark.parametrize(
    ("image", "width"),
    [(pictures.typed(), 100), (pictures.logo(), 100), (pictures.initials(), 22)],
    ids=["typed name", "logo", "initials"],
)
def test_what_is_no_signature(image: Image.Image, width: int) -> None:
    assert found(pictures.pasted(blank("nda"), 1, image, (70, 350, 70 + width, 400))) == Signature()


def test_a_name_typed_where_one_signs_is_no_signature() -> None:
    pdf = pictures.drawn_on(blank("nda"), 1, lambda c: c.drawString(80, 841.89 - 380, "Jean Dupont, gérant"))
    assert found(pdf) == Signature()


def test_a_picture_in_the_header_is_no_signature() -> None:
    assert found(pictures.pasted(blank("nda"), 1, pictures.signature(1), (300, 10, 420, 60))) == Signature()


def test_a_picture_on_every_page_is_no_signature() -> None:
    once = pictures.pasted(blank("nda"), 0, pictures.signature(1), (300, 760, 420, 800))
    assert found(pictures.pasted(once, 1, pictures.signature(1), (300, 760, 420, 800))) == Signature()


def test_a_signature_pasted_below_its_place_still_counts() -> None:
    pdf = pictures.pasted(blank("formulaire_2"), 1, pictures.signature(2), (60, 700, 200, 760))
    assert found(pdf, "formulaire_2").status == "handwritten"


def test_the_look_of_a_digital_signature_is_not_counted_again() -> None:
    pdf = sign(blank("nda"), person("Alice Muller", authority()), "signature_industriel")
    assert [signer.kind for signer in found(pdf).signers] == ["digital"]


def scan(
    pdf: bytes, kind: str = "nda", page: int = 1, extra: tuple[Word, ...] = (), dpi: int = 200
) -> list[Signer]:
    """As after OCR: the printed words with a confidence, the page as pixels."""
    read = read_pdf(blank(kind), OPTIONS).pages[page]
    words = (*(replace(word, confidence=0.93) for word in read.words), *extra)
    image = pictures.scanned(pdf, page, dpi=dpi)
    return drawn_signers(image, words, load_forms().for_kind(kind), replace(read, words=words))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dpi", [150, 300])
def test_nothing_is_found_on_a_scanned_blank(kind: str, dpi: int) -> None:
    pages = range(len(read_pdf(blank(kind), OPTIONS).pages))
    assert [signer for page in pages for signer in scan(blank(kind), kind, page, dpi=dpi)] == []


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("dpi", [150, 300])
def test_ink_on_a_scan_is_handwritten_even_where_ocr_makes_a_word_of_it(seed: int, dpi: int) -> None:
    pdf = pictures.stroked(blank("nda"), 1, seed, (60, 335, 260, 405))
    misread = Word("Jfkls", 2, (90, 350, 180, 400), confidence=0.31)
    (signer,) = scan(pdf, extra=(misread,), dpi=dpi)
    assert (signer.role, signer.kind, signer.status) == ("industriel", "ink", "handwritten")


def test_a_handwritten_name_and_date_are_no_signature() -> None:
    name = pictures.stroked(blank("nda"), 1, 1, (135, 282, 220, 297))
    assert scan(pictures.stroked(name, 1, 2, (135, 308, 200, 322))) == []


def test_a_stamp_on_a_scan_is_listed() -> None:
    (signer,) = scan(pictures.pasted(blank("nda"), 1, pictures.round_stamp(), (70, 347, 130, 400)))
    assert (signer.role, signer.kind, signer.status) == ("industriel", "stamp", "absent")


def test_a_company_stamp_that_ocr_read_is_listed_a_typed_name_is_not() -> None:
    lines = ("Medisoft S.A.", "12, rue de l'Alzette", "L-4010 Esch-sur-Alzette")
    words = tuple(
        Word(text, 2, (70, 352 + 14 * n, 150, 362 + 14 * n), confidence=0.9) for n, text in enumerate(lines)
    )
    assert [s.kind for s in scan(blank("nda"), extra=words)] == ["stamp"]
    assert scan(blank("nda"), extra=words[:1]) == []


def test_a_page_without_free_strokes_where_somebody_signs_is_not_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(drawn, "drawn_in_pdf", pytest.fail)
    assert found(blank("nda")) == Signature()  # its frame in the header is a free-form path


@pytest.mark.parametrize("pieces", [1, 600])
def test_a_scribble_of_straight_lines_is_seen_however_it_is_drawn(pieces: int) -> None:
    points = pictures.handwriting(1) / (700, 220) * (130, 50) + (70, 350)
    lines = [tuple(points[round(i * (len(points) - 1) / 700)]) for i in range(701)]

    def draw(c: canvas.Canvas) -> None:
        for start in range(0, 700, 700 // pieces):
            path = c.beginPath()
            path.moveTo(lines[start][0], A4[1] - lines[start][1])
            for x, y in lines[start + 1 : start + 700 // pieces + 1]:
                path.lineTo(x, A4[1] - y)
            c.drawPath(path)

    assert seen(found(pictures.drawn_on(blank("nda"), 1, draw))) == [("industriel", "ink", "handwritten")]


def piece_of_a_ring(tilt: float = 0.0, stroke: bool = False) -> Image.Image:
    """What is left of a round stamp across which words were printed, 4 pixels a point."""
    image = Image.new("L", (320, 320), 255)
    draw = ImageDraw.Draw(image)
    draw.arc((20, 20, 300, 300), 120, 250, fill=0, width=6)
    draw.text((110, 150), "Luxembourg", fill=0, font=ImageFont.load_default(24))
    if stroke:
        draw.line([(60, 200), (120, 120), (150, 230), (200, 110), (290, 210)], fill=0, width=6)
    return image.rotate(tilt, fillcolor=255)


def test_a_piece_of_a_ring_is_a_stamp_and_with_a_pen_s_stroke_a_signature() -> None:
    assert judged(inked(np.asarray(piece_of_a_ring(15))), 4.0)[0] == "stamp"
    assert judged(inked(np.asarray(piece_of_a_ring(stroke=True))), 4.0)[0] == "signature"
