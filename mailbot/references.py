"""Dossier references: `SONS2-000123-K7QF`, whose last group is a keyed check code.

A mistyped or invented reference does not pass its check. A reference identifies a dossier; it never
authorises.
"""

from __future__ import annotations

import hashlib
import hmac
import re

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # nothing that reads like something else (0/O, 1/I/L, U/V)
_PATTERN = re.compile(r"SONS2-([0-9]{6,12})-([0-9A-Z]{4})(?:/([ELR]\d*))?", re.IGNORECASE)


class References:
    """Makes and checks references with one secret key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def make(self, number: int) -> str:
        """The reference of the dossier with that number."""
        body = f"SONS2-{number:06d}"
        digest = hmac.new(self._key, body.encode(), hashlib.sha256).digest()
        code = "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest[:4])
        return f"{body}-{code}"

    def is_genuine(self, reference: str) -> bool:
        """Whether the check code fits the number."""
        match = _PATTERN.fullmatch(reference)
        return match is not None and hmac.compare_digest(
            self.make(int(match.group(1))).encode(),
            f"SONS2-{match.group(1)}-{match.group(2).upper()}".encode(),
        )

    def find(self, text: str) -> tuple[str, ...]:
        """The genuine references that a text names, each once."""
        found = (f"SONS2-{m.group(1)}-{m.group(2).upper()}" for m in _PATTERN.finditer(text))
        return tuple(dict.fromkeys(r for r in found if self.is_genuine(r)))
