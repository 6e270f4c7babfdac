"""What tells the kinds of forms apart: their titles, labels and typical wordings."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from parsers.folding import words_of
from parsers.forms import FormBook
from parsers.labels.index import LabelIndex, index_of
from parsers.remembered import Remembered
from parsers.types import FormDef
from parsers.wordings import Wordings, wordings_of


@dataclass(frozen=True, slots=True, eq=False)
class ToldBy:
    """What tells the forms of a book apart, by the form's place in it. Compared by identity: made once."""

    forms: tuple[FormDef, ...]
    titles: tuple[tuple[str, tuple[str, ...]], ...]
    """(kind, words of a title) of every form, each once."""
    labels: tuple[LabelIndex, ...]
    weights: dict[str, float]
    totals: tuple[float, ...]
    """What the labels of a form weigh together."""
    asked: frozenset[frozenset[str]]
    """The fields of every kind."""
    wordings: Wordings
    """The typical wordings of all forms."""
    cues: tuple[tuple[int, ...], ...]
    """Which of them are each form's."""


_TOLD_BY: Remembered[ToldBy] = Remembered(1)


def what_tells(book: FormBook) -> ToldBy:
    """Kept for the last book asked for: a worker reads thousands of documents with one book."""
    return _TOLD_BY.of((book.forms,), lambda: _made(book))


def _made(book: FormBook) -> ToldBy:
    forms = book.forms
    titles = dict.fromkeys(
        (form.kind, words_of(title)) for form in forms for ts in form.titles.values() for title in ts
    )
    weights = _weights(forms)
    return ToldBy(
        forms,
        tuple(titles),
        tuple(index_of(form.fields) for form in forms),
        weights,
        tuple(sum(weights.get(f"{form.kind}:{f.id}", 0.2) for f in form.fields) for form in forms),
        frozenset(index_of(form.fields).fields for form in book.all() if form.fields),
        *wordings_of([w for ws in form.cues.values() for w in ws] for form in forms),
    )


def _weights(forms: tuple[FormDef, ...]) -> dict[str, float]:
    """How much a label tells a kind from the others: 1 for its own, less the more kinds print it."""
    owners: dict[str, set[str]] = {}
    for form in forms:
        for text in index_of(form.fields).exact:
            owners.setdefault(text, set()).add(form.kind)
    weights = {text: 1.0 / len(kinds) for text, kinds in owners.items()}
    for form in forms:
        exact = index_of(form.fields).exact
        for definition in form.fields:
            own = [weights[text] for text, ids in exact.items() if definition.id in ids]
            weights[f"{form.kind}:{definition.id}"] = max(own, default=0.2)
    return weights


@lru_cache(maxsize=1)
def kinds() -> dict[str, dict[str, list[list[str]]]]:
    """Kind -> groups of words for what it must mention, speak of without a title, or speak of in one."""
    text = resources.files("parsers.data").joinpath("kinds.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
