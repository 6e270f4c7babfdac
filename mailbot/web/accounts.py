"""Local accounts: argon2id for passwords, and how often one may try."""

from __future__ import annotations

import re
from collections import deque
from datetime import datetime, timedelta
from typing import Literal, get_args

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from mailbot.errors import UsageError
from mailbot.store_port import WebStore
from mailbot.web_rows import UserRow

Role = Literal["reader", "reviewer", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
SHORTEST_PASSWORD = 12
TRIES = 5
TRIES_WITHIN = timedelta(minutes=15)
OUTSIDE = "oidc:"
"""Begins what stands in place of a password where the identity provider knows the person: no hash, so that
no password is ever right, and the digest of who it is there."""
_HASHER = PasswordHasher()  # RFC 9106's low-memory profile: argon2id, 64 MiB, 3 passes
# Checked for unknown names too, so that the time an answer takes does not tell who exists.
_NOBODY = _HASHER.hash("nobody has this password")


def rank(role: str) -> int:
    return ROLES.index(role)


def hashed(password: str) -> str:
    """Raises UsageError for a password that is too short (NIST SP 800-63B: length is what counts)."""
    if len(password) < SHORTEST_PASSWORD:
        raise UsageError(f"a password has at least {SHORTEST_PASSWORD} characters")
    if len(password) > 1000:
        raise UsageError("a password has at most 1000 characters")
    return _HASHER.hash(password)


def checked_name(name: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9._@-]{0,63}", name):
        raise UsageError(f"{name!r}: expected lower-case letters, digits, dots and hyphens")
    return name


def signed_in(store: WebStore, name: str, password: str) -> UserRow | None:
    """The account, if the password is its own and it is not disabled."""
    user = store.user(name.strip().lower())
    own = user.password if user is not None and not user.password.startswith(OUTSIDE) else ""
    try:
        _HASHER.verify(own or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return None
    return user if user is not None and own and not user.disabled else None


class Tries:
    """Failed sign-ins, by account and by address. Kept in memory: a restart forgives."""

    def __init__(self) -> None:
        self._failed: dict[str, deque[datetime]] = {}

    def exhausted(self, now: datetime, *keys: str) -> bool:
        return any(len(self._recent(key, now)) >= TRIES for key in keys)

    def failed(self, now: datetime, *keys: str) -> None:
        if len(self._failed) > 10_000:
            self._failed = {k: v for k, v in self._failed.items() if self._recent(k, now)}
        for key in keys:
            self._failed.setdefault(key, deque(maxlen=TRIES)).append(now)

    def forgive(self, *keys: str) -> None:
        for key in keys:
            self._failed.pop(key, None)

    def _recent(self, key: str, now: datetime) -> deque[datetime]:
        tries = self._failed.get(key, deque())
        while tries and tries[0] <= now - TRIES_WITHIN:
            tries.popleft()
        return tries
