"""Other forms than ours: labels beside, above and below the place to sign, in three languages, unframed."""

import io

import pytest
from reportlab.pdfgen import canvas

from parsers.documents.pdf import read_pdf
from parsers.forms import load_forms
from parsers.signatures import find_signatures
from parsers.types import ReadOptions
from tests.parsers.signing import pictures

OPTIONS = ReadOptions()
TOP = pictures.A4[1]


def form(*lines: tuple[float, float, str], rule: tuple[float, float, float] | None = None) -> bytes:
    """A page with lines of print at (left, base line from the top), and a rule (left, right, down)."""
    out = io.BytesIO()
    c = canvas.Canvas(out, pagesize=pictures.A4)
    c.setFont("Helvetica", 10)
    for left, down, text in lines:
        c.drawString(left, TOP - down, text)
    if rule:
        c.line(rule[0], TOP - rule[2], rule[1], TOP - rule[2])
    c.save()
    return out.getvalue()


def roles(pdf: bytes, kind: str) -> list[tuple[str, str]]:
    signature = find_signatures(pdf, read_pdf(pdf, OPTIONS), load_forms().for_kind(kind), OPTIONS)
    return sorted((signer.role, signer.status) for signer in signature.signers)


@pytest.mark.parametrize(
    ("label", "box"),
    [
        ("Signature :", (130, 585, 260, 630)),
        ("Unterschrift", (70, 612, 200, 660)),
        ("Date and signature:", (180, 585, 310, 630)),
        ("Signature et cachet de l'Industriel", (70, 612, 200, 660)),
    ],
)
def test_beside_and_below_a_label(label: str, box: pictures.BBox) -> None:
    blank = form((60, 100, "Formulaire 2"), (60, 560, "Nom : Jean Dupont"), (60, 605, label))
    assert roles(blank, "formulaire_2") == []
    assert roles(pictures.stroked(blank, 0, 5, box), "formulaire_2") == [("industriel", "handwritten")]


def test_above_a_line_with_the_label_under_it() -> None:
    blank = form((60, 400, "Lu et approuvé"), (70, 612, "Signature"), rule=(60, 250, 600))
    signed = pictures.stroked(blank, 0, 6, (75, 545, 220, 598))
    assert roles(signed, "formulaire_2") == [("industriel", "handwritten")]


def test_two_columns_without_frames() -> None:
    blank = form(
        (60, 500, "Pour l'Industriel"),
        (320, 500, "Pour l'Agence eSanté"),
        (60, 520, "Nom : Jean Dupont"),
        (320, 520, "Nom :"),
        (60, 540, "Signature"),
        (320, 540, "Signature"),
    )
    assert roles(pictures.stroked(blank, 0, 2, (60, 550, 190, 600)), "nda") == [("industriel", "handwritten")]
    assert roles(pictures.stroked(blank, 0, 2, (320, 550, 450, 600)), "nda") == [("aes", "handwritten")]


def test_a_handwritten_date_beside_its_label_is_no_signature() -> None:
    blank = form((60, 560, "Date :"), (60, 605, "Signature :"))
    assert roles(pictures.stroked(blank, 0, 3, (100, 548, 160, 566)), "formulaire_2") == []


def test_a_sentence_about_signing_is_no_place_to_sign() -> None:
    blank = form((60, 300, "Le présent accord prend effet à la date de sa signature par l'Industriel."))
    assert roles(pictures.stroked(blank, 0, 3, (100, 320, 250, 370)), "nda") == []
