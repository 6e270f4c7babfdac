"""The choices that a form gives, and which of them a text names."""

from __future__ import annotations

from collections.abc import Mapping

from parsers.folding import words_of
from parsers.remembered import Remembered
from parsers.types import FieldDef, FormDef


def match_choice(text: str, field: FieldDef) -> str | None:
    """The one choice whose id or wording the text is; the longest wording wins."""
    words = words_of(text)
    if not words:
        return None
    wordings = {
        choice: (choice, choice.replace("_", " "), *_wordings(choice, field))
        for choice in field.choices or tuple(field.choice_labels)
    }
    best: dict[str, tuple[int, int, int]] = {}
    for choice, texts in wordings.items():
        for wording in texts:
            label = words_of(wording)
            if label == words:
                return choice
            at = _find(words, label) if label else None
            if at and len(" ".join(label)) > best.get(choice, (0, 0, 0))[0]:
                best[choice] = (len(" ".join(label)), at[0], at[0] + len(label))
    if not best:
        return None
    winner = max(best, key=lambda choice: best[choice][0])
    start, end = best[winner][1], best[winner][2]
    rest = (*words[:start], "|", *words[end:])
    # "Nouvelle demande / Mise à jour majeure" names two: what is left must not name another one.
    if any(_find(rest, words_of(w)) for c, ws in wordings.items() if c != winner for w in ws if words_of(w)):
        return None
    return winner


def _wordings(choice: str, field: FieldDef) -> tuple[str, ...]:
    return tuple(w for by_language in field.choice_labels.get(choice, {}).values() for w in by_language)


def _find(words: tuple[str, ...], label: tuple[str, ...]) -> tuple[int] | None:
    """Where the label's words stand in a row, or None."""
    for start in range(len(words) - len(label) + 1):
        if words[start : start + len(label)] == label:
            return (start,)
    return None


def choices_in_words(form: FormDef) -> Mapping[tuple[str, ...], frozenset[str]]:
    """Each wording of a form's choices, as its folded words, and the fields that it is a choice of."""
    return _IN_WORDS.of((form,), lambda: _in_words(form))


_IN_WORDS: Remembered[Mapping[tuple[str, ...], frozenset[str]]] = Remembered(32)


def _in_words(form: FormDef) -> dict[tuple[str, ...], frozenset[str]]:
    fields: dict[tuple[str, ...], frozenset[str]] = {}
    for field in form.fields:
        for choice in field.choice_labels:
            for wording in _wordings(choice, field):
                words = words_of(wording)
                fields[words] = fields.get(words, frozenset()) | {field.id}
    return fields
