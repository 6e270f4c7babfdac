"""The queue: what waits for a person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from mailbot.errors import ActionRefused
from mailbot.review import Request
from mailbot.web.queue_list import PER_PAGE, SORTS, TABS, Listed, QueueList, Wanted
from mailbot.web.visit import Refused, Visit, number
from mailbot.web.words import CODES, STEPS

_BULK = ("take-on", "postpone", "close", "dismiss")


def wanted(visit: Visit) -> Wanted:
    """What the address asks for. Raises Refused for a tab, filter or page that there is not."""
    tab, sort = visit.query("tab", "review"), visit.query("sort", "place")
    code, step = visit.query("code"), visit.query("step")
    page = number(visit.query("page", "1"), 400, visit.say("Ce numéro de page n'en est pas un."))
    known = tab in TABS and sort in SORTS and code in ("", *CODES) and step in ("", *STEPS) and page > 0
    if not known:
        raise Refused(400, visit.say("Ce filtre n'existe pas."))
    handle = visit.query("s")
    return Wanted(tab, searched(visit, handle), code, step, sort, page, handle)


def searched(visit: Visit, handle: str) -> str:
    """The words behind the handle. Raises Refused when they are not known any more."""
    text = visit.web.searches.text(visit.by, handle)
    if text is None:
        raise Refused(404, visit.say("Cette recherche n'existe plus : la refaire."))
    return text


def search(visit: Visit) -> Response:
    """Filters as chosen, and the words searched for, which stand in no address."""
    handle = visit.web.searches.keep(visit.by, visit.value("q"))
    chosen = {name: visit.value(name) for name in ("tab", "code", "step", "sort")} | {"s": handle}
    return visit.go(f"/queue?{urlencode({name: value for name, value in chosen.items() if value})}")


def address(want: Wanted) -> Callable[..., str]:
    """Makes addresses of the same list with something changed."""

    def to(path: str = "/queue", **changed: object) -> str:
        values = {
            "tab": want.tab,
            "s": want.handle,
            "code": want.code,
            "step": want.step,
            "sort": want.sort,
            "page": want.page,
        } | changed
        plain = {"s": "", "code": "", "step": "", "sort": "place", "page": 1}
        kept = {k: v for k, v in values.items() if v != plain.get(k)}
        return f"{path}?{urlencode(kept)}" if kept else path

    return to


def queue(visit: Visit) -> Response:
    want = wanted(visit)
    lists = QueueList(visit.web, visit.by)
    listed = lists.listed(want)
    visit.web.lists[visit.by] = want
    _note_seen(visit, listed, afresh=True)
    flash = visit.take_flash()
    return visit.page("queue.html", **_values(visit, want, lists, listed), flash=flash)


def rows(visit: Visit) -> Response:
    """The list alone, for the page that refreshes itself."""
    want = wanted(visit)
    lists = QueueList(visit.web, visit.by)
    listed = lists.listed(want)
    _note_seen(visit, listed, afresh=False)
    return visit.page("queue_rows.html", **_values(visit, want, lists, listed))


def _note_seen(visit: Visit, listed: Listed, *, afresh: bool) -> None:
    """Who saw which entries; of a list that refreshes itself, those that the person had not seen yet."""
    shown, seen = {line.id for line in listed.lines}, visit.web.seen
    known = set() if afresh else seen.get(visit.by, set())
    if afresh or shown - known:
        visit.note("viewed", {"page": "queue", "entries": sorted(shown - known)})
    seen[visit.by] = known | shown


def _values(visit: Visit, want: Wanted, lists: QueueList, listed: Listed) -> dict[str, Any]:
    return {
        "want": want,
        "listed": listed,
        "to": address(want),
        "tabs": TABS,
        "deadline": lists.deadline,
        "last_page": max(1, -(-listed.found // PER_PAGE)),
        "per_page": PER_PAGE,
    }


def bulk(visit: Visit) -> Response:
    """One action on several entries, after the person has confirmed how many."""
    action, ids = visit.value("action"), visit.values.get("entry", [])
    if action not in _BULK:
        raise Refused(400, visit.say("Cette action n'existe pas."))
    entries = [number(i, 400, visit.say("Cette entrée n'existe pas.")) for i in dict.fromkeys(ids)]
    if not entries:
        raise Refused(400, visit.say("Aucune entrée n'est cochée."))
    if visit.value("count") != str(len(entries)):
        chosen = [visit.web.store.entry(entry_id) for entry_id in entries]
        return visit.page("bulk.html", action=action, entries=chosen, wrong=bool(visit.value("count")))
    done, refused = 0, []
    for entry_id in entries:
        try:
            _one(visit, action, entry_id)
            done += 1
        except ActionRefused as error:
            refused.append(visit.say_of(error))
    message = visit.say("%(n)s entrée(s) traitée(s).", n=done)
    return visit.go("/queue", " ".join([message, *refused]))


def _one(visit: Visit, action: str, entry_id: int) -> None:
    store = visit.web.store
    holder = store.holder(entry_id)
    if holder.locked_by not in ("", visit.by) and holder.locked_until and holder.locked_until > visit.now:
        raise ActionRefused(
            visit.say("L'entrée %(id)s est ouverte chez %(who)s.", id=entry_id, who=holder.locked_by)
        )
    if action == "take-on":
        entry = store.entry(entry_id)
        with store.transaction():
            store.hold_entry(entry_id, owner=visit.by)
            visit.note("taken_on", entry_id=entry.id, dossier_id=entry.dossier_id)
        return
    values = {"until": visit.value("until")} if action == "postpone" else {}
    visit.web.service.review.act(entry_id, Request(action, visit.by, visit.value("note"), values))
