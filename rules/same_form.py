"""The same form twice in one mail, as PDF and as Word file: settled to one; where they differ, a doubt.

Documents about different things (two products, two clients) are not the same form.
"""

from __future__ import annotations

from parsers.types import FieldValue, SignatureStatus
from rules.facts import Policy
from rules.names import text_key, version_key
from rules.types import Exhibit, Finding

_NOT_COMPARED = frozenset({"date_signature", "date_livraison", "signataire"})
_NOT_A_FORM = frozenset({"preuve_tests", "other", "attestation", "accord_service", "facture", "unreadable"})
_BEST_SIGNED: tuple[SignatureStatus, ...] = (
    "digital_invalid",
    "absent",
    "unknown",
    "digital_untrusted",
    "handwritten",
    "digital_valid",
)


def settle_versions(
    exhibits: tuple[Exhibit, ...], policy: Policy
) -> tuple[tuple[Exhibit, ...], list[Finding]]:
    """One exhibit per form and mail, the signed or better one, and what the versions contradict."""
    kept: list[Exhibit] = []
    findings: list[Finding] = []
    for group in _groups(exhibits):
        best = _best(group)
        differing = _differing(group, policy.min_confidence)
        findings += [_finding(best, field, policy) for field in differing]
        kept.append(best if differing else _surest(best, group))
    return tuple(kept), findings


def _groups(exhibits: tuple[Exhibit, ...]) -> list[list[Exhibit]]:
    groups: dict[tuple[str, ...], list[Exhibit]] = {}
    for exhibit in exhibits:
        groups.setdefault(_subject(exhibit), []).append(exhibit)
    return list(groups.values())


def _subject(exhibit: Exhibit) -> tuple[str, ...]:
    """What a document is about: two of one mail with the same subject are the same form."""
    mail = str(exhibit.mail_id or exhibit.mail_sha256)
    if exhibit.kind in _NOT_A_FORM:
        return (mail, exhibit.kind, exhibit.document.sha256, exhibit.document.file)
    product = text_key(exhibit.value("nom_logiciel") or "")
    version = version_key(exhibit.value("version_logiciel") or "")
    client = text_key(exhibit.value("nom_client") or "")
    return (mail, exhibit.kind, product, version, client)


def _best(group: list[Exhibit]) -> Exhibit:
    return max(
        group,
        key=lambda e: (
            e.document.filled,
            _BEST_SIGNED.index(e.document.signature.status),
            len(e.document.fields),
        ),
    )


def _differing(group: list[Exhibit], min_confidence: float) -> list[str]:
    """Fields that two versions give differently, both of them read with confidence."""
    given: dict[str, set[str]] = {}
    for one in group:
        for field, claim in one.document.fields.items():
            value = one.value(field)
            if value and claim.confidence >= min_confidence and field not in _NOT_COMPARED:
                given.setdefault(field, set()).add(text_key(value))
    return sorted(field for field, values in given.items() if len(values) > 1)


def _surest(best: Exhibit, group: list[Exhibit]) -> Exhibit:
    """The best version, with the values that another version gives more surely."""
    fields: dict[str, FieldValue] = dict(best.document.fields)
    for other in group:
        for field, claim in other.document.fields.items():
            mine = fields.get(field)
            lacks = mine is None or mine.value in (None, "")
            if lacks or (mine is not None and claim.value and claim.confidence > mine.confidence):
                fields[field] = claim
    if fields == best.document.fields:
        return best
    return best.model_copy(update={"document": best.document.model_copy(update={"fields": fields})})


def _finding(best: Exhibit, field: str, policy: Policy) -> Finding:
    return Finding(
        rule="versions_differ",
        severity="doubt",
        code="data_mismatch",
        message="Le même formulaire est joint plusieurs fois, avec des valeurs différentes : "
        f"« {policy.label(best.kind, field)} ».",
        document=best.kind,
        file=best.document.file,
        field=field,
    )
