"""What a scan says alike twice is still doubted where reading alone cannot vouch for it."""

from __future__ import annotations

import numpy as np
import pytest

from parsers.forms import load_forms
from parsers.scans.agree import agreed
from parsers.scans.caution import DOUBTED, cautious
from parsers.scans.ocr import Token
from parsers.scans.printed import needs_no_second
from parsers.scans.second import said_in_small
from parsers.scans.spelled import apart
from parsers.types import FieldValue


def read(value: str, *, raw: str | None = None, evidence: tuple[str, ...] = ()) -> FieldValue:
    return FieldValue(value=value, raw=raw or value, confidence=0.96, source="ocr", evidence=evidence)


def believed(field: str, value: FieldValue) -> bool:
    form = load_forms(None).for_kind("formulaire_1")
    assert form is not None
    return cautious({field: value}, form)[field].confidence > DOUBTED


def line(text: str, sure: float = 0.95) -> list[Token]:
    return [Token(word, (40 * i, 0, 40 * i + 35, 30), sure, (1, 1, 1)) for i, word in enumerate(text.split())]


def test_a_choice_that_no_tick_shows_is_never_believed() -> None:
    assert not believed(
        "type_personne", read("morale", evidence=("inferred: only one section is filled in",))
    )
    assert believed("type_personne", read("morale", evidence=("box beside “Personne morale” ticked",)))


@pytest.mark.parametrize(
    ("address", "plain"),
    [("anne.thill@clineo.lu", True), ("_1@praxsys.lu", False), ("c0ntact@clineo.lu", False)],
)
def test_an_address_with_odd_joins_is_doubted(address: str, plain: bool) -> None:
    assert believed("email", read(address)) is plain


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ("Raphaél Thill", False),
        ("Raphaël Thill", True),
        ("Muller, Inés", False),
        ("Muller, Inês", True),
        ("Zoé Aérens", True),
        ("Praxis Dr med. Thill", False),
        ("Praxis Dr. med Thill", False),
        ("Praxis Dr. med. Thill", True),
        ("Cabinet Dr Thill", True),
        ("Nielsen. Jean-Paul", False),
        ("Nielsen, Jean-Paul", True),
        ("Prof. Anne Thill", True),
        ("Dr, Anne Thill", False),
        ("J. P. Nielsen S.A.", True),
    ],
)
def test_a_spelling_one_blurred_dot_away_from_the_usual_one_is_doubted(value: str, plain: bool) -> None:
    assert believed("denomination_sociale", read(value)) is plain


def test_a_table_that_lacks_a_cell_is_doubted() -> None:
    form = load_forms(None).for_kind("bon_de_livraison")
    assert form is not None
    whole = {"nom": "Thill, Anne", "code_prestataire": "654871-22", "postes": 3}
    short = {key: whole[key] for key in ("nom", "code_prestataire")}
    rows = [FieldValue(value=[whole, row], raw="", confidence=0.96, source="ocr") for row in (whole, short)]
    sure = [cautious({"prestataires": value}, form)["prestataires"].confidence > DOUBTED for value in rows]
    assert sure == [True, False]


def test_a_provider_code_that_lost_a_part_is_doubted() -> None:
    form = load_forms(None).for_kind("formulaire_2")
    assert form is not None
    codes = [
        cautious({"code_prestataire": read(c)}, form)["code_prestataire"]
        for c in ("123456-78", "12345678", "123456-7")
    ]
    assert [code.confidence > DOUBTED for code in codes] == [True, False, False]


def test_an_address_put_together_from_pieces_is_doubted() -> None:
    assert not believed("email", read("anne@clineo.lu", raw="anne @clineo.lu"))


@pytest.mark.parametrize(
    ("printed", "once"),
    [("1. Numéro de TVA *", True), ("Anne Weber", False), ("1978 0112 82778", False),
     ("les demandes sont traitées dans leur ordre à partir du jour", True)],
)  # fmt: skip
def test_only_the_words_of_the_form_are_read_once(printed: str, once: bool) -> None:
    assert needs_no_second(line(printed)) is once


def test_an_unclear_label_is_read_again() -> None:
    assert not needs_no_second(line("Numéro de TVA", sure=0.5))


def test_an_accent_that_one_model_writes_as_a_sign_is_no_disagreement() -> None:
    assert agreed(["médecins"], ["m&decins"])[0].same
    assert not agreed(["R6D"], ["R&D"])[0].same


def test_letters_are_moved_apart_and_none_is_lost() -> None:
    piece = np.full((20, 30), 255, np.uint8)
    for column in (5, 9, 20):
        piece[4:16, column] = 0
    spread = apart(piece)
    inked = np.flatnonzero((spread < 140).any(axis=0))
    assert len(inked) == 3
    assert np.diff(inked).min() > 9


def test_small_letters_that_both_readings_have_are_no_digits() -> None:
    assert said_in_small(line("3.4.8-rcl"), line("3.4.8-rc1"))
    assert not said_in_small(line("1893l201o5732"), line("1893120105732"))
    assert not said_in_small(line("20ol221"), line("2001221"))
