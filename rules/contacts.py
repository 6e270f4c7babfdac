"""The right contact for a question: by what it is about, else by the step at which the dossier stands."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from importlib import resources
from typing import Any

from rules.types import Case, Dossier, Step
from rules.workflow import LABELLED


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(resources.files("rules").joinpath("contacts.toml").read_text("utf-8"))


def contact_topic(text: str, step: Step | None) -> str:
    """The key of the contact text for a question with those words, at that step (None: no case is known)."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    for topic in _data()["topic"]:
        if any(re.search(rf"(?<![a-z0-9]){re.escape(word)}", plain) for word in topic["words"]):
            return str(topic["id"])
    return str(_data()["step"].get(step, "general")) if step else "general"


def standing(dossier: Dossier) -> tuple[Case | None, Step | None]:
    """The case that a general question is about, and the step at which it stands: the furthest one."""
    if dossier.of_kind("R"):
        case = dossier.of_kind("R")[-1]
        return case, "R2" if case.state in ("a_verifier", "valide") else "R1"
    if dossier.of_kind("L"):
        case = dossier.of_kind("L")[-1]
        return case, _labelling_step(case)
    enrolment = dossier.case("E")
    return enrolment, ("E4" if enrolment.state == "valide" else "E1") if enrolment else None


def _labelling_step(case: Case) -> Step:
    if case.state in LABELLED or case.state == "tests_reussis":
        return "L5"
    steps: dict[str, Step] = {
        "ouvert": "L1",
        "acces_refuse": "L1",
        "acces_a_configurer": "L2",
        "acces_configure": "L3",
    }
    return steps.get(case.state, "L4")
