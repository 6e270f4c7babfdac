"""Values that stand near a label and are another one's: never believed to be its own."""

from __future__ import annotations

import pytest

from parsers.addresses import clean_address
from parsers.names import split_name
from tests.parsers.form_builder import Sheet, docx, p, table
from tests.parsers.test_extract import believed, fields_of


def test_nothing_behind_another_label_in_the_row_is_the_first_one_s() -> None:
    sheet = Sheet("Formulaire 1", size=8)
    for number, line in enumerate(("Nom du gérant ou de", "l'administrateur", "délégué :")):
        sheet._put(line, 50, sheet.y - 9 * number, 8)
    sheet._put("Date de signature :", 300, sheet.y + 12, 8)
    sheet._put("12/05/2026", 400, sheet.y + 12, 8)
    sheet._put("Nom du signataire :", 300, sheet.y - 10, 8)
    sheet._put("Marc Braun", 400, sheet.y - 10, 8)
    sheet.y -= 40
    sheet.right("Matricule :", "1893 1201 05732", at=150)
    got = fields_of(sheet.pdf(), "formulaire_1").fields
    assert "ceo_nom" not in got
    assert got["signataire"].value == "Marc Braun"


def test_the_number_of_the_row_below_is_not_that_of_a_shorter_label_left_empty() -> None:
    rows = (
        ("Nom / raison sociale de l'Industriel :", "Nova Santé SARL"),
        ("Matricule national :", "1893 1201 05732"),
        ("Version :", "4.2"),
        ("Code prestataire du client :", ""),
        ("Postes de travail raccordés :", "12"),
        ("Raccordé le :", "03/07/2026"),
    )
    sheet = Sheet("Formulaire 4", gap=14)
    for label, value in rows:
        sheet.canvas.setFont("Helvetica", 10)
        sheet.canvas.drawRightString(261, sheet.y, label)
        sheet._put(value, 269, sheet.y)
        sheet.y -= sheet.gap
    got = believed(fields_of(sheet.pdf(), "formulaire_4"))
    assert "code_prestataire_client" not in got
    assert got["nombre_postes"] == 12


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


def test_the_last_line_of_a_label_in_two_languages_is_no_label_of_its_own() -> None:
    sheet = Sheet("Formulaire 1", gap=32)
    for label, second, value in (
        ("Matricule / Matrikelnummer", "", "1893 1201 05732"),
        ("Prénom du dirigeant / Geschäftsführer:", "Vorname", "Léa"),
        ("Prénom / Vorname", "", ""),
        ("Date de signature / Datum der Unterschrift", "", "12/05/2026"),
    ):
        sheet._put(label, 50, sheet.y, 7.5)
        sheet._put(second, 50, sheet.y - 9, 7.5)
        sheet._put(value, 50, sheet.y - (20 if second else 12))
        sheet.y -= sheet.gap
    got = fields_of(sheet.pdf(), "formulaire_1").fields
    assert "prenom" not in got
    assert got["ceo_prenom"].value == "Léa"


@pytest.mark.parametrize(
    ("kind", "label", "value", "again", "field"),
    [
        ("formulaire_3", "E-mail", "admin@alpha.lu", "Electronic mail address", "email"),
        ("formulaire_4", "Date", "30/06/2026", "Date de signature", "date_signature"),
        ("formulaire_1", "Prénom", "Léa", "Prénom / Vorname", "prenom"),
    ],
)
def test_an_answer_is_doubted_where_the_field_is_asked_for_again_and_left_empty(
    kind: str, label: str, value: str, again: str, field: str
) -> None:
    def sure(*rows: tuple[str, str]) -> float:
        sheet = Sheet("Formulaire")
        for row in (("Matricule", "1893 1201 05732"), ("Version", "4.2"), *rows):
            sheet.boxed(*row)
        return fields_of(sheet.pdf(), kind).fields[field].confidence

    assert sure((label, value), (again, "")) < 0.9 <= sure((label, value))


@pytest.mark.parametrize("corner", ["", "Champ"])
def test_the_head_of_a_column_says_whose_an_answer_is(corner: str) -> None:
    heads = (corner, "Administrative contact", "Billing contact")

    def read(*row: str) -> dict[str, object]:
        return believed(fields_of(docx(p("Formulaire 3"), table(heads, row)), "formulaire_3"))

    assert "email" not in read("E-mail", "admin@alpha.lu", "bill@alpha.lu")
    assert ("version_logiciel" in read("Version du logiciel", "4.2", "last year's")) == bool(corner)


def test_a_table_s_edge_under_a_box_to_tick_is_no_mark_in_it() -> None:
    sheet = Sheet("Formulaire 1")
    sheet._put("Type de personne :", 55, sheet.y)
    for x, choice in ((240, "Personne morale"), (400, "Personne physique")):
        sheet._put(choice, x, sheet.y)
        sheet.canvas.rect(x + 95, sheet.y - 2, 10, 10)
    for x in (50, 235, 500):
        sheet.canvas.line(x, sheet.y - 3, x, sheet.y + 9)
    for y in (sheet.y - 3, sheet.y + 9):
        sheet.canvas.line(50, y, 500, y)
    sheet.y -= 30
    sheet.boxed("Matricule", "1893 1201 05732")
    assert believed(fields_of(sheet.pdf(), "formulaire_1")) == {"matricule": "1893120105732"}


def test_a_value_of_which_more_may_stand_in_further_cells_beside_its_label_is_doubted() -> None:
    def read(second: str) -> dict[str, object]:
        sheet = Sheet("Formulaire 3")
        sheet.boxed("Matricule", "1893 1201 05732")
        sheet._put("Nom de l'Industriel :", 55, sheet.y)
        for number, line in enumerate(("Nova Ingénierie Logicielle", second)):
            sheet._put(line, 225, sheet.y - 16 * number)
            sheet.canvas.rect(220, sheet.y - 4 - 16 * number, 250, 16)
        sheet.canvas.rect(50, sheet.y - 20, 170, 32)
        return believed(fields_of(sheet.pdf(), "formulaire_3"))

    assert ("denomination" in read(""), "denomination" in read("Pour le Secteur Médical")) == (True, False)


@pytest.mark.parametrize(
    ("kind", "label", "value", "field", "sure"),
    [
        ("formulaire_3", "Nom du logiciel", "3.2.1+lux", "nom_logiciel", False),
        ("formulaire_3", "Nom du logiciel", "Praxis 4.2", "nom_logiciel", True),
        ("formulaire_3", "Nom du logiciel", "accès direct aux services", "nom_logiciel", False),
        ("formulaire_4", "Client raccordé", "Maison médicale / Krankenhaus", "nom_client", False),
        ("formulaire_4", "Client raccordé", "Maison médicale Syrdall", "nom_client", True),
    ],
)
def test_another_field_s_answer_is_doubted(kind: str, label: str, value: str, field: str, sure: bool) -> None:
    sheet = Sheet("Formulaire").boxed("Matricule", "1893 1201 05732").boxed(label, value)
    assert (field in believed(fields_of(sheet.pdf(), kind))) == sure


def test_two_labels_broken_in_their_cells_that_begin_with_the_same_word() -> None:
    sheet = Sheet("Formulaire 1")
    for lines, value in (
        (("Directeur", "général :", "prénom:"), "Léa"),
        (("Directeur", "général :", "nom:"), "Ó BRIAIN"),
    ):
        for number, line in enumerate(lines):
            sheet._put(line, 55, sheet.y - 11 * number)
        sheet._put(value, 155, sheet.y)
        for left, right in ((50, 150), (150, 300)):
            sheet.canvas.rect(left, sheet.y - 26, right - left, 37)
        sheet.y -= 37
    got = believed(fields_of(sheet.pdf(), "formulaire_1"))
    assert (got["ceo_prenom"], got["ceo_nom"]) == ("Léa", "Ó BRIAIN")


def test_one_letter_before_a_name_in_capitals_is_no_first_name() -> None:
    split = split_name("Ó BRIAIN", last_first=True)
    assert split is not None
    assert split.confidence < 0.9


def test_a_comma_of_an_address_without_its_blank() -> None:
    assert clean_address("5,rue de la Gare, L-1234 Luxembourg") == "5, rue de la Gare, L-1234 Luxembourg"


def test_the_name_under_a_label_that_goes_on_is_nobody_s() -> None:
    sheet = Sheet("Formulaire 1").boxed("Matricule", "1893 1201 05732").boxed("Nom de la", "BGL BNP Paribas")
    assert not {"nom", "prenom"} & believed(fields_of(sheet.pdf(), "formulaire_1")).keys()
