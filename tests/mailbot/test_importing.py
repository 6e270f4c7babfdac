"""Day one: what a list kept by hand becomes, and what is wrong in it, line by line."""

from __future__ import annotations

from mailbot.importing import read_plan
from tests.builders import at, policy

NOW = at("2026-01-10 10:00")
HEADER = (
    "matricule;denomination;mail;pays;rcs;code_prestataire;enrolement;logiciel;version;labelisation;"
    "client;raccordement;raccordement_le;iban\n"
)


def problems(*lines: str) -> list[tuple[int, str]]:
    return [(p.line, p.column) for p in read_plan(HEADER + "\n".join(lines) + "\n", policy(), NOW).problems]


def test_all_that_is_wrong_is_told_with_its_line_and_column() -> None:
    assert problems(
        "20142406897;Medisoft S.à r.l.;info@medisoft.example;;;123456-78;validé;MediPraxis;4.2;labélisé;;;;",
        "20142406897;Medisoft SA;;;;;;;;;;;;",
        "20032401237;X;not-an-email;;;12;peut-être;;;;;;;LU00",
        ";Sans matricule;a@b.example;;;;validé;;;;;;;",
        "1893120105732;Jean Exemple;jean@exemple.example;;;;validé;Soft;1.0;labélisé;Dr Roy;payé;32/13/2025;",
        "20112406894;Autre S.A.;;;;;validé;Soft;;;;;;",
    ) == [
        (3, "denomination_sociale"),
        (4, "email"),
        (4, "code_prestataire"),
        (4, "enrolement"),
        (4, "iban"),
        (5, "matricule"),
        (6, "raccordement_le"),
        (7, "labelisation"),
        (7, "email"),  # what a wrong line lacks besides is told at once
    ]


def test_the_number_of_a_foreign_register_is_taken_as_it_stands() -> None:
    line = "20142406897;Medisoft GmbH;info@medisoft.example;{};{};;validé;;;;;;;"
    assert problems(line.format("DE", "HRB 12345")) == []
    assert problems(line.format("LU", "B 12345678")) == [(2, "rcs")]


def test_a_paid_connection_is_known_by_its_client_so_that_it_is_not_paid_twice() -> None:
    first = "20142406897;Medisoft S.à r.l.;info@medisoft.example;;;123456-78;validé;Soft;v4;labélisé;;;;"
    second = "20142406897;;;;;;;Soft;4;;Maison médicale du Parc;payé;15/09/2025;"
    (planned,) = read_plan(HEADER + first + "\n" + second + "\n", policy(), NOW).dossiers
    (connection,) = planned.dossier.of_kind("R")
    assert connection.state == "valide"
    assert connection.facts["client_key"] == "maisonmedicaleduparc"
    assert connection.facts["valid_at"] == "2025-09-15T00:00:00+02:00"
    assert connection.facts["amount"] == 640
