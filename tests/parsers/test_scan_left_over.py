"""Ink that the first reading left over belongs to a word, or is one."""

from __future__ import annotations

import cv2
import numpy as np

from parsers.scans.image import Sheet
from parsers.scans.left_over import unread
from parsers.scans.ocr import Token


def test_a_letter_that_the_side_of_a_words_box_cuts_is_no_word_of_its_own() -> None:
    gray = np.full((120, 600), 255, np.uint8)
    for text, x in (("FERREIRA", 20), ("7", 420)):
        cv2.putText(gray, text, (x, 70), cv2.FONT_HERSHEY_SIMPLEX, 1.4, 0, 4)
    cut = Token("FERREIRA", (18, 38, 188, 74), 0.9, (1, 1, 1))
    whole, lost = unread(gray, [cut], Sheet(1, gray, 200))
    assert whole[0].box[2] >= 215
    assert [box[0] > 400 for box in lost] == [True]
