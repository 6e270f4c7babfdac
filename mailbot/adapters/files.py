"""Files that staff attached to an action, kept as the mails are."""

from __future__ import annotations

from pathlib import Path

from mailbot.adapters.durable import DurableFiles
from mailbot.adapters.sealing import Sealer


class FileStore(DurableFiles):
    """One file per content; its name stands in the row that refers to it."""

    def __init__(self, root: Path, sealer: Sealer | None = None) -> None:
        super().__init__(root, sealer=sealer)
