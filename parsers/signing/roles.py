"""Whose digital signature it is: by its field, by where it shows, by its certificate, by order."""

from __future__ import annotations

from collections.abc import Sequence

from parsers.documents.reading import Reading, Widget
from parsers.folding import fold, words_of
from parsers.signing.places import Place, Role, grown, places_on, role_of_name, shared_area
from parsers.types import FormDef, ReadOptions, Signer

_AES = (
    "agence esante",
    "agence e sante",
    "agence nationale des informations partagees",
    "esante.lu",
    "esante luxembourg",
)
_NAME_FIELDS = ("denomination", "denomination_sociale", "nom", "ceo_nom", "signataire")


def digital_signers(
    data: bytes, reading: Reading, form: FormDef | None, options: ReadOptions
) -> list[Signer]:
    """The digital signatures of a PDF with role, page and box, in the order of signing."""
    if not may_be_signed(data):
        return []
    from parsers.signing.digital import digital_signatures

    places = [place for page in reading.pages for place in places_on(page, reading.widgets, form)]
    signers: list[Signer] = []
    for found in digital_signatures(data, options):
        widget = _widget(found.field, reading)
        role = role_of_name(found.field)
        if role == "unknown" and widget is not None:
            role = _role_by_place(widget, places)
        if role == "unknown":
            role = role_of_certificate(f"{found.name or ''} {found.organisation}", reading)
        signers.append(
            Signer(
                role=role,
                kind="digital",
                status=found.status,
                name=found.name,
                page=widget.page if widget else None,
                bbox=widget.box if widget and widget.box and shared_area(widget.box, widget.box) else None,
                signed_at=found.signed_at,
                evidence=found.evidence,
            )
        )
    return by_order(signers, form)


def may_be_signed(data: bytes) -> bool:
    """A signature's byte range can never be compressed, so that its key shows in the raw bytes."""
    return b"/ByteRange" in data


def role_of_certificate(name: str, reading: Reading) -> Role:
    """By the certificate's names against the Agence's, and against those that the form was filled with."""
    folded = fold(name)
    if any(text in folded for text in _AES):
        return "aes"
    certified = set(words_of(name))
    for widget in reading.widgets:
        if widget.name in _NAME_FIELDS and widget.value:
            words = {word for word in words_of(widget.value) if len(word) > 2}
            if words and words <= certified:
                return "industriel"
    return "unknown"


def by_order(signers: Sequence[Signer], form: FormDef | None) -> list[Signer]:
    """Give the roles that nothing else told: the only one possible, else the one that is still free.

    An NDA is signed by the Industriel first, then by the Agence; a bon by the client's responsable.
    """
    if form is None or not form.signature_labels:
        return list(signers)
    order = ("client", "industriel") if "client" in form.signature_labels else ("industriel", "aes")
    taken = {signer.role for signer in signers if signer.kind != "stamp"}
    free = [role for role in order if role in form.signature_labels and role not in taken]
    last = next(r for r in (*reversed(order), "industriel") if r in form.signature_labels)
    result = []
    for signer in signers:
        if signer.role == "unknown" and signer.kind != "stamp":
            signer = signer.model_copy(update={"role": free.pop(0) if free else last})
        result.append(signer)
    return result


def _widget(field: str, reading: Reading) -> Widget | None:
    named = [w for w in reading.widgets if w.kind == "signature" and w.name == field]
    return next((w for w in named if w.page is not None), named[0] if named else None)


def _role_by_place(widget: Widget, places: Sequence[Place]) -> Role:
    if widget.box is None:
        return "unknown"
    box = grown(widget.box, 4)
    near = [
        (shared_area(box, place.box), place.role)
        for place in places
        if place.page == widget.page and place.role != "unknown" and shared_area(box, place.box) > 0
    ]
    return max(near)[1] if near else "unknown"
