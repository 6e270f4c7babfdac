"""What leads from a label to its value in typed text, and begins no value."""

from __future__ import annotations

import re

COLONS = (":", "：")
_ARROW = re.compile(r"(?:[-=–—]*[>»→]+|=+|→+)[:.]?")
"""As in "Version -> 4.2"."""


def leads_to_value(text: str) -> bool:
    """True for a word that is a colon, an equals sign or an arrow."""
    return text in COLONS or _ARROW.fullmatch(text) is not None
