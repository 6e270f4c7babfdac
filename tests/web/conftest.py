"""A world with accounts, and browsers that have signed in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.world import World
from tests.web.browser import Browser
from tests.web.cases import people


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    people(world)
    yield world
    world.service.close()


@pytest.fixture
def claire(world: World) -> Browser:
    return Browser.person(world, "claire")
