"""Fields out of forms: the project's own, filled in every technical way, and forms in other shapes."""

from __future__ import annotations

from typing import Any

import pytest

from parsers.documents.docx import read_docx
from parsers.documents.pdf import read_pdf
from parsers.extract import Extraction, extract
from parsers.forms import load_forms
from parsers.types import ReadOptions
from tests.parsers.form_builder import Sheet, acroform, blank, controls, docx, flattened, p, renamed, table
from tests.parsers.specimens import KINDS, READ, TYPED

BELIEVED = 0.95


def fields_of(data: bytes, kind: str) -> Extraction:
    form = load_forms().for_kind(kind)
    assert form is not None
    read = read_docx if data[:2] == b"PK" else read_pdf
    return extract(read(data, ReadOptions()), form)


def believed(extraction: Extraction) -> dict[str, Any]:
    """What may be acted on without a person; unticked boxes left out."""
    return {
        k: v.value for k, v in extraction.fields.items() if v.confidence >= BELIEVED and v.value is not False
    }


# The project's own forms


@pytest.mark.parametrize("kind", KINDS)
def test_a_filled_pdf_form(kind: str) -> None:
    got = fields_of(acroform(blank(f"{kind}.pdf"), TYPED[kind]), kind)
    assert believed(got) == READ[kind]
    assert got.filled


@pytest.mark.parametrize("kind", KINDS)
def test_a_pdf_form_filled_without_appearances(kind: str) -> None:
    got = fields_of(acroform(blank(f"{kind}.pdf"), TYPED[kind], appearances=False), kind)
    assert believed(got) == READ[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_a_flattened_pdf_form(kind: str) -> None:
    got = fields_of(flattened(acroform(blank(f"{kind}.pdf"), TYPED[kind])), kind)
    assert believed(got) == READ[kind]


@pytest.mark.parametrize("tooltips", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_a_pdf_form_whose_field_names_say_nothing(kind: str, tooltips: bool) -> None:
    filled = acroform(blank(f"{kind}.pdf"), TYPED[kind])
    assert believed(fields_of(renamed(filled, tooltips), kind)) == READ[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_a_filled_word_form(kind: str) -> None:
    got = fields_of(controls(blank(f"{kind}.docx"), TYPED[kind]), kind)
    assert believed(got) == READ[kind]
    assert all(v.page is None and v.bbox is None for v in got.fields.values())


@pytest.mark.parametrize("suffix", ["pdf", "docx"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_blank_says_nothing(kind: str, suffix: str) -> None:
    got = fields_of(blank(f"{kind}.{suffix}"), kind)
    assert believed(got) == {}
    assert not got.filled


@pytest.mark.parametrize("kind", KINDS)
def test_a_printed_blank_says_nothing(kind: str) -> None:
    assert believed(fields_of(flattened(blank(f"{kind}.pdf")), kind)) == {}


def test_a_date_alone_is_not_filled() -> None:
    got = fields_of(acroform(blank("nda.pdf"), {"date_signature": "12/05/2025"}), "nda")
    assert got.fields["date_signature"].value == "2025-05-12"
    assert not got.filled


def test_where_a_value_stands() -> None:
    got = fields_of(acroform(blank("formulaire_1.pdf"), TYPED["formulaire_1"]), "formulaire_1")
    matricule = got.fields["matricule"]
    assert (matricule.source, matricule.page, matricule.raw) == ("acroform", 1, "2010 2412 340")
    assert matricule.bbox is not None
    assert 220 < matricule.bbox[0] < 235


# Other shapes

GERMAN = [
    ("Firmenname", "Nordlicht Software AG"),
    ("Name des CEO", "Keller"),
    ("Vorname des CEO", "Thomas"),
    ("Nationale Kennnummer", "1999 2201 233"),
    ("USt-IdNr.", "DE 136695976"),
    ("IBAN", "DE89 3704 0044 0532 0130 00"),
    ("E-Mail-Adresse", "info@nordlicht.example"),
    ("Anschrift", "Hauptstraße 5, D-54290 Trier"),
    ("Datum", "03.06.2025"),
]
GERMAN_READ = {
    "type_personne": "morale",
    "denomination_sociale": "Nordlicht Software AG",
    "ceo_nom": "Keller",
    "ceo_prenom": "Thomas",
    "matricule": "19992201233",
    "numero_tva": "DE136695976",
    "iban": "DE89370400440532013000",
    "email": "info@nordlicht.example",
    "adresse": "Hauptstraße 5, D-54290 Trier",
    "pays": "DE",
    "date_signature": "2025-06-03",
}


@pytest.mark.parametrize("way", ["inline", "right", "dotted", "boxed", "below"])
def test_a_german_enrolment_in_other_layouts(way: str) -> None:
    sheet = Sheet("Einschreibungsformular")
    for label, value in GERMAN:
        getattr(sheet, way)(label, value)
    assert believed(fields_of(sheet.pdf(), "formulaire_1")) == GERMAN_READ


def test_labels_over_boxes_in_two_columns() -> None:
    sheet = Sheet("Einschreibungsformular")
    pairs = [*GERMAN, ("Name des Unterzeichners", "")]
    for start in range(0, len(pairs), 2):
        sheet.box_below(pairs[start : start + 2])
    assert believed(fields_of(sheet.pdf(), "formulaire_1")) == GERMAN_READ


def test_a_table_of_ruling_lines() -> None:
    sheet = Sheet("Einschreibungsformular").ruled(GERMAN, (180, 300))
    assert believed(fields_of(sheet.pdf(), "formulaire_1")) == GERMAN_READ


def test_one_character_per_box() -> None:
    sheet = Sheet("Formulaire d'enrôlement")
    sheet.comb("Matricule", "1893120105732", 13)
    sheet.comb("IBAN", "LU280019400644750000", 20, at=180)
    sheet.comb("Date", "03062025", 8)
    assert believed(fields_of(sheet.pdf(), "formulaire_1")) == {
        "matricule": "1893120105732",
        "iban": "LU280019400644750000",
        "date_signature": "2025-06-03",
    }


@pytest.mark.parametrize("mark", ["X", "lines"])
def test_boxes_ticked_with_a_letter_or_two_strokes(mark: str) -> None:
    sheet = Sheet("Formulaire de démarrage du processus de labélisation")
    sheet.ticks(
        "Nature de la demande", [("Première demande", False), ("Mise à jour majeure", True)], mark=mark
    )
    sheet.ticks("Mode d'intégration", [("eConnector NG", True), ("Accès direct", False)], mark=mark)
    sheet.ticks("Services testés", [("Remboursement", True), ("PID v2", True)], mark=mark)
    assert believed(fields_of(sheet.pdf(), "formulaire_3")) == {
        "type_demande": "mise_a_jour_majeure",
        "mode_integration": "econnector_ng",
        "services": ["remboursement", "pid_v2"],
    }


def test_yes_and_no() -> None:
    sheet = Sheet("Formulaire d'accès à l'environnement de test")
    sheet.ticks("Espace MySecu actif", [("Oui", True), ("Non", False)])
    sheet.ticks("eHealth ID actif", [("Oui", False), ("Non", True)])
    got = fields_of(sheet.pdf(), "formulaire_2")
    assert got.fields["mysecu_actif"].value is True
    assert got.fields["ehealth_actif"].value is False


def test_two_ticks_where_one_is_meant_say_nothing() -> None:
    sheet = Sheet("Formulaire d'accès à l'environnement de test")
    sheet.ticks("Espace MySecu actif", [("Oui", True), ("Non", True)])
    sheet.ticks("Mode d'intégration", [("eConnector NG", True), ("Accès direct", True)])
    assert fields_of(sheet.pdf(), "formulaire_2").fields == {}


def test_one_box_for_the_whole_name() -> None:
    sheet = Sheet("Formulaire d'enrôlement").inline("Nom et prénom", "DA SILVA Maria")
    got = fields_of(sheet.pdf(), "formulaire_1")
    assert (got.fields["nom"].value, got.fields["prenom"].value) == ("DA SILVA", "Maria")


def test_one_box_for_the_whole_name_that_tells_nothing_is_doubtful() -> None:
    sheet = Sheet("Formulaire d'enrôlement").inline("Nom et prénom", "Paul Martin")
    got = fields_of(sheet.pdf(), "formulaire_1")
    assert got.fields["nom"].confidence < 0.9


def test_bilingual_labels_and_an_address_of_several_lines() -> None:
    sheet = Sheet("Enrolment form / Formulaire d'enrôlement")
    sheet.right("Last name / Nom *", "Da Silva")
    sheet.right("First name / Prénom *", "Maria")
    sheet.right("National ID number / Matricule", "1893120105732")
    sheet.right("Address / Adresse *", "3, rue Neuve\nL-4050 Esch-sur-Alzette\nLuxembourg")
    sheet.right("E-mail / Courriel *", "maria@dasilva.example")
    got = believed(fields_of(sheet.pdf(), "formulaire_1"))
    assert got["nom"] == "Da Silva"
    assert got["adresse"] == "3, rue Neuve, L-4050 Esch-sur-Alzette"
    assert got["pays"] == "LU"
    assert got["type_personne"] == "physique"


def test_a_heading_explains_a_short_label() -> None:
    sheet = Sheet("Formulaire d'enrôlement")
    sheet.boxed("Raison sociale", "Alpha SA").text("CEO", bold=True)
    sheet.boxed("Nom", "Weis").boxed("Prénom", "Léa").boxed("Matricule", "1893120105732")
    got = believed(fields_of(sheet.pdf(), "formulaire_1"))
    assert (got.get("ceo_nom"), got.get("ceo_prenom"), got.get("nom")) == ("Weis", "Léa", None)


def test_several_labels_on_one_line() -> None:
    sheet = Sheet("Formulaire 3")
    sheet.text("Nom du logiciel : MediX Version : 2.1 Email : a@alpha.example")
    assert believed(fields_of(sheet.pdf(), "formulaire_3")) == {
        "nom_logiciel": "MediX",
        "version_logiciel": "2.1",
        "email": "a@alpha.example",
    }


def test_a_table_that_goes_over_the_page() -> None:
    heads = ("Nom du prestataire", "Code prestataire", "Postes")
    sheet = Sheet("Bon de livraison")
    sheet.ruled([heads, ("Dr Jean Weis", "111111-11", "3")], (200, 150, 80)).page()
    sheet.ruled([heads, ("Léa Thill", "222222-22", "9")], (200, 150, 80))
    got = fields_of(sheet.pdf(), "bon_de_livraison").fields["prestataires"]
    assert got.value == [
        {"nom": "Jean Weis", "code_prestataire": "111111-11", "postes": 3},
        {"nom": "Léa Thill", "code_prestataire": "222222-22", "postes": 9},
    ]


def test_a_table_whose_heads_end_a_page() -> None:
    sheet = Sheet("Bon de livraison")
    sheet.ruled([("Nom du prestataire", "Code prestataire", "Postes")], (200, 150, 80)).page()
    sheet.text("Bon de livraison", size=8).ruled([("Luc Nova", "333333-33", "4")], (200, 150, 80))
    got = fields_of(sheet.pdf(), "bon_de_livraison").fields["prestataires"]
    assert got.value == [{"nom": "Luc Nova", "code_prestataire": "333333-33", "postes": 4}]


def test_a_table_that_goes_over_the_page_between_its_foot_and_its_title_again() -> None:
    rows: list[tuple[str, ...]] = [
        ("Nom du prestataire", "Code prestataire", "Postes"),
        ("Jean Weis", "111111-11", "3"),
    ]
    sheet = Sheet("Bon de livraison").ruled([*rows, ("Léa Thill", "222222-22", "9")], (200, 150, 80))
    sheet.text("INCERT – SONS Vague 2").y += sheet.gap
    sheet.text("Page 1", 410).page().text("Bon de livraison", size=8)
    sheet.ruled([("Luc Nova", "333333-33", "4")], (200, 150, 80))
    got = fields_of(sheet.pdf(), "bon_de_livraison").fields["prestataires"]
    value: Any = got.value
    assert [row["postes"] for row in value] == [3, 9, 4]


def test_the_agency_s_block_of_an_nda_is_not_the_industriel_s() -> None:
    sheet = Sheet("Accord de non-divulgation « Industriels »", gap=15)
    sheet.text("Entre : Nova Santé SARL, établie au 3, rue Neuve à Esch, matricule 1893120105732,")
    sheet.text("ci-après « l'Industriel », et l'Agence eSanté,")
    at = sheet.y
    sheet.text("Pour l'Industriel", bold=True).inline("Nom", "Luc Nova").inline("Date", "12/05/2025")
    sheet.y = at
    sheet.text("Pour l'Agence eSanté", 320, bold=True)
    sheet.inline("Nom", "Carine Mauer", 320).inline("Date", "20/05/2025", 320)
    assert believed(fields_of(sheet.pdf(), "nda")) == {
        "denomination": "Nova Santé SARL",
        "matricule": "1893120105732",
        "signataire": "Luc Nova",
        "date_signature": "2025-05-12",
    }


# What must never be believed


def test_an_empty_place_is_not_filled_by_the_next_label() -> None:
    sheet = Sheet("Formulaire 3")
    sheet.below("Nom de l'Industriel", "Alpha SA").below("Matricule", "1893120105732")
    sheet.below("Nom du logiciel", "").text("Téléphone", size=8).text("+352 123456")
    sheet.below("Version", "2.1").below("Date", "1/6/2025")
    assert "nom_logiciel" not in believed(fields_of(sheet.pdf(), "formulaire_3"))


def test_an_empty_place_is_not_filled_by_its_neighbour() -> None:
    sheet = Sheet("Formulaire 3")
    sheet.right("Matricule", "1893120105732").right("Nom du logiciel", "").right("Téléphone", "+352 12")
    sheet.right("Version", "").right("Département", "IT")
    got = believed(fields_of(sheet.pdf(), "formulaire_3"))
    assert got == {"matricule": "1893120105732"}


def test_samples_and_hints_are_no_values() -> None:
    sheet = Sheet("Formulaire 2")
    sheet.right("Code prestataire", "ex. 123456-78").right("eHealth ID", "n/a").right("Date", "JJ/MM/AAAA")
    assert fields_of(sheet.pdf(), "formulaire_2").fields == {}


def test_options_without_a_mark_are_no_choice() -> None:
    sheet = Sheet("Formulaire 3").right("Mode d'intégration", "eConnector NG")
    sheet.text("Accès direct aux services", 240)
    assert "mode_integration" not in fields_of(sheet.pdf(), "formulaire_3").fields


def test_two_places_that_contradict_each_other_are_doubtful() -> None:
    sheet = Sheet("Formulaire 2").right("Matricule", "1893120105732").right("Matricule", "19992201233")
    assert fields_of(sheet.pdf(), "formulaire_2").fields["matricule"].confidence <= 0.6


def test_the_edition_in_the_foot_is_not_the_software_s_version() -> None:
    sheet = Sheet("Formulaire 3").right("Nom du logiciel", "MediX")
    sheet.y = 30
    sheet.text("Version : 2025-04", size=8)
    assert "version_logiciel" not in fields_of(sheet.pdf(), "formulaire_3").fields


def test_a_wrong_check_digit_is_given_as_printed() -> None:
    got = fields_of(Sheet("Formulaire 2").right("Matricule", "1893120105733").pdf(), "formulaire_2")
    assert got.fields["matricule"].value == "1893120105733"


# Word without controls

ROWS = [
    ("Nom de l'Industriel", "Nova Santé SARL"),
    ("Matricule utilisé pour obtenir le code prestataire", "1893 1201 05732"),
    ("Code prestataire", "123456-78"),
    ("eHealth ID", "EH-998877"),
    ("Espace MySecu actif", "☒ Oui   ☐ Non"),
    ("Matricule utilisé pour l'enrôlement MySecu", "1893120105732"),
    ("Email", "info@nova.example"),
    ("Mode d'intégration", "☒ eConnector NG  ☐ Accès direct aux services"),
    ("Date", "12 mai 2025"),
    ("Nom du signataire", "Luc Nova"),
]
ROWS_READ = {
    "denomination": "Nova Santé SARL",
    "matricule": "1893120105732",
    "code_prestataire": "123456-78",
    "ehealth_id": "EH-998877",
    "mysecu_actif": True,
    "matricule_mysecu": "1893120105732",
    "email": "info@nova.example",
    "mode_integration": "econnector_ng",
    "date_signature": "2025-05-12",
    "signataire": "Luc Nova",
}
PAIRS = [(ROWS[i], ROWS[i + 1]) for i in range(0, len(ROWS), 2)]
WORD = {
    "a table": [table(*ROWS)],
    "four columns": [table(*((a, b, c, d) for (a, b), (c, d) in PAIRS))],
    "labels over values": [table((a, c), (b, d)) for (a, b), (c, d) in PAIRS],
    "label and value in one cell": [table(*((p(a, True) + p(b),) for a, b in ROWS))],
    "colons": [p(f"{a} : {b}") for a, b in ROWS],
    "tabs": [p(f"{a}\t{b}") for a, b in ROWS],
    "underscores": [p(f"{a} : __{b}______") for a, b in ROWS],
    "below": [paragraph for a, b in ROWS for paragraph in (p(a, True), p(b))],
}


@pytest.mark.parametrize("way", list(WORD))
def test_a_word_form_without_controls(way: str) -> None:
    assert believed(fields_of(docx(*WORD[way]), "formulaire_2")) == ROWS_READ


@pytest.mark.parametrize("way", ["table", "lines"])
def test_a_blank_word_form_without_controls(way: str) -> None:
    labels = [a for a, _ in ROWS]
    body = [table(*((a, "") for a in labels))] if way == "table" else [p(f"{a} : ________") for a in labels]
    assert fields_of(docx(*body), "formulaire_2").fields == {}


def test_labels_without_colons() -> None:
    sheet = Sheet("Formulaire d'accès à l'environnement de test")
    sheet.text("Matricule 1893120105732").text("Code prestataire 123456-78").text("Date 12/05/2025")
    assert believed(fields_of(sheet.pdf(), "formulaire_2")) == {
        "matricule": "1893120105732",
        "code_prestataire": "123456-78",
        "date_signature": "2025-05-12",
    }


def test_the_sentence_over_a_signature_dates_it() -> None:
    sheet = Sheet("Formulaire d'enrôlement").text("Fait à Luxembourg, le 20/05/2025")
    assert believed(fields_of(sheet.pdf(), "formulaire_1")) == {"date_signature": "2025-05-20"}


def test_a_running_sentence_is_no_value() -> None:
    sheet = Sheet("Accord de non-divulgation « Industriels »")
    sheet.text("L'Industriel garde les informations confidentielles secrètes et ne les utilise que")
    sheet.text("pour l'intégration. La société répond de son personnel.")
    assert fields_of(sheet.pdf(), "nda").fields == {}


# Layouts and wordings that surprised


def broken(sheet: Sheet, *lines: str) -> Sheet:
    """A label of several lines, close together; the next thing drawn stands under it."""
    usual, sheet.gap = sheet.gap, 12
    for line in lines:
        sheet.text(line)
    sheet.gap = usual
    return sheet


def test_a_label_broken_over_lines_in_two_languages() -> None:
    sheet = Sheet("Formulaire d'accès à l'environnement de test")
    sheet.right("Code prestataire", "123456-78")
    top = sheet.y
    broken(
        sheet, "Matricule employé pour", "l'enrôlement à MySecu / Für die", "MySecu-Anmeldung verwendete",
        "Matrikelnummer :",
    )  # fmt: skip
    sheet.canvas.drawString(260, top, "1893 1201 05732")
    got = believed(fields_of(sheet.pdf(), "formulaire_2"))
    assert got == {"code_prestataire": "123456-78", "matricule_mysecu": "1893120105732"}


def test_the_second_language_of_a_label_is_no_value() -> None:
    sheet = Sheet("Formulaire 3")
    broken(sheet, "Responsable technique :", "Technical lead Karl Weis")
    broken(sheet, "Signataire :", "Signatory Léa Weis")
    got = believed(fields_of(sheet.pdf(), "formulaire_3"))
    assert got.get("contact_technique") == "Karl Weis"
    assert "signataire" not in got  # one word of a label could begin a name


def test_a_label_that_says_more_than_its_word_is_somebody_else_s() -> None:
    sheet = Sheet("Formulaire d'enrôlement").right("Trustee – surname", "Weis").right("Matricule", "n/a")
    assert "nom" not in believed(fields_of(sheet.pdf(), "formulaire_1"))


def test_the_representative_of_an_enterprise_is_its_ceo() -> None:
    sheet = Sheet("Formulaire d'enrôlement").right("Nom du représentant légal", "Weis")
    sheet.right("Vorname des gesetzlichen Vertreters", "Léa")
    got = believed(fields_of(sheet.pdf(), "formulaire_1"))
    assert (got.get("ceo_nom"), got.get("ceo_prenom")) == ("Weis", "Léa")


def test_the_box_of_the_next_column_is_another_label_s() -> None:
    sheet = Sheet("Formulaire d'enrôlement")
    sheet.box_below([("Raison sociale", "Alpha SA"), ("Prénom du gérant", "Léa")])
    sheet.box_below([("Numéro de TVA", ""), ("Matricule", "19842075745")])
    got = believed(fields_of(sheet.pdf(), "formulaire_1"))
    assert got["denomination_sociale"] == "Alpha SA"
    assert "numero_tva" not in got


def test_a_note_under_a_label_is_no_value() -> None:
    sheet = Sheet("Formulaire 2")
    sheet.below("Code prestataire", "123456-78").below("Date", "12/05/2026").below(
        "E-mail", "a.weis@alpha.lu"
    )
    sheet.text("Matricule", size=9)
    sheet.y += 12
    sheet.text("tel qu'attribué par le Centre commun de la sécurité sociale", size=6.5)
    sheet.y += 13
    sheet.text("1893120105732")
    assert fields_of(sheet.pdf(), "formulaire_2").fields["matricule"].value == "1893120105732"


def test_the_legal_form_in_brackets_on_a_second_line_belongs_to_the_name() -> None:
    sheet = Sheet("Formulaire 2").right("Éditeur du logiciel", "Soins+ UG", at=240)
    sheet.y += 12
    sheet.canvas.drawString(240, sheet.y, "(haftungsbeschränkt)")
    sheet.y -= 24
    sheet.right("Code prestataire", "123456-78")
    assert (
        believed(fields_of(sheet.pdf(), "formulaire_2"))["denomination"] == "Soins+ UG (haftungsbeschränkt)"
    )


def test_a_broken_line_of_an_address_is_put_together() -> None:
    sheet = Sheet("Formulaire d'enrôlement").right("Adresse", "5 bis, rue du Général de Gaulle, F-57000")
    sheet.y += 12
    sheet.canvas.drawString(240, sheet.y, "Metz")
    got = fields_of(sheet.pdf(), "formulaire_1").fields["adresse"]
    assert got.value == "5 bis, rue du Général de Gaulle, F-57000 Metz"


@pytest.mark.parametrize("half", ["B-6780 Messancy", "8, rue du Lac, L-4011", "184, L-1611 Luxembourg"])
def test_half_an_address_is_doubtful(half: str) -> None:
    sheet = Sheet("Formulaire d'enrôlement").right("Adresse", half)
    assert fields_of(sheet.pdf(), "formulaire_1").fields["adresse"].confidence < BELIEVED


def test_numbered_rows_of_a_table_are_no_boxes_to_tick() -> None:
    sheet = Sheet("Formulaire d'enrôlement")
    for row in range(4):
        sheet.canvas.rect(50, sheet.y - 6 - 20 * row, 21, 20)
    sheet.right("Adresse", "n/a", x=75).right("Participation au SONS Vague 1", "Oui", x=75)
    assert believed(fields_of(sheet.pdf(), "formulaire_1")).get("participation_vague_1") is True


def test_an_option_beside_its_box_is_no_label() -> None:
    sheet = Sheet("Formulaire 4").text("Nature du client raccordé")
    for option, on in (("Prestataire", False), ("Maison médicale", True), ("Hôpital", False)):
        sheet.text(f"[{'x' if on else ' '}] {option}")
    got = fields_of(sheet.pdf(), "formulaire_4").fields
    assert got["type_client"].value == "maison_medicale"
    assert "nom_client" not in got


@pytest.mark.parametrize("exports", [("0", "1"), ("Yes", "Yes")])
def test_buttons_that_only_count_are_told_by_print(exports: tuple[str, str]) -> None:
    from parsers.documents.reading import Widget
    from parsers.widget_names import named_claims

    form = load_forms().for_kind("formulaire_2")
    assert form is not None
    buttons = tuple(
        Widget("mysecu_actif", "radio", "acroform", checked=number == 0, export=export)
        for number, export in enumerate(exports)
    )
    claims, opaque = named_claims(buttons, form)
    assert (claims, tuple(opaque)) == ([], buttons)


@pytest.mark.parametrize("ticked", [0, 1])
def test_boxes_whose_tooltips_end_with_the_answer(ticked: int) -> None:
    from parsers.documents.reading import Widget
    from parsers.widget_names import named_claims

    form = load_forms().for_kind("formulaire_2")
    assert form is not None
    boxes = tuple(
        Widget(f"Case{n}", "checkbox", "acroform", checked=n == ticked, export="Yes",
               label=f"2.1 Is the eHealth ID active? {answer}")
        for n, answer in enumerate(("Yes", "No"))
    )  # fmt: skip
    claims, _ = named_claims(boxes, form)
    assert [(c.field, c.value) for c in claims] == [("ehealth_actif", ticked == 0)]
    alone, opaque = named_claims((boxes[1 - ticked],), form)
    assert (alone, len(opaque)) == ([], 1)  # the other one is perhaps ticked


def test_what_boxes_that_are_named_for_their_answers_are_called_when_ticked_says_nothing() -> None:
    from parsers.documents.reading import Widget
    from parsers.widget_names import named_claims

    form = load_forms().for_kind("formulaire_1")
    assert form is not None
    boxes = tuple(
        Widget(f"A déjà participé à la Vague 1 {answer}", "checkbox", "acroform", checked=on, export=export)
        for answer, export, on in (("oui_14", "Yes", False), ("non_15", "On", True))
    )
    claims, _ = named_claims(boxes, form)
    assert [(c.field, c.value) for c in claims] == [("participation_vague_1", False)]


def test_one_box_of_several_choices_does_not_speak_for_the_others() -> None:
    from parsers.documents.reading import Widget
    from parsers.widget_names import named_claims

    form = load_forms().for_kind("formulaire_4")
    assert form is not None
    box = Widget(
        "c1", "checkbox", "acroform", checked=False, export="Yes", label="Type de client : prestataire"
    )
    assert named_claims((box,), form) == ([], [box])


def test_what_is_inferred_needs_no_place_of_its_own() -> None:
    form = load_forms().for_kind("formulaire_1")
    assert form is not None
    bare = form.model_copy(
        update={"fields": tuple(f for f in form.fields if f.id not in ("pays", "type_personne"))}
    )
    sheet = Sheet("Formulaire d'enrôlement").right("Nom", "Weis").right("Prénom", "Léa")
    sheet.right("Adresse", "8, rue du Lac, L-4011 Esch")
    got = extract(read_pdf(sheet.pdf(), ReadOptions()), bare).fields
    assert (got["pays"].value, got["type_personne"].value) == ("LU", "physique")


def test_a_merged_heading_under_an_empty_row_is_no_value() -> None:
    sheet = Sheet("Formulaire d'enrôlement")
    top = sheet.y + 14
    for y in (top, top - 20, top - 40, top - 60):
        sheet.canvas.line(50, y, 520, y)
    for x in (50, 520):
        sheet.canvas.line(x, top, x, top - 60)
    sheet.canvas.line(250, top, 250, top - 20)
    sheet.canvas.line(250, top - 40, 250, top - 60)
    sheet.gap = 20
    sheet.text("Prénom", x=54).text("Données communes", x=54)
    sheet.right("Matricule", "1893120105732", x=54, at=254)
    assert believed(fields_of(sheet.pdf(), "formulaire_1")) == {"matricule": "1893120105732"}


def test_an_address_of_mail_broken_in_its_cell_is_whole() -> None:
    from parsers.values import parse_value

    assert parse_value("email", "direction@zimmer.logi\ncab.com").value == "direction@zimmer.logicab.com"
    assert parse_value("person", "Jean-\nPierre Weis").value == "Jean-Pierre Weis"


def test_the_words_of_a_row_s_last_box_may_begin_the_next_line() -> None:
    sheet = Sheet("Bon de livraison").text("Type d'établissement")
    for x, text in ((50, "[ ]"), (64, "Maison médicale"), (170, "[ ]"), (184, "Hôpital"), (260, "[x]")):
        sheet.canvas.drawString(x, sheet.y, text)
    sheet.y -= 13
    sheet.text("Centre loué de manière flexible")
    got = fields_of(sheet.pdf(), "bon_de_livraison").fields
    assert got["type_client"].value == "centre_flexible"


def test_a_value_proves_its_place_once_though_the_names_are_looked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With the printed e-mail address the same labels are read again, to tell first from last name."""
    proven = []
    monkeypatch.setattr(
        "parsers.extract.claims_from_prose", lambda context, _: proven.append(dict(context.places)) or []
    )
    fields_of(docx(p("Formulaire 1"), p("Adresse e-mail : direction@medisoft.example")), "formulaire_1")
    assert proven == [{"inline": 1}]


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("Geschäftsführer: Nachname Kayl", "ceo_nom", "Kayl"),
        (
            "Nom de la société* : Société Luxembourgeoise SA",
            "denomination_sociale",
            "Société Luxembourgeoise SA",
        ),
    ],
)
def test_a_word_behind_the_colon_is_the_label_s_where_the_label_needs_it(
    line: str, field: str, value: str
) -> None:
    assert fields_of(docx(p("Formulaire 1"), p(line)), "formulaire_1").fields[field].value == value


def test_a_colon_far_from_its_label_belongs_to_no_value() -> None:
    page = Sheet("Formulaire de demande de raccordement")
    for label, value in (("Nom de l'Industriel", ": Nova SARL"), ("Version labélisée", ": 2.1")):
        page.right(label, value)
    fields = fields_of(page.pdf(), "formulaire_4").fields
    assert [fields[name].value for name in ("denomination", "version_logiciel")] == ["Nova SARL", "2.1"]


def test_the_end_of_a_label_s_second_language_is_no_label_of_its_own() -> None:
    sheet = Sheet("Formulaire d'enrôlement").right(
        "Adresse / Anschrift", "8, rue du Lac, L-4011 Esch", at=280
    )
    sheet.text("E-mail de contact de l'Industriel / Elektronische")
    sheet.y += 13
    sheet.right("Adresse", "a.weis@alpha.lu", at=280)
    got = believed(fields_of(sheet.pdf(), "formulaire_1"))
    assert (got["adresse"], got["email"]) == ("8, rue du Lac, L-4011 Esch", "a.weis@alpha.lu")


def test_an_address_in_care_of_somebody_is_no_label() -> None:
    sheet = Sheet("Formulaire d'enrôlement").boxed("Adresse", "c/o Fiduciaire Ries, 174, rue de la Gare")
    assert "adresse" in fields_of(sheet.pdf(), "formulaire_1").fields


def test_choices_above_a_cell_do_not_head_it() -> None:
    sheet = Sheet("Formulaire 3").text("Remboursement", x=240)
    for label, value in (("Date de fin des tests", "22/06/2025"), ("Version", "4.2")):
        sheet.canvas.rect(50, sheet.y - 5, 190, 24)
        sheet.canvas.rect(240, sheet.y - 5, 290, 24)
        sheet.right(label, value, x=54, at=244)
    assert believed(fields_of(sheet.pdf(), "formulaire_3"))["date_tests"] == "2025-06-22"


def test_a_question_under_an_empty_place_is_no_answer() -> None:
    options = "☐ Prestataire   ☐ Maison médicale   ☐ Hôpital   ☐ Centre flexible"
    data = docx(
        p("Formulaire 4"),
        table((p("Version du logiciel labellisé") + p(""),), (p("Le client est") + p(options),)),
    )
    assert fields_of(data, "formulaire_4").filled is False


def test_neither_answer_is_given_where_both_boxes_are_empty() -> None:
    data = docx(p("Formulaire 2"), p("MySecu : espace activé / MySecu activated : ☐ Oui   ☐ Non"))
    assert "mysecu_actif" not in believed(fields_of(data, "formulaire_2"))
    assert fields_of(data, "formulaire_2").filled is False


def test_a_form_that_keeps_the_mark_alone_of_its_boxes_tells_the_choice() -> None:
    sheet = Sheet("Formulaire 3").text("Mode d'intégration")
    sheet.text("eConnector NG", 80).ticks("", [("Accès direct", True)], at=65)
    found = fields_of(sheet.pdf(), "formulaire_3").fields["mode_integration"]
    assert (found.value, found.confidence >= BELIEVED) == ("acces_direct", True)


@pytest.mark.parametrize(
    ("small", "read"),
    [
        ("Société Luxembourgeoise d'Informatique Médicale des Hôpitaux S.A.", True),
        ("tel que la raison sociale figure au registre de commerce depuis 2024", False),
    ],
)
def test_a_long_value_may_be_set_smaller_than_the_others(small: str, read: bool) -> None:
    sheet = Sheet("Formulaire 2")
    sheet.box_below([("Code prestataire", "123456-78"), ("E-mail", "a.weis@alpha.lu")])
    sheet.box_below([("Date", "12/05/2026"), ("Dénomination de l'Industriel", "")])
    sheet.y += 29
    sheet.text(small, 306, size=7)
    assert ("denomination" in fields_of(sheet.pdf(), "formulaire_2").fields) is read


def test_a_sample_that_goes_on_below_its_label_is_no_value() -> None:
    sheet = Sheet("Formulaire d'enrôlement").text("Konto (IBAN): (LU28 0019 4006")
    sheet.y += 24
    sheet.text("LU79 0010 7735 8119 9037", 240)
    sheet.y += 12
    sheet.text("4475 0000)")
    assert believed(fields_of(sheet.pdf(), "formulaire_1"))["iban"] == "LU790010773581199037"


def test_a_colon_that_had_no_room_on_the_label_s_line_leads_to_the_value() -> None:
    sheet = Sheet("Formulaire 2").text("Dénomination de l'Industriel *")
    sheet.y += 13
    sheet.text(":")
    sheet.y += 26
    sheet.text("Ardoise Médicale", 240).right("E-mail", "a.weis@alpha.lu")
    assert believed(fields_of(sheet.pdf(), "formulaire_2"))["denomination"] == "Ardoise Médicale"


def test_a_firm_whose_name_speaks_of_doctors_is_no_label() -> None:
    sheet = (
        Sheet("Formulaire d'enrôlement").right("Raison sociale", "Arztwerk S.A.").right("Nom du CEO", "Weis")
    )
    assert believed(fields_of(sheet.pdf(), "formulaire_1"))["denomination_sociale"] == "Arztwerk S.A."


@pytest.mark.parametrize(
    ("first", "second", "field", "value"),
    [
        (("o) Nom en lettres capitales du", "Léa Weis"), ("signataire*", ""), "signataire", "Léa Weis"),
        (("1.13 Name der unterschreibenden", ""), ("Person", "Léa Weis"), "signataire", "Léa Weis"),
        (
            ("Bank details (IBAN) (LU28 0019 4006", ""),
            ("4475 0000)", "LU79 0010 7735 8119 9037"),
            "iban",
            "LU790010773581199037",
        ),
    ],
)
def test_a_value_beside_either_line_of_its_label(
    first: tuple[str, str], second: tuple[str, str], field: str, value: str
) -> None:
    sheet = Sheet("Formulaire d'enrôlement")
    sheet.gap = 12
    sheet.right(*first, at=280).right(*second, at=280)
    assert believed(fields_of(sheet.pdf(), "formulaire_1"))[field] == value


def test_the_beginning_of_a_question_names_no_client() -> None:
    rows = [
        ("a) Livré par", "Medisoft SARL"),
        ("b) Le client est", ""),
        ("c) Adresse de livraison", "Praxis Weis"),
    ]
    got = fields_of(docx(p("Bon de livraison"), table(*rows)), "bon_de_livraison")
    assert "nom_client" not in got.fields


@pytest.mark.parametrize(
    "label", ["Name der Bank", "Name der Bank *", "Nom de la Banque", "Name of the Bank"]
)
def test_the_name_of_the_bank_is_nobody_s(label: str) -> None:
    data = docx(p("Formulaire 1"), table((label, ""), ("IBAN *", "")))
    assert fields_of(data, "formulaire_1").fields == {}


def test_a_list_fills_the_field_whose_choices_it_offers() -> None:
    from parsers.documents.reading import Widget
    from parsers.widget_names import named_claims

    form = load_forms(None).for_kind("bon_de_livraison")
    assert form is not None
    offers = tuple((text, text) for text in (" ", "Krankenhaus", "Ärztehaus (maison médicale)"))
    chosen = Widget(
        "t6", "choice", "acroform", "Krankenhaus", label="Angeschlossene Einrichtung", options=offers
    )
    [claim], _ = named_claims((chosen,), form)
    assert (claim.field, claim.value) == ("type_client", "etablissement_hospitalier")
