"""Accounts of the reviewer's web app: add, list, disable, enable, password."""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from mailbot.commands.session import print_json, print_table, say, session_of
from mailbot.errors import UsageError

if TYPE_CHECKING:
    from mailbot.store_port import WebStore

app = typer.Typer(no_args_is_help=True, help="Accounts of the reviewer's web app.")
Name = Annotated[str, typer.Argument(metavar="NAME", help="Lower case, as claire or claire.weber.")]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable, alone on stdout.")]


def add_to(root: typer.Typer) -> None:
    root.add_typer(app, name="user")


@app.command("add")
def add(
    context: typer.Context,
    name: Name,
    role: Annotated[
        Literal["reader", "reviewer", "admin"], typer.Option("--role", help="What it may do.")
    ] = "reviewer",
    from_stdin: FromStdin = False,
) -> None:
    """A new account: reader (sees), reviewer (decides) or admin (decides, and manages accounts)."""
    from mailbot.web.accounts import checked_name, hashed
    from mailbot.web_rows import UserRow

    store, now = _store(context)
    store.add_user(UserRow(checked_name(name), role, hashed(_password(from_stdin)), False, now))
    say(f"{name} ({role}) can sign in")


@app.command("list")
def list_users(context: typer.Context, as_json: AsJson = False) -> None:
    """All accounts."""
    store, _ = _store(context, changes=False)
    users = [{k: v for k, v in asdict(user).items() if k != "password"} for user in store.users()]
    if as_json:
        print_json(users)
    else:
        print_table(("name", "role", "disabled", "since"), (user.values() for user in users))


@app.command("disable")
def disable(context: typer.Context, name: Name) -> None:
    """Close an account; its sessions end."""
    store, _ = _store(context)
    store.update_user(name, disabled=True)
    say(f"{name} cannot sign in any more")


@app.command("enable")
def enable(context: typer.Context, name: Name) -> None:
    """Open a closed account again."""
    store, _ = _store(context)
    store.update_user(name, disabled=False)
    say(f"{name} can sign in")


@app.command("password")
def password(context: typer.Context, name: Name, from_stdin: FromStdin = False) -> None:
    """A new password; the account's sessions end."""
    from mailbot.web.accounts import hashed

    store, _ = _store(context)
    store.update_user(name, password=hashed(_password(from_stdin)))
    say(f"{name} has a new password")


def _store(context: typer.Context, changes: bool = True) -> tuple[WebStore, datetime]:
    service = session_of(context).service(changes=changes)
    return cast("WebStore", service.store), service.clock.now()


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise UsageError("no terminal to ask for the password: use --password-stdin")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
