"""How often people agreed with what mailbot had written, per template: where `auto` is earned."""

from __future__ import annotations

from collections import Counter

from mailbot.ports import Store

AGREEMENT = "agreement"


def measured_agreement(store: Store) -> dict[str, dict[str, int]]:
    """Template -> {"agreed", "of"}: drafts that left as they were, among those that a person decided on."""
    agreed: Counter[str] = Counter()
    decided: Counter[str] = Counter()
    for row in store.history():
        if row.what == AGREEMENT:
            template = str(row.detail.get("template", ""))
            decided[template] += 1
            agreed[template] += bool(row.detail.get("agreed"))
    return {template: {"agreed": agreed[template], "of": decided[template]} for template in sorted(decided)}
