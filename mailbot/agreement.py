"""How often people agreed with what mailbot had written, per template and kind: where `auto` is earned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from mailbot.rows import HistoryRow
from mailbot.store_port import Store

AGREEMENT = "agreement"
Shares = dict[str, dict[str, int]]
"""Name -> {"agreed", "of"}: drafts that left as they were, among those that a person decided on."""


def measured_agreement(store: Store) -> Shares:
    """By template."""
    return _shares((str(row.detail.get("template", "")), row) for row in _rows(store))


def agreement_by_kind(store: Store) -> Shares:
    """By kind of document; a mail about several counts for each."""
    return _shares((str(kind), row) for row in _rows(store) for kind in row.detail.get("kinds", ()))


def _rows(store: Store) -> list[HistoryRow]:
    return [row for row in store.history() if row.what == AGREEMENT]


def _shares(named: Iterable[tuple[str, HistoryRow]]) -> Shares:
    agreed: Counter[str] = Counter()
    decided: Counter[str] = Counter()
    for name, row in named:
        decided[name] += 1
        agreed[name] += bool(row.detail.get("agreed"))
    return {name: {"agreed": agreed[name], "of": decided[name]} for name in sorted(decided)}
