"""ClamAV's daemon over its socket: the bytes go to it before anything here opens them.

INSTREAM: pieces with their length before them, an empty one at the end, one line as the answer. Source:
clamd(8).
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from mailbot.errors import ReadingFailed, ScannerUnreachable
from mailbot.settings import ClamAV

PIECE = 1 << 16
LONGEST_ANSWER = 4096
_LENGTH = struct.Struct(">I")


class ClamAvScanner:
    """A connection for each scan, as clamd wants it. For any number of threads."""

    def __init__(self, settings: ClamAV) -> None:
        self._settings = settings

    def scan(self, data: bytes) -> str:
        """The name of what was found; empty for nothing.

        Raises ScannerUnreachable when clamd is not there, and ReadingFailed when it refuses these very bytes
        (larger than its StreamMaxLength, for one): what was not looked at is not opened.
        """
        with self._talking() as line:
            with suppress(BrokenPipeError, ConnectionResetError):  # it has had enough: its answer says why
                line.sendall(b"zINSTREAM\0")
                for start in range(0, len(data), PIECE):
                    piece = data[start : start + PIECE]
                    line.sendall(_LENGTH.pack(len(piece)) + piece)
                line.sendall(_LENGTH.pack(0))
            answer = _answer(line)
        verdict = answer.rpartition(":")[2].strip() if ":" in answer else answer
        if verdict == "OK":
            return ""
        if verdict.endswith(" FOUND"):
            return verdict.removesuffix(" FOUND").strip() or "?"
        if not answer:
            raise ScannerUnreachable(f"{self._where} gave no answer")
        raise ReadingFailed("unscanned", f"the virus scanner does not take it: {answer[:200]}")

    def ping(self) -> None:
        """Raises ScannerUnreachable."""
        with self._talking() as line:
            line.sendall(b"zPING\0")
            if _answer(line) != "PONG":
                raise ScannerUnreachable(f"{self._where} is no clamd")

    @property
    def _where(self) -> str:
        s = self._settings
        return f"clamd at {s.socket}" if s.socket is not None else f"clamd at 127.0.0.1:{s.port}"

    @contextmanager
    def _talking(self) -> Iterator[socket.socket]:
        s = self._settings
        try:
            with socket.socket(socket.AF_INET if s.socket is None else socket.AF_UNIX) as line:
                line.settimeout(s.seconds)
                line.connect(("127.0.0.1", s.port) if s.socket is None else str(s.socket))
                yield line
        except OSError as error:
            raise ScannerUnreachable(f"{self._where} cannot be used: {error}") from error


def _answer(line: socket.socket) -> str:
    """Up to the NUL that ends it."""
    said = b""
    while b"\0" not in said and len(said) < LONGEST_ANSWER:
        piece = line.recv(LONGEST_ANSWER)
        if not piece:
            break
        said += piece
    return said.partition(b"\0")[0].decode("utf-8", "replace").strip()
