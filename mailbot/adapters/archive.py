"""The archive: every mail that ever came, byte for byte as IMAP gave it."""

from __future__ import annotations

from pathlib import Path

from mailbot.adapters.durable import DurableFiles


class FileArchive(DurableFiles):
    """One file per mail, `ab/cdef….eml`."""

    def __init__(self, root: Path) -> None:
        super().__init__(root, suffix=".eml")
