"""New values of enrolment data that a mail names in words (step C). Read only, never applied."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import cast

from parsers.types import FieldType, FieldValue
from parsers.values import parse_value

_CERTAIN, _NAMED, _LOOSE = 0.95, 0.85, 0.6
_NEAR = 90


_NO_WORD = re.compile(r"\S{400,}")
"""Longer than any value; the patterns would try it from each of its characters on."""


@dataclass(frozen=True, slots=True)
class _Field:
    id: str
    type: FieldType
    cues: re.Pattern[str]
    value: re.Pattern[str]
    free: bool  # its value says by itself what it is
    bare: bool  # and needs no word before it that calls it new


def read_changes(text: str) -> dict[str, FieldValue]:
    """Field id of formulaire_1 to the value that the text calls new.

    Of an old and a new value the new one is taken; where nothing tells them apart, none above 0.6.
    """
    new, old, fields = _rules()
    found: dict[str, FieldValue] = {}
    plain = _NO_WORD.sub(" ", text.replace("’", "'"))
    for field in fields:
        best: tuple[float, str] | None = None
        for match in _matches(field, plain):
            raw = next((group for group in match.groups() if group), match.group()).strip(" ,.;")
            before = _clause(plain, match.start())
            score = _score(field, before, new, old)
            if score > 0 and (best is None or score >= best[0]):
                best = (score, raw)
        if best:
            found.update(_values(field, *best))
    return found


def _matches(field: _Field, text: str) -> list[re.Match[str]]:
    """Values to look at: all where they are known by their shape, else the first after each cue."""
    if field.free:
        return list(field.value.finditer(text))
    after = (field.value.search(text, cue.end(), cue.end() + 3 * _NEAR) for cue in field.cues.finditer(text))
    return [match for match in after if match]


def _clause(text: str, at: int) -> str:
    """What stands before a value: its sentence, and the line above where the value starts a line."""
    before = text[max(0, at - 2 * _NEAR) : at]
    pieces = re.split(r"(?<=[^\W\d_]{2}[.!?])\s+|\n\s*\n", before)
    return pieces[-1] if pieces[-1].strip() or len(pieces) < 2 else pieces[-2]


def _score(field: _Field, before: str, new: re.Pattern[str], old: re.Pattern[str]) -> float:
    cues = [m.end() for m in field.cues.finditer(before)]
    if not cues and not field.free:
        return 0
    if cues and len(before) - cues[-1] > _NEAR:
        return 0
    last_new = max((m.end() for m in new.finditer(before)), default=-1)
    last_old = max((m.end() for m in old.finditer(before)), default=-1)
    if last_old > last_new:
        return 0
    if last_new < 0:
        if not cues and not field.bare:
            return 0
        return _LOOSE if field.free or re.search(r":\s*$", before) else 0
    return _CERTAIN if cues else _NAMED


def _values(field: _Field, score: float, raw: str) -> dict[str, FieldValue]:
    result = parse_value(field.type, raw)
    if result.value is None:
        return {}
    if field.type in ("iban", "email", "vat", "rcs", "matricule") and result.problem == "malformed":
        return {}
    confidence = score if result.problem is None else min(score, _LOOSE)
    if not result.certain:
        confidence = min(confidence, _NAMED)

    def value(text: object) -> FieldValue:
        return FieldValue(value=cast(str, text), raw=raw, confidence=confidence, source="text")

    if field.id == "ceo":
        first, last = _person(str(result.value))
        confidence = min(confidence, 0.7)
        return {"ceo_prenom": value(first), "ceo_nom": value(last)}
    return {field.id: value(result.value)}


def _person(name: str) -> tuple[str, str]:
    """First and last names: capitals tell them apart, else the last word is the last name."""
    words = name.split()
    capitals = [word for word in words if word.isupper() and len(word) > 1]
    if capitals and len(capitals) < len(words):
        return " ".join(w for w in words if w not in capitals), " ".join(capitals)
    return words[0], " ".join(words[1:])


@cache
def _rules() -> tuple[re.Pattern[str], re.Pattern[str], tuple[_Field, ...]]:
    data = tomllib.loads(resources.files("parsers.mail").joinpath("changes.toml").read_text("utf-8"))
    fields = tuple(
        _Field(
            id=name,
            type=cast(FieldType, entry["type"]),
            cues=re.compile(rf"\b(?:{entry['cues']})\b", re.I),
            value=re.compile(entry["value"]),
            free=bool(entry.get("free", False)),
            bare=bool(entry.get("bare", True)),
        )
        for name, entry in data["fields"].items()
    )
    return (
        re.compile(rf"\b(?:{data['new']})\b|[→➔]|->|=>", re.I),
        re.compile(rf"\b(?:{data['old']})\b", re.I),
        fields,
    )
