"""Form fields on a finished PDF: dotted names as a hierarchy, boxes with their two states.

Text fields carry no appearance of their own: a filler that only sets /V is then shown by every
viewer (NeedAppearances asks them to draw it). Boxes have both appearances, chosen by /AS.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

WidgetKind = Literal["text", "multiline", "check", "radio", "signature"]

_PRINT = 4  # annotation flag
_READ_ORDER = Name("/R")
_REQUIRED, _MULTILINE, _RADIO = 1 << 1, 1 << 12, 1 << 15
_TEXT_STYLE = "/Helv 9.5 Tf 0 g"
_BOX_STYLE = "/ZaDb 0 Tf 0 g"
_CROSS = "8"  # of ZapfDingbats, for viewers that draw the mark themselves


@dataclass(frozen=True)
class Widget:
    """One place to fill. `rect` is left, bottom, right, top in points; `page` counts from 0.

    `state` is the value of a ticked box: `Yes`, or the choice for the boxes of one `radio` field.
    `tooltip` names the place, `field_tooltip` the field that a radio's boxes share.
    """

    name: str
    kind: WidgetKind
    page: int
    rect: tuple[float, float, float, float]
    tooltip: str
    required: bool = False
    state: str = "Yes"
    field_tooltip: str = ""


def add_form(pdf: Pdf, widgets: Iterable[Widget]) -> None:
    """Give the PDF an AcroForm with these widgets; nothing in it is filled."""
    tops: list[Any] = []
    nodes: dict[str, Any] = {}
    for widget in widgets:
        annotation = pdf.make_indirect(_annotation(pdf, widget))
        _annotate(pdf, widget.page, annotation)
        if widget.kind == "radio":
            if widget.name not in nodes:
                nodes[widget.name] = _insert(pdf, widget.name, _radio(pdf, widget), nodes, tops)
            nodes[widget.name].Kids.append(annotation)
            annotation.Parent = nodes[widget.name]
        else:
            nodes[widget.name] = _insert(pdf, widget.name, annotation, nodes, tops)
    pdf.Root.AcroForm = Dictionary(
        Fields=Array(tops),
        NeedAppearances=True,
        DA=String(_TEXT_STYLE),
        DR=Dictionary(Font=Dictionary(Helv=_font(pdf, "/Helvetica"), ZaDb=_font(pdf, "/ZapfDingbats"))),
        SigFlags=1,
    )


def _insert(pdf: Pdf, name: str, field: Any, nodes: dict[str, Any], tops: list[Any]) -> Any:
    """Hang a field under the parents that its dotted name asks for."""
    parent_name, _, own = name.rpartition(".")
    field.T = String(own)
    if not parent_name:
        tops.append(field)
        return field
    if parent_name not in nodes:
        parent = pdf.make_indirect(Dictionary(Kids=Array()))
        nodes[parent_name] = _insert(pdf, parent_name, parent, nodes, tops)
    nodes[parent_name].Kids.append(field)
    field.Parent = nodes[parent_name]
    return field


def _annotate(pdf: Pdf, number: int, annotation: Any) -> None:
    page = pdf.pages[number]
    if "/Annots" not in page:
        page.Annots = Array()
    page.Annots.append(annotation)
    page.Tabs = _READ_ORDER
    annotation.P = page.obj


def _annotation(pdf: Pdf, widget: Widget) -> Dictionary:
    result = Dictionary(
        Type=Name.Annot, Subtype=Name.Widget, F=_PRINT, Rect=Array([round(x, 2) for x in widget.rect])
    )
    result.TU = String(widget.tooltip)
    flags = _REQUIRED if widget.required else 0
    match widget.kind:
        case "text" | "multiline":
            result.FT = Name.Tx
            result.DA = String(_TEXT_STYLE)
            flags |= _MULTILINE if widget.kind == "multiline" else 0
        case "check":
            result.FT = Name.Btn
            result.V = Name.Off
            _add_states(pdf, result, widget)
        case "radio":
            _add_states(pdf, result, widget)
        case "signature":
            result.FT = Name.Sig
            flags = 0
    if flags and widget.kind != "radio":
        result.Ff = flags
    return result


def _radio(pdf: Pdf, widget: Widget) -> Any:
    """The field that the boxes of one choice share. A ticked box can be unticked again."""
    flags = _RADIO | (_REQUIRED if widget.required else 0)
    field = Dictionary(FT=Name.Btn, Ff=flags, V=Name.Off, Kids=Array(), TU=String(widget.field_tooltip))
    return pdf.make_indirect(field)


def _add_states(pdf: Pdf, annotation: Dictionary, widget: Widget) -> None:
    left, bottom, right, top = widget.rect
    width, height = right - left, top - bottom
    margin = 0.2 * width
    cross = (
        f"q 1.4 w 1 J 0 0 0.35 RG {margin:.2f} {margin:.2f} m {width - margin:.2f} {height - margin:.2f} l "
        f"{margin:.2f} {height - margin:.2f} m {width - margin:.2f} {margin:.2f} l S Q"
    )
    states = Dictionary()
    states[Name(f"/{widget.state}")] = _appearance(pdf, width, height, cross)
    states[Name.Off] = _appearance(pdf, width, height, "")
    annotation.AP = Dictionary(N=states)
    annotation.AS = Name.Off
    annotation.DA = String(_BOX_STYLE)
    annotation.MK = Dictionary(CA=String(_CROSS))


def _appearance(pdf: Pdf, width: float, height: float, content: str) -> Stream:
    box = Array([0, 0, round(width, 2), round(height, 2)])
    return Stream(
        pdf, content.encode(), Type=Name.XObject, Subtype=Name.Form, BBox=box, Resources=Dictionary()
    )


def _font(pdf: Pdf, base: str) -> Any:
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name(base))
    if base == "/Helvetica":
        font.Encoding = Name.WinAnsiEncoding
    return pdf.make_indirect(font)
