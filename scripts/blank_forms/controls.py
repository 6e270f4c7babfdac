"""Word's content controls (w:sdt), run level: tag = the field's id, title = its label.

They cannot be deleted by accident (sdtLocked) but are free to fill. Children of w:sdtPr stand in the
order of ISO/IEC 29500-1, 17.5.2.38.
"""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from docx.oxml import parse_xml
from lxml import etree

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
_ARIAL = '<w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:cs="Arial"/>'
_PLACEHOLDER = f'<w:rPr>{_ARIAL}<w:color w:val="808080"/><w:sz w:val="16"/></w:rPr>'
_VALUE = f'<w:rPr>{_ARIAL}<w:sz w:val="18"/></w:rPr>'
_BOX = (
    '<w:rPr><w:rFonts w:ascii="MS Gothic" w:eastAsia="MS Gothic" w:hAnsi="MS Gothic" w:hint="eastAsia"/>'
    '<w:sz w:val="20"/></w:rPr>'
)


def text_control(
    tag: str, title: str, number: int, placeholder: str, multiline: bool = False
) -> etree._Element:
    """A plain text control that shows its placeholder."""
    kind = '<w:text w:multiLine="1"/>' if multiline else "<w:text/>"
    return _control(tag, title, number, kind, placeholder)


def date_control(tag: str, title: str, number: int, placeholder: str) -> etree._Element:
    """A date picker that writes 31/12/2025 and stores the day as xsd:date once a day is picked."""
    kind = (
        '<w:date><w:dateFormat w:val="dd/MM/yyyy"/><w:lid w:val="fr-LU"/>'
        '<w:storeMappedDataAs w:val="date"/><w:calendar w:val="gregorian"/></w:date>'
    )
    return _control(tag, title, number, kind, placeholder)


def drop_down(
    tag: str, title: str, number: int, placeholder: str, options: Iterable[tuple[str, str]]
) -> etree._Element:
    """A list of (value, shown text); nothing is chosen."""
    items = "".join(
        f"<w:listItem w:displayText={quoteattr(text)} w:value={quoteattr(value)}/>" for value, text in options
    )
    return _control(tag, title, number, f"<w:dropDownList>{items}</w:dropDownList>", placeholder)


def check_box(tag: str, title: str, number: int) -> etree._Element:
    """An unticked box."""
    kind = (
        '<w14:checkbox><w14:checked w14:val="0"/><w14:checkedState w14:val="2612" w14:font="MS Gothic"/>'
        '<w14:uncheckedState w14:val="2610" w14:font="MS Gothic"/></w14:checkbox>'
    )
    return _sdt(tag, title, number, _BOX, "", kind, f"<w:r>{_BOX}<w:t>\u2610</w:t></w:r>")


def _control(tag: str, title: str, number: int, kind: str, placeholder: str) -> etree._Element:
    content = f'<w:r>{_PLACEHOLDER}<w:t xml:space="preserve">{escape(placeholder)}</w:t></w:r>'
    return _sdt(tag, title, number, _VALUE, "<w:showingPlcHdr/>", kind, content)


def _sdt(
    tag: str, title: str, number: int, style: str, state: str, kind: str, content: str
) -> etree._Element:
    return parse_xml(
        f'<w:sdt xmlns:w="{_W}" xmlns:w14="{_W14}"><w:sdtPr>{style}<w:alias w:val={quoteattr(title)}/>'
        f'<w:tag w:val={quoteattr(tag)}/><w:id w:val="{number}"/><w:lock w:val="sdtLocked"/>{state}{kind}'
        f"</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"
    )
