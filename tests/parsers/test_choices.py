"""Which choice a text names."""

from __future__ import annotations

from parsers.types import FieldDef
from parsers.values import parse_value

MODE = FieldDef(
    id="mode_integration",
    type="choice",
    choices=("econnector_ng", "acces_direct"),
    choice_labels={
        "econnector_ng": {"fr": ("eConnector NG",)},
        "acces_direct": {"fr": ("Accès direct", "Accès direct aux services de remboursement et PID v2")},
    },
)


def test_a_choice_is_matched_by_its_wording() -> None:
    assert parse_value("choice", "eConnector NG", MODE).value == "econnector_ng"
    assert parse_value("choice", "acces_direct", MODE).value == "acces_direct"


def test_two_choices_named_are_none() -> None:
    both = "eConnector NG / Accès direct aux services de remboursement et PID v2"
    assert parse_value("choice", both, MODE).value is None
    assert parse_value("bool", "Oui / Non").value is None
