"""Readers that do what hostile mails make real ones do. Loaded by worker processes in test_workers.py."""

from __future__ import annotations

import ctypes
import os
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

from parsers.types import Document, Intent, MailReading, Message, Part, ReadOptions


def read_mail(raw: bytes, options: ReadOptions) -> MailReading:
    match raw.split(b":")[0]:
        case b"crash" | b"parts":
            ctypes.string_at(0)
        case b"hang":
            while True:
                pass
        case b"bomb":
            bytearray(10**12)
        case b"exit":
            os._exit(7)
        case b"raise":
            raise ValueError("a bad mail")
        case b"print":
            print("words on the wrong pipe")
        case b"environment":
            return _reading(" ".join(sorted(os.environ)))
        case b"break out":
            secret, port, victim, handle = raw.decode().split(":")[1:]
            return _reading(what_can_be_had(secret, int(port), int(victim), int(handle)))
    return _reading(f"{len(raw)} {os.getpid()}")


def read_words(raw: bytes, options: ReadOptions) -> MailReading:
    """A mail `parts:one,two` has these parts; any other one has no words either."""
    kind, _, names = raw.partition(b":")
    if kind != b"parts":
        return read_mail(raw, options)
    parts = tuple(
        Part(path=str(n), name=name, media_type="text/plain", size=1, sha256=str(n) * 64)
        for n, name in enumerate(names.decode().split(","))
    )
    return MailReading(message=Message(parts=parts), intent=Intent(kind="cover", confidence=0))


def read_part(raw: bytes, path: str, name: str, options: ReadOptions) -> list[Document]:
    read_mail(name.encode(), options)
    return [found.model_copy(update={"part": path}) for found in read_file(name, b"", options)]


def read_file(name: str, data: bytes, options: ReadOptions) -> list[Document]:
    found = Document(file=name, sha256="0" * 64, media_type="text/plain", kind="other", confidence=1)
    return [found.model_copy(update={"pages": len(data)})]


def _reading(text: str) -> MailReading:
    return MailReading(message=Message(text=text), intent=Intent(kind="empty", confidence=1))


def what_can_be_had(secret: str, port: int, victim: int, handle: int) -> str:
    """What a reader that a hostile document has taken over can do, as words."""
    tries: dict[str, Callable[[], object]] = {
        "read": lambda: Path(secret).read_text(),
        "list": lambda: os.listdir(Path(secret).parent),
        "write": lambda: Path(secret).with_name("new").write_text("x"),
        "environment": lambda: Path(f"/proc/{victim}/environ").read_bytes(),
        "tcp": lambda: socket.create_connection(("127.0.0.1", port), timeout=5),
        "udp": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", port)),
        "unix": lambda: socket.socket(socket.AF_UNIX).connect(str(Path(secret).with_name("socket"))),
        "listen": lambda: socket.create_server(("127.0.0.1", 0)),
        "signal": lambda: os.kill(victim, 0),
        "handle": lambda: os.fstat(handle),
        "program": lambda: subprocess.run(["cat", secret], check=True, capture_output=True),
        "remove": lambda: Path(secret).unlink(),
        "own_folder": lambda: Path("mine").write_text("x"),
    }
    return " ".join(name for name, attempt in tries.items() if _works(attempt))


def _works(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except (OSError, subprocess.SubprocessError):
        return False
    return True
