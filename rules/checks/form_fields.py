"""Every required field of a form is there, well-formed, and was read with enough confidence."""

from __future__ import annotations

from collections.abc import Iterator

from parsers.types import FieldDef, Kind
from rules.facts import Facts, finding_on, is_required
from rules.types import Exhibit, Finding

CRITERION_OF_FIELD: dict[tuple[str, str], int] = {
    ("formulaire_1", "pays"): 3,
    ("formulaire_2", "code_prestataire"): 4,
    ("formulaire_2", "ehealth_id"): 4,
    ("formulaire_2", "mysecu_actif"): 4,
    ("formulaire_2", "matricule"): 4,
    ("formulaire_2", "matricule_mysecu"): 4,
    ("formulaire_2", "mode_integration"): 6,
    ("formulaire_3", "mode_integration"): 6,
}


def criterion_of(kind: str, field_id: str) -> int | None:
    """The eligibility criterion that asks for a field, None where only the step does."""
    if (found := CRITERION_OF_FIELD.get((kind, field_id))) is not None:
        return found
    if kind == "formulaire_1" and field_id not in ("adresse", "date_signature"):
        return 1
    return 5 if field_id == "denomination" else None


def check_form(facts: Facts, kind: Kind) -> Iterator[Finding]:
    """Findings on the fields of the newest document of that kind, if there is one."""
    exhibit = facts.exhibit(kind)
    form = facts.policy.forms.for_kind(kind)
    if exhibit is None or form is None:
        return
    if kind.startswith("formulaire") and not exhibit.document.filled:
        return  # asked for as a whole (documents_present)
    for field in form.fields:
        required = is_required(field, exhibit, facts.dossier.registered.get("pays", ""))
        for finding in _check_field(facts, exhibit, field, required):
            yield finding_on(exhibit, finding)


def _check_field(facts: Facts, exhibit: Exhibit, field: FieldDef, required: bool) -> Iterator[Finding]:
    value = exhibit.value(field.id)
    criterion = criterion_of(exhibit.kind, field.id)
    if value is None:
        if required:
            yield Finding(
                rule="field_missing",
                severity="demand",
                message=f"« {field.label} » n'est pas rempli.",
                criterion=criterion,
                field=field.id,
                source=field.source,
            )
        return
    low = facts.is_low(exhibit, field.id)
    if facts.identifier_status(exhibit, field, value) == "invalid":
        yield Finding(
            rule="identifier_invalid",
            severity="doubt" if low else "demand",
            code="identifier_invalid" if low else None,
            message=f"« {field.label} » : la valeur lue n'est pas valable (format ou clé de contrôle).",
            criterion=criterion,
            field=field.id,
            value=value,
            source=field.source,
        )
    elif low and (required or field.type in ("matricule", "iban", "vat", "rcs", "email")):
        yield Finding(
            rule="low_confidence",
            severity="doubt",
            code="low_confidence",
            message=f"« {field.label} » a été lu sans certitude et doit être confirmé.",
            criterion=criterion,
            field=field.id,
            value=value,
        )
