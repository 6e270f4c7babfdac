"""Queue entries as the command line and the web app show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mailbot.deeds import deeds
from mailbot.reviewing.standing import offered
from mailbot.rows import DossierRow, EntryRow, OutboxRow
from mailbot.store_port import Store


def draft_of(store: Store, entry: EntryRow) -> OutboxRow | None:
    """The mail that `approve` would send: the entry's draft, or the one that could not be delivered."""
    if "outbox_id" in entry.facts:
        return store.outbox(int(str(entry.facts["outbox_id"])))
    return next((row for row in store.outbox_of_entry(entry.id) if row.state == "draft"), None)


def entry_lines(store: Store, entries: Sequence[EntryRow]) -> list[dict[str, Any]]:
    """The objects of `queue list --json`: thousands without asking the store for each."""
    references, drafted = store.references(), store.entries_with_draft()
    return [
        _line(
            entry,
            references.get(entry.dossier_id or 0, ""),
            draft_of(store, entry) if entry.id in drafted or "outbox_id" in entry.facts else None,
        )
        for entry in entries
    ]


def entry_line(store: Store, entry: EntryRow, reference: str) -> dict[str, Any]:
    """One object of `queue list --json`."""
    return _line(entry, reference, draft_of(store, entry))


def _line(entry: EntryRow, reference: str, draft: OutboxRow | None) -> dict[str, Any]:
    return {
        "id": entry.id,
        "codes": list(entry.codes),
        "dossier": reference or None,
        "case": f"{reference}/{entry.case}" if reference and entry.case else None,
        "industriel": entry.industriel or None,
        "step": entry.step or None,
        "received_at": entry.received_at.isoformat(),
        "subject": entry.subject,
        "from": entry.sender,
        "actions": list(offered(entry)),
        "draft": {"template": draft.template, "to": ", ".join(draft.to)} if draft else None,
        "state": entry.state,
        "messages": list(entry.messages),
    }


def entry_details(store: Store, entry: EntryRow, row: DossierRow | None) -> dict[str, Any]:
    """The object of `queue show --json`."""
    draft = draft_of(store, entry)
    mail_ids = [int(i) for i in entry.facts.get("mails") or ([entry.mail_id] if entry.mail_id else [])]
    mails = [store.mail(mail_id) for mail_id in mail_ids]
    documents = [d.document for mail_id in mail_ids for d in store.documents_of_mail(mail_id)]
    words = [m.reading.message.text for m in mails if m.reading is not None and m.reading.message.text]
    return entry_line(store, entry, row.dossier.reference if row else "") | {
        "documents": [document.public() for document in documents],
        "findings": list(entry.findings),
        "draft_subject": draft.subject if draft else None,
        "draft_text": draft.text if draft else None,
        "draft_attachments": [attachment.name for attachment in draft.attachments] if draft else [],
        "words": "\n\n".join(words),
        "facts": {k: v for k, v in entry.facts.items() if k not in ("mails", "held", "outbox_id")},
        "until": entry.until.isoformat() if entry.until else None,
        "outcome": entry.outcome or None,
        "history": [
            {"at": h.at.isoformat(), "actor": h.actor, "what": h.what, "detail": h.detail}
            for h in deeds(store.history(entry_id=entry.id))
        ],
    }
