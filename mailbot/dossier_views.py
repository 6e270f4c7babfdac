"""Dossiers as the command line and the web app show them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mailbot.queue_views import entry_line
from mailbot.rows import DossierRow
from mailbot.store_port import Store
from rules.types import Case, Dossier
from rules.workflow import gate_step

CSV_COLUMNS = (
    "reference",
    "industriel",
    "matricule",
    "email",
    "code_prestataire",
    "vague_1",
    "case",
    "state",
    "product",
    "version",
    "client",
    "created_at",
)


def dossier_line(row: DossierRow) -> dict[str, Any]:
    """One object of `dossier list --json`; an overview row is enough."""
    dossier = row.dossier
    return {
        "reference": dossier.reference,
        "industriel": dossier.name or None,
        "email": dossier.email or None,
        "contacts": list(dossier.contacts),
        "code_prestataire": dossier.code_prestataire or None,
        "vague_1": dossier.vague_1,
        "language": dossier.language,
        "created_at": row.created_at.isoformat(),
        "cases": [case_line(dossier, case) for case in dossier.cases],
    }


def case_line(dossier: Dossier, case: Case) -> dict[str, Any]:
    """A case, with the step whose documents it waits for, if any."""
    return {
        "case": f"{dossier.reference}/{case.name}",
        "kind": case.kind,
        "state": case.state,
        "step": gate_step(case),
        "facts": {key: value for key, value in case.facts.items() if not key.endswith("_key")},
    }


def csv_lines(row: DossierRow) -> Iterator[list[str]]:
    """A line per case, so that a spreadsheet can filter by state; one line where there is no case yet."""
    d = row.dossier
    head = [d.reference, d.name, d.registered.get("matricule", ""), d.email, d.code_prestataire]
    head.append("oui" if d.vague_1 else "non")
    at = row.created_at.isoformat()
    for case in d.cases:
        facts = [case.fact("product"), case.fact("version"), case.fact("client")]
        yield [*head, case.name, case.state, *facts, at]
    if not d.cases:
        yield [*head, "", "", "", "", "", at]


def dossier_details(store: Store, row: DossierRow) -> dict[str, Any]:
    """The object of `dossier show --json`."""
    dossier = row.dossier
    cases = [
        case_line(dossier, case)
        | {
            "documents": [
                {
                    "file": e.document.file,
                    "kind": e.kind,
                    "received_at": e.received_at.isoformat(),
                    "from": e.sender,
                    "signature": e.document.signature.status,
                    "mail": e.mail_id,
                    "document": e.id,
                }
                for e in case.exhibits
            ]
        }
        for case in dossier.cases
    ]
    return dossier_line(row) | {
        "registered": dict(dossier.registered),
        "cases": cases,
        "mails": [
            {
                "id": mail.id,
                "received_at": mail.received_at.isoformat(),
                "direction": mail.direction,
                "from": mail.sender,
                "subject": mail.subject,
                "message_id": mail.message_id,
                "state": mail.state,
                "reason": mail.reason,
            }
            for mail in store.mails_of_dossier(row.id)
        ],
        "outbox": [
            {
                "id": out.id,
                "template": out.template,
                "to": ", ".join(out.to),
                "subject": out.subject,
                "state": out.state,
                "created_at": out.created_at.isoformat() if out.created_at else None,
                "sent_at": out.sent_at.isoformat() if out.sent_at else None,
                "attachments": [attachment.name for attachment in out.attachments],
                "error": out.error or None,
            }
            for out in store.outbox_of_dossier(row.id)
        ],
        "queue": [
            entry_line(store, entry, dossier.reference)
            for entry in store.entries(open_only=False, dossier_id=row.id)
        ],
        "history": [
            {"at": h.at.isoformat(), "actor": h.actor, "what": h.what, "case": h.case, "detail": h.detail}
            for h in store.history(dossier_id=row.id)
        ],
    }
