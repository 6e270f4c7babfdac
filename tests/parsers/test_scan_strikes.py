"""Values that were struck out on paper are none; what was typed across a form's line stays, in doubt."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from reportlab.pdfgen.canvas import Canvas

from parsers.documents.reading import Ruling, Word
from parsers.scans.image import Sheet
from parsers.scans.strikes import without_struck
from tests.parsers.scan_paper import pixels

WORD = Word("Medisoft", 1, (40, 28, 91, 40), 0.98, 12)


def printed(stroke: tuple[int, int, int, int] | None = None) -> Sheet:
    """« Medisoft » in print, and perhaps a stroke of the pen, in pixels."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(160, 60))
    canvas.setFont("Helvetica", 12)
    canvas.drawString(40, 22.5, WORD.text)
    canvas.save()
    gray = pixels(out.getvalue(), 300)
    if stroke:
        cv2.line(gray, stroke[:2], stroke[2:], 40, 5)
    return Sheet(1, np.asarray(gray, np.uint8), 300.0)


@pytest.mark.parametrize("stroke", [(150, 142, 400, 142), (140, 150, 410, 130)])
def test_a_stroke_through_the_middle_takes_a_word_away(stroke: tuple[int, int, int, int]) -> None:
    assert without_struck([WORD], [], printed(stroke)) == ([], [WORD])


@pytest.mark.parametrize("stroke", [None, (150, 164, 400, 164), (150, 110, 400, 110)])
def test_print_and_what_is_underlined_stand(stroke: tuple[int, int, int, int] | None) -> None:
    assert without_struck([WORD], [], printed(stroke)) == ([WORD], [])


def test_what_was_typed_across_a_line_of_the_form_stands_in_doubt() -> None:
    line = Ruling(1, (10, 33.8, 155, 34.4))
    kept, struck = without_struck([WORD], [line], printed((20, 142, 660, 142)))
    assert struck == []
    assert [(w.text, w.confidence) for w in kept] == [("Medisoft", 0.9)]
