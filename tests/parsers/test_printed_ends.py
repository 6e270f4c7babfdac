"""Where labels and values end that touch each other, or stand close to what is none of theirs."""

from __future__ import annotations

from tests.parsers.form_builder import Sheet, docx, p
from tests.parsers.test_extract import believed, fields_of


def test_a_number_that_touches_its_label_is_its_value() -> None:
    body = ("Version du logicielv2012.14", "Matricule1893120105732", "Référence de la transactionPID89681836")
    got = believed(fields_of(docx(p("Formulaire 3"), *map(p, body)), "formulaire_3"))
    assert got["matricule"] == "1893120105732"
    assert got.get("version_logiciel", "2012.14") == "2012.14"
    got = fields_of(docx(p("Formulaire 4"), p("Référence transaction PID89681836")), "formulaire_4").fields
    assert "89681836" not in [value.value for value in got.values()]


def test_a_value_ends_where_a_table_or_another_label_begins() -> None:
    sheet = Sheet("Bon de livraison", gap=14)
    sheet._put("Date de livraison : 12/05/2026", 50, sheet.y)
    sheet.y -= 14
    sheet._put("Responsable :", 50, sheet.y)
    sheet._put("Nadia Majerus", 200, sheet.y)
    for x, head in ((200, "N°"), (240, "Nom"), (380, "Code prestataire")):
        sheet._put(head, x, sheet.y - 13)
        sheet.canvas.rect(x - 4, sheet.y - 17, 140, 15)
    got = fields_of(sheet.pdf(), "bon_de_livraison").fields
    assert got["responsable"].value == "Nadia Majerus"


def test_a_box_left_empty_behind_a_letter_is_a_blank() -> None:
    sheet = Sheet("Formulaire 1").comb("Numéro RCS", "HRB 90468", 12).comb("Matricule", "1893 1201 05732", 16)
    got = fields_of(sheet.pdf(), "formulaire_1").fields
    assert (got["rcs"].value, got["matricule"].value) == ("HRB 90468", "1893120105732")
