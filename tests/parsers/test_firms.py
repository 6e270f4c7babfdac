"""Firms told by their legal form."""

from __future__ import annotations

import pytest

from parsers.firms import ends_as_a_firm


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
