"""What must be signed is signed: NDA and Formulaire 2 by the Industriel, the hospital's delivery note.

Ink or a valid digital signature passes; an intact one without a trusted root waits for a person; an invalid
one is an exception. A typed name is no signature. Source: slides, 4. Enrôlement and 6. Raccordement.
"""

from __future__ import annotations

from collections.abc import Iterator

from parsers.types import Kind, SignatureStatus
from rules.checks.delivery_note import clients_own
from rules.facts import Facts, finding_on
from rules.types import Exhibit, Finding

_SIGNED_BY_INDUSTRIEL: tuple[Kind, ...] = ("nda", "formulaire_2")
_WORST_FIRST: tuple[SignatureStatus, ...] = (
    "digital_invalid",
    "unknown",
    "digital_untrusted",
    "digital_valid",
    "handwritten",
    "absent",
)


def check(facts: Facts) -> Iterator[Finding]:
    for exhibit in facts.exhibits(*_SIGNED_BY_INDUSTRIEL):
        if _belongs_to_step(facts, exhibit.kind):
            yield from _judge(exhibit, industriel_status(exhibit))
    note = facts.exhibit("bon_de_livraison")
    if facts.step == "R1" and note is not None:
        status = _clients_status(note)
        if _is_hospital(facts, note) or status == "digital_invalid":
            yield from _judge(note, status)


def industriel_status(exhibit: Exhibit) -> SignatureStatus:
    """The worst status of the Industriel's own signatures; AeS's do not count."""
    signature = exhibit.document.signature
    own = [s.status for s in signature.signers if s.role != "aes" and s.kind != "stamp"]
    if not signature.signers:
        return signature.status
    return min(own, key=_WORST_FIRST.index, default="absent")


def _clients_status(note: Exhibit) -> SignatureStatus:
    """The worst status of the client's signatures on a delivery note; a stamp is none."""
    if not note.document.signature.signers:
        return note.document.signature.status
    own = [s.status for s in clients_own(note) if s.kind != "stamp"]
    return min(own, key=_WORST_FIRST.index, default="absent")


def _belongs_to_step(facts: Facts, kind: Kind) -> bool:
    return (kind == "nda" and facts.step == "E1") or (kind == "formulaire_2" and facts.step == "L1")


def _is_hospital(facts: Facts, note: Exhibit) -> bool:
    form = facts.exhibit("formulaire_4")
    client = (form.value("type_client") if form else None) or note.value("type_client")
    return client == "etablissement_hospitalier"


def _judge(exhibit: Exhibit, status: SignatureStatus) -> Iterator[Finding]:
    if status == "absent":
        yield finding_on(
            exhibit,
            Finding(
                rule="signature_missing",
                severity="demand",
                message="La signature manque.",
                source="diapositives, 4. Enrôlement et 6. Raccordement",
            ),
        )
    elif status == "digital_invalid":
        yield finding_on(
            exhibit,
            Finding(
                rule="signature_invalid",
                severity="mismatch",
                code="signature_invalid",
                message="La signature électronique n'est pas valable : document modifié après signature, "
                "ou signature qui ne se vérifie pas.",
            ),
        )
    elif status == "digital_untrusted" and not exhibit.accepted:
        yield finding_on(
            exhibit,
            Finding(
                rule="signature_untrusted",
                severity="doubt",
                code="signature_untrusted",
                message="Signature intacte, mais son certificat ne remonte à aucune autorité reconnue.",
            ),
        )
    elif status == "unknown" and not exhibit.accepted:
        yield finding_on(
            exhibit,
            Finding(
                rule="signature_uncertain",
                severity="doubt",
                code="signature_missing",
                message="Il n'est pas certain que le document soit signé.",
            ),
        )
