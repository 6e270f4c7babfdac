"""What says nothing: hints, samples and words for "none"."""

from __future__ import annotations

import pytest

from parsers.no_value import is_absent
from parsers.values import parse_value


@pytest.mark.parametrize(
    "text",
    ["", "–", "n/a", "N.A.", "néant", "Keine Angabe", "........", "____", "ex. LU28 0019 4006 4475 0000",
     "JJ/MM/AAAA", "(TT.MM.JJJJ)", "Cliquez ou appuyez ici pour entrer du texte.", "z. B. 4.2.1"],
)  # fmt: skip
def test_nothing_said_is_absent(text: str) -> None:
    assert parse_value("text", text).problem == "absent"


@pytest.mark.parametrize("text", ["Nadia", "exemplaire", "Aucune idée SARL", "Formatix", "0"])
def test_words_that_only_start_like_nothing_are_values(text: str) -> None:
    assert parse_value("text", text).value == text


def test_absent_words() -> None:
    assert is_absent(" / ")
    assert is_absent("s.o.")
    assert not is_absent("Sol")


def test_a_number_alone_in_brackets_is_the_form_s_sample() -> None:
    for text in ("(LU28 0019 4006 4475 0000)", "(LU28 0019 4006", "(nom@societe.lu)", "(19800101 12345) *"):
        assert parse_value("text", text).value is None, text
    assert parse_value("text", "(Belval) 12").value == "(Belval) 12"
