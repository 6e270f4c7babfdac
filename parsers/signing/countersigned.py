"""Is a document the same one that came before, signed once more?"""

from __future__ import annotations

from rapidfuzz.distance import Indel

from parsers.folding import words_of
from parsers.types import Document

_CHANGES_ON_SIGNING = frozenset({"date_signature", "signataire"})
_SAME_TEXT = {False: 0.94, True: 0.75}
"""Likeness of the words from which two texts are the same, digital and where one came through a scanner."""


def same_document(first: Document, second: Document) -> bool:
    """Same kind, no value that contradicts, same words; what only signing adds does not count.

    Texts that are empty on one side prove nothing: then the values alone decide, and there must be some.
    """
    if first.kind != second.kind:
        return False
    if first.sha256 == second.sha256:
        return True
    names = (first.fields.keys() & second.fields.keys()) - _CHANGES_ON_SIGNING
    pairs = [(first.fields[n], second.fields[n]) for n in names]
    known = [(a, b) for a, b in pairs if a.value is not None and b.value is not None]
    if any(_text(a.value) != _text(b.value) and min(a.confidence, b.confidence) >= 0.5 for a, b in known):
        return False
    if not (first.text and second.text):
        return any(_text(a.value) == _text(b.value) for a, b in known)
    scanned = any(f.source == "ocr" for d in (first, second) for f in d.fields.values())
    likeness = Indel.normalized_similarity(words_of(first.text), words_of(second.text))
    return likeness >= _SAME_TEXT[scanned]


def countersigned(first: Document, second: Document) -> bool:
    """`same_document`, and `second` carries a signature more than `first`."""
    return same_document(first, second) and _signatures(second) > _signatures(first)


def _signatures(document: Document) -> int:
    return sum(signer.kind != "stamp" for signer in document.signature.signers)


def _text(value: object) -> tuple[str, ...]:
    return words_of(str(value))
