"""Accounts on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mailbot.adapters.store.sql import open_store
from mailbot.cli import app
from mailbot.commands.session import system_user
from mailbot.web.accounts import signed_in
from tests.journeys.world import World
from tests.web.cases import question

PASSWORD = "encore une longue phrase"


@pytest.fixture
def config(world: World) -> Path:
    return world.folder / "config.toml"


def run(config: Path, *arguments: str, given: str = "") -> tuple[int, str]:
    result = CliRunner().invoke(app, ["--config", str(config), "user", *arguments], input=given)
    return result.exit_code, result.stdout


def test_an_account_is_made_listed_closed_and_given_another_password(world: World, config: Path) -> None:
    assert run(config, "add", "luc", "--role", "admin", "--password-stdin", given=PASSWORD)[0] == 0
    listed = json.loads(run(config, "list", "--json")[1])
    assert {"name": "luc", "role": "admin", "disabled": False} in [
        {k: user[k] for k in ("name", "role", "disabled")} for user in listed
    ]
    assert all("password" not in user for user in listed)
    store = open_store(world.service.config.store.url)
    assert signed_in(store, "luc", PASSWORD) is not None
    assert run(config, "disable", "luc")[0] == 0
    assert signed_in(store, "luc", PASSWORD) is None
    assert run(config, "enable", "luc")[0] == 0
    assert run(config, "password", "luc", "--password-stdin", given=PASSWORD * 2)[0] == 0
    assert signed_in(store, "luc", PASSWORD) is None
    assert signed_in(store, "luc", PASSWORD * 2) is not None
    user = store.user("luc")
    assert user is not None
    assert user.password.startswith("$argon2id$")
    store.close()


@pytest.mark.parametrize(
    ("arguments", "given"),
    [
        (("add", "claire", "--password-stdin"), PASSWORD),  # there is one already
        (("add", "Luc Weber", "--password-stdin"), PASSWORD),
        (("add", "luc", "--password-stdin"), "court"),
        (("add", "luc", "--role", "chef", "--password-stdin"), PASSWORD),
        (("disable", "personne"), ""),
        (("password", "personne", "--password-stdin"), PASSWORD),
        (("add", "luc"), ""),  # nobody to ask
    ],
)
def test_what_cannot_be_is_said_with_exit_code_2(
    config: Path, arguments: tuple[str, ...], given: str
) -> None:
    assert run(config, *arguments, given=given)[0] == 2


def test_who_decides_is_noted_beside_who_ran_the_command(world: World, config: Path) -> None:
    entry = question(world)
    told = ["--config", str(config), "--now", "2025-06-02T12:00Z", "queue", "act", str(entry), "note"]
    result = CliRunner().invoke(app, [*told, "--note", "rappeler", "--by", "claire"])
    assert result.exit_code == 0, result.output
    row = open_store(world.service.config.store.url).history(entry_id=entry)[-1]
    assert (row.actor, row.detail["system_user"]) == ("claire", system_user())
    assert row.detail["system_user"] not in ("", "claire")
