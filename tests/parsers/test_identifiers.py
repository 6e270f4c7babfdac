"""Check digits: what holds, what is disproved, what only a register could tell."""

from __future__ import annotations

import pytest

from parsers.identifiers import check_email, check_iban, check_matricule, check_rcs, check_vat

WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


def legal(first_ten: str, series: int) -> str:
    """A legal person's matricule of the first, second or third series."""
    rest = sum(int(d) * w for d, w in zip(first_ten, WEIGHTS, strict=True)) % 11
    return first_ten + str((11 + series - rest) % 11)


def test_the_published_natural_matricule_is_valid() -> None:
    assert check_matricule("1893120105732") == "valid"
    assert check_matricule("1893 1201 05732") == "valid"


@pytest.mark.parametrize("wrong", ["1893120105733", "1893120105742", "1893130105732", "1893120205732"])
def test_a_changed_digit_disproves_a_natural_matricule(wrong: str) -> None:
    assert check_matricule(wrong) == "invalid"


def test_the_first_series_of_legal_persons_is_valid() -> None:
    assert check_matricule(legal("2010241234", 0)) == "valid"


@pytest.mark.parametrize("series", [1, 2])
def test_later_series_prove_nothing(series: int) -> None:
    assert check_matricule(legal("2010241234", series)) == "unknown"


def test_a_digit_of_no_series_is_wrong() -> None:
    good = {legal("2010241234", s)[-1] for s in (0, 1, 2)}
    wrong = next(d for d in "0123456789" if d not in good)
    assert check_matricule("2010241234" + wrong) == "invalid"


def test_a_foreign_number_is_not_judged_by_our_rules() -> None:
    assert check_matricule("552100554") == "invalid"
    assert check_matricule("552100554", country="FR") == "unknown"
    assert check_matricule("12345678911", country="DE") == "unknown"


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        ("LU280019400644750000", "valid"),
        ("LU28 0019 4006 4475 0000", "valid"),
        ("LU280019400644750001", "invalid"),
        ("LU2800194006447500", "invalid"),
        ("DE89370400440532013000", "valid"),
        ("FR1420041010050500013M02606", "valid"),
        ("NO9386011117947", "valid"),
        ("hello", "invalid"),
        ("", "unknown"),
    ],
)
def test_iban(value: str, verdict: str) -> None:
    assert check_iban(value) == verdict


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        ("LU15027442", "valid"),
        ("LU15027443", "invalid"),
        ("DE136695976", "valid"),
        ("DE136695978", "invalid"),
        ("FR40303265045", "valid"),
        ("BE0403019261", "valid"),
        ("EL094259216", "valid"),
        ("GR094259216", "valid"),
        ("CHE116281710", "unknown"),
        ("LI12345", "unknown"),
    ],
)
def test_vat(value: str, verdict: str) -> None:
    assert check_vat(value) == verdict


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        ("B123456", "valid"),
        ("B 1", "valid"),
        ("L123456", "invalid"),
        ("B1234567", "invalid"),
        ("HRB 12345", "unknown"),
    ],
)
def test_rcs(value: str, verdict: str) -> None:
    assert check_rcs(value) == verdict


def test_rcs_abroad_is_unknown() -> None:
    assert check_rcs("552 100 554", country="FR") == "unknown"


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        ("a.b+c@example.lu", "valid"),
        ("rené@exämple.lu", "valid"),
        ("a..b@example.lu", "invalid"),
        ("a@example", "invalid"),
        ("a b@example.lu", "invalid"),
        ("", "invalid"),
    ],
)
def test_email(value: str, verdict: str) -> None:
    assert check_email(value) == verdict
