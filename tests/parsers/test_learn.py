"""A definition is drafted from a blank and proved on it, whatever the form fields are called."""

from __future__ import annotations

import io
from pathlib import Path
from random import Random

import pytest
from docx import Document as open_docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from parsers.documents.reading import Reading
from parsers.forms import dump_form, load_forms, parse_form
from parsers.forms.learn import UnknownForm, learn
from parsers.forms.proof import prove
from parsers.read import read_bytes
from parsers.signatures import altered_clauses
from parsers.sniff import DOCX
from parsers.types import ReadOptions
from scripts.bench_documents.digital import pdf
from scripts.bench_documents.digital.model import Builder
from scripts.bench_documents.digital.others import page
from tests.parsers.form_builder import Sheet, docx, p

BOOK = load_forms()
BLANKS = Path(__file__).parents[2] / "outbox_templates" / "blank_forms"
KINDS = ("formulaire_1", "formulaire_2", "formulaire_3", "formulaire_4", "bon_de_livraison", "nda")


def reading_of(data: bytes, media_type: str = "application/pdf") -> Reading:
    return read_bytes(data, media_type, ReadOptions(ocr=False))


@pytest.mark.parametrize("suffix", ["pdf", "docx"])
@pytest.mark.parametrize("kind", KINDS)
def test_our_own_blanks_are_learnt_whole_and_proved(kind: str, suffix: str) -> None:
    data = (BLANKS / f"{kind}.{suffix}").read_bytes()
    reading = reading_of(data, DOCX if suffix == "docx" else "application/pdf")
    draft = learn(reading, BOOK, "2026-01")
    assert (draft.form.kind, draft.missing, draft.unplaced) == (kind, (), ())
    proof = prove(reading, draft.form, draft.found)
    assert proof.holds
    assert len(proof.right) >= 3
    assert [clause.split()[:2] for clause in draft.form.clauses] == [
        clause.split()[:2] for clause in BOOK.for_kind(kind).clauses
    ]


def test_a_draft_can_be_written_and_read_back() -> None:
    draft = learn(reading_of((BLANKS / "formulaire_2.pdf").read_bytes()), BOOK, "2026-01")
    assert parse_form(dump_form(draft.form), "draft.toml", {}) == draft.form


def test_form_fields_without_a_telling_name_are_placed_by_what_is_printed_beside() -> None:
    blank = Builder(Random(3), "formulaire_2", held=False, state="blank").build()
    reading = reading_of(pdf.draw(blank, "acro_opaque", Random(3)))
    draft = learn(reading, BOOK, "2026-01")
    placed = {place.field for place in draft.found if place.widget.startswith("Text")}
    assert {"denomination", "matricule", "matricule_mysecu", "email"} <= placed


def test_places_that_no_known_field_has_are_told() -> None:
    builder = Builder(Random(1), "formulaire_2", held=False, state="blank")
    builder.language, builder.bilingual = "fr", ""
    blank = builder.build()
    builder.extra("telephone", chance=1.0)
    reading = reading_of(pdf.draw(blank, "acro_opaque", Random(1)))
    draft = learn(reading, BOOK, "2026-01")
    assert any("Tél" in text or text.startswith("Text") for text in draft.unplaced)


def test_a_list_to_choose_from_is_placed_by_what_it_offers() -> None:
    document = open_docx()
    document.add_heading("Formulaire d'accès à l'environnement de test", 0)
    table = document.add_table(0, 2)
    for number, label in enumerate(
        ("Nom de l'Industriel", "Code prestataire", "eHealth ID", "Mode d'intégration")
    ):
        cells = table.add_row().cells
        cells[0].text = label
        offers = "".join(
            f'<w:listItem w:displayText="{o}" w:value="{o}"/>' for o in ("eConnector NG", "Accès direct")
        )
        kind = f"<w:dropDownList>{offers}</w:dropDownList>" if label.startswith("Mode") else "<w:text/>"
        cells[1].paragraphs[0]._p.append(
            parse_xml(
                f'<w:sdt {nsdecls("w")}><w:sdtPr><w:tag w:val="c{number}"/><w:showingPlcHdr/>{kind}</w:sdtPr>'
                "<w:sdtContent><w:r><w:t>Choisissez.</w:t></w:r></w:sdtContent></w:sdt>"
            )
        )
    document.add_paragraph("Signature de l'Industriel :")
    out = io.BytesIO()
    document.save(out)
    draft = learn(reading_of(out.getvalue(), DOCX), BOOK, "2026-01")
    assert ("mode_integration", "c3") in {(place.field, place.widget) for place in draft.found}
    assert draft.unplaced == ()


def test_what_is_no_form_of_ours_is_refused() -> None:
    with pytest.raises(UnknownForm, match="formulaire_1"):
        learn(reading_of(page(["Menu du jour", "Soupe", "Poisson"], Random(0))), BOOK)


def test_a_table_is_learnt_by_the_heads_of_its_columns() -> None:
    sheet = Sheet("Bon de livraison").right("Fournisseur", "").right("Établissement", "")
    sheet.right("Nombre de postes de travail raccordés", "").right("Date de livraison", "")
    sheet.ruled([("Médecin", "Code prestataire", "Nb postes"), ("", "", "")], (200, 150, 80))
    draft = learn(reading_of(sheet.pdf()), BOOK, kind="bon_de_livraison")
    assert "prestataires" in {place.field for place in draft.found}


def test_the_articles_of_another_agreement_are_its_own() -> None:
    lines = [
        "Geheimhaltungsvereinbarung « Industriels »",
        "Entre (l'Industriel) : ______________________",
        "Präambel",
        "Die Parteien vereinbaren, was folgt.",
        "§ 1 Gegenstand",
        "Der Industrielle nutzt die vertraulichen Informationen nur für die",
        "12 Monate der Tests.",
        "§ 2 Dauer",
        "Die Pflichten gelten fünf Jahre.",
        "Pour l'Industriel",
        "Nom du signataire :",
        "Date :",
        "Signature :",
    ]
    blank = page(lines, Random(0))
    draft = learn(reading_of(blank), BOOK, "2026-01", kind="nda")
    assert draft.form.clauses == (
        "Präambel\nDie Parteien vereinbaren, was folgt.",
        "§ 1 Gegenstand\nDer Industrielle nutzt die vertraulichen Informationen nur für die "
        "12 Monate der Tests.",
        "§ 2 Dauer\nDie Pflichten gelten fünf Jahre.",
    )
    assert altered_clauses("\n".join(lines), draft.form) == ()
    assert altered_clauses("\n".join(lines).replace("12 Monate", "72 Monate"), draft.form) != ()


def test_a_choice_is_learnt_by_its_boxes_where_its_label_runs_into_them() -> None:
    data = docx(
        p("Formulaire 3"), p("Matricule :"), p("Type de demande Nouvelle demande ☐   Mise à jour majeure ☐")
    )
    assert "type_demande" not in learn(reading_of(data, DOCX), BOOK, "2026-01", "formulaire_3").missing
