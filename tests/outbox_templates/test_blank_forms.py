"""The blanks that ship: every field is there under its id, can be filled, read again and signed."""

from __future__ import annotations

import hashlib
import io
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from docx import Document
from lxml import etree

from outbox_templates.blanks import BLANK_KINDS, FORMATS, blank_bytes, blank_digests
from parsers.documents.docx import read_docx
from parsers.documents.pdf import read_pdf
from parsers.documents.reading import Reading
from parsers.forms import load_forms
from parsers.types import FieldDef, FormDef, ReadOptions

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
SIGNATURES = {
    "formulaire_1": {"signature_industriel"},
    "formulaire_2": {"signature_industriel"},
    "formulaire_3": {"signature_industriel"},
    "formulaire_4": {"signature_industriel"},
    "nda": {"signature_industriel", "signature_aes"},
    "bon_de_livraison": {"signature_client"},
}


def definition(kind: str) -> FormDef:
    form = load_forms().for_kind(kind)
    assert form is not None
    return form


def places(field: FieldDef) -> set[str]:
    """The names under which a field stands in a file; of a table, its first eight rows."""
    if field.type == "choices":
        return {f"{field.id}.{choice}" for choice in field.choices}
    if field.type == "table":
        return {f"{field.id}.{row}.{column.id}" for row in range(8) for column in field.columns}
    return {field.id}


def pdf_fields(pdf: pikepdf.Pdf) -> dict[str, Any]:
    """Fully qualified name -> terminal field."""
    return dict(_walk(pdf.Root.AcroForm.Fields, ""))


def _walk(nodes: Any, above: str) -> Iterator[tuple[str, Any]]:
    for node in nodes:
        name = ".".join(filter(None, (above, str(node.get("/T", "")))))
        if "/FT" in node:
            yield name, node
        else:
            yield from _walk(node.Kids, name)


def open_pdf(kind: str) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(blank_bytes(kind, "pdf")))


def controls(data: bytes) -> dict[str, Any]:
    """Tag -> content control of a DOCX."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        body = etree.fromstring(package.read("word/document.xml"))
    found: dict[str, Any] = {}
    for control in body.iter(f"{W}sdt"):
        tag = control.find(f"{W}sdtPr/{W}tag").get(f"{W}val")
        assert tag not in found, f"{tag} stands twice"
        found[tag] = control
    return found


def printed_text(data: bytes) -> str:
    with pypdfium2.PdfDocument(data) as pdf:
        return " ".join(page.get_textpage().get_text_range() for page in pdf)


def one_line(text: str) -> str:
    return " ".join(text.split())


# PDF


@pytest.mark.parametrize("kind", BLANK_KINDS)
def test_the_pdf_has_every_field_under_its_id_and_no_other(kind: str) -> None:
    expected = set().union(*(places(field) for field in definition(kind).fields)) | SIGNATURES[kind]
    names = set(pdf_fields(open_pdf(kind)))
    assert expected <= names
    assert all(name.startswith("prestataires.") for name in names - expected), "more table rows at most"


@pytest.mark.parametrize("kind", BLANK_KINDS)
def test_the_pdfs_fields_are_of_the_right_kind_empty_and_named_for_a_screen_reader(kind: str) -> None:
    pdf = open_pdf(kind)
    fields = pdf_fields(pdf)
    for field in definition(kind).fields:
        ticked = field.type in ("choice", "choices", "bool")
        for name in places(field):
            widget = fields[name]
            assert str(widget.FT) == ("/Btn" if ticked else "/Tx"), name
            assert str(widget.get("/V", "")) == ("/Off" if ticked else ""), name
            assert str(widget.TU), name
    for field in definition(kind).fields:
        if field.type not in ("choices", "table"):
            assert one_line(str(fields[field.id].TU)) == field.labels["fr"][0]


@pytest.mark.parametrize("kind", BLANK_KINDS)
def test_a_choices_boxes_export_the_values_of_its_definition(kind: str) -> None:
    pdf = open_pdf(kind)
    fields = pdf_fields(pdf)
    for field in definition(kind).fields:
        if field.type == "choice":
            states = [set(widget.AP.N.keys()) - {"/Off"} for widget in fields[field.id].Kids]
            assert states == [{f"/{choice}"} for choice in field.choices]
            assert all("/Off" in widget.AP.N for widget in fields[field.id].Kids)


@pytest.mark.parametrize("kind", BLANK_KINDS)
def test_the_pdf_is_a4_french_titled_and_marked_as_a_specimen(kind: str) -> None:
    pdf = open_pdf(kind)
    assert str(pdf.Root.Lang) == "fr"
    assert definition(kind).titles["fr"][0] in str(pdf.docinfo.Title)
    assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
    for page in pdf.pages:
        assert [round(float(x)) for x in page.mediabox] == [0, 0, 595, 842]
    text = one_line(printed_text(blank_bytes(kind, "pdf")))
    assert text.count("SPECIMEN") >= len(pdf.pages)
    assert definition(kind).titles["fr"][0] in text


@pytest.mark.parametrize("kind", BLANK_KINDS)
def test_every_font_that_prints_the_form_is_embedded(kind: str) -> None:
    for page in open_pdf(kind).pages:
        fonts = [font for font in page.Resources.Font.values() if "Vera" in str(font.BaseFont)]
        assert fonts
        assert all("/FontFile2" in font.FontDescriptor for font in fonts)
        used = {name for name in page.Resources.Font if f"{name} ".encode() in page.Contents.read_bytes()}
        embedded = {name for name, font in page.Resources.Font.items() if "/FontDescriptor" in font}
        # Helvetica is what reportlab starts a page with; it shows no glyph.
        assert used - embedded <= {"/F1"}


@pytest.mark.parametrize("kind", BLANK_KINDS)
def test_the_pdf_prints_each_label_choice_and_clause(kind: str) -> None:
    text = one_line(printed_text(blank_bytes(kind, "pdf")))
    form = definition(kind)
    for field in form.fields:
        if field.type != "table":
            assert field.labels["fr"][0] in text
        for column in field.columns:
            assert column.labels["fr"][0] in text
        for choice in field.choices:
            assert field.choice_labels[choice]["fr"][0] in text
    for clause in form.clauses:
        assert one_line(clause) in text


def test_places_to_fill_lie_on_their_page_and_do_not_overlap() -> None:
    for kind in BLANK_KINDS:
        for number, page in enumerate(open_pdf(kind).pages):
            boxes = [tuple(map(float, widget.Rect)) for widget in page.get("/Annots", [])]
            for index, (left, bottom, right, top) in enumerate(boxes):
                assert 0 < left < right < 595, (kind, number)
                assert 0 < bottom < top < 842, (kind, number)
                for other in boxes[:index]:
                    apart = left >= other[2] or right <= other[0] or bottom >= other[3] or top <= other[1]
                    assert apart, (kind, number, boxes[index], other)


def fill(pdf: pikepdf.Pdf, values: dict[str, str]) -> pikepdf.Pdf:
    """As a filler by name does: /V, and the state of the boxes; then saved and opened again."""
    fields = pdf_fields(pdf)
    for name, value in values.items():
        field = fields[name]
        if str(field.FT) == "/Btn":
            field.V = pikepdf.Name(value)
            for widget in field.get("/Kids", [field]):
                widget.AS = pikepdf.Name(value if value in widget.AP.N else "/Off")
        else:
            field.V = pikepdf.String(value)
    out = io.BytesIO()
    pdf.save(out)
    out.seek(0)
    return pikepdf.open(out)


def test_values_set_by_name_are_read_again() -> None:
    values = {
        "type_client": "/centre_flexible",
        "nom_client": "Maison médicale de l'Église",
        "prestataires.0.nom": "Émile Œillet",
        "prestataires.7.postes": "3",
    }
    pdf = fill(open_pdf("bon_de_livraison"), values)
    filled = pdf_fields(pdf)
    assert {name: str(filled[name].V) for name in values} == values
    assert [str(box.AS) for box in filled["type_client"].Kids] == ["/Off", "/Off", "/Off", "/centre_flexible"]


def ink(pdf: pikepdf.Pdf, name: str) -> int:
    """How many dark pixels a viewer shows inside a field's box on its page (the first)."""
    out = io.BytesIO()
    pdf.save(out)
    field = pdf_fields(pdf)[name]
    left, bottom, right, top = (float(x) for x in field.get("/Kids", [field])[0].Rect)
    with pypdfium2.PdfDocument(out.getvalue()) as document:
        document.init_forms()
        image = document[0].render(scale=2, may_draw_forms=True).to_pil().convert("L")
    box = image.crop(
        (int(2 * left) + 3, int(2 * (842 - top)) + 3, int(2 * right) - 3, int(2 * (842 - bottom)) - 3)
    )
    return sum(box.histogram()[:128])


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("formulaire_1", "denomination_sociale", "Médisoft"),
        ("formulaire_1", "adresse", "12, rue de l'Église"),
        ("formulaire_1", "type_personne", "/morale"),
        ("formulaire_1", "participation_vague_1", "/Yes"),
        ("formulaire_3", "services.remboursement", "/Yes"),
        ("bon_de_livraison", "prestataires.0.nom", "Weber"),
    ],
)
def test_a_viewer_shows_what_was_filled_and_nothing_before(kind: str, name: str, value: str) -> None:
    assert ink(open_pdf(kind), name) == 0
    assert ink(fill(open_pdf(kind), {name: value}), name) > 20


# DOCX


@pytest.mark.parametrize("kind", BLANK_KINDS)
def test_the_docx_has_every_field_as_a_control_tagged_with_its_id(kind: str) -> None:
    expected = set().union(*(places(field) for field in definition(kind).fields))
    tags = set(controls(blank_bytes(kind, "docx")))
    assert expected <= tags
    assert all(tag.startswith("prestataires.") for tag in tags - expected)


@pytest.mark.parametrize("kind", BLANK_KINDS)
def test_the_docxs_controls_are_of_the_right_kind_and_empty(kind: str) -> None:
    found = controls(blank_bytes(kind, "docx"))
    for field in definition(kind).fields:
        for tag in places(field):
            properties = found[tag].find(f"{W}sdtPr")
            if field.type in ("choices", "bool"):
                assert properties.find(f"{W14}checkbox/{W14}checked").get(f"{W14}val") == "0"
                continue
            assert properties.find(f"{W}showingPlcHdr") is not None
            if field.type == "choice":
                items = properties.findall(f"{W}dropDownList/{W}listItem")
                assert [item.get(f"{W}value") for item in items] == list(field.choices)
                shown = [one_line(item.get(f"{W}displayText")) for item in items]
                assert shown == [field.choice_labels[choice]["fr"][0] for choice in field.choices]
            elif field.type == "date":
                assert properties.find(f"{W}date") is not None
            else:
                assert properties.find(f"{W}text") is not None


@pytest.mark.parametrize("kind", BLANK_KINDS)
def test_the_docx_opens_and_says_its_title_and_that_it_is_a_specimen(kind: str) -> None:
    document = Document(io.BytesIO(blank_bytes(kind, "docx")))
    title = definition(kind).titles["fr"][0]
    assert title in [one_line(paragraph.text) for paragraph in document.paragraphs]
    assert "SPECIMEN" in document.sections[0].header.paragraphs[0].text
    assert document.core_properties.language == "fr-LU"
    assert title in document.core_properties.title


def test_the_docx_nda_prints_every_clause() -> None:
    document = Document(io.BytesIO(blank_bytes("nda", "docx")))
    text = one_line(" ".join(paragraph.text for paragraph in document.paragraphs))
    for clause in definition("nda").clauses:
        assert one_line(clause) in text


def test_control_numbers_are_unique() -> None:
    for kind in BLANK_KINDS:
        found = controls(blank_bytes(kind, "docx")).values()
        numbers = [control.find(f"{W}sdtPr/{W}id").get(f"{W}val") for control in found]
        assert len(set(numbers)) == len(numbers), kind


def fill_docx(data: bytes, values: dict[str, str]) -> bytes:
    """As Word does: the text in the control, no placeholder any more; a box gets its other sign."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as package, zipfile.ZipFile(out, "w") as target:
        for name in package.namelist():
            content = package.read(name)
            if name == "word/document.xml":
                body = etree.fromstring(content)
                for control in body.iter(f"{W}sdt"):
                    _fill_control(control, values)
                content = etree.tostring(body)
            target.writestr(name, content)
    return out.getvalue()


def _fill_control(control: Any, values: dict[str, str]) -> None:
    properties = control.find(f"{W}sdtPr")
    value = values.get(properties.find(f"{W}tag").get(f"{W}val"))
    if value is None:
        return
    for placeholder in properties.findall(f"{W}showingPlcHdr"):
        properties.remove(placeholder)
    for checked in properties.iter(f"{W14}checked"):
        checked.set(f"{W14}val", "1")
    next(control.iter(f"{W}t")).text = value


def read_back(reading: Reading) -> dict[str, str]:
    """Name -> value of every place that our readers find filled."""
    filled: dict[str, str] = {}
    for widget in reading.widgets:
        if widget.kind in ("checkbox", "radio"):
            if widget.checked:
                filled[widget.name] = widget.export if widget.kind == "radio" else "yes"
        elif widget.value.strip():
            filled[widget.name] = widget.value
    return filled


@pytest.mark.parametrize("kind", BLANK_KINDS)
def test_our_readers_find_every_place_of_a_blank_and_nothing_in_it(kind: str) -> None:
    expected = set().union(*(places(field) for field in definition(kind).fields))
    for reading in (
        read_pdf(blank_bytes(kind, "pdf"), ReadOptions()),
        read_docx(blank_bytes(kind, "docx"), ReadOptions()),
    ):
        assert expected <= {widget.name for widget in reading.widgets}
        assert read_back(reading) == {}
        assert reading.notes == ()


def test_our_readers_read_back_what_was_filled() -> None:
    texts = {"denomination": "Médisoft S.à r.l.", "matricule": "1893120105732", "version_logiciel": "4.2"}
    pdf = fill(open_pdf("formulaire_3"), texts | {"type_demande": "/nouvelle", "services.pid_v2": "/Yes"})
    out = io.BytesIO()
    pdf.save(out)
    expected = texts | {"type_demande": "nouvelle", "services.pid_v2": "yes"}
    assert read_back(read_pdf(out.getvalue(), ReadOptions())) == expected

    answers = texts | {"type_demande": "Nouvelle demande", "services.pid_v2": "\u2612"}
    docx = fill_docx(blank_bytes("formulaire_3", "docx"), answers)
    found = read_back(read_docx(docx, ReadOptions()))
    assert found | {"type_demande": ""} == expected | {"type_demande": ""}
    assert found["type_demande"] in ("nouvelle", "Nouvelle demande")


# The package data


def test_our_own_blanks_are_recognised_by_their_digest() -> None:
    digests = blank_digests()
    assert len(digests) == len(BLANK_KINDS) * len(FORMATS)
    for kind in BLANK_KINDS:
        for fmt in FORMATS:
            assert digests[hashlib.sha256(blank_bytes(kind, fmt)).hexdigest()] == kind


@pytest.mark.parametrize(("kind", "fmt"), [("facture", "pdf"), ("../blanks", "pdf"), ("nda", "odt")])
def test_there_is_no_blank_of_anything_else(kind: str, fmt: Any) -> None:
    with pytest.raises(KeyError):
        blank_bytes(kind, fmt)


# Making them


def pdf_content(data: bytes) -> list[Any]:
    """What a PDF says, apart from how a library writes and compresses it."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        fields = {name: (str(field.FT), str(field.TU)) for name, field in pdf_fields(pdf).items()}
        rects = [[list(map(float, widget.Rect)) for widget in page.get("/Annots", [])] for page in pdf.pages]
        return [[page.Contents.read_bytes() for page in pdf.pages], fields, rects, str(pdf.docinfo.Title)]


def docx_content(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {
            name: etree.tostring(etree.fromstring(package.read(name)), method="c14n")
            for name in package.namelist()
        }


def test_making_them_twice_gives_the_same_bytes_and_what_is_committed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [str(SCRIPTS), *sys.path])
    from make_blank_forms import make_all

    first, second = tmp_path / "first", tmp_path / "second"
    make_all(first)
    make_all(second)
    for kind in BLANK_KINDS:
        for fmt in FORMATS:
            made = (first / f"{kind}.{fmt}").read_bytes()
            assert made == (second / f"{kind}.{fmt}").read_bytes(), f"{kind}.{fmt} differs between two runs"
            content = pdf_content if fmt == "pdf" else docx_content
            assert content(made) == content(blank_bytes(kind, fmt)), (
                f"{kind}.{fmt} is out of date: run scripts/make_blank_forms.py"
            )
