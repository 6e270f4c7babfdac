"""A target in a process of its own, under the limits that one document has in service."""

from __future__ import annotations

import multiprocessing
import resource
import traceback
from multiprocessing.connection import Connection

from scripts.fuzz.targets import TARGETS

LIMIT_SECONDS = 30.0
LIMIT_MEMORY = 2**30


class Runner:
    """One process that runs a target, ended when an input takes too long, and then started anew."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._context = multiprocessing.get_context("spawn")
        self._start()

    def _start(self) -> None:
        self._pipe, other = self._context.Pipe()
        self._process = self._context.Process(target=_serve, args=(self._name, other), daemon=True)
        self._process.start()
        other.close()

    def run(self, data: bytes) -> str:
        """What went wrong with it; empty for nothing."""
        try:
            self._pipe.send_bytes(data)
            if self._pipe.poll(LIMIT_SECONDS):
                return self._pipe.recv_bytes().decode(errors="replace")
            trouble = f"no answer within {LIMIT_SECONDS:g} seconds"
        except (EOFError, OSError):
            self._process.join(5)
            trouble = f"the process ended with code {self._process.exitcode}"
        self.end()
        self._start()
        return trouble

    def end(self) -> None:
        self._pipe.close()
        self._process.kill()
        self._process.join()


def _serve(name: str, pipe: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (LIMIT_MEMORY, LIMIT_MEMORY))
    target = TARGETS[name]
    while True:
        try:
            data = pipe.recv_bytes(2**26)
        except EOFError:
            return
        trouble = ""
        try:
            target(data)
        except (Exception, RecursionError):  # noqa: BLE001 - whatever it is, it is the finding
            trouble = traceback.format_exc()
        pipe.send_bytes(trouble.encode(errors="backslashreplace"))
