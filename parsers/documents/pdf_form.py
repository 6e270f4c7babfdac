"""The form of a PDF through pikepdf: AcroForm widgets, XFA, annotations put on top.

AcroForm values are not in the text of a page; what the file says is read from its field dictionaries,
also where no appearance was ever drawn.
"""

from __future__ import annotations

from collections.abc import Set
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String

from parsers.documents.pdf_digest import Digests, PagePrint
from parsers.documents.pdf_xfa import XfaTooLarge, bounded_bytes, packets
from parsers.documents.reading import Annotation, AnnotationKind, Block, Widget, WidgetKind
from parsers.types import BBox, Problem, ReadOptions

_RADIO, _PUSH_BUTTON = 1 << 15, 1 << 16
_LONGEST_VALUE = 50_000
"""Characters of a field's value; what has more is no answer to a form's question."""
_READ_ONLY = 1
_MAX_WIDGETS = 5000
_ANNOTATIONS: dict[str, AnnotationKind] = {"/FreeText": "freetext", "/Stamp": "stamp", "/Ink": "ink"}


@dataclass(frozen=True, slots=True)
class FormContent:
    widgets: tuple[Widget, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    notes: tuple[Problem, ...] = ()
    title: str = ""
    prints: tuple[PagePrint | None, ...] = ()
    """Of each page with form fields; None for another, or one that cannot be told."""
    blocks: tuple[Block, ...] = ()
    """What a dynamic XFA form would print; its pages only ask for another viewer."""


@dataclass(slots=True)
class _Inherited:
    """A terminal field: what its dictionary and its ancestors say."""

    name: str = ""
    kind: str = ""
    flags: int = 0
    value: Any = None
    default: Any = None
    label: str = ""
    options: tuple[tuple[str, str], ...] = ()
    button_options: tuple[str, ...] = ()


def read_form(pdf: pikepdf.Pdf, options: ReadOptions) -> FormContent:
    """Widgets in page order, then fields that show nowhere. pikepdf's errors pass."""
    acroform = pdf.Root.get("/AcroForm")
    widgets: list[Widget] = []
    annotations: list[Annotation] = []
    notes: list[Problem] = []
    prints: list[PagePrint | None] = []
    blocks: tuple[Block, ...] = ()
    digests = Digests(pdf)
    seen: set[tuple[int, int]] = set()
    shown: set[str] = set()
    trust_values = isinstance(acroform, Dictionary) and bool(acroform.get("/NeedAppearances", False))
    for number, page in enumerate(pdf.pages, start=1):
        if number > options.max_pages:
            break
        annots = page.obj.get("/Annots")
        if not isinstance(annots, Array):
            prints.append(None)
            continue
        frame = _Frame.of(page)
        bare: list[Any] = []
        fields = others = 0
        for annot in annots:
            if not isinstance(annot, Dictionary):
                continue
            # Asking for what is not there takes an exception each time.
            keys = annot.keys()
            subtype = str(annot["/Subtype"]) if "/Subtype" in keys else ""
            hidden = bool(int(annot["/F"]) & 2) if "/F" in keys else False
            rect = annot["/Rect"] if "/Rect" in keys else None
            if subtype == "/Widget":
                if hidden:
                    continue
                if len(widgets) >= _MAX_WIDGETS:
                    others += 1
                    continue
                seen.add(annot.objgen)
                widget = _widget(annot, keys, number, frame.box(rect), trust_values)
                if widget:
                    shown.add(widget.name)
                    widgets.append(widget)
                fields += 1
                if widget is None or widget.box is None or not widget.tells:
                    bare.append(annot)
                continue
            others += subtype != "/Link"
            if subtype in _ANNOTATIONS:
                box = frame.box(rect)
                if box and not hidden:
                    annotations.append(
                        Annotation(_ANNOTATIONS[subtype], number, box, _string(annot.get("/Contents")))
                    )
            elif subtype == "/StrikeOut" and not hidden:
                annotations += [Annotation("strike", number, box) for box in _struck_lines(annot, frame)]
            if subtype in ("/Line", "/Ink", "/PolyLine") and not hidden:
                annotations += [Annotation("strike", number, box) for box in _level_strokes(annot, frame)]
        prints.append(digests.of(page, None if others else bare) if fields else None)
    if isinstance(acroform, Dictionary):
        every = acroform.get("/Fields")
        if isinstance(every, Array):
            for terminal in _terminals(every, 0):
                if terminal.objgen not in seen and len(widgets) < _MAX_WIDGETS:
                    widget = _widget(terminal, terminal.keys(), None, None, trust_values)
                    if widget and widget.name not in shown and (widget.value or widget.checked):
                        widgets.append(widget)
        widgets, blocks = _with_xfa(pdf, acroform, widgets, notes)
    return FormContent(tuple(widgets), tuple(annotations), tuple(notes), _title(pdf), tuple(prints), blocks)


def _with_xfa(
    pdf: pikepdf.Pdf, acroform: Dictionary, widgets: list[Widget], notes: list[Problem]
) -> tuple[list[Widget], tuple[Block, ...]]:
    """The form fields with what XFA adds, and what a dynamic form would print; problems go to `notes`."""
    try:
        xml = packets(acroform.get("/XFA"))
    except XfaTooLarge:
        notes.append(Problem(code="bomb", message="The XFA data expand to an unreasonable size."))
        return widgets, ()
    if not xml:
        return widgets, ()
    from parsers.documents.xfa_form import read_xfa  # few PDFs have one, and it brings an XML library

    xfa, problem = read_xfa(xml)
    if problem:
        notes.append(problem)
    filled = {w.name for w in widgets if w.value or w.checked}
    hybrid = {_plain(w.name) for w in widgets}
    if xfa.dynamic or bool(pdf.Root.get("/NeedsRendering", False)):
        message = "The form is a dynamic XFA form; only the data stored in it can be read."
        notes.append(Problem(code="xfa_dynamic", message=message))
        if xfa.blocks and not widgets:
            return list(xfa.widgets), xfa.blocks
    if not filled:
        unplaced = (replace(w, block=None, offset=None) for w in xfa.widgets)
        widgets = [*widgets, *(w for w in unplaced if w.value or _plain(w.name) not in hybrid)]
    return widgets, ()


def _struck_lines(annot: Any, frame: _Frame) -> list[BBox]:
    """The lines of words that a viewer's strike-out covers, each as four corners in /QuadPoints."""
    quads: Any = annot.get("/QuadPoints")
    if not isinstance(quads, Array) or len(quads) < 8:
        quads = []
    every = [[float(v) for v in list(quads)[i : i + 8]] for i in range(0, min(len(quads), 4000) // 8 * 8, 8)]
    rects = [Array([min(q[::2]), min(q[1::2]), max(q[::2]), max(q[1::2])]) for q in every]
    boxes = [frame.box(rect) for rect in rects or [annot.get("/Rect")]]
    return [box for box in boxes if box]


def _level_strokes(annot: Any, frame: _Frame) -> list[BBox]:
    """The strokes of a line or of ink that run along a line of print, as one may strike it out with."""
    subtype = str(annot.get("/Subtype", ""))
    points: Any = annot.get({"/Line": "/L", "/PolyLine": "/Vertices"}.get(subtype, "/InkList"))
    if not isinstance(points, Array):
        return []
    strokes = list(points)[:200] if subtype == "/Ink" else [points]
    boxes: list[BBox | None] = []
    for stroke in strokes:
        try:
            numbers = [float(v) for v in list(stroke)[:2000]]
        except (TypeError, ValueError):
            continue
        xs, ys = numbers[::2], numbers[1::2]
        if len(xs) > 1 and len(xs) == len(ys):
            boxes.append(frame.box(Array([min(xs), min(ys), max(xs), max(ys)])))
    return [b for b in boxes if b and b[3] - b[1] <= min(8.0, 0.2 * (b[2] - b[0]))]


def _plain(name: str) -> str:
    return name.rpartition(".")[2].split("[")[0]


def _title(pdf: pikepdf.Pdf) -> str:
    info = pdf.trailer.get("/Info")
    return _string(info.get("/Title")) if isinstance(info, Dictionary) else ""


@dataclass(frozen=True, slots=True)
class _Frame:
    """The displayed page: crop box and rotation in quarter turns."""

    left: float
    bottom: float
    right: float
    top: float
    turns: int

    @classmethod
    def of(cls, page: pikepdf.Page) -> _Frame:
        media = _numbers(page.mediabox)
        crop = _numbers(page.cropbox)
        left, right = sorted((crop[0], crop[2]))
        bottom, top = sorted((crop[1], crop[3]))
        if right - left < 1 or top - bottom < 1:
            left, bottom, right, top = media
        turns = 0
        node: Any = page.obj
        for _ in range(32):
            if "/Rotate" in node:
                turns = int(node["/Rotate"]) // 90 % 4
                break
            node = node.get("/Parent")
            if not isinstance(node, Dictionary):
                break
        return cls(left, bottom, right, top, turns)

    def box(self, rect: Any) -> BBox | None:
        if not isinstance(rect, Array) or len(rect) != 4:
            return None
        a, b, c, d = _numbers(rect)
        x0, x1, y0, y1 = min(a, c), max(a, c), min(b, d), max(b, d)
        if self.turns == 0:
            points = (x0 - self.left, self.top - y1, x1 - self.left, self.top - y0)
        elif self.turns == 1:
            points = (y0 - self.bottom, x0 - self.left, y1 - self.bottom, x1 - self.left)
        elif self.turns == 2:
            points = (self.right - x1, y0 - self.bottom, self.right - x0, y1 - self.bottom)
        else:
            points = (self.top - y1, self.right - x1, self.top - y0, self.right - x0)
        left, top, right, bottom = (round(v, 2) for v in points)
        return (left, top, right, bottom)


def _numbers(array: Any) -> list[float]:
    """As they are written, all at once; one by one only where that is more than plain numbers."""
    if isinstance(array, Array):
        with suppress(ValueError):
            return [float(number) for number in array.unparse().strip(b"[] ").split()]
    return [float(number) for number in array]


def _terminals(fields: Any, depth: int) -> list[Any]:
    found: list[Any] = []
    if depth > 30:
        return found
    for node in fields:
        if not isinstance(node, Dictionary):
            continue
        kids: Any = node["/Kids"] if "/Kids" in node.keys() else None  # noqa: SIM118 - no dict
        if isinstance(kids, Array) and len(kids):
            found += _terminals(kids, depth + 1)
        else:
            found.append(node)
    return found


def _inherit(annot: Any, keys: Set[str]) -> _Inherited:
    result = _Inherited()
    names: list[str] = []
    node = annot
    for _ in range(32):
        if "/T" in keys:
            names.append(_string(node["/T"]))
        if not result.kind and "/FT" in keys:
            result.kind = str(node["/FT"])
        if not result.flags and "/Ff" in keys:
            result.flags = int(node["/Ff"])
        if result.value is None and "/V" in keys:
            result.value = node["/V"]
        if result.default is None and "/DV" in keys:
            result.default = node["/DV"]
        if not result.label and "/TU" in keys:
            result.label = _string(node["/TU"])
        options = not result.options and not result.button_options and "/Opt" in keys
        if options and isinstance(node["/Opt"], Array):
            result.options, result.button_options = _options(node["/Opt"])
        node = node["/Parent"] if "/Parent" in keys else None
        if not isinstance(node, Dictionary):
            break
        keys = node.keys()
    result.name = ".".join(reversed(names))
    return result


def _options(opt: Any) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    pairs = []
    for item in opt:
        if isinstance(item, Array) and len(item) >= 2:
            pairs.append((_string(item[0]), _string(item[1])))
        else:
            text = _string(item)
            pairs.append((text, text))
    return tuple(pairs), tuple(export for export, _ in pairs)


def _widget(
    annot: Any, keys: Set[str], page: int | None, box: BBox | None, trust_values: bool
) -> Widget | None:
    found = _inherit(annot, keys)
    if found.kind == "/Btn":
        if found.flags & _PUSH_BUTTON:
            return Widget(found.name, "button", "acroform", page=page, box=box) if _has_icon(annot) else None
        return _button(annot, keys, found, page, box, trust_values)
    kinds: dict[str, WidgetKind] = {"/Tx": "text", "/Ch": "choice", "/Sig": "signature"}
    kind = kinds.get(found.kind)
    if kind is None:
        return None
    value = ""
    values: tuple[str, ...] = ()
    if kind != "signature":
        value, values = _values(found.value)
    elif isinstance(found.value, Dictionary):
        value = "signed"
    return Widget(
        found.name,
        kind,
        "acroform",
        value=value,
        values=values,
        label=found.label,
        options=found.options,
        page=page,
        box=box,
        default=_values(found.default)[0],
        read_only=bool(found.flags & _READ_ONLY),
    )


def _has_icon(annot: Any) -> bool:
    """True for a push button that shows a picture, as « image fields » are made."""
    style, looks = annot.get("/MK"), annot.get("/AP")
    if isinstance(style, Dictionary) and "/I" in style:
        return True
    normal: Any = looks.get("/N") if isinstance(looks, Dictionary) else None
    resources: Any = normal.get("/Resources") if isinstance(normal, Stream) else None
    return isinstance(resources, Dictionary) and "/XObject" in resources


def _button(
    annot: Any, keys: Set[str], found: _Inherited, page: int | None, box: BBox | None, trust_values: bool
) -> Widget | None:
    kind: WidgetKind = "radio" if found.flags & _RADIO else "checkbox"
    looks: Any = annot["/AP"] if "/AP" in keys else None
    normal: Any = looks.get("/N") if isinstance(looks, Dictionary) else None
    by_state = isinstance(normal, Dictionary) and not isinstance(normal, Stream)
    states = [str(key) for key in normal if key != "/Off"] if by_state else []
    shown = str(annot["/AS"]) if "/AS" in keys else None
    state = states[0] if states else (shown if shown not in (None, "/Off") else None)
    chosen = _state_name(found.value)
    export = (state or "").lstrip("/")
    if found.button_options and export.isdigit() and int(export) < len(found.button_options):
        export = found.button_options[int(export)]
    doubtful = False
    if state is None:
        # No appearance says what "on" is called: any value but Off is on (a single box only).
        checked = chosen not in (None, "/Off", "/")
        export = export or (chosen or "").lstrip("/")
        doubtful = kind == "radio"
    else:
        by_value = chosen is not None and chosen in (state, "/" + export)
        by_look = shown == state if shown is not None else None
        checked = by_value if by_look is None or trust_values else by_look
        doubtful = by_look is not None and by_look != by_value and not (trust_values and by_value)
        checked = checked or (by_value and doubtful)
    return Widget(
        found.name,
        kind,
        "acroform",
        value=export if checked else "",
        checked=checked,
        export=export,
        label=found.label,
        options=found.options,
        page=page,
        box=box,
        default=_state_name(found.default) or "",
        read_only=bool(found.flags & _READ_ONLY),
        doubtful=doubtful,
    )


def _state_name(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, Name):
        return str(value)
    text = _values(value)[0]
    return "/" + text if text else None


def _values(value: Any) -> tuple[str, tuple[str, ...]]:
    if isinstance(value, Array):
        values = tuple(_string(v) for v in value)
        return "; ".join(values), values
    text = _string(value)
    return text, (text,) if text else ()


def _string(value: Any) -> str:
    if isinstance(value, String):
        return str(value)[:_LONGEST_VALUE].replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    if isinstance(value, Name):
        return str(value).lstrip("/")
    if isinstance(value, Stream):
        raw = bounded_bytes(value, 200_000)[:200_000]
        return raw.decode("utf-16" if raw[:2] in (b"\xfe\xff", b"\xff\xfe") else "utf-8", "replace")
    return "" if value is None or isinstance(value, Dictionary | Array) else str(value)
