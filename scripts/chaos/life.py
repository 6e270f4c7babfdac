"""One life of the daemon: `mailbot run`, in a process that a clean one forks, so that starting is quick."""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import sys
from multiprocessing.process import BaseProcess
from pathlib import Path

from scripts.chaos.points import Side, arm

# What the daemon loads, loaded once; a forked process is killed as any other one.
PRELOADED = [
    "scripts.chaos.life",
    "mailbot.cli",
    "mailbot.daemon",
    "mailbot.logs",
    "mailbot.adapters.store.sql",
    "mailbot.adapters.workers",
    "alembic.command",
]


def begin(
    arguments: list[str], folder: Path, point: tuple[str, Side, int] | None, largest_file: int | None
) -> BaseProcess:
    """Start `mailbot` with these arguments. It logs to `folder`/log."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    life = context.Process(target=_live, args=(arguments, folder, point, largest_file), daemon=True)
    life.start()
    return life


def _live(
    arguments: list[str], folder: Path, point: tuple[str, Side, int] | None, largest_file: int | None
) -> None:
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(folder)
    log = os.open(folder / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for handle in (1, 2):
        os.dup2(log, handle)
    if largest_file is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
    if point is not None:
        arm(*point)
    from mailbot.cli import app

    sys.argv = ["mailbot", *arguments]
    app()
