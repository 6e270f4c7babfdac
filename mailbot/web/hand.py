"""Who has an entry in hand: a lock that ends by itself and can be taken over, and the list of one's own."""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import Response

from mailbot.rows import EntryRow
from mailbot.web.decide import marker
from mailbot.web.lookup import entry_of
from mailbot.web.visit import Visit
from mailbot.web_rows import HolderRow

LOCK = timedelta(minutes=5)


def locked_by_other(visit: Visit, holder: HolderRow) -> bool:
    return bool(
        holder.locked_by not in ("", visit.by)
        and holder.locked_until is not None
        and holder.locked_until > visit.now
    )


def lock(visit: Visit) -> Response:
    """The page that is open says so, again and again; the answer says who has the entry."""
    row = entry_of(visit)
    visit.web.store.lock_entry(row.id, visit.by, visit.now, visit.now + LOCK)
    return _state(visit, row)


def state(visit: Visit) -> Response:
    return _state(visit, entry_of(visit))


def _state(visit: Visit, row: EntryRow) -> Response:
    holder = visit.web.store.holder(row.id)
    old = visit.value("marker") or visit.query("marker")
    return visit.page(
        "hand.html",
        entry=row,
        holder=holder,
        locked=locked_by_other(visit, holder),
        stale=bool(old) and old != marker(visit.web, row),
        marker=old,
    )


def take_over(visit: Visit) -> Response:
    """Take the entry from whoever has it open."""
    row = entry_of(visit)
    before = visit.web.store.holder(row.id).locked_by
    with visit.web.store.transaction():
        visit.web.store.lock_entry(row.id, visit.by, visit.now, visit.now + LOCK, force=True)
        visit.note("taken_over", {"from": before}, entry_id=row.id, dossier_id=row.dossier_id)
    return visit.go(f"/entry/{row.id}", visit.say("L'entrée est chez vous."))


def take_on(visit: Visit) -> Response:
    """Put the entry among one's own, or give it back."""
    row = entry_of(visit)
    gives_back = visit.value("owner") == ""
    with visit.web.store.transaction():
        visit.web.store.hold_entry(row.id, owner="" if gives_back else visit.by)
        visit.note("given_back" if gives_back else "taken_on", entry_id=row.id, dossier_id=row.dossier_id)
    return visit.go(f"/entry/{row.id}")
