"""XFA forms whose elements are called TextField1: what they mean stands in the template's captions."""

from __future__ import annotations

import io

import pikepdf
from pikepdf import Array, Dictionary

from parsers.classify import classify
from parsers.documents.pdf import read_pdf
from parsers.documents.xfa_form import read_xfa
from parsers.extract import Extraction, extract
from parsers.forms import load_forms
from parsers.types import ReadOptions
from tests.parsers.form_builder import Sheet, acroform, blank

TEMPLATE = "http://www.xfa.org/schema/xfa-template/3.3/"
DATA = "http://www.xfa.org/schema/xfa-data/1.0/"


def said(text: str) -> str:
    return f"<value><text>{text}</text></value>"


def entry(name: str, caption: str, ui: str = "textEdit", more: str = "") -> str:
    return f'<field name="{name}"><ui><{ui}/></ui><caption>{said(caption)}</caption>{more}</field>'


def title(text: str) -> str:
    return f'<draw><font size="16pt" weight="bold"/>{said(text)}</draw>'


def one_of(name: str, caption: str, **choices: str) -> str:
    boxes = "".join(
        entry(f"B{on}", shown, "checkButton", f"<items><text>{on}</text></items>")
        for on, shown in ((key.lstrip("_"), text) for key, text in choices.items())
    )
    return f'<exclGroup name="{name}"><caption>{said(caption)}</caption>{boxes}</exclGroup>'


def packets(parts: str, data: str, *, render: str = "required", layout: str = "tb") -> bytes:
    """The packets as a designer's program writes them, line ends before each closing bracket included."""
    return (
        '<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/">'
        f"<config><dynamicRender\n>{render}</dynamicRender\n></config>"
        f'<template xmlns="{TEMPLATE}"><subform name="form1">'
        f'<subform layout="{layout}">{parts}</subform></subform></template>'
        f'<xfa:datasets xmlns:xfa="{DATA}"><xfa:data><form1>{data}</form1></xfa:data>'
        "</xfa:datasets></xdp:xdp>"
    ).encode()


def carried(xml: bytes, *, shell: bytes | None = None, catalog_says: bool = False) -> bytes:
    pdf = pikepdf.open(io.BytesIO(shell or Sheet("Please wait...").pdf()))
    if shell is None:
        pdf.Root.AcroForm = Dictionary(Fields=Array())
    pdf.Root.AcroForm.XFA = pdf.make_stream(xml)
    if catalog_says:
        pdf.Root.NeedsRendering = True
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def understood(pdf: bytes) -> tuple[str, Extraction]:
    reading = read_pdf(pdf, ReadOptions())
    (found,) = classify(reading, load_forms())
    assert found.form is not None, found.evidence
    return found.kind, extract(reading, found.form, found.pages)


ENROLMENT = (
    title("Formulaire d'enrôlement au dispositif d'aide à la mise en conformité")
    + one_of("Groupe1", "Type de personne", _1="Personne morale", _2="Personne physique")
    + entry("TextField1", "Dénomination sociale")
    + entry("TextField2", "Nom du CEO")
    + entry("TextField3", "Prénom du CEO")
    + entry("TextField4", "N° RCS")
    + entry("TextField5", "IBAN")
    + entry("TextField6", "Adresse e-mail")
    + entry("DateField1", "Date", "dateTimeEdit")
    + entry(
        "CheckBox1",
        "Participation à SONS Vague 1",
        "checkButton",
        "<items><text>1</text><text>0</text></items>",
    )
)
FILLED = (
    "<Groupe1>1</Groupe1><TextField1>Ardoise Médicale S.à r.l.</TextField1><TextField2>Weyrich</TextField2>"
    "<TextField3>Léa</TextField3><TextField4>B123456</TextField4><TextField5>LU280019400644750000</TextField5>"
    "<TextField6>lea@ardoise.example</TextField6><DateField1>2026-10-05</DateField1><CheckBox1>1</CheckBox1>"
)


def test_a_dynamic_form_is_read_by_the_captions_of_its_template() -> None:
    kind, found = understood(carried(packets(ENROLMENT, FILLED)))
    assert kind == "formulaire_1"
    assert {key: value.value for key, value in found.fields.items()} == {
        "type_personne": "morale",
        "denomination_sociale": "Ardoise Médicale S.à r.l.",
        "ceo_nom": "Weyrich",
        "ceo_prenom": "Léa",
        "rcs": "B123456",
        "iban": "LU280019400644750000",
        "email": "lea@ardoise.example",
        "participation_vague_1": True,
        "date_signature": "2026-10-05",
    }
    assert {value.source for value in found.fields.values()} == {"xfa"}


def test_an_empty_one_is_a_blank_form() -> None:
    kind, found = understood(carried(packets(ENROLMENT, "<TextField1/><TextField2/>")))
    assert (kind, found.filled) == ("formulaire_1", False)


def test_that_only_a_viewer_can_lay_it_out_is_told_by_the_configuration_or_the_catalog() -> None:
    by_configuration = read_pdf(carried(packets(ENROLMENT, FILLED)), ReadOptions())
    by_catalog = read_pdf(
        carried(packets(ENROLMENT, FILLED, render="forbidden"), catalog_says=True), ReadOptions()
    )
    assert [[n.code for n in r.notes] for r in (by_configuration, by_catalog)] == [["xfa_dynamic"]] * 2


def test_a_form_that_also_has_form_fields_is_read_from_those() -> None:
    shell = acroform(blank("formulaire_1.pdf"), {"matricule": "1893120105732"})
    reading = read_pdf(carried(packets(ENROLMENT, FILLED, render="forbidden"), shell=shell), ReadOptions())
    assert reading.pages
    assert "lea@ardoise.example" not in {w.value for w in reading.widgets}


def test_data_are_found_by_reference_by_instance_and_in_formatted_text() -> None:
    parts = (
        '<field name="F1"><ui><textEdit/></ui><bind match="dataRef" ref="$record.client.nom[0]"/>'
        "<assist><toolTip>Nom du client</toolTip></assist></field>"
        '<subform name="ligne" layout="row">' + entry("F2", "Poste") + "</subform>" + entry("F3", "Remarques")
    )
    data = (
        "<client><nom>Dr Anne Huss</nom></client><ligne><F2>3</F2></ligne><ligne><F2>4</F2></ligne>"
        '<F3><body xmlns="http://www.w3.org/1999/xhtml"><p>une</p><p>autre</p></body></F3><reste>seul</reste>'
    )
    form, _ = read_xfa(packets(parts, data))
    assert [(w.name, w.label, w.value) for w in form.widgets] == [
        ("form1.client.nom", "Nom du client", "Dr Anne Huss"),
        ("form1.ligne.0.F2", "Poste", "3"),
        ("form1.ligne.1.F2", "Poste", "4"),
        ("form1.F3", "Remarques", "une\nautre"),
        ("form1.reste", "", "seul"),
    ]


def test_of_parts_that_a_script_shows_or_hides_only_values_are_read() -> None:
    inside = f"<draw>{said('Caché')}</draw>" + entry("A", "Nom") + entry("B", "Prénom")
    parts = f'<subform presence="hidden">{inside}</subform>'
    form, _ = read_xfa(packets(parts, "<A>Weyrich</A><B/>"))
    assert [block.text for block in form.blocks] == ["Nom Weyrich"]


def test_what_stands_at_places_is_read_from_top_to_bottom() -> None:
    low, high = entry("A", "Deuxième"), entry("B", "Première")
    parts = low.replace('name="A"', 'name="A" y="30mm"') + high.replace('name="B"', 'name="B" y="0.5in"')
    form, _ = read_xfa(packets(parts, "", layout="position"))
    assert [block.text.split()[0] for block in form.blocks] == ["Première", "Deuxième"]


def test_a_row_of_a_table_is_read_under_its_heads() -> None:
    heads = "".join(f"<draw>{said(text)}</draw>" for text in ("Client", "Postes"))
    parts = (
        f'<subform layout="table"><subform layout="row">{heads}</subform>'
        f'<subform name="Ligne" layout="row">{entry("A", "")}{entry("B", "")}</subform></subform>'
    )
    rows = "<Ligne><A>Dr Anne Huss</A><B>3</B></Ligne><Ligne><A>Dr Jos Thill</A><B>1</B></Ligne>"
    form, _ = read_xfa(packets(parts, rows))
    assert [(b.text, b.cell and (b.cell.row, b.cell.column)) for b in form.blocks] == [
        ("Client", (1, 0)),
        ("Postes", (1, 1)),
        ("Dr Anne Huss", (2, 0)),
        ("3", (2, 1)),
        ("Dr Jos Thill", (3, 0)),
        ("1", (3, 1)),
    ]
