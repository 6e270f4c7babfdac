"""Lines go, and the letters that stand against them stay whole."""

from __future__ import annotations

import cv2
import numpy as np

from parsers.scans.clean import cleaned
from parsers.scans.image import Sheet, binary, parts_of
from parsers.scans.lines import leaders, line_masks, rulings, without_lines

PAPER, INK = 255, 0


def bare(gray: np.ndarray) -> np.ndarray:
    ink = binary(gray)
    return without_lines(gray, ink, *line_masks(ink, Sheet(1, gray, 300)))


def test_a_j_keeps_its_dot_and_hook_right_beside_the_side_of_its_frame() -> None:
    gray = np.full((240, 500), PAPER, np.uint8)
    cv2.rectangle(gray, (60, 60), (440, 160), INK, 5)
    letter = np.full_like(gray, PAPER)
    letter[90:95, 65:70] = INK  # the dot, two pixels from the frame
    letter[102:136, 65:70] = INK
    letter[131:136, 64:70] = INK  # the hook touches it
    rest = bare(np.minimum(gray, letter))
    assert np.array_equal(rest < 140, letter < 140)


def test_splinters_of_a_line_go_with_it() -> None:
    gray = np.full((240, 500), PAPER, np.uint8)
    gray[100:104, 40:460] = INK
    for x in (90, 200, 330):
        gray[98:107, x : x + 4] = INK
    gray[180:210, 40:70] = INK  # a letter, so that there is ink besides
    rest = bare(gray)
    assert not (rest[:170] < 140).any()
    assert (rest[180:210, 40:70] < 140).all()


def test_a_crumb_of_a_line_is_no_ruling() -> None:
    down = np.zeros((240, 500), np.uint8)
    down[20:200, 100:103] = down[60:64, 300:302] = 255
    found = rulings(np.zeros_like(down), down, Sheet(1, down, 300))
    assert [round(ruling.box[0]) for ruling in found] == [24]


def test_the_dark_pieces_of_a_grey_rule_are_no_specks_however_many() -> None:
    gray = np.full((900, 1600), PAPER, np.uint8)
    gray[40:70:4, 40:400] = INK  # print, so that there is ink besides
    for row in range(200, 800, 100):
        gray[row : row + 4, 60:1540] = 205
        gray[row + 1 : row + 3, 70:1530:40] = 100
        gray[row + 50, 80:1540:60] = 100  # dust
    clean = cleaned(Sheet(1, gray, 300)).gray
    assert (clean[200:800:100, 62:1538] < 230).all()
    assert not (clean[250:800:100] < 230).any()


def test_an_accent_that_touches_the_top_of_its_frame_stays() -> None:
    gray = np.full((240, 500), PAPER, np.uint8)
    gray[60:65, 60:440] = INK
    gray[90:130, 200:230] = INK  # the letter
    for step in range(7):  # a grave accent, which begins right under the line
        gray[65 + step, 205 + step : 209 + step] = INK
    rest = bare(gray)
    assert (rest[68:72, 205:216] < 140).any(axis=1).all()
    assert not (rest[:65] < 140).any()


def test_dots_to_write_on_in_a_typewriters_face_go_and_a_few_full_stops_stay() -> None:
    ink = np.zeros((240, 900), np.uint8)
    for x in range(60, 640, 28):
        ink[100:106, x : x + 6] = 255
    for x in (60, 88, 116):
        ink[200:206, x : x + 6] = 255
    gone = leaders(ink, parts_of(ink)[1], Sheet(1, ink, 300)) > 0
    assert gone[100:106][ink[100:106] > 0].all()
    assert not gone[200:206].any()
