"""One case, judged on the documents that it holds now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from rules.facts import Facts, Policy, Precedents
from rules.order import judge
from rules.types import Case, Dossier, Finding, Sender, Step
from rules.workflow import gate_step

_DOCUMENT_STEPS: dict[str, tuple[str, ...]] = {
    "E1": ("formulaire_1", "nda"),
    "L1": ("formulaire_2",),
    "L3": ("formulaire_3", "preuve_tests", "other"),
    "R1": ("formulaire_4", "bon_de_livraison"),
}


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What the rules say of a case's step."""

    case: Case
    step: Step
    findings: tuple[Finding, ...]
    received_at: datetime

    @property
    def complete(self) -> bool:
        return not any(f.severity != "note" for f in self.findings)


def blocking(findings: Iterable[Finding]) -> bool:
    """Whether a person has to look before anything leaves."""
    return any(f.severity in ("mismatch", "doubt") for f in findings)


def evaluate(
    dossier: Dossier,
    case: Case,
    policy: Policy,
    sender: Sender,
    at: datetime,
    precedents: Precedents,
    deadline_overruled: bool = False,
) -> Evaluation | None:
    """Judge the case's current step; None where it waits for no documents.

    What counts for deadlines is when the last of the step's documents was received.
    """
    step = gate_step(case)
    if step is None:
        return None
    case = _since_requirements_changed(case)
    own = [e for e in case.exhibits if e.kind in _DOCUMENT_STEPS[step]]
    received = max((e.received_at for e in own), default=at)
    stamped = max((e.stamped_at or e.received_at for e in own), default=at)
    facts = Facts(
        dossier=dossier,
        case=case,
        step=step,
        policy=policy,
        received_at=received,
        sender=sender,
        stamped_at=stamped,
        precedents=precedents,
        deadline_overruled=deadline_overruled,
    )
    return Evaluation(case=case, step=step, findings=judge(facts), received_at=received)


def _since_requirements_changed(case: Case) -> Case:
    """A label that has to be renewed needs new documents: those of the first labelling do not count."""
    changed_at = case.fact("changed_at")
    if case.state != "a_renouveler" or not changed_at:
        return case
    since = datetime.fromisoformat(changed_at)
    return case.model_copy(update={"exhibits": tuple(e for e in case.exhibits if e.received_at >= since)})
