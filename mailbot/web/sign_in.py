"""Signing in and out, the language, and the page of keys."""

from __future__ import annotations

import hmac
import secrets
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from mailbot.rows import HistoryRow
from mailbot.web.accounts import signed_in
from mailbot.web.i18n import LANGUAGES
from mailbot.web.sessions import cookie_name, set_cookie
from mailbot.web.visit import LANGUAGE_COOKIE, Refused, Visit, local_path

_LOGIN_COOKIE = "mailbot_login"


def home(visit: Visit) -> Response:
    return RedirectResponse("/queue" if visit.user else "/login", 303)


def form(visit: Visit) -> Response:
    return _form(visit, 200, "", visit.query("next", "/queue"))


def _form(visit: Visit, status: int, message: str, back: str) -> Response:
    token = visit.request.cookies.get(_LOGIN_COOKIE) or secrets.token_urlsafe(24)
    settings = visit.web.service.config.oidc
    response = visit.page(
        "login.html",
        status,
        message=message,
        token=token,
        back=local_path(back),
        name=visit.value("name"),
        provider=(settings.label or "OpenID Connect") if settings.on else "",
        passwords=settings.passwords,
    )
    set_cookie(response, visit.request, _LOGIN_COOKIE, token)
    return response


def enter(visit: Visit) -> Response:
    """Check name and password; a failed try is counted for the account and for the address."""
    web, name, back = visit.web, visit.value("name").strip().lower()[:64], visit.value("next", "/queue")
    if not web.service.config.oidc.passwords:
        raise Refused(403, visit.say("Les comptes locaux sont fermés : se connecter chez le fournisseur."))
    token = visit.request.cookies.get(_LOGIN_COOKIE, "")
    if not token or not hmac.compare_digest(token.encode(), visit.value("token").encode()):
        return _form(visit, 403, visit.say("Le formulaire n'est plus valable : réessayer."), back)
    client = visit.request.client.host if visit.request.client else ""
    keys = (f"name:{name}", f"from:{client}")
    if web.tries.exhausted(visit.now, *keys):
        return _form(visit, 429, visit.say("Trop d'essais : réessayer dans un quart d'heure."), back)
    user = signed_in(web.store, name, visit.value("password")[:1000])
    if user is None:
        web.tries.failed(visit.now, *keys)
        web.store.add_history(HistoryRow(0, visit.now, "", "sign_in_failed", {}))
        return _form(visit, 401, visit.say("Nom ou mot de passe incorrect."), back)
    web.tries.forgive(*keys)
    key, _ = web.sessions.begin(user)
    web.store.add_history(HistoryRow(0, visit.now, user.name, "signed_in", {}))
    response = RedirectResponse(local_path(back), 303)
    set_cookie(response, visit.request, cookie_name(visit.request), key)
    response.delete_cookie(_LOGIN_COOKIE, path="/")
    return response


def leave(visit: Visit) -> Response:
    if visit.session is not None:
        visit.web.sessions.end(visit.session)
        visit.note("signed_out")
    response = RedirectResponse("/login", 303)
    response.headers["Clear-Site-Data"] = '"storage"'
    response.delete_cookie(cookie_name(visit.request), path="/")
    return response


def language(visit: Visit) -> Response:
    chosen = visit.value("language")
    if chosen not in LANGUAGES:
        raise Refused(400, visit.say("Cette langue n'existe pas."))
    response = RedirectResponse(local_path(quote(visit.value("back", "/queue"), safe="/?=&%")), 303)
    set_cookie(response, visit.request, LANGUAGE_COOKIE, chosen, seconds=365 * 86400)
    return response


def help_page(visit: Visit) -> Response:
    return visit.page("help.html", flash=None)
