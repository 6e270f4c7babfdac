"""Ink and print: only a word in coloured ink that the readings doubt is taken for handwriting."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from parsers.scans.handwriting import by_hand, evenness, in_coloured_ink, joined
from parsers.scans.image import Sheet
from parsers.scans.ocr import Token
from parsers.scans.second import Reread, Run
from parsers.scans.words import assemble

WORD = (10, 10, 60, 30)


def sheet(coloured: bool) -> Sheet:
    gray = np.full((50, 100), 255, np.uint8)
    gray[15:25, 12:58] = 80
    ink = np.zeros_like(gray)
    if coloured:
        ink[15:25, 12:58] = 255
    return Sheet(1, gray, 300.0, ink=ink)


def test_doubtful_words_in_coloured_ink_are_handwritten() -> None:
    assert in_coloured_ink(WORD, 0.6, sheet(coloured=True))


def test_typed_blue_words_and_doubtful_black_ones_are_not() -> None:
    assert not in_coloured_ink(WORD, 0.98, sheet(coloured=True))
    assert not in_coloured_ink(WORD, 0.6, sheet(coloured=False))


def line(dance: int) -> np.ndarray:
    """Letters in a row, each lifted by up to that many pixels."""
    picture = np.full((90, 560), 255, np.uint8)
    for index, letter in enumerate("Medisoft SARL"):
        lift = (index * 7 % 5 - 2) * dance // 2
        cv2.putText(picture, letter, (20 + 40 * index, 60 + lift), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 0, 3)
    return picture


def test_letters_that_dance_are_a_hand_s_and_letters_in_line_are_print() -> None:
    pages = {}
    for name, dance in {"hand": 12, "print": 0}.items():
        page = np.full((400, 600), 255, np.uint8)
        page[20:110, :560] = line(dance)
        page[200:290, :560] = line(dance)
        boxes = [(0, 20, 560, 110), (0, 200, 560, 290)]
        pages[name] = by_hand(boxes, ["Medisoft SARL"] * 2, Sheet(1, page, 300.0))
    assert pages == {"hand": [True, True], "print": [False, False]}
    assert evenness(np.full((40, 40), 255, np.uint8)) is None


def test_a_date_on_a_page_written_by_hand_is_by_hand_however_even_its_digits_are() -> None:
    page = np.full((600, 600), 255, np.uint8)
    for place in range(3):
        page[20 + 120 * place : 110 + 120 * place, :560] = line(12)
    cv2.putText(page, "01.02.2026", (20, 460), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 0, 3)
    boxes = [(0, 20 + 120 * place, 560, 110 + 120 * place) for place in range(3)] + [(0, 420, 400, 480)]

    texts = ["Medisoft SARL"] * 3 + ["01.02.2026"]
    assert by_hand(boxes, texts, Sheet(1, page, 300.0))[-1]
    assert not by_hand(boxes[3:], texts[3:], Sheet(1, page, 300.0))[-1]


def test_brackets_and_letters_below_the_line_are_no_sign_of_a_hand() -> None:
    page = np.full((200, 900), 255, np.uint8)
    text = "vague (Vague) pays (type)"
    cv2.putText(page, text, (20, 120), cv2.FONT_HERSHEY_SIMPLEX, 1.6, 0, 3)
    assert (evenness(page) or 2.0) < 1.6
    assert by_hand([(0, 60, 900, 150)], [text], Sheet(1, page, 300.0)) == [False]


def test_letters_that_hang_together_are_told_from_print() -> None:
    page = np.full((200, 600), 255, np.uint8)
    page[20:110, :560] = line(0)
    assert not joined((0, 44, 560, 86), "Medisoft SARL", Sheet(1, page, 300.0))
    page[78:82, 30:460] = 0  # a pen that was not lifted
    assert joined((0, 44, 560, 86), "Medisoft SARL", Sheet(1, page, 300.0))


def value(row: int, text: str, again: str) -> Run:
    """A word in a place of its own of a known blank, read surely both times."""
    box = (20, 20 + 120 * row, 20 + 30 * len(text), 60 + 120 * row)
    first, second = (Token(said, box, 0.95, (1, 1, 1), place=row) for said in (text, again))
    return Run((first,), (second,))


def test_what_was_read_alike_is_doubted_where_the_readings_differ_on_most_values() -> None:
    page = Sheet(1, np.full((700, 600), 255, np.uint8), 300.0)
    alike = [value(0, "Wagner", "Wagner"), value(1, "Kremer", "Kremer")]
    apart = [value(2, "Carole", "Canole"), value(3, "B28333", "828333"), value(4, "Medilux", "Modilux")]

    def sureness(runs: list[Run]) -> float:
        return next(w.confidence or 0.0 for w in assemble(Reread(runs, []), page) if w.text == "Wagner")

    assert sureness([*alike, *apart]) < 0.95 <= sureness([*alike, *apart[:2]])


def test_one_value_by_hand_makes_the_others_so_where_most_are_doubted() -> None:
    picture = np.full((700, 600), 255, np.uint8)
    picture[20:110, :560] = line(12)
    hand = Run(tuple(replace(t, box=(0, 20, 560, 110)) for t in value(0, "Medisoft", "x").tokens), ())
    rest = [value(2, "Carole", "Canole"), value(3, "B28333", "828333"), value(4, "Wagner", "Wagner")]

    words = assemble(Reread([hand, *rest], []), Sheet(1, picture, 300.0))

    assert {w.text for w in words if w.handwritten} >= {"Medisoft", "Wagner"}
