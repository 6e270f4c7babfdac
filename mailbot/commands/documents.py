"""Looking at files without changing anything: extract, explain."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailbot.commands.session import (
    Session,
    print_json,
    print_json_line,
    print_rich,
    print_table,
    read_file,
    session_of,
)

if TYPE_CHECKING:
    from mailbot.adapters.worker_process import WorkerProcess
    from mailbot.adapters.workers import WorkerReaders
    from mailbot.ports import Readers
    from mailbot.scanned import ScannedReaders
    from parsers.types import Document

AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable, alone on stdout.")]


def add_to(app: typer.Typer) -> None:
    app.command()(extract)
    app.command()(explain)


def extract(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="PDF, DOCX, scan, mail, archive …")],
    as_json: AsJson = False,
) -> None:
    """Classify and extract documents: one object per file (JSON Lines with --json), in order."""
    from mailbot.adapters.worker_process import WorkerProcess

    contents = [(path.name, read_file(path)) for path in files]
    process = WorkerProcess()  # loads its libraries while this one reads its configuration
    try:
        readers = _readers(session_of(context), process)
    except BaseException:
        process.end()
        raise
    try:
        for name, data in contents:
            for document in documents_of(readers, name, data):
                if as_json:
                    print_json_line(document.public())
                else:
                    print_document(document)
    finally:
        readers.close()


def _readers(session: Session, process: WorkerProcess) -> ScannedReaders | WorkerReaders:
    """The readers in a process of their own, without the rest of the service, which takes long to load."""
    from mailbot.adapters.workers import WorkerReaders

    config = session.config_or_defaults()
    as_of = session.clock().now().date()
    reading = config.reading
    workers = WorkerReaders(
        lambda: config.read_options(as_of),
        workers=1,
        seconds=reading.seconds,
        memory_mb=reading.memory_mb,
        started=process,
    )
    if not config.clamav.configured:
        return workers
    from mailbot.adapters.clamav import ClamAvScanner
    from mailbot.scanned import ScannedReaders

    return ScannedReaders(workers, ClamAvScanner(config.clamav))


def documents_of(readers: Readers, name: str, data: bytes) -> list[Document]:
    """One document at least for every file, whatever it is."""
    from mailbot.errors import ReadingFailed
    from mailbot.unreadable import no_document, unreadable_file

    try:
        return readers.read_file(name, data) or [no_document(name, data)]
    except ReadingFailed as error:
        return [unreadable_file(name, data, error)]


def print_document(document: Document) -> None:
    """A document for people: what it is, then its values with where they come from."""
    from rich.markup import escape

    signature = document.signature.status
    head = f"[bold]{escape(document.file)}[/bold]: {document.kind} ({document.confidence:.2f})"
    print_rich(f"{head}, {document.pages} p., signature {signature}{'' if document.filled else ', blank'}")
    for problem in document.problems:
        print_rich(f"  [red]{problem.code}[/red]: {escape(problem.message)}")
    if document.fields:
        print_table(
            ("field", "value", "confidence", "source", "page"),
            ((k, v.value, f"{v.confidence:.2f}", v.source, v.page) for k, v in document.fields.items()),
        )


def explain(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.eml", help="A mail as it was received.")],
    as_json: AsJson = False,
) -> None:
    """What would be done with this mail against the current store, and why; changes nothing."""
    from mailbot.explain import explain as explained

    raw = read_file(file)
    said = explained(session_of(context).service(changes=False, defaults=True), raw)
    if as_json:
        print_json(said)
        return
    print_rich(f"[bold]{said['decision']}[/bold] {said['case'] or said['dossier'] or ''} {said['why']}")
    for document in said["documents"]:
        typer.echo(f"  {document['file']}: {document['kind']} ({document['confidence']:.2f})")
    typer.echo(f"  sent now: {', '.join(said['templates']) or '-'}; held: {', '.join(said['drafts']) or '-'}")
    print_table(("exception", "message"), ((e["code"], e["message"]) for e in said["exceptions"]))
    print_table(
        ("rule", "criterion", "severity", "field", "message"),
        ((f["rule"], f["criterion"], f["severity"], f["field"], f["message"]) for f in said["findings"]),
    )
