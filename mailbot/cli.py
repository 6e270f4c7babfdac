"""The command line. Its names and exit codes are public: 0 done, 1 attention, 2 usage, 3 unreachable.

Errors with a name become one line on stderr and an exit code here, and nowhere else.
"""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from mailbot.commands import demo, documents, dossiers, forms, keeping, operate, overview, queue, user, web
from mailbot.commands.session import Session, instant, say
from mailbot.errors import MailbotError


class Commands(TyperGroup):
    """The root: translates errors and attention into exit codes."""

    def invoke(self, ctx: Any) -> object:  # typer's own copy of click has no public name
        try:
            result: object = super().invoke(ctx)
        except MailbotError as error:
            say(f"mailbot: {error}")
            raise typer.Exit(error.exit_code) from error
        except ImportError:
            from mailbot.checks import foreign_packages

            foreign = foreign_packages()
            if not foreign:
                raise
            for text in foreign:
                say(f"mailbot: {text}")
            raise typer.Exit(2) from None
        if isinstance(ctx.obj, Session) and ctx.obj.attention:
            raise typer.Exit(1)
        return result


app = typer.Typer(
    name="mailbot",
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # they would print values, which are personal data
    context_settings={"help_option_names": ["-h", "--help"]},
    help="The mailbox of SONS Vague 2: reads forms, checks criteria, answers, and asks when in doubt.",
)


@app.callback()
def global_options(
    context: typer.Context,
    config: Annotated[
        Path | None, typer.Option("--config", help="The configuration file; ./config.toml if left out.")
    ] = None,
    now: Annotated[
        str | None,
        typer.Option(
            "--now",
            metavar="ISO8601",
            help="Set the clock (only where IMAP and SMTP are on this machine, or nothing is changed).",
        ),
    ] = None,
) -> None:
    context.obj = Session(config, instant(now) if now is not None else None)
    context.call_on_close(context.obj.close)


demo.add_to(app)
operate.add_to(app)
documents.add_to(app)
queue.add_to(app)
dossiers.add_to(app)
overview.add_to(app)
keeping.add_to(app)
forms.add_to(app)
user.add_to(app)
web.add_to(app)


def main() -> None:
    """The program: what it writes is its user's alone; what nobody foresaw is told without its words."""
    os.umask(0o077)
    gc.set_threshold(50_000, 20, 20)  # imports and mails make many values and hardly a cycle
    try:
        app()
    except Exception as error:  # noqa: BLE001 - a traceback would print values, which are personal data
        from mailbot.logs import places

        say(f"mailbot: a mistake of its own; please report it:\n{places(type(error), error.__traceback__)}")
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
