"""Readers that do what hostile mails make real ones do. Loaded by worker processes in test_workers.py."""

from __future__ import annotations

import ctypes
import os

from parsers.types import Document, Intent, MailReading, Message, ReadOptions


def read_mail(raw: bytes, options: ReadOptions) -> MailReading:
    match raw.split(b":")[0]:
        case b"crash":
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
    return _reading(f"{len(raw)} {os.getpid()}")


def read_file(name: str, data: bytes, options: ReadOptions) -> list[Document]:
    found = Document(file=name, sha256="0" * 64, media_type="text/plain", kind="other", confidence=1)
    return [found.model_copy(update={"pages": len(data)})]


def _reading(text: str) -> MailReading:
    return MailReading(message=Message(text=text), intent=Intent(kind="empty", confidence=1))
