"""A reading's text without its geometry."""

from __future__ import annotations

from functools import partial

from parsers.documents.reading import Page, Reading, Word
from parsers.layout.words import middle_of
from parsers.remembered import Remembered


def reading_text(reading: Reading) -> str:
    """All that the file says in reading order, values of its fields included; for search and comparison."""
    pieces: list[str] = []
    if reading.blocks and not reading.pages:
        pieces = [block.text.replace("\ufffc", "").strip() for block in reading.blocks]
    else:
        for page in reading.pages:
            pieces += _LINES.of((page,), partial(_lines, page))
        pieces += [
            w.value for w in reading.widgets if w.value and w.kind not in ("checkbox", "radio", "signature")
        ]
    return "\n".join(piece for piece in pieces if piece)


_LINES: Remembered[list[str]] = Remembered(24)


def _lines(page: Page) -> list[str]:
    lines: list[str] = []
    last: Word | None = None
    line: list[str] = []
    for word in page.words:
        if last is not None and abs(middle_of(word) - middle_of(last)) > 0.6 * max(word.size, 6.0):
            lines.append(" ".join(line))
            line = []
        line.append(word.text)
        last = word
    return [*lines, " ".join(line)]
