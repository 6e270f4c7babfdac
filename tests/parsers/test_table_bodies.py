"""One row's number of a table that the form does not ask for is never taken for the total."""

from __future__ import annotations

from typing import Any

import pytest

from parsers.documents.docx import read_docx
from parsers.documents.pdf import read_pdf
from parsers.extract import extract
from parsers.forms import load_forms
from parsers.types import FieldValue, ReadOptions
from tests.parsers.form_builder import Sheet, docx, p, table

HEADS = ("Nom du prestataire", "Code prestataire", "Nombre de postes")
ROWS = [("Léa Weis", "123456-78", "2"), ("Tom Thill", "234567-89", "5")]
BELIEVED = 0.95


def posts(data: bytes) -> FieldValue | None:
    """The total that a delivery note without its table of prestataires reads."""
    form = load_forms().for_kind("bon_de_livraison")
    assert form is not None
    bare = form.model_copy(update={"fields": tuple(f for f in form.fields if f.type != "table")})
    read: Any = read_docx if data[:2] == b"PK" else read_pdf
    return extract(read(data, ReadOptions()), bare).fields.get("nombre_postes")


def ruled(*rows: tuple[str, ...]) -> Sheet:
    return Sheet("Bon de livraison").ruled([HEADS, *rows], (180.0, 120.0, 120.0))


@pytest.mark.parametrize("rows", [ROWS, ROWS[:1]])
def test_a_row_s_number_is_not_believed(rows: list[tuple[str, ...]]) -> None:
    for data in (ruled(*rows).pdf(), docx(p("Bon de livraison"), table(HEADS, *rows))):
        found = posts(data)
        assert found is None or found.confidence < BELIEVED


def test_the_total_printed_elsewhere_is_believed_beside_the_table() -> None:
    found = posts(ruled(*ROWS).right("Nombre total de postes de travail", "7").pdf())
    assert found is not None
    assert (found.value, found.confidence >= BELIEVED) == (7, True)


def test_a_number_under_its_label_beside_other_labels_is_no_table() -> None:
    sheet = Sheet("Bon de livraison")
    sheet.box_below([("Date de livraison", "12/05/2026"), ("Nombre de postes", "7")])
    sheet.box_below([("Établissement", "Clinique de l'Est"), ("Fournisseur", "Vitalis SA")])
    found = posts(sheet.pdf())
    assert found is not None
    assert (found.value, found.confidence >= BELIEVED) == (7, True)
