"""Running the service: init, check, run, once, remind, hold, resume."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailbot.commands.session import Session, print_json, print_table, say, session_of, system_user
from mailbot.errors import UsageError

if TYPE_CHECKING:
    from mailbot.bootstrap import Service
    from mailbot.deliver import DeliveryReport
    from mailbot.intake import IntakeReport

AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable, alone on stdout.")]


def add_to(app: typer.Typer) -> None:
    for command in (init, check, run, once, remind, hold, resume):
        app.command()(command)


def init(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="The working directory to make.")],
) -> None:
    """Make a working directory: config.toml with comments, templates, blank_forms/."""
    from mailbot.working_directory import make_working_directory

    written = make_working_directory(directory)
    say(f"{len(written)} files in {directory}: now fill in {directory / 'config.toml'}, then `mailbot check`")


def check(context: typer.Context, as_json: AsJson = False) -> None:
    """Validate everything, log in to IMAP and SMTP, open the store; say all that is wrong."""
    from mailbot.checks import check_all

    session = session_of(context)
    report = check_all(session.path, session.clock())
    if as_json:
        print_json(report.as_json())
    else:
        for line in report.good:
            typer.echo(f"ok    {line}")
        for line in report.remarks:
            typer.echo(f"note  {line}")
    for problem in report.problems:
        say(f"wrong {problem.text}")
    if report.exit_code:
        raise typer.Exit(report.exit_code)


def run(context: typer.Context) -> None:
    """The service: takes mail in, answers, reminds every night. Ends with SIGTERM or Ctrl-C."""
    import logging

    from mailbot.daemon import run_service
    from mailbot.logs import configure_logs

    session = session_of(context)
    service = session.service(changes=True, servers=True, ticking=True)
    configure_logs(logging.INFO)
    run_service(service)


def once(context: typer.Context, as_json: AsJson = False) -> None:
    """One full pass: take in all that waits, process it, send all that is due, then exit."""
    from mailbot.lease import Lease
    from mailbot.once import one_pass

    session = session_of(context)
    service = session.service(changes=True, servers=True)
    lease = Lease(service.store)
    if not lease.take():
        session.attend(
            f"another mailbot ({lease.other()}) is at work on this store: it does what is to be done"
        )
        return
    try:
        report = one_pass(service)
    finally:
        lease.release()
    taken, done, sent = report.intake, report.processed, report.delivery
    if as_json:
        from dataclasses import asdict

        print_json(asdict(report))
    else:
        typer.echo(
            f"in: {taken.new} new, {taken.copies} copies, {taken.sent} sent by hand; "
            f"read {done.read}, decided {done.decided}, failed {done.failed}; "
            f"out: {sent.sent} sent, {sent.retried_later} to be tried again, {sent.failed} failed"
        )
    if sent.held:
        say("sending is on hold (`mailbot resume` lets it go on)")
    for line in report.attention():
        session.attend(line)
    if report.unreachable:
        for line in dict.fromkeys(report.unreachable):
            say(f"mailbot: {line}")
        raise typer.Exit(3)


def remind(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be sent.")] = False,
    as_json: AsJson = False,
) -> None:
    """The nightly run, now: reminders of deadlines, of signatures, and the day's summary."""
    session = session_of(context)
    service = session.service(changes=not dry_run, servers=not dry_run)
    if dry_run:
        planned = [r.planned for r in service.reminders.due()]
        mails = [{"template": p.template, "to": p.address, "reference": p.letter.reference} for p in planned]
    else:
        _reconcile(session, service, _take_in(service))
        mails = [
            {
                "template": row.template,
                "to": ", ".join(row.to),
                "reference": row.letter.reference if row.letter else "",
            }
            for row in service.reminders.run()
        ]
        deliver_now(session)
    if as_json:
        print_json(mails)
    else:
        print_table(("template", "to", "dossier"), (m.values() for m in mails))


def _take_in(service: Service) -> IntakeReport | None:
    """What lies in the mailbox, the Sent folder too: nobody is reminded of what has come, or was just told.

    None where a service runs on this store, which does that itself, or the mailbox is away, which
    `_reconcile` says.
    """
    from contextlib import suppress

    from mailbot.errors import Unreachable
    from mailbot.lease import Lease

    lease = Lease(service.store)
    if lease.take():
        try:
            with suppress(Unreachable):
                report = service.intake.once(whole=True)
                service.processing.file_sent()
                return report
        finally:
            lease.release()
    return None


def _reconcile(session: Session, service: Service, taken_in: IntakeReport | None) -> None:
    """Compare mailbox, archive, dossiers and sendings, so that the summary has the result."""
    from mailbot.errors import Unreachable
    from mailbot.reconcile import LOST

    compared = None
    try:
        compared = service.intake.compare(taken_in)
    except Unreachable as error:
        say(f"the mailbox was not compared: {error}")
    finally:
        service.mailbox.close()
    for gap in service.reconciler.run(compared).gaps:
        (session.attend if gap.kind in LOST else say)(gap.said)


def hold(context: typer.Context) -> None:
    """Stop all sending. Mail is still taken in and decided."""
    _switch(session_of(context), "1")
    say("sending is on hold")


def resume(context: typer.Context) -> None:
    """Let sending go on; `run`, or the next `once`, sends what has become due meanwhile."""
    _switch(session_of(context), "")
    say("sending goes on")


def _switch(session: Session, value: str) -> None:
    from mailbot.breaker import HOLD, TROUBLE
    from mailbot.rows import HistoryRow

    service = session.service(changes=True)
    with service.store.transaction():
        service.store.set_switch(HOLD, value)
        if not value:
            service.alarms.over(TROUBLE)
        what, said = "hold" if value else "resume", {"system_user": system_user()}
        service.store.add_history(HistoryRow(0, service.clock.now(), "staff", what, said))


def deliver_now(session: Session) -> DeliveryReport:
    """Send what is due; what cannot leave now stays due, and that is said."""
    from mailbot.once import send_due

    if session.opened is None:
        raise UsageError("nothing was opened that could be sent")
    report = send_due(session.opened)
    if report.unreachable:
        session.attend(f"not sent yet, it stays due: {report.unreachable}")
    elif report.retried_later:
        session.attend(f"{report.retried_later} mail(s) were not taken for now and stay due")
    if report.failed or report.uncertain:
        session.attend("a mail did not leave, or may not have left: see `mailbot queue list`")
    if report.held:
        say("sending is on hold: the mail stays due until `mailbot resume`")
    return report
