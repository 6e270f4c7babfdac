"""What a reading of a whole page leaves to mend: colons passed over, boxes that reach over each other."""

from __future__ import annotations

import cv2
import numpy as np

from parsers.scans.first_reading import mended
from parsers.scans.ocr import Token


def token(text: str, left: int, right: int) -> Token:
    return Token(text, (left, 20, right, 52), 0.9, (1, 1, 1))


def paper(*dots: tuple[int, int]) -> np.ndarray:
    gray = np.full((80, 500), 255, np.uint8)
    for centre in dots:
        cv2.circle(gray, centre, 3, 0, -1)
    return gray


def test_a_colon_between_two_words_is_seen() -> None:
    words = [token("MySecu", 10, 140), token("espace", 200, 330)]
    found = mended(words, paper((170, 32), (170, 49)))
    assert [t.text for t in found] == ["MySecu", ":", "espace"]
    assert found[1].box[0] in range(164, 171)


def test_dots_side_by_side_or_one_alone_are_no_colon() -> None:
    words = [token("MySecu", 10, 140), token("espace", 200, 330)]
    assert mended(words, paper((160, 49), (180, 49))) == words
    assert mended(words, paper((170, 49))) == words


def test_a_box_ends_before_the_next_word_begins() -> None:
    whole, dash, end = token("568076", 10, 230), token("-", 160, 172), token("72", 190, 232)
    found = mended([whole, dash, end], paper())
    assert [t.text for t in found] == ["568076", "-", "72"]
    assert found[0].box[2] < 160
    part = token("076", 100, 140)  # of the same word, read twice
    assert mended([whole, part], paper()) == [whole, part]
