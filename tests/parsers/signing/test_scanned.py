"""Scanned pages through OCR: crooked, upside down, as an image or inside a PDF."""

import io

import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from parsers.documents.pdf import read_pdf
from parsers.documents.scan import scan_pages
from parsers.forms import load_forms
from parsers.signatures import find_signatures
from parsers.types import ReadOptions, Signature
from tests.parsers.signing import pictures
from tests.parsers.signing.authority import filled

OPTIONS = ReadOptions()
pytestmark = pytest.mark.tesseract


@pytest.fixture(scope="module")
def nda() -> bytes:
    return filled("nda", denomination="Medisoft SA", signataire="Jean Dupont", date_signature="02/06/2025")


def jpeg(pdf: bytes, angle: float = 0.0) -> bytes:
    image = Image.fromarray(pictures.scanned(pdf, 1))
    if angle:
        image = image.rotate(angle, expand=True, fillcolor=250)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80, dpi=(200, 200))
    return out.getvalue()


def seen(signature: Signature) -> list[tuple[str, str, str]]:
    return [(signer.role, signer.kind, signer.status) for signer in signature.signers]


def found(image: bytes) -> Signature:
    reading = scan_pages(image, "image/jpeg", OPTIONS)
    return find_signatures(image, reading, load_forms().for_kind("nda"), OPTIONS)


@pytest.mark.parametrize("angle", [0.0, 1.2, 180.0])
def test_typed_names_and_frames_are_no_signature(nda: bytes, angle: float) -> None:
    assert found(jpeg(nda, angle)) == Signature()


@pytest.mark.parametrize("angle", [0.0, -0.7, 180.0])
def test_ink_is_found_whichever_way_the_sheet_lay(nda: bytes, angle: float) -> None:
    signed = pictures.stroked(nda, 1, 3, (70, 350, 200, 400))
    assert seen(found(jpeg(signed, angle))) == [("industriel", "ink", "handwritten")]


def test_a_stamp_alone_is_no_signature(nda: bytes) -> None:
    stamped = pictures.pasted(nda, 1, pictures.round_stamp(), (70, 347, 130, 400))
    assert seen(found(jpeg(stamped))) == [("industriel", "stamp", "absent")]


def test_a_scan_inside_a_pdf(nda: bytes) -> None:
    both = pictures.stroked(pictures.stroked(nda, 1, 4, (70, 350, 200, 400)), 1, 5, (330, 350, 480, 400))
    sheet = io.BytesIO()
    c = canvas.Canvas(sheet, pagesize=pictures.A4)
    c.drawImage(ImageReader(io.BytesIO(jpeg(both))), 0, 0, *pictures.A4)
    c.save()
    pdf = sheet.getvalue()
    reading = read_pdf(pdf, OPTIONS)
    assert reading.needs_ocr == (1,)
    reading = reading.merged(scan_pages(pdf, "application/pdf", OPTIONS, [1]))
    signature = find_signatures(pdf, reading, load_forms().for_kind("nda"), OPTIONS)
    assert sorted(seen(signature)) == [("aes", "ink", "handwritten"), ("industriel", "ink", "handwritten")]
