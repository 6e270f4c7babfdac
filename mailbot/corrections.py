"""A person's corrections of what was read: another kind, other values, another word on the signature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

from pydantic import JsonValue

from mailbot.errors import ActionRefused, ValueInvalid
from parsers.types import Document, FieldDef, FieldValue, Kind, Signature, SignatureStatus, Signer
from parsers.values import parse_value
from rules.facts import Policy
from rules.identifier_status import identifier_status

CORRECTED_BY = "corrigé par "
"""Begins the evidence of a value that a person gave; the name follows."""
AS_WRITTEN = "non valable, mais bien écrit ainsi dans le document"
"""Evidence of a value that a person insisted on."""


@dataclass(frozen=True, slots=True)
class Correction:
    """`values`: FIELD=VALUE, or KIND.FIELD=VALUE where there are several documents.

    `number` counts from 1. `as_written`: the document says just that, also where it is no valid value.
    """

    values: dict[str, str]
    kind: str = ""
    number: int | None = None
    by: str = ""
    as_written: bool = False


def corrected(
    documents: Sequence[Document], correction: Correction, policy: Policy, country: str | None = None
) -> dict[int, Document]:
    """Position -> the corrected document.

    `country`: the enrolled one, for a document that names none. Raises ActionRefused for what cannot be
    placed or read; ValueInvalid for an identifier of wrong format or check digits, unless `as_written`.
    """
    if not documents:
        raise ActionRefused("the entry has no documents to correct")
    if not correction.values and not correction.kind:
        raise ActionRefused("say what to correct: --set FIELD=VALUE or --kind KIND")
    changed: dict[int, Document] = {}
    if correction.kind:
        if correction.kind not in get_args(Kind):
            raise ActionRefused(f"--kind {correction.kind}: expected one of {', '.join(get_args(Kind))}")
        position = _position(documents, correction.number, "", "")
        changed[position] = documents[position].model_copy(
            update={"kind": correction.kind, "confidence": 1.0, "filled": True}
        )
    given: list[tuple[int, str]] = []
    for name, text in correction.values.items():
        kind, _, field = name.rpartition(".")
        kind = kind if kind in get_args(Kind) else ""
        field = name if not kind else field
        current = [changed.get(n, d) for n, d in enumerate(documents)]
        position = _position(current, correction.number, kind, field)
        changed[position] = _with_value(current[position], field, text, correction.by, policy)
        given.append((position, field))
    for position, field in given:
        if _is_invalid(changed[position], field, policy, country):
            if not correction.as_written:
                raise ValueInvalid(field, str(changed[position].fields[field].value))
            changed[position] = _as_written(changed[position], field)
    return changed


def _is_invalid(document: Document, field: str, policy: Policy, country: str | None) -> bool:
    """Judged when all values are there: the document's own country decides about some of them."""
    form, claim = policy.forms.for_kind(document.kind), document.fields.get(field)
    definition = form.field(field) if form else None
    if definition is None or claim is None:
        return False
    pays = document.fields.get("pays")
    where = str(pays.value) if pays is not None and pays.value else country
    return identifier_status(definition, str(claim.value), policy.patterns, where) == "invalid"


def _as_written(document: Document, field: str) -> Document:
    claim = document.fields[field]
    insisted = claim.model_copy(update={"evidence": (*claim.evidence, AS_WRITTEN)})
    return document.model_copy(update={"fields": {**document.fields, field: insisted}})


def _position(documents: Sequence[Document], number: int | None, kind: str, field: str) -> int:
    if number is not None:
        if not 1 <= number <= len(documents):
            raise ActionRefused(f"--document {number}: the entry has documents 1 to {len(documents)}")
        return number - 1
    fitting = [n for n, d in enumerate(documents) if d.kind == kind] if kind else list(range(len(documents)))
    if len(fitting) > 1 and field:
        holding = [n for n in fitting if field in documents[n].fields]
        fitting = holding or fitting
    if len(fitting) != 1:
        kinds = ", ".join(f"{n + 1} {d.kind}" for n, d in enumerate(documents))
        raise ActionRefused(f"say which document is meant: --document N or KIND.FIELD ({kinds})")
    return fitting[0]


def _with_value(document: Document, field: str, text: str, by: str, policy: Policy) -> Document:
    if field == "signature":
        return document.model_copy(update={"signature": _signature(document.signature, text)})
    form = policy.forms.for_kind(document.kind)
    definition = form.field(field) if form else None
    if definition is None:
        known = ", ".join(f.id for f in form.fields) if form else "none"
        raise ActionRefused(f"{document.kind} has no field « {field} »; it has: {known}")
    fields = dict(document.fields)
    if not text.strip():
        fields.pop(field, None)
    else:
        before = fields.get(field)
        fields[field] = FieldValue(
            value=_value(definition, text),
            raw=text,
            confidence=1.0,
            source=before.source if before else "text",
            page=before.page if before else None,
            bbox=before.bbox if before else None,
            evidence=(f"{CORRECTED_BY}{by or 'une personne'}",),
        )
    return document.model_copy(update={"fields": fields, "filled": True})


def _value(field: FieldDef, text: str) -> JsonValue:
    if field.choices:
        chosen = [part.strip() for part in text.split(",")]
        wrong = [c for c in chosen if c not in field.choices]
        if wrong or (field.type == "choice" and len(chosen) > 1):
            raise ActionRefused(f"{field.id}={text}: expected {'|'.join(field.choices)}")
        listed: list[JsonValue] = list(chosen)
        return listed if field.type == "choices" else chosen[0]
    result = parse_value(field.type, text)
    if result.value is None:
        raise ActionRefused(f"{field.id}={text}: not a value of type {field.type}")
    return result.value


def _signature(before: Signature, status: str) -> Signature:
    if status not in get_args(SignatureStatus):
        raise ActionRefused(f"signature={status}: expected one of {', '.join(get_args(SignatureStatus))}")
    signers = tuple(s.model_copy(update={"status": status}) for s in before.signers if s.kind != "stamp")
    if not signers:
        signers = (Signer.model_validate({"kind": "ink", "status": status, "role": "unknown"}),)
    return Signature.model_validate({"status": status, "signers": signers})
