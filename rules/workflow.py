"""The state machine of a dossier's cases: one total table per kind of case.

Every pair of state and event has its line: a next state, or OUT_OF_ORDER, which changes nothing and is said
so (`StepOutOfOrder`). Documents that arrive do not move a case by themselves; a step that is complete does.

Facts that cases carry (Case.facts):
E: `incert`, `aes` (ISO instants at which each party found the enrolment valid), `nda_sent_at`
L: `product`, `version`, `product_key`, `version_key`, `mode`, `complete_at` (place in the labelling queue),
   `access_at`, `passed_at`, `accord_at`, `labelled_at`, `asked_at` (complement), `refused_at` (access),
   `major` (an update of a labelled version)
R: `product`, `version`, `product_key`, `version_key`, `client`, `client_key`, `workstations`, `valid_at`
all: `rounds` (how many times something missing was asked for), `contact` (address that acts in this case)
"""

from __future__ import annotations

from typing import Final, Literal

from rules.types import Case, CaseKind, Step

Event = Literal[
    "complete",  # all that the step needs has come and is right
    "countersigned",
    "valid_incert",
    "valid_aes",
    "refused",
    "access_configured",
    "access_refused",
    "complement_asked",
    "tests_failed",
    "tests_passed",
    "labelled",
    "requirements_changed",
    "connection_valid",
    "connection_refused",
    "closed",
    "reopened",
]
EVENTS: Final[tuple[Event, ...]] = Event.__args__  # type: ignore[attr-defined]  # typing has no public way
OUT_OF_ORDER: Final = "-"

INITIAL: Final[dict[CaseKind, str]] = {"E": "ouvert", "L": "ouvert", "R": "ouvert"}

_ENROLMENT: Final[dict[str, dict[Event, str]]] = {
    "ouvert": {"complete": "chez_aes", "refused": "refuse", "closed": "clos"},
    "chez_aes": {"countersigned": "contresigne", "refused": "refuse", "closed": "clos"},
    "contresigne": {
        "valid_incert": "valide_incert",
        "valid_aes": "valide_aes",
        "refused": "refuse",
        "closed": "clos",
    },
    "valide_incert": {"valid_aes": "valide", "refused": "refuse", "closed": "clos"},
    "valide_aes": {"valid_incert": "valide", "refused": "refuse", "closed": "clos"},
    "valide": {"closed": "clos"},
    "refuse": {"reopened": "ouvert", "complete": "chez_aes"},
    "clos": {"reopened": "ouvert"},
}
_LABELLING: Final[dict[str, dict[Event, str]]] = {
    "ouvert": {"complete": "acces_a_configurer", "closed": "clos"},
    "acces_a_configurer": {
        "access_configured": "acces_configure",
        "access_refused": "acces_refuse",
        "closed": "clos",
    },
    "acces_refuse": {"complete": "acces_a_configurer", "reopened": "ouvert", "closed": "clos"},
    "acces_configure": {"complete": "demande_complete", "closed": "clos"},
    "demande_complete": {
        "complete": "demande_complete",
        "complement_asked": "complement_demande",
        "tests_failed": "tests_echoues",
        "tests_passed": "tests_reussis",
        "requirements_changed": "a_renouveler",
        "closed": "clos",
    },
    "complement_demande": {
        "complete": "demande_complete",
        "complement_asked": "complement_demande",
        "tests_failed": "tests_echoues",
        "tests_passed": "tests_reussis",
        "requirements_changed": "a_renouveler",
        "closed": "clos",
    },
    "tests_echoues": {
        "complete": "demande_complete",
        "complement_asked": "complement_demande",
        "tests_failed": "tests_echoues",
        "tests_passed": "tests_reussis",
        "requirements_changed": "a_renouveler",
        "closed": "clos",
    },
    "tests_reussis": {
        "labelled": "labelise",
        "requirements_changed": "a_renouveler",
        "closed": "clos",
    },
    "labelise": {"requirements_changed": "a_renouveler", "closed": "clos"},
    "a_renouveler": {
        "complete": "demande_complete",
        "requirements_changed": "a_renouveler",
        "closed": "clos",
    },
    "clos": {"reopened": "ouvert"},
}
_CONNECTION: Final[dict[str, dict[Event, str]]] = {
    "ouvert": {"complete": "a_verifier", "closed": "clos"},
    "a_verifier": {"connection_valid": "valide", "connection_refused": "refuse", "closed": "clos"},
    "valide": {"closed": "clos"},
    "refuse": {"complete": "a_verifier", "reopened": "ouvert", "closed": "clos"},
    "clos": {"reopened": "ouvert"},
}


def _total(table: dict[str, dict[Event, str]]) -> dict[str, dict[Event, str]]:
    return {state: {event: row.get(event, OUT_OF_ORDER) for event in EVENTS} for state, row in table.items()}


TRANSITIONS: Final[dict[CaseKind, dict[str, dict[Event, str]]]] = {
    "E": _total(_ENROLMENT),
    "L": _total(_LABELLING),
    "R": _total(_CONNECTION),
}

GATE_STEP: Final[dict[CaseKind, dict[str, Step]]] = {
    "E": {"ouvert": "E1", "refuse": "E1"},
    "L": {
        "ouvert": "L1",
        "acces_refuse": "L1",
        "acces_configure": "L3",
        "demande_complete": "L3",
        "complement_demande": "L3",
        "tests_echoues": "L3",
        "a_renouveler": "L3",
    },
    "R": {"ouvert": "R1", "refuse": "R1"},
}
"""The step whose documents a case waits for (or takes, as complements), by its state."""

INDUSTRIEL_IS_NEXT: Final[dict[CaseKind, frozenset[str]]] = {
    "E": frozenset({"ouvert"}),
    "L": frozenset(
        {
            *("ouvert", "acces_refuse", "acces_configure"),
            *("complement_demande", "tests_echoues", "a_renouveler"),
        }
    ),
    "R": frozenset({"ouvert"}),
}
LABELLED: Final = frozenset({"labelise", "a_renouveler"})


def holds_label(case: Case) -> bool:
    """A labelled version; one whose label is being renewed keeps it until the renewal is decided."""
    renewing = bool(case.fact("changed_at")) and bool(case.fact("labelled_at"))
    return case.state in LABELLED or (renewing and case.state not in ("ouvert", "clos"))


class StepOutOfOrder(Exception):
    """An event that does not fit the case's state. Nothing was changed."""

    def __init__(self, case: Case, event: str) -> None:
        super().__init__(f"case {case.name} is « {case.state} »: « {event} » does not fit")
        self.case = case
        self.event = event


def advance(case: Case, event: Event, **facts: str | int | bool | None) -> Case:
    """The case after the event, with those facts added. Raises StepOutOfOrder."""
    state = TRANSITIONS[case.kind].get(case.state, {}).get(event, OUT_OF_ORDER)
    if state == OUT_OF_ORDER:
        raise StepOutOfOrder(case, event)
    return case.model_copy(update={"state": state, "facts": {**case.facts, **facts}})


def fits(case: Case, event: Event) -> bool:
    """Whether the event may happen to the case now."""
    return TRANSITIONS[case.kind].get(case.state, {}).get(event, OUT_OF_ORDER) != OUT_OF_ORDER


def gate_step(case: Case) -> Step | None:
    """The step whose documents the case takes now, None where it waits for none."""
    return GATE_STEP[case.kind].get(case.state)
