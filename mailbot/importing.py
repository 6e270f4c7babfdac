"""Dossiers that were run by hand before mailbot: a CSV becomes dossiers with their cases. Sends nothing.

One line per Industriel, software version or connection; lines with the same matricule are one Industriel.
Which columns there are, and what a state may be called, is data (importing.toml).
"""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, time
from functools import cache
from importlib import resources
from typing import Any, cast

from parsers.types import FieldDef
from parsers.values import parse_value
from rules.calendar import LUXEMBOURG
from rules.facts import Policy, shipped_amount
from rules.identifier_status import identifier_status
from rules.names import name_key, text_key, version_key, words
from rules.types import Case, CaseKind, Dossier
from rules.workflow import TRANSITIONS

_REGISTERED = "formulaire_1"
_DATES = ("enrolement_le", "labelisation_le", "raccordement_le")
_WITH_ACCESS = frozenset(
    {
        "acces_configure",
        "demande_complete",
        "complement_demande",
        "tests_echoues",
        "tests_reussis",
        "labelise",
        "a_renouveler",
    }
)
_STATES: dict[str, CaseKind] = {"enrolement": "E", "labelisation": "L", "raccordement": "R"}


@dataclass(frozen=True, slots=True)
class LineProblem:
    """What is wrong in a line, counted from 1 with the header; `line` 0 is about the whole file."""

    line: int
    column: str
    message: str

    def __str__(self) -> str:
        where = f"line {self.line}" + (f", {self.column}" if self.column else "")
        return f"{where}: {self.message}" if self.line else self.message


@dataclass(slots=True)
class Planned:
    """One Industriel of the file, as it would be stored."""

    dossier: Dossier
    lines: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do."""

    dossiers: tuple[Planned, ...]
    problems: tuple[LineProblem, ...]


class _Wrong(Exception):
    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column


@cache
def _data() -> dict[str, Any]:
    text = resources.files("mailbot").joinpath("importing.toml").read_text("utf-8")
    return tomllib.loads(text)


def column_names() -> tuple[str, ...]:
    """The columns that are understood."""
    return tuple(_data()["columns"])


def task_of(case: Case) -> dict[str, Any] | None:
    """What staff have to do next in that case: step, actions, message; None where others are next."""
    found: dict[str, Any] | None = _data()["tasks"][case.kind].get(case.state)
    return found


def read_plan(text: str, policy: Policy, now: datetime) -> Plan:
    """The dossiers of a CSV (`;`, `,` or tab), and everything that is wrong in it, by line."""
    first = text.splitlines()[0] if text.strip() else ""
    reader = csv.reader(io.StringIO(text), delimiter=max(";,\t", key=first.count))
    rows = []
    try:
        for row in reader:
            rows.append((reader.line_num, row))
    except csv.Error as error:  # a cell without end, a stray carriage return
        return Plan((), (LineProblem(reader.line_num, "", f"the line is no CSV ({error})"),))
    if not rows:
        return Plan((), (LineProblem(0, "", "the file is empty"),))
    columns, problems = _header(rows[0][1])
    if problems:
        return Plan((), tuple(problems))
    found: dict[str, Planned] = {}
    attempted: dict[str, Planned] = {}  # what lines that are wrong say, so that all they lack is told at once
    for number, row in rows[1:]:
        cells = {name: row[at].strip() for at, name in columns.items() if at < len(row) and row[at].strip()}
        if not cells:
            continue
        values, wrong_cells = _values(cells, policy)
        if not wrong_cells:
            try:
                _add_line(found, number, values, now)
                continue
            except _Wrong as wrong:
                wrong_cells = [wrong]
        problems += [LineProblem(number, wrong.column, str(wrong)) for wrong in wrong_cells]
        _attempt(attempted, number, values)
    told = {(problem.line, problem.column) for problem in problems}
    for planned in (*found.values(), *(a for m, a in attempted.items() if m not in found)):
        lacks = [LineProblem(planned.lines[0], c, m) for c, m in _lacks(planned.dossier)]
        problems += [p for p in lacks if all((line, p.column) not in told for line in planned.lines)]
    return Plan(tuple(found.values()), tuple(sorted(problems, key=lambda p: p.line)))


def _header(cells: list[str]) -> tuple[dict[int, str], list[LineProblem]]:
    """Position -> column. An unknown heading is a problem: what stands under it would be lost unseen."""
    names = {
        alias: name for name, one in _data()["columns"].items() for alias in (name, *one.get("aliases", ()))
    }
    columns: dict[int, str] = {}
    problems: list[LineProblem] = []
    for at, cell in enumerate(cells):
        heading = "_".join(words(cell.lstrip("\ufeff").replace("_", " ")))
        if not heading:
            continue
        if heading not in names:
            message = f"no such column « {cell.strip()} »; there are: {', '.join(column_names())}"
            problems.append(LineProblem(1, cell.strip(), message))
        elif names[heading] in columns.values():
            problems.append(LineProblem(1, cell.strip(), f"a second column {names[heading]}"))
        else:
            columns[at] = names[heading]
    if not problems and "matricule" not in columns.values():
        problems.append(LineProblem(1, "matricule", "the column matricule is missing"))
    return columns, problems


def _values(cells: dict[str, str], policy: Policy) -> tuple[dict[str, Any], list[_Wrong]]:
    """The values of one line, and all of its cells that are wrong."""
    values: dict[str, Any] = {}
    wrong: list[_Wrong] = []
    for name in sorted(cells, key=lambda name: name != "pays"):  # registers differ from country to country
        try:
            values[name] = _value(name, cells[name], policy, values.get("pays"))
        except _Wrong as problem:
            wrong.append(problem)
    return values, wrong


def _add_line(found: dict[str, Planned], number: int, values: dict[str, Any], now: datetime) -> None:
    matricule = str(values.get("matricule") or "")
    if not matricule:
        raise _Wrong("matricule", "expected the matricule, on every line")
    planned = found.get(matricule) or Planned(Dossier())
    dossier = _with_cases(_with_data(planned.dossier, values), values, now)
    # Only a line that is right as a whole counts.
    planned.dossier = dossier
    planned.lines.append(number)
    found[matricule] = planned


def _attempt(attempted: dict[str, Planned], number: int, values: dict[str, Any]) -> None:
    """Note the data of a line that is wrong elsewhere; what contradicts was told already."""
    matricule = str(values.get("matricule") or "")
    if not matricule:
        return
    planned = attempted.setdefault(matricule, Planned(Dossier()))
    planned.lines.append(number)
    with suppress(_Wrong):
        planned.dossier = _with_data(planned.dossier, values)


def _value(name: str, text: str, policy: Policy, country: str | None) -> Any:
    column = _data()["columns"][name]
    if name in _STATES:
        return _state(name, text)
    if name in _DATES:
        return _parsed(name, "date", text)
    if name == "montant":
        return _parsed(name, "int", text.replace("EUR", "").replace("€", ""))
    if name == "contacts":
        return tuple(
            str(_parsed(name, "email", one)) for one in text.replace(";", " ").replace(",", " ").split()
        )
    if name == "langue":
        if text.lower() not in ("fr", "de", "en"):
            raise _Wrong(name, f"{text}: expected fr, de or en")
        return text.lower()
    form = policy.forms.for_kind(column["form"])
    definition = form.field(name) if form else None
    value = _parsed(name, definition.type if definition else "text", text, definition)
    if definition is None:
        return value
    if identifier_status(definition, str(value), policy.patterns, country) == "invalid":
        raise _Wrong(name, f"{text}: not of the form or with the check digits of a {definition.type}")
    return value


def _parsed(name: str, kind: str, text: str, definition: FieldDef | None = None) -> Any:
    result = parse_value(cast(Any, kind), text, definition)
    if result.value is None:
        raise _Wrong(name, f"{text}: not a value of type {kind}")
    if result.problem in ("malformed", "check_failed"):
        raise _Wrong(name, f"{text}: {result.note or result.problem}")
    return result.value


def _state(name: str, text: str) -> str:
    kind = _STATES[name]
    said = "_".join(words(text.replace("_", " ")))
    if said in TRANSITIONS[kind]:
        return said
    for state, wordings in _data()["states"][kind].items():
        if said in wordings:
            return str(state)
    raise _Wrong(name, f"{text}: expected one of {', '.join(TRANSITIONS[kind])}")


def _with_data(dossier: Dossier, values: dict[str, Any]) -> Dossier:
    """What is registered, from one line more. A value that contradicts an earlier line is refused."""
    registered = dict(dossier.registered)
    for name, value in values.items():
        if _data()["columns"][name].get("form") != _REGISTERED or name == "participation_vague_1":
            continue
        if registered.get(name, str(value)) != str(value):
            raise _Wrong(name, f"{value}: an earlier line of this matricule says {registered[name]}")
        registered[name] = str(value)
    contacts = dict.fromkeys([*dossier.contacts, *values.get("contacts", ())])
    return dossier.model_copy(
        update={
            "registered": registered,
            "email": registered.get("email", ""),
            "contacts": tuple(contacts),
            "code_prestataire": values.get("code_prestataire") or dossier.code_prestataire,
            "vague_1": bool(values.get("participation_vague_1")) or dossier.vague_1,
            "language": values.get("langue", dossier.language),
        }
    )


def _with_cases(dossier: Dossier, values: dict[str, Any], now: datetime) -> Dossier:
    dossier = _enrolment(dossier, values, now)
    product, version = str(values.get("nom_logiciel", "")), str(values.get("version_logiciel", ""))
    keys = {"product_key": text_key(product), "version_key": version_key(version)}
    facts: dict[str, Any] = {"product": product, "version": version, **keys} if product else {}
    if "labelisation" in values:
        dossier = _labelling(dossier, values, facts, now)
    elif product and "raccordement" not in values:
        raise _Wrong("labelisation", "expected the state of the labelling of this software")
    if "raccordement" in values:
        dossier = _connection(dossier, values, facts, now)
    elif "nom_client" in values:
        raise _Wrong("raccordement", "expected the state of this client's connection")
    return dossier


def _enrolment(dossier: Dossier, values: dict[str, Any], now: datetime) -> Dossier:
    state = values.get("enrolement")
    case = dossier.case("E")
    if state is None:
        return dossier
    if case is not None and case.state != state:
        raise _Wrong("enrolement", f"{state}: an earlier line of this matricule says {case.state}")
    at = _at(values.get("enrolement_le"), now)
    facts: dict[str, Any] = {"imported": True}
    if state in ("valide", "valide_incert"):
        facts["incert"] = at
    if state in ("valide", "valide_aes"):
        facts["aes"] = at
    if state == "chez_aes":
        facts["nda_sent_at"] = at
    return dossier if case else dossier.with_case(Case(kind="E", number=1, state=state, facts=facts))


def _labelling(dossier: Dossier, values: dict[str, Any], facts: dict[str, Any], now: datetime) -> Dossier:
    state = values["labelisation"]
    if not facts and state not in ("ouvert", "acces_a_configurer", "acces_configure", "acces_refuse"):
        raise _Wrong("nom_logiciel", f"{state}: expected the software and its version")
    for case in dossier.of_kind("L"):
        if facts and (case.fact("product_key"), case.fact("version_key")) == (
            facts["product_key"],
            facts["version_key"],
        ):
            if case.state != state:
                raise _Wrong("labelisation", f"{state}: an earlier line says {case.state} of this version")
            return dossier
    at = _at(values.get("labelisation_le"), now)
    known = {"labelise": "labelled_at", "a_renouveler": "labelled_at", "demande_complete": "complete_at"}
    known |= {"acces_configure": "access_at", "tests_reussis": "passed_at", "complement_demande": "asked_at"}
    own = {**facts, "imported": True}
    if state in known:
        own[known[state]] = at
    if state in _WITH_ACCESS:  # a later version needs no access of its own (step V)
        own["access_at"] = at
    if "mode_integration" in values:
        own["mode"] = values["mode_integration"]
    number = len(dossier.of_kind("L")) + 1
    return dossier.with_case(Case(kind="L", number=number, state=state, facts=own))


def _connection(dossier: Dossier, values: dict[str, Any], facts: dict[str, Any], now: datetime) -> Dossier:
    client = str(values.get("nom_client", ""))
    if not client or not facts:
        raise _Wrong("nom_client" if not client else "nom_logiciel", "expected the client and the software")
    code = str(values.get("code_prestataire_client", ""))
    key = code.replace("-", "") if code else text_key(client)
    if any(
        (c.fact("client_key"), c.fact("product_key")) == (key, facts["product_key"])
        for c in dossier.of_kind("R")
    ):
        raise _Wrong("nom_client", f"{client}: this connection stands on an earlier line")
    own: dict[str, Any] = {**facts, "client": client, "client_key": key, "imported": True}
    if "nombre_postes" in values:
        own["workstations"] = str(values["nombre_postes"])
    if values["raccordement"] == "valide":
        own["valid_at"] = _at(values.get("raccordement_le"), now)
        own["amount"] = values.get("montant", shipped_amount())
    number = len(dossier.of_kind("R")) + 1
    return dossier.with_case(Case(kind="R", number=number, state=values["raccordement"], facts=own))


def _lacks(dossier: Dossier) -> Iterator[tuple[str, str]]:
    """What every dossier must have, so that mails find it and answers can go out."""
    if not dossier.name:
        yield "denomination_sociale", "expected the Industriel's name (or nom and prenom)"
    if not dossier.email:
        yield "email", "expected the registered e-mail"
    if not name_key(dossier.name) and dossier.name:
        yield "denomination_sociale", "expected a name with letters"
    case = dossier.case("E")
    if (dossier.of_kind("L") or dossier.of_kind("R")) and (case is None or case.state != "valide"):
        yield "enrolement", "expected « valide » where there is a labelling or a connection"


def _at(day: object, now: datetime) -> str:
    if not day:
        return now.isoformat()
    return datetime.combine(datetime.fromisoformat(str(day)).date(), time(), LUXEMBOURG).isoformat()
