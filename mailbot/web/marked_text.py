"""The text of a document that has no pages to show, cut where its values stand: they light up like boxes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from mailbot.web.entry_view import Field

_AFTER_LABEL = 300  # characters within which a value follows what is printed beside it
_SHORTEST = 4  # shorter values stand everywhere; they count only after their label


def marked(text: str, fields: Iterable[Field]) -> Iterator[tuple[str, Field | None]]:
    """Pieces of the text, in its order; a piece that is a field's value with its field."""
    places = sorted(_places(text, fields), key=lambda place: (place[0], -place[1]))
    at = 0
    for start, end, field in places:
        if start < at:
            continue  # inside another one
        if start > at:
            yield text[at:start], None
        yield text[start:end], field
        at = end
    if at < len(text):
        yield text[at:], None


def _places(text: str, fields: Iterable[Field]) -> Iterator[tuple[int, int, Field]]:
    taken: list[tuple[int, int]] = []
    for field in fields:
        printed = field.raw.strip() or (field.value or "")
        found = _place(text, printed, _labels(field), taken)
        if found is not None:
            taken.append(found)
            yield (*found, field)


def _labels(field: Field) -> list[str]:
    labels = field.definition.labels if field.definition is not None else {}
    return [label for printed in labels.values() for label in printed]


def _place(
    text: str, printed: str, labels: Sequence[str], taken: Sequence[tuple[int, int]]
) -> tuple[int, int] | None:
    if not printed:
        return None
    value = re.compile(r"\s+".join(re.escape(word) for word in printed.split()))
    for label in labels:
        for said in re.finditer(re.escape(label), text, re.IGNORECASE):
            found = value.search(text, said.end(), said.end() + _AFTER_LABEL)
            if found and found.span() not in taken:
                return found.span()
    if len(printed) < _SHORTEST:
        return None
    return next((found.span() for found in value.finditer(text) if found.span() not in taken), None)
