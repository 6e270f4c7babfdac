"""Who signed a document, how, and whether the signature holds.

A digital signature is verified; ink, or its picture, counts where the form asks for a signature. A
typed name, initials, a stamp alone and a logo are no signature (a stamp is listed, status `absent`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from parsers.documents.reading import Reading
from parsers.types import FormDef, ReadOptions, Signature, SignatureStatus, Signer

if TYPE_CHECKING:
    from parsers.types import Document

_WORST_FIRST: tuple[SignatureStatus, ...] = (
    "digital_invalid",
    "unknown",
    "digital_untrusted",
    "handwritten",
    "digital_valid",
    "absent",
)
"""A stamp (`absent`) counts only where it stands alone."""


def find_signatures(data: bytes, reading: Reading, form: FormDef | None, options: ReadOptions) -> Signature:
    """Every signature of a file. `reading` is of the same bytes; boxes in points from the top left.

    `form` names the places to sign; without one only digital signatures and signature fields are found.
    Never raises for damaged input: what cannot be told is `unknown`.
    """
    if reading.media_type == "application/pdf":
        from parsers.signing.roles import digital_signers

        digital = digital_signers(data, reading, form, options)
        drawn = _drawn(data, reading, form, digital)
        return summed_up([*digital, *drawn, *_on_scans(data, reading, form, options)])
    if reading.scanned:
        return summed_up(_on_scans(data, reading, form, options))
    from parsers.signing.package import package_signers

    return summed_up(package_signers(data, reading, form))


def _drawn(data: bytes, reading: Reading, form: FormDef | None, digital: Sequence[Signer]) -> list[Signer]:
    from parsers.signing.worth_a_look import to_look_at

    pages = to_look_at(reading, form, digital)
    if not pages:
        return []
    from parsers.signing.drawn import drawn_in_pdf  # with the libraries for pictures, which are large

    return drawn_in_pdf(data, reading, pages, form, digital)


def _on_scans(data: bytes, reading: Reading, form: FormDef | None, options: ReadOptions) -> list[Signer]:
    if not reading.scanned:
        return []
    from parsers.signing.scanned import drawn_on_scans

    return drawn_on_scans(data, reading, form, options)


def summed_up(signers: Iterable[Signer]) -> Signature:
    """The signers with the status of the worst; stamps do not worsen a signature."""
    found = tuple(signers)
    worst = min((s.status for s in found), key=_WORST_FIRST.index, default="absent")
    return Signature(status=worst, signers=found)


def altered_clauses(
    text: str, form: FormDef, *, ocr: bool = False, values: Iterable[str] = ()
) -> tuple[str, ...]:
    """Clauses of the form that the text does not hold as issued, each as a short sentence in French.

    With `ocr` misread letters pass; numbers and negations never do. `values` are what it was filled with.
    """
    from parsers.signing.clauses import differences

    return differences(text, form.clauses, ocr=ocr, values=values) if form.clauses else ()


def same_document(first: Document, second: Document) -> bool:
    """True when `second` is `first` signed once more: same kind, same values, same text."""
    from parsers.signing.countersigned import same_document as same

    return same(first, second)


def countersigned(first: Document, second: Document) -> bool:
    """True when `second` is the same document as `first` and carries a signature more."""
    from parsers.signing.countersigned import countersigned as more

    return more(first, second)


def extends(first: bytes, second: bytes) -> bool:
    """True when `second` is `first` with something appended, as a countersigned PDF is: proof of origin."""
    return len(second) >= len(first) > 0 and second.startswith(first)
