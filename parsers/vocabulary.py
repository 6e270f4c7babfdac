"""The word lists of parsers/data/words.toml, folded for comparison."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from parsers.folding import fold, words_of


@dataclass(frozen=True, slots=True)
class Vocabulary:
    absent: frozenset[str]
    elsewhere: tuple[str, ...]
    help_words: tuple[str, ...]
    help_alone: frozenset[str]
    no_label_ends: frozenset[str]
    small_words: frozenset[str]
    hint_starts: tuple[str, ...]
    prompts: tuple[str, ...]
    hint_dates: frozenset[str]
    hint_counts: frozenset[str]
    titles: frozenset[str]
    times_of_day: frozenset[tuple[str, ...]]
    yes: frozenset[str]
    no: frozenset[str]
    domain_ends: frozenset[str]
    months: dict[str, tuple[str, ...]]
    numbers: dict[str, int]


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    text = resources.files("parsers.data").joinpath("words.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    return Vocabulary(
        absent=frozenset(map(fold, data["absent"])),
        elsewhere=tuple(" ".join(words_of(text)) for text in data["elsewhere"]),
        help_words=tuple(" ".join(words_of(text)) for text in data["help_words"]),
        help_alone=frozenset(map(fold, data["help_alone"])),
        no_label_ends=frozenset(data["no_label_ends"]),
        small_words=frozenset(data["small_words"]),
        hint_starts=tuple(map(fold, data["hint_starts"])),
        prompts=tuple(map(fold, data["prompts"])),
        hint_dates=frozenset(map(fold, data["hint_dates"])),
        hint_counts=frozenset(map(fold, data["hint_counts"])),
        titles=frozenset(map(fold, data["titles"])),
        times_of_day=frozenset(map(words_of, data["times_of_day"])),
        yes=frozenset(map(fold, data["yes"])),
        no=frozenset(map(fold, data["no"])),
        domain_ends=frozenset(data["domain_ends"]),
        months={number: tuple(names) for number, names in data["months"].items()},
        numbers={fold(name): int(number) for number, names in data["numbers"].items() for name in names},
    )
