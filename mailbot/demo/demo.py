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
from rich.rule import Rule

from mailbot.demo import view
from mailbot.demo.industriels import MAILBOX
from mailbot.demo.scenes import Scene, on
from mailbot.demo.servers import HOST
from mailbot.demo.stories import scenes
from mailbot.demo.theatre import Played, Theatre
from mailbot.logs import configure_logs
from mailbot.review import is_postponed

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
                _stay(console, theatre)
    except KeyboardInterrupt:
        console.print("\nDémonstration terminée.")
        return 0
    return 1 if wrong else 0


def _greet(console: Console, theatre: Theatre) -> None:
    lines = [
        "Une boîte aux lettres [bold]support_labelisation@incert.lu[/] fictive, sur cette machine seulement.",
        "Douze Industriels inventés lui écrivent. mailbot lit, vérifie, répond ; ce qui demande une personne"
        " attend dans la file.",
        "L'horloge est simulée : elle part du 2 juin 2025 et avance de courriel en courriel.",
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
    service = theatre.service
    now = service.clock.now()
    entries = [e for e in service.store.entries() if not is_postponed(e, now)]
    console.print(view.queue(entries))
    mailbot = f"{_program()} --config {theatre.config_path} --now {now:%Y-%m-%dT%H:%MZ}"
    first = next((e for e in entries if "name_mismatch" in e.codes), entries[0] if entries else None)
    lines = [
        f"[bold]{len(theatre.servers.posts)} courriels sont partis d'eux-mêmes[/] ou sur décision ; "
        f"[bold]{len(entries)} entrées[/] attendent une personne.",
        f"Courriels envoyés : {theatre.sent_folder} (.eml, pour tout programme de courrier)",
        f"Base, archive et configuration : {theatre.folder}",
        "",
        "À essayer, dans un autre terminal :" if stays else "À essayer :",
        f"  {mailbot} queue list",
    ]
    if first is not None:
        lines.append(f"  {mailbot} queue show {first.id}")
    lines.append(f"  {mailbot} dossier list")
    console.print(view.told("Ce que vous voyez", lines), soft_wrap=False)
    for played in wrong:
        for difference in played.differs:
            console.print(f"[bold red]{played.title} : {difference}[/]")
    if wrong:
        console.print(f"[bold red]{len(wrong)} histoires se sont terminées autrement que prévu.[/]")


def _stay(console: Console, theatre: Theatre) -> None:
    """Answer whatever is sent to the printed address, until Ctrl-C."""
    servers = theatre.servers
    smtp = f"{HOST}:{servers.smtp_port}"
    console.print(
        view.told(
            "À vous",
            [
                f"SMTP : {smtp}, sans mot de passe     IMAP : {HOST}:{servers.imap_port}, "
                f"utilisateur {MAILBOX}, mot de passe demo",
                "",
                "Écrivez à la boîte, la réponse s'affiche ici :",
                "  printf 'From: moi@essai.example\\nSubject: Question\\n\\nQuand ouvrent les tests ?\\n' |",
                f"  curl -s smtp://{smtp} --mail-from moi@essai.example --mail-rcpt {MAILBOX} -T - --crlf",
                "",
                "Ctrl-C pour terminer.",
            ],
        )
    )
    servers.arrived.clear()
    while True:
        if servers.arrived.wait(_LOOK_SECONDS):
            servers.arrived.clear()
            console.print(view.row(theatre.visitor()))
        theatre.clock.set(theatre.clock.now() + timedelta(seconds=_LOOK_SECONDS))


def _program() -> str:
    name = Path(sys.argv[0]).name
    return sys.argv[0] if name == "mailbot" and "/" in sys.argv[0] else "mailbot"
