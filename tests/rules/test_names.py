"""Names: what is the same Industriel, written differently."""

from __future__ import annotations

import pytest

from rules.names import compare_companies, compare_persons, name_key


@pytest.mark.parametrize(
    ("one", "other", "likeness"),
    [
        ("Médisoft S.à r.l.", "MEDISOFT SARL", "equal"),
        ("Médisoft S.à r.l.", "Medi-Soft, Sàrl", "equal"),
        ("Medisoft S.A.", "Medisoft société anonyme", "equal"),
        ("S.A. Medisoft", "Medisoft SA", "equal"),
        ("Weber & Fils S.A.", "Weber et Fils SA", "equal"),
        ("Medisoft SA", "Medisoft SARL", "mismatch"),
        ("Medisoft", "Medisoft SARL", "doubt"),
        ("Medisoft SARL", "Medilogic SARL", "mismatch"),
        ("Logiciel Médical SARL", "Médical Logiciel SARL", "mismatch"),
        ("Praxissoft GmbH", "Praxissoft Gesellschaft mit beschränkter Haftung", "equal"),
        ("Praxissoft GmbH", "Praxissoft GmbH & Co. KG", "mismatch"),
        ("Medisoft Soc. à r.l.", "Medisoft S.à r.l.", "equal"),
        ("Medisoft S.à r.l.-S", "Medisoft SARL-S", "equal"),
        ("Medisoft S.à r.l.-S", "Medisoft S.à r.l.", "mismatch"),
        ("Casa", "C SA", "mismatch"),
        ("", "", "mismatch"),
    ],
)
def test_companies(one: str, other: str, likeness: str) -> None:
    assert compare_companies(one, other) == likeness
    assert compare_companies(other, one) == likeness


@pytest.mark.parametrize(
    ("one", "other", "likeness"),
    [
        ("Dr Anne-Marie Weber", "WEBER Anne Marie", "equal"),
        ("Jean Müller", "MÜLLER Jean", "equal"),
        ("Dr. med. dent. Jean Müller", "Jean MULLER", "equal"),
        ("Jean Muller", "Mme Jean Muller", "equal"),
        ("Jean Muller", "Jean Paul Muller", "doubt"),
        ("Jean Muller", "Jeanne Muller", "mismatch"),
        ("Muller", "Jean Muller", "mismatch"),
    ],
)
def test_persons(one: str, other: str, likeness: str) -> None:
    assert compare_persons(one, other) == likeness
    assert compare_persons(other, one) == likeness


def test_spellings_of_one_name_meet_under_one_key() -> None:
    assert name_key("Médi-Soft S.à r.l.") == name_key("MEDI SOFT SARL") == name_key("Medi Soft")
    assert name_key("") == ""
