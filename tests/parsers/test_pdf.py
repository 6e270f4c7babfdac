"""PDFs: words, boxes and lines of the pages, form fields however they are kept, what was put on top."""

from __future__ import annotations

import io
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from parsers.documents.pdf import read_pdf
from parsers.documents.reading import Reading
from parsers.extract import extract
from parsers.forms import load_forms
from parsers.types import ReadOptions
from tests.parsers.form_builder import Sheet, acroform, blank

OPTIONS = ReadOptions()


def saved(pdf: pikepdf.Pdf, **how: Any) -> bytes:
    out = io.BytesIO()
    pdf.save(out, **how)
    return out.getvalue()


def form(*fields: Dictionary, needs: bool = False) -> bytes:
    """A page whose fields are these dictionaries (with /Rect where they show)."""
    pdf = pikepdf.open(io.BytesIO(Sheet("Formulaire 2").pdf()))
    indirect = [pdf.make_indirect(f) for f in fields]
    shown = []
    for item in indirect:
        shown += [pdf.make_indirect(kid) for kid in item.get("/Kids", [])] if "/Kids" in item else [item]
        if "/Kids" in item:
            item.Kids = Array(shown[-len(item.Kids) :])
            for kid in item.Kids:
                kid.Parent = item
    pdf.pages[0].obj.Annots = Array(shown)
    pdf.Root.AcroForm = Dictionary(Fields=Array(indirect), NeedAppearances=needs)
    return saved(pdf)


def field(
    name: str, kind: str, rect: tuple[int, int, int, int] = (100, 600, 200, 615), **more: Any
) -> Dictionary:
    return Dictionary(
        Type=Name.Annot, Subtype=Name.Widget, T=String(name), FT=Name("/" + kind), Rect=Array(rect), **more
    )


def states(*names: str) -> Dictionary:
    return Dictionary(N=Dictionary({f"/{name}": Dictionary() for name in names}))


def read(data: bytes) -> Reading:
    return read_pdf(data, OPTIONS)


def test_words_with_boxes_from_the_top_left() -> None:
    sheet = Sheet("Titre")
    sheet.y = 700
    sheet.text("Bonjour", x=100)
    [page] = read(sheet.pdf()).pages
    word = next(w for w in page.words if w.text == "Bonjour")
    assert word.box[0] == pytest.approx(100, abs=2)
    assert word.box[1] < page.height - 700 < word.box[3] + 1
    assert next(w for w in page.words if w.text == "Titre").bold


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_a_page_is_read_upright_however_it_is_turned(turned: int) -> None:
    pdf = pikepdf.open(io.BytesIO(Sheet("Titre").inline("Matricule", "1893120105732").pdf()))
    pdf.pages[0].Rotate = turned
    [page] = read(saved(pdf)).pages
    assert (round(page.width), round(page.height)) == (595, 842)
    assert {w.text for w in page.words} == {"Titre", "Matricule", ":", "1893120105732"}


def test_a_landscape_page_is_read_as_it_is_shown() -> None:
    """Drawn upwards on a portrait sheet and shown turned: how many writers make landscape."""
    sheet = Sheet("x")
    sheet.canvas.showPage()
    sheet.canvas.translate(595, 0)
    sheet.canvas.rotate(90)
    sheet.canvas.drawString(100, 500, "Matricule 1893120105732")
    pdf = pikepdf.open(io.BytesIO(sheet.pdf()))
    pdf.pages[1].Rotate = 90
    page = read(saved(pdf)).pages[1]
    assert (round(page.width), round(page.height)) == (842, 595)
    assert [w.text for w in page.words] == ["Matricule", "1893120105732"]
    assert page.words[0].box[0] == pytest.approx(100, abs=2)


def test_a_value_without_appearance_and_one_kept_in_the_parent() -> None:
    kid = Dictionary(Type=Name.Annot, Subtype=Name.Widget, Rect=Array([100, 500, 200, 515]))
    parent = Dictionary(T=String("nom"), FT=Name.Tx, V=String("Weis"), TU=String("Nom"), Kids=Array([kid]))
    reading = read(form(field("matricule", "Tx", V=String("123")), parent))
    assert [(w.name, w.value, w.page) for w in reading.widgets] == [
        ("matricule", "123", 1),
        ("nom", "Weis", 1),
    ]
    assert reading.widgets[1].label == "Nom"


def test_a_box_is_on_by_its_state() -> None:
    reading = read(
        form(
            field("a", "Btn", AP=states("Oui", "Off"), V=Name("/Oui"), AS=Name("/Oui")),
            field("b", "Btn", AP=states("Oui", "Off"), V=Name("/Off"), AS=Name("/Off")),
            field("c", "Btn", V=Name("/Yes")),
        )
    )
    assert [(w.checked, w.export) for w in reading.widgets] == [(True, "Oui"), (False, "Oui"), (True, "Yes")]


def test_a_box_whose_look_and_value_differ_is_doubtful() -> None:
    [widget] = read(form(field("a", "Btn", AP=states("Oui", "Off"), V=Name("/Oui"), AS=Name("/Off")))).widgets
    assert widget.doubtful


def test_export_values_from_opt() -> None:
    def kid(state: str, look: str) -> Dictionary:
        return Dictionary(Type=Name.Annot, Subtype=Name.Widget, Rect=Array([100, 500, 110, 510]),
                          AP=states(state, "Off"), AS=Name(look))  # fmt: skip

    radio = Dictionary(T=String("mode"), FT=Name.Btn, Ff=1 << 15, V=Name("/1"),
                       Opt=Array([String("econnector_ng"), String("acces_direct")]),
                       Kids=Array([kid("0", "/Off"), kid("1", "/1")]))  # fmt: skip
    reading = read(form(radio))
    assert [(w.kind, w.checked, w.export) for w in reading.widgets] == [
        ("radio", False, "econnector_ng"),
        ("radio", True, "acces_direct"),
    ]


def test_choices_know_what_they_show() -> None:
    opt = Array([Array([String("lu"), String("Luxembourg")])])
    [widget] = read(form(field("pays", "Ch", Opt=opt, V=String("lu")))).widgets
    assert (widget.value, widget.options) == ("lu", (("lu", "Luxembourg"),))


def test_text_typed_over_a_flat_form_is_a_value() -> None:
    sheet = Sheet("Formulaire d'accès à l'environnement de test").dotted("Code prestataire", "")
    pdf = pikepdf.open(io.BytesIO(sheet.pdf()))
    note = Dictionary(Type=Name.Annot, Subtype=Name.FreeText, Rect=Array([205, 745, 330, 762]),
                      Contents=String("123456-78"))  # fmt: skip
    pdf.pages[0].obj.Annots = Array([pdf.make_indirect(note)])
    reading = read(saved(pdf))
    definition = load_forms().for_kind("formulaire_2")
    assert definition is not None
    value = extract(reading, definition).fields["code_prestataire"]
    assert (value.value, value.source) == ("123456-78", "annotation")


def test_stamps_and_ink_are_told() -> None:
    pdf = pikepdf.open(io.BytesIO(Sheet("x").pdf()))
    marks = [
        Dictionary(Type=Name.Annot, Subtype=Name(f"/{k}"), Rect=Array([10, 10, 60, 40]))
        for k in ("Stamp", "Ink")
    ]
    pdf.pages[0].obj.Annots = Array([pdf.make_indirect(m) for m in marks])
    assert [a.kind for a in read(saved(pdf)).annotations] == ["stamp", "ink"]


XFA = (
    b'<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/"><config><dynamicRender>required</dynamicRender></config>'
    b'<xfa:datasets xmlns:xfa="http://www.xfa.org/schema/xfa-data/1.0/"><xfa:data><form1>'
    b"<matricule>1893120105732</matricule><code_prestataire>123456-78</code_prestataire></form1></xfa:data>"
    b"</xfa:datasets></xdp:xdp>"
)


def test_the_data_of_a_dynamic_xfa_form_is_read_and_told() -> None:
    pdf = pikepdf.open(io.BytesIO(Sheet("Please wait...").pdf()))
    pdf.Root.AcroForm = Dictionary(Fields=Array(), XFA=pdf.make_stream(XFA))
    reading = read(saved(pdf))
    assert [n.code for n in reading.notes] == ["xfa_dynamic"]
    definition = load_forms().for_kind("formulaire_2")
    assert definition is not None
    fields = extract(reading, definition).fields
    assert {k: (v.value, v.source) for k, v in fields.items()} == {
        "matricule": ("1893120105732", "xfa"),
        "code_prestataire": ("123456-78", "xfa"),
    }


def test_an_owner_password_does_not_hinder() -> None:
    filled = acroform(blank("nda.pdf"), {"matricule": "1893120105732"})
    with pikepdf.open(io.BytesIO(filled)) as pdf:
        data = saved(pdf, encryption=pikepdf.Encryption(owner="secret", user=""))
    reading = read(data)
    assert reading.notes == ()
    assert any(w.value == "1893120105732" for w in reading.widgets)


def test_a_user_password_is_told() -> None:
    with pikepdf.open(io.BytesIO(blank("nda.pdf"))) as pdf:
        data = saved(pdf, encryption=pikepdf.Encryption(owner="a", user="b"))
    assert [n.code for n in read(data).notes] == ["encrypted"]


@pytest.mark.parametrize("data", [b"%PDF-1.7", b"%PDF-1.7\n%%EOF", b"%PDF-1.4\n" + b"\xff" * 4000])
def test_damage_is_told(data: bytes) -> None:
    assert [n.code for n in read(data).notes] == ["damaged"]


def test_a_scan_asks_for_ocr_and_a_digital_page_does_not() -> None:
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    sheet = Sheet("Digital").text("Un texte bien lisible sur la première page du document.").page()
    picture = Image.new("L", (600, 850), 255)
    sheet.canvas.drawImage(ImageReader(picture), 0, 0, 595, 842)
    assert read(sheet.pdf()).needs_ocr == (2,)


def test_too_many_pages_are_told() -> None:
    sheet = Sheet("x")
    for _ in range(4):
        sheet.text("a").page()
    reading = read_pdf(sheet.pdf(), ReadOptions(max_pages=2))
    assert (len(reading.pages), [n.code for n in reading.notes]) == (2, ["truncated"])
