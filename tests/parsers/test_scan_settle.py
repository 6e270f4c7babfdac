"""Two readings become one: accents that one model lacks, letters for digits, check digits that decide."""

from __future__ import annotations

from dataclasses import replace

from parsers.scans.agree import agreed
from parsers.scans.ocr import Token
from parsers.scans.printed import label_length
from parsers.scans.second import one_address, runs
from parsers.scans.settle import settle, settled_identifier
from parsers.scans.votes import confidence

MATRICULE = "1893120105732"  # the published OECD example


def words(first: str, second: str) -> list[tuple[str, bool]]:
    return [(a.text, a.same) for a in agreed(first.split(), second.split())]


def test_an_accent_that_the_other_model_cannot_write_is_no_disagreement() -> None:
    assert words("Éric Lefèvre", "Eric Lefevre") == [("Éric", True), ("Lefèvre", True)]
    assert words("Bjorn", "Björn") == [("Björn", True)]
    assert words("StrauR Strake", "Strauß Straße") == [("Strauß", True), ("Straße", True)]
    assert words("Françoise Clinéo", "Frangoise Clin&eo") == [("Françoise", True), ("Clinéo", True)]
    assert words("Zoé médicale", "Zo& me&dicale") == [("Zoé", True), ("médicale", True)]


def test_an_accent_that_both_could_have_written_is_a_doubt() -> None:
    assert words("Muller", "Müller") == [("Müller", False)]


def test_different_spacing_is_no_disagreement_but_a_lost_letter_is() -> None:
    assert words("LU28 0019", "LU280019") == [("LU28", True), ("0019", True)]
    assert words("Medi soft", "Medi-x soft")[0][1] is False


def test_an_address_that_the_first_reading_broke_at_its_underscore_is_one_again() -> None:
    broken = [
        Token("anne", (10, 0, 50, 20), 0.9, (1, 1, 1)),
        Token("_weber@medi.lu", (55, 0, 160, 20), 0.9, (1, 1, 1)),
    ]
    whole = [Token("anne_weber@medi.lu", (10, 0, 160, 20), 0.9, (1, 1, 1))]

    assert [(t.text, t.box) for t in one_address(broken, whole)] == [("anne_weber@medi.lu", (10, 0, 160, 20))]
    assert one_address(broken, [replace(whole[0], text="annex_weber@medi.lu")]) == broken


def test_a_dash_that_stands_apart_joins_the_parts_of_a_number() -> None:
    line = [
        Token("773425", (220, 0, 379, 34), 0.9, (1, 1, 1)),
        Token("-", (417, 20, 429, 24), 0.6, (1, 1, 2)),
        Token("40", (467, 0, 517, 34), 0.9, (1, 1, 3)),
        Token("Bauer", (560, 0, 700, 34), 0.9, (1, 1, 4)),
    ]
    assert [[t.text for t in run] for run in runs(line)] == [["773425", "-", "40"], ["Bauer"]]


def test_a_label_before_its_value_is_told_by_its_words_and_colon() -> None:
    line = [Token(text, (0, 0, 9, 9), 0.9, (1, 1, 1)) for text in ("Adresse", ":", "Am", "Bach", "5")]
    assert label_length(line) == 2
    assert label_length(line[2:]) == 0
    numbered = [replace(line[0], text="c)"), *line]
    assert label_length(numbered) == 3


def test_a_word_that_the_second_reading_doubts_is_not_believed() -> None:
    token = Token("DentOfice", (0, 0, 9, 9), 0.9, (1, 1, 1))
    assert confidence(token, True, 0.58) < 0.95 <= confidence(token, True, 0.9)


def test_a_letter_for_a_digit_is_put_right_where_the_check_digits_hold() -> None:
    answer = settled_identifier([("I893 12O1 O5732", 0.7), ("I8931201O5732", 0.6)])
    assert answer is not None
    assert answer.text == MATRICULE
    assert answer.confidence >= 0.95
    assert "check digits" in answer.evidence


def test_a_belgian_iban_is_settled_as_one_of_luxembourg_is() -> None:
    answer = settled_identifier([("BEO8 2751 7388 8713", 0.7), ("BE08 2751 7388 8713", 0.6)])
    assert answer is not None
    assert answer.text == "BE08275173888713"
    assert settled_identifier([("BEO8 2751 7388 8773", 0.7)]) is None


def test_a_number_that_fails_its_check_is_left_alone() -> None:
    assert settled_identifier([("1893120105733", 0.9), ("1893120105731", 0.8)]) is None


def test_a_single_reading_among_several_is_not_believed_because_it_happens_to_pass() -> None:
    answer = settled_identifier([("1893120105732", 0.5), ("1893120165732", 0.5), ("1893120185732", 0.5)])
    assert answer is not None
    assert answer.text == MATRICULE
    assert answer.confidence < 0.95


def test_two_readings_that_pass_decide_nothing() -> None:
    assert settle([("11", 0.9), ("22", 0.9)], lambda text: True) is None
