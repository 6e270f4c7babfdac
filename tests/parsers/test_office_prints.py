"""Forms printed to PDF by office programs and browsers: what their way of writing pages makes of a form."""

from __future__ import annotations

import io

import pikepdf
from reportlab.pdfbase.pdfmetrics import stringWidth

from tests.parsers.form_builder import Sheet
from tests.parsers.test_extract import believed, fields_of


def test_letters_of_a_page_that_is_displayed_upside_down_keep_their_order() -> None:
    sheet = Sheet("Formulaire 3", value_font="Courier", gap=14)
    for label, value in (("Version du logiciel", "1.9"), ("E-mail", "direction@weis.cabinet.example")) * 6:
        sheet._put(label, 50, sheet.y)
        x = 240.0
        for letter in value:  # one by one, as browsers print
            sheet._value(letter, x, sheet.y)
            x += stringWidth(letter, "Courier", 10)
        sheet.y -= sheet.gap
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(sheet.pdf())) as pdf:
        pdf.pages[0].Rotate = 180
        pdf.save(out)
    assert believed(fields_of(out.getvalue(), "formulaire_3")) == {
        "version_logiciel": "1.9",
        "email": "direction@weis.cabinet.example",
    }


def test_a_row_of_other_columns_ends_a_table() -> None:
    sheet = Sheet("Bon de livraison – postes de travail raccordés").inline("Fournisseur", "Nova Santé SARL")
    sheet.gap = 12
    sheet.ruled(
        [("Nom du prestataire", "Code prestataire", "Postes"), ("Jean Weis", "111111-11", "3")],
        (200, 150, 80),
    )
    sheet.ruled([("Aline Thill", "222222-22")], (230, 200))
    got = fields_of(sheet.pdf(), "bon_de_livraison").fields["prestataires"].value
    assert got == [{"nom": "Jean Weis", "code_prestataire": "111111-11", "postes": 3}]


def test_a_column_of_labels_holds_no_value_between_them() -> None:
    rows = [(label, "") for label in ("Industriel (dénomination)", "Ort", "Matricule", "Nom du logiciel")]
    got = fields_of(Sheet("Formulaire 3").ruled(rows, (180, 300)).pdf(), "formulaire_3")
    assert (got.fields, got.filled) == ({}, False)


def test_a_name_with_a_capital_inside_is_no_end_of_a_label() -> None:
    got = fields_of(Sheet("Formulaire 3").text("Nom du produit logiciel PraxisPilot").pdf(), "formulaire_3")
    assert got.fields["nom_logiciel"].value == "PraxisPilot"


def test_a_signature_s_frame_below_takes_nothing_from_what_stands_beside() -> None:
    sheet = Sheet("Formulaire 3", gap=14).right("Date (jj/mm/aaaa)*:", "24/09/2025", at=280)
    sheet.canvas.rect(48, sheet.y - 30, 250, 42)
    assert believed(fields_of(sheet.text("Signature :").pdf(), "formulaire_3")) == {
        "date_signature": "2025-09-24"
    }


def test_a_value_begins_where_typeface_or_colour_change() -> None:
    sheet = Sheet("Formulaire 3", value_font="Courier", gap=14)
    for label, value in (("Soussigné", "María José Thoma"), ("Nom du logiciel", "e-Cab")):
        sheet._put(label, 50, sheet.y)
        sheet._value(value, 54 + stringWidth(label, "Helvetica", 10), sheet.y)
        sheet.y -= sheet.gap
    sheet.text("Version du logiciel *").canvas.setFont("Helvetica-Oblique", 7)
    sheet.canvas.drawString(50, sheet.y, "Elle seule sera labélisée.")
    sheet._value("4.2.1", 54 + stringWidth("Elle seule sera labélisée.", "Helvetica-Oblique", 7), sheet.y)
    assert believed(fields_of(sheet.pdf(), "formulaire_3")) == {
        "signataire": "María José Thoma",
        "nom_logiciel": "e-Cab",
        "version_logiciel": "4.2.1",
    }


def test_a_note_in_brackets_over_two_lines_may_ask_for_another_field() -> None:
    rows = [("Matricule (code", "1893 1201 05732"), ("Matricule (enrôlement", "2003 248 1044")]
    sheet = Sheet("Formulaire 2").ruled(rows, (150, 200), height=34)
    for number, end in enumerate(("prestataire) :", "MySecu) :")):
        sheet._put(end, 54, 790 - 40 + 12 - 34 * number - 23, 9)
    assert believed(fields_of(sheet.pdf(), "formulaire_2")) == {
        "matricule": "1893120105732",
        "matricule_mysecu": "20032481044",
    }


def test_boxes_behind_words_that_are_broken_in_a_cell() -> None:
    sheet = Sheet("Bon de livraison – postes de travail raccordés").inline("Fournisseur", "Nova Santé SARL")
    sheet.ruled([("Type d'établissement", "")], (150, 190), height=66)
    top = sheet.y + sheet.gap + 66
    lines = (("Maison médicale | Medical house (maison", None), ("médicale)", True),
             ("Établissement hospitalier | Hospital", False), ("Centre flexible", False))  # fmt: skip
    for number, (words, on) in enumerate(lines):
        y = top - 13 - 13 * number
        sheet._put(words, 204, y, 9)
        if on is not None:
            x = 208 + stringWidth(words, "Helvetica", 9)
            sheet.canvas.rect(x, y - 1, 8, 8, fill=0)
            if on:
                sheet.canvas.line(x, y - 1, x + 8, y + 7)
                sheet.canvas.line(x, y + 7, x + 8, y - 1)
    assert fields_of(sheet.pdf(), "bon_de_livraison").fields["type_client"].value == "maison_medicale"
