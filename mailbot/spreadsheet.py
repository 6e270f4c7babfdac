"""Cells of exported CSV: strangers wrote the values, and a spreadsheet would run some of them."""

from __future__ import annotations

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


def safe_cell(cell: object) -> str:
    """The cell as text, with an apostrophe before what starts like a formula (OWASP, CSV injection)."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA) else text
