"""All archived mail decided again with today's rules, in a store of its own, beside what was decided then.

Mails come in the order in which they came, staff act when they acted, and time goes with them; nothing leaves
and the real store is only read. What cannot be done again is said: mails that were purged, dossiers that were
imported, an action whose entry does not arise any more.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import Any

from mailbot.adapters.clock import FixedClock
from mailbot.adapters.files import FileStore
from mailbot.adapters.reference_key import reference_key
from mailbot.bootstrap import Service
from mailbot.errors import ArchiveDamaged, MailbotError
from mailbot.references import References
from mailbot.review import Request, Review
from mailbot.rows import RECEIVED, Arrival, EntryRow, HistoryRow, MailRow
from mailbot.store_port import Store

FOLDER = "replay"
_AT_ONCE = 1000
_FATES = ("decided", "recorded", "given_up")


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was thought of a mail at first. `held`: its answer waited for a person."""

    outcome: str
    templates: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()
    held: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """A mail that would be judged otherwise today."""

    mail: int
    received_at: datetime
    dossier: str
    before: Judgement
    after: Judgement


@dataclass(slots=True)
class Replayed:
    """What came of it: `compared` mails, those that differ, and what could not be done again, with why."""

    compared: int = 0
    differing: list[Difference] = field(default_factory=list)
    skipped: dict[int, str] = field(default_factory=dict)
    actions: int = 0
    refused: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def replay(service: Service, since: datetime | None = None) -> Replayed:
    """Decide all mail again; compared is what was received from `since` on."""
    with tempfile.TemporaryDirectory(prefix="mailbot-replay-") as folder:
        scratch = _scratch(service, Path(folder))
        try:
            return _Replay(service, scratch).run(since)
        finally:
            scratch.store.close()


class _SameReferences(References):
    """Gives each dossier the reference that it has: people write it into their mails."""

    wanted = ""

    def make(self, number: int) -> str:
        return self.wanted or super().make(number)

    def is_genuine(self, reference: str) -> bool:
        wanted, self.wanted = self.wanted, ""
        try:
            return super().is_genuine(reference)
        finally:
            self.wanted = wanted


def _scratch(service: Service, folder: Path) -> Service:
    from mailbot.adapters.store.sql import open_store

    store = service.config.store.model_copy(update={"files": folder / "files"})
    config = service.config.model_copy(update={"store": store})
    scratch = Service(
        config,
        FixedClock(service.clock.now()),
        lambda: open_store(f"sqlite:///{folder}/replay.db"),
        lambda: service.readers,
        service.make_mailbox,
        service.make_mailer,
    )
    scratch.archive = service.archive
    scratch.files = FileStore(folder / "files")
    return scratch


class _Replay:
    def __init__(self, service: Service, scratch: Service) -> None:
        self._real = service
        self._scratch = scratch
        self._done = Replayed()
        self._history = service.store.history()
        self._ids: dict[int, int] = {}  # of a mail in the real store -> in the scratch store
        self._imported = {row.dossier_id for row in self._history if row.what == "imported"}
        self._openers = {row.mail_id: row.dossier_id for row in self._history if row.what == "opened"}
        self._entered = {
            int(mail_id)
            for row in self._history
            if row.what == RECEIVED and row.actor != "mailbot"
            for mail_id in row.detail.get("mails", {})
        }

    def run(self, since: datetime | None) -> Replayed:
        scratch = self._scratch
        assert isinstance(scratch.clock, FixedClock)
        self._references = _SameReferences(reference_key(self._real.config, make=False))
        scratch.references = self._references
        for at, event in sorted(self._events(), key=lambda pair: pair[0]):
            scratch.clock.set(at)
            scratch.processing.run()
            event()
            self._all_leaves(at)
        scratch.clock.set(self._real.clock.now())
        scratch.processing.run()
        self._compare(since)
        return self._done

    def _events(self) -> Iterator[tuple[datetime, Callable[[], None]]]:
        latest = datetime.min.replace(tzinfo=self._real.clock.now().tzinfo)
        for mail_id in sorted(self._real.store.mails_by_id()):
            mail = self._real.store.mail(mail_id)
            latest = max(latest, mail.seen_at)  # in their order, whatever the clock did
            yield latest, partial(self._arrives, mail)
        for row in self._history:
            if row.what in Review.ACTIONS and row.entry_id is not None and "files" in row.detail:
                yield row.at, partial(self._acts, row)
            elif row.what in _FATES:
                yield row.at, _nothing  # what had settled then is decided before this
            elif row.what == "contact-added" and row.dossier_id is not None:
                yield row.at, partial(self._contacts, row.dossier_id)

    def _arrives(self, mail: MailRow) -> None:
        store = self._scratch.store
        purged = not self._real.archive.has(mail.sha256)
        arrival = Arrival(
            account=self._real.config.imap.account,
            folder=FOLDER,
            uidvalidity=1,
            uid=mail.id,
            sha256=mail.sha256,
            size=mail.size,
            received_at=mail.received_at,
            seen_at=mail.seen_at,
            message_id=mail.message_id,
            sender=mail.sender,
            subject=mail.subject,
            fingerprint=mail.fingerprint,
            direction=mail.direction,
            old=purged or mail.reason == "old",
        )
        with store.transaction():
            (row,) = store.record_arrivals([arrival])
        self._ids[mail.id] = row.id
        if purged:
            self._done.skipped[mail.id] = "it is not in the archive any more"
        elif mail.dossier_id in self._imported:
            self._done.skipped[mail.id] = "its dossier was imported"
        opened = self._openers.get(mail.id)
        self._references.wanted = self._reference(opened) if opened else ""
        if mail.id in self._entered and not purged:
            self._enters(mail, row)
        else:
            self._scratch.processing.run()
        self._references.wanted = ""

    def _enters(self, mail: MailRow, row: MailRow) -> None:
        reading = self._scratch.readers.read_mail(self._real.archive.get(mail.sha256))
        known = self._scratch.store.dossier_by_reference(self._reference(mail.dossier_id))
        self._scratch.processing.enter(row, reading, known)

    def _acts(self, row: HistoryRow) -> None:
        """Staff do again what they did, if the entry arose again."""
        self._done.actions += 1
        try:
            entry = self._entry_like(self._real.store.entry(row.entry_id or 0))
            if entry is None:
                raise MailbotError("there is no such entry")
            self._scratch.review.act(entry.id, self._request(row))
        except (MailbotError, ArchiveDamaged) as error:
            self._done.refused.append(f"{row.at.isoformat()} {row.what}: {error}")

    def _request(self, row: HistoryRow) -> Request:
        said = row.detail
        names, digests = said.get("files", ()), said.get("digests", ())
        files = zip(names, digests, strict=False)
        return Request(
            action=row.what,
            by=row.actor,
            note=str(said.get("note", "")),
            set={str(key): str(value) for key, value in said.get("set", {}).items()},
            document=said.get("document"),
            kind=str(said.get("kind", "")),
            dossier=str(said.get("dossier", "")),
            files=tuple((str(name), self._real.files.get(str(digest))) for name, digest in files),
        )

    def _entry_like(self, entry: EntryRow) -> EntryRow | None:
        store = self._scratch.store
        row = store.dossier_by_reference(self._reference(entry.dossier_id)) if entry.dossier_id else None
        if "manual_task" in entry.codes and row is not None:
            return store.entry_of_task(row.id, entry.case, entry.step)
        mine = self._ids.get(entry.mail_id or 0)
        found = [e for e in store.entries_of_mail(mine) if set(e.codes) & set(entry.codes)] if mine else []
        return min(found, key=attrgetter("id"), default=None)

    def _contacts(self, dossier_id: int) -> None:
        known = self._scratch.store.dossier_by_reference(self._reference(dossier_id))
        if known is not None:
            contacts = self._real.store.dossier(dossier_id).dossier.contacts
            changed = known.dossier.model_copy(update={"contacts": contacts})
            with self._scratch.store.transaction():
                self._scratch.store.save_dossier(replace(known, dossier=changed))

    def _all_leaves(self, at: datetime) -> None:
        """What is due counts as sent: caps, quiet times and threads depend on it."""
        store = self._scratch.store
        with store.transaction():
            for row in store.claim_due(at, _AT_ONCE):
                store.update_outbox(row.id, state="sent", sent_at=at, saved_to_sent=True)

    def _reference(self, dossier_id: int | None) -> str:
        return self._real.store.dossier(dossier_id).dossier.reference if dossier_id else ""

    def _compare(self, since: datetime | None) -> None:
        then, now = _judgements(self._real.store), _judgements(self._scratch.store)
        for mail_id, before in sorted(then.items()):
            mail = self._real.store.mail(mail_id)
            if mail_id in self._done.skipped or (since is not None and mail.received_at < since):
                continue
            self._done.compared += 1
            after = now.get(self._ids.get(mail_id, 0), Judgement("undecided"))
            if after != before:
                reference = self._reference(mail.dossier_id)
                self._done.differing.append(Difference(mail_id, mail.received_at, reference, before, after))


def _nothing() -> None:
    return None


def _judgements(store: Store) -> dict[int, Judgement]:
    """Mail -> what was first thought of it."""
    found: dict[int, Judgement] = {}
    for row in store.history():
        if row.what not in _FATES:
            continue
        outcome = {"recorded": "record", "given_up": "failed"}.get(row.what) or str(row.detail.get("outcome"))
        judged = Judgement(
            outcome,
            tuple(row.detail.get("mails", ())),
            tuple(sorted(row.detail.get("exceptions", ()))),
            bool(row.detail.get("held", False)),
        )
        for mail_id in {row.mail_id, *row.detail.get("mails_decided", ())} - {None}:
            found.setdefault(int(mail_id or 0), judged)
    return found
