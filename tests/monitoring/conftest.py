"""A world that is watched."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mailbot.monitoring.alarms import Alarms
from mailbot.monitoring.endpoints import Monitor
from mailbot.monitoring.troubles import Troubles
from mailbot.monitoring.vitals import Vitals
from tests.journeys.world import Sent, World

GIGABYTE = 1_000_000_000


@dataclass
class Watched:
    """The service, its signs, and who reads them. `free`: what the disk has left, in bytes."""

    world: World
    vitals: Vitals
    free: int = 50 * GIGABYTE
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self.vitals.monotonic = lambda: self.seconds
        self.troubles = Troubles(self.world.service, self.vitals, lambda folder: (100 * GIGABYTE, self.free))
        self.alarms = Alarms(self.world.service)
        self.monitor = Monitor(self.world.service, self.vitals, self.troubles)

    def look(self) -> list[Sent]:
        """A look at what is wrong; returns the mails that leave."""
        self.alarms.look(self.troubles.now())
        return self.world.send()

    def names(self) -> list[str]:
        return [trouble.name for trouble in self.troubles.now()]


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    world = World(tmp_path)
    watched = Watched(world, Vitals())
    watched.vitals.started_at = world.clock.now()
    watched.vitals.polled(world.clock.now())
    yield watched
    world.service.close()
