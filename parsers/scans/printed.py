"""Words that forms print: a reading that is one of them needs no second reading to be trusted.

What is read once only must not be a value somebody filled in, or be confirmed by the word list. Names,
numbers and addresses are always read twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from parsers.forms import load_forms
from parsers.scans.ocr import Token
from parsers.types import FieldDef, FormDef

_CLEAR, _PROSE_CLEAR, _DIGITS_CLEAR = 0.86, 0.6, 0.9
_PROSE = 8
"""Words on one line from which it is a sentence and no label or value."""
_LOWER_SHARE = 0.6
_MOSTLY = 0.6
_WORD = re.compile(r"[^\W\d_]+")
_LETTERS_ONLY = re.compile(r"[^\w@]*[^\W\d_]+(?:['’\-][^\W\d_]+)*[^\w@]*")
_NUMBERING = re.compile(r"\(?(?:[0-9]{1,2}|[a-zA-Z])[.)]")
_IDENTIFIER = re.compile(r"@|_|[0-9]{4}")


def confirmed(token: Token) -> bool:
    """True for a clearly read word that the forms print in just these letters."""
    return token.printed or (token.confidence >= _CLEAR and _is_printed(token.text))


def needs_no_second(run: Sequence[Token]) -> bool:
    """True for a label all of whose words are known, a clear sentence of common words, and a lone colon."""
    if all(token.text == ":" for token in run):
        return True
    spoken = [token for token in run if any(c.isalnum() for c in token.text)]
    if not spoken:
        return False
    if all(token.printed for token in spoken):
        return True
    first, *rest = spoken
    numbered = bool(rest) and _NUMBERING.fullmatch(first.text) is not None
    words = rest if numbered else [first, *rest]
    if all(_LETTERS_ONLY.fullmatch(token.text) and confirmed(token) for token in words):
        return True
    return is_sentence(run) and not any(
        token.confidence < (_DIGITS_CLEAR if any(c.isdigit() for c in token.text) else _PROSE_CLEAR)
        for token in run
        if any(c.isalnum() for c in token.text)
    )


def mostly_printed(run: Sequence[Token]) -> bool:
    """True where most letters of a line belong to words that the forms print: a label, misread or not."""
    letters = sum(sum(map(str.isalpha, token.text)) for token in run)
    known = sum(sum(map(str.isalpha, token.text)) for token in run if _is_printed_somehow(token.text))
    return letters > 0 and known >= _MOSTLY * letters


def label_length(run: Sequence[Token]) -> int:
    """How many words at the start of a line are a label with its colon, the value behind it: 0 for none."""
    for index, token in enumerate(run):
        if token.text.endswith(":"):
            return index + 1
        numbering = index == 0 and _NUMBERING.fullmatch(token.text) is not None
        if any(c.isalnum() for c in token.text) and not numbering and not _is_printed(token.text):
            return 0
    return 0


def is_sentence(run: Sequence[Token]) -> bool:
    """Many words, most of them small, and nothing that could be an identifier or an address."""
    lower = sum(token.text.strip(".,;:()").islower() for token in run)
    return (
        len(run) >= _PROSE
        and lower >= _LOWER_SHARE * len(run)
        and not any(_IDENTIFIER.search(token.text) for token in run)
    )


def _is_printed(text: str) -> bool:
    words = _WORD.findall(text)
    return bool(words) and all(word in _words() or word.lower() in _words() for word in words)


def _is_printed_somehow(text: str) -> bool:
    """In capitals or not."""
    words = _WORD.findall(text)
    return bool(words) and all(word.lower() in _small_words() for word in words)


@lru_cache(maxsize=1)
def _small_words() -> frozenset[str]:
    return frozenset(word.lower() for word in _words())


@lru_cache(maxsize=1)
def _words() -> frozenset[str]:
    """Of every form that ships, in every language, as printed."""
    texts = (text for form in load_forms(None).all() for text in _texts_of(form))
    return frozenset(word for text in texts for word in _WORD.findall(text))


def _texts_of(form: FormDef) -> Iterator[str]:
    for wordings in (form.titles, form.cues, *form.signature_labels.values()):
        for texts in wordings.values():
            yield from texts
    yield from form.clauses
    for definition in form.fields:
        yield from _texts_of_field(definition)


def _texts_of_field(definition: FieldDef) -> Iterator[str]:
    yield definition.section
    for wordings in (definition.labels, *definition.choice_labels.values()):
        for texts in wordings.values():
            yield from texts
    for column in definition.columns:
        yield from _texts_of_field(column)
