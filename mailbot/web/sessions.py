"""Sessions on the server's side. The browser has a random id; the store has its digest."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import replace
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from mailbot.ports import Clock
from mailbot.settings import Web
from mailbot.store_port import WebStore
from mailbot.web.guard import LOOPBACK, host_name
from mailbot.web_rows import SessionRow, UserRow

_NOTED_EVERY = timedelta(minutes=1)  # not every page view is worth a write


class Sessions:
    def __init__(self, store: WebStore, clock: Clock, settings: Web) -> None:
        self._store = store
        self._clock = clock
        self._idle = timedelta(minutes=settings.idle_minutes)
        self._longest = timedelta(hours=settings.session_hours)

    def begin(self, user: UserRow) -> tuple[str, SessionRow]:
        """A new session: its id for the browser, and its row. Old ones are swept out."""
        now = self._clock.now()
        key = secrets.token_urlsafe(32)
        row = SessionRow(_digest(key), user.name, now, now, secrets.token_urlsafe(24))
        with self._store.transaction():
            self._store.end_sessions_before(now - self._idle, now - self._longest)
            self._store.add_session(row)
        return key, row

    def of(self, request: Request, *, quiet: bool = False) -> tuple[SessionRow, UserRow] | None:
        """The request's session and its user, if neither has ended. `quiet`: a page refreshes by itself."""
        key = request.cookies.get(cookie_name(request), "")
        row = self._store.session(_digest(key)) if key else None
        if row is None:
            return None
        now = self._clock.now()
        user = self._store.user(row.user)
        over = now - row.seen_at > self._idle or now - row.created_at > self._longest
        if over or user is None or user.disabled:
            self._store.end_session(row.digest)
            return None
        if not quiet and now - row.seen_at >= _NOTED_EVERY:
            self._store.update_session(row.digest, seen_at=now)
        return row, user

    def remember(self, row: SessionRow, **data: Any) -> SessionRow:
        """Keep something for the next page; None forgets it."""
        kept = {k: v for k, v in (row.data | data).items() if v is not None}
        self._store.update_session(row.digest, data=kept)
        return replace(row, data=kept)

    def end(self, row: SessionRow) -> None:
        self._store.end_session(row.digest)


def is_secure(request: Request) -> bool:
    """Cookies need https, except on this machine itself."""
    return request.url.scheme == "https" or host_name(request.headers.get("host", "").lower()) not in LOOPBACK


def cookie_name(request: Request) -> str:
    return "__Host-mailbot" if is_secure(request) else "mailbot"


def set_cookie(
    response: Response, request: Request, name: str, value: str, *, seconds: int | None = None
) -> None:
    response.set_cookie(
        name, value, max_age=seconds, path="/", secure=is_secure(request), httponly=True, samesite="lax"
    )


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
