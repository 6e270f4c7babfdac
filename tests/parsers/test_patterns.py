"""No pattern that a reader keeps takes minutes over a text that somebody wrote to make it so."""

from __future__ import annotations

import importlib
import pkgutil
import re
import time

import pytest

import parsers

UNITS = ("a", "1", " ", "\n", ".", "-", "@", "(", "a@", "1.", "a ", "Ab ", "a-", ". ", "a:", ", ", "_", "|",
         "A.", "…\n", " \n", "[", "oui ", "rcsl ", "a, ")  # fmt: skip
LENGTHS = (30, 60, 120, 240, 480, 960, 1920)
MOST = 0.5
"""Seconds of processor time; what grows with the square of the length takes a tenth of it."""


def patterns() -> dict[str, re.Pattern[str]]:
    names = (module.name for module in pkgutil.walk_packages(parsers.__path__, "parsers."))
    found: dict[str, re.Pattern[str]] = {}
    for name in names:
        for value in vars(importlib.import_module(name)).values():
            if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                found.setdefault(value.pattern, value)
    return found


def slowest(pattern: re.Pattern[str], unit: str) -> float:
    """The time for the longest text that it does not take too long over, or for the first that it does."""
    taken = 0.0
    for length in LENGTHS:
        text = unit * (length // len(unit)) + "!x"
        began = time.process_time()
        pattern.search(text)
        pattern.fullmatch(text)
        taken = time.process_time() - began
        if taken > MOST:
            break
    return taken


@pytest.mark.parametrize("unit", UNITS)
def test_every_pattern_ends_in_time(unit: str) -> None:
    assert {p: t for p, pattern in patterns().items() if (t := slowest(pattern, unit)) > MOST} == {}
