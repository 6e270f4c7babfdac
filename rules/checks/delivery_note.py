"""The delivery note of a collective says the same as Formulaire 4 and is validated by its responsible person.

"Validated" (choice): the responsible person is named and there is a signature or a stamp; a hospital's is
signed (checks/signatures.py). Source: slides, 6. Raccordement et paiement.
"""

from __future__ import annotations

from collections.abc import Iterator

from parsers.types import Signer
from rules.facts import COLLECTIVE_CLIENTS, Facts, finding_on
from rules.names import compare_persons, text_key
from rules.types import Exhibit, Finding

SOURCE = "diapositives, 6. Raccordement et paiement"


def check(facts: Facts) -> Iterator[Finding]:
    form, note = facts.exhibit("formulaire_4"), facts.exhibit("bon_de_livraison")
    if facts.step != "R1" or form is None or note is None:
        return
    client = form.value("type_client")
    if client in COLLECTIVE_CLIENTS and client != "etablissement_hospitalier":
        yield from _validated(note)
    for field in ("type_client", "nom_client", "nombre_postes", "responsable"):
        one, other = form.value(field), note.value(field)
        if one is None or other is None or facts.is_low(form, field) or facts.is_low(note, field):
            continue
        same = (
            compare_persons(one, other) != "mismatch"
            if field == "responsable"
            else text_key(one) == text_key(other)
        )
        if not same:
            yield finding_on(
                note,
                Finding(
                    rule="delivery_note_differs",
                    severity="mismatch",
                    code="data_mismatch",
                    message="Le bon de livraison et le Formulaire 4 diffèrent : "
                    f"« {facts.policy.label(note.kind, field)} ».",
                    field=field,
                    value=other,
                    source=SOURCE,
                ),
            )


def clients_own(note: Exhibit) -> list[Signer]:
    """Signatures and stamps on a delivery note that are not the Industriel's or AeS's."""
    return [s for s in note.document.signature.signers if s.role not in ("industriel", "aes")]


def _validated(note: Exhibit) -> Iterator[Finding]:
    signature = note.document.signature
    if not clients_own(note) and (signature.signers or signature.status == "absent"):
        yield finding_on(
            note,
            Finding(
                rule="validation_missing",
                severity="demand",
                message="Le bon de livraison n'est ni signé ni tamponné par le responsable.",
                field="responsable",
                source=SOURCE,
            ),
        )
