"""Whose number, whose name: the Industriel's, not the agency's; the signatory's, not the firm's."""

from __future__ import annotations

import pytest

from tests.parsers.form_builder import Sheet
from tests.parsers.test_extract import believed, fields_of

NOVA = "Nova Santé S.à r.l."
PURPOSE = "Accord de confidentialité (NDA) – SONS Vague 2"


@pytest.mark.parametrize("told", ["", "établie à Luxembourg et immatriculée sous le"])
def test_the_agency_s_own_matricule_is_not_the_industriel_s(told: str) -> None:
    sheet = Sheet(PURPOSE, gap=14)
    sheet.text(f"Entre l'Agence eSanté G.I.E., {told} matricule 1893 1201 05732,")
    sheet.text("et l'Industriel Nova Santé S.à r.l., établie à Luxembourg,")
    assert "matricule" not in fields_of(sheet.pdf(), "nda").fields


def test_the_industriel_s_matricule_behind_the_agency_s_name_is_read() -> None:
    sheet = Sheet(PURPOSE, gap=14)
    sheet.text("Entre l'Agence eSanté et l'Industriel Nova Santé S.à r.l.,")
    sheet.text("matricule 1893 1201 05732, établie à Luxembourg,")
    assert believed(fields_of(sheet.pdf(), "nda"))["matricule"] == "1893120105732"


def test_a_cell_that_begins_with_the_agency_s_name_says_nothing_of_the_industriel() -> None:
    sheet = Sheet(PURPOSE, gap=18)
    sheet.canvas.rect(46, sheet.y - 50, 246, 66)
    sheet.text("Agence eSanté G.I.E.").inline("Représentée par", "Paul Kieffer").inline("Nom", "Paul Kieffer")
    assert fields_of(sheet.pdf(), "nda").fields == {}


def test_the_name_under_pour_l_industriel_is_the_signatory_s() -> None:
    sheet = Sheet(PURPOSE, gap=20).inline("Dénomination sociale", "Nova Santé S.à r.l.")
    sheet.text("Pour l'Industriel").inline("Nom", "Aline Thill").inline("Date", "12/05/2026")
    got = fields_of(sheet.pdf(), "nda").fields
    assert got["signataire"].value == "Aline Thill"
    assert got["denomination"].value == "Nova Santé S.à r.l."


@pytest.mark.parametrize(("title", "kind"), [("Formulaire 3", "formulaire_3"), (PURPOSE, "nda")])
def test_a_border_around_a_page_with_the_agency_s_letterhead_takes_no_value_away(
    title: str, kind: str
) -> None:
    sheet = Sheet(title)
    sheet.canvas.rect(30, 30, 535, 780)
    sheet.text("Agence eSanté G.I.E.").right("Matricule", "1893 1201 05732")
    assert fields_of(sheet.pdf(), kind).fields["matricule"].value == "1893120105732"


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("ENTRE|Nova Santé S.à r.l., à Wiltz, ci-après « l'Industriel »,|ET|Agence eSanté", NOVA),
        ("Entre l'AeS et la société Nova Santé S.à r.l.|(ci-après l'Industriel)", NOVA),
        ("ZWISCHEN|Weiß & Thill GmbH, nachstehend „Industriel“,|UND|Agence eSanté", "Weiß & Thill GmbH"),
        ("Entre Aline Thill, demeurant à Wiltz,|ci-après l'Industriel,", None),
        ("Between Aline Thill, hereinafter “the Industriel”,|and Agence eSanté", None),
        ("Entre|Aline Thill, à Wiltz, matricule 1893120105732, ci-après l'Industriel", "Aline Thill"),
        ("Entre ………, établie au ………, matricule ………,|ci-après « l'Industriel », et Agence eSanté", None),
        ("ENTRE :|Dénomination de l'Industriel : ………|(ci-après « l'Industriel »)|ET : Agence eSanté", None),
    ],
)  # fmt: skip
def test_the_name_in_an_agreement_s_first_sentence(sentence: str, name: str | None) -> None:
    """A name without a legal form may have lost a part: it is given and doubted."""
    sheet = Sheet(PURPOSE, gap=14)
    for line in sentence.split("|"):
        sheet.text(line)
    assert believed(fields_of(sheet.pdf(), "nda")).get("denomination") == name


def test_the_name_beside_the_industriel_in_a_table_of_both_parties() -> None:
    rows: list[tuple[str, ...]] = [("L'Industriel", "Nico Reding"), ("AeS", "Agence eSanté GIE")]
    got = fields_of(Sheet(PURPOSE).ruled(rows, (150, 250)).pdf(), "nda")
    assert believed(got)["denomination"] == "Nico Reding"


def test_headings_over_two_signatures_name_nobody() -> None:
    sheet = Sheet(PURPOSE).right("L'Industriel", "L'AeS").right("Aline Thill", "Paul Kieffer")
    assert "denomination" not in fields_of(sheet.pdf(), "nda").fields


def test_a_name_with_a_ligature_is_given_as_the_agreement_prints_it() -> None:
    sheet = Sheet(PURPOSE, gap=14)
    sheet.text("Entre l'Agence eSanté G.I.E., désignée l'AeS, à Straßen,")
    sheet.text("et la société Cœur & Santé S.à r.l., établie à Luxembourg, ci-après l'Industriel")
    assert believed(fields_of(sheet.pdf(), "nda"))["denomination"] == "Cœur & Santé S.à r.l."
