"""Step U: the requirements changed. Every enrolled Industriel gets its own new documentation, once.

To the registered e-mail only, one mail each; labelled versions stand as « à renouveler » from then on.
One whose renewal is under way begins it anew: its tests were made against what no longer holds.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from mailbot.bootstrap import Service
from mailbot.errors import UsageError
from mailbot.given_files import note_given
from mailbot.outbox import Cause
from mailbot.rows import DossierRow, HistoryRow
from rules.calendar import last_day
from rules.trust import is_enrolled
from rules.types import AttachmentRef, Case, CaseLine, Dossier, Letter, PlannedMail
from rules.workflow import advance, holds_label

Files = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Announced:
    """What became of one dossier: `state` is sent, again (was told before) or lacking (no documentation)."""

    reference: str
    to: str
    state: str
    renewed: tuple[str, ...] = ()


def announce(
    service: Service, note: str, folder: Path, *, by: str = "", system_user: str = "", dry_run: bool = False
) -> list[Announced]:
    """Tell everybody. The same note is told to each Industriel once. Raises UsageError."""
    if not note.strip():
        raise UsageError("--note: say what changed")
    rows = [row for row in service.store.dossiers() if is_enrolled(row.dossier)]
    documents = _documents(folder, {row.dossier.reference for row in rows})
    digest = hashlib.sha256(" ".join(note.split()).encode()).hexdigest()[:16]
    return [_tell(service, row, note, digest, documents, by, system_user, dry_run) for row in rows]


def _documents(folder: Path, references: set[str]) -> dict[str, Files]:
    """Reference -> its files. A folder that fits no enrolled Industriel stops everything."""
    if not folder.is_dir():
        raise UsageError(f"--attach-dir {folder}: expected a folder")
    found: dict[str, Files] = {}
    for place in sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith(".")):
        if place.name not in references:
            raise UsageError(
                f"{place}: no enrolled Industriel has the reference {place.name}; nothing was sent"
            )
        files = sorted(p for p in place.iterdir() if p.is_file() and not p.name.startswith("."))
        found[place.name] = tuple((p.name, p.read_bytes()) for p in files)
    return found


def _tell(
    service: Service,
    row: DossierRow,
    note: str,
    digest: str,
    documents: dict[str, Files],
    by: str,
    system_user: str,
    dry_run: bool,
) -> Announced:
    dossier = row.dossier
    labelled = [c for c in dossier.of_kind("L") if holds_label(c)]
    names = tuple(case.name for case in labelled)
    files = documents.get(dossier.reference, ())
    key = f"{digest}:{dossier.reference}"
    if service.store.is_claimed("announce", key):
        return Announced(dossier.reference, dossier.email, "again", names)
    if not files or not dossier.email:
        return Announced(dossier.reference, dossier.email, "lacking", names)
    if dry_run:
        return Announced(dossier.reference, dossier.email, "sent", names)
    attachments = tuple(
        AttachmentRef(ref=f"file:{service.files.put(data)}", name=name, class_="technical_documentation")
        for name, data in files
    )
    now = service.clock.now()
    with service.store.transaction():
        if not service.store.claim_once("announce", key, now):
            return Announced(dossier.reference, dossier.email, "again", names)
        changed = dossier
        for case in labelled:
            _end_tasks(service, row, case.name, now)
            changed = changed.with_case(advance(case, "requirements_changed", changed_at=now.isoformat()))
        for attachment in attachments:
            note_given(service.store, row.id, attachment.ref.partition(":")[2], by, now)
        if changed != dossier:
            row = service.store.save_dossier(replace(row, dossier=changed))
        planned = PlannedMail(
            template="mise_a_jour_exigences",
            role="industriel",
            address=dossier.email,
            letter=_letter(service, dossier, labelled, note, tuple(name for name, _ in files)),
            attachments=attachments,
            reply=False,
        )
        cause = Cause(key=f"announce:{key}", at=now, by_staff=True)
        service.outbox.add(planned, cause, row.id, "due")
        said = {"system_user": system_user} if system_user else {}
        for name in names or ("",):
            _history(service, row, name, by, {"note": note} | said)
    return Announced(dossier.reference, dossier.email, "sent", names)


def _end_tasks(service: Service, row: DossierRow, case: str, now: datetime) -> None:
    """What staff were to decide about documents that are asked for anew."""
    for step in ("L4", "L5"):
        task = service.store.entry_of_task(row.id, case, step)
        if task is not None:
            service.store.update_entry(task.id, state="closed", closed_at=now, outcome="superseded")


def _letter(
    service: Service, dossier: Dossier, labelled: list[Case], note: str, files: tuple[str, ...]
) -> Letter:
    closes = service.policy.calendar.closes("L3")
    deadline = last_day(closes) if closes and service.clock.now() < closes else None
    lines = tuple(
        CaseLine(
            case=case.name,
            step="L3",
            what="nouveaux_tests",
            subject=f"{case.fact('product')} {case.fact('version')}".strip(),
            deadline=deadline,
        )
        for case in labelled
    )
    return Letter(
        language=dossier.language,
        reference=dossier.reference,
        step="U",
        industriel=dossier.name,
        note=note,
        attachments=files,
        lines=lines,
        deadline=deadline,
    )


def _history(service: Service, row: DossierRow, case: str, by: str, detail: dict[str, Any]) -> None:
    service.store.add_history(
        HistoryRow(
            id=0,
            at=service.clock.now(),
            actor=by or "staff",
            what="requirements_changed",
            detail=detail,
            dossier_id=row.id,
            case=case,
        )
    )
