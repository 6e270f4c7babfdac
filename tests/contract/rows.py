"""Builders of what goes into a store: sensible rows, of which a test names only what it is about."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from mailbot.rows import Arrival, EntryRow, HistoryRow, MailRow, OutboxRow
from mailbot.store_port import Store
from parsers.types import Document, FieldValue, Intent, MailReading, Message, Part
from rules.types import Case, Dossier, Exhibit

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def digest(of: object) -> str:
    return hashlib.sha256(str(of).encode()).hexdigest()


def an_arrival(uid: int = 1, **changes: Any) -> Arrival:
    values: dict[str, Any] = {
        "account": "boite@incert.test",
        "folder": "INBOX",
        "uidvalidity": 7,
        "uid": uid,
        "sha256": digest(uid),
        "size": 1000 + uid,
        "received_at": NOON,
        "seen_at": NOON + MINUTE,
        "message_id": f"<{uid}@medisoft.test>",
        "sender": "anna@medisoft.test",
        "subject": "Formulaire 1",
    }
    return Arrival(**(values | changes))


def a_mail(store: Store, uid: int = 1, **changes: Any) -> MailRow:
    """One that has arrived. `changes`: of the arrival."""
    return store.record_arrivals([an_arrival(uid, **changes)])[0]


def a_document(**changes: Any) -> Document:
    values: dict[str, Any] = {
        "file": "formulaire_1.pdf",
        "sha256": digest("formulaire_1.pdf"),
        "media_type": "application/pdf",
        "pages": 2,
        "kind": "formulaire_1",
        "confidence": 0.99,
        "filled": True,
        "fields": {"matricule": FieldValue(value="1893120105732", confidence=0.98, source="acroform")},
        "text": "Dénomination sociale : Medisoft S.à r.l.",
        "content_key": digest("content"),
    }
    return Document(**(values | changes))


def a_reading(text: str = "Bonjour, voici le formulaire.") -> MailReading:
    part = Part(
        path="2",
        name="formulaire_1.pdf",
        media_type="application/pdf",
        size=3,
        sha256=digest("formulaire_1.pdf"),
        data=b"\xff\x00%",
    )
    message = Message(message_id="<1@medisoft.test>", date=NOON, text=text, parts=(part,))
    return MailReading(
        message=message, documents=(a_document(),), intent=Intent(kind="cover", confidence=0.9)
    )


def a_dossier(number: int = 1, **changes: Any) -> Dossier:
    values: dict[str, Any] = {
        "reference": f"SONS2-{number:06d}-AAAA",
        "registered": {"denomination_sociale": "Medisoft S.à r.l.", "matricule": "19991234566"},
        "email": "anna@medisoft.test",
        "cases": (Case(kind="E", number=1, state="open", exhibits=(an_exhibit(),)),),
    }
    return Dossier(**(values | changes))


def an_exhibit() -> Exhibit:
    return Exhibit(document=a_document(), received_at=NOON, sender="anna@medisoft.test", party="industriel")


def an_entry(**changes: Any) -> EntryRow:
    values: dict[str, Any] = {
        "id": 0,
        "codes": ("question",),
        "messages": ("Une question sans formulaire.",),
        "state": "open",
        "created_at": NOON,
        "received_at": NOON,
    }
    return EntryRow(**(values | changes))


def an_outgoing(key: str = "mail:1", **changes: Any) -> OutboxRow:
    values: dict[str, Any] = {
        "id": 0,
        "key": key,
        "message_id": f"<{digest(key)[:12]}@incert.test>",
        "template": "elements_manquants",
        "to": ("anna@medisoft.test",),
        "subject": "Éléments manquants",
        "text": "Bonjour",
        "html": "<p>Bonjour</p>",
        "attachments": (),
        "headers": {"In-Reply-To": "<1@medisoft.test>"},
        "state": "due",
        "created_at": NOON,
    }
    return OutboxRow(**(values | changes))


def a_happening(what: str = "received", **changes: Any) -> HistoryRow:
    values: dict[str, Any] = {
        "id": 0,
        "at": NOON,
        "actor": "mailbot",
        "what": what,
        "detail": {"par": "règle 1"},
    }
    return HistoryRow(**(values | changes))
