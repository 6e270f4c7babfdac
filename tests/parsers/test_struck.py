"""Words that somebody struck out say nothing, and what is left beside them is in doubt."""

from __future__ import annotations

import io

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name
from reportlab.pdfbase.pdfmetrics import stringWidth

from tests.parsers.form_builder import Sheet, docx
from tests.parsers.test_extract import BELIEVED, believed, fields_of

IBAN, OTHER = "LU280019400644750000", "LU800031918051260893"


def lined(sheet: Sheet, words: str, at: float, above: float, thick: float = 0.6) -> Sheet:
    """A line as long as the words that stand at `at`, `above` points over the baseline of the next row."""
    sheet.canvas.rect(at, sheet.y + above, stringWidth(words, "Helvetica", 10), thick, stroke=0, fill=1)
    return sheet


@pytest.mark.parametrize("above", [2.2, 3.0, 3.6])
def test_a_struck_value_is_none(above: float) -> None:
    sheet = lined(Sheet("Formulaire d'enrôlement"), IBAN, 240, above).right("IBAN", IBAN)
    sheet.right("Adresse électronique", "info@soins.example")
    assert believed(fields_of(sheet.pdf(), "formulaire_1")) == {"email": "info@soins.example"}


def test_what_stands_beside_a_struck_value_is_doubtful() -> None:
    sheet = lined(Sheet("Formulaire d'enrôlement"), "Medisoft SA", 240, 3)
    sheet.right("Dénomination sociale", "Medisoft SA Vitalis SA").right("IBAN", IBAN)
    got = fields_of(sheet.pdf(), "formulaire_1")
    assert believed(got) == {"iban": IBAN}
    rest = got.fields["denomination_sociale"]
    assert (rest.value, rest.confidence < BELIEVED) == ("Vitalis SA", True)
    assert "beside words that were struck out" in rest.evidence


def test_a_word_struck_in_part_is_cut_where_the_line_ends() -> None:
    sheet = lined(Sheet("Formulaire d'enrôlement"), "SA", 240, 3).right("Dénomination sociale", "SAVitalis")
    assert fields_of(sheet.pdf(), "formulaire_1").fields["denomination_sociale"].value == "Vitalis"


@pytest.mark.parametrize("apart", [True, False])
def test_what_is_left_of_a_word_around_struck_letters_is_one_word(apart: bool) -> None:
    at = 240 + stringWidth("Vit", "Helvetica", 10)
    sheet = lined(Sheet("Formulaire d'enrôlement"), "x y" if apart else "xy", at, 3)
    if apart:  # as words of their own, set in another typeface
        sheet._put("Vit", 240, sheet.y)
        sheet._put("x y", at, sheet.y)
        sheet._put("alis SA", at + stringWidth("x y", "Helvetica", 10), sheet.y, bold=True)
        sheet._put("Dénomination sociale", 50, sheet.y)
        sheet.y -= sheet.gap
    else:
        sheet.right("Dénomination sociale", "Vitxyalis SA")
    assert fields_of(sheet.pdf(), "formulaire_1").fields["denomination_sociale"].value == "Vitalis SA"


@pytest.mark.parametrize("old", ["Medisoft SA", "iiii lljj", "W"])
def test_what_a_tracked_change_put_in_is_believed_for_what_it_struck(old: str) -> None:
    width = stringWidth(old, "Helvetica", 10)
    sheet = lined(Sheet("Formulaire d'enrôlement"), old, 240, 3)
    lined(sheet, "Vitalis SA", 240 + width, -1.4).right("Dénomination sociale", f"{old}Vitalis SA")
    got = fields_of(sheet.right("IBAN", IBAN).pdf(), "formulaire_1")
    assert believed(got) == {"denomination_sociale": "Vitalis SA", "iban": IBAN}


def test_an_underline_below_letters_without_descenders_parts_no_cell() -> None:
    sheet = Sheet("Formulaire d'enrôlement")
    top = sheet.y + 14
    for x in (45, 235, 520):
        sheet.canvas.line(x, top, x, top - 40)
    for y in (top, top - 40):
        sheet.canvas.line(45, y, 520, y)
    sheet._put("Dénomination sociale", 50, sheet.y)
    for line, y in (("Alzette – Réseau médical", sheet.y), ("et soins SA", sheet.y - 14)):
        sheet._put(line, 240, y)
        end = 242.5 + stringWidth(line, "Helvetica", 10)  # the blank behind it is underlined, too
        sheet.canvas.line(240, y - 4, end, y - 4)
    sheet.y -= 60
    got = believed(fields_of(sheet.right("IBAN", IBAN).pdf(), "formulaire_1"))
    whole = "Alzette – Réseau médical et soins SA"
    assert got == {"denomination_sociale": whole, "iban": IBAN}


def test_underlines_and_lines_to_write_on_strike_nothing() -> None:
    sheet = lined(Sheet("Formulaire d'enrôlement"), IBAN, 240, -1.4).right("IBAN", IBAN)
    for label, value in (("Dénomination sociale", "Vitalis SA"), ("Adresse électronique", "a@soins.example")):
        sheet.canvas.line(240, sheet.y + 3, 520, sheet.y + 3)  # typed too low upon its line
        sheet.right(label, value)
    got = believed(fields_of(sheet.pdf(), "formulaire_1"))
    assert got == {"iban": IBAN, "denomination_sociale": "Vitalis SA", "email": "a@soins.example"}


def test_a_line_to_write_on_that_one_value_happens_to_fill_strikes_nothing() -> None:
    sheet = Sheet("Formulaire d'enrôlement")
    end = 240 + stringWidth(IBAN, "Helvetica", 10)
    for label, value in (("Matricule", "1893120105732"), ("IBAN", IBAN), ("Pays", "Luxembourg")):
        sheet.canvas.line(240, sheet.y + 3, end, sheet.y + 3)
        sheet.right(label, value)
    assert believed(fields_of(sheet.pdf(), "formulaire_1"))["iban"] == IBAN


def test_a_viewer_s_strike_out_counts() -> None:
    sheet = Sheet("Formulaire d'enrôlement").right("IBAN", OTHER)
    top, right = sheet.y + sheet.gap + 8, 240 + stringWidth(OTHER, "Helvetica", 10)
    plain = sheet.pdf()
    pdf = pikepdf.open(io.BytesIO(plain))
    corners = [240, top, right, top, 240, top - 11, right, top - 11]
    note = Dictionary(
        Type=Name.Annot,
        Subtype=Name.StrikeOut,
        Rect=Array([240, top - 11, right, top]),
        QuadPoints=Array(corners),
    )
    pdf.pages[0].obj.Annots = Array([pdf.make_indirect(note)])
    out = io.BytesIO()
    pdf.save(out)
    assert fields_of(out.getvalue(), "formulaire_1").fields == {}
    assert believed(fields_of(plain, "formulaire_1")) == {"iban": OTHER}


def test_words_struck_in_a_word_file_are_none() -> None:
    def run(text: str, struck: bool = False) -> str:
        look = "<w:rPr><w:strike/></w:rPr>" if struck else ""
        return f'<w:r>{look}<w:t xml:space="preserve">{text}</w:t></w:r>'

    lines = (
        run("Formulaire d'enrôlement"),
        run("Dénomination sociale : ") + run("Medisoft SA ", True) + run("Vitalis SA"),
        run("IBAN : ") + run(IBAN, True),
        run("E-mail : a@soins.example"),
    )
    got = fields_of(docx(*(f"<w:p>{line}</w:p>" for line in lines)), "formulaire_1")
    assert believed(got) == {"email": "a@soins.example"}
    assert got.fields["denomination_sociale"].value == "Vitalis SA"
    assert "iban" not in got.fields


@pytest.mark.parametrize("kind", ["/Line", "/Ink"])
def test_a_viewer_s_line_or_ink_through_a_value_strikes_it(kind: str) -> None:
    sheet = Sheet("Formulaire d'enrôlement")
    y, end = sheet.y + 3.0, 240 + stringWidth("Luxembourg", "Helvetica", 10)
    sheet.right("Pays", "Luxembourg").right("Adresse", "3, rue Neuve, L-4011 Esch-sur-Alzette")
    stroke = {
        "/Line": {"/L": Array([240, y, end, y])},
        "/Ink": {"/InkList": Array([Array([240, y, end, y + 1])])},
    }
    with pikepdf.open(io.BytesIO(sheet.pdf())) as pdf:
        box = Array([240, y - 1, end, y + 2])
        note = Dictionary(
            Type=Name.Annot, Subtype=Name(kind), Rect=box, **{k[1:]: v for k, v in stroke[kind].items()}
        )
        pdf.pages[0].obj.Annots = Array([pdf.make_indirect(note)])
        out = io.BytesIO()
        pdf.save(out)
    got = fields_of(out.getvalue(), "formulaire_1")
    assert believed(got) == {"adresse": "3, rue Neuve, L-4011 Esch-sur-Alzette"}
    assert "a country was struck out" in got.fields["pays"].evidence
