"""Accents that no reading tells of are seen in the picture."""

from __future__ import annotations

import io

import numpy as np
import pytest
from reportlab.pdfgen.canvas import Canvas

from parsers.documents.reading import Ruling, Word
from parsers.scans.accents import doubted_under_rules, loses_marks, told_by_marks, unread_mark
from parsers.scans.image import Sheet
from tests.parsers.scan_paper import pixels


@pytest.fixture(scope="module", params=[200, 300])
def dpi(request: pytest.FixtureRequest) -> int:
    return int(request.param)


def word(text: str, dpi: int, rule_above: bool = False) -> tuple[np.ndarray, tuple[int, int, int, int]]:
    """A printed word and the box of its letters without what floats above them."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(140, 40))
    canvas.setFont("Helvetica", 11)
    canvas.drawString(10, 12, text)
    if rule_above:
        canvas.line(5, 25, 135, 25)
    canvas.save()
    gray = pixels(out.getvalue(), dpi)
    columns = np.flatnonzero((gray[gray.shape[0] // 2 :] < 150).any(axis=0))
    top, bottom = (round((40 - y) * dpi / 72) for y in (12 + 0.72 * 11, 12))
    return gray, (int(columns[0]), top, int(columns[-1]) + 1, bottom)


@pytest.mark.parametrize(
    ("printed", "read"), [("Éverling", "Everling"), ("MÜLLER", "MULLER"), ("Zoë", "Zoe"), ("Öst", "Ost")]
)
def test_a_lost_accent_is_noticed(printed: str, read: str, dpi: int) -> None:
    assert unread_mark(*word(printed, dpi), read)
    assert not unread_mark(*word(printed, dpi), printed)


@pytest.mark.parametrize("printed", ["Kirchberg", "d'intégration", "Jean-Luc", "Dijon", "MEDISOFT"])
def test_dots_apostrophes_and_a_line_above_are_no_accents(printed: str, dpi: int) -> None:
    assert not unread_mark(*word(printed, dpi, rule_above=True), printed)


@pytest.mark.parametrize(
    ("printed", "other"), [("Björn", "Bjôrn"), ("Bjôrn", "Björn"), ("Sàrl", "Särl"), ("Noël", "Noél")]
)
def test_the_picture_tells_which_accent_a_letter_has(printed: str, other: str, dpi: int) -> None:
    assert told_by_marks(*word(printed, dpi), [printed, other]) == printed
    assert told_by_marks(*word("Bjorn", dpi), ["Björn", "Bjôrn"]) is None


def test_numbers_and_addresses_have_no_accents(dpi: int) -> None:
    assert not unread_mark(*word("Éverling", dpi), "e@e.lu")


def test_a_page_whose_i_have_lost_their_dots_is_noticed(dpi: int) -> None:
    gray, box = word("Clinique", dpi)
    faint = gray.copy()
    faint[: box[1] + (box[3] - box[1]) // 5] = 255
    words = [("Clinique", box)] * 3 + [("Nova", box)]
    assert (loses_marks(faint, words), loses_marks(gray, words)) == (True, False)


@pytest.mark.parametrize(
    ("printed", "rule", "doubted"),
    [
        ("LEFÈVRE", 22.0, True),  # the accent has grown into the line
        ("LEFEVRE", 22.0, False),  # as near, and the paper between is bare
        ("LEFEVRE", 20.4, True),  # an accent would lie within the line
    ],
)
def test_capitals_are_doubted_where_their_accents_may_have_gone_with_a_line(
    printed: str, rule: float, doubted: bool, dpi: int
) -> None:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(140, 40))
    canvas.setFont("Helvetica", 11)
    canvas.drawString(10, 12, printed)
    canvas.line(5, rule, 135, rule)
    canvas.save()
    sheet = Sheet(1, pixels(out.getvalue(), dpi), float(dpi))
    read = Word("LEFEVRE", 1, (10.5, 20.1, 60.0, 28.0), 0.98)
    line = Ruling(1, (5.0, 40 - rule - 0.5, 135.0, 40 - rule + 0.5))
    assert [w.confidence for w in doubted_under_rules([read], [line], sheet)] == [0.9 if doubted else 0.98]
