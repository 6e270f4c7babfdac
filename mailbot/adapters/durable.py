"""Content-addressed files that survive a power cut: write, flush, fsync, rename, fsync the folder."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from mailbot.adapters.sealing import OVERHEAD, Sealer, is_sealed
from mailbot.errors import ArchiveDamaged, StoreUnreachable


class DurableFiles:
    """Files by the SHA-256 of their bytes, as `ab/cdef….suffix` below `root`, for their owner only.

    With a sealer they are written encrypted; plain ones are still read.
    """

    def __init__(self, root: Path, suffix: str = "", sealer: Sealer | None = None) -> None:
        self.root = root
        self.suffix = suffix
        self.sealer = sealer

    def path(self, sha256: str) -> Path:
        """Where those bytes stand, whether they are there or not. Raises ValueError for no digest."""
        if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
            raise ValueError("not a SHA-256 in lower-case hexadecimal digits")
        return self.root / sha256[:2] / (sha256[2:] + self.suffix)

    def put(self, data: bytes) -> str:
        """Keep the bytes and return their digest. They are on disk when this returns.

        Raises StoreUnreachable when the disk is full or the folder cannot be written.
        """
        digest = hashlib.sha256(data).hexdigest()
        target = self.path(digest)
        try:
            if _size(target) not in (len(data), len(data) + OVERHEAD):
                self._write(target, self.sealer.seal(data, digest) if self.sealer else data)
        except OSError as error:
            raise StoreUnreachable(f"{target.parent} cannot be written: {error.strerror}") from error
        return digest

    def get(self, sha256: str) -> bytes:
        """Those bytes again. Raises ArchiveDamaged when they are gone or changed."""
        path = self.path(sha256)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise ArchiveDamaged(f"{path} cannot be read: {error.strerror}") from error
        if hashlib.sha256(data).hexdigest() == sha256:
            return data
        opened = self.sealer.open(data, sha256) if self.sealer else None
        if opened is not None and hashlib.sha256(opened).hexdigest() == sha256:
            return opened
        if is_sealed(data):
            raise ArchiveDamaged(
                f"{path} cannot be opened: its key is not in store.archive_key_file, or it is damaged"
            )
        raise ArchiveDamaged(f"{path} is damaged: its bytes are not those that were put there")

    def has(self, sha256: str) -> bool:
        return self.path(sha256).is_file()

    def digests(self) -> Iterator[str]:
        """The digests of all that is kept, in their order."""
        if not self.root.is_dir():
            return
        for folder in sorted(p for p in self.root.iterdir() if p.is_dir() and len(p.name) == 2):
            for path in sorted(folder.iterdir()):
                if path.name.endswith(self.suffix) and not path.name.startswith("."):
                    yield folder.name + path.name.removesuffix(self.suffix)

    def remove(self, sha256: str) -> bool:
        """Take those bytes away for good (retention). False when they were not there."""
        try:
            self.path(sha256).unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise StoreUnreachable(f"{self.path(sha256)} cannot be removed: {error.strerror}") from error
        return True

    def _write(self, target: Path, data: bytes) -> None:
        _make_folder(target.parent)
        # The random name only keeps two writers of the same bytes apart; nothing depends on it.
        temporary = target.parent / f".{target.name}.{secrets.token_hex(4)}"
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.rename(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return -1


def _make_folder(folder: Path) -> None:
    """Create the folder and those above it; a new folder's own entry is made durable too."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
