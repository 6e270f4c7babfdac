"""Which dossier a mail belongs to. What is found here identifies; it never authorises.

In this order: our own Message-IDs in its References, a genuine reference in its subject, the registered
address, the matricule in its forms, the name in its forms. Where they disagree, a person decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailbot.references import References
from mailbot.rows import DossierRow
from mailbot.store_port import Store
from parsers.types import Document, Message
from rules.names import name_key
from rules.types import Dossier
from rules.workflow import gate_step

_NAME_FIELDS = ("denomination", "denomination_sociale")


@dataclass(frozen=True, slots=True)
class Identified:
    """The dossier, and how it was found. `contested` when two of the ways led to different dossiers."""

    row: DossierRow | None
    by: tuple[str, ...] = ()
    contested: bool = False


def identify(
    store: Store, references: References, message: Message, documents: Sequence[Document]
) -> Identified:
    """The dossier of a mail, if one can be found."""
    sender = message.sender.email if message.sender else ""
    ours = [*message.references, *message.in_reply_to]
    matricules = _values(documents, ("matricule",))
    names = [key for name in _names(documents) if (key := name_key(name))]
    clues: list[tuple[str, list[DossierRow]]] = [
        ("references", store.find_dossiers(message_ids=ours) if ours else []),
        ("reference", _by_reference(store, references, message.subject)),
        ("sender", store.find_dossiers(email=sender) if sender else []),
        ("matricule", [row for m in matricules for row in store.find_dossiers(matricule=m)]),
    ]
    weak: list[tuple[str, list[DossierRow]]] = [
        ("name", [row for key in names for row in store.find_dossiers(name_key=key)]),
        ("earlier_mail", _by_earlier_mail(store, sender)),
    ]
    found = [(by, rows) for by, rows in clues if rows]
    if not found:
        found = [(by, rows) for by, rows in weak if rows][:1]
    if not found:
        return Identified(None)
    if _is_another_industriel(found, matricules, documents):
        return Identified(None)
    common = _common(found) or _common([*found, *weak])
    if len(common) == 1:
        return Identified(common[0], tuple(by for by, _ in found))
    # The forms say whom the mail is about; without forms, the writer's own dossier is the safe one.
    order = ("matricule", "sender", "references", "reference", "name", "earlier_mail")
    first = min(found, key=lambda clue: order.index(clue[0]))
    return Identified(first[1][0], (first[0],), contested=True)


def _common(found: list[tuple[str, list[DossierRow]]]) -> list[DossierRow]:
    """The dossiers on which all clues that say something agree."""
    lists = [rows for _, rows in found if rows]
    ids = set.intersection(*({row.id for row in rows} for rows in lists)) if lists else set()
    seen = {row.id: row for rows in lists for row in rows if row.id in ids}
    return list(seen.values())


def _values(documents: Sequence[Document], fields: Sequence[str]) -> list[str]:
    found = [str(d.fields[f].value) for d in documents for f in fields if f in d.fields and d.fields[f].value]
    return list(dict.fromkeys(found))


def _names(documents: Sequence[Document]) -> list[str]:
    names = _values(documents, _NAME_FIELDS)
    for document in documents:
        given = [document.fields[f].value for f in ("prenom", "nom") if f in document.fields]
        if len(given) == 2 and all(given):
            names.append(" ".join(str(part) for part in given))
    return names


def _by_reference(store: Store, references: References, subject: str) -> list[DossierRow]:
    rows = (store.dossier_by_reference(reference) for reference in references.find(subject))
    return [row for row in rows if row is not None]


def _by_earlier_mail(store: Store, sender: str) -> list[DossierRow]:
    """Dossiers that this address wrote to while their enrolment is still open (Formulaire 1.

    Then the NDA).
    """
    if not sender:
        return []
    rows = [store.dossier(dossier_id) for dossier_id in store.dossiers_written_to_by(sender)]
    return [row for row in rows if _enrolment_open(row.dossier)]


def _enrolment_open(dossier: Dossier) -> bool:
    case = dossier.case("E")
    return case is None or gate_step(case) == "E1"


def _is_another_industriel(
    found: list[tuple[str, list[DossierRow]]], matricules: list[str], documents: Sequence[Document]
) -> bool:
    """A Formulaire 1 with another matricule and name than the sender's own dossier enrols somebody else."""
    form = next((d for d in documents if d.kind == "formulaire_1" and d.filled), None)
    if form is None or any(by == "matricule" for by, _ in found) or not matricules:
        return False
    keys = {name_key(name) for name in _names([form])}
    for row in (row for _, rows in found for row in rows):
        registered = row.dossier.registered.get("matricule")
        if not registered or registered in matricules or name_key(row.dossier.name) in keys:
            return False
    return True
