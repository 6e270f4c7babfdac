"""Forms printed to PDF: what columns, edges, numbers and letterheads tell."""

from __future__ import annotations

import pytest
from reportlab.pdfbase.pdfmetrics import stringWidth

from parsers.forms import load_forms
from parsers.types import FieldType
from parsers.values import parse_value
from tests.parsers.form_builder import Sheet, docx, p, table
from tests.parsers.test_extract import believed, broken, fields_of


def test_a_label_that_reaches_its_value_s_column() -> None:
    label = "Matricule ayant servi à"
    at = 50 + stringWidth(label, "Helvetica", 10) + 4.5
    sheet = Sheet("Formulaire 2").right("Industriel", "Nova Santé SARL", at=at)
    sheet.right("Code prestataire", "735926-39", at=at)
    sheet.gap = 12
    sheet.right(label, "1893 1201 05732", at=at).text("l'obtention du code").text("prestataire :")
    assert believed(fields_of(sheet.pdf(), "formulaire_2"))["matricule"] == "1893120105732"


def test_a_value_is_not_parted_where_one_of_its_words_stands_in_another_column() -> None:
    label, code = "Code prestataire (attribué par la CNS) : ", "735926 - "
    begin = 50 + stringWidth(label, "Helvetica", 10)
    at = begin + stringWidth(code, "Helvetica", 11)
    sheet = Sheet("Formulaire 2")
    sheet._put(label, 50, sheet.y)
    sheet._put(f"{code}39", begin, sheet.y, 11)
    sheet.y -= sheet.gap
    sheet.right("E-mail", "a.weis@alpha.lu", at=at).right("Logiciel", "Praxa", at=at)
    assert believed(fields_of(sheet.pdf(), "formulaire_2"))["code_prestataire"] == "735926-39"


def test_a_code_that_ends_with_a_dash_is_not_whole() -> None:
    sheet = Sheet("Formulaire 2").right("Code prestataire", "735926 -")
    assert "code_prestataire" not in believed(fields_of(sheet.pdf(), "formulaire_2"))


def test_a_value_that_touches_the_edge_of_its_field_may_be_cut_off() -> None:
    def sure(room: float) -> float:
        sheet = Sheet("Formulaire 3")
        width = 4 + stringWidth("Interfaces de San", "Helvetica", 10) + room
        sheet.boxed("Nom de l'Industriel", "Interfaces de San", width=width)
        return fields_of(sheet.pdf(), "formulaire_3").fields["denomination"].confidence

    assert sure(1) < 0.95 <= sure(30)


def test_a_numbered_heading_asks_for_nothing() -> None:
    lines = (
        "1. L'Industriel",
        "1.1 Industriel Nova Santé SARL",
        "1.2 Matricule 1893120105732",
        "2. Logiciel",
    )
    got = fields_of(docx(p("Formulaire 3"), *map(p, lines), p("2.1 Version : 4.2.1")), "formulaire_3")
    assert got.fields["denomination"].value == "Nova Santé SARL"
    assert "nom_logiciel" not in got.fields


def test_what_is_numbered_as_the_labels_are_is_one() -> None:
    lines = (
        "a) Nom du logiciel",
        "b) Betriebssystem",
        "c) Version : 4",
        "d) Matricule : n/a",
        "e) Signataire : Léa Weis",
    )
    got = fields_of(docx(p("Formulaire 3"), *map(p, lines)), "formulaire_3")
    assert "nom_logiciel" not in got.fields
    assert got.fields["version_logiciel"].value == "4"


def test_a_german_date_is_not_numbered_as_the_labels_are() -> None:
    sheet = Sheet("Formulaire 4").below("1. Matrikelnummer", "1893120105732").below("2. Version", "7.4")
    for label, value in (("3. Anzahl der Arbeitsplätze", "4"), ("4. Angeschlossen am", "5. Januar 2026")):
        sheet.below(label, value)
    assert fields_of(sheet.pdf(), "formulaire_4").fields["date_raccordement"].value == "2026-01-05"


def test_the_sender_s_matricule_is_not_the_industriel_s() -> None:
    sheet = Sheet("")
    sheet.text("Agence eSanté G.I.E.", size=8).text("Matricule : 2012 82 00 138", size=8)
    sheet.text("Formulaire de demande de raccordement", size=15, bold=True)
    assert believed(fields_of(sheet.inline("Matricule", "1893120105732").pdf(), "formulaire_4"))[
        "matricule"
    ] == ("1893120105732")


def test_labels_in_one_row_and_values_in_the_next() -> None:
    body = table(("Responsable :", "Signature et cachet :"), ("Zoé Weis", ""))
    heading = table(("Logiciel",), ("1",))
    got = fields_of(docx(p("Bon de livraison"), body, heading), "bon_de_livraison")
    assert got.fields["responsable"].value == "Zoé Weis"


def test_what_explains_a_number_is_no_part_of_it() -> None:
    explained = "<w:p><w:r><w:t>à demander à l'Agence</w:t></w:r></w:p>" + p("4703901590")
    got = fields_of(docx(p("Formulaire 2"), table(("eHealth ID", explained))), "formulaire_2")
    assert believed(got) == {"ehealth_id": "4703901590"}


def test_the_words_of_two_choices_are_no_choice() -> None:
    form = load_forms().for_kind("formulaire_3")
    field = form.field("mode_integration") if form else None
    assert parse_value("choice", "Via l'eConnector NG Accès aux services directs", field).value is None


def test_a_row_s_last_box_whose_words_are_on_the_next_line() -> None:
    sheet = Sheet("Formulaire 4")
    sheet.ticks("Type de client", [("Maison médicale", False), ("Établissement hospitalier", False)])
    sheet.y += sheet.gap
    sheet.canvas.rect(480, sheet.y - 2, 10, 10)
    sheet.canvas.drawString(482, sheet.y, "X")
    sheet.y -= 13
    got = fields_of(broken(sheet, "Centre médical ou dentaire à location flexible").pdf(), "formulaire_4")
    assert believed(got).get("type_client") in (None, "centre_flexible")


def test_an_address_with_a_letter_that_no_mailbox_has() -> None:
    assert parse_value("email", "référencéLabel@medisoft.lu").problem == "malformed"


def test_a_cross_typed_in_the_place_of_a_written_box() -> None:
    got = fields_of(
        docx(p("Formulaire 3"), p("Type de demande : X Nouvelle demande   ☐ Mise à jour majeure")),
        "formulaire_3",
    )
    assert believed(got) == {"type_demande": "nouvelle"}


def test_boxes_printed_in_a_symbol_font() -> None:
    line = "Type de demande : \uf0a8 Nouvelle demande   \uf0fe Mise à jour majeure"
    assert believed(fields_of(docx(p("Formulaire 3"), p(line)), "formulaire_3")) == {
        "type_demande": "mise_a_jour_majeure"
    }


def test_labels_set_to_the_right_are_one_over_their_lines() -> None:
    sheet = Sheet("Formulaire 2", gap=12)
    for lines, value in (
        (("Industriel :",), "Nova Santé SARL"),
        (("Courriel :",), "info@nova.lu"),
        (("Matricule enregistré dans MySecu |", "Matricule registered with MySecu :"), "1893120105732"),
    ):
        sheet.canvas.setFont("Helvetica", 10)
        sheet.canvas.drawString(280, sheet.y, value)
        for line in lines:
            sheet.canvas.drawRightString(250, sheet.y, line)
            sheet.y -= sheet.gap
        sheet.y -= 8
    assert believed(fields_of(sheet.pdf(), "formulaire_2"))["matricule_mysecu"] == "1893120105732"


def test_the_town_stands_in_a_paragraph_of_its_own() -> None:
    body = (p("Adresse"), p("12, rue du Fossé"), p("L-1611 Luxembourg"), p("IBAN"), p("LU280019400644750000"))
    got = fields_of(docx(p("Formulaire 1"), *body), "formulaire_1")
    assert got.fields["adresse"].value == "12, rue du Fossé, L-1611 Luxembourg"


def test_a_blank_agreement_names_nobody() -> None:
    text = "________, établie au ________, représentée par ________, ci-après « l'Industriel »,"
    assert fields_of(docx(p("Accord de non-divulgation"), p(text)), "nda").fields == {}


def test_a_number_behind_a_label_of_several_words_is_its_value() -> None:
    line = "Number of connected workstations 35"
    got = fields_of(docx(p("Form 4"), p(line), p("Labelled version * v12")), "formulaire_4")
    assert (got.fields["nombre_postes"].value, got.fields["version_logiciel"].value) == (35, "12")


def test_rows_of_a_cell_have_their_values_beside_them() -> None:
    inner = table(("L'Industriel *", "Nova Santé SARL"), ("Matricule", "1893120105732"))
    got = fields_of(docx(p("Accord de non-divulgation"), p("Entre", bold=True), table((inner,))), "nda")
    assert got.fields["denomination"].value == "Nova Santé SARL"


def test_the_line_under_underlined_text_is_no_rule_of_its_cell() -> None:
    sheet = Sheet("Formulaire 3", gap=12)
    sheet.canvas.rect(50, sheet.y - 30, 300, 44)
    sheet.text("Nom de l'Industriel :", x=54)
    for line in ("Société générale de logiciels médicaux", "et dentaires SA"):
        sheet.canvas.line(54, sheet.y - 1, 54 + stringWidth(line, "Helvetica", 10), sheet.y - 1)
        sheet.text(line, x=54)
    got = fields_of(sheet.pdf(), "formulaire_3").fields["denomination"]
    assert got.value == "Société générale de logiciels médicaux et dentaires SA"


def test_what_is_not_the_industriel_s_is_no_name() -> None:
    got = fields_of(docx(p("Formulaire 1"), table(("Nom de la banque", "Spuerkeess"))), "formulaire_1")
    assert "nom" not in got.fields


def test_two_words_for_an_address_are_one_label() -> None:
    line = "Firmensitz / Siège social : 159 rue de Bonnevoie, L-6783 Grevenmacher"
    assert believed(fields_of(Sheet("Formulaire 1").text(line).pdf(), "formulaire_1"))["pays"] == "LU"


def test_brackets_that_say_whose_it_is() -> None:
    line = "Personne de contact (comptabilité) ________ Kim Weis"
    assert "contact_technique" not in fields_of(docx(p("Formulaire 3"), p(line)), "formulaire_3").fields


@pytest.mark.parametrize(
    ("kind", "text"), [("person", "Dr"), ("email", "anne@latelier.eAdresse"), ("email", "weis@soins.luPays")]
)
def test_what_cannot_be_the_whole_value_is_none(kind: FieldType, text: str) -> None:
    assert parse_value(kind, text).problem in ("absent", "malformed")


def test_an_address_broken_in_a_narrow_cell_is_doubtful() -> None:
    def sure(*lines: str) -> float:
        sheet = Sheet("Formulaire 1").right("Adresse", "\n".join(lines))
        return fields_of(sheet.pdf(), "formulaire_1").fields["adresse"].confidence

    assert sure("14, rue du Fort", "Bourbon, L-4320 Esch") < 0.95 <= sure("14, rue du Fort", "L-4320 Esch")


def test_a_label_over_three_lines_that_is_somebody_else_s() -> None:
    sheet = Sheet("Formulaire 3")
    top = sheet.y
    broken(sheet, "Personne de", "contact", "(facturation):")
    sheet.canvas.drawString(240, top, "Kim Weis")
    assert "contact_technique" not in fields_of(sheet.pdf(), "formulaire_3").fields


@pytest.mark.parametrize("value", ["Centre partagé « Saint-Louis", "Name der SmartCab", "Cabinet (CMI"])
def test_a_value_that_is_not_whole_is_doubtful(value: str) -> None:
    got = fields_of(Sheet("Formulaire 3").right("Nom du logiciel", value).pdf(), "formulaire_3")
    assert "nom_logiciel" not in believed(got)
