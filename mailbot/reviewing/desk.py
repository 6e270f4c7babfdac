"""What every action on an entry needs: the parts of the service, and where the entry's things are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailbot.adapters.files import FileStore
from mailbot.config import Config
from mailbot.consider import Considering
from mailbot.errors import UnknownReference
from mailbot.given_files import note_given
from mailbot.outbox import Cause, Outbox
from mailbot.ports import Clock
from mailbot.process import Processing
from mailbot.record import Recorder
from mailbot.rows import DossierRow, EntryRow, MailRow, OutboxRow
from mailbot.store_port import Store
from rules.types import AttachmentRef


@dataclass(frozen=True, slots=True)
class Desk:
    """The reviewer's desk."""

    store: Store
    clock: Clock
    config: Config
    considering: Considering
    processing: Processing
    recorder: Recorder
    outbox: Outbox
    files: FileStore

    def row(self, entry: EntryRow) -> DossierRow | None:
        """The entry's dossier, if it has one."""
        return self.store.dossier(entry.dossier_id) if entry.dossier_id else None

    def dossier(self, reference: str) -> DossierRow:
        """The dossier of that reference. Raises UnknownReference."""
        row = self.store.dossier_by_reference(reference.upper())
        if row is None:
            raise UnknownReference(f"no dossier has the reference {reference}")
        return row

    def mails(self, entry: EntryRow) -> list[MailRow]:
        """The mails that were decided together in this entry."""
        ids = entry.facts.get("mails") or ([entry.mail_id] if entry.mail_id else [])
        return [self.store.mail(int(mail_id)) for mail_id in ids]

    def cause(self, entry: EntryRow, action: str, mail: MailRow | None) -> Cause:
        """Why a mail leaves that this action causes; another one each time."""
        done = len(self.store.history(entry_id=entry.id))
        return Cause(
            key=f"entry:{entry.id}:{action}:{done}",
            at=self.clock.now(),
            mail_id=mail.id if mail else None,
            entry_id=entry.id,
            by_staff=True,
        )

    def stored(
        self, files: Sequence[tuple[str, bytes]], dossier_id: int | None, by: str
    ) -> list[AttachmentRef]:
        """Files of a person's, kept, as attachments; they may leave in that dossier only."""
        found = []
        for name, data in files:
            digest = self.files.put(data)
            found.append(AttachmentRef(ref=f"file:{digest}", name=name, class_="staff_file"))
            if dossier_id is not None:
                note_given(self.store, dossier_id, digest, by, self.clock.now())
        return found

    def withdraw_drafts(self, entry: EntryRow) -> None:
        """Nobody shall send the entry's drafts any more."""
        for row in self.store.outbox_of_entry(entry.id):
            if row.state == "draft":
                self.store.update_outbox(row.id, state="cancelled")

    def mails_about(self, entry: EntryRow) -> list[OutboxRow]:
        """All mails that the entry or its dossier ever caused."""
        rows = {r.id: r for r in self.store.outbox_of_entry(entry.id)}
        if entry.dossier_id:
            rows |= {r.id: r for r in self.store.outbox_of_dossier(entry.dossier_id)}
        return list(rows.values())
