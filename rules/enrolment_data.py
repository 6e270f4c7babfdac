"""What Formulaire 1 registers: the enrolment data, and the e-mail that may act for the Industriel."""

from __future__ import annotations

from rules.names import text_key
from rules.types import Dossier, Exhibit
from rules.workflow import gate_step

FIELDS = (
    "type_personne",
    "denomination_sociale",
    "ceo_nom",
    "ceo_prenom",
    "nom",
    "prenom",
    "matricule",
    "rcs",
    "numero_tva",
    "iban",
    "email",
    "adresse",
    "pays",
    "participation_vague_1",
)


def registered_from(dossier: Dossier, exhibit: Exhibit) -> Dossier:
    """The dossier with this Formulaire 1's data, while the enrolment still takes them; else unchanged.

    What an earlier Formulaire 1 said and this one leaves out stays: what was right is not asked for again.
    """
    case = dossier.case("E")
    if case is not None and gate_step(case) != "E1":
        return dossier
    values = {field: value for field in FIELDS if (value := exhibit.value(field)) is not None}
    if values.get("type_personne") == "morale":
        values = {k: v for k, v in values.items() if k not in ("nom", "prenom")}
    email = values.get("email", dossier.email).strip()
    return dossier.model_copy(update={"registered": {**dossier.registered, **values}, "email": email})


def changed_fields(dossier: Dossier, exhibit: Exhibit) -> tuple[str, ...]:
    """The enrolment data that this Formulaire 1 gives otherwise than registered."""
    return tuple(
        field
        for field in FIELDS
        if (value := exhibit.value(field)) is not None
        and (registered := dossier.registered.get(field))
        and text_key(value) != text_key(registered)
    )
