"""What a configuration may say and probably does not mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailbot.config import load_config
from mailbot.remarks import remarks

QUIET = """
[imap]
answer_from = 2025-04-01T00:00:00+02:00
[smtp]
from = "boite@incert.test"
[parties]
aes_address = "aes@esante.test"
incert_address = "equipe@incert.test"
[trust]
authserv_id = "mx.incert.test"
require_authentication = true
certificates = ["."]
[documents]
technical_dir = "."
"""


def keys(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "config.toml"
    path.write_text(text)
    return [key for key, _ in remarks(load_config(path, check_secrets=False))]


def test_a_complete_configuration_needs_no_remark(tmp_path: Path) -> None:
    assert keys(tmp_path, QUIET) == []


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("answer_from = 2025-04-01T00:00:00+02:00", "", "imap.answer_from"),
        ('aes_address = "aes@esante.test"', "", "parties.aes_address"),
        ('incert_address = "equipe@incert.test"', "", "parties.incert_address"),
        ('authserv_id = "mx.incert.test"', "", "trust.authserv_id"),
        ("require_authentication = true", "", "trust.require_authentication"),
        ('certificates = ["."]', "", "trust.certificates"),
        ('technical_dir = "."', 'technical_dir = "nowhere"', "documents.technical_dir"),
        ("equipe@incert.test", "Boite@incert.test", "smtp.from"),
    ],
)
def test_what_is_left_out_is_remarked(tmp_path: Path, old: str, new: str, key: str) -> None:
    assert keys(tmp_path, QUIET.replace(old, new)) == [key]
