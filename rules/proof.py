"""Evidence of passed tests has no form of its own: what comes with Formulaire 3 is taken for it.

Staff look at the evidence before anything follows (step L4), so a file that its name or words call a test's
result is enough to queue the request; of any other file a person says first whether it is the evidence.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from rules.names import words
from rules.types import Dossier, Exhibit
from rules.workflow import gate_step

ENOUGH = 0.5
"""Confidence from which a document counts as evidence without a person."""
_NAMED, _UNNAMED = 0.6, 0.3


@cache
def _beginnings() -> tuple[str, ...]:
    raw = tomllib.loads(resources.files("rules").joinpath("proof.toml").read_text("utf-8"))
    return tuple(raw["words"])


def with_proof(exhibits: tuple[Exhibit, ...], dossier: Dossier | None) -> tuple[Exhibit, ...]:
    """The exhibits of a mail; where evidence is expected and none recognised, other files stand as such."""
    kinds = {e.kind for e in exhibits}
    if "preuve_tests" in kinds or not ("formulaire_3" in kinds or _is_awaited(dossier)):
        return exhibits
    return tuple(_as_proof(e) if e.kind == "other" else e for e in exhibits)


def _is_awaited(dossier: Dossier | None) -> bool:
    """A Formulaire 3 is there and its evidence is not."""
    return dossier is not None and any(
        gate_step(c) == "L3" and c.latest("formulaire_3") and not c.latest("preuve_tests")
        for c in dossier.of_kind("L")
    )


def _as_proof(exhibit: Exhibit) -> Exhibit:
    named = any(word.startswith(_beginnings()) for word in words(exhibit.document.file))
    document = exhibit.document.model_copy(
        update={"kind": "preuve_tests", "confidence": _NAMED if named else _UNNAMED, "filled": True}
    )
    return exhibit.model_copy(update={"document": document})
