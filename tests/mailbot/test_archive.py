"""Files that must survive."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

import pytest

from mailbot.adapters.archive import FileArchive
from mailbot.adapters.files import FileStore
from mailbot.errors import ArchiveDamaged, StoreUnreachable

RAW = b"From: a@b.lu\r\n\r\nBonjour\r\n"
DIGEST = hashlib.sha256(RAW).hexdigest()


def test_a_mail_is_one_file_named_by_its_content(tmp_path: Path) -> None:
    archive = FileArchive(tmp_path / "deep" / "archive")
    assert archive.put(RAW) == DIGEST
    path = tmp_path / "deep" / "archive" / DIGEST[:2] / f"{DIGEST[2:]}.eml"
    assert path.read_bytes() == RAW
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert archive.get(DIGEST) == RAW
    assert archive.has(DIGEST)
    assert list(archive.digests()) == [DIGEST]


def test_the_same_mail_again_writes_nothing(tmp_path: Path) -> None:
    archive = FileArchive(tmp_path)
    archive.put(RAW)
    before = archive.path(DIGEST).stat().st_mtime_ns, archive.path(DIGEST).stat().st_ino
    archive.put(RAW)
    assert (archive.path(DIGEST).stat().st_mtime_ns, archive.path(DIGEST).stat().st_ino) == before


def test_a_file_that_was_cut_off_is_written_again(tmp_path: Path) -> None:
    archive = FileArchive(tmp_path)
    archive.put(RAW)
    archive.path(DIGEST).write_bytes(RAW[:5])
    archive.put(RAW)
    assert archive.get(DIGEST) == RAW


def test_what_is_not_durable_yet_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = FileArchive(tmp_path)

    def broken(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(StoreUnreachable, match="No space left"):
        archive.put(RAW)
    assert not archive.has(DIGEST)
    assert list(archive.digests()) == []


def test_file_and_folder_are_synchronised_in_this_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = FileArchive(tmp_path)
    archive.put(b"another mail makes the root")
    steps: list[str] = []
    rename, fsync = Path.rename, os.fsync

    def spy_fsync(handle: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
        fsync(handle)

    def spy_rename(self: Path, target: Path) -> Path:
        steps.append("rename")
        return rename(self, target)

    monkeypatch.setattr(os, "fsync", spy_fsync)
    monkeypatch.setattr(Path, "rename", spy_rename)
    archive.put(RAW)
    assert steps[-3:] == ["file", "rename", "folder"]


def test_damage_is_noticed(tmp_path: Path) -> None:
    archive = FileArchive(tmp_path)
    with pytest.raises(ArchiveDamaged, match="cannot be read"):
        archive.get(DIGEST)
    archive.put(RAW)
    archive.path(DIGEST).write_bytes(RAW[::-1])
    with pytest.raises(ArchiveDamaged, match="damaged"):
        archive.get(DIGEST)


def test_staff_s_files_are_kept_in_the_same_way(tmp_path: Path) -> None:
    kept = FileStore(tmp_path)
    assert kept.get(kept.put(RAW)) == RAW
    assert list(kept.digests()) == [DIGEST]


@pytest.mark.parametrize("name", ["", "../../etc/passwd", DIGEST.upper(), DIGEST + "0"])
def test_only_a_digest_is_a_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        FileArchive(tmp_path).path(name)
