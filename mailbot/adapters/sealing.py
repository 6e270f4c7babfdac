"""Encryption of files at rest: AES-256-GCM, a fresh nonce for every file, bound to the file's own name.

A sealed file is MAGIC, nonce (12 bytes), ciphertext and tag. Its name stays the SHA-256 of what it says, so
that a file cannot be put in another's place, and sealed and plain files may stand side by side.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from mailbot.errors import ConfigurationInvalid, ConfigurationProblem

MAGIC = b"mailbot-sealed-1\n"
_NONCE = 12  # bytes; random, which NIST SP 800-38D allows for 2**32 files under one key
_TAG = 16
OVERHEAD = len(MAGIC) + _NONCE + _TAG
_KEY_BYTES = 32


class Sealer:
    """Seals with the first key, opens with any: a new key goes in front of the old ones."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        # Only where something is encrypted: it takes time that every command would spend.
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self._ciphers = [AESGCM(key) for key in keys]

    def seal(self, data: bytes, name: str) -> bytes:
        nonce = os.urandom(_NONCE)
        return MAGIC + nonce + self._ciphers[0].encrypt(nonce, data, name.encode())

    def open(self, sealed: bytes, name: str) -> bytes | None:
        """What was sealed under that name; None where it is something else, was changed, or no key fits."""
        from cryptography.exceptions import InvalidTag

        if not is_sealed(sealed):
            return None
        nonce, rest = sealed[len(MAGIC) :][:_NONCE], sealed[len(MAGIC) + _NONCE :]
        for cipher in self._ciphers:
            try:
                return cipher.decrypt(nonce, rest, name.encode())
            except InvalidTag:
                continue
        return None


def is_sealed(data: bytes) -> bool:
    return data.startswith(MAGIC) and len(data) >= OVERHEAD


def sealer(key_file: Path | None, config_path: Path) -> Sealer | None:
    """The sealer of a key file: a key a line, 64 hexadecimal digits. None without one.

    Raises ConfigurationInvalid.
    """
    if key_file is None:
        return None
    expected = "expected a file with a key of 64 hexadecimal digits a line (openssl rand -hex 32)"
    try:
        keys = [bytes.fromhex(line) for line in key_file.read_text("ascii").split("\n") if line.strip()]
    except (OSError, ValueError):
        keys = []
    if not keys or any(len(key) != _KEY_BYTES for key in keys):
        problem = ConfigurationProblem(str(config_path), "store.archive_key_file", expected)
        raise ConfigurationInvalid([problem])
    return Sealer(keys)
