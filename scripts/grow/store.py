"""Fills an empty store: dossiers with their cases, mails, documents, answers, queue and history."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import Connection, update

from mailbot.adapters.store import tables
from mailbot.adapters.store.history import chained
from mailbot.record import ANYTIME
from mailbot.references import References
from mailbot.rows import HistoryRow
from mailbot.templates import Templates
from parsers.types import Intent, MailReading, Message
from rules.names import name_key
from rules.types import Dossier, Item, Letter
from scripts.grow.industriel import WORDS, Industriel, Sent
from scripts.grow.rows import Bulk

UIDVALIDITY = 1


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything."""

    mails: int = 200_000
    dossiers: int = 5_000
    connections: int = 50_000
    open_entries: int = 5_000


@dataclass(slots=True)
class Growth:
    """Makes the rows of one Industriel after another; all follow from the seed."""

    size: Size
    references: References
    templates: Templates
    until: datetime
    account: str
    folders: tuple[str, ...]
    seed: int = 0
    _mail: int = 1
    _document: int = 1
    head: dict[str, Any] = field(default_factory=lambda: {"rows": 0, "chain": ""})

    def industriels(self) -> Iterator[tuple[Industriel, Dossier]]:
        """Each with its dossier. A few have many connections, most have some."""
        random = Random(self.seed)
        shares = [random.expovariate(1) for _ in range(self.size.dossiers)]
        whole, given = sum(shares), 0.0
        for number, share in enumerate(shares, 1):
            connections = round((given + share) / whole * self.size.connections) - round(
                given / whole * self.size.connections
            )
            given += share
            end = self.until - timedelta(minutes=number % 1440)
            begin = end - timedelta(days=random.randint(60, 400))
            industriel = Industriel(number, self.references.make(number), random, begin, end)
            dossier = industriel.dossier(connections, self._mail, self._document)
            self._mail += len(industriel.mails)
            self._document += len(industriel.mails)
            further = self.size.mails * number // self.size.dossiers - (self._mail - 1)
            industriel.asks(max(further, 0), self._mail)
            self._mail += max(further, 0)
            yield industriel, dossier

    def fill(self, connection: Connection, made: list[tuple[Industriel, Dossier]]) -> dict[str, int]:
        """Insert everything that these Industriels left behind; returns the number of rows by table."""
        plan = {
            "dossiers": self._dossiers,
            "dossier_addresses": self._addresses,
            "dossier_clients": self._clients,
            "mails": self._mails,
            "ledger": self._places,
            "documents": self._documents,
            "entries": self._entries,
            "outbox": self._outbox,
            "outbox_recipients": self._recipients,
            "history": self._history,
        }
        counts = {}
        for name, rows in plan.items():
            bulk = Bulk(tables.metadata.tables[name], connection.dialect)
            counts[name] = bulk.insert(connection, rows(bulk, made))
            bulk.set_sequence(connection)
        connection.execute(update(tables.history_head), self.head)
        return counts

    def _dossiers(self, bulk: Bulk, made: list[tuple[Industriel, Dossier]]) -> Iterator[dict[str, Any]]:
        for industriel, dossier in made:
            exhibits = {case.name: case.exhibits for case in dossier.cases}
            bare = tuple(case.model_copy(update={"exhibits": ()}) for case in dossier.cases)
            yield {
                "id": industriel.number,
                "number": industriel.number,
                "reference": dossier.reference,
                "matricule": dossier.registered["matricule"],
                "name_key": name_key(dossier.name),
                "dossier": bulk.stored("dossier", dossier.model_copy(update={"cases": bare})),
                "exhibits": bulk.stored("exhibits", exhibits),
                "created_at": industriel.begin,
                "version": len(dossier.cases),
            }

    def _addresses(self, bulk: Bulk, made: list[tuple[Industriel, Dossier]]) -> Iterator[dict[str, Any]]:
        return ({"email": i.email, "dossier_id": i.number} for i, _ in made)

    def _clients(self, bulk: Bulk, made: list[tuple[Industriel, Dossier]]) -> Iterator[dict[str, Any]]:
        for industriel, dossier in made:
            for case in dossier.of_kind("R"):
                if case.state in ("a_verifier", "valide"):
                    key = case.fact("client_key")
                    yield {"client_key": key, "dossier_id": industriel.number, "case": case.name}

    def _mails(self, bulk: Bulk, made: list[tuple[Industriel, Dossier]]) -> Iterator[dict[str, Any]]:
        for industriel, _ in made:
            message = Message(subject="Formulaires", text=WORDS, language="fr")
            intent = Intent(kind="cover", confidence=0.9)
            reading = bulk.stored("reading", MailReading(message=message, intent=intent))
            for sent in industriel.mails:
                raw = sent.raw(industriel.email)
                yield {
                    "id": sent.mail_id,
                    "sha256": hashlib.sha256(raw).hexdigest(),
                    "size": len(raw),
                    "received_at": sent.at,
                    "seen_at": sent.at + timedelta(seconds=1),
                    "message_id": f"<{sent.mail_id}@{industriel.email.rpartition('@')[2]}>",
                    "sender": industriel.email,
                    "subject": sent.subject,
                    "fingerprint": hashlib.sha256(f"f{sent.mail_id}".encode()).hexdigest(),
                    "direction": "in",
                    "state": "decided",
                    "reason": "reply",
                    "attempts": 0,
                    "next_attempt_at": None,
                    "decide_at": sent.at,
                    "dossier_id": industriel.number,
                    "content_key": hashlib.sha256(f"c{sent.mail_id}".encode()).hexdigest(),
                    "reading": reading,
                }

    def _places(self, bulk: Bulk, made: list[tuple[Industriel, Dossier]]) -> Iterator[dict[str, Any]]:
        """Every mail was seen in the inbox, and a night later in the folder that it was moved to."""
        for industriel, _ in made:
            for sent in industriel.mails:
                digest = sent.digest(industriel.email)
                for folder in self.folders:
                    yield {
                        "account": self.account,
                        "folder": folder,
                        "uidvalidity": UIDVALIDITY,
                        "uid": sent.mail_id,
                        "sha256": digest,
                        "mail_id": sent.mail_id,
                        "handled": True,
                    }

    def _documents(self, bulk: Bulk, made: list[tuple[Industriel, Dossier]]) -> Iterator[dict[str, Any]]:
        for industriel, _ in made:
            for sent in industriel.mails:
                if sent.document is not None:
                    yield {
                        "id": sent.document_id,
                        "mail_id": sent.mail_id,
                        "dossier_id": industriel.number,
                        "case": sent.case,
                        "file": sent.document.file,
                        "sha256": sent.document.sha256,
                        "kind": sent.document.kind,
                        "content_key": sent.document.content_key,
                        "document": bulk.stored("document", sent.document),
                        "created_at": sent.at,
                    }

    def _entries(self, bulk: Bulk, made: list[tuple[Industriel, Dossier]]) -> Iterator[dict[str, Any]]:
        """What waits for a person, spread over the Industriels; and one closed entry for each of them."""
        number = 0
        for place, (industriel, dossier) in enumerate(made, 1):
            for state in ("closed",) + ("open",) * (
                self.size.open_entries * place // len(made)
                - self.size.open_entries * (place - 1) // len(made)
            ):
                number += 1
                yield self._entry(bulk, number, state, industriel, dossier)

    def _entry(
        self, bulk: Bulk, number: int, state: str, industriel: Industriel, dossier: Dossier
    ) -> dict[str, Any]:
        sent = industriel.mails[number % len(industriel.mails)]
        waiting = next((c for c in dossier.of_kind("R") if c.state == "a_verifier"), None)
        asked = next((c for c in dossier.of_kind("L") if c.state == "demande_complete"), None)
        order_at: datetime | None = None
        case, step, held = sent.case, "", True
        codes, actions, message = (
            ("name_mismatch",),
            ("approve", "correct"),
            "Le nom diffère de l'enrôlement.",
        )
        if asked is not None and number % 2:
            codes, actions = ("manual_task",), ("complement", "tests-passed", "tests-failed")
            case, step, message, held = asked.name, "L4", "Les tests sont à vérifier.", False
            order_at = datetime.fromisoformat(asked.fact("complete_at"))
        elif waiting is not None and number % 3:
            codes, actions = ("manual_task",), ("connection-valid", "connection-refused")
            case, step, message, held = waiting.name, "R2", "Le raccordement est à vérifier.", False
        elif number % 5 == 0:
            codes, actions, message = ("question",), (), "Une question sans formulaire."
        closed = state == "closed"
        return {
            "id": number,
            "codes": bulk.stored("codes", codes),
            "messages": bulk.stored("messages", (message,)),
            "state": state,
            "created_at": sent.at,
            "received_at": sent.at,
            "mail_id": sent.mail_id,
            "dossier_id": industriel.number,
            "case": case,
            "step": step,
            "actions": bulk.stored("actions", (*actions, "assign", "reprocess", *ANYTIME, "dismiss")),
            "findings": bulk.stored("findings", ()),
            "subject": sent.subject,
            "sender": industriel.email,
            "industriel": dossier.name,
            "order_at": order_at,
            "until": None,
            "closed_at": sent.at + timedelta(days=1) if closed else None,
            "outcome": "approved" if closed else "",
            "facts": bulk.stored("facts", {"mails": [sent.mail_id], "held": held and not closed}),
        }

    def _outbox(self, bulk: Bulk, made: list[tuple[Industriel, Dossier]]) -> Iterator[dict[str, Any]]:
        """An answer to every mail, and the draft of every held entry (made again, in the same order)."""
        entries = Bulk(tables.entries, bulk.dialect)
        drafts: dict[int, dict[str, Any]] = {}
        for entry in self._entries(entries, made):
            if entry["state"] == "open" and "name_mismatch" in entry["codes"]:
                drafts.setdefault(entry["mail_id"], entry)
        number = 0
        for industriel, dossier in made:
            letter = Letter(
                reference=dossier.reference,
                industriel=dossier.name,
                documents_received=("formulaire_1",),
                items=(Item(rule="document_absent", document="nda"),),
            )
            rendered = self.templates.render("elements_manquants", letter)
            common = {
                "template": "elements_manquants",
                "to": bulk.stored("to", (industriel.email,)),
                "subject": rendered.subject,
                "text": rendered.text,
                "html": rendered.html,
                "attachments": bulk.stored("attachments", ()),
                "role": "industriel",
                "dossier_id": industriel.number,
                "not_before": None,
                "next_attempt_at": None,
                "error": "",
                "letter": bulk.stored("letter", letter),
                "auto": True,
            }
            for sent in industriel.mails:
                number += 1
                entry = drafts.get(sent.mail_id)
                yield common | _fate(bulk, number, sent, entry)

    def _recipients(self, bulk: Bulk, made: list[tuple[Industriel, Dossier]]) -> Iterator[dict[str, Any]]:
        number = 0
        for industriel, _ in made:
            for _sent in industriel.mails:
                number += 1
                yield {"address": industriel.email, "outbox_id": number}

    def _history(self, bulk: Bulk, made: list[tuple[Industriel, Dossier]]) -> Iterator[dict[str, Any]]:
        """One line for each decision, chained."""
        detail = {"outcome": "reply", "exceptions": [], "mails": ["elements_manquants"], "held": False}
        stored = bulk.stored("detail", detail)
        for industriel, _ in made:
            for sent in industriel.mails:
                row = HistoryRow(
                    0, sent.at, "mailbot", "decided", detail, industriel.number, sent.case, sent.mail_id
                )
                values = chained(row, self.head["rows"] + 1, self.head["chain"], bulk.dialect)
                self.head = {"rows": values["id"], "chain": values["chain"]}
                yield values | {"detail": stored}


def _fate(bulk: Bulk, number: int, sent: Sent, entry: dict[str, Any] | None) -> dict[str, Any]:
    draft = entry is not None
    return {
        "id": number,
        "key": f"mail:{sent.mail_id}:elements_manquants:0",
        "message_id": f"<{number}.answer@incert.example>",
        "headers": bulk.stored("headers", {"In-Reply-To": f"<{sent.mail_id}@industriel.example>"}),
        "state": "draft" if draft else "sent",
        "mail_id": sent.mail_id,
        "case": sent.case,
        "entry_id": entry["id"] if entry else None,
        "created_at": sent.at,
        "sent_at": None if draft else sent.at + timedelta(minutes=10),
        "attempts": 0 if draft else 1,
        "saved_to_sent": not draft,
        "claimed_at": None,
    }
