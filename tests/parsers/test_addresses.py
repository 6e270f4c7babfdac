"""Addresses put together from their lines."""

from __future__ import annotations

import pytest

from parsers.countries import country_of_address
from parsers.types import FieldDef
from parsers.values import parse_value


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
