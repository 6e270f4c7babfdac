"""Draws docs/states.md from the one state table, so that the diagrams cannot drift from the code.

python -m scripts.make_state_diagrams
"""

from __future__ import annotations

from pathlib import Path

from rules.workflow import INITIAL, OUT_OF_ORDER, TRANSITIONS

DOCUMENT = Path(__file__).parent.parent / "docs" / "states.md"
_TITLES = {"E": "Enrolment", "L": "Labelling", "R": "Connection (raccordement)"}


def render() -> str:
    """The whole document."""
    parts = [
        "# The states of a case\n",
        "Generated from `rules/workflow.py` by `scripts/make_state_diagrams.py`; a test compares.",
        "An event that no arrow shows does not fit: it changes nothing and is told (`step_out_of_order`).\n",
    ]
    for kind, table in TRANSITIONS.items():
        lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {INITIAL[kind]}"]
        for state, row in table.items():
            lines += [
                f"    {state} --> {target}: {event}"
                for event, target in row.items()
                if target != OUT_OF_ORDER
            ]
        parts += [f"## {_TITLES[kind]}\n", *lines, "```\n"]
    return "\n".join(parts)


if __name__ == "__main__":
    DOCUMENT.write_text(render(), "utf-8")
