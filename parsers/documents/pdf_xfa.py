"""XFA (XML forms inside PDFs): the data that a viewer stored. No scripts run, nothing is laid out."""

from __future__ import annotations

import zlib
from typing import Any

from lxml import etree
from pikepdf import Array, Name, Stream

from parsers.documents.reading import Widget
from parsers.types import Problem

_DATA = "{http://www.xfa.org/schema/xfa-data/1.0/}"
_MAX_XML = 20_000_000
_MAX_FIELDS = 5000


class XfaTooLarge(Exception):
    """The packets expand to more than any form has."""


def packets(xfa: Any) -> bytes:
    """The XFA packets, joined to one XML text; empty without XFA. Raises XfaTooLarge."""
    streams = [xfa] if isinstance(xfa, Stream) else xfa if isinstance(xfa, Array) else ()
    found: list[bytes] = []
    left = _MAX_XML
    for stream in streams:
        if isinstance(stream, Stream):
            found.append(bounded_bytes(stream, left))
            left -= len(found[-1])
            if left < 0:
                raise XfaTooLarge
    return b"\n".join(found)


def bounded_bytes(stream: Stream, limit: int) -> bytes:
    """The stream's bytes, of which at most one more than `limit` are unpacked. pikepdf's errors pass.

    qpdf itself unpacks without a limit: a megabyte can become a gigabyte.
    """
    if stream.get("/Filter") == Name.FlateDecode and "/DecodeParms" not in stream:
        try:
            return zlib.decompressobj().decompress(stream.read_raw_bytes(), limit + 1)
        except zlib.error:
            pass  # qpdf mends what it can
    return stream.read_bytes()[: limit + 1]


def dynamic(xml: bytes) -> bool:
    """True for a form whose pages exist only after a viewer laid it out."""
    return b"dynamicRender>required" in xml.replace(b" ", b"")


def widgets_of(xml: bytes) -> tuple[list[Widget], Problem | None]:
    """One widget per leaf of the datasets; names are paths, repeated elements are numbered."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, recover=True)
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        return [], Problem(code="damaged", message=f"The XFA data cannot be read ({error}).")
    if root is None:
        return [], None
    data = next(root.iter(f"{_DATA}data"), None)
    widgets: list[Widget] = []
    if data is not None:
        _leaves(data, "", widgets, 0)
    return widgets, None


def _leaves(element: Any, path: str, widgets: list[Widget], depth: int) -> None:
    names = [_local(child.tag) for child in element if isinstance(child.tag, str)]
    counts: dict[str, int] = {}
    for child in element:
        if not isinstance(child.tag, str) or len(widgets) >= _MAX_FIELDS or depth > 40:
            continue
        name = _local(child.tag)
        index = counts.get(name, 0)
        counts[name] = index + 1
        full = f"{path}.{name}" if path else name
        if names.count(name) > 1:
            full = f"{full}.{index}"
        if any(isinstance(inner.tag, str) for inner in child):
            _leaves(child, full, widgets, depth + 1)
        else:
            widgets.append(Widget(full, "text", "xfa", value=(child.text or "").strip()))


def _local(tag: str) -> str:
    """The name without its namespace. A name with an undeclared prefix, which lxml's QName refuses, stays."""
    return tag.rpartition("}")[2]
