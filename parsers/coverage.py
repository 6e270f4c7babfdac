"""How many of each form's labels a document prints, and how much that tells it from others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from parsers.concepts import fields_meant
from parsers.folding import words_of
from parsers.kinds import ToldBy
from parsers.labels.text import without_numbering
from parsers.layout.sheet import Sheet, may_come_again
from parsers.remembered import TEXTS_OF_MAILS, Remembered

_COVERAGES: Remembered[list[tuple[int, float]]] = Remembered(12)


def coverages_of(
    group: Sequence[Sheet], tooltips: tuple[str, ...], told_by: ToldBy
) -> list[tuple[int, float]]:
    """For each form (labels found, their share weighted by how much they tell this form from others)."""
    return _COVERAGES.of(
        (*group, told_by),
        lambda: _counted(_printed_labels(group, tooltips), told_by),
        tooltips,
        keep=may_come_again(group),
    )


def _counted(printed: Iterable[str], told_by: ToldBy) -> list[tuple[int, float]]:
    found: list[dict[str, float]] = [{} for _ in told_by.forms]
    for text in printed:
        for place, field_id, weight in _labelled(text, told_by):
            found[place][field_id] = max(found[place].get(field_id, 0.0), weight)
    return [
        (len(fields), (sum(fields.values()) / total if total else 0.0))
        for fields, total in zip(found, told_by.totals, strict=True)
    ]


@lru_cache(maxsize=TEXTS_OF_MAILS)
def _labelled(text: str, told_by: ToldBy) -> tuple[tuple[int, str, float], ...]:
    """(place of the form, its field, how much that tells it from others) for each form with such a label."""
    tokens = tuple(text.split())
    found: list[tuple[int, str, float]] = []
    for place, (form, index) in enumerate(zip(told_by.forms, told_by.labels, strict=True)):
        for field_id in index.exact.get(text, ())[:1]:
            weight = told_by.weights.get(f"{form.kind}:{field_id}", 0.2)
            found.append((place, field_id, min(weight, told_by.weights.get(text, weight))))
        if text not in index.exact:
            meant = fields_meant(tokens, index.fields)
            if len(meant) == 1:
                # In words of its own it tells the less, the more kinds have such a field.
                kinds = sum(bool(fields_meant(tokens, fields)) for fields in told_by.asked)
                found.append((place, meant[0], 1.0 / max(1, kinds)))
    return tuple(found)


def _printed_labels(group: Iterable[Sheet], tooltips: Iterable[str]) -> frozenset[str]:
    """Every short line, line up to a colon, and tooltip, as label text."""
    texts: set[str] = set()
    for sheet in group:
        for segment in sheet.segments:
            if not segment.entered and len(segment.words) <= 16:
                texts.update(_label_texts(segment.text, len(segment.words)))
    texts.update(" ".join(without_numbering(words_of(says))) for says in tooltips)
    texts.discard("")
    return frozenset(texts)


@lru_cache(maxsize=TEXTS_OF_MAILS)
def _label_texts(line: str, words: int) -> tuple[str, ...]:
    """What may be the label in a line of so many words."""
    texts: list[str] = []
    head, colon, _ = line.partition(":")
    for text in (line, head if colon else "", *re.split(r"[/|()]", line)):
        tokens = words_of(text)
        texts += (" ".join(without_numbering(tokens)), " ".join(tokens))
    if not colon and 1 < words <= 10:
        # A label without a colon and its value behind it.
        tokens = without_numbering(words_of(line))
        texts += (" ".join(tokens[:n]) for n in range(1, min(len(tokens), 9)))
    return tuple(texts)
