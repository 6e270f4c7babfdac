"""What an XFA form prints and holds: the template's captions merged with the data that a viewer stored.

The data name their elements as the designer of the form did ("TextField1"); what a field is for stands in the
template, as its caption or its tooltip. No scripts run. Source: XML Forms Architecture 3.3, part 1.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lxml import etree

from parsers.documents.reading import Block, CellPosition, Widget
from parsers.documents.xfa_template import (
    CONTAINERS,
    XHTML,
    bound_path,
    caption_of,
    child_named,
    elements,
    local_name,
    options_of,
    parts_in_order,
    points,
    stored_items,
    text_of,
    tooltip_of,
    unbound,
)
from parsers.types import Problem

_DATA = "{http://www.xfa.org/schema/xfa-data/1.0/}"
_DEEPEST, _MOST_FIELDS, _MOST_BLOCKS = 40, 5000, 5000
_EMPTY = "\ufffc"
_TITLE_SIZE = 14.0


@dataclass(frozen=True, slots=True)
class XfaForm:
    """`blocks` are what a viewer would print, in reading order; empty where the file brings no template.

    `dynamic`: its pages exist only after a viewer laid it out.
    """

    widgets: tuple[Widget, ...] = ()
    blocks: tuple[Block, ...] = ()
    dynamic: bool = False


def read_xfa(xml: bytes) -> tuple[XfaForm, Problem | None]:
    """The form in these packets. What is no XML at all is told as a problem."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, recover=True)
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        return XfaForm(), Problem(code="damaged", message=f"The XFA data cannot be read ({error}).")
    if root is None:
        return XfaForm(), None
    data = next(root.iter(f"{_DATA}data"), None)
    template = next(
        (e for e in root.iter() if local_name(e) == "template" and child_named(e, "subform") is not None),
        None,
    )
    dynamic = any(
        local_name(e) == "dynamicRender" and (e.text or "").strip() == "required" for e in root.iter()
    )
    merge = _Merge(_leaves(data) if data is not None else [])
    if template is not None:
        merge.walk(template, data, 0)
    rest = tuple(leaf.widget() for leaf in merge.leaves if not leaf.taken)
    return XfaForm((*merge.widgets, *rest), tuple(merge.blocks), dynamic), None


@dataclass(slots=True)
class _Leaf:
    """One value of the data: its element, its path with repeated elements numbered, its text."""

    element: Any
    name: str
    value: str
    taken: bool = False

    def widget(self) -> Widget:
        return Widget(self.name, "text", "xfa", value=self.value)


def _leaves(data: Any) -> list[_Leaf]:
    found: list[_Leaf] = []

    def walk(element: Any, path: str, depth: int) -> None:
        children = [child for child in element if isinstance(child.tag, str)]
        names = [local_name(child) for child in children]
        often = Counter(names)
        seen: Counter[str] = Counter()
        for child, name in zip(children, names, strict=True):
            if len(found) >= _MOST_FIELDS or depth > _DEEPEST:
                return
            full = f"{path}.{name}" if path else name
            if often[name] > 1:
                full = f"{full}.{seen[name]}"
            seen[name] += 1
            inner = [e for e in child if isinstance(e.tag, str)]
            if inner and not all(str(e.tag).startswith(XHTML) for e in inner):
                walk(child, full, depth + 1)
            else:
                found.append(_Leaf(child, full, text_of(child)))

    walk(data, "", 0)
    return found


@dataclass(slots=True)
class _Merge:
    """The template walked beside the data, once per instance of a repeated part."""

    leaves: list[_Leaf]
    widgets: list[Widget] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    by_element: dict[Any, _Leaf] = field(init=False)
    named: dict[Any, dict[str, list[Any]]] = field(default_factory=dict)
    """The children of elements of the data, by their names."""
    tables: int = 0
    rows: int = 0
    cell: CellPosition | None = None
    """Where the next text stands, while a row of a table is walked."""

    def __post_init__(self) -> None:
        self.by_element = {leaf.element: leaf for leaf in self.leaves}

    def walk(self, container: Any, data: Any, depth: int, hidden: bool = False) -> None:
        """Prints a container. Of what a script may have shown since, only fields that hold something."""
        if depth > _DEEPEST or len(self.blocks) >= _MOST_BLOCKS or len(self.widgets) >= _MOST_FIELDS:
            return
        for part in parts_in_order(container):
            kind = local_name(part)
            unseen = hidden or part.get("presence") in ("hidden", "inactive")
            if part.get("layout") == "table":
                self.tables += 1
            if kind in CONTAINERS:
                for instance in self._instances(part, data):
                    self._row(part, instance, depth + 1, unseen)
                continue
            leaf = self._leaf(part, data) if kind != "draw" else None
            if unseen and not (leaf and leaf.value):
                continue
            if kind == "draw":
                self._print(text_of(child_named(part, "value")), part)
            elif kind == "field":
                self._field(part, leaf)
            else:
                self._choice(part, leaf)

    def _row(self, part: Any, data: Any, depth: int, hidden: bool) -> None:
        """A part, as a table's row where it is one: each of its own parts is a cell."""
        if part.get("layout") != "row" or not self.tables:
            self.walk(part, data, depth, hidden)
            return
        self.rows += 1
        self.cell = CellPosition(self.tables, self.rows, 0)
        self.walk(part, data, depth, hidden)
        self.cell = None

    def _instances(self, part: Any, data: Any) -> Sequence[Any]:
        """The data of each instance of a part; a part without a name, or unbound, has its parent's."""
        name = part.get("name")
        if data is None or not name or unbound(part):
            return [data]
        bound = bound_path(part)
        found = self._at(data, bound) if bound else self._children(data, name)
        return found or [data]

    def _leaf(self, part: Any, data: Any) -> _Leaf | None:
        if data is None or unbound(part):
            return None
        bound = bound_path(part)
        name = part.get("name")
        found = self._at(data, bound) if bound else self._children(data, name)
        leaves = [leaf for e in found if (leaf := self.by_element.get(e)) is not None and not leaf.taken]
        if not leaves:
            return None
        leaves[0].taken = True
        return leaves[0]

    def _children(self, data: Any, name: str | None) -> list[Any]:
        if data not in self.named:
            self.named[data] = {}
            for child in elements(data):
                self.named[data].setdefault(local_name(child), []).append(child)
        return self.named[data].get(name or "", [])

    def _at(self, data: Any, path: Sequence[str]) -> list[Any]:
        """The elements at a path of names that starts here, or at the top for one that begins with ""."""
        if path[0] == "":
            while not str(data.tag).startswith(_DATA):
                data = data.getparent()
            path = path[1:]
            if path and not self._children(data, path[0]) and len(data):
                data = data[0]  # $record: the first element of the data
        here = [data]
        for name in path:
            here = [child for e in here for child in self._children(e, name)]
        return here

    def _print(self, text: str, part: Any, widgets: Sequence[tuple[int, Widget]] = ()) -> None:
        if not text.strip():
            return
        font = next((e for e in part if local_name(e) == "font"), None)
        bold = font is not None and font.get("weight") == "bold"
        large = font is not None and points(font.get("size")) >= _TITLE_SIZE
        number = len(self.blocks)
        if self.cell is None:
            self.blocks.append(Block(text, "heading" if large else "paragraph", bold=bold))
        else:
            told = part.get("colSpan") or ""
            span = int(told) if re.fullmatch(r"[1-9]\d?", told) else 1
            self.blocks.append(Block(text, "cell", replace(self.cell, column_span=span), bold))
            self.cell = replace(self.cell, column=self.cell.column + span)
        self.widgets += [replace(widget, block=number, offset=offset) for offset, widget in widgets]

    def _field(self, part: Any, leaf: _Leaf | None) -> None:
        """A field's caption and what it holds, the caption of a box to tick behind it."""
        kind = next((local_name(e) for e in elements(child_named(part, "ui"))), "")
        if kind in ("button", "signature", "barcode"):
            return
        caption = caption_of(part)
        name = leaf.name if leaf else str(part.get("name") or "")
        value = leaf.value if leaf else ""
        label = caption or tooltip_of(part)
        if kind == "checkButton":
            on = (stored_items(part) or ["1"])[0]
            widget = _box(name, "checkbox", label, on, value == on)
            self._print(f"{_shown(widget)} {caption}", part, [(0, widget)])
            return
        widget = Widget(name, "text", "xfa", value=value, label=label, options=options_of(part))
        if kind == "choiceList":
            widget = replace(widget, kind="choice", values=tuple(value.split("\n")) if "\n" in value else ())
        elif kind == "dateTimeEdit":
            widget = replace(widget, kind="date")
        lead = f"{caption} " if caption else ""
        self._print(f"{lead}{value or _EMPTY}", part, [(len(lead), widget)])

    def _choice(self, part: Any, leaf: _Leaf | None) -> None:
        """A group of which one may be ticked: its boxes on one line, behind the group's caption."""
        name = leaf.name if leaf else str(part.get("name") or "")
        text, boxes = caption_of(part), []
        for member in parts_in_order(part):
            if local_name(member) != "field":
                continue
            on = (stored_items(member) or [str(member.get("name") or "")])[0]
            caption = caption_of(member)
            widget = _box(
                name, "radio", caption or tooltip_of(member), on, leaf is not None and leaf.value == on
            )
            text = f"{text}  " if text else ""
            boxes.append((len(text), widget))
            text += f"{_shown(widget)} {caption}"
        self._print(text, part, boxes)


def _box(name: str, kind: Any, label: str, on: str, checked: bool) -> Widget:
    return Widget(name, kind, "xfa", value=on if checked else "", checked=checked, export=on, label=label)


def _shown(widget: Widget) -> str:
    return "☒" if widget.checked else "☐"
