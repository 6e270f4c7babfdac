"""Readings of a line become its words: what grammar, or the lines around it, tell of a misread sign."""

from __future__ import annotations

import numpy as np
import pytest

from parsers.documents.reading import Box, Page, Reading, Word
from parsers.extract import extract
from parsers.forms import load_forms
from parsers.scans.agree import at_words
from parsers.scans.image import Sheet
from parsers.scans.numbering import renumbered
from parsers.scans.ocr import Token
from parsers.scans.second import Reread, Run, one_address
from parsers.scans.sizes import evened, type_size
from parsers.scans.words import assemble


def line(text: str, row: int = 0, sure: float = 0.9) -> tuple[Token, ...]:
    top = 20 + 60 * row
    return tuple(
        Token(word, (150 * i, top, 150 * i + 120, top + 40), sure, (1, 1, row))
        for i, word in enumerate(text.split())
    )


def words(*readings: tuple[str, str]) -> list[Word]:
    """The words of a page, of whose lines the first and the second reading are given."""
    page = Sheet(1, np.full((600, 900), 255, np.uint8), 300.0)
    runs = [Run(line(first, row), line(again, row)) for row, (first, again) in enumerate(readings)]
    return assemble(Reread(runs, []), page)


@pytest.mark.parametrize(
    ("first", "again", "text"),
    [
        ("x] Hauptupdate", "[x] Hauptupdate", "[x] Hauptupdate"),
        ("[x Hauptupdate", "[x Hauptupdate", "[x] Hauptupdate"),
        ("Ex] Ja", "[x] Ja", "[x] Ja"),
        ("x Hauptupdate", "x Hauptupdate", "x Hauptupdate"),
        ("Version 1.7.3-rel", "Version 1.7.3-rel", "Version 1.7.3-rc1"),
        ("Version 1.7.3-rcl", "Version 1.7.3-rcl", "Version 1.7.3-rc1"),
        ("Club d'Id&es", "Club d'Id&es", "Club d'Idées"),
        ("Firma R&D", "Firma R&D", "Firma R&D"),
        (".. Medilux", ".. Medilux", "Medilux"),
        ("Release vl", "Release vl", "Release v1"),
        ("Mail office_1@medi.lu", "Mail office_l@medi.lu", "Mail office_1@medi.lu"),
        ("Mail anne_l@medi.lu", "Mail anne_l@medi.lu", "Mail anne_l@medi.lu"),
        ("Medilux S.à r.1l.", "Medilux S.à r.l.", "Medilux S.à r.l."),
        ("Medilux SA.", "Medilux SA.", "Medilux S.A."),
        ("Idées a.s.b.1l.", "Idées a.s.b.I.", "Idées a.s.b.l."),
    ],
)
def test_a_sign_that_can_be_but_one_is_that_one(first: str, again: str, text: str) -> None:
    assert " ".join(w.text for w in words((first, again))) == text


def test_a_letter_that_was_put_for_another_is_not_believed() -> None:
    assert (words(("Version 1.7.3-rel", "Version 1.7.3-rel"))[-1].confidence or 0.0) < 0.95


def test_the_letter_before_a_label_is_one_where_the_lines_are_lettered() -> None:
    others = [(f"{letter}) Nom", f"{letter}) Nom") for letter in "abc"]
    misread = ("Lu) Courriel", "Lu) Courriel")
    assert "l)" in [w.text for w in words(*others, misread)]
    assert "Lu)" in [w.text for w in words(*others[:2], misread)]


def test_an_unsure_word_in_a_column_of_numbers_is_the_next_number() -> None:
    def page(head: str, sure: float) -> list[str]:
        column = [("1.", 0.98), ("2.", 0.98), (head, sure), ("4.", 0.98)]
        boxes = [(42.0, 100.0 + 30 * i, 50.0, 110.0 + 30 * i) for i in range(4)]
        found = [Word(text, 1, box, sure) for (text, sure), box in zip(column, boxes, strict=True)]
        return [word.text for word in renumbered(found)]

    assert page("Ps", 0.4) == ["1.", "2.", "3.", "4."]
    assert page("Le", 0.95)[2] == "Le"


def test_what_the_others_have_at_an_end_of_the_line_belongs_to_its_word() -> None:
    assert at_words(["VA", "intracom"], ["TVA", "intracom."]) == ["TVA", "intracom."]


def test_the_pieces_of_an_address_are_one_where_a_full_stop_ends_them() -> None:
    broken = list(line("j. weber@logimed.eu"))
    assert [t.text for t in one_address(broken, line("j.weber@logimed.eu"))] == ["j.weber@logimed.eu"]
    label = list(line("Mail weber@logimed.eu"))
    assert one_address(label, line("Mailweber@logimed.eu")) == label


def test_an_address_is_of_the_size_of_its_line_whether_its_sign_hangs_below_or_not() -> None:
    usual = [Word("Agence", 1, (0, 0, 30, 9), 0.98, type_size("Agence", 9.0)) for _ in range(6)]
    usual.append(Word("MAJERUS", 1, (0, 0, 60, 9), 0.98, type_size("MAJERUS", 9.0)))  # a J that hangs below
    for height in (7.0, 9.0):
        address = Word("contact@medi.eu", 1, (0, 0, 60, height), 0.98, type_size("contact@medi.eu", height))
        assert len({word.size for word in evened([*usual, address])}) == 1


def test_a_sentence_a_little_smaller_than_its_label_explains_the_frame_under_it() -> None:
    form = load_forms(None).for_kind("formulaire_3")
    assert form is not None

    def printed(text: str, top: float, size: float) -> list[Word]:
        return [
            Word(word, 1, (70 + 40 * i, top, 105 + 40 * i, top + 0.9 * size), 0.98, size)
            for i, word in enumerate(text.split())
        ]

    def read(note: str) -> object:
        texts = (
            printed("Unterzeichnet am", 100, 10.4) + printed(note, 112, 7.6) + printed("21/03/26", 127, 10.4)
        )
        page = Page(1, 595, 842, tuple(texts), boxes=(Box(1, (67, 122, 497, 142)),))
        found = extract(Reading(media_type="image/png", pages=(page,)), form).fields.get("date_signature")
        return found.value if found else None

    assert read("Diese Angabe ist für alle erforderlich") == "2026-03-21"
    assert read("Anne Weber") is None


def test_a_word_that_both_other_readings_take_for_dots_is_none() -> None:
    tokens = (line("Ce", sure=0.1)[0], *line("Ce Weber")[1:])
    page = Sheet(1, np.full((600, 900), 255, np.uint8), 300.0)

    def read(again: str) -> list[str]:
        return [w.text for w in assemble(Reread([Run(tokens, line(again), line(". Weber"))], []), page)]

    assert read("„ Weber") == ["Weber"]
    assert len(read("Ca Weber")) == 2


@pytest.mark.parametrize(("between", "value"), [(":", "Praxa"), ("Cabinet", "Cabinet")])
def test_a_colon_that_stands_apart_is_nothing_between_a_label_and_its_cell(between: str, value: str) -> None:
    form = load_forms(None).for_kind("formulaire_3")
    assert form is not None
    texts = [
        Word(text, 1, (left, 162, left + 6 * len(text), 170), 0.98, 9.0)
        for text, left in (("Product", 46), ("name", 92), (between, 150), ("Praxa", 248))
    ]
    cells = (Box(1, (42, 158, 241, 176)), Box(1, (243, 158, 532, 176)))
    page = Page(1, 595, 842, tuple(texts), boxes=cells)
    found = extract(Reading(media_type="image/png", pages=(page,)), form).fields.get("nom_logiciel")
    assert found is not None
    assert found.value == value


def test_check_digits_decide_where_both_readings_take_a_digit_for_the_same_letter() -> None:
    told = words(("LUO8 0026 6244 8734 1658", "LUO8 0026 6244 8734 1658"))
    assert [w.text for w in told] == ["LU080026624487341658"]
    false = words(("LUO8 0026 6244 8734 1659", "LUO8 0026 6244 8734 1659"))
    assert [w.text for w in false] == ["LUO8", "0026", "6244", "8734", "1659"]
    plain = words(("LU08 0026 6244 8734 1658", "LU08 0026 6244 8734 1658"))
    assert len(plain) == 5
