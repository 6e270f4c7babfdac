"""An OpenID Connect provider, as its client sees it: authorization code with PKCE, ID token checked.

Sources: OpenID Connect Core 1.0 and Discovery 1.0, RFC 7636 (PKCE), RFC 9207 (issuer in the answer).
Authlib speaks the protocol; what is accepted is decided here.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization
from joserfc.jws import JWSRegistry
from requests import RequestException

from mailbot.errors import IdentityProviderUnreachable, IdentityRefused
from mailbot.settings import secret
from mailbot.sign_in_settings import Oidc

# Public keys only: with a shared secret or none, whoever knows the client could write tokens.
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_LEEWAY = 60  # seconds by which two clocks may differ
_KEPT = timedelta(hours=1)
_NEEDED = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass(frozen=True, slots=True)
class Attempt:
    """What ties a person's way to the provider and back to one browser: each value is used once."""

    state: str
    nonce: str
    verifier: str
    redirect_uri: str


class Provider:
    """For several threads. Raises IdentityProviderUnreachable and IdentityRefused."""

    def __init__(self, settings: Oidc) -> None:
        self._settings = settings
        self._turn = threading.Lock()
        self._known: tuple[datetime, dict[str, Any]] | None = None

    def authorization_url(self, attempt: Attempt, now: datetime) -> str:
        """Where the person signs in."""
        with self._session(attempt, now) as session:
            url, _ = session.create_authorization_url(
                self._metadata(now)["authorization_endpoint"],
                state=attempt.state,
                nonce=attempt.nonce,
                code_verifier=attempt.verifier,
            )
        return str(url)

    def claims(self, attempt: Attempt, code: str, now: datetime) -> dict[str, Any]:
        """Who came back with that code: the ID token's claims, and the userinfo's beside them."""
        metadata = self._metadata(now)
        with self._session(attempt, now) as session:
            token = session.fetch_token(
                metadata["token_endpoint"],
                grant_type="authorization_code",
                code=code,
                code_verifier=attempt.verifier,
            )
            keys = KeySet.import_key_set(cast(KeySetSerialization, _json(session, metadata["jwks_uri"])))
            claims = self._checked(str(token.get("id_token", "")), keys, attempt, token, now)
            return self._userinfo(session, metadata, claims) | claims

    def _checked(
        self, id_token: str, keys: KeySet, attempt: Attempt, token: dict[str, Any], now: datetime
    ) -> dict[str, Any]:
        registry = JWSRegistry(algorithms=list(_ALGORITHMS), strict_check_header=False)
        said = jwt.decode(id_token, keys, registry=registry)
        settings = self._settings
        claims = CodeIDToken(
            said.claims,
            said.header,
            {
                "iss": {"essential": True, "value": settings.issuer},
                "aud": {"essential": True, "value": settings.client_id},
                "nonce": {"essential": True, "value": attempt.nonce},
            },
            {
                "nonce": attempt.nonce,
                "client_id": settings.client_id,
                "access_token": token.get("access_token"),
            },
        )
        claims.validate(now=int(now.timestamp()), leeway=_LEEWAY)
        return dict(claims)

    def _userinfo(
        self, session: OAuth2Session, metadata: dict[str, Any], claims: dict[str, Any]
    ) -> dict[str, Any]:
        """Further claims, where the provider keeps the names or roles out of the ID token."""
        wanted = (self._settings.name_claim, self._settings.roles_claim)
        if all(claim_at(claims, claim) is not None for claim in wanted):
            return {}
        if not metadata.get("userinfo_endpoint"):
            return {}
        said = _json(session, metadata["userinfo_endpoint"], withhold_token=False)
        if said.get("sub") != claims["sub"]:
            raise IdentityRefused("the userinfo is about another person than the ID token")
        return said

    def _metadata(self, now: datetime) -> dict[str, Any]:
        with self._turn:
            if self._known is not None and timedelta() <= now - self._known[0] < _KEPT:
                return self._known[1]
        issuer = self._settings.issuer
        with self._guarded(), OAuth2Session(default_timeout=self._settings.timeout_seconds) as session:
            found = _json(session, issuer.rstrip("/") + "/.well-known/openid-configuration")
        if any(not isinstance(found.get(key), str) for key in _NEEDED):
            raise IdentityProviderUnreachable("the provider's configuration lacks an address")
        if found["issuer"] != issuer:
            raise IdentityRefused("the provider calls itself otherwise than oidc.issuer does")
        with self._turn:
            self._known = (now, found)
        return found

    @contextmanager
    def _session(self, attempt: Attempt, now: datetime) -> Iterator[OAuth2Session]:
        settings = self._settings
        key = secret(settings.client_secret_file, settings.client_secret_env)
        methods = self._metadata(now).get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        way = "client_secret_basic" if "client_secret_basic" in methods else "client_secret_post"
        with self._guarded():
            session = OAuth2Session(
                settings.client_id,
                key.get_secret_value() if key else None,
                token_endpoint_auth_method=way if key else "none",
                scope=" ".join(settings.scopes),
                redirect_uri=attempt.redirect_uri,
                code_challenge_method="S256",
                default_timeout=settings.timeout_seconds,
            )
            with session:
                yield session

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Whatever a provider answers becomes one of the two errors. Its words are not passed on."""
        try:
            yield
        except RequestException as error:
            raise IdentityProviderUnreachable(
                f"the identity provider {self._settings.issuer} cannot be reached: {type(error).__name__}"
            ) from error
        except (AuthlibBaseError, JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise IdentityRefused(f"the provider's answer is not accepted: {_kind(error)}") from error


def claim_at(claims: dict[str, Any], path: str) -> Any:
    """The claim of that name, or the one that its dots lead to; None where there is none."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for part in path.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _json(session: OAuth2Session, url: str, *, withhold_token: bool = True) -> dict[str, Any]:
    answer = session.get(url, withhold_token=withhold_token, allow_redirects=False)
    answer.raise_for_status()
    said = answer.json()
    if not isinstance(said, dict):
        raise ValueError("expected an object")
    return said


def _kind(error: Exception) -> str:
    """The kind of mistake, as « expired_token », without anything of the token."""
    return str(getattr(error, "error", "") or type(error).__name__)[:60]
