"""Dossiers and contacts: list, show, export, import, add."""

from __future__ import annotations

import csv
import sys
from hashlib import sha256
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
    say,
    session_of,
    system_user,
    write_file,
)
from mailbot.errors import UnknownReference, UsageError

if TYPE_CHECKING:
    from mailbot.bootstrap import Service
    from mailbot.rows import DossierRow

AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable, alone on stdout.")]
Reference = Annotated[str, typer.Argument(metavar="REF", help="A reference, as SONS2-000123-K7QF.")]
app = typer.Typer(no_args_is_help=True, help="Dossiers and their cases: list, show, export, import, add.")
contacts = typer.Typer(no_args_is_help=True, help="Further registered contacts.")


def add_to(root: typer.Typer) -> None:
    root.add_typer(app, name="dossier")
    root.add_typer(contacts, name="contact")


def _dossier(service: Service, reference: str) -> DossierRow:
    row = service.store.dossier_by_reference(reference.upper())
    if row is None:
        raise UnknownReference(f"no dossier has the reference {reference}")
    return row


@app.command("list")
def list_dossiers(
    context: typer.Context,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="One line per case, for a spreadsheet.")] = False,
) -> None:
    """All dossiers with the states of their cases."""
    from mailbot.dossier_views import CSV_COLUMNS, csv_lines, dossier_line
    from mailbot.spreadsheet import safe_cell

    rows = session_of(context).service(changes=False).store.dossier_overviews()
    if as_json:
        print_json([dossier_line(row) for row in rows])
    elif as_csv:
        writer = csv.writer(sys.stdout, delimiter=";", lineterminator="\n")
        writer.writerow(CSV_COLUMNS)
        writer.writerows([safe_cell(cell) for cell in line] for row in rows for line in csv_lines(row))
    else:
        print_table(
            ("reference", "Industriel", "e-mail", "cases"),
            (
                (
                    row.dossier.reference,
                    row.dossier.name,
                    row.dossier.email,
                    ", ".join(f"{c.name} {c.state}" for c in row.dossier.cases),
                )
                for row in rows
            ),
        )


@app.command("show")
def show(context: typer.Context, reference: Reference, as_json: AsJson = False) -> None:
    """What is registered, the cases, the mails, what was sent, and the history."""
    from mailbot.dossier_views import dossier_details

    session = session_of(context)
    service = session.service(changes=False)
    row = _dossier(service, reference)
    details = dossier_details(service.store, row)
    session.note("viewed", {}, dossier_id=row.id)
    if as_json:
        print_json(details)
    else:
        _print_details(details)


def _print_details(details: dict[str, Any]) -> None:
    from rich.markup import escape

    name = details["industriel"] or ""
    print_rich(f"[bold]{details['reference']}[/bold] {escape(name)} {escape(details['email'] or '')}")
    print_table(("registered", "value"), details["registered"].items())
    print_table(
        ("case", "state", "facts", "documents"),
        (
            (
                case["case"],
                case["state"],
                ", ".join(f"{k}={v}" for k, v in case["facts"].items() if not isinstance(v, list)),
                ", ".join(d["kind"] for d in case["documents"]),
            )
            for case in details["cases"]
        ),
    )
    print_table(
        ("mail", "received", "from", "subject", "state"),
        ((m["id"], instant(m["received_at"]), m["from"], m["subject"], m["state"]) for m in details["mails"]),
    )
    print_table(
        ("sent", "template", "to", "state", "subject"),
        ((o["sent_at"] or "", o["template"], o["to"], o["state"], o["subject"]) for o in details["outbox"]),
    )
    print_table(
        ("when", "who", "what", "case"),
        ((instant(h["at"]), h["actor"], h["what"], h["case"]) for h in details["history"]),
    )


@app.command("export")
def export(
    context: typer.Context,
    reference: Reference,
    case: Annotated[str, typer.Option("--case", help="Only this case, as L1.")] = "",
    out: Annotated[Path | None, typer.Option("--out", help="The file; REF.zip if left out.")] = None,
) -> None:
    """A dossier with all its mails and documents as a zip."""
    from mailbot.export import export_dossier

    session = session_of(context)
    service = session.service(changes=False)
    row = _dossier(service, reference)
    path = out or Path(f"{row.dossier.reference}{'-' + case.rpartition('/')[2].upper() if case else ''}.zip")
    data = export_dossier(service, row, case)
    session.note("exported", {"case": case, "sha256": sha256(data).hexdigest()}, dossier_id=row.id)
    write_file(path, data)
    typer.echo(str(path))


@app.command("import")
def import_csv(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="CSV", help="Headings are field ids: see the operator's guide.")
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what is wrong.")] = False,
    partial: Annotated[bool, typer.Option("--partial", help="Import what is right; leave the rest.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take over cases that were run by hand (Industriels, codes, states, labelled versions, connections).

    One line per Industriel, software version or connection; lines of one matricule are one Industriel.
    Columns: type_personne, denomination_sociale, ceo_nom, ceo_prenom, nom, prenom, matricule, rcs,
    numero_tva, iban, email, adresse, pays, participation_vague_1, code_prestataire, contacts, langue,
    enrolement, enrolement_le, nom_logiciel, version_logiciel, mode_integration, labelisation,
    labelisation_le, nom_client, type_client, code_prestataire_client, nombre_postes, raccordement,
    raccordement_le, montant.
    """
    from mailbot.importing import read_plan
    from mailbot.take_over import known_already, take_over

    session = session_of(context)
    try:
        text = read_file(file).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{file}: expected a CSV in UTF-8: {error}") from error
    service = session.service(changes=not dry_run)
    plan = read_plan(text, service.policy, service.clock.now())
    wrong = {problem.line for problem in plan.problems}
    known = {id(p): row for p in plan.dossiers if (row := known_already(service, p.dossier)) is not None}
    usable = [p for p in plan.dossiers if id(p) not in known and not wrong & set(p.lines)]
    for problem in plan.problems:
        say(f"{file}: {problem}")
    for planned in plan.dossiers:
        if id(planned) in known:
            reference = known[id(planned)].dossier.reference
            say(f"{file}: line {planned.lines[0]}: known already as {reference}: left as it is")
    stop = bool(plan.problems) and not partial
    references = [] if dry_run or stop else take_over(service, [p.dossier for p in usable])
    result = {
        "dossiers": len(usable),
        "known": len(known),
        "problems": [{"line": p.line, "column": p.column, "message": p.message} for p in plan.problems],
        "imported": references,
    }
    if as_json:
        print_json(result)
    else:
        typer.echo(
            f"{len(usable)} dossier(s) can be imported, {len(references)} imported, "
            f"{len(known)} known already, {len(plan.problems)} problem(s)"
        )
    if plan.problems:
        raise typer.Exit(1 if partial or dry_run else 2)


@app.command("add")
def add(
    context: typer.Context,
    reference: Annotated[str, typer.Argument(metavar="REF|new")],
    files: Annotated[list[Path], typer.Argument(metavar="FILE...")],
    received: Annotated[
        str | None, typer.Option("--received", metavar="ISO", help="When they arrived; now if left out.")
    ] = None,
    sender: Annotated[
        str,
        typer.Option("--from", metavar="EMAIL", help="Whose they are; the registered e-mail's if left out."),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Enter documents that came another way; they are decided like a mail's."""
    from mailbot.entering import enter

    session = session_of(context)
    contents = [(path.name, read_file(path)) for path in files]
    service = session.service(changes=True, servers=True)
    row = None if reference.lower() == "new" else _dossier(service, reference)
    at = instant(received) if received else service.clock.now()
    if at > service.clock.now():
        raise UsageError(f"--received {received}: expected an instant that has come")
    mail = enter(service, row, contents, at, sender)
    deliver_now(session)
    entered = service.store.dossier(mail.dossier_id).dossier.reference if mail.dossier_id else None
    if as_json:
        print_json({"dossier": entered, "mail": mail.id, "state": mail.state, "decision": mail.reason})
    else:
        typer.echo(f"{entered or '-'}: {mail.reason}")


@contacts.command("add")
def add_contact(
    context: typer.Context,
    reference: Reference,
    email: Annotated[str, typer.Argument(metavar="EMAIL")],
    by: Annotated[str, typer.Option("--by", metavar="USER", help="Who decides.")] = "",
) -> None:
    """A further registered contact: may write for the dossier and is answered."""
    from dataclasses import replace

    from mailbot.rows import HistoryRow
    from parsers.values import parse_value

    address = parse_value("email", email)
    if address.value is None or address.problem is not None:
        raise UsageError(f"{email}: expected an e-mail address")
    service = session_of(context).service(changes=True)
    with service.store.transaction():
        row = _dossier(service, reference)
        added = str(address.value).lower()
        if added not in (row.dossier.email.lower(), *(c.lower() for c in row.dossier.contacts)):
            changed = row.dossier.model_copy(update={"contacts": (*row.dossier.contacts, added)})
            service.store.save_dossier(replace(row, dossier=changed))
            said = {"system_user": system_user()}
            service.store.add_history(
                HistoryRow(0, service.clock.now(), by or "staff", "contact-added", said, dossier_id=row.id)
            )
    typer.echo(f"{row.dossier.reference}: {added}")


@contacts.command("list")
def list_contacts(context: typer.Context, reference: Reference, as_json: AsJson = False) -> None:
    """The registered e-mail and the further contacts."""
    service = session_of(context).service(changes=False)
    dossier = _dossier(service, reference).dossier
    if as_json:
        print_json({"email": dossier.email, "contacts": list(dossier.contacts)})
    else:
        for address in (dossier.email, *dossier.contacts):
            typer.echo(address)
