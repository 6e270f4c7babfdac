"""Taking a decision back, while none of its mails has left: everything that it touched becomes as it was.

Kept in memory and for as long as the mails wait (web.undo_seconds); after a restart there is nothing to undo.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from mailbot.errors import ActionRefused
from mailbot.rows import DocumentRow, DossierRow, EntryRow, MailRow, OutboxRow
from mailbot.store_port import WebStore

_MOST_KEPT = 200
_MAIL_CHANGES = ("state", "reason", "dossier_id", "decide_at")


@dataclass(frozen=True, slots=True)
class Before:
    """What an entry rests on: read before the decision, and again after it."""

    entry: EntryRow
    entries: dict[int, EntryRow]
    outbox: dict[int, OutboxRow]
    dossier: DossierRow | None
    mails: dict[int, MailRow]
    documents: dict[int, DocumentRow]


@dataclass(frozen=True, slots=True)
class Undo:
    key: str
    user: str
    until: datetime
    before: Before
    after: Before


class Undos:
    def __init__(self, store: WebStore) -> None:
        self._store = store
        self._kept: dict[str, Undo] = {}

    def look(self, entry_id: int) -> Before:
        store = self._store
        entry = store.entry(entry_id)
        dossier = store.dossier(entry.dossier_id) if entry.dossier_id else None
        ids = [int(i) for i in entry.facts.get("mails") or ([entry.mail_id] if entry.mail_id else [])]
        mails = {i: store.mail(i) for i in ids}
        entries = {e.id: e for i in ids for e in store.entries_of_mail(i)} | {entry.id: entry}
        outbox = {o.id: o for o in store.outbox_of_entry(entry.id)}
        if dossier is not None:
            entries |= {e.id: e for e in store.entries(open_only=False, dossier_id=dossier.id)}
            outbox |= {o.id: o for o in store.outbox_of_dossier(dossier.id)}
        documents = {d.id: d for i in ids for d in store.documents_of_mail(i)}
        return Before(entry, entries, outbox, dossier, mails, documents)

    def keep(self, user: str, until: datetime, before: Before, after: Before) -> str:
        while len(self._kept) >= _MOST_KEPT:
            self._kept.pop(next(iter(self._kept)))
        key = secrets.token_urlsafe(16)
        self._kept[key] = Undo(key, user, until, before, after)
        return key

    def take(self, key: str, user: str) -> Undo | None:
        """The decision of that key, if it is the user's own. It can be taken once."""
        found = self._kept.get(key)
        return self._kept.pop(key) if found is not None and found.user == user else None

    def restore(self, undo: Undo) -> None:
        """Inside a transaction. Raises ActionRefused when a mail has left or somebody went on from there."""
        store, before, after = self._store, undo.before, undo.after
        now = self.look(before.entry.id)
        new = [
            o for i, o in now.outbox.items() if i not in before.outbox or before.outbox[i].state == "draft"
        ]
        if any(o.state not in ("due", "draft", "cancelled") for o in new):
            raise ActionRefused("Le courriel est déjà parti : la décision ne s'annule plus.")
        if now.dossier != after.dossier or now.entry != after.entry:
            raise ActionRefused("Le dossier a avancé depuis : la décision ne s'annule plus.")
        for outbox_id, row in now.outbox.items():
            if outbox_id not in before.outbox:
                store.update_outbox(outbox_id, state="cancelled")
            elif row != before.outbox[outbox_id]:
                store.update_outbox(outbox_id, **_changes(before.outbox[outbox_id], row))
        for entry_id, entry in now.entries.items():
            if entry_id not in before.entries:
                store.update_entry(entry_id, state="closed", outcome="undone", closed_at=entry.created_at)
            elif entry != before.entries[entry_id]:
                store.update_entry(entry_id, **_changes(before.entries[entry_id], entry))
        for document_id, document in before.documents.items():
            store.replace_document(document_id, document.document)
            store.file_document(document_id, document.dossier_id, document.case)
        for mail_id, mail in before.mails.items():
            store.update_mail(mail_id, **{name: getattr(mail, name) for name in _MAIL_CHANGES})
        if (
            before.dossier is not None
            and now.dossier is not None
            and now.dossier.dossier != before.dossier.dossier
        ):
            store.save_dossier(replace(now.dossier, dossier=before.dossier.dossier))


def _changes(wanted: Any, row: Any) -> dict[str, Any]:
    """The members that differ, as they are to be."""
    return {
        f.name: getattr(wanted, f.name)
        for f in fields(wanted)
        if f.name != "id" and getattr(wanted, f.name) != getattr(row, f.name)
    }
