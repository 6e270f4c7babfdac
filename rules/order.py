"""Which rules judge which step, in which order. The order is that in which an answer lists things."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from rules.checks import (
    deadlines,
    delivery_note,
    direct_services_connected,
    documents_present,
    major_update,
    nda_as_issued,
    other_forms,
    read_whole,
    signatures,
    tested_services,
    uniqueness,
    unplaced_values,
    vague_1_claim,
)
from rules.criteria import (
    criterion_1_enrolment_data,
    criterion_2_data_hold,
    criterion_3_established_in_eea,
    criterion_4_codes_and_accounts,
    criterion_5_consistent_identity,
    criterion_6_integration_mode,
)
from rules.facts import Facts
from rules.types import Finding


class Rule(Protocol):
    """What every rule module has."""

    def check(self, facts: Facts) -> Iterator[Finding]: ...


RULES: dict[str, tuple[Rule, ...]] = {
    "E1": (
        deadlines,  # nothing else matters once it is too late
        documents_present,
        read_whole,
        unplaced_values,
        criterion_1_enrolment_data,
        criterion_3_established_in_eea,
        other_forms,  # the NDA's own fields
        signatures,
        nda_as_issued,
        criterion_5_consistent_identity,
        vague_1_claim,
    ),
    "L1": (
        deadlines,
        documents_present,
        read_whole,
        unplaced_values,
        other_forms,
        criterion_4_codes_and_accounts,
        criterion_2_data_hold,
        criterion_5_consistent_identity,
        criterion_6_integration_mode,
        signatures,
    ),
    "L3": (
        deadlines,
        documents_present,
        read_whole,
        unplaced_values,
        other_forms,
        tested_services,
        major_update,
        criterion_2_data_hold,
        criterion_5_consistent_identity,
        criterion_6_integration_mode,
    ),
    "R1": (
        deadlines,
        documents_present,
        read_whole,
        unplaced_values,
        other_forms,
        delivery_note,
        signatures,
        criterion_2_data_hold,
        criterion_5_consistent_identity,
        uniqueness,
        direct_services_connected,
    ),
}


def judge(facts: Facts) -> tuple[Finding, ...]:
    """All findings on one step, in order. A step that closed gets that one finding alone."""
    findings: list[Finding] = []
    for rule in RULES[facts.step]:
        findings.extend(rule.check(facts))
        if any(f.rule == "deadline_passed" for f in findings):
            break
    return tuple(findings)
