"""Imported dossiers, stored: each with its reference, its tasks in the queue, and a line in its history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mailbot.bootstrap import Service
from mailbot.importing import task_of
from mailbot.record import ANYTIME
from mailbot.rows import DossierRow, EntryRow, HistoryRow
from rules.names import name_key
from rules.types import Case, Dossier


def known_already(service: Service, dossier: Dossier) -> DossierRow | None:
    """The dossier that stands there for that matricule."""
    found = service.store.find_dossiers(matricule=dossier.registered.get("matricule", ""))
    return found[0] if found else None


def take_over(service: Service, dossiers: Sequence[Dossier]) -> list[str]:
    """Store them in one transaction; returns their references."""
    store, now = service.store, service.clock.now()
    references: list[str] = []
    with store.transaction():
        for dossier in dossiers:
            reference = service.references.make(store.next_number())
            whole = dossier.model_copy(update={"reference": reference})
            row = store.new_dossier(whole, now, name_key=name_key(whole.name))
            store.add_history(HistoryRow(0, now, "import", "imported", {}, dossier_id=row.id))
            for case in whole.cases:
                _open_task(service, row, case, now)
            references.append(reference)
    return references


def _open_task(service: Service, row: DossierRow, case: Case, now: datetime) -> None:
    task = task_of(case)
    if task is None:
        return
    complete_at = case.fact("complete_at")
    order_at = datetime.fromisoformat(complete_at) if complete_at and task["step"] == "L4" else None
    service.store.open_entry(
        EntryRow(
            id=0,
            codes=("manual_task",),
            messages=(task["message"],),
            state="open",
            created_at=now,
            received_at=order_at or now,
            dossier_id=row.id,
            case=case.name,
            step=task["step"],
            actions=(*task["actions"], *ANYTIME),
            industriel=row.dossier.name,
            order_at=order_at,
        )
    )
