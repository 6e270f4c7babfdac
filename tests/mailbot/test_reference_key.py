"""The key of the references' check code."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from mailbot.adapters.reference_key import reference_key
from mailbot.config import load_config
from mailbot.errors import ConfigurationInvalid
from mailbot.settings import Config


def config(folder: Path, more: str = "") -> Config:
    path = folder / "config.toml"
    path.write_text('[smtp]\nfrom = "a@b.lu"\n' + more)
    return load_config(path, check_secrets=False)


def test_a_key_is_made_once_beside_the_store_and_stays(tmp_path: Path) -> None:
    first = reference_key(config(tmp_path))
    assert len(first) == 64
    assert reference_key(config(tmp_path)) == first
    [path] = (tmp_path / "var").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_two_desks_have_two_keys(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert reference_key(config(tmp_path / "a")) != reference_key(config(tmp_path / "b"))


def test_a_configured_key_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text("from a file\n")
    monkeypatch.setenv("KEY", "from the environment")
    by_file = config(tmp_path, '[secrets]\nreference_key_file = "key"')
    assert reference_key(by_file) == b"from a file"
    by_name = config(tmp_path, '[secrets]\nreference_key_env = "KEY"')
    assert reference_key(by_name) == b"from the environment"


def test_a_configured_key_that_is_gone_is_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationInvalid, match=r"secrets\.reference_key_file"):
        reference_key(config(tmp_path, '[secrets]\nreference_key_file = "gone"'))
    assert not (tmp_path / "var").exists()
