"""The scenario set: no wrong automatic mail, and clean submissions are answered without a person."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders import at
from tests.journeys.scenarios import SCENARIOS, Scenario, starts
from tests.journeys.world import World

Outcome = tuple[tuple[tuple[str, str], ...], tuple[str, ...]]
_outcomes: dict[str, Outcome] = {}


def play(scenario: Scenario, folder: Path) -> Outcome:
    """What left by itself, and the exceptions in the queue."""
    world = World(folder)
    try:
        world.now(scenario.received)
        start = starts()[scenario.start]
        if start is not None:
            with world.store.transaction():
                world.store.new_dossier(start, at("2025-06-01 10:00"), name_key="medisoft")
        world.deliver(
            scenario.sender,
            scenario.text,
            scenario.files(),
            subject=scenario.subject,
            headers=dict(scenario.headers),
        )
        sent = tuple((mail.template, mail.to[0]) for mail in world.once())
        return sent, tuple(sorted({code for codes in world.codes() for code in codes}))
    finally:
        world.service.close()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.id)
def test_scenario(scenario: Scenario, tmp_path: Path) -> None:
    _outcomes[scenario.id] = play(scenario, tmp_path)
    assert _outcomes[scenario.id] == (scenario.sent, scenario.codes)


@pytest.mark.timeout(600)
def test_figures(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The figures that operators look at; what another process of this run has played is played again."""
    ran = list(SCENARIOS)
    for number, scenario in enumerate(ran):
        if scenario.id not in _outcomes:
            folder = tmp_path / str(number)
            folder.mkdir()
            _outcomes[scenario.id] = play(scenario, folder)
    clean = [s for s in ran if s.clean]
    answered = [s for s in clean if _outcomes[s.id][0] == s.sent]
    wrong = [s.id for s in ran if set(_outcomes[s.id][0]) - set(s.sent)]
    with capsys.disabled():
        print(
            f"\nscenarios: {len(ran)}; clean and complete: {len(clean)}, answered without a person: "
            f"{len(answered)} ({len(answered) / len(clean):.0%}); wrong automatic mails: {len(wrong)}"
        )
    assert wrong == []
    assert len(answered) / len(clean) >= 0.95
