"""The archive at rest, encrypted: named and read as ever, and of no use without its key."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.adapters.archive import FileArchive
from mailbot.adapters.sealing import OVERHEAD, Sealer, is_sealed, sealer
from mailbot.errors import ArchiveDamaged, ConfigurationInvalid
from mailbot.settings import weak_tls

OLD, NEW = bytes(range(32)), bytes(range(1, 33))
MAIL = b"From: anne@medisoft.example\r\nSubject: Formulaire 1\r\n\r\nMatricule 1893120105732\r\n"


def test_a_sealed_mail_has_the_same_name_and_says_nothing(tmp_path: Path) -> None:
    digest = FileArchive(tmp_path / "plain").put(MAIL)
    archive = FileArchive(tmp_path / "sealed", Sealer([NEW]))
    assert archive.put(MAIL) == digest
    assert archive.get(digest) == MAIL
    raw = archive.path(digest).read_bytes()
    assert is_sealed(raw)
    assert len(raw) == len(MAIL) + OVERHEAD
    for word in (b"medisoft", b"Matricule", b"1893"):
        assert word not in raw
    assert archive.path(digest).stat().st_mode & 0o777 == 0o600


def test_the_same_mail_again_writes_nothing_and_two_archives_share_no_nonce(tmp_path: Path) -> None:
    archive = FileArchive(tmp_path / "a", Sealer([NEW]))
    path = archive.path(archive.put(MAIL))
    before = path.read_bytes(), path.stat().st_mtime_ns
    archive.put(MAIL)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    nonces = {Sealer([NEW]).seal(MAIL, "x")[17:29] for _ in range(200)}
    assert len(nonces) == 200


def test_an_archive_may_be_mixed_and_keys_may_change(tmp_path: Path) -> None:
    plain = FileArchive(tmp_path).put(b"plain")
    old = FileArchive(tmp_path, Sealer([OLD])).put(b"old key")
    both = FileArchive(tmp_path, Sealer([NEW, OLD]))
    new = both.put(b"new key")
    assert [both.get(d) for d in (plain, old, new)] == [b"plain", b"old key", b"new key"]
    assert set(both.digests()) == {plain, old, new}
    for without in (FileArchive(tmp_path), FileArchive(tmp_path, Sealer([OLD]))):
        assert without.get(plain) == b"plain"
        with pytest.raises(ArchiveDamaged, match="archive_key_file"):
            without.get(new)


def test_a_sealed_mail_cannot_be_put_in_anothers_place_or_changed(tmp_path: Path) -> None:
    archive = FileArchive(tmp_path, Sealer([NEW]))
    one, other = archive.put(b"one"), archive.put(b"other")
    archive.path(one).write_bytes(archive.path(other).read_bytes())
    with pytest.raises(ArchiveDamaged):
        archive.get(one)
    raw = bytearray(archive.path(other).read_bytes())
    raw[-1] ^= 1
    archive.path(other).write_bytes(raw)
    with pytest.raises(ArchiveDamaged):
        archive.get(other)


@settings(max_examples=30)
@given(st.binary(max_size=200), st.text(max_size=5))
def test_what_is_sealed_opens_under_its_name_alone(data: bytes, name: str) -> None:
    seals = Sealer([NEW])
    assert seals.open(seals.seal(data, name), name) == data
    assert seals.open(seals.seal(data, name), name + "x") is None
    assert seals.open(data, name) is None


@pytest.mark.parametrize("text", ["", "x", "00" * 16, "00" * 32 + "\nzz", None])
def test_a_key_that_is_none_is_told(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "key").write_text(text)
    with pytest.raises(ConfigurationInvalid, match=r"store\.archive_key_file.*openssl"):
        sealer(tmp_path / "key", tmp_path / "config.toml")


@pytest.mark.parametrize(
    ("url", "fine"),
    [
        ("sqlite:///var/mailbot.db", True),
        ("postgresql+psycopg://mailbot@127.0.0.1/mailbot", True),
        ("postgresql+psycopg://mailbot:geheim@localhost:5432/mailbot", True),
        ("postgresql+psycopg://mailbot@/mailbot?host=/run/postgresql", True),
        ("postgresql+psycopg://[::1]:5432/mailbot", True),
        ("postgresql+psycopg://mailbot@db.example.lu/mailbot?sslmode=verify-full", True),
        ("postgresql+psycopg://mailbot@db.example.lu/mailbot", False),
        ("postgresql://db.example.lu:5432/mailbot?sslmode=require", False),
        ("postgresql+psycopg://u:p%40ss@10.0.0.5:5432/mailbot?sslmode=disable", False),
    ],
)
def test_a_database_on_another_machine_is_reached_by_checked_tls_only(url: str, fine: bool) -> None:
    told = weak_tls(url)
    assert (told == "") is fine
    assert "geheim" not in told
    assert "p%40ss" not in told
