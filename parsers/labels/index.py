"""The labels of a form in all languages, prepared for looking up."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from parsers.folding import words_of
from parsers.remembered import Remembered
from parsers.types import FieldDef

Strength = Literal["exact", "fuzzy", "weak"]
ARTICLES = frozenset(
    [
        "le",
        "la",
        "l",
        "les",
        "votre",
        "vos",
        "notre",
        "nos",
        "der",
        "die",
        "das",
        "den",
        "ihr",
        "ihre",
        "the",
        "your",
        "du",
        "de",
        "des",
        "d",
        "of",
    ]
)
STOP = ARTICLES | frozenset(
    [
        "et",
        "ou",
        "und",
        "oder",
        "and",
        "or",
        "en",
        "in",
        "im",
        "a",
        "au",
        "aux",
        "pour",
        "fur",
        "for",
        "par",
        "von",
        "s",
        "n",
        "no",
        "nr",
        "zum",
        "zur",
        "mit",
        "dem",
        "bei",
        "on",
        "to",
        "with",
    ]
)


@dataclass(frozen=True, slots=True, eq=False)
class LabelIndex:
    """The labels of a form, prepared for looking up. Compared by identity: `index_of` makes each once."""

    exact: dict[str, tuple[str, ...]]
    joined: tuple[str, ...]
    content: tuple[tuple[frozenset[str], str], ...]
    most_words: int
    fields: frozenset[str]


@lru_cache(maxsize=64)
def _index(fields: tuple[tuple[str, tuple[str, ...]], ...]) -> LabelIndex:
    exact: dict[str, list[str]] = {}
    content: list[tuple[frozenset[str], str]] = []
    for field_id, labels in fields:
        for label in labels:
            for variant in {label, re.sub(r"\([^)]*\)", " ", label)}:
                tokens = words_of(variant)
                if not tokens:
                    continue
                owners = exact.setdefault(" ".join(tokens), [])
                if field_id not in owners:
                    owners.append(field_id)
                content.append((frozenset(t for t in tokens if t not in STOP), field_id))
    return LabelIndex(
        {key: tuple(owners) for key, owners in exact.items()},
        tuple(key for key in exact if len(key) >= 5),
        tuple(dict.fromkeys(c for c in content if c[0])),
        max((len(key.split()) for key in exact), default=1),
        frozenset(field_id for field_id, _ in fields),
    )


def index_of(fields: Iterable[FieldDef]) -> LabelIndex:
    """The labels of these fields in all languages; a definition's own, a tuple, are known by identity."""
    if not isinstance(fields, tuple):
        return _index(_labels_of(fields))
    return _INDEXES.of((fields,), lambda: _index(_labels_of(fields)))


_INDEXES: Remembered[LabelIndex] = Remembered(128)


def _labels_of(fields: Iterable[FieldDef]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((f.id, tuple(w for wordings in f.labels.values() for w in wordings)) for f in fields)
