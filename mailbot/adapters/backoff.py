"""Waiting longer after every failure, with jitter, so that many clients do not come back at once."""

from __future__ import annotations

import random
from collections.abc import Callable


def backoff_seconds(
    attempt: int, *, first: float = 1, most: float = 300, jitter: Callable[[], float] = random.random
) -> float:
    """Seconds to wait after the attempt of that number, counted from 1: doubling, minus up to a half.

    `jitter` gives a number from 0 to 1; it is the one randomness in mailbot that tests replace.
    """
    longest: float = min(most, first * 2 ** min(attempt - 1, 30))
    return longest * (1 - jitter() / 2)
