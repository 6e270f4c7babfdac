"""The form definitions: list, check, learn."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailbot.commands.session import Session, print_json, print_table, read_file, say, session_of, write_file
from mailbot.errors import UsageError

if TYPE_CHECKING:
    from parsers.forms import FormBook

AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable, alone on stdout.")]
app = typer.Typer(no_args_is_help=True, help="The form definitions: list, check, learn.")


def add_to(root: typer.Typer) -> None:
    root.add_typer(app, name="forms")


def _book(session: Session) -> FormBook:
    from mailbot.policy import build_policy

    forms = build_policy(session.config_or_defaults()).forms
    from parsers.forms import FormBook

    if not isinstance(forms, FormBook):
        raise TypeError("the policy holds other forms than those of the definitions")
    return forms


@app.command("list")
def list_forms(context: typer.Context, as_json: AsJson = False) -> None:
    """Every definition: its kind, version, and fields; the newest version of a kind is in force."""
    forms = [
        {
            "kind": form.kind,
            "version": form.version,
            "title": next(iter(form.titles.get("fr", ())), ""),
            "fields": [field.id for field in form.fields],
            "source": form.source,
        }
        for form in _book(session_of(context)).forms
    ]
    if as_json:
        print_json(forms)
    else:
        columns = ("kind", "version", "title", "fields")
        print_table(columns, ((f["kind"], f["version"], f["title"], len(f["fields"])) for f in forms))


@app.command("check")
def check(context: typer.Context) -> None:
    """Whether the definitions can be used, and each blank form reads back as what it is."""
    from mailbot.checks import check_forms

    session = session_of(context)
    service = session.service(changes=False, defaults=True)
    report = check_forms(service)
    for line in report.good:
        typer.echo(f"ok    {line}")
    for problem in report.problems:
        say(f"wrong {problem.text}")
    if report.exit_code:
        raise typer.Exit(report.exit_code)


@app.command("learn")
def learn(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A blank form, PDF or DOCX.")],
    kind: Annotated[str, typer.Option("--kind", help="Which form it is, where that cannot be told.")] = "",
    version: Annotated[
        str, typer.Option("--version", help="A name for this edition; year and month if left out.")
    ] = "",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.toml", help="stdout if left out.")
    ] = None,
) -> None:
    """Draft a definition from a new blank form; read it, then put it into documents.forms_dir."""
    from mailbot.learning import learn as draft_from
    from parsers.forms import dump_form

    session = session_of(context)
    now = session.clock().now()
    data = read_file(file)
    options = session.config_or_defaults().read_options(now.date())
    draft = draft_from(file.name, data, _book(session), options, version or f"{now:%Y-%m}", kind)
    if out is not None and out.exists():
        raise UsageError(f"{out}: exists already")
    if out is None:
        typer.echo(dump_form(draft.form), nl=False)
    else:
        write_file(out, dump_form(draft.form).encode())
        say(f"{out}: {draft.form.kind}, version {draft.form.version}, {len(draft.form.fields)} fields")
    if draft.form.clauses:
        say(f"returned copies are compared with {len(draft.form.clauses)} articles of this text: read them")
    elif draft.form.kind == "nda":
        say("no numbered articles in this text: what returned copies say is not compared with it")
    for field in draft.missing:
        say(f"not found, left out of the draft: {field}")
    for name in draft.unplaced:
        say(f"in the form, but none of the known fields: {name}")
