"""INCERT's decisions as the rules need them: from the configuration and its files."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from mailbot.config import Config
from mailbot.errors import ConfigurationInvalid, ConfigurationProblem
from parsers.forms import FormBook, FormDefinitionError, load_forms
from parsers.values import parse_value
from rules.calendar import Calendar, read_calendar, shipped_calendar
from rules.criteria.criterion_3_established_in_eea import shipped_countries
from rules.facts import Policy, Vague1Participant
from rules.names import words

_COLUMNS = {
    "name": ("denomination", "denomination sociale", "nom", "industriel", "name", "societe"),
    "matricule": ("matricule", "numero de matricule", "matricule national"),
    "code_prestataire": ("code prestataire", "code", "prestataire"),
}


def build_policy(config: Config) -> Policy:
    """The policy in force. Raises ConfigurationInvalid for a list that cannot be read."""
    participants = _vague_1(config.documents.vague1_csv) if config.documents.vague1_csv else ()
    return Policy(
        forms=_forms(config),
        calendar=calendar_of(config),
        countries=shipped_countries(),
        vague_1=participants,
        min_confidence=config.automation.min_confidence,
        code_prestataire_pattern=config.documents.code_prestataire_pattern,
        ehealth_id_pattern=config.documents.ehealth_id_pattern,
        aes_address=config.parties.aes_address,
        own_domains=_own_domains(config),
        aes_nda_validates=config.automation.aes_nda_validates,
        blank_format=config.automation.blank_format,
    )


def _own_domains(config: Config) -> frozenset[str]:
    parties = config.parties
    domains = (*parties.aes_domains, *parties.cns_domains, *parties.ciss_domains, *parties.incert_domains)
    addresses = (config.smtp.address, parties.aes_address, parties.helpdesk_address)
    return frozenset(d.casefold() for d in (*domains, *(a.rpartition("@")[2] for a in addresses)) if d)


def calendar_of(config: Config) -> Calendar:
    """The scheme's dates: INCERT's own file where one is configured. Raises ConfigurationInvalid."""
    path = config.documents.calendar_file
    if path is None:
        return shipped_calendar()
    try:
        return read_calendar(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        said = " ".join(str(error).split())
        problem = ConfigurationProblem(str(path), "documents.calendar_file", f"expected dates ({said})")
        raise ConfigurationInvalid([problem]) from error


def _forms(config: Config) -> FormBook:
    try:
        return load_forms(config.documents.forms_dir)
    except FormDefinitionError as error:
        problem = ConfigurationProblem(error.file, error.key, f"expected {error.expected}")
        raise ConfigurationInvalid([problem]) from error


def _vague_1(path: Path) -> tuple[Vague1Participant, ...]:
    """INCERT's list: a header line that names matricule, code prestataire and (or) the name."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        problem = ConfigurationProblem(str(path), "documents.vague1_csv", f"expected a CSV in UTF-8: {error}")
        raise ConfigurationInvalid([problem]) from error
    first = text.splitlines()[0] if text.strip() else ""
    reader = csv.DictReader(io.StringIO(text), delimiter=max(";,\t", key=first.count))
    columns = {_column(name): name for name in reader.fieldnames or () if _column(name)}
    if not columns:
        expected = "expected a header line with matricule, code_prestataire or denomination"
        raise ConfigurationInvalid([ConfigurationProblem(str(path), "documents.vague1_csv", expected)])
    return tuple(_participant(row, columns) for row in reader)


def _column(header: str) -> str:
    name = " ".join(words(header.replace("_", " ")))
    return next((field for field, names in _COLUMNS.items() if name in names), "")


def _participant(row: dict[str, str | None], columns: dict[str, str]) -> Vague1Participant:
    def cell(field: str) -> str:
        return (row.get(columns[field]) or "").strip() if field in columns else ""

    matricule = parse_value("matricule", cell("matricule")).value if cell("matricule") else ""
    return Vague1Participant(
        name=cell("name"), matricule=str(matricule or ""), code_prestataire=cell("code_prestataire")
    )
