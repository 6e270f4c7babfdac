"""What was derived from an object is kept by the object's identity, the latest used longest."""

import gc
import importlib
import inspect
import pkgutil
from collections.abc import Callable
from functools import _lru_cache_wrapper
from typing import Any

import parsers
from parsers.remembered import TEXTS_OF_FORMS, Remembered


def test_it_is_made_once_for_an_object_and_again_for_an_equal_one() -> None:
    made: list[str] = []
    remembered: Remembered[int] = Remembered(8)
    one, equal = [1], [1]
    for owner, key in ((one, "a"), (one, "a"), (equal, "a"), (one, "b")):
        remembered.of((owner,), lambda key=key: made.append(key) or len(made), key)  # type: ignore[misc, func-returns-value]
    assert made == ["a", "a", "b"]


def test_the_longest_unused_goes_first() -> None:
    remembered: Remembered[str] = Remembered(2)
    for key in ("a", "b"):
        remembered.keep((), key, key)
    remembered.find((), "a")
    remembered.keep((), "c", "c")
    assert [remembered.find((), key) for key in ("a", "b", "c")] == ["a", None, "c"]


def test_the_objects_live_as_long_as_what_is_kept_of_them() -> None:
    """Else another object could get the same identity."""
    remembered: Remembered[int] = Remembered(4)
    for number in range(100):
        assert remembered.of(([number],), lambda number=number: number) == number  # type: ignore[misc]


def test_what_is_kept_of_texts_is_bounded_everywhere() -> None:
    """Else a reading process would grow with every mail."""
    for module in pkgutil.walk_packages(parsers.__path__, "parsers."):
        importlib.import_module(module.name)
    kept = [c for c in gc.get_objects() if isinstance(c, _lru_cache_wrapper)]
    ours = [c for c in kept if c.__module__.startswith("parsers.") and _takes_anything(c.__wrapped__)]
    assert ours
    for cache in ours:
        most = cache.cache_parameters()["maxsize"] or float("inf")
        assert most <= TEXTS_OF_FORMS, f"{cache.__module__}.{cache.__qualname__}"


def _takes_anything(function: Callable[..., Any]) -> bool:
    return bool(inspect.signature(function).parameters)
