"""What an XFA template says of a part of a form: its caption, its choices, its place, what it is bound to.

Source: XML Forms Architecture 3.3, part 2 (template specification).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

XHTML = "{http://www.w3.org/1999/xhtml}"
CONTAINERS = ("subform", "subformSet", "area")
_LONGEST_LABEL = 400
_POINTS = {"mm": 72 / 25.4, "cm": 72 / 2.54, "in": 72.0, "pt": 1.0}


def parts_in_order(container: Any) -> list[Any]:
    """The parts of a container as they are read: by their place where they are put at places."""
    parts = [e for e in elements(container) if local_name(e) in (*CONTAINERS, "draw", "field", "exclGroup")]
    if container.get("layout", "position") != "position" or not any(e.get("y") for e in parts):
        return parts
    return sorted(parts, key=lambda e: (round(points(e.get("y"))), points(e.get("x"))))


def bound_path(part: Any) -> list[str]:
    """The names of a reference to data, the first one "" where it starts at the top; empty without one."""
    bind = child_named(part, "bind")
    ref = str(bind.get("ref") or "") if bind is not None and bind.get("match") == "dataRef" else ""
    names = [re.sub(r"\[[^\]]*\]$", "", name) for name in ref.split(".")]
    if ref.startswith("xfa.datasets.data"):
        return ["", *names[3:]]
    if names[0] in ("$data", "$record", "!data"):
        return ["", *names[1:]]
    return [name for name in names if name not in ("", "$")]


def unbound(part: Any) -> bool:
    bind = child_named(part, "bind")
    return bind is not None and bind.get("match") == "none"


def caption_of(part: Any) -> str:
    return text_of(child_named(child_named(part, "caption"), "value"))[:_LONGEST_LABEL]


def tooltip_of(part: Any) -> str:
    assist = child_named(part, "assist")
    told = (text_of(child_named(assist, name)) for name in ("toolTip", "speak"))
    return next((text for text in told if text), "")[:_LONGEST_LABEL]


def stored_items(part: Any) -> list[str]:
    """What is stored for each entry: the list that says it is for saving, else the only one."""
    lists = [e for e in elements(part) if local_name(e) == "items"]
    stored = next((e for e in lists if e.get("save") == "1"), lists[0] if lists else None)
    return [text_of(e) for e in elements(stored)]


def options_of(part: Any) -> tuple[tuple[str, str], ...]:
    shown = next((e for e in elements(part) if local_name(e) == "items" and e.get("save") != "1"), None)
    texts = [text_of(e) for e in elements(shown)]
    stored = stored_items(part)
    return tuple(zip(stored, texts, strict=True)) if texts and len(texts) == len(stored) else ()


def text_of(element: Any) -> str:
    """The text in an element, a line for each paragraph of formatted text."""
    if element is None:
        return ""
    lines = ["".join(p.itertext()) for p in element.iter(f"{XHTML}p")] or ["".join(element.itertext())]
    return "\n".join(" ".join(line.split()) if len(lines) > 1 else line.strip() for line in lines).strip()


def points(measure: str | None) -> float:
    """A measurement in points; 0 without one. A bare number is inches."""
    found = re.match(r"\s*(-?[\d.]+)\s*(mm|cm|in|pt)?", measure or "")
    try:
        return float(found[1]) * _POINTS[found[2] or "in"] if found else 0.0
    except ValueError:
        return 0.0


def elements(parent: Any) -> Iterator[Any]:
    return (e for e in parent if isinstance(e.tag, str)) if parent is not None else iter(())


def child_named(parent: Any, name: str) -> Any:
    return next((e for e in elements(parent) if local_name(e) == name), None)


def local_name(element: Any) -> str:
    """The name without its namespace. A name with an undeclared prefix, which lxml's QName refuses, stays."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
