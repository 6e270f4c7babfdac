"""Every command stands in the operator's guide, every key of the configuration there or in the example."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command

from mailbot.cli import app
from mailbot.config import SECTIONS
from mailbot.importing import column_names

ROOT = Path(__file__).resolve().parent.parent
GUIDE = (ROOT / "docs" / "operations.fr.md").read_text()
EXAMPLE = (ROOT / "mailbot" / "config.example.toml").read_text()


def _paths(command: object, path: str) -> Iterator[str]:
    members = getattr(command, "commands", None)
    if not members:
        yield path
        return
    for name, member in members.items():
        yield from _paths(member, f"{path} {name}")


@pytest.mark.parametrize("path", sorted(_paths(get_command(app), "mailbot")))
def test_the_guide_shows_the_command(path: str) -> None:
    assert path in GUIDE


@pytest.mark.parametrize(
    ("section", "key"),
    [
        (section, info.alias or name)
        for section, model in SECTIONS.items()
        for name, info in model.model_fields.items()
    ],
)
def test_the_key_is_explained(section: str, key: str) -> None:
    shown = re.search(rf"\b{key} = ", EXAMPLE) is not None
    assert shown or f"{section}.{key}" in GUIDE or f"[{section}.{key}]" in EXAMPLE


def test_the_guide_names_every_column_of_an_import() -> None:
    assert [name for name in column_names() if f"`{name}`" not in GUIDE] == []


def test_the_help_of_an_import_names_every_column() -> None:
    dossier = get_command(app).commands["dossier"]  # type: ignore[attr-defined]  # a group has its members
    said = dossier.commands["import"].help
    assert [name for name in column_names() if name not in said] == []
