"""The bytes behind an AttachmentRef: a blank, an archived mail or a part of one, or a file of staff's."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import cast

from mailbot.adapters.files import FileStore
from mailbot.errors import AttachmentUnavailable
from mailbot.ports import Archive
from outbox_templates.blanks import BLANK_KINDS, FORMATS, blank_bytes, blank_digests
from parsers.message import part_bytes
from parsers.types import Kind, ReadOptions
from rules.types import AttachmentRef


class Attachments:
    """Finds attachments again. Nothing is copied: the archive stays the only place of what came."""

    def __init__(self, archive: Archive, files: FileStore, blanks: Path | None, options: ReadOptions) -> None:
        self._archive = archive
        self._files = files
        self._blanks = blanks
        self._options = options

    def bytes_of(self, ref: AttachmentRef) -> bytes:
        """The file's bytes. Raises AttachmentUnavailable when they cannot be had."""
        source, _, rest = ref.ref.partition(":")
        try:
            match source:
                case "blank":
                    kind, _, extension = rest.partition(":")
                    return self._blank(kind, extension)
                case "part":
                    sha256, _, path = rest.partition(":")
                    return part_bytes(self._archive.get(sha256), path, self._options)
                case "mail":
                    return self._archive.get(rest)
                case "file":
                    return self._files.get(rest)
        except (OSError, KeyError, ValueError) as error:
            raise AttachmentUnavailable(f"{ref.name}: {ref.ref} cannot be found ({error})") from error
        raise AttachmentUnavailable(f"{ref.name}: {ref.ref} names no known source")

    def blank_digests(self) -> frozenset[str]:
        """The SHA-256 of every blank form: the specimens that ship, and the operator's own ones."""
        if self._blanks is None:
            return frozenset(blank_digests())
        own = [self._blanks / f"{kind}.{fmt}" for kind in BLANK_KINDS for fmt in FORMATS]
        digests = {hashlib.sha256(path.read_bytes()).hexdigest() for path in own if path.is_file()}
        return frozenset(digests | blank_digests().keys())

    def _blank(self, kind: str, extension: str) -> bytes:
        """The operator's blank of that kind where there is one, else the specimen that ships."""
        if self._blanks is not None:
            own = self._blanks / f"{kind}.{extension}"
            if own.is_file():
                return own.read_bytes()
        if extension not in ("pdf", "docx"):
            raise ValueError(f"no blank form has the format {extension}")
        return blank_bytes(cast(Kind, kind), "pdf" if extension == "pdf" else "docx")
