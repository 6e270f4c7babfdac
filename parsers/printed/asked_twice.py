"""A doubt that only all labels together raise: one field asked for in two places, and answered in one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from parsers.claims import Claim
from parsers.labels.line import LabelHit
from parsers.types import FormDef

_EMPTY_TOO = 0.85
_ASKED_TWICE = "asked for in two places, one of them empty"
_ANYBODY_S = frozenset({"email", "date"})
"""Types of which a form holds many: other people's addresses, and the days of other things."""
_NAMES = frozenset({"nom", "prenom"})


def doubt_half_answered(answers: Sequence[tuple[LabelHit, list[Claim]]], form: FormDef) -> list[Claim]:
    """All claims. What anybody's label asks for ("E-mail", "Date", "Prénom") is doubted where another label
    of the field stands over an empty place: that one may be the field's, and the answer somebody else's.
    """
    empty = {hit.fields[0] for hit, claims in answers if not claims and hit.clear and len(hit.fields) == 1}
    doubted = {f.id for f in form.fields if f.id in empty and (f.type in _ANYBODY_S or f.id in _NAMES)}
    return [_doubted(c) if c.field in doubted else c for _, claims in answers for c in claims]


def _doubted(claim: Claim) -> Claim:
    return replace(
        claim, confidence=min(claim.confidence, _EMPTY_TOO), evidence=(*claim.evidence, _ASKED_TWICE)
    )
