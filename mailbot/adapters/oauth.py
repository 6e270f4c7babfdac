"""Access tokens for `auth = "xoauth2"`, with msal. They are kept in a file that only its owner can read."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any

import msal

from mailbot.errors import TokenUnavailable
from mailbot.settings import OAuth, secret

EVERY_RIGHT_GRANTED = ["https://outlook.office365.com/.default"]  # what an application by itself asks for


class TokenSource:
    """Gives a fresh access token at every call. For several threads."""

    def __init__(self, settings: OAuth, make: Callable[..., Any] | None = None) -> None:
        self._settings = settings
        self._make = make or _application
        self._lock = Lock()

    def __call__(self) -> str:
        """The token. Raises TokenUnavailable when a person has to sign in, or the service refuses."""
        s = self._settings
        if s.given_token:
            return self._given()
        with self._lock:
            cache = msal.SerializableTokenCache()
            if s.token_cache.is_file():
                cache.deserialize(s.token_cache.read_text("utf-8"))
            try:
                application = self._make(s, cache)
                answer = self._silent(application) or self._as_application(application)
            except (OSError, ValueError) as error:
                raise TokenUnavailable(f"the token service cannot be reached: {error}") from error
            self._keep(cache)
        return _token(answer)

    def sign_in(self, tell: Callable[[str], None]) -> None:
        """Sign in once, by a code that `tell` shows; afterwards tokens are refreshed without a person."""
        s = self._settings
        with self._lock:
            cache = msal.SerializableTokenCache()
            application = self._make(s, cache)
            flow = application.initiate_device_flow(scopes=list(s.scopes))
            if "user_code" not in flow:
                raise TokenUnavailable(
                    str(flow.get("error_description", "the service offers no sign-in by code"))
                )
            tell(str(flow["message"]))
            _token(application.acquire_token_by_device_flow(flow))
            self._keep(cache)

    def _given(self) -> str:
        s = self._settings
        try:
            token = secret(s.token_file, s.token_env)
        except (OSError, KeyError, UnicodeDecodeError) as error:
            raise TokenUnavailable(f"the access token cannot be read: {error}") from error
        return token.get_secret_value().strip() if token else ""

    def _silent(self, application: Any) -> dict[str, Any] | None:
        accounts = application.get_accounts(username=self._settings.user or None)
        if not accounts:
            return None
        found: dict[str, Any] | None = application.acquire_token_silent(
            list(self._settings.scopes), account=accounts[0]
        )
        return found

    def _as_application(self, application: Any) -> dict[str, Any]:
        if not isinstance(application, msal.ConfidentialClientApplication):
            raise TokenUnavailable(
                "nobody is signed in for the mailbox: `mailbot check --sign-in` asks for it once"
            )
        answer: dict[str, Any] = application.acquire_token_for_client(EVERY_RIGHT_GRANTED)
        return answer

    def _keep(self, cache: Any) -> None:
        if cache.has_state_changed:
            _write_private(self._settings.token_cache, cache.serialize())


def _application(s: OAuth, cache: Any) -> Any:
    authority = f"{s.authority.rstrip('/')}/{s.tenant}"
    client_secret = secret(s.client_secret_file, s.client_secret_env)
    if client_secret is None:
        return msal.PublicClientApplication(s.client_id, authority=authority, token_cache=cache)
    return msal.ConfidentialClientApplication(
        s.client_id,
        authority=authority,
        client_credential=client_secret.get_secret_value(),
        token_cache=cache,
    )


def _token(answer: dict[str, Any] | None) -> str:
    if not answer or "access_token" not in answer:
        reason = (answer or {}).get("error_description") or (answer or {}).get("error") or "no reason given"
        raise TokenUnavailable(f"the token service refuses: {reason}")
    return str(answer["access_token"])


def _write_private(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    temporary.replace(path)
