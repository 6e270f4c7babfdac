"""The reviewer's web app, a process of its own: `mailbot web`."""

from __future__ import annotations

from typing import Annotated

import typer

from mailbot.commands.session import say, session_of
from mailbot.errors import UsageError


def add_to(app: typer.Typer) -> None:
    app.command()(web)


def web(
    context: typer.Context,
    with_parent: Annotated[
        bool, typer.Option("--with-parent", hidden=True, help="End when standard input ends.")
    ] = False,
) -> None:
    """The reviewer's web app alone, at web.listen. Ends with SIGTERM or Ctrl-C."""
    import logging

    from mailbot.logs import configure_logs
    from mailbot.web.server import run_web

    service = session_of(context).service(changes=True, ticking=True)
    configure_logs(logging.INFO)
    say(f"mailbot web: http://{service.config.web.listen}/")
    try:
        run_web(service, with_parent=with_parent)
    except OSError as error:
        raise UsageError(
            f"web.listen: {service.config.web.listen} cannot be used: {error.strerror}"
        ) from error
