"""Values that stand near a label and are another one's: never believed to be its own."""

from __future__ import annotations

from tests.parsers.form_builder import Sheet
from tests.parsers.test_extract import believed, fields_of


def test_a_heading_over_the_first_value_is_no_line_of_it() -> None:
    sheet = Sheet("Formulaire 4", gap=42)
    sheet._put("ANGABEN ZUM HERSTELLER", 42, sheet.y + 15, 12, bold=True)
    for label, value in (
        ("Name des Industriellen", "Logis Software S.à r.l."),
        ("Matrikelnummer", "1893 1201 05732"),
        ("Datum der Unterschrift", "12/05/2026"),
    ):
        sheet._put(value, 44, sheet.y, 12)
        sheet._put(label, 42, sheet.y - 15, 9)
        sheet.y -= sheet.gap
    got = believed(fields_of(sheet.pdf(), "formulaire_4"))
    assert got["denomination"] == "Logis Software S.à r.l."
