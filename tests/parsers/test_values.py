"""How values are given (fields.md): text as people write it, and what is made of it."""

from __future__ import annotations

import time
from typing import get_args

import pytest

from parsers.types import FieldDef, FieldType
from parsers.values import parse_value


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("matricule", "1893 1201 05732", "1893120105732"),
        ("matricule", "1893.1201.05732", "1893120105732"),
        ("rcs", "RCS Luxembourg B 123.456", "B123456"),
        ("rcs", "R.C.S. Luxembourg n° b 12345", "B12345"),
        ("rcs", "HRB 12345", "HRB 12345"),
        ("rcs", "RCS Paris B 552 100 554", "RCS Paris B 552 100 554"),
        ("vat", "LU 150 274 42", "LU15027442"),
        ("vat", "N° TVA : LU15027442", "LU15027442"),
        ("vat", "FR 40 303265045", "FR40303265045"),
        ("iban", "IBAN LU28 0019 4006 4475 0000", "LU280019400644750000"),
        ("iban", "lu28-0019-4006-4475-0000 BCEELULL", "LU280019400644750000"),
        ("email", "<Contact@Example.lu>", "Contact@Example.lu"),
        ("country", "Grand-Duché de Luxembourg", "LU"),
        ("country", "Deutschland", "DE"),
        ("country", "Pays-Bas", "NL"),
        ("country", "be", "BE"),
        ("country", "Luxembourg (LU)", "LU"),
        ("code_prestataire", "123456 – 78", "123456-78"),
        ("ehealth_id", "eh 998.877", "EH998877"),
        ("int", "trois (3)", 3),
        ("int", "12 postes", 12),
        ("int", "sieben", 7),
        ("int", "1 200", 1200),
        ("int", "1 2", 12),
        ("bool", "Oui", True),
        ("bool", "nein", False),
        ("bool", "☒", True),
        ("person", "Dr. med. Anne  Weis", "Anne Weis"),
        ("person", "M. WEIS Paul", "WEIS Paul"),
        ("person", "Frau Prof. Dr. Eva Klein", "Eva Klein"),
        ("company", "  Medisoft   S.à r.l. ", "Medisoft S.à r.l."),
    ],
)
def test_a_value_is_normalised(kind: FieldType, text: str, value: object) -> None:
    result = parse_value(kind, text)
    assert (result.value, result.problem) == (value, None)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("12/03/2025", "2025-03-12"),
        ("12.3.25", "2025-03-12"),
        ("2025-03-12", "2025-03-12"),
        ("le 1er mars 2025", "2025-03-01"),
        ("12. März 2025", "2025-03-12"),
        ("March 12th, 2025", "2025-03-12"),
        ("12 of December 2025", "2025-12-12"),
        ("Luxembourg, le 12 août 2025", "2025-08-12"),
        ("1 2 0 3 2 0 2 5", "2025-03-12"),
        ("12 / 03 / 2025", "2025-03-12"),
        ("29.02.2028", "2028-02-29"),
    ],
)
def test_dates_in_three_languages(text: str, iso: str) -> None:
    assert parse_value("date", text).value == iso


@pytest.mark.parametrize("text", ["31/02/2025", "12/03/2025 ou 13/03/2025", "demain"])
def test_what_is_no_date_is_given_as_printed(text: str) -> None:
    result = parse_value("date", text)
    assert (result.value, result.problem) == (text, "malformed")


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("matricule", "1893120105733", "1893120105733"),
        ("iban", "LU28 0019 4006 4475 0001", "LU280019400644750001"),
        ("vat", "LU15027443", "LU15027443"),
    ],
)
def test_a_wrong_check_digit_changes_nothing(kind: FieldType, text: str, value: str) -> None:
    result = parse_value(kind, text)
    assert (result.value, result.problem) == (value, "check_failed")


def test_a_version_has_no_leading_v() -> None:
    version = FieldDef(id="version_logiciel", type="text")
    assert parse_value("text", "v4.2.1", version).value == "4.2.1"
    assert parse_value("text", "Version 4.2", version).value == "4.2"
    assert parse_value("text", "5. 9.1", version).value == "5.9.1"
    assert parse_value("text", "Suite 3. 2 B", version).value == "Suite 3. 2 B"
    assert parse_value("text", "Vega 3", version).value == "Vega 3"


def test_hostile_text_takes_no_longer_than_its_length() -> None:
    began = time.process_time()
    for unit in ("a@", "\n", "rcsl ", "…\n", ", ", " - ", "1.", "(a "):
        for kind in get_args(FieldType):
            parse_value(kind, unit * (1_900 // len(unit)) + "!")
    assert time.process_time() - began < 4  # where patterns tried each way to part it: minutes


def test_what_is_longer_than_any_value_is_none() -> None:
    result = parse_value("email", "a@" * 50_000)
    assert (result.problem, len(str(result.value))) == ("malformed", 2_000)
