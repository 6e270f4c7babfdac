"""How values are given (fields.md): text as people write it, and what is made of it."""

from __future__ import annotations

import time
from typing import get_args

import pytest

from parsers.countries import country_of_address
from parsers.firms import ends_as_a_firm
from parsers.no_value import is_absent
from parsers.types import FieldDef, FieldType
from parsers.values import parse_value

MODE = FieldDef(
    id="mode_integration",
    type="choice",
    choices=("econnector_ng", "acces_direct"),
    choice_labels={
        "econnector_ng": {"fr": ("eConnector NG",)},
        "acces_direct": {"fr": ("Accès direct", "Accès direct aux services de remboursement et PID v2")},
    },
)


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


def test_a_version_has_no_leading_v() -> None:
    version = FieldDef(id="version_logiciel", type="text")
    assert parse_value("text", "v4.2.1", version).value == "4.2.1"
    assert parse_value("text", "Version 4.2", version).value == "4.2"
    assert parse_value("text", "5. 9.1", version).value == "5.9.1"
    assert parse_value("text", "Suite 3. 2 B", version).value == "Suite 3. 2 B"
    assert parse_value("text", "Vega 3", version).value == "Vega 3"


@pytest.mark.parametrize(
    ("text", "value", "country"),
    [
        ("12, rue du Fort\nL-1234 Luxembourg\nLuxembourg", "12, rue du Fort, L-1234 Luxembourg", "LU"),
        ("1, rue des Lilas, 57000 Metz, France", "1, rue des Lilas, 57000 Metz", "FR"),
        ("Hauptstraße 5\nD-54290 Trier", "Hauptstraße 5, D-54290 Trier", "DE"),
        ("12 rue du Fort, Luxembourg", "12 rue du Fort, Luxembourg", None),
        ("« Le Dôme\n», 2, rue du Fort", "« Le Dôme », 2, rue du Fort", None),
        ("Rue du Commerce 12 bte 3B-1000 Bruxelles", "Rue du Commerce 12 bte 3, B-1000 Bruxelles", None),
        ("Rue A 1, B-6700 Arlon, France", "Rue A 1, B-6700 Arlon", None),
    ],
)
def test_an_address_loses_its_country(text: str, value: str, country: str | None) -> None:
    assert parse_value("text", text, FieldDef(id="adresse", type="text")).value == value
    found = country_of_address(text)
    assert (found[0] if found else None) == country


def test_a_choice_is_matched_by_its_wording() -> None:
    assert parse_value("choice", "eConnector NG", MODE).value == "econnector_ng"
    assert parse_value("choice", "acces_direct", MODE).value == "acces_direct"


def test_two_choices_named_are_none() -> None:
    both = "eConnector NG / Accès direct aux services de remboursement et PID v2"
    assert parse_value("choice", both, MODE).value is None
    assert parse_value("bool", "Oui / Non").value is None


def test_absent_words() -> None:
    assert is_absent(" / ")
    assert is_absent("s.o.")
    assert not is_absent("Sol")


@pytest.mark.parametrize(
    ("text", "firm"),
    [
        ("Arztwerk S.A.", True),
        ("Vitalis S.à r.l.-S", True),
        ("MediWare GmbH & Co. KG", True),
        ("Nom de la Société", False),
        ("Name der Gesellschaft", False),
        ("Pays où se", False),
        ("Forme juridique (SA)", False),
        ("SA", False),
    ],
)
def test_a_name_that_ends_with_a_legal_form(text: str, firm: bool) -> None:
    assert ends_as_a_firm(text) is firm


def test_a_number_alone_in_brackets_is_the_form_s_sample() -> None:
    for text in ("(LU28 0019 4006 4475 0000)", "(LU28 0019 4006", "(nom@societe.lu)", "(19800101 12345) *"):
        assert parse_value("text", text).value is None, text
    assert parse_value("text", "(Belval) 12").value == "(Belval) 12"


def test_hostile_text_takes_no_longer_than_its_length() -> None:
    began = time.process_time()
    for unit in ("a@", "\n", "rcsl ", "…\n", ", ", " - ", "1.", "(a "):
        for kind in get_args(FieldType):
            parse_value(kind, unit * (1_900 // len(unit)) + "!")
    assert time.process_time() - began < 4  # where patterns tried each way to part it: minutes


def test_what_is_longer_than_any_value_is_none() -> None:
    result = parse_value("email", "a@" * 50_000)
    assert (result.problem, len(str(result.value))) == ("malformed", 2_000)
