"""Forms printed to PDF or typed in Word: where a label ends, and which lines are one."""

from __future__ import annotations

import pytest

from parsers.claims import Claim, settle
from tests.parsers.form_builder import Sheet, docx, p, table
from tests.parsers.test_extract import believed, fields_of

NAMED = {"denomination": "Nova Santé S.à r.l.", "matricule": "1893120105732"}


def test_large_labels_over_their_translations_head_nothing() -> None:
    sheet = Sheet("Formulaire 3")
    rows = (
        ("Industriel (dénomination)", "Name des Herstellers", "Nova Santé S.à r.l."),
        ("Matricule", "Matrikelnummer", "1893 1201 05732"),
        ("Nom du logiciel", "Name der Software", "DocPad"),
        ("Version exacte", "Genaue Version", "4.2"),
        ("Contact technique", "Technischer Kontakt", "Léa Weis"),
        ("Date de signature", "Datum der Unterschrift", "12/05/2026"),
    )
    for label, translated, value in rows:
        sheet._put(label, 50, sheet.y, 12)
        sheet._put(translated, 50, sheet.y - 11, 9)
        sheet._put(value, 300, sheet.y, 9)
        sheet.text("(obligatoire)", 500, 9)
        sheet.y -= 10
    got = believed(fields_of(sheet.pdf(), "formulaire_3"))
    assert got == {
        **NAMED,
        "nom_logiciel": "DocPad",
        "version_logiciel": "4.2",
        "contact_technique": "Léa Weis",
        "date_signature": "2026-05-12",
    }


def test_a_star_ends_a_label_whatever_the_value_reads_like() -> None:
    lines = (
        "Nom du logiciel métier * Cabinet+",
        "Version du logiciel * 7.0.0 SP1",
        "Matricule *1893 1201 05732",
    )
    got = believed(fields_of(docx(p("Formulaire 3"), *map(p, lines)), "formulaire_3"))
    assert got == {"nom_logiciel": "Cabinet+", "version_logiciel": "7.0.0 SP1", "matricule": "1893120105732"}


def test_the_full_stop_of_a_legal_form_is_none_of_the_dots_behind_it() -> None:
    got = fields_of(docx(p("Formulaire 3"), p("Industriel : Nova Santé S.à r.l.......")), "formulaire_3")
    assert believed(got) == {"denomination": "Nova Santé S.à r.l."}


def test_a_frame_around_a_section_belongs_to_the_labels_in_it() -> None:
    sheet = (
        Sheet("Formulaire 3").right("Industriel", "Nova Santé S.à r.l.").right("Matricule", "1893 1201 05732")
    )
    sheet.canvas.rect(40, sheet.y - 50, 400, 65)
    sheet._put("Logiciel", 50, sheet.y)
    sheet.y -= 18
    sheet.right("Nom du logiciel", "DocPad").right("Version du logiciel", "4.2")
    got = believed(fields_of(sheet.pdf(), "formulaire_3"))
    assert got == {**NAMED, "nom_logiciel": "DocPad", "version_logiciel": "4.2"}


def test_what_a_label_goes_on_with_may_be_somebody_else_s() -> None:
    lines = ("Name of the bank Banque Générale", "E-Mail Buchhaltung compta@nova.example")
    broken = "<w:p><w:r><w:t>Nom de la</w:t><w:br/><w:t>banque :</w:t></w:r></w:p>"
    got = fields_of(docx(p("Formulaire 1"), *map(p, lines), table((broken, "BGL"))), "formulaire_1")
    assert not {"nom", "email"} & set(got.fields)


def test_the_second_language_of_a_label_before_a_name_in_lower_case() -> None:
    text = "<w:p><w:r><w:t>Name des CEO (*)</w:t><w:br/><w:t>Nom du dirigeant von der Heydt</w:t></w:r></w:p>"
    got = fields_of(docx(p("Formulaire 1"), text, p("Prénom du CEO : Ingrid")), "formulaire_1")
    assert believed(got)["ceo_nom"] == "von der Heydt"


def test_a_value_that_was_read_again_in_part_contradicts_nothing() -> None:
    whole = Claim("adresse", "5, rue X, L-1234 Y", None, 0.97, "text", 2, 1, (10, 10, 90, 30))
    part = Claim("adresse", "L-1234 Y", None, 0.97, "text", 2, 1, (10, 20, 60, 30))
    elsewhere = Claim("adresse", "L-1234 Y", None, 0.97, "text", 2, 1, (10, 200, 60, 210))
    for claims, sure in (([part, whole], 0.97), ([whole, elsewhere], 0.6)):
        settled = settle(claims)
        assert settled is not None
        assert (settled.value, settled.confidence) == (whole.value, sure)


def test_where_a_form_proves_to_write_behind_its_labels_no_mark_is_needed() -> None:
    proving = ("Numéro de matricule 1893 1201 05732", "Adresse électronique info@nova.example")
    rest = ("Nom du contact technique Léa Weis", "Version du logiciel 4.2")
    got = believed(fields_of(docx(p("Formulaire 3"), *map(p, (*proving, *rest))), "formulaire_3"))
    assert (got["contact_technique"], got["version_logiciel"]) == ("Léa Weis", "4.2")
    alone = believed(fields_of(docx(p("Formulaire 3"), *map(p, rest)), "formulaire_3"))
    assert not alone
    eaten = p("Logiciel métier Praxis 360")
    assert "nom_logiciel" not in believed(
        fields_of(docx(p("Formulaire 3"), *map(p, proving), eaten), "formulaire_3")
    )


def test_a_town_in_the_next_line_where_the_label_begins() -> None:
    sheet = Sheet("Formulaire 1", gap=13)
    sheet.text("Adresse : 5, rue du Fossé").text("L-1536 Luxembourg").text("E-mail : info@nova.example")
    assert believed(fields_of(sheet.pdf(), "formulaire_1"))["adresse"] == "5, rue du Fossé, L-1536 Luxembourg"


def test_a_line_to_write_on_says_that_its_label_is_below_it() -> None:
    sheet = Sheet("Formulaire 3", gap=44)
    for label, value in (
        ("Industriel (dénomination)", "Nova Santé S.à r.l."),
        ("Matricule", "1893 1201 05732"),
        ("Date de signature", "12/05/2026"),
    ):
        sheet._put(value, 50, sheet.y)
        sheet.canvas.line(46, sheet.y - 14, 300, sheet.y - 14)
        sheet._put(label, 50, sheet.y - 26)
        sheet.y -= sheet.gap
    got = believed(fields_of(sheet.pdf(), "formulaire_3"))
    assert got == {**NAMED, "date_signature": "2026-05-12"}


def test_a_value_ends_where_labels_of_another_column_begin() -> None:
    sheet = Sheet("Formulaire 1")
    for left, value, right, other in (
        ("Matricule", "1893 1201 05732", "IBAN", "LU28 0019 4006 4475 0000"),
        ("Dénomination sociale", "Nova Santé S.à r.l.", "Eigentümlichkeit", "van den Bossche"),
    ):
        for x, text in ((50, left), (170, value), (290, right), (400, other)):
            sheet._put(text, x, sheet.y)
        sheet.y -= sheet.gap
    got = fields_of(sheet.pdf(), "formulaire_1").fields
    assert got["denomination_sociale"].value == "Nova Santé S.à r.l."


def test_a_heading_above_an_empty_line_is_nobody_s_name() -> None:
    sheet = Sheet("Formulaire 1", gap=40)
    for label, value in (("Matricule", "1893 1201 05732"), ("IBAN", "LU28 0019 4006 4475 0000"), ("Nom", "")):
        sheet._put(value or "Personnes physiques", 50, sheet.y, *(() if value else (12, True)))
        sheet.canvas.line(50, sheet.y - 6, 300, sheet.y - 6)
        sheet._put(label, 50, sheet.y - 15, 8)
        sheet.y -= sheet.gap
    assert "nom" not in fields_of(sheet.pdf(), "formulaire_1").fields


@pytest.mark.parametrize(
    ("kind", "line", "field"),
    [
        ("formulaire_3", "Name der Software / Nom du logiciel métierdentasoft", "nom_logiciel"),
        ("formulaire_4", "Réf. du mémoire / de la transaction PID 2025/599", "reference_transaction"),
    ],
)
def test_a_value_that_begins_as_its_label_may_end_is_doubted(kind: str, line: str, field: str) -> None:
    sheet = Sheet("Formulaire 3" if kind == "formulaire_3" else "Formulaire 4").text(line)
    assert field not in believed(fields_of(sheet.pdf(), kind))


def test_an_address_of_mail_is_no_label_whatever_words_are_in_it() -> None:
    sheet = Sheet("Formulaire 1").below("Courriel", "info@pulse-luxembourg-b.com")
    got = fields_of(sheet.below("Matricule", "1893 1201 05732").pdf(), "formulaire_1").fields
    assert got["email"].value == "info@pulse-luxembourg-b.com"


def test_a_form_s_own_running_field_numbers_are_no_values() -> None:
    rows = [
        (label, str(number), "")
        for number, label in enumerate(
            ("Matricule", "Code prestataire", "Nombre de postes", "E-mail", "Version du logiciel", "Nom"), 11
        )
    ]
    got = fields_of(Sheet("Formulaire 2").ruled(rows, (180, 24, 280)).pdf(), "formulaire_2")
    assert (got.fields, got.filled) == ({}, False)


@pytest.mark.parametrize("arrow", ["->", "=>", "→", "="])
def test_an_arrow_leads_to_a_value_and_is_no_part_of_it(arrow: str) -> None:
    sheet = Sheet("Formulaire 3").right("Nom du logiciel", f"{arrow} DocPad")
    assert fields_of(sheet.pdf(), "formulaire_3").fields["nom_logiciel"].value == "DocPad"


def test_a_question_and_its_answer_behind_a_label_are_doubted() -> None:
    sheet = Sheet("Formulaire 3").inline("Nom du logiciel", "DocPad Est-il labélisé ? Oui")
    assert "nom_logiciel" not in believed(fields_of(sheet.pdf(), "formulaire_3"))


def test_one_digit_in_a_row_of_boxes_is_doubted() -> None:
    sheet = Sheet("Formulaire 4").inline("Matricule", "1893 1201 05732").comb("Nombre de postes", "7", 3)
    got = fields_of(sheet.pdf(), "formulaire_4").fields
    assert (got["nombre_postes"].value, got["nombre_postes"].confidence) == (7, 0.8)


def test_a_choice_typed_as_text_is_read_beside_a_table_whose_head_names_another() -> None:
    sheet = Sheet("Formulaire 3").right("Type de demande", "Mise à jour majeure")
    sheet.ruled([("Matricule", "Première demande"), ("1893 1201 05732", "")], (180, 200), x=300)
    assert fields_of(sheet.pdf(), "formulaire_3").fields["type_demande"].value == "mise_a_jour_majeure"


def test_a_number_or_an_address_below_a_colon_is_its_value_though_others_stand_behind() -> None:
    sheet = Sheet("Formulaire 1").inline("Dénomination sociale", "Nova SARL")
    sheet.inline("Matricule", "1893120105732").text("Adresse postale :").text(
        "45, rue Aldringen, B-6700 Arlon"
    )
    got = fields_of(sheet.pdf(), "formulaire_1")
    assert got.fields["adresse"].value == "45, rue Aldringen, B-6700 Arlon"
    assert "adresse" not in believed(got)


@pytest.mark.parametrize(
    ("label", "end"), [("Dénomination sociale", "limitée"), ("Adresse", "1100-053 Lisboa")]
)
def test_the_end_of_a_value_above_its_label_is_not_believed_alone(label: str, end: str) -> None:
    sheet = Sheet("Formulaire 1", gap=30)
    rows = (("1893 1201 05732", "Matricule"), ("a@nova.lu", "E-mail"), ("12/05/2026", "Date de signature"))
    for value, name in ((end, label), *rows):
        sheet._put(value, 50, sheet.y)
        sheet._put(name, 50, sheet.y - 11, 7)
        sheet.y -= sheet.gap
    got = believed(fields_of(sheet.pdf(), "formulaire_1"))
    assert got["matricule"] == "1893120105732"
    assert not {"denomination_sociale", "adresse"} & set(got)


def test_the_cell_right_of_another_label_is_not_the_one_s_above() -> None:
    sheet = Sheet("Formulaire 1")
    for label, value in (
        ("Matricule", "1893 1201 05732"),
        ("E-mail", "info@nova.example"),
        ("Fonction du signataire", "Geschäftsführer"),
        ("Prénom", "Anne-Marie"),
    ):
        for x, width, text in ((50, 190, label), (240, 280, value)):
            sheet.canvas.rect(x - 5, sheet.y - 8, width, 24)
            sheet._put(text, x, sheet.y)
        sheet.y -= 24
    got = fields_of(sheet.pdf(), "formulaire_1").fields
    assert got["prenom"].value == "Anne-Marie"
    assert not {"ceo_nom", "ceo_prenom"} & set(got)


def test_the_example_of_a_number_is_neither_its_value_nor_the_value_of_the_cell_before() -> None:
    sample = "Matricule national / Matrikelnummer ex. 2014 2412 345"
    assert "matricule" not in fields_of(docx(p(f"{sample} :")), "formulaire_2").fields
    side_by_side = docx(table(("Nom de l'Industriel", sample), ("Nova SARL", "1893 1201 05732")))
    got = believed(fields_of(side_by_side, "formulaire_2"))
    assert (got["denomination"], got["matricule"]) == ("Nova SARL", "1893120105732")


def test_a_form_s_own_edition_is_no_version_of_the_software() -> None:
    body = (p("Version 1.2 – mai 2025"), p("Nom du logiciel : DocPad"), p("Version : "))
    assert "version_logiciel" not in fields_of(docx(*body), "formulaire_3").fields


def test_a_label_left_empty_is_no_heading_of_a_shorter_one_below() -> None:
    def bold(label: str, value: str) -> str:
        plain = f"<w:r><w:tab/><w:t>{value}</w:t></w:r>"
        return f"<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>{label}</w:t></w:r>{plain}</w:p>"

    rows = [p(f"Remarque {n}") for n in range(5)]
    got = fields_of(docx(*rows, bold("Datum des Testendes", ""), bold("Datum", "17.08.2025")), "formulaire_3")
    assert "date_tests" not in got.fields


def test_a_text_box_under_its_label_holds_the_value() -> None:
    inner = f"<w:txbxContent>{p('1893 1201 05732')}</w:txbxContent>"
    box = f"<w:p><w:r><w:pict><v:textbox xmlns:v='v'>{inner}</v:textbox></w:pict></w:r></w:p>"
    assert fields_of(docx(p("Matricule :"), box), "formulaire_3").fields["matricule"].value == "1893120105732"


@pytest.mark.parametrize(
    ("label", "value", "whole"),
    [
        ("Dénomination sociale", "eHealthworks SARL", True),
        ("Dénomination sociale", "et fils SARL", False),
        ("Adresse", "chaussée de Namur 33, B-4000 Liège", True),
        ("Adresse", "des Martyrs 33, B-4000 Liège", False),
    ],
)
def test_a_name_or_an_address_that_begins_in_its_middle_is_doubted(
    label: str, value: str, whole: bool
) -> None:
    sheet = Sheet("Formulaire 1").below("Matricule", "1893 1201 05732").below("Date", "12/05/2026")
    got = believed(fields_of(sheet.below(label, value).pdf(), "formulaire_1"))
    assert (value in got.values()) == whole


def test_a_value_in_two_fonts_under_a_label_that_its_colon_ends_is_whole() -> None:
    sheet = Sheet("Bon de livraison – postes de travail raccordés", gap=14)
    for label, value in (("Date de livraison :", "12/05/2026"), ("Fournisseur :", "Nova Santé SARL")):
        sheet.below(label, value)
    sheet.text("Livré à (établissement) :").canvas.setFont("Times-Roman", sheet.size)
    sheet.canvas.drawString(50, sheet.y, "Ärztehaus")  # as programs do for letters that a font has not
    sheet.text("Moselblick", 98)
    got = fields_of(sheet.pdf(), "bon_de_livraison").fields
    assert got["nom_client"].value == "Ärztehaus Moselblick"


def test_a_label_with_a_colon_in_it_in_two_languages_is_one() -> None:
    lines = (p("CEO : nom de famille / Nachname des CEO: Weis"), p("CEO : prénom / CEO Vorname: Zoé"))
    got = believed(fields_of(docx(p("Formulaire 1"), *lines), "formulaire_1"))
    assert (got["ceo_nom"], got["ceo_prenom"], got.get("prenom")) == ("Weis", "Zoé", None)
