"""Habits of forms that others build: labels under the line, no colons, explanations, grey rules …"""

from __future__ import annotations

import io

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from parsers.documents.pdf import read_pdf
from parsers.documents.spaced_text import spaced_words
from parsers.layout.pages import sheets_of
from parsers.types import ReadOptions
from parsers.values import parse_value
from tests.parsers.form_builder import Sheet, docx, p, table
from tests.parsers.test_extract import believed, fields_of

READ = {"denomination": "Nova Santé SARL", "matricule": "1893120105732", "version_logiciel": "4.2.1"}
ROWS = [
    ("Industriel (dénomination)", "Nova Santé SARL"),
    ("Matricule", "1893 1201 05732"),
    ("Version du logiciel", "4.2.1"),
]


@pytest.mark.parametrize("how", ["{}", "({})"])
def test_labels_under_the_line_to_write_on(how: str) -> None:
    sheet = Sheet("Formulaire 3", gap=30)
    for label, value in (*ROWS, ("Date de signature", "12/05/2026")):
        sheet._put(value, 50, sheet.y)
        sheet.canvas.line(50, sheet.y - 3, 300, sheet.y - 3)
        sheet._put(how.format(label), 50, sheet.y - 11, 7)
        sheet.y -= sheet.gap
    got = fields_of(sheet.pdf(), "formulaire_3")
    assert believed(got) == {**READ, "date_signature": "2026-05-12"}


def test_what_is_set_larger_over_a_label_is_no_believed_value() -> None:
    sheet = Sheet("Formulaire 3", gap=30)
    sheet._put("Données du projet Alpha", 50, sheet.y, 14)
    sheet._put("(Nom de l'Industriel)", 50, sheet.y - 13, 7)
    for label, value in (*ROWS[1:], ("Date de signature", "12/05/2026")):
        sheet.y -= sheet.gap
        sheet._put(value, 50, sheet.y)
        sheet._put(f"({label})", 50, sheet.y - 11, 7)
    got = believed(fields_of(sheet.pdf(), "formulaire_3"))
    assert "denomination" not in got
    assert got["version_logiciel"] == "4.2.1"


def test_labels_in_brackets_under_what_is_written_in_word() -> None:
    answers = [*ROWS, ("Espace MySecu actif", "☐ Oui ☒ Non"), ("eHealth ID actif", "☒ Oui ☐ Non")]
    asked = [(value, f"({label})") for label, value in answers]
    forms = (
        [p(text) for row in asked for text in row],
        [table((f"<w:p/>{p(value)}{p(label)}",)) for value, label in asked],
        [table(*zip(*asked[n : n + 2], strict=True)) for n in (0, 2, 4)],
    )
    want = {key: value for key, value in READ.items() if not key.startswith("version")}
    for body in forms:
        got = fields_of(docx(p("Formulaire 2"), *body), "formulaire_2")
        assert believed(got) == {**want, "ehealth_actif": True}
        assert got.fields["mysecu_actif"].value is False


def test_one_character_in_each_of_a_table_s_cells() -> None:
    matricule, code = tuple("1893120105732"), tuple("123456-78")
    combs = (
        p("Matricule :") + table(matricule),  # under its label
        table(("Matricule", *matricule)),  # beside it
        table(("Matricule", table(matricule) + p("")), ("eHealth ID", "AB12")),  # in a cell of its own
    )
    for comb in combs:
        got = fields_of(
            docx(p("Formulaire 2"), comb, table(("Code prestataire", *code, "", ""))), "formulaire_2"
        )
        read = believed(got)
        assert (read["matricule"], read["code_prestataire"]) == ("1893120105732", "123456-78")


def test_numbers_in_the_columns_of_a_table_are_not_put_together() -> None:
    columns = ("Établissement", "Postes", "Imprimantes"), ("Cabinet A", "1", "2")
    got = fields_of(docx(p("Formulaire 4"), table(*columns), p("Nombre de postes : 1")), "formulaire_4")
    assert got.fields["nombre_postes"].value == 1


def test_notes_in_brackets_under_labels_are_none() -> None:
    notes = ("(nom de l'entreprise)", "(numéro matricule)", "(numéro de version)")
    rows = [(p(f"{label} :") + p(note), value) for (label, value), note in zip(ROWS, notes, strict=True)]
    assert believed(fields_of(docx(p("Formulaire 3"), table(*rows)), "formulaire_3")) == READ


def test_boxes_over_their_question_where_labels_stand_under_the_lines() -> None:
    sheet = Sheet("Formulaire 2", gap=30)
    boxes = "[ ] Oui   [x] Non", "[x] Oui   [ ] Non"
    asked = zip(("Espace MySecu actif", "eHealth ID actif"), boxes, strict=True)
    for label, value in (*ROWS[:2], *asked, ("Date de signature", "12/05/2026")):
        sheet._put(value, 50, sheet.y)
        sheet._put(label, 50, sheet.y - 11, 7)
        sheet.y -= sheet.gap
    got = fields_of(sheet.pdf(), "formulaire_2").fields
    assert (got["mysecu_actif"].value, got["ehealth_actif"].value) == (False, True)


@pytest.mark.parametrize("line", ["Fax-Nr. : 1893 1201 05732", "Traité par : 1893 1201 05732"])
def test_a_line_with_a_label_of_its_own_is_no_value_above_an_empty_one(line: str) -> None:
    got = fields_of(
        docx(p("Formulaire 2"), p("Industriel : Nova"), p(line), p("Matricule MySecu :")), "formulaire_2"
    )
    assert "matricule_mysecu" not in got.fields


@pytest.mark.parametrize(
    "label", ["Adresse e-mail du correspondant local", "Matricule du correspondant local"]
)
def test_a_value_that_proves_itself_is_not_believed_under_a_label_in_unknown_words(label: str) -> None:
    value = "info@nova.lu" if "mail" in label else "1893120105732"
    assert not believed(fields_of(docx(p("Formulaire 3"), p(f"{label} zuständig : {value}")), "formulaire_3"))


def test_labels_above_stay_with_what_is_below_them() -> None:
    sheet = Sheet("Formulaire 2")
    for label, value in (ROWS[1], ("Matricule MySecu", "2003 248 1044"), ("Code prestataire", "123456-78")):
        sheet.below(label, value)
    got = believed(fields_of(sheet.pdf(), "formulaire_2"))
    assert (got["matricule"], got["matricule_mysecu"]) == ("1893120105732", "20032481044")


def test_an_explanation_between_label_and_value_is_no_value() -> None:
    helps = (
        "Le nom doit être identique dans tous les documents.",
        "Indiquez votre numéro à 13 positions.",
        "Cette version seule sera labélisée.",
    )
    rows = [
        f"<w:p><w:r><w:t>{label}</w:t></w:r></w:p>{p(text)}{p(value)}"
        for (label, value), text in zip(ROWS, helps, strict=True)
    ]
    got = fields_of(docx(p("Formulaire 3"), *(table((row,)) for row in rows)), "formulaire_3")
    assert believed(got) == READ


def test_a_label_without_a_colon_in_words_that_no_list_has() -> None:
    got = fields_of(
        docx(
            p("Formulaire 2"),
            p("Matricule sous lequel le code prestataire a été attribué * 1893 1201 05732"),
            p("Hersteller (Industriel) (*) (Nom de l'éditeur) Nova Santé SARL"),
        ),
        "formulaire_2",
    )
    assert believed(got) == {"matricule": "1893120105732", "denomination": "Nova Santé SARL"}


@pytest.mark.parametrize("grey", [0.0, 0.6, 0.8])
def test_the_colour_of_a_table_s_lines_says_nothing(grey: float) -> None:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=True)
    canvas.drawString(50, 790, "Formulaire 3")
    canvas.setFillGray(grey)
    for number in range(4):
        canvas.rect(50, 740 - 40 * number, 400, 0.7, stroke=0, fill=1)
    for x in (50, 180, 450):
        canvas.rect(x, 620, 0.7, 120, stroke=0, fill=1)
    canvas.setFillGray(0)
    for number, (label, value) in enumerate(ROWS):
        for line, text in enumerate(label.split(" ", 1)):
            canvas.drawString(54, 728 - 40 * number - 13 * line, text)
        canvas.drawString(184, 715 - 40 * number, value)
    canvas.save()
    assert believed(fields_of(out.getvalue(), "formulaire_3")) == READ


def test_spaced_letters_are_words() -> None:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=True)
    for number, text in enumerate(("Formulaire 3", *(f"{label} : {value}" for label, value in ROWS))):
        line = canvas.beginText(50, 790 - 24 * number)
        line.setCharSpace(4)
        line.textOut(text)
        canvas.drawText(line)
    canvas.save()
    got = fields_of(out.getvalue(), "formulaire_3").fields
    assert {key: value.value for key, value in got.items()} == READ


@pytest.mark.parametrize(("blank", "clear"), [(3.0, True), (1.9, False)])
def test_the_blanks_of_spaced_letters_are_a_guess_where_they_are_hardly_wider(
    blank: float, clear: bool
) -> None:
    steps = (0.0, 6.0, 6.0, 7.2, 6.0, 6.0 + blank, 6.0, 6.0)  # one letter is narrow, one blank among them
    lefts = [sum(steps[: n + 1]) for n in range(len(steps))]
    letters = [(c, x, 10.0, x, x + 5.0, 10.0) for c, x in zip("NovaSoft", lefts, strict=True)]
    found = spaced_words(letters)
    assert [(text, sure) for text, _, _, sure in found] == [("NovaS", clear), ("oft", clear)]


@pytest.mark.parametrize(
    "text", ["voir annexe 2", "cf. annexe", "siehe Anlage", "see attached", "Voir annexe (B)"]
)
def test_a_value_that_stands_elsewhere_is_absent(text: str) -> None:
    assert parse_value("text", text).problem == "absent"


@pytest.mark.parametrize("name", ["Dr. Software S.à r.l.-S", "Docteur & Code e.K.", "Only Med SARL"])
def test_a_firm_keeps_the_whole_of_its_name(name: str) -> None:
    assert parse_value("company_or_person", name).value == name


def test_labels_set_right_before_their_boxes_in_a_section_s_frame() -> None:
    sheet = Sheet("Formulaire 3")
    rows = (*ROWS, ("Courriel", "anne.thill@clineo.lu"))
    sheet.canvas.rect(45, sheet.y - 4 * sheet.gap, 500, 4 * sheet.gap)
    for label, value in rows:
        sheet.y -= sheet.gap
        sheet.canvas.drawRightString(215, sheet.y + 5, label)
        sheet.canvas.rect(220, sheet.y, 300, 16)
        sheet._put(value, 224, sheet.y + 5)
    got = fields_of(sheet.pdf(), "formulaire_3")
    assert believed(got) == {**READ, "email": "anne.thill@clineo.lu"}


@pytest.mark.parametrize(("end", "sure"), [("com", True), ("lu", True), ("co", False), ("soft", False)])
def test_an_address_of_mail_whose_end_is_uncommon_may_be_cut_off(end: str, sure: bool) -> None:
    sheet = Sheet("Formulaire 2").right("E-mail", f"a.weis@alpha.{end}").right("Logiciel", "Praxa")
    assert ("email" in believed(fields_of(sheet.pdf(), "formulaire_2"))) is sure


def test_two_names_with_a_comma_are_no_last_name() -> None:
    sheet = Sheet("Formulaire d'enrôlement").boxed("Geschäftsführer", "da Costa Pereira, Kim")
    sheet.boxed("Vorname des Geschäftsführers", "Kim")
    assert "ceo_nom" not in believed(fields_of(sheet.pdf(), "formulaire_1"))


def test_a_comma_between_both_names_is_no_doubt_where_both_are_asked_for() -> None:
    sheet = Sheet("Formulaire 2").boxed("Signataire (nom, prénom)", "da Costa Pereira, Kim")
    assert believed(fields_of(sheet.pdf(), "formulaire_2"))["signataire"] == "da Costa Pereira, Kim"


@pytest.mark.parametrize(
    ("text", "services", "sure"),
    [
        ("Remboursement, PID v2", ["remboursement", "pid_v2"], True),
        ("PID v2 et remboursement", ["remboursement", "pid_v2"], True),
        ("PID v2", ["pid_v2"], True),
        ("Remboursement / PID v2", ["remboursement", "pid_v2"], False),  # of which one is to be struck out
        ("PID v2, eRX", ["pid_v2"], False),
        ("eRX", None, False),
    ],
)
def test_services_that_are_typed(text: str, services: list[str] | None, sure: bool) -> None:
    got = fields_of(docx(p("Formulaire 3"), table(("Services testés", text))), "formulaire_3").fields
    value = got.get("services")
    assert (value and value.value) == services
    assert (value is not None and value.confidence >= 0.9) == sure


def test_services_to_choose_from_are_not_those_chosen() -> None:
    body = p("Services testés :"), p("Remboursement"), p("PID v2")
    assert "services" not in believed(fields_of(docx(p("Formulaire 3"), *body), "formulaire_3"))


@pytest.mark.parametrize(
    "asked",
    [
        p("Votre eHealth ID est-il actif ? oui"),
        p("Ist Ihre eHealth-ID aktiviert? ja"),
        table((p("eHealth ID actif") + p("Oui"),)),
        table(("eHealth ID actif",), ("Oui",)),
    ],
)
def test_a_typed_yes(asked: str) -> None:
    got = fields_of(docx(p("Formulaire 2"), asked, *(table(row) for row in ROWS[:2])), "formulaire_2")
    assert got.fields["ehealth_actif"].value is True


def test_the_last_label_of_an_odd_number_has_its_value_below_it_like_the_others() -> None:
    rows = [
        ("Nom de l'Industriel", "Matricule"), ("Nova Santé SARL", "1893120105732"),
        ("E-mail", "Date"), ("info@nova.lu", "12/05/2026"),
        ("Nom du signataire", ""), ("Aline Thill", ""),
    ]  # fmt: skip
    odd = docx(p("Formulaire 2") + table(*rows))
    assert believed(fields_of(odd, "formulaire_2"))["signataire"] == "Aline Thill"
    other = docx(p("Formulaire 2") + table(*rows[:5], ("Direction", "Aline Thill")))
    assert "signataire" not in fields_of(other, "formulaire_2").fields


def test_an_answer_that_is_another_label_s_word() -> None:
    for body in (
        [p("Type de client : Prestataire"), p("Nom du client : Weis")],
        [
            p(t)
            for t in (
                "Matricule :",
                "1893120105732",
                "Type de client :",
                "Prestataire",
                "Nom du client :",
                "Weis",
            )
        ],
        [table(("Type de client", "Prestataire"), ("Nom du client", "Weis"))],
    ):
        got = fields_of(docx(p("Formulaire 4"), *body), "formulaire_4").fields
        assert (got["type_client"].value, got["nom_client"].value) == ("prestataire", "Weis")
    got = fields_of(
        docx(p("Formulaire 4"), p("Type de client"), p("Prestataire"), p("Jo Weis")), "formulaire_4"
    ).fields
    assert "type_client" not in got


def test_a_product_s_name_may_end_in_a_plus() -> None:
    got = fields_of(docx(p("Formulaire 3"), p("Praxissoftware: MediSoft+")), "formulaire_3")
    assert believed(got) == {"nom_logiciel": "MediSoft+"}


def test_the_date_of_the_request_is_the_form_s_and_that_of_what_is_requested_is_not() -> None:
    sheet = Sheet("Formulaire 1").inline("Dén. sociale", "Nova Santé SARL")
    sheet.inline("Date de la demande", "12/05/2026")
    got = believed(fields_of(sheet.pdf(), "formulaire_1"))
    assert (got["denomination_sociale"], got["date_signature"]) == ("Nova Santé SARL", "2026-05-12")
    other = Sheet("Formulaire 4").inline("Date de la demande de labélisation", "12/05/2026")
    assert "date_signature" not in believed(fields_of(other.pdf(), "formulaire_4"))


def test_a_choice_written_as_the_scheme_words_it() -> None:
    sheet = Sheet("Formulaire 4").inline(
        "Type de client", "Centre médical ou dentaire loué sous forme flexible"
    )
    assert believed(fields_of(sheet.pdf(), "formulaire_4"))["type_client"] == "centre_flexible"


def test_a_choice_under_its_label_is_no_second_line_of_it() -> None:
    rows = [(p("Type de demande") + p("Nouvelle demande"), ""), ("Matricule", "1893120105732")]
    got = fields_of(docx(p("Formulaire 3"), table(*rows)), "formulaire_3").fields
    assert got["type_demande"].value == "nouvelle"


def test_a_list_whose_choices_are_stored_in_other_words_is_read_as_it_shows() -> None:
    offers = '<w:listItem w:displayText="Mise à jour majeure" w:value="0"/>'
    chosen = (
        f"<w:p><w:sdt><w:sdtPr><w:dropDownList>{offers}</w:dropDownList></w:sdtPr>"
        "<w:sdtContent><w:r><w:t>Mise à jour majeure</w:t></w:r></w:sdtContent></w:sdt></w:p>"
    )
    got = fields_of(docx(p("Formulaire 3"), table(("Objet de la demande :", chosen))), "formulaire_3").fields
    assert (got["type_demande"].value, got["type_demande"].raw) == (
        "mise_a_jour_majeure",
        "Mise à jour majeure",
    )


def test_one_value_in_bold_does_not_say_that_all_are() -> None:
    body = [p("Matricule"), p("1893120105732", bold=True), p("Version du logiciel"), p("4.2.1")]
    got = fields_of(docx(p("Formulaire 3"), *body, p("Date de signature"), p("12/05/2026")), "formulaire_3")
    assert {"version_logiciel", "date_signature"} <= got.fields.keys()


def test_an_abbreviated_number_ends_no_sentence() -> None:
    line = "IBAN / IBAN-Nr. (LU28 0019 4006 4475 0000): LU90 0029 2476 2729 6884"
    assert believed(fields_of(docx(p("Formulaire 1"), p(line)), "formulaire_1")) == {
        "iban": "LU900029247627296884"
    }


def test_an_equals_sign_ends_a_label_as_a_colon_does() -> None:
    sheet = Sheet("Formulaire 1", gap=14)
    sheet.text("Dénomination / Registered name = Nova Santé SARL")
    sheet.text("Dirigeant : nom / Last name of the CEO = Frising")
    got = believed(fields_of(sheet.pdf(), "formulaire_1"))
    assert got == {"denomination_sociale": "Nova Santé SARL", "type_personne": "morale"}


def test_questions_over_their_boxes_keep_them_where_labels_stand_under_lines() -> None:
    sheet = Sheet("Formulaire 2", gap=28)
    for label, value in (("Code prestataire", "123406-15"), ("Matricule", "1893 1201 05732")):
        sheet._put(value, 50, sheet.y)
        sheet.canvas.line(50, sheet.y - 3, 300, sheet.y - 3)
        sheet._put(label, 50, sheet.y - 11, 7)
        sheet.y -= sheet.gap
    for question, yes in (("eHealth ID activé", True), ("MySecu : espace activé", False)):
        sheet.text(question).ticks("", [("Oui", yes), ("Non", not yes)])
    got = fields_of(sheet.pdf(), "formulaire_2").fields
    assert (got["ehealth_actif"].value, got["mysecu_actif"].value) == (True, False)


def test_a_note_and_an_arrow_lead_to_the_value() -> None:
    sheet = Sheet("Formulaire 4").right("Nom du client", "(nom) -> CoMed Space Esch")
    got = fields_of(sheet.right("Date de signature", "12/05/2026").pdf(), "formulaire_4").fields
    assert got["nom_client"].value == "CoMed Space Esch"


def test_a_capital_set_apart_from_its_word_is_its_first_letter() -> None:
    sheet = Sheet("Formulaire 3")
    sheet._put("Date de signature", 50, sheet.y)
    sheet._put("V", 220, sheet.y)
    sheet.canvas.drawString(50, 100, "Page 1")
    sheet._put("itasoft", 220 + sheet.canvas.stringWidth("V", "Helvetica", sheet.size), sheet.y)
    assert "Vitasoft" in [s.text for s in sheets_of(read_pdf(sheet.pdf(), ReadOptions()))[0].segments]


@pytest.mark.parametrize("x", [364, 374])
def test_a_value_with_other_words_printed_over_it_is_doubted(x: float) -> None:
    sheet = Sheet("Formulaire 3")
    firm = "Da Silva & Frising Informatique S.A."
    for beside, (label, value) in zip(
        ("N° BL", "Client", "Page"), [("Dénomination", firm), *ROWS[1:]], strict=True
    ):
        sheet._put(beside, x, sheet.y)
        sheet.right(label, value)
    assert "denomination" not in believed(fields_of(sheet.pdf(), "formulaire_3"))


def test_nothing_is_read_below_a_line_to_write_on_that_was_left_empty() -> None:
    body = [
        p("Nom : ______________"),
        p("Prénom : ______________"),
        p("Coordonnées"),
        p("Matricule : __________"),
    ]
    got = fields_of(docx(p("Formulaire 1"), *body), "formulaire_1")
    assert (got.fields, got.filled) == ({}, False)


@pytest.mark.parametrize(
    ("kind", "label", "field"),
    [
        ("formulaire_3", "Name of the business software", "nom_logiciel"),
        ("formulaire_4", "Manager in charge", "responsable"),
    ],
)
def test_further_english_labels(kind: str, label: str, field: str) -> None:
    body = table((label, "Anouk Braun"))
    assert believed(fields_of(docx(p("Formulaire"), body), kind)) == {field: "Anouk Braun"}
