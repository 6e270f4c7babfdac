"""

he technical documentation of one Industriel: the files in its own folder under documents.technical_dir.
"""

from __future__ import annotations

from mailbot.config import Config


def technical_files(config: Config, reference: str) -> tuple[tuple[str, bytes], ...]:
    """Name and bytes of the files in the folder that bears the dossier's reference.

    None where there is none.
    """
    folder = config.documents.technical_dir
    if folder is None or not (folder / reference).is_dir():
        return ()
    files = sorted(p for p in (folder / reference).iterdir() if p.is_file() and not p.name.startswith("."))
    return tuple((path.name, path.read_bytes()) for path in files)
