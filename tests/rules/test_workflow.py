"""The state table: total, without dead ends, and what does not fit changes nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.types import Case, CaseKind
from rules.workflow import (
    EVENTS,
    GATE_STEP,
    INDUSTRIEL_IS_NEXT,
    INITIAL,
    OUT_OF_ORDER,
    TRANSITIONS,
    Event,
    StepOutOfOrder,
    advance,
    fits,
)
from scripts.make_state_diagrams import DOCUMENT, render

KINDS: tuple[CaseKind, ...] = ("E", "L", "R")


@pytest.mark.parametrize("kind", KINDS)
def test_every_state_has_a_line_for_every_event(kind: CaseKind) -> None:
    table = TRANSITIONS[kind]
    assert all(set(row) == set(EVENTS) for row in table.values())
    assert {target for row in table.values() for target in row.values()} - {OUT_OF_ORDER} <= set(table)


@pytest.mark.parametrize("kind", KINDS)
def test_every_state_can_be_reached_and_left(kind: CaseKind) -> None:
    table = TRANSITIONS[kind]
    reached, new = set[str](), {INITIAL[kind]}
    while new:
        reached |= new
        new = {t for state in new for t in table[state].values() if t != OUT_OF_ORDER} - reached
    assert reached == set(table)
    assert all(any(t not in (OUT_OF_ORDER, state) for t in row.values()) for state, row in table.items())


@pytest.mark.parametrize("kind", KINDS)
def test_what_waits_for_whom_names_known_states(kind: CaseKind) -> None:
    assert set(GATE_STEP[kind]) <= set(TRANSITIONS[kind])
    assert INDUSTRIEL_IS_NEXT[kind] <= set(GATE_STEP[kind])


@given(kind=st.sampled_from(KINDS), events=st.lists(st.sampled_from(EVENTS), max_size=30))
def test_an_event_that_does_not_fit_changes_nothing(kind: CaseKind, events: list[Event]) -> None:
    case = Case(kind=kind, number=1, state=INITIAL[kind])
    for event in events:
        before = case
        if fits(case, event):
            case = advance(case, event, at="now")
            assert case.state in TRANSITIONS[kind]
        else:
            with pytest.raises(StepOutOfOrder):
                advance(case, event)
            assert case == before


def test_the_confidential_mail_needs_both_parties() -> None:
    """« valide » is reached only through INCERT's fact and AeS's, in either order."""
    ways = [(s, e) for s, row in TRANSITIONS["E"].items() for e, t in row.items() if t == "valide"]
    assert ways == [("valide_incert", "valid_aes"), ("valide_aes", "valid_incert")]


def test_the_diagrams_in_the_docs_are_those_of_the_table() -> None:
    assert DOCUMENT.read_text("utf-8") == render(), "run python -m scripts.make_state_diagrams"
