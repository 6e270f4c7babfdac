"""One reading process and its two pipes.

It loads what every reader needs while its parent is still busy with itself, and is told its settings with
the first request: starting it early saves a person who waits for one file a part of a second.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import mailbot
from mailbot.errors import ReadingFailed

LARGEST_ANSWER = 64_000_000
_PIPE_BYTES = 256 * 1024  # most mails at once, so that neither side waits for the other
_LENGTH = struct.Struct(">Q")
_PASSED_ON = ("PATH", "TESSDATA_PREFIX", "LD_LIBRARY_PATH")
_ROOT = Path(mailbot.__file__).resolve().parent.parent
_PROGRAM = [sys.executable, "-P", "-m", "mailbot.adapters.worker_main"]


class Gone(Exception):
    """The worker had died before it was asked: another one is started, and nothing is lost."""


class WorkerProcess:
    """Started at once; reads nothing before it has been told its settings and has confined itself."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="mailbot-reader-")
        self._process = subprocess.Popen(
            _PROGRAM,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pipesize=_PIPE_BYTES,
            stderr=subprocess.DEVNULL,
            cwd=self._folder.name,
            env=_environment(self._folder.name),
            start_new_session=True,  # so that what it starts (tesseract, LibreOffice) ends with it
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise ReadingFailed("crashed", "the reading process has no pipes")
        self._requests: BinaryIO = self._process.stdin  # type: ignore[assignment]  # Popen says IO[bytes]
        self._answers = self._process.stdout.fileno()
        os.set_blocking(self._requests.fileno(), False)
        os.set_blocking(self._answers, False)
        self._told = False

    @property
    def usable(self) -> bool:
        return self._process.poll() is None

    def ask(
        self, settings: Callable[[], dict[str, Any]], header: dict[str, Any], data: bytes, seconds: float
    ) -> bytes:
        """The answer's JSON. Ends the process and raises ReadingFailed when there is none in time.

        `settings` (see worker_main) are asked with the first request and hold for the process's life.
        """
        until = time.monotonic() + seconds
        begin = _framed(header)
        if not self._told:
            begin = _framed(settings()) + begin
            self._told = True
        try:
            self._write(begin, until)
            self._write(data, until)
            length = _LENGTH.unpack(self._read(_LENGTH.size, until))[0]
            if length > LARGEST_ANSWER:
                raise ReadingFailed("output", "the reader's answer is too large")
            return self._read(length, until)
        except (ReadingFailed, Gone):
            self.end()
            raise

    def _write(self, data: bytes, until: float) -> None:
        view = memoryview(data)
        while view:
            self._wait_for(self._requests.fileno(), until, to_write=True)
            try:
                view = view[os.write(self._requests.fileno(), view[: 1 << 20]) :]
            except BlockingIOError:
                continue
            except BrokenPipeError as error:
                if len(view) == len(data):
                    raise Gone from error
                raise ReadingFailed("crashed", self._how_it_ended()) from error

    def _read(self, length: int, until: float) -> bytes:
        parts: list[bytes] = []
        while length:
            self._wait_for(self._answers, until, to_write=False)
            part = os.read(self._answers, min(length, 1 << 20))
            if not part:
                raise ReadingFailed("crashed", self._how_it_ended())
            parts.append(part)
            length -= len(part)
        return b"".join(parts)

    def _wait_for(self, handle: int, until: float, *, to_write: bool) -> None:
        poll = select.poll()
        poll.register(handle, select.POLLOUT if to_write else select.POLLIN)
        if not poll.poll(max(until - time.monotonic(), 0) * 1000):
            raise ReadingFailed("timeout", "the reading took too long")

    def _how_it_ended(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = self._process.wait(timeout=5)
            if code < 0:
                return f"the reading process was ended by {signal.Signals(-code).name}"
            return f"the reading process ended with code {code}"
        return "the reading process closed its pipe"

    def end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        with contextlib.suppress(OSError):
            self._requests.close()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process.wait()
        self._folder.cleanup()


def _framed(said: dict[str, Any]) -> bytes:
    text = json.dumps(said).encode()
    return _LENGTH.pack(len(text)) + text


def _environment(folder: str) -> dict[str, str]:
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return passed | {
        "PYTHONPATH": str(_ROOT),
        "LANG": "C.UTF-8",
        "HOME": folder,
        "TMPDIR": folder,
        "OMP_THREAD_LIMIT": "1",  # tesseract is several times slower with more on few cores
        "OPENBLAS_NUM_THREADS": "1",  # each one reserves address space, which is limited
    }
