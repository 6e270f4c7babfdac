"""The demonstration."""

from __future__ import annotations

from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    app.command()(demo)


def demo(
    once: Annotated[bool, typer.Option("--once", help="Play everything, then end by itself.")] = False,
) -> None:
    """The whole service on this machine, with nothing to configure: invented Industriels write to it."""
    from mailbot.demo.demo import run

    code = run(once)
    if code:
        raise typer.Exit(code)
