"""Values over dots, of several lines, in cells and columns that only lines divide, and what is none."""

from __future__ import annotations

import io

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from parsers.forms import load_forms
from parsers.labels.index import index_of
from parsers.labels.text import match_text
from parsers.values import parse_value
from tests.parsers.form_builder import Sheet, docx, p, table
from tests.parsers.test_classify import kinds
from tests.parsers.test_extract import believed, fields_of


def test_a_box_that_a_line_divides_is_two_cells() -> None:
    sheet = Sheet("Formulaire 3", gap=40)
    row = (("Industriel", "Nova Santé SARL"), ("Nom du logiciel", "MediX"))
    for number, (label, value) in enumerate(row):
        x = 50 + 245 * number
        sheet.canvas.rect(x, sheet.y - 5, 245, 20)
        sheet.canvas.line(x + 90, sheet.y - 5, x + 90, sheet.y + 15)
        sheet._put(label, x + 3, sheet.y)
        sheet._put(value, x + 94, sheet.y)
    sheet.y -= 40
    got = believed(fields_of(sheet.inline("Version", "4.2.1").pdf(), "formulaire_3"))
    assert got == {"denomination": "Nova Santé SARL", "nom_logiciel": "MediX", "version_logiciel": "4.2.1"}


@pytest.mark.parametrize("start", [-1.0, 0.0, 4.0])
def test_a_value_on_the_dots_is_whole(start: float) -> None:
    sheet = Sheet("Formulaire 3")
    for label, value in (("Signataire", "Yves Van den Broeck"), ("Date", "13 avril 2025")):
        sheet._put(f"{label} :", 50, sheet.y)
        end = 53 + sheet.canvas.stringWidth(f"{label} :", "Helvetica", 10)
        sheet._put("." * 90, end, sheet.y)
        sheet._put(value, end + start, sheet.y)
        sheet.y -= sheet.gap
    got = believed(fields_of(sheet.pdf(), "formulaire_3"))
    assert got == {"signataire": "Yves Van den Broeck", "date_signature": "2025-04-13"}


@pytest.mark.parametrize(
    "heads", [("Pour l'Industriel", "Pour l'AeS"), ("Für die AeS", "Für die Herstellerin")]
)
def test_each_party_signs_in_its_own_column(heads: tuple[str, str]) -> None:
    sheet = Sheet("Accord de non-divulgation « Industriels »", gap=14)
    sheet.inline("Entre (l'Industriel)", "Nova Santé SARL")
    top = sheet.y
    for x, head in zip((50, 320), heads, strict=True):
        sheet.y = top
        ours = "AeS" not in head
        name, rest, day = (
            ("Sébastien", "Martins Pereira", "7.7.2025") if ours else ("Jean", "Exemple", "9.9.2025")
        )
        sheet.text(head, x, bold=True).text(f"Nom du signataire : {name}", x)
        sheet.gap = 30
        sheet.text(rest, x)
        sheet.gap = 14
        sheet.text(f"Date : {day}", x)
    got = fields_of(sheet.pdf(), "nda")
    assert got.fields["date_signature"].value == "2025-07-07"
    signatory = got.fields["signataire"]
    assert signatory.value == "Sébastien Martins Pereira" or signatory.confidence < 0.95


def test_both_parties_sign_one_under_the_other() -> None:
    sheet = Sheet("NDA « Industriels »").inline("Entre (l'Industriel)", "Nova Santé SARL")
    sheet.text("Pour l'Industriel").inline("Signataire", "Léa Weis").inline("Date", "07.07.2025").text(
        "Signature :"
    )
    sheet.text("Pour l'AeS").inline("Signataire", "Jean Exemple").inline("Date", "09.09.2025").text(
        "Signature :"
    )
    got = believed(fields_of(sheet.pdf(), "nda"))
    assert (got["signataire"], got["date_signature"]) == ("Léa Weis", "2025-07-07")


def test_a_party_s_name_ends_before_its_number() -> None:
    sheet = Sheet("Geheimhaltungsvereinbarung – Industriels")
    sheet.text("Zwischen : Praxis Alzette IT, AG, Matrikel 1980 24 31166, im Folgenden „Industriel“,")
    assert fields_of(sheet.pdf(), "nda").fields["denomination"].value == "Praxis Alzette IT, AG"


def test_explained_labels_under_their_lines() -> None:
    sheet = Sheet("Formulaire 3", gap=34)
    rows = (
        ("Nova Santé SARL", "1. Industriel :"),
        ("1893 1201 05732", "2. Matricule : (13 chiffres)"),
        ("a@nova.lu", "3. E-mail : (exemple@domaine.lu)"),
        ("12/05/2026", "4. Date : (JJ/MM/AAAA)"),
    )
    for value, label in rows:
        sheet._put(value, 50, sheet.y)
        sheet._put(label, 50, sheet.y - 11, 7)
        sheet.y -= sheet.gap
    sheet._put("Logiciel", 50, sheet.y, 11, bold=True)
    sheet._put("5. Nom du logiciel :", 50, sheet.y - 12, 7)
    got = believed(fields_of(sheet.pdf(), "formulaire_3"))
    assert got["denomination"] == "Nova Santé SARL"
    assert "nom_logiciel" not in got
    assert got["date_signature"] == "2026-05-12"


@pytest.mark.parametrize(
    "hint", [("IBAN (LU__ ____ ____ ____ ____)",), ("Konto (IBAN): (LU28 0019 4006", "4475 0000)")]
)
def test_a_sample_in_brackets_is_no_value(hint: tuple[str, ...]) -> None:
    sheet = Sheet("Formulaire 1", gap=12)
    sheet._put("LU75 0194 5368 4107 0279", 330, sheet.y)
    for line in hint:
        sheet.text(line)
    assert fields_of(sheet.pdf(), "formulaire_1").fields["iban"].value == "LU750194536841070279"


def test_cells_with_the_tooltip_of_their_column() -> None:
    sheet = Sheet("Bon de livraison – postes de travail raccordés").inline("Fournisseur", "Nova Santé SARL")
    sheet.ruled([("Nom du prestataire", "Code prestataire", "Postes"), *[("", "", "")] * 2], (200, 150, 80))
    values = (("Jean Weis", "111111-11", "3"), ("Léa Thill", "222222-22", "9"))
    top = 790 - 40 - sheet.gap + 12
    pdf = pikepdf.open(io.BytesIO(sheet.pdf()))
    fields = Array()
    for line, row in enumerate(values, 1):
        for x, text, tip in zip(
            (50, 250, 400), row, ("Prestataires raccordés", "Code prestataire", ""), strict=True
        ):
            low = top - 20 * (line + 1)
            box = Array([x + 3, low + 2, x + 75, low + 18])
            widget = Dictionary(
                Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, Rect=box, F=4, T=String(f"T{len(fields)}"),
                V=String(text), TU=String(tip),
            )  # fmt: skip
            fields.append(pdf.make_indirect(widget))
    pdf.pages[0].Annots = fields
    pdf.Root.AcroForm = Dictionary(Fields=fields)
    out = io.BytesIO()
    pdf.save(out)
    assert fields_of(out.getvalue(), "bon_de_livraison").fields["prestataires"].value == [
        {"nom": "Jean Weis", "code_prestataire": "111111-11", "postes": 3},
        {"nom": "Léa Thill", "code_prestataire": "222222-22", "postes": 9},
    ]


def test_a_sentence_broken_before_the_name_of_a_document_is_no_title() -> None:
    sheet = Sheet("", gap=12).text(
        "Faut-il joindre à notre logiciel MediX, version 4.2, en cours de labélisation,"
    )
    sheet.text("l'attestation de réussite des tests ?").text("Léa Weis")
    assert kinds(sheet.pdf()) == ["other"]


def test_letters_count_labels_to_the_end_of_the_alphabet() -> None:
    form = load_forms(None).for_kind("formulaire_1")
    assert form is not None
    assert match_text("o) Nom et prénom du signataire*", index_of(form.fields)) == (
        ("signataire",),
        "exact",
        1.0,
    )


def test_initials_do_not_end_a_street() -> None:
    form = load_forms(None).for_kind("formulaire_1")
    assert form is not None
    address = parse_value("text", "93 avenue J.F.\nKennedy\nL-3895 Foetz", form.field("adresse"))
    assert address.value == "93 avenue J.F. Kennedy, L-3895 Foetz"


@pytest.mark.parametrize("turns", [90, 180, 270])
def test_a_turned_page_in_a_typewriter_s_face_keeps_its_words(turns: int) -> None:
    sheet = Sheet("Formulaire 3", value_font="Courier")
    rows = (("Industriel", "L'Étoile du Nord S.e.n.c."), ("Version", "4.2.1"), ("Signataire", "Léa O'Connor"))
    for label, value in rows:
        sheet.right(label, value)
    with pikepdf.open(io.BytesIO(sheet.pdf())) as pdf:
        page = pdf.pages[0]
        width, height = float(page.mediabox[2]), float(page.mediabox[3])
        turn = {
            90: (0, 1, -1, 0, height, 0),
            180: (-1, 0, 0, -1, width, height),
            270: (0, -1, 1, 0, 0, width),
        }
        page.contents_add(f"q {' '.join(map(str, turn[turns]))} cm ".encode(), prepend=True)
        page.contents_add(b" Q")
        if turns != 180:
            page.mediabox = Array([0, 0, height, width])
        page.rotate(turns, relative=False)
        out = io.BytesIO()
        pdf.save(out)
    got = believed(fields_of(out.getvalue(), "formulaire_3"))
    assert (got["denomination"], got["signataire"]) == ("L'Étoile du Nord S.e.n.c.", "Léa O'Connor")


def test_a_column_of_colons_is_the_labels() -> None:
    rows = [(p("Industriel"), p(":"), p("Nova Santé SARL")), (p("Version"), p(":"), p("4.2.1"))]
    assert believed(fields_of(docx(p("Formulaire 3"), table(*rows)), "formulaire_3")) == {
        "denomination": "Nova Santé SARL",
        "version_logiciel": "4.2.1",
    }


def test_labels_set_to_the_right_end_before_their_values() -> None:
    sheet = Sheet("Formulaire 2")
    rows = (
        ("Industriel :", "Nova Santé SARL"),
        ("E-mail :", "a@nova.lu"),
        ("Code prestataire :", "735926-39"),
    )
    broken = ("Matricule ayant servi à l'obtention du code", "1893 1201 05732"), ("prestataire :", "")
    for label, value in (*rows, *broken):
        sheet._put(label, 260 - sheet.canvas.stringWidth(label, "Helvetica", 10), sheet.y)
        sheet._put(value, 267, sheet.y)
        sheet.y -= 12
    got = believed(fields_of(sheet.pdf(), "formulaire_2"))
    assert (got["matricule"], got["denomination"]) == ("1893120105732", "Nova Santé SARL")


def test_the_middle_line_of_a_name_may_read_like_a_label() -> None:
    sheet = Sheet("Formulaire 3", gap=12)
    lines = ("Nom de", "l'Industriel", "(éditeur)")
    for label, value in zip(lines, ("Krämer & Co", "– Éditeur de", "logiciels S.A."), strict=True):
        sheet.right(label, value)
    sheet.gap = 30
    sheet.text("").right("Version", "4.2.1")
    name = fields_of(sheet.pdf(), "formulaire_3").fields["denomination"]
    assert (
        str(name.value).replace(", ", " ") == "Krämer & Co – Éditeur de logiciels S.A."
        or name.confidence < 0.95
    )


def test_a_note_under_a_label_may_say_that_it_is_another() -> None:
    sheet = Sheet("Formulaire 2", gap=11)
    sheet.right("Matricule", "1893 1201 05732").text("(enrôlement MySecu) :")
    assert believed(fields_of(sheet.pdf(), "formulaire_2")) == {"matricule_mysecu": "1893120105732"}


def test_a_name_may_hold_a_word_of_other_labels() -> None:
    sheet = Sheet("Formulaire 4").right("Client raccordé", "CHNord – site de Luxembourg")
    assert believed(fields_of(sheet.pdf(), "formulaire_4")) == {"nom_client": "CHNord – site de Luxembourg"}


def test_the_end_of_a_note_in_brackets_is_not_believed() -> None:
    sheet = Sheet("Formulaire 1", gap=12)
    lines = ("Immatriculation au RCS / Trade and", "companies register (RCS) (p. ex. B", "123456)")
    for line in lines:
        sheet.text(line)
    assert "rcs" not in believed(fields_of(sheet.pdf(), "formulaire_1"))
