"""The document that stands for a file which broke its reader off, or which has no document in it."""

from __future__ import annotations

import hashlib

from mailbot.errors import ReadingFailed
from parsers.types import Document, Problem, ProblemCode

_CODES: dict[str, ProblemCode] = {
    "timeout": "timeout",
    "memory": "too_large",
    "virus": "virus",
}


def unreadable_file(name: str, data: bytes, error: ReadingFailed) -> Document:
    """`kind` is "unreadable", `problems` says why."""
    digest = hashlib.sha256(data).hexdigest()
    return Document(
        file=name,
        sha256=digest,
        media_type="application/octet-stream",
        kind="unreadable",
        confidence=1,
        problems=(Problem(code=_CODES.get(error.reason, "damaged"), message=str(error)),),
        content_key=hashlib.sha256(digest.encode()).hexdigest(),
    )


def no_document(name: str, data: bytes) -> Document:
    """A mail without attachments: its words are no document, and nothing of it shall go unmentioned."""
    digest = hashlib.sha256(data).hexdigest()
    said = "The file is a mail without attachments: there is no document in it."
    return Document(
        file=name,
        sha256=digest,
        media_type="message/rfc822",
        kind="other",
        confidence=1,
        problems=(Problem(code="empty", message=said),),
        content_key=hashlib.sha256(digest.encode()).hexdigest(),
    )
