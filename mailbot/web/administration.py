"""Holding all mail back, and the page of an administrator: accounts, and what was done last."""

from __future__ import annotations

from starlette.responses import Response

from mailbot.breaker import HELD, HOLD, TROUBLE
from mailbot.web.accounts import ROLES
from mailbot.web.visit import Refused, Visit, local_path

_SHOWN = 200


def hold(visit: Visit) -> Response:
    """Stop or resume all sending."""
    wanted = visit.value("hold")
    if wanted not in ("", HELD):
        raise Refused(400, visit.say("Cette action n'existe pas."))
    with visit.web.store.transaction():
        visit.web.store.set_switch(HOLD, wanted)
        if not wanted:
            visit.web.service.alarms.over(TROUBLE)
        visit.note("hold" if wanted else "resume")
    said = visit.say("Tous les envois sont suspendus.") if wanted else visit.say("Les envois reprennent.")
    return visit.go(local_path(visit.value("back", "/queue")), said)


def page(visit: Visit) -> Response:
    store = visit.web.store
    visit.note("viewed", {"page": "admin"})
    return visit.page(
        "admin.html",
        users=store.users(),
        latest=store.latest_history(_SHOWN),
        verified=visit.query("verify") == "1",  # reads the whole trail, so only when it is asked for
        broken_at=store.history_broken_at() if visit.query("verify") == "1" else None,
        flash=visit.take_flash(),
    )


def change_user(visit: Visit) -> Response:
    """Give an account another role, or close or open it. Its sessions end."""
    name, role, disabled = visit.value("name"), visit.value("role"), visit.value("disabled") == "1"
    if role not in ROLES:
        raise Refused(400, visit.say("Ce rôle n'existe pas."))
    if name == visit.by:
        raise Refused(422, visit.say("Votre propre compte ne se change pas ici."))
    with visit.web.store.transaction():
        visit.web.store.update_user(name, role=role, disabled=disabled)
        visit.note("user_changed", {"user": name, "role": role, "disabled": disabled})
    return visit.go("/admin", visit.say("Enregistré."))
