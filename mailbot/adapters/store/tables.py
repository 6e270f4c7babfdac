"""The tables. A column that a row of mailbot/rows.py has too bears the same name.

Every query of store_port.Store has its index.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

from mailbot.adapters.store.columns import Instant, Json, Key, Packed, Words
from parsers.types import Document, MailReading
from rules.types import AttachmentRef, Dossier, Exhibit, Letter

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def _words(name: str) -> Column[str]:
    return Column(name, Words, nullable=False)


def _key(name: str) -> Column[str]:
    return Column(name, Key, nullable=False)


def _refers(name: str, to: str, *, nullable: bool = True) -> Column[int]:
    return Column(name, Integer, ForeignKey(f"{to}.id"), nullable=nullable)


mails = Table(
    "mails",
    metadata,
    _id(),
    Column("sha256", Key, nullable=False, unique=True),
    Column("size", BigInteger, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    _words("message_id"),
    _key("sender"),
    _words("subject"),
    _key("fingerprint"),
    _key("direction"),
    _key("state"),
    _words("reason"),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", Instant),
    Column("decide_at", Instant),
    _refers("dossier_id", "dossiers"),
    _key("content_key"),
    Column("reading", Packed(MailReading)),
    Column("purged_at", Instant),  # its words and its file are gone; the ledger still knows it
    Column("claimed_by", Key, nullable=False, server_default=""),  # the process that reads it
    Column("lane", Key, nullable=False, server_default=""),
    Index("ix_mails_lane", "state", "lane", "received_at", "id"),
    Index("ix_mails_state_received_at", "state", "received_at", "id"),
    Index("ix_mails_direction_received_at", "direction", "received_at"),
    Index("ix_mails_sender", "sender"),
    Index("ix_mails_dossier_id", "dossier_id"),
    Index("ix_mails_fingerprint", "fingerprint"),
    Index("ix_mails_content_key", "content_key"),
    Index("ix_mails_sender_dossier_id", "sender", "dossier_id"),
    Index("ix_mails_direction_reason", "direction", "reason"),
)

ledger = Table(
    "ledger",
    metadata,
    _id(),
    _key("account"),
    _key("folder"),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("uid", BigInteger, nullable=False),
    _key("sha256"),
    _refers("mail_id", "mails", nullable=False),
    Column("handled", Boolean, nullable=False),
    UniqueConstraint("account", "folder", "uidvalidity", "uid"),
    Index("ix_ledger_mail_id", "mail_id"),
    Index("ix_ledger_handled", "account", "folder", "uidvalidity", "handled", "uid"),
)

dossiers = Table(
    "dossiers",
    metadata,
    _id(),
    Column("number", Integer, nullable=False, unique=True),
    Column("reference", Key, nullable=False, unique=True),
    _key("matricule"),
    _key("name_key"),
    Column("dossier", Json(Dossier), nullable=False),  # without its exhibits, which are most of it
    Column("exhibits", Packed(dict[str, tuple[Exhibit, ...]]), nullable=False),  # by the name of their case
    Column("created_at", Instant, nullable=False),
    Column("version", Integer, nullable=False),
    Column("purged_at", Instant),
    Index("ix_dossiers_matricule", "matricule"),
    Index("ix_dossiers_name_key", "name_key"),
)

dossier_addresses = Table(
    "dossier_addresses",
    metadata,
    _key("email"),
    _refers("dossier_id", "dossiers", nullable=False),
    PrimaryKeyConstraint("email", "dossier_id"),
    Index("ix_dossier_addresses_dossier_id", "dossier_id"),
)

dossier_clients = Table(
    "dossier_clients",
    metadata,
    _key("client_key"),
    _refers("dossier_id", "dossiers", nullable=False),
    _key("case"),
    PrimaryKeyConstraint("client_key", "dossier_id", "case"),
    Index("ix_dossier_clients_dossier_id", "dossier_id"),
)

documents = Table(
    "documents",
    metadata,
    _id(),
    _refers("mail_id", "mails"),
    _refers("dossier_id", "dossiers"),
    _key("case"),
    _words("file"),
    _key("sha256"),
    _key("kind"),
    _key("content_key"),
    Column("document", Packed(Document), nullable=False),
    Column("created_at", Instant),
    Index("ix_documents_mail_id", "mail_id"),
    Index("ix_documents_dossier_id", "dossier_id"),
    Index("ix_documents_sha256", "sha256"),
    Index("ix_documents_content_key", "content_key"),
)

entries = Table(
    "entries",
    metadata,
    _id(),
    Column("codes", Json(tuple[str, ...]), nullable=False),
    Column("messages", Json(tuple[str, ...]), nullable=False),
    _key("state"),
    Column("created_at", Instant, nullable=False),
    Column("received_at", Instant, nullable=False),
    _refers("mail_id", "mails"),
    _refers("dossier_id", "dossiers"),
    _key("case"),
    _key("step"),
    Column("actions", Json(tuple[str, ...]), nullable=False),
    Column("findings", Json(tuple[dict[str, Any], ...]), nullable=False),
    _words("subject"),
    _words("sender"),
    _words("industriel"),
    Column("order_at", Instant),
    Column("until", Date),
    Column("closed_at", Instant),
    _words("outcome"),
    Column("facts", Json(dict[str, Any]), nullable=False),
    Index("ix_entries_mail_id", "mail_id"),
    Index("ix_entries_dossier_id", "dossier_id"),
    Index("ix_entries_state", "state"),
)

outbox = Table(
    "outbox",
    metadata,
    _id(),
    Column("key", Key, nullable=False, unique=True),
    _key("message_id"),
    _key("template"),
    Column("to", Json(tuple[str, ...]), nullable=False),
    _words("subject"),
    _words("text"),
    _words("html"),
    Column("attachments", Json(tuple[AttachmentRef, ...]), nullable=False),
    Column("headers", Json(dict[str, str]), nullable=False),
    _key("state"),
    _key("role"),
    _refers("mail_id", "mails"),
    _refers("dossier_id", "dossiers"),
    _key("case"),
    _refers("entry_id", "entries"),
    Column("not_before", Instant),
    Column("created_at", Instant),
    Column("sent_at", Instant),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", Instant),
    _words("error"),
    Column("letter", Json(Letter)),
    Column("auto", Boolean, nullable=False),
    Column("saved_to_sent", Boolean, nullable=False),
    Column("claimed_at", Instant),
    Column("claimed_by", Key, nullable=False, server_default=""),  # the process that sends it
    Index("ix_outbox_message_id", "message_id"),
    Index("ix_outbox_sent_at", "sent_at"),
    Index("ix_outbox_mail_id", "mail_id"),
    Index("ix_outbox_dossier_id", "dossier_id"),
    Index("ix_outbox_entry_id", "entry_id"),
    Index("ix_outbox_state", "state", "saved_to_sent", "id"),
)

outbox_recipients = Table(
    "outbox_recipients",
    metadata,
    _key("address"),
    _refers("outbox_id", "outbox", nullable=False),
    PrimaryKeyConstraint("address", "outbox_id"),
    Index("ix_outbox_recipients_outbox_id", "outbox_id"),
)

history = Table(
    "history",
    metadata,
    _id(),
    Column("at", Instant, nullable=False),
    _words("actor"),
    _key("what"),
    Column("detail", Json(dict[str, Any]), nullable=False),
    _refers("dossier_id", "dossiers"),
    _key("case"),
    _refers("mail_id", "mails"),
    _refers("entry_id", "entries"),
    _refers("outbox_id", "outbox"),
    _key("salt"),  # empty once the detail was purged
    _key("digest"),  # of salt and detail; this is what the chain holds of them
    _key("chain"),
    Index("ix_history_dossier_id", "dossier_id"),
    Index("ix_history_mail_id", "mail_id"),
    Index("ix_history_entry_id", "entry_id"),
    Index("ix_history_outbox_id", "outbox_id"),  # SQLite looks here for every mail that is added
)

history_head = Table(
    "history_head",  # one row: where the history ends
    metadata,
    _id(),
    Column("rows", Integer, nullable=False),
    _key("chain"),
)

switches = Table("switches", metadata, Column("name", Key, primary_key=True), _words("value"))

jobs_done = Table(
    "jobs_done",
    metadata,
    _key("job"),
    _key("key"),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("job", "key"),
)

leases = Table(
    "leases",
    metadata,
    Column("name", Key, primary_key=True),
    _key("holder"),
    Column("until", Instant, nullable=False),
)

users = Table(
    "users",
    metadata,
    Column("name", Key, primary_key=True),
    _key("role"),
    _words("password"),  # argon2id's encoded hash
    Column("disabled", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", Key, primary_key=True),  # of the random id that only the browser has
    _key("user"),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    _key("csrf"),
    Column("data", Json(dict[str, Any]), nullable=False),
    Index("ix_sessions_user", "user"),
)

entry_holders = Table(
    "entry_holders",
    metadata,
    Column("entry_id", Integer, ForeignKey("entries.id"), primary_key=True),
    _key("owner"),  # who took it on; empty when nobody did
    _key("locked_by"),  # who has it open
    Column("locked_until", Instant),
    Index("ix_entry_holders_owner", "owner"),
)


def columns_of(table: Table, row: Any) -> list[Column[Any]]:
    """The table's columns in the order of the row's members, so that `row(*found)` makes one."""
    return [table.c[field.name] for field in fields(row)]


def values_of(row: Any) -> dict[str, Any]:
    """What a row says, by column, its id left out."""
    return {field.name: getattr(row, field.name) for field in fields(row) if field.name != "id"}
