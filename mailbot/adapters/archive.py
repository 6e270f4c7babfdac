"""The archive: every mail that ever came, byte for byte as IMAP gave it."""

from __future__ import annotations

from pathlib import Path

from mailbot.adapters.durable import DurableFiles
from mailbot.adapters.sealing import Sealer


class FileArchive(DurableFiles):
    """One file per mail, `ab/cdef….eml`."""

    def __init__(self, root: Path, sealer: Sealer | None = None) -> None:
        super().__init__(root, suffix=".eml", sealer=sealer)
