"""Word documents: what a person who opens them sees, and their form fields."""

from __future__ import annotations

import io
import zipfile

import pytest

from parsers.documents.docx import read_docx
from parsers.documents.reading import Reading
from parsers.types import ReadOptions
from tests.parsers.form_builder import blank, docx, p, table


def read(*body: str) -> Reading:
    return read_docx(docx(*body), ReadOptions())


def texts(reading: Reading) -> list[str]:
    return [block.text for block in reading.blocks]


def control(tag: str, content: str, properties: str = "") -> str:
    return (
        f'<w:sdt><w:sdtPr><w:alias w:val="L"/><w:tag w:val="{tag}"/>{properties}</w:sdtPr>'
        f"<w:sdtContent>{content}</w:sdtContent></w:sdt>"
    )


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def legacy(data: str, result: str = "", instruction: str = "FORMTEXT") -> str:
    return (
        f'<w:r><w:fldChar w:fldCharType="begin"><w:ffData>{data}</w:ffData></w:fldChar></w:r>'
        f"<w:r><w:instrText>{instruction}</w:instrText></w:r>"
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run(result) if result else ""}'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def test_a_control_in_a_line() -> None:
    reading = read(f"<w:p>{run('Nom : ')}{control('nom', run('Weis'))}</w:p>")
    [widget] = reading.widgets
    assert (widget.name, widget.value, widget.label, widget.block, widget.offset) == (
        "nom",
        "Weis",
        "L",
        0,
        6,
    )
    assert texts(reading) == ["Nom : Weis"]


def test_a_placeholder_is_empty() -> None:
    reading = read(f"<w:p>{control('nom', run('Cliquez ici'), '<w:showingPlcHdr/>')}</w:p>")
    assert [w.value for w in reading.widgets] == [""]
    assert "Cliquez" not in "".join(texts(reading))


@pytest.mark.parametrize(
    ("more", "text", "value"),
    [
        ("", "Weis", "Weis"),  # a program wrote it and left the mark
        ("", "JJ/MM/AAAA", ""),
        ("", "L", ""),  # the label once more
        ('<w:placeholder><w:docPart w:val="X"/></w:placeholder>', "Votre nom complet", ""),
    ],
)
def test_a_value_counts_though_the_mark_of_the_prompt_was_left(more: str, text: str, value: str) -> None:
    reading = read(f"<w:p>{control('nom', run(text), more + '<w:showingPlcHdr/>')}</w:p>")
    assert [w.value for w in reading.widgets] == [value]


def test_a_cell_inside_a_control_does_not_vanish() -> None:
    cell = control("matricule", "<w:tc><w:p>" + run("123") + "</w:p></w:tc>")
    reading = read(f"<w:tbl><w:tr><w:tc>{p('Matricule')}</w:tc>{cell}</w:tr></w:tbl>")
    assert texts(reading) == ["Matricule", "123"]
    assert [b.cell.column for b in reading.blocks if b.cell] == [0, 1]
    assert reading.widgets[0].value == "123"


def test_check_boxes_drop_downs_and_dates() -> None:
    on = '<w14:checkbox><w14:checked w14:val="1"/></w14:checkbox>'
    off = '<w14:checkbox><w14:checked w14:val="0"/></w14:checkbox>'
    listed = (
        '<w:dropDownList><w:listItem w:displayText="Accès direct" w:value="acces_direct"/></w:dropDownList>'
    )
    day = '<w:date w:fullDate="2025-05-12T00:00:00Z"/>'
    reading = read(
        f"<w:p>{control('a', run('☒'), on)}{control('b', run('☐'), off)}</w:p>",
        f"<w:p>{control('c', run('Accès direct'), listed)}{control('d', run('12/05/2025'), day)}</w:p>",
    )
    assert [(w.kind, w.checked, w.value) for w in reading.widgets] == [
        ("checkbox", True, "true"),
        ("checkbox", False, ""),
        ("choice", None, "acces_direct"),
        ("date", None, "12/05/2025"),
    ]


def test_copies_in_a_repeating_section_are_numbered() -> None:
    def item(name: str) -> str:
        inner = f"<w:p>{control('prestataires.0.nom', run(name))}</w:p>"
        return (
            f"<w:sdt><w:sdtPr><w:repeatingSectionItem/></w:sdtPr><w:sdtContent>{inner}</w:sdtContent></w:sdt>"
        )

    section = (
        '<w:sdt><w:sdtPr><w:tag w:val="prestataires"/><w:repeatingSection/></w:sdtPr>'
        f"<w:sdtContent>{item('Weis')}{item('Thill')}</w:sdtContent></w:sdt>"
    )
    reading = read(section)
    assert [(w.name, w.value) for w in reading.widgets] == [
        ("prestataires.0.nom", "Weis"),
        ("prestataires.1.nom", "Thill"),
    ]


def test_legacy_form_fields() -> None:
    box = '<w:name w:val="C1"/><w:checkBox><w:default w:val="0"/><w:checked/></w:checkBox>'
    listed = (
        '<w:name w:val="D1"/><w:ddList><w:result w:val="1"/>'
        '<w:listEntry w:val="A"/><w:listEntry w:val="B"/></w:ddList>'
    )
    text = '<w:name w:val="T1"/><w:textInput/>'
    reading = read(
        f"<w:p>{run('Nom : ')}{legacy(text, 'Weis')}</w:p>",
        f"<w:p>{legacy(box, instruction='FORMCHECKBOX')}{run(' Oui')}</w:p>",
        f"<w:p>{legacy(listed, instruction='FORMDROPDOWN')}</w:p>",
    )
    assert [(w.name, w.value, w.checked) for w in reading.widgets] == [
        ("T1", "Weis", None),
        ("C1", "true", True),
        ("D1", "B", None),
    ]
    assert texts(reading) == ["Nom : Weis", "☒ Oui", "B"]


def test_tracked_changes_are_read_as_accepted() -> None:
    changed = (
        "<w:p>" + run("Matricule ") + "<w:del><w:r><w:delText>111</w:delText></w:r></w:del>"
        "<w:ins>" + run("222") + "</w:ins></w:p>"
    )
    assert texts(read(changed)) == ["Matricule 222"]


def test_merged_and_nested_cells_keep_their_places() -> None:
    inner = table(("a", "b"))
    reading = read(
        "<w:tbl><w:tr>"
        f'<w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>{p("breit")}</w:tc><w:tc>{p("c")}</w:tc></w:tr>'
        f"<w:tr><w:tc>{inner}{p('')}</w:tc><w:tc>{p('d')}</w:tc><w:tc>{p('e')}</w:tc></w:tr></w:tbl>"
    )
    places = {b.text: (b.cell.table, b.cell.row, b.cell.column) for b in reading.blocks if b.cell and b.text}
    assert places == {
        "breit": (0, 0, 0),
        "c": (0, 0, 2),
        "a": (1, 0, 0),
        "b": (1, 0, 1),
        "d": (0, 1, 1),
        "e": (0, 1, 2),
    }


def test_symbols_text_boxes_and_hidden_text() -> None:
    inner = f"<w:txbxContent>{p('im Kasten')}</w:txbxContent>"
    box = f"<w:r><w:pict><v:textbox xmlns:v='v'>{inner}</v:textbox></w:pict></w:r>"
    reading = read(
        '<w:p><w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>' + run(" Oui") + "</w:p>",
        f"<w:p>{box}</w:p>",
        "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>geheim</w:t></w:r></w:p>",
    )
    assert texts(reading) == ["☒ Oui", "im Kasten", ""]


def test_macros_are_told_and_the_text_read() -> None:
    source = zipfile.ZipFile(io.BytesIO(docx(p("Bonjour"))))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))
        target.writestr("word/vbaProject.bin", b"x")
    reading = read_docx(out.getvalue(), ReadOptions())
    assert [n.code for n in reading.notes] == ["macro"]
    assert texts(reading) == ["Bonjour"]


def test_entities_are_refused() -> None:
    source = zipfile.ZipFile(io.BytesIO(docx(p("x"))))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "word/document.xml":
                data = b'<!DOCTYPE a [<!ENTITY b "c">]>' + data
            target.writestr(name, data)
    assert [n.code for n in read_docx(out.getvalue(), ReadOptions()).notes] == ["bomb"]


def test_a_part_that_expands_too_far_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("word/document.xml", b"<a>" + b" " * 20_000_000 + b"</a>")
    assert [n.code for n in read_docx(out.getvalue(), ReadOptions()).notes] == ["bomb"]


@pytest.mark.parametrize("size", [100, 2000, 9000])
def test_a_truncated_file_is_damaged(size: int) -> None:
    assert [n.code for n in read_docx(blank("formulaire_1.docx")[:size], ReadOptions()).notes] == ["damaged"]


def test_an_encrypted_file_says_so() -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")
    assert [n.code for n in read_docx(ole, ReadOptions()).notes] == ["encrypted"]
