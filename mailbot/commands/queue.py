"""The exception queue: what waits for a person, and what that person decides."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mailbot.commands.operate import deliver_now
from mailbot.commands.session import (
    instant,
    print_json,
    print_rich,
    print_table,
    read_file,
    session_of,
    system_user,
)
from mailbot.errors import UsageError

if TYPE_CHECKING:
    from mailbot.bootstrap import Service

AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable, alone on stdout.")]
app = typer.Typer(no_args_is_help=True, help="The exception queue: list, show, act.")


def add_to(root: typer.Typer) -> None:
    root.add_typer(app, name="queue")


@app.command("list")
def list_entries(
    context: typer.Context,
    as_json: AsJson = False,
    everything: Annotated[bool, typer.Option("--all", help="Postponed and closed entries too.")] = False,
) -> None:
    """What waits for a person, oldest first; complete labelling requests in their own order."""
    from mailbot.queue_views import entry_lines
    from mailbot.reviewing.standing import is_postponed

    service = session_of(context).service(changes=False)
    store, now = service.store, service.clock.now()
    entries = [e for e in store.entries(open_only=not everything) if everything or not is_postponed(e, now)]
    lines = entry_lines(store, entries)
    if as_json:
        print_json(lines)
        return
    print_table(
        ("id", "received", "codes", "case", "Industriel", "from", "subject", "draft"),
        (
            (
                line["id"],
                instant(line["received_at"]),
                ", ".join(line["codes"]),
                line["case"] or line["dossier"],
                line["industriel"],
                line["from"],
                line["subject"],
                line["draft"]["template"] if line["draft"] else "",
            )
            for line in lines
        ),
    )


@app.command("show")
def show(
    context: typer.Context,
    entry_id: Annotated[int, typer.Argument(metavar="ID")],
    as_json: AsJson = False,
) -> None:
    """One entry: its documents with the values read, the findings, the draft and the history."""
    from mailbot.queue_views import entry_details

    session = session_of(context)
    service = session.service(changes=False)
    entry = service.store.entry(entry_id)
    row = service.store.dossier(entry.dossier_id) if entry.dossier_id else None
    details = entry_details(service.store, entry, row)
    session.note("viewed", {}, entry_id=entry.id, dossier_id=entry.dossier_id, mail_id=entry.mail_id)
    if as_json:
        print_json(details)
    else:
        _print_details(details)


def _print_details(details: dict[str, Any]) -> None:
    from rich.markup import escape

    codes = ", ".join(details["codes"])
    print_rich(f"[bold]{details['id']}[/bold] {codes} {details['case'] or ''} ({details['state']})")
    print_rich(escape(f"{details['from']}: {details['subject']}"))
    for message in details["messages"]:
        print_rich(f"  {escape(message)}")
    for number, document in enumerate(details["documents"], start=1):
        title = f"document {number}: {document['file']}, {document['kind']}"
        fields = document["fields"].items()
        print_table(
            ("field", "value", "confidence", "source"),
            ((k, v["value"], f"{v['confidence']:.2f}", v["source"]) for k, v in fields),
            title=escape(f"{title}, signature {document['signature']['status']}"),
        )
    if details["findings"]:
        print_table(
            ("rule", "severity", "message"),
            ((f["rule"], f["severity"], f["message"]) for f in details["findings"]),
        )
    if details["draft"]:
        print_rich(escape(f"draft {details['draft']['template']} to {details['draft']['to']}"))
        typer.echo(details["draft_text"])
    print_table(
        ("when", "who", "what"),
        ((instant(h["at"]), h["actor"], h["what"]) for h in details["history"]),
    )
    typer.echo(f"actions: {', '.join(details['actions'])}")


@app.command("act")
def act(
    context: typer.Context,
    entry_id: Annotated[int, typer.Argument(metavar="ID")],
    action: Annotated[str, typer.Argument(metavar="ACTION", help="One that the entry offers.")],
    values: Annotated[
        list[str] | None, typer.Option("--set", metavar="FIELD=VALUE", help="A value; may be repeated.")
    ] = None,
    document: Annotated[int | None, typer.Option("--document", metavar="N", help="Counts from 1.")] = None,
    kind: Annotated[str, typer.Option("--kind", metavar="KIND", help="What the document is.")] = "",
    dossier: Annotated[str, typer.Option("--dossier", metavar="REF", help="A reference, or new.")] = "",
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="Your words.")] = "",
    attach: Annotated[list[Path] | None, typer.Option("--attach", metavar="FILE")] = None,
    as_written: Annotated[
        bool, typer.Option("--as-written", help="The document says just that, though it is not valid.")
    ] = False,
    by: Annotated[str, typer.Option("--by", metavar="USER", help="Who decides.")] = "",
    as_json: AsJson = False,
) -> None:
    """Carry out an action; what it sends goes out at once."""
    from mailbot.review import Request

    session = session_of(context)
    files = tuple((path.name, read_file(path)) for path in attach or ())
    request = Request(
        action, by, note, _values(values or ()), document, kind, dossier, files, system_user(), as_written
    )
    service = session.service(changes=True, servers=True)
    done = service.review.act(entry_id, request)
    deliver_now(session)
    if done.attention:
        session.attend(done.attention)
    if as_json:
        print_json(_done(service, entry_id, action, done.message, [mail.id for mail in done.mails]))
    else:
        typer.echo(done.message)


def _values(given: list[str] | tuple[str, ...]) -> dict[str, str]:
    values: dict[str, str] = {}
    for one in given:
        field, equals, value = one.partition("=")
        if not equals or not field.strip():
            raise UsageError(f"--set {one}: expected FIELD=VALUE")
        values[field.strip()] = value.strip()
    return values


def _done(service: Service, entry_id: int, action: str, message: str, mail_ids: list[int]) -> dict[str, Any]:
    mails = [service.store.outbox(mail_id) for mail_id in mail_ids]
    return {
        "id": entry_id,
        "action": action,
        "message": message,
        "state": service.store.entry(entry_id).state,
        "mails": [{"template": m.template, "to": ", ".join(m.to), "state": m.state} for m in mails],
    }
