"""Signing in at the identity provider: on the way there, and back with who it is and what they may do."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from typing import Any

from starlette.responses import RedirectResponse, Response

from mailbot.adapters.openid import Attempt, claim_at
from mailbot.errors import IdentityProviderUnreachable, IdentityRefused, UsageError
from mailbot.logs import logger
from mailbot.rows import HistoryRow
from mailbot.web.accounts import OUTSIDE, Role, checked_name, rank
from mailbot.web.sessions import cookie_name, set_cookie
from mailbot.web.visit import Refused, Visit, local_path
from mailbot.web_rows import UserRow

log = logger(__name__)
_COOKIE = "mailbot_openid"
_MINUTES = 10
"""How long a person may take at the provider."""


def start(visit: Visit) -> Response:
    """Off to the provider. What it must bring back stays in a cookie that no script sees."""
    provider = visit.web.provider
    if provider is None:
        raise Refused(404, visit.say("Cette page n'existe pas."))
    back = str(visit.request.url_for("oidc_callback"))
    attempt = Attempt(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48), back)
    try:
        url = provider.authorization_url(attempt, visit.now)
    except (IdentityProviderUnreachable, IdentityRefused) as error:
        log.warning("identity_provider_failed", reason=str(error))
        raise Refused(503, visit.say("Le fournisseur d'identité ne répond pas : réessayer.")) from error
    response = RedirectResponse(url, 303)
    kept = [attempt.state, attempt.nonce, attempt.verifier, local_path(visit.query("next", "/queue"))]
    packed = base64.urlsafe_b64encode(json.dumps(kept).encode()).decode()
    set_cookie(response, visit.request, _COOKIE, packed, seconds=_MINUTES * 60)
    return response


def callback(visit: Visit) -> Response:
    """Back from the provider. Whatever does not fit together leads back to the login, and says so."""
    provider, settings = visit.web.provider, visit.web.service.config.oidc
    if provider is None:
        raise Refused(404, visit.say("Cette page n'existe pas."))
    try:
        state, nonce, verifier, back = _kept(visit)
        if not hmac.compare_digest(state.encode(), visit.query("state").encode()):
            raise IdentityRefused("the state is another one")
        if visit.query("iss", settings.issuer) != settings.issuer:
            raise IdentityRefused("the answer comes from another issuer")
        if visit.query("error") or not visit.query("code"):
            raise IdentityRefused("the provider let nobody in")
        attempt = Attempt(state, nonce, verifier, str(visit.request.url_for("oidc_callback")))
        claims = provider.claims(attempt, visit.query("code"), visit.now)
        user = _account(visit, claims)
    except IdentityProviderUnreachable as error:
        log.warning("identity_provider_failed", reason=str(error))
        raise Refused(503, visit.say("Le fournisseur d'identité ne répond pas : réessayer.")) from error
    except IdentityRefused as error:
        log.warning("sign_in_refused", reason=str(error))
        visit.web.store.add_history(HistoryRow(0, visit.now, "", "sign_in_failed", {"reason": str(error)}))
        raise Refused(
            403, visit.say("La connexion n'a pas abouti, ou ce compte n'a aucun rôle ici.")
        ) from error
    if visit.session is not None:
        visit.web.sessions.end(visit.session)
    key, _ = visit.web.sessions.begin(user)
    visit.web.store.add_history(HistoryRow(0, visit.now, user.name, "signed_in", {"role": user.role}))
    response = RedirectResponse(local_path(back), 303)
    set_cookie(response, visit.request, cookie_name(visit.request), key)
    response.delete_cookie(_COOKIE, path="/")
    return response


def _kept(visit: Visit) -> tuple[str, str, str, str]:
    try:
        found = json.loads(base64.urlsafe_b64decode(visit.request.cookies.get(_COOKIE, "")))
        state, nonce, verifier, back = (str(one) for one in found)
    except (ValueError, TypeError) as error:
        raise IdentityRefused("this browser did not ask to sign in") from error
    return state, nonce, verifier, back


def _account(visit: Visit, claims: dict[str, Any]) -> UserRow:
    """The person's account, made or brought up to date. It is bound to the provider's subject, not to a name.

    Raises IdentityRefused: no role, no usable name, a name that another account has, a closed account.
    """
    settings, store = visit.web.service.config.oidc, visit.web.store
    role = _role(claim_at(claims, settings.roles_claim), settings.roles)
    if role is None:
        raise IdentityRefused("none of the person's roles is one of oidc.roles")
    try:
        name = checked_name(str(claim_at(claims, settings.name_claim) or "").strip().lower())
    except UsageError as error:
        raise IdentityRefused("the claim of the name holds none that can be an account's") from error
    bound = OUTSIDE + hashlib.sha256(f"{settings.issuer}\n{claims['sub']}".encode()).hexdigest()
    with store.transaction():
        found = store.user(name)
        if found is None:
            found = UserRow(name, role, bound, False, visit.now)
            store.add_user(found)
            store.add_history(HistoryRow(0, visit.now, name, "user_changed", {"user": name, "role": role}))
        elif found.password != bound:
            raise IdentityRefused("an account of another person has that name")
        elif found.disabled:
            raise IdentityRefused("the account is closed")
        elif found.role != role:
            store.update_user(name, role=role)
            store.add_history(HistoryRow(0, visit.now, name, "user_changed", {"user": name, "role": role}))
    return UserRow(name, role, bound, False, found.created_at)


def _role(said: Any, known: dict[str, Role]) -> Role | None:
    """The highest role that one of the claim's values stands for."""
    values = said.split() if isinstance(said, str) else said if isinstance(said, list) else []
    if isinstance(said, str):
        values.append(said)
    found = [known[value] for value in values if isinstance(value, str) and value in known]
    return max(found, key=rank, default=None)
