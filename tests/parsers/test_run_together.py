"""A long value that reaches into the next column is never believed with what it ran into."""

from __future__ import annotations

import pytest
from reportlab.pdfbase.pdfmetrics import stringWidth

from tests.parsers.form_builder import Sheet
from tests.parsers.test_extract import BELIEVED, believed, fields_of

ADDRESS = "12, rue de l'Église, L-4011 Esch-sur-Alzette"
MATRICULE, IBAN, COMPANY = "1893120105732", "LU280019400644750000", "Vitalis SA"


def beside(label: str, value: str, over: float) -> Sheet:
    """An address that reaches `over` points beyond where the next column's label begins."""
    sheet = Sheet("Formulaire d'enrôlement").right("Dénomination sociale", COMPANY)
    at = 120 + stringWidth(ADDRESS, "Helvetica", sheet.size) - over
    for x, text in ((50, "Adresse"), (120, ADDRESS), (at, label), (at + 80, value)):
        sheet.canvas.drawString(x, sheet.y, text)
    sheet.y -= 24
    return sheet.right("Matricule", MATRICULE)


# A label that nobody knows, set like the value's next word (-4) or as close as its letters (0), is not told.
@pytest.mark.parametrize(
    ("label", "over"),
    [*(("Pays", n) for n in (-4, -1, 0, 1, 8, 30, 70)), *(("Bureau", n) for n in (-1, 1, 8, 30, 70))],
)
def test_what_the_next_column_adds_is_not_believed(label: str, over: float) -> None:
    got = believed(fields_of(beside(label, "Luxembourg", over).pdf(), "formulaire_1"))
    assert got.get("adresse", ADDRESS) == ADDRESS
    assert (got["denomination_sociale"], got["matricule"]) == (COMPANY, MATRICULE)


@pytest.mark.parametrize(
    "more",
    [
        MATRICULE,
        "2024 22 41241 8",
        f"IBAN {IBAN}",
        "LU53442569",
        "a@soins.example",
        "Tél. : 26 12",
        "F-57000 MetzL-4011 Esch",
    ],
)
def test_an_address_that_holds_another_field_s_value_is_doubtful(more: str) -> None:
    sheet = Sheet("Formulaire d'enrôlement").right("Adresse", f"{ADDRESS}, {more}")
    assert fields_of(sheet.pdf(), "formulaire_1").fields["adresse"].confidence < BELIEVED


def test_numbers_of_an_address_and_a_name_are_its_own() -> None:
    address = "Parc d'activités 2000, 22-24, route de Luxembourg, L-8070 Bertrange"
    sheet = Sheet("Formulaire d'enrôlement").right("Adresse", address)
    sheet.right("Dénomination sociale", "Cabinet 3000 Date & Code SA")
    got = believed(fields_of(sheet.pdf(), "formulaire_1"))
    assert (got["adresse"], got["denomination_sociale"]) == (address, "Cabinet 3000 Date & Code SA")


def test_values_stand_upon_the_dots_they_are_written_on() -> None:
    sheet = Sheet("Formulaire d'enrôlement").dotted("Adresse", ADDRESS).dotted("IBAN", IBAN)
    sheet.canvas.drawString(50, sheet.y, "Matricule" + "." * 70)
    sheet.right("", MATRICULE)
    got = believed(fields_of(sheet.pdf(), "formulaire_1"))
    assert got.items() >= {"adresse": ADDRESS, "iban": IBAN}.items()
