"""What is kept: backup, restore, purge."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mailbot.commands.session import print_json, print_table, say, session_of, system_user

AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable, alone on stdout.")]
By = Annotated[str, typer.Option("--by", metavar="USER", help="Who does it, for the audit trail.")]


def add_to(root: typer.Typer) -> None:
    for command in (backup, restore, purge):
        root.command()(command)


def backup(
    context: typer.Context,
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")],
    as_json: AsJson = False,
) -> None:
    """A consistent copy while the service runs; restored, it is on hold until `mailbot resume`."""
    from mailbot.backup import back_up

    session = session_of(context)
    manifest = back_up(session.config(changes=False), directory, session.clock().now())
    if as_json:
        print_json(manifest)
    else:
        typer.echo(f"{directory}: {manifest['mails']} mails and the database; restored, it is on hold")


def restore(
    context: typer.Context,
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that `mailbot backup` made.")],
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Put a backup back where nothing is yet. It sends nothing until `mailbot resume`."""
    from mailbot.restore import config_of
    from mailbot.restore import restore as put_back

    session = session_of(context)
    if config_of(directory, session.path):
        say(f"{session.path}: taken from the backup; passwords and keys of the configuration are not in it")
    config = session.config(changes=True)
    report = put_back(config, directory, session.clock(), by or system_user(), system_user())
    if as_json:
        print_json(report.as_json())
    else:
        typer.echo(f"restored: {report.head.rows} rows of history, {report.mails} mails. Sending is on hold.")
        say("compare queue and Sent folder with the mailbox first, then `mailbot resume`")
    for line in report.attention():
        session.attend(line)


def purge(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would go.")] = False,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Take away what [retention] keeps no longer. The audit trail stays whole; the mailbox is not touched."""
    from mailbot.retention import purge as take_away

    service = session_of(context).service(changes=not dry_run)
    done = take_away(service, by or system_user(), system_user(), dry_run=dry_run).as_json()
    if as_json:
        print_json(done)
    else:
        print_table(("data", "would go" if dry_run else "gone"), done.items())
