"""Proof that a mail left whose fate was not known: a copy in the Sent folder, a bounce, a delivery notice.

That none of them is there proves nothing: then the entry stays, and a person decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from mailbot.errors import UnknownReference
from mailbot.masking import masked
from mailbot.rows import HistoryRow, OutboxRow
from mailbot.store_port import Store
from parsers.machine import Bounce, DeliveryNotice

Proof = Literal["sent_folder", "bounce", "delivery_notice"]


def mails_reported(
    store: Store, report: Bounce | DeliveryNotice, references: Sequence[str]
) -> list[OutboxRow]:
    """The mail of ours that a report is about: by its Message-ID, its ENVID, or the address that it names.

    An ENVID is a plain number that anybody could write: the address has to fit as well.
    """
    ids = [i for i in (report.original_message_id, *references) if i]
    found = store.outbox_by_message_ids(ids)
    if found or report.envelope_id:
        return found or _by_envelope_id(store, report)
    if isinstance(report, DeliveryNotice):
        return []
    return [row for to in report.recipients if (row := store.last_sent_to(to)) is not None]


def _by_envelope_id(store: Store, report: Bounce | DeliveryNotice) -> list[OutboxRow]:
    try:
        row = store.outbox(int(report.envelope_id[:18]))
    except (ValueError, UnknownReference):
        return []
    return [row] if {to.casefold() for to in row.to} & set(report.recipients) else []


def prove(store: Store, row: OutboxRow, proof: Proof, at: datetime) -> None:
    """Note that the mail left, and close the entry in which a person was asked. Nothing else is touched."""
    if row.state != "uncertain":
        return
    saved = {"saved_to_sent": True, **masked(row)} if proof == "sent_folder" else {}
    with store.transaction():
        store.update_outbox(row.id, state="sent", sent_at=at, error="", **saved)
        store.add_history(
            HistoryRow(
                id=0,
                at=at,
                actor="mailbot",
                what="mail_sent",
                detail={"template": row.template, "message_id": row.message_id, "proof": proof},
                dossier_id=row.dossier_id,
                case=row.case,
                mail_id=row.mail_id,
                entry_id=row.entry_id,
                outbox_id=row.id,
            )
        )
        for entry in store.entries(dossier_id=row.dossier_id):
            if entry.facts.get("outbox_id") == row.id and "delivery_uncertain" in entry.codes:
                store.update_entry(entry.id, state="closed", closed_at=at, outcome=f"left:{proof}")
