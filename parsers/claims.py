"""A claim: one place of a document says that one field has one value. Several claims make a field."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import JsonValue

from parsers.types import BBox, FieldValue, Source


@dataclass(frozen=True, slots=True)
class Claim:
    """`rank` orders kinds of proof: a form field's own name before a printed label before a guess.

    `value` None is a claim too: the place for the field is there and holds nothing.
    """

    field: str
    value: JsonValue
    raw: str | None
    confidence: float
    source: Source
    rank: int
    page: int | None = None
    bbox: BBox | None = None
    evidence: tuple[str, ...] = ()
    certain: bool = False


def settle(claims: list[Claim]) -> FieldValue | None:
    """What the claims on one field come to. Places that contradict each other make it doubtful."""
    said = [c for c in claims if c.value is not None]
    said = [c for c in said if not any(_is_part(c, whole) for whole in said)]
    if not said:
        return None
    best = max(said, key=lambda c: (c.rank, c.confidence))
    confidence = best.confidence
    evidence = list(best.evidence)
    others = [c for c in said if c is not best]
    same = [c for c in others if _same(c.value, best.value)]
    against = [c for c in others if not _same(c.value, best.value) and c.rank >= best.rank - 1]
    against = [c for c in against if c.confidence >= min(0.6, best.confidence)]
    if against:
        confidence = min(confidence, 0.6)
        evidence.append(f"{len(against) + 1} places say different things")
    elif same and confidence >= 0.9:
        confidence = min(0.99, confidence + 0.01)
        evidence.append("said twice")
    return FieldValue(
        value=best.value,
        raw=best.raw,
        confidence=round(max(0.0, min(confidence, 0.99)), 3),
        source=best.source,
        page=best.page,
        bbox=best.bbox,
        evidence=tuple(evidence),
    )


def _is_part(claim: Claim, whole: Claim) -> bool:
    """True for what stands within another claim's place and says a part of it: read twice, once in part."""
    if claim.bbox is None or whole.bbox is None or claim.page != whole.page or claim.rank > whole.rank:
        return False
    if claim.confidence > whole.confidence or not (
        isinstance(claim.value, str) and isinstance(whole.value, str)
    ):
        return False
    inside = all(a >= b - 1 for a, b in zip(claim.bbox[:2], whole.bbox[:2], strict=True)) and all(
        a <= b + 1 for a, b in zip(claim.bbox[2:], whole.bbox[2:], strict=True)
    )
    return inside and claim.value != whole.value and claim.value in whole.value


def _same(a: JsonValue, b: JsonValue) -> bool:
    if isinstance(a, str) and isinstance(b, str):
        return a.casefold() == b.casefold()
    return a == b
