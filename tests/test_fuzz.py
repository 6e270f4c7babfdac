"""The fuzzing targets call what there is."""

from __future__ import annotations

import pytest

from scripts.fuzz.seeds import seeds
from scripts.fuzz.targets import TARGETS


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_a_target_reads_what_it_starts_from(name: str) -> None:
    TARGETS[name](seeds(name)[0])
