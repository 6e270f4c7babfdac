"""Operations: calendar, templates, stats, audit, announce, replay."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from mailbot.commands.operate import deliver_now
from mailbot.commands.session import (
    instant,
    local,
    print_json,
    print_table,
    say,
    session_of,
    system_user,
)
from mailbot.errors import UsageError

AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable, alone on stdout.")]
templates = typer.Typer(no_args_is_help=True, help="The mail texts.")
audit = typer.Typer(no_args_is_help=True, help="Whether what was recorded is still as it was written.")
STEPS = ("E1", "E4", "L1", "L3", "acces_direct", "L4", "R1")


def add_to(root: typer.Typer) -> None:
    for command in (calendar, stats, announce, replay):
        root.command()(command)
    root.add_typer(templates, name="templates")
    root.add_typer(audit, name="audit")


def calendar(context: typer.Context, as_json: AsJson = False) -> None:
    """The dates of the scheme, and what is open now."""
    from mailbot.policy import calendar_of
    from rules.calendar import last_day

    session = session_of(context)
    now, dates = session.clock().now(), calendar_of(session.config_or_defaults())
    state = {
        step: "early" if dates.is_early(step, now) else "closed" if dates.is_late(step, now) else "open"
        for step in STEPS
    }
    if as_json:
        print_json(
            {
                "now": now.isoformat(),
                "steps": {
                    step: {"state": said, "opens_at": dates.opens(step), "closes_at": dates.closes(step)}
                    for step, said in state.items()
                },
                "dates": [date.model_dump(mode="json") for date in dates.dates],
            }
        )
        return
    print_table(
        ("step", local(now), "opens", "last day"),
        (
            (step, said, dates.opens(step), last_day(end) if (end := dates.closes(step)) else "")
            for step, said in state.items()
        ),
    )
    print_table(
        ("date", "what", "effect", "steps", "source"),
        (
            (
                d.last_day if d.effect == "closes" else d.opens_at,
                d.label,
                d.effect,
                " ".join(d.steps),
                d.source,
            )
            for d in dates.dates
        ),
    )


@templates.command("preview")
def preview(
    context: typer.Context,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.html", help="As texts on stdout if left out.")
    ] = None,
) -> None:
    """Every mail with invented values, in every language, on one page."""
    from mailbot.bootstrap import make_templates

    texts = make_templates(session_of(context).config_or_defaults())
    if out is None:
        for shown in texts.preview():
            typer.echo(
                f"--- {shown.template} ({shown.language}): {shown.rendered.subject}\n\n{shown.rendered.text}"
            )
        return
    try:
        texts.preview(out)
    except OSError as error:
        raise UsageError(f"{out}: cannot be written: {error.strerror}") from error
    say(str(out))


def stats(context: typer.Context, as_json: AsJson = False) -> None:
    """Figures: mails, answers, the queue, the dossiers and their cases."""
    from mailbot.agreement import agreement_by_kind, measured_agreement

    service = session_of(context).service(changes=False)
    store = service.store
    entries, dossiers = store.entries(), store.dossier_overviews()
    states = Counter(f"{case.kind}:{case.state}" for row in dossiers for case in row.dossier.cases)
    oldest = min((entry.received_at for entry in entries), default=None)
    figures = {
        **store.count_by_state(),
        "queue": dict(Counter(code for entry in entries for code in entry.codes).most_common()),
        "queue_entries": len(entries),
        "oldest_waiting": oldest.isoformat() if oldest else None,
        "dossiers": len(dossiers),
        "cases": dict(sorted(states.items())),
        "agreement": measured_agreement(store),
        "agreement_by_kind": agreement_by_kind(store),
    }
    if as_json:
        print_json(figures)
        return
    rows: list[tuple[str, object]] = []
    for name, value in figures.items():
        if isinstance(value, dict):
            rows += [(f"{name} {key}", count) for key, count in value.items()]
        else:
            rows.append((name, value))
    print_table(("figure", "value"), rows)


@audit.command("verify")
def verify(
    context: typer.Context,
    anchors: Annotated[
        list[str] | None,
        typer.Option("--anchor", metavar="NUMBER:DIGEST", help="As a daily summary has it; may be repeated."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Whether the history is as it was written, and every mail is in the archive, byte for byte."""
    from mailbot.audit import anchor
    from mailbot.audit import verify as verify_all

    session = session_of(context)
    noted = [anchor(text) for text in anchors or ()]
    service = session.service(changes=False)
    report = verify_all(service.store, service.archive, noted)
    if as_json:
        print_json(report.as_json())
    else:
        state = "changed" if report.problems else "as written"
        typer.echo(
            f"history {state}: {report.head.rows} rows, {report.anchors} summaries compared; "
            f"{report.mails} mails looked at\nhead {report.head.rows}:{report.head.chain}"
        )
    for line in report.attention():
        session.attend(line)


def announce(
    context: typer.Context,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="What changed.")],
    attach_dir: Annotated[
        Path, typer.Option("--attach-dir", metavar="DIR", help="One folder per dossier reference.")
    ],
    by: Annotated[str, typer.Option("--by", metavar="USER", help="Who decides.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show who would be told.")] = False,
    as_json: AsJson = False,
) -> None:
    """Requirements changed: tell each enrolled Industriel, with its own new documentation."""
    from dataclasses import asdict

    from mailbot.announce import announce as tell

    session = session_of(context)
    service = session.service(changes=not dry_run, servers=not dry_run)
    told = tell(service, note, attach_dir, by=by, system_user=system_user(), dry_run=dry_run)
    if not dry_run:
        deliver_now(session)
    if as_json:
        print_json([asdict(one) for one in told])
    else:
        rows = ((one.reference, one.to, one.state, ", ".join(one.renewed)) for one in told)
        print_table(("dossier", "to", "state", "to renew"), rows)
    lacking = [one.reference for one in told if one.state == "lacking"]
    if lacking:
        session.attend(f"no documentation in {attach_dir}, not told: {', '.join(lacking)}")


def replay(
    context: typer.Context,
    since: Annotated[
        str | None, typer.Option("--since", metavar="ISO8601", help="Compare what was received from then on.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Decide all archived mail again with today's rules, in a scratch store; show what would differ."""
    from dataclasses import asdict

    from mailbot.replay import replay as decide_again

    session = session_of(context)
    service = session.service(changes=False)
    done = decide_again(service, instant(since) if since else None)
    if as_json:
        print_json(done.as_json())
        return
    print_table(
        ("mail", "received", "dossier", "then", "today"),
        (
            (d.mail, d.received_at, d.dossier, *(_judged(asdict(j)) for j in (d.before, d.after)))
            for d in done.differing
        ),
    )
    typer.echo(f"{done.compared} mails compared, {len(done.differing)} would differ")
    for line in done.refused:
        say(f"not done again: {line}")
    if done.skipped:
        say(f"{len(done.skipped)} mails could not be compared (purged, or of imported dossiers)")


def _judged(judgement: dict[str, Any]) -> str:
    said = [judgement["outcome"], *judgement["templates"], *judgement["exceptions"]]
    return ", ".join(said) + (" (held)" if judgement["held"] else "")
