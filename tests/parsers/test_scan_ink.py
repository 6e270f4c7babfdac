"""What is drawn on a scanned page: marks across boxes, lines and letters in a row, a page on its head."""

from __future__ import annotations

import io
from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from parsers import sniff
from parsers.documents.reading import Box, Word
from parsers.scans.bands import without_bands
from parsers.scans.boxes import is_filled_like, small_squares
from parsers.scans.clean import cleaned
from parsers.scans.document import sheets
from parsers.scans.image import Sheet, parts_of
from parsers.scans.legal_forms import legal_form_at
from parsers.scans.lines import leaders, line_masks, rulings, with_narrow_frames, with_open_sides
from parsers.scans.marked import marked
from parsers.scans.page import frames
from parsers.scans.read_marks import doubted_beside, without_read_marks
from parsers.scans.rings import circles
from parsers.scans.sizes import evened, line_of, type_size
from parsers.scans.ticked import measured, with_marks_beside
from parsers.scans.upright import is_on_its_head
from parsers.types import ReadOptions
from tests.parsers import scan_paper as paper

Picture = npt.NDArray[np.uint8]


def ink() -> Picture:
    return np.zeros((600, 900), np.uint8)


def sheet(picture: Picture) -> Sheet:
    return Sheet(1, np.asarray(255 - picture, np.uint8), 300.0)


def check_mark(picture: Picture, left: int, top: int) -> None:
    """A check whose long arm leaves the box at the upper right and meets the line above it."""
    points = np.array([[left + 8, top + 26], [left + 20, top + 44], [left + 70, top - 40]])
    cv2.polylines(picture, [points], False, 255, 6)


def test_a_blackened_box_is_found_though_words_stand_close() -> None:
    picture = ink()
    for left in (100, 400):
        cv2.rectangle(picture, (left, 200), (left + 50, 250), 255, 3)
    cv2.rectangle(picture, (406, 206), (444, 244), 255, -1)
    cv2.putText(picture, "Ja", (462, 245), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 255, 3)

    found = marked(picture, sheet(picture), [(99, 199, 152, 252)], False)

    assert [box[:2] for box in found] == [(pytest.approx(400, abs=4), pytest.approx(200, abs=4))]


@pytest.mark.parametrize("is_round", [False, True])
def test_a_box_under_a_mark_is_found_by_the_size_of_the_clear_ones(is_round: bool) -> None:
    picture = ink()
    for left in (100, 400):
        if is_round:
            cv2.circle(picture, (left + 25, 225), 25, 255, 3)
        else:
            cv2.rectangle(picture, (left, 200), (left + 50, 250), 255, 3)
    picture[158:162] = 255  # a table's line
    check_mark(picture, 400, 200)
    page = sheet(picture)
    boxes = circles(picture, parts_of(picture), page) if is_round else small_squares(picture, page)
    clear = [box for box in boxes if box[0] < 200]
    assert [box[0] for box in clear] == pytest.approx([100], abs=3)

    found = marked(picture, page, clear, is_round)

    assert [box[:2] for box in found] == [(pytest.approx(400, abs=4), pytest.approx(200, abs=4))]


def test_a_bold_ring_is_one_and_a_round_letter_is_none() -> None:
    picture = ink()
    for left in (100, 300):
        cv2.circle(picture, (left, 200), 15, 255, 8)
    for left in (440, 466, 492):  # three letters o in a row, smaller and set wide
        cv2.circle(picture, (left, 200), 9, 255, 3)
    page = sheet(picture)

    rings = circles(picture, parts_of(picture), page)

    assert [ring[0] for ring in rings] == pytest.approx([81, 281], abs=3)
    assert measured(picture, rings[0], True).state == "off"
    assert marked(picture, page, rings, True) == []


def test_a_fat_letter_of_a_word_is_no_marked_box() -> None:
    picture = ink()
    cv2.rectangle(picture, (100, 300), (134, 334), 255, 3)
    cv2.rectangle(picture, (400, 100), (434, 134), 255, 9)
    cv2.rectangle(picture, (442, 104), (460, 134), 255, 5)  # the next letter
    assert marked(picture, sheet(picture), [(99, 299, 136, 336)], False) == []
    picture[115:119, 380:470] = 255  # and where print ran, all of them in one piece
    assert marked(picture, sheet(picture), [(99, 299, 136, 336)], False) == []


def test_a_stroke_beside_an_empty_box_makes_it_doubtful_unless_it_is_anothers() -> None:
    picture = ink()
    for top in (100, 300, 360):
        cv2.rectangle(picture, (100, top), (140, top + 40), 255, 3)
    cv2.line(picture, (139, 110), (160, 90), 255, 5)  # the end of a check mark
    cv2.line(picture, (90, 410), (150, 335), 255, 5)  # a cross that reaches into the box above
    boxes = [measured(picture, (99, top - 1, 142, top + 42), False) for top in (100, 300, 360)]

    assert [box.state for box in with_marks_beside(picture, boxes)] == ["unsure", "off", "on"]


def test_a_crossed_box_is_found_among_bold_letters() -> None:
    picture = ink()
    cv2.rectangle(picture, (650, 300), (694, 344), 255, 6)
    for row in range(5):  # 45 letters that fill an outline of a box's size too
        cv2.putText(picture, "BDMWHBDMW", (100, 130 + 60 * row), cv2.FONT_HERSHEY_SIMPLEX, 2.0, 255, 9)
    picture[280:365, 80:180] = 0
    cv2.rectangle(picture, (100, 300), (144, 344), 255, 6)
    for end in ((90, 290, 154, 354), (154, 290, 90, 354)):
        cv2.line(picture, end[:2], end[2:], 255, 9)

    found = marked(picture, sheet(picture), [(647, 297, 698, 348)], False)

    assert any(abs(box[0] - 97) <= 6 and abs(box[1] - 297) <= 6 for box in found)


def test_a_box_scribbled_full_right_behind_its_words_is_one() -> None:
    picture = ink()
    cv2.rectangle(picture, (400, 100), (450, 150), 255, 3)
    cv2.rectangle(picture, (200, 100), (250, 150), 255, -1)
    cv2.putText(picture, "B", (100, 150), cv2.FONT_HERSHEY_SIMPLEX, 2.2, 255, 12)
    picture[100:150, 170:184] = 255  # a letter, fifteen pixels before it
    clear = [(398, 98, 452, 152)]

    assert is_filled_like(picture, (199, 99, 252, 152), clear)
    assert not is_filled_like(picture, (100, 100, 150, 152), clear)


def test_a_table_without_its_outer_sides_has_closed_cells() -> None:
    picture = ink()
    for top in (100, 150, 200):
        picture[top : top + 3, 100:800] = 255
    picture[400:403, 100:800] = picture[450:453, 100:800] = 255  # two rules, nothing between them
    picture[100:203, 300:303] = 255
    page = sheet(picture)
    across, down = line_masks(picture, page)

    cells = frames(across, with_open_sides(across, down, page), page)

    assert sorted((round(b.box[0] / 24), round(b.box[1] / 12)) for b in cells) == [
        (1, 2),
        (1, 3),
        (3, 2),
        (3, 3),
    ]


def test_light_letters_on_a_dark_band_become_dark_ones() -> None:
    picture = ink()
    cv2.rectangle(picture, (50, 100), (850, 150), 255, -1)
    cv2.putText(picture, "Signature", (80, 140), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 0, 4)
    cv2.putText(picture, "WMB", (80, 300), cv2.FONT_HERSHEY_SIMPLEX, 2.0, 255, 12)
    cv2.rectangle(picture, (400, 260), (440, 300), 255, -1)  # a box that was blackened
    page = sheet(picture)

    text = without_bands(page.gray, picture, page)

    assert (text[104:146, 54:846] == picture[104:146, 54:846]).all()
    assert (text[160:] == page.gray[160:]).all()
    assert text[95:104].min() == 255


def test_the_dashes_that_a_pale_rule_left_are_taken_away() -> None:
    picture = ink()
    for left in (60, 130, 250, 420, 600, 760):
        picture[400:402, left : left + 30] = 255
    picture[200:203, 100:114] = picture[200:203, 400:414] = 255  # two hyphens

    gone = leaders(picture, parts_of(picture)[1], sheet(picture)) > 0

    assert gone[400:402][picture[400:402] > 0].all()
    assert not gone[200:203].any()


def test_the_edges_of_the_paper_are_no_rulings() -> None:
    across, down = ink(), ink()
    down[:, 3:6] = down[:, 893:896] = down[:, 450:453] = 255
    across[2:5] = across[300:303] = 255
    boxes = [ruling.box for ruling in rulings(across, down, sheet(ink()))]
    assert [(round(left), round(top)) for left, top, _, _ in boxes] == [(108, 0), (0, 72)]


def test_the_sides_of_a_low_box_are_lines_and_the_stems_of_letters_are_none() -> None:
    picture = ink()
    cv2.rectangle(picture, (100, 200), (500, 250), 255, 4)  # 12 points high
    cv2.putText(picture, "Hill", (140, 244), cv2.FONT_HERSHEY_SIMPLEX, 1.4, 255, 4)
    _, down = line_masks(picture, sheet(picture))
    assert down[225, 95:106].any()
    assert down[225, 495:506].any()
    assert not down[205:245, 130:300].any()


def test_a_pale_rule_is_a_line_and_a_grey_field_is_none() -> None:
    page = np.full((600, 900), 250, np.uint8)
    page[100:103, 100:800] = 205
    page[300:400, 100:800] = 205
    across, _ = line_masks(ink()[:600, :900], Sheet(1, page, 300.0))
    assert across[100:103, 110:790].any(axis=0).all()
    assert not across[290:410].any()


def test_a_narrow_frame_around_a_digit_is_lines_and_a_low_box_to_tick_is_none() -> None:
    picture = ink()
    cv2.rectangle(picture, (100, 100), (140, 160), 255, 3)  # ten points wide, fourteen high
    cv2.putText(picture, "3", (108, 150), cv2.FONT_HERSHEY_SIMPLEX, 1.4, 255, 4)
    cv2.rectangle(picture, (300, 100), (340, 140), 255, 3)
    nothing = np.zeros_like(picture)
    across, down = with_narrow_frames(nothing, nothing, picture, sheet(picture))
    assert across[99:102, 105:135].any()
    assert down[105:155, 99:102].any()
    assert not across[120:140, 105:135].any()
    assert not across[:, 290:350].any()


def test_digits_take_the_room_of_a_line_of_type() -> None:
    top, bottom = line_of("1940072215356", 100, 130)
    assert (top, bottom) == (100, pytest.approx(139, abs=2))
    assert line_of("Gerd Bajpy", 100, 139) == (100, 139)


def test_letters_close_to_each_other_are_no_line_and_a_worn_line_is_one() -> None:
    picture = ink()
    for left in range(100, 400, 20):  # fat letters, four pixels apart
        cv2.rectangle(picture, (left, 100), (left + 15, 104), 255, -1)
        cv2.rectangle(picture, (left, 100), (left + 6, 130), 255, -1)
    picture[300:303, 100:700] = 255
    picture[300:303, 130:700:90] = 0  # gaps of a worn print
    across, _ = line_masks(picture, sheet(picture))
    assert not across[90:140].any()
    assert across[300:303].any()


def test_a_page_on_its_head_is_told_by_its_letters() -> None:
    picture = paper.pixels(paper.form())
    assert not is_on_its_head(picture)
    assert is_on_its_head(np.ascontiguousarray(np.rot90(picture, 2)))


def test_one_size_of_type_is_one_size_whatever_letters_a_line_has() -> None:
    heights = {"anse": 5.2, "Nom": 7.2, "Agence": 9.3, "École": 9.1}
    words = [
        Word(text, 1, (0, 0, 30, height), 0.98, type_size(text, height)) for text, height in heights.items()
    ]
    title = Word("Formulaire", 1, (0, 0, 30, 11.5), 0.98, type_size("Formulaire", 11.5))
    sizes = {word.text: word.size for word in evened([*words, title])}
    assert len({sizes[text] for text in heights}) == 1
    assert sizes["Formulaire"] > 1.3 * sizes["Nom"]


@pytest.mark.parametrize(
    ("read", "meant"),
    [("Medilux S.a rl.", {1: "S.à", 2: "r.l."}), ("Medilux S.à r.1.-S", {1: "S.à", 2: "r.l.-S"}),
     ("Sanilog S.à .1.-S", {1: "S.à", 2: "r.l.-S"}),
     ("Sa rl Medilux", {}), ("Medilux SA", {}), ("Medilux SARL", {}), ("Medilux S.A", {1: "S.A."})],
)  # fmt: skip
def test_a_lost_dot_of_a_legal_form_is_put_back(read: str, meant: dict[int, str]) -> None:
    found = legal_form_at(read.split())
    assert found == meant


def test_the_dots_of_an_umlaut_are_no_specks_but_lone_dots_are() -> None:
    picture = ink()
    cv2.putText(picture, "u", (100, 200), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 255, 4)
    for left, top in ((104, 168), (114, 168), (300, 300), (500, 100), (510, 100)):
        picture[top : top + 3, left : left + 3] = 255

    left_over = cleaned(replace(sheet(picture), bilevel=True)).gray < 128

    assert left_over[169, 105]
    assert left_over[169, 115]
    assert not left_over[300:303, 300:303].any()
    assert not left_over[100:103, 495:515].any()


def test_a_thin_full_stop_stays_where_a_page_has_few_specks() -> None:
    picture = ink()
    for row in (100, 200, 300):
        cv2.putText(picture, "7", (100, row), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 255, 4)
    picture[198:201, 128:131] = picture[400:403, 700:703] = 255
    clean = cleaned(replace(sheet(picture), bilevel=True)).gray < 128
    picture[::40, 400::40] = 255  # a grainy page: which dots are meant nobody can tell
    grainy = cleaned(replace(sheet(picture), bilevel=True)).gray < 128

    assert (clean[199, 129], clean[401, 701], grainy[199, 129]) == (True, False, False)


def test_a_ring_that_was_read_as_letters_is_no_word() -> None:
    ring = Word("(@)", 1, (20, 10, 34, 24), 0.6)
    words = [Word("Oui", 1, (2, 10, 16, 24), 0.98), ring, Word("Non", 1, (38, 10, 52, 24), 0.98)]
    dot = Box(1, (24, 14, 30, 20), True, "on", 0.99)

    assert [w.text for w in without_read_marks(words, [dot])] == ["Oui", "Non"]
    assert without_read_marks(words, []) == words


def test_a_word_that_a_box_touches_may_have_lost_a_letter() -> None:
    words = [Word("Grünwal", 1, (40, 10, 80, 22), 0.98), Word("S.A.", 1, (100, 10, 120, 22), 0.98)]
    letter = Box(1, (81, 11, 89, 20), False, "off", 0.99)

    assert [w.confidence for w in doubted_beside(words, [letter])] == [0.94, 0.98]


def test_a_scan_pasted_into_a_word_file_is_a_page() -> None:
    import docx  # writes; the readers do without it

    picture = io.BytesIO()
    Image.fromarray(paper.pixels(paper.form(), 100)).save(picture, "PNG")
    document = docx.Document()
    document.add_paragraph("Voici notre formulaire.")
    document.add_picture(picture, width=docx.shared.Cm(15))
    out = io.BytesIO()
    document.save(out)

    found = list(sheets(out.getvalue(), sniff.DOCX, ReadOptions(), None))

    assert [page.number for page in found if isinstance(page, Sheet)] == [1]
