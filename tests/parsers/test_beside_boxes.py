"""Boxes to tick whose words are broken over lines, stand before them, or head their column."""

from __future__ import annotations

from typing import Any

import pytest

from tests.parsers.form_builder import Sheet, docx, flattened, p, table
from tests.parsers.test_extract import believed, fields_of

INTRO = (("Industriel", "Nova Santé SARL"), ("Matricule", "1893120105732"), ("Version labélisée", "4.2"))
BEHIND = (
    "[ ] Prestataire individuel [ ] Maison",
    "médicale [ ] Établissement",
    "hospitalier [x] Centre à location",
    "flexible",
)
BEFORE = (
    "Prestataire individuel [ ] Maison",
    "médicale [ ] Établissement",
    "hospitalier [ ] Centre à location",
    "flexible [x]",
)


def form_4(lines: tuple[str, ...], framed: bool) -> bytes:
    """A question in a narrow column, without colons, its answers broken where the column ends."""
    sheet = Sheet("Formulaire 4 : demande de raccordement")
    for label, value in INTRO:
        sheet.right(label, value)
    top = sheet.y + 14
    sheet._put("Type de client raccordé", 50, sheet.y)
    for number, line in enumerate(lines):
        sheet._put(line, 222, sheet.y - 12 * number)
    if framed:
        sheet.canvas.rect(46, top - 60, 170, 60)
        sheet.canvas.rect(216, top - 60, 160, 60)
    sheet.y = top - 85
    sheet.right("Nom du client raccordé", "Dr Léa Weis")
    return sheet.pdf()


@pytest.mark.parametrize("framed", [True, False])
@pytest.mark.parametrize("lines", [BEHIND, BEFORE])
def test_answers_that_go_on_in_the_next_line(lines: tuple[str, ...], framed: bool) -> None:
    got = believed(fields_of(form_4(lines, framed), "formulaire_4"))
    assert (got["type_client"], got["nom_client"]) == ("centre_flexible", "Dr Léa Weis")


@pytest.mark.parametrize("under", ["Gewählte Integration :", "Alles Weitere folgt"])
def test_what_stands_under_a_row_of_answers_is_no_word_of_theirs(under: str) -> None:
    sheet = Sheet("Formulaire 3 : démarrage de la labélisation")
    for label, value in INTRO:
        sheet.right(label, value)
    sheet.gap = 12
    sheet._put("Intégration prévue /", 50, sheet.y)
    sheet.text("via eConnector NG [x]      Services directs [ ]", 248).text(under)
    assert believed(fields_of(sheet.pdf(), "formulaire_3"))["mode_integration"] == "econnector_ng"


def test_a_grid_with_its_answers_above() -> None:
    sheet = Sheet("Formulaire 2 : environnement de test")
    for label, value in (("Industriel", "Nova Santé SARL"), ("Code prestataire", "735926-39")):
        sheet.right(label, value)
    for x, head in ((402, "Oui"), (452, "Non")):
        sheet._put(head, x, sheet.y)
    for number, (question, marks) in enumerate(
        (("eHealth ID actif", ("[x]", "[ ]")), ("Espace MySecu actif", ("[ ]", "[x]"))), 1
    ):
        sheet._put(question, 50, sheet.y - 16 * number)
        for x, mark in zip((404, 454), marks, strict=True):
            sheet._put(mark, x, sheet.y - 16 * number)
    fields = fields_of(sheet.pdf(), "formulaire_2").fields
    assert (fields["ehealth_actif"].value, fields["mysecu_actif"].value) == (True, False)


def services_of(*rows: tuple[str, str]) -> Any:
    got = fields_of(docx(p("Formulaire 3"), table(("Industriel", "Nova Santé SARL"), *rows)), "formulaire_3")
    return {k: got.fields[k].value for k in ("type_demande", "services") if k in got.fields}


def test_a_cross_typed_for_the_box_where_other_boxes_begin_their_lines() -> None:
    both = services_of(
        ("Type de demande", "☐ Nouvelle demande X Mise à jour majeure"),
        ("Services testés", "X Remboursement X PID v2"),
    )
    assert both == {"type_demande": "mise_a_jour_majeure", "services": ["remboursement", "pid_v2"]}
    assert services_of(("Nom du logiciel", "X Santé")) == {}


def test_an_answer_that_touches_its_question() -> None:
    sheet = Sheet("Formulaire d'enrôlement").right("Raison sociale", "Nova Santé SARL", at=300)
    sheet.text("1.13 A déjà participé à SONS Vague 1 Oui [x]      Non [ ]")
    assert believed(fields_of(sheet.pdf(), "formulaire_1"))["participation_vague_1"] is True


def test_boxes_that_touch_in_a_column_with_words_behind_each() -> None:
    sheet = Sheet("Formulaire 4 : demande de raccordement")
    for label, value in INTRO:
        sheet.right(label, value)
    sheet._put("Type de client raccordé", 50, sheet.y)
    for number, text in enumerate(("Prestataire", "Maison médicale", "Établissement hospitalier")):
        sheet.canvas.rect(240, sheet.y - 2 - 12 * number, 12, 12)
        sheet._put(text, 255, sheet.y - 12 * number)
    sheet._put("X", 243, sheet.y - 12)
    assert believed(fields_of(sheet.pdf(), "formulaire_4"))["type_client"] == "maison_medicale"


def test_the_only_box_of_a_row_is_its_only_words_however_far() -> None:
    sheet = Sheet("Formulaire 1")
    for label, value in (("Matricule", "1893 1201 05732"), ("Adresse électronique", "info@nova.example")):
        sheet.right(label, value)
    sheet._put("[x]", 120, sheet.y)
    sheet._put("Participation au SONS Vague 1", 240, sheet.y)
    assert fields_of(sheet.pdf(), "formulaire_1").fields["participation_vague_1"].value is True


def test_the_next_question_behind_a_row_s_last_box_is_none_of_its_answers() -> None:
    sheet = Sheet("Formulaire 3")
    for label, value in (("Industriel", "Nova Santé SARL"), ("Matricule", "1893 1201 05732")):
        sheet.right(label, value)
    sheet.text("Services testés :").text("Remboursement [x]   PID v2 [x]")
    sheet.y += sheet.gap
    sheet._put("Date de fin des tests", 222, sheet.y + 3)
    got = fields_of(sheet.pdf(), "formulaire_3").fields["services"]
    assert got.value == ["remboursement", "pid_v2"]


def test_the_next_cell_is_no_answer_of_a_row_with_its_boxes_behind() -> None:
    answers = (
        "Einzelner Leistungserbringer / Prestataire ☐   Maison médicale (Ärztehaus) / Maison médicale ☒   "
        "Krankenhaus ☐   Flexibel gemietetes Zentrum / Centre médical / dentaire flexible ☐"
    )
    rows = (("Kundentyp", "Name des Kunden"), (answers, "Maison médicale de la Vallée"))
    got = fields_of(docx(p("Formulaire 4"), table(*rows)), "formulaire_4").fields["type_client"]
    assert got.value == "maison_medicale"


@pytest.mark.parametrize("style", ["cross", "check", "circle", "star", "diamond"])
def test_whatever_shape_a_flattened_tick_has(style: str) -> None:
    sheet = Sheet("Formulaire 3").text("Services testés :")
    for number, (words, on) in enumerate((("PID v2", True), ("Remboursement", True), ("Autre", False))):
        sheet.canvas.acroForm.checkbox(
            name=f"box{number}", x=200 + 110 * number, y=748, size=10, buttonStyle=style, checked=on
        )
        sheet._put(words, 214 + 110 * number, 750)
    got = believed(fields_of(flattened(sheet.pdf()), "formulaire_3"))
    assert got["services"] == ["remboursement", "pid_v2"]
