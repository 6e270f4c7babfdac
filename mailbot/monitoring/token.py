"""When an OAuth2 access token ends. Nothing is asked of anybody, and no token leaves this module."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

from mailbot.settings import OAuth, secret


def token_expires_at(settings: OAuth) -> datetime | None:
    """The end of the newest token that is kept; None where there is none, or it does not say."""
    try:
        if settings.given_token:
            given = secret(settings.token_file, settings.token_env)
            seconds = _claimed(given.get_secret_value().strip()) if given else None
        else:
            seconds = _cached(json.loads(settings.token_cache.read_text("utf-8")))
        return datetime.fromtimestamp(seconds, UTC) if seconds else None
    except (OSError, KeyError, ValueError, TypeError, OverflowError):
        return None


def _claimed(token: str) -> float | None:
    """`exp` of a JWT (RFC 7519). It is only shown, so it is not verified."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    return float(claims["exp"])


def _cached(cache: dict[str, Any]) -> float | None:
    """`expires_on` of msal's serialised cache."""
    tokens = cache.get("AccessToken", {}).values()
    return max((float(token["expires_on"]) for token in tokens), default=None)
