"""A few kills of the long run (`make chaos`), always the same ones."""

from __future__ import annotations

import pytest

from scripts.chaos.__main__ import main

pytestmark = pytest.mark.dovecot


def test_killed_between_servers_that_misbehave_nothing_is_lost_and_nothing_doubled() -> None:
    assert main(["--kills", "4", "--seed", "2", "--seconds", "2"]) == 0
