"""WordprocessingML by local names: Word's own, the w14 and the strict namespaces differ only there."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

_TRUE = {"1", "true", "on", ""}


def local(element: Any) -> str:
    """The local name of an element; "" for comments and processing instructions."""
    return _local(element.tag)


@lru_cache(maxsize=1024)
def _local(tag: object) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Any, name: str) -> str | None:
    """An attribute by local name."""
    for key, value in element.attrib.items():
        if key.rpartition("}")[2] == name:
            return str(value)
    return None


def child(element: Any, name: str) -> Any | None:
    return next(element.iterchildren("{*}" + name), None)


def is_on(element: Any | None) -> bool:
    if element is None:
        return False
    value = attribute(element, "val")
    return value is None or value.lower() in _TRUE


def integer(text: str | None, default: int) -> int:
    return int(text) if text is not None and re.fullmatch(r"-?\d{1,6}", text) else default
