"""What the demonstration shows in the terminal: one row per scene, as it happens, in French."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from mailbot.demo.servers import Post
from mailbot.demo.theatre import Played
from mailbot.rows import EntryRow
from parsers.types import Document
from rules.calendar import LUXEMBOURG
from rules.staff import STAFF_DECISIONS

_KINDS = {
    "formulaire_1": "Formulaire 1",
    "formulaire_2": "Formulaire 2",
    "formulaire_3": "Formulaire 3",
    "formulaire_4": "Formulaire 4",
    "nda": "NDA",
    "bon_de_livraison": "Bon de livraison",
    "preuve_tests": "Preuve de tests",
    "attestation": "Attestation",
    "accord_service": "Accord de service",
    "facture": "Facture",
    "other": "autre document",
    "unreadable": "illisible",
}
_PROBLEMS = {"encrypted": "protégé par mot de passe", "ocr_unavailable": "scan, et pas d'OCR ici"}
_SIGNED = frozenset({"handwritten", "digital_valid", "digital_untrusted"})
_SIGNABLE = frozenset({"nda", "formulaire_2", "bon_de_livraison"})
_SHOWN = (
    "denomination_sociale",
    "nom",
    "denomination",
    "matricule",
    "iban",
    "code_prestataire",
    "nom_logiciel",
    "version_logiciel",
    "nom_client",
    "nombre_postes",
)
_MOST_VALUES = 3
_REFERENCE = re.compile(r"\[SONS2-[^\]]*\]\s*")
_SECRET = frozenset({"matricule", "iban", "code_prestataire"})
_WIDTHS = (6, 31, 35, 36)


def console() -> Console:
    """Where the demonstration speaks: at least wide enough for its table when nobody looks at a terminal."""
    if sys.stdout.isatty():
        return Console(highlight=False)
    return Console(width=132, highlight=False)


def masked(value: str) -> str:
    """An identifier as it may be shown: its beginning and its end."""
    return value if len(value) < 8 else f"{value[:4]}…{value[-3:]}"


def heading() -> Table:
    """The names of the columns."""
    return _row(
        "[bold]Date[/]", "[bold]Reçu[/]", "[bold]Compris[/]", "[bold]Répondu, ou mis en file[/]", header=True
    )


def row(played: Played) -> Table:
    """One scene."""
    local = played.at.astimezone(LUXEMBOURG)
    when = f"[bold]{local:%d/%m}[/]\n[dim]{local:%H:%M}[/]"
    return _row(when, _received(played), _understood(played), _followed(played))


def _row(*cells: str, header: bool = False) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    for width, ratio in zip(_WIDTHS, (False, True, True, True), strict=True):
        table.add_column(width=None if ratio else width, ratio=width if ratio else None, overflow="fold")
    table.expand = True
    table.add_row(*cells)
    if not header:
        table.add_row()
    return table


def _received(played: Played) -> str:
    who = escape(played.who)
    if played.act:
        return f"[magenta]{who}[/]\n[italic]décision : {escape(played.title)}[/]"
    files = [f"[dim]▪ {escape(d.file)}[/]" for d in played.documents]
    return "\n".join([f"[cyan]{who}[/]", f"[italic]{escape(played.title)}[/]", *dict.fromkeys(files)])


def _understood(played: Played) -> str:
    if played.act:
        return f"[magenta]{played.act}[/]"
    if played.mail is not None and played.mail.reason in ("machine", "bounce"):
        return "[dim]courrier de machine : classé, jamais de réponse[/]"
    if not played.documents:
        return "[dim]un message, sans formulaire[/]"
    return "\n".join(_document(d) for d in played.documents)


def _document(document: Document) -> str:
    kind = _KINDS.get(document.kind, document.kind)
    if document.problems and document.kind == "unreadable":
        why = ", ".join(_PROBLEMS.get(p.code, p.code) for p in document.problems)
        return f"[red]{kind} : {why}[/]"
    words = [f"[bold]{kind}[/]"]
    if document.kind != "preuve_tests" and not document.filled and document.kind != "other":
        words.append("[yellow]vierge[/]")
    if document.kind in _SIGNABLE and document.filled:
        signers = {s.role for s in document.signature.signers if s.status in _SIGNED}
        signed = document.signature.status in _SIGNED
        by = " + AeS" if "aes" in signers else ""
        words.append(f"[green]signé{by}[/]" if signed else "[yellow]non signé[/]")
    values = [
        escape(masked(str(claim.value)) if name in _SECRET else str(claim.value))
        for name in _SHOWN
        if (claim := document.fields.get(name)) is not None and claim.value not in (None, "")
    ]
    scanned = any(claim.source == "ocr" for claim in document.fields.values())
    if scanned:
        words.append("[blue]lu par OCR[/]")
    shown = f"\n[dim]{' · '.join(values[:_MOST_VALUES])}[/]" if values else ""
    return ", ".join(words) + shown


def _followed(played: Played) -> str:
    lines = [line for post in played.posts for line in _post(post)]
    asked = [f"· {escape(one.words)}" for one in played.asked]
    if played.posts:
        lines += asked
    for entry in played.entries:
        drafts = [r.template for r in played.drafts if r.entry_id == entry.id]
        what = _task(entry) if entry.codes == ("manual_task",) else ", ".join(entry.codes)
        line = f"[yellow]⚑ file n° {entry.id} : {escape(what)}[/]\n[dim]{escape(' '.join(entry.messages))}[/]"
        if drafts:
            line += f"\n[dim]brouillon : {escape(', '.join(drafts))}[/]"
            line += "".join(f"\n{words}" for words in asked if not played.posts)
        lines.append(line)
    if played.waits:
        lines.append("[dim]attend 10 min, si autre chose arrive[/]")
    lines += [f"[bold red]✗ {escape(d)}[/]" for d in played.differs]
    return "\n".join(lines) or "[dim]enregistré, rien à répondre[/]"


def _post(post: Post) -> Iterable[str]:
    yield f"[green]✉ {escape(post.template)}[/]"
    yield f"[dim]→ {escape(', '.join(post.to))}[/]"
    subject = _REFERENCE.sub("", str(post.message["Subject"] or ""))
    yield f"[dim italic]{escape(subject)}[/]"


def _task(entry: EntryRow) -> str:
    """The decisions that a due step waits for."""
    decisions = [a for a in entry.actions if a in STAFF_DECISIONS]
    return " ou ".join(decisions) or "à lire"


def queue(entries: Sequence[EntryRow]) -> Table:
    """What waits for a person at the end."""
    table = Table(
        title="Dans la file : ce qu'une personne doit voir",
        title_justify="left",
        header_style="bold",
        expand=True,
    )
    table.add_column("N°", justify="right", no_wrap=True)
    table.add_column("Reçu", no_wrap=True)
    table.add_column("Industriel", ratio=2, overflow="fold")
    table.add_column("Pourquoi", ratio=4)
    table.add_column("Actions", ratio=3)
    for entry in entries:
        table.add_row(
            str(entry.id),
            day(entry.received_at),
            escape(entry.industriel or entry.sender),
            f"[yellow]{escape(', '.join(entry.codes))}[/]\n[dim]{escape(' '.join(entry.messages))}[/]",
            escape(", ".join(entry.actions[:4])),
        )
    return table


def day(instant: datetime) -> str:
    return f"{instant.astimezone(LUXEMBOURG):%d/%m/%Y}"


def told(title: str, lines: Iterable[str]) -> Panel:
    """A few sentences in a frame."""
    return Panel("\n".join(lines), title=f"[bold]{title}[/]", title_align="left", border_style="cyan")
