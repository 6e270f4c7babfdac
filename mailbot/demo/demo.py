"""`mailbot demo`: the whole service on this machine, with invented Industriels who write to it."""

from __future__ import annotations

import logging
import shutil
import sys
import tempfile
import time
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.rule import Rule

from mailbot.config import load_config
from mailbot.demo import view
from mailbot.demo.industriels import MAILBOX
from mailbot.demo.reviewer import ACCOUNT, DemoReviewer
from mailbot.demo.scenes import Scene, on
from mailbot.demo.servers import HOST
from mailbot.demo.stories import scenes
from mailbot.demo.theatre import Played, Theatre
from mailbot.logs import configure_logs
from mailbot.reviewing.standing import is_postponed
from mailbot.rows import EntryRow

START = on("2025-06-02 08:00")
PAUSE_SECONDS = 2.0
_LOOK_SECONDS = 1.0
_INSTALL = "apt install tesseract-ocr tesseract-ocr-fra tesseract-ocr-deu"


def run(once: bool, folder: Path | None = None, pause: float = PAUSE_SECONDS) -> int:
    """Play the stories; returns the exit code: 0, or 1 when a story did not end as its author says.

    Without `once` the service then stays up for the person's own mails, until Ctrl-C.
    """
    configure_logs(logging.ERROR)
    console = view.console()
    ocr = shutil.which("tesseract") is not None
    folder = folder or Path(tempfile.mkdtemp(prefix="mailbot-demo-"))
    try:
        with Theatre(folder, START, ocr=ocr) as theatre:
            _greet(console, theatre)
            wrong = _play_all(console, theatre, scenes(ocr=ocr), 0.0 if once else pause)
            _sum_up(console, theatre, wrong, stays=not once)
            if not once:
                with DemoReviewer(load_config(theatre.config_path), theatre.clock) as reviewer:
                    _stay(console, theatre, reviewer)
    except KeyboardInterrupt:
        console.print("\nDémonstration terminée.")
        return 0
    return 1 if wrong else 0


def _greet(console: Console, theatre: Theatre) -> None:
    lines = [
        f"La boîte [bold]{MAILBOX}[/], en version fictive : rien ne quitte cette machine.",
        "Douze Industriels inventés lui écrivent. mailbot lit les formulaires, vérifie, répond ;",
        "ce qui demande une personne attend dans la file. L'horloge est simulée, à partir du 2 juin 2025.",
    ]
    if not theatre.ocr:
        lines.append(
            "[yellow]tesseract n'est pas installé : un scan ne peut pas être lu et attend une personne ; "
            f"la démonstration continue sans.[/] Pour l'installer : {_INSTALL}"
        )
    console.print(view.told("mailbot, démonstration", lines))
    console.print(view.heading())
    console.print(Rule(style="dim"))


def _play_all(console: Console, theatre: Theatre, told: list[Scene], pause: float) -> list[Played]:
    """Play them, show each as it ends; returns those that went otherwise than expected."""
    wrong: list[Played] = []
    for scene in told:
        waiting = console.status(f"[dim]{scene.title} …[/]") if console.is_terminal else nullcontext()
        began = time.monotonic()
        with waiting:
            played = theatre.play(scene)
            time.sleep(max(0.0, pause - (time.monotonic() - began)))
        console.print(view.row(played))
        if played.differs:
            wrong.append(played)
    return wrong


def _sum_up(console: Console, theatre: Theatre, wrong: list[Played], *, stays: bool) -> None:
    """What stands in the queue, where everything lies, and what to try next."""
    service = theatre.service
    now = service.clock.now()
    entries = [e for e in service.store.entries() if not is_postponed(e, now)]
    console.print(view.queue(entries))
    lines = [
        f"[bold]{len(theatre.servers.posts)} courriels[/] sont partis, d'eux-mêmes ou sur décision ; "
        f"[bold]{len(entries)} entrées[/] de la file attendent une personne.",
        "Rien n'a quitté cette machine. Les courriels envoyés s'ouvrent dans tout programme de courrier :",
        f"  {theatre.sent_folder}",
        "La base, l'archive des courriels reçus, la configuration et les formulaires vierges :",
        f"  {theatre.folder}",
    ]
    console.print(view.told("Ce que vous avez vu", lines))
    _suggest(console, theatre, entries, "Dans un autre terminal, par exemple" if stays else "À essayer")
    for played in wrong:
        for difference in played.differs:
            console.print(f"[bold red]✗ {escape(played.title)} : {escape(difference)}[/]")
    if wrong:
        console.print(f"[bold red]{len(wrong)} histoires se sont terminées autrement que prévu.[/]")


def _suggest(console: Console, theatre: Theatre, entries: list[EntryRow], title: str) -> None:
    """Commands to copy: never wrapped, never in a frame."""
    now = theatre.clock.now()
    console.print(f"[bold]{title}[/]")
    commands = [
        f'm() {{ {_program()} --config {theatre.config_path} --now {now:%Y-%m-%dT%H:%M}Z "$@"; }}',
        "m queue list",
        "m dossier list",
    ]
    named = next((e for e in entries if "name_mismatch" in e.codes), None)
    if named is not None:
        commands.append(f"m queue show {named.id}      # le nom diffère : le brouillon attend un accord")
    for command in commands:
        console.print(f"  {escape(command)}", soft_wrap=True)
    console.print()


def _stay(console: Console, theatre: Theatre, reviewer: DemoReviewer) -> None:
    """Answer whatever is sent to the printed address, until Ctrl-C."""
    servers = theatre.servers
    smtp = f"smtp://{HOST}:{servers.smtp_port}"
    envelope = f"--mail-from moi@essai.example --mail-rcpt {MAILBOX}"
    headers = "-H 'From: moi@essai.example' -H 'Subject: Essai'"
    form = theatre.blanks_folder / "formulaire_1.pdf"
    console.print(
        view.told(
            "À vous : mailbot reste là et répond (Ctrl-C pour terminer)",
            [
                f"La file dans un navigateur : [bold]{reviewer.address}[/]",
                f"  utilisateur {ACCOUNT}, mot de passe {reviewer.password}",
                f"SMTP : {HOST}:{servers.smtp_port}, sans mot de passe",
                f"IMAP : {HOST}:{servers.imap_port}, utilisateur {MAILBOX}, mot de passe demo",
                "Poser une question, envoyer un formulaire (vierge ou rempli) ; la réponse s'affiche ici :",
            ],
        )
    )
    for part in ("'=Quand ouvrent les tests ?'", f"'=Notre formulaire.' -F 'f=@{form};encoder=base64'"):
        console.print(escape(f"  curl {smtp} {envelope} {headers} -F {part}"), soft_wrap=True)
    console.print()
    servers.arrived.clear()
    while True:
        if servers.arrived.wait(_LOOK_SECONDS):
            servers.arrived.clear()
            console.print(view.row(theatre.visitor()))
        elif (decided := theatre.elsewhere()) is not None:
            console.print(view.row(decided))
        theatre.clock.set(theatre.clock.now() + timedelta(seconds=_LOOK_SECONDS))


def _program() -> str:
    name = Path(sys.argv[0]).name
    return sys.argv[0] if name == "mailbot" and "/" in sys.argv[0] else "mailbot"
