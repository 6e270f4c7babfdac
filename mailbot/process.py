"""The way through: archived mails are read, put to their dossier, and decided once the dossier has settled.

Works on archived ids, never on a live mail, so that a crash loses nothing and any mail can be decided again.
"""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from threading import Lock
from typing import Any

from mailbot.adapters.clock import SystemClock
from mailbot.config import Config
from mailbot.consider import Considering, Read, content_key
from mailbot.departure import prove
from mailbot.errors import (
    ReadingFailed,
    ScannerUnreachable,
    StaleDossier,
    StoreUnreachable,
    Unreachable,
)
from mailbot.logs import logger
from mailbot.machine_mail import file_machine_mail
from mailbot.outbox import Cause
from mailbot.ports import Archive, Clock, Readers
from mailbot.quarantine import quarantine_entry
from mailbot.record import About, Recorder
from mailbot.references import References
from mailbot.rows import DossierRow, HistoryRow, Lane, MailRow
from mailbot.store_port import Store
from parsers.types import MailReading
from rules.names import name_key
from rules.take_up import take_up
from rules.types import Case, Dossier, Submission

log = logger(__name__)
ENTERED = "entered"  # by staff, who know where it came from
_BATCH = 50
_TRIES = 3
_LONGEST_WAIT = 3  # times settle_minutes, so that a mail every few minutes cannot put an answer off for ever


@dataclass(frozen=True, slots=True)
class Processed:
    """What one pass did."""

    read: int = 0
    decided: int = 0
    failed: int = 0
    set_aside: int = 0  # for the slow lane


class Processing:
    """Reads and decides what is archived."""

    def __init__(
        self,
        store: Store,
        archive: Archive,
        readers: Readers,
        clock: Clock,
        config: Config,
        considering: Considering,
        recorder: Recorder,
        references: References,
        *,
        slow_readers: Readers | None = None,
        holder: str = "",
    ) -> None:
        self._store = store
        self._slow_readers = slow_readers or readers
        self._holder = holder
        self._deciding = Lock()
        self._archive = archive
        self._readers = readers
        self._clock = clock
        self._config = config
        self._considering = considering
        self._recorder = recorder
        self._references = references

    def run(self, stopping: Callable[[], bool] = lambda: False) -> Processed:
        """Read everything that is archived and decide everything that has settled, unless told to stop.

        Raises ScannerUnreachable when mails had to wait for the virus scanner; the rest is done then.
        """
        became: Counter[str] = Counter()
        try:
            while mails := self._claim(None):
                became += self._read_all(mails, None, stopping)
                if stopping():
                    return Processed(read=became["read"], failed=became["failed"])
            self.file_sent()
        except ScannerUnreachable:
            self.decide_settled()
            raise
        return Processed(read=became["read"], decided=self.decide_settled(), failed=became["failed"])

    def run_lane(self, lane: Lane, stopping: Callable[[], bool] = lambda: False) -> Processed:
        """Read the next mails of that lane, and decide everything that has settled.

        May run for both lanes at the same time, and in several processes that share the store. Raises
        ScannerUnreachable as `run` does.
        """
        became: Counter[str] = Counter()
        try:
            if mails := self._claim(lane):
                became = self._read_all(mails, lane, stopping)
        except ScannerUnreachable:
            self.decide_settled()
            raise
        return Processed(became["read"], self.decide_settled(), became["failed"], became["set_aside"])

    def _claim(self, lane: Lane | None) -> list[MailRow]:
        """The next mails to read; few at a time where others could read them too."""
        reading = self._config.reading
        limit = 2 * reading.workers if self._store.is_shared else reading.batch
        alive = SystemClock().now()
        return self._store.claim_mails(self._holder, lane, self._clock.now(), alive, limit)

    def _read_all(
        self, mails: Sequence[MailRow], lane: Lane | None, stopping: Callable[[], bool]
    ) -> Counter[str]:
        """What became of them. Mails of one sender are read in their order, others side by side."""
        by_sender: dict[str, list[MailRow]] = {}
        for mail in mails:
            by_sender.setdefault(mail.sender, []).append(mail)

        def read(some: Sequence[MailRow]) -> Counter[str]:
            return Counter(self._guarded(mail, lane) for mail in some if not stopping())

        workers = self._config.reading.workers if lane == "" else 1
        if workers == 1 or len(by_sender) == 1:
            became = read(mails)
        else:
            with ThreadPoolExecutor(workers, thread_name_prefix="reading") as pool:
                became = sum(pool.map(read, by_sender.values()), Counter())
        if stopping():
            self._store.release_mails(self._holder)
        return became

    def file_sent(self) -> None:
        """What staff wrote by hand belongs to the dossier of its reference, thread or recipient."""
        while mails := self._store.sent_unfiled(_BATCH):
            for mail in mails:
                ours = self._store.outbox_by_message_ids([mail.message_id] if mail.message_id else [])
                for row in ours:
                    prove(self._store, row, "sent_folder", self._clock.now())
                # The copy of a mail of ours need not be read: the outbox knows what it is about.
                known = next((row.dossier_id for row in ours if row.dossier_id), None)
                dossier_id, filed = (known, "sent:filed") if known else self._dossier_of_sent(mail)
                with self._store.transaction():
                    self._store.update_mail(mail.id, reason=filed, dossier_id=dossier_id)
                    self._tell(mail, "filed", {"from": "Sent"}, dossier_id)

    def _dossier_of_sent(self, mail: MailRow) -> tuple[int | None, str]:
        """The dossier that a mail of staff's is about, and how that was found out."""
        try:
            reading = self._readers.read_mail(self._archive.get(mail.sha256))
            return self._considering.dossier_of_sent(reading.message), "sent:filed"
        except Unreachable:
            raise  # nothing is wrong with this mail: the next pass reads it
        except Exception as error:  # noqa: BLE001 - one poison mail must not stop the others
            log.warning("sent_mail_not_read", mail=mail.id, **_where(error))
            return None, "sent:unreadable"

    def _guarded(self, mail: MailRow, lane: Lane | None) -> str:
        """Read one mail and say what became of it; whatever that is, the next one is read."""
        try:
            return "read" if self._read(mail, lane) else "set_aside"
        except (ScannerUnreachable, StoreUnreachable):
            raise  # nothing is wrong with the mail: it waits, and no try is counted
        except Exception as error:  # noqa: BLE001 - one poison mail must not stop the others: it is quarantined
            log.error("mail_not_processed", mail=mail.id, **_where(error))
            self._retry_or_quarantine(mail, error)
            return "failed"

    def _retry_or_quarantine(self, mail: MailRow, error: Exception) -> None:
        attempts = mail.attempts + 1
        if attempts >= _TRIES or isinstance(error, ReadingFailed):
            self._quarantine(mail, error)
            return
        with self._store.transaction():
            later = self._clock.now() + timedelta(minutes=2**attempts)
            self._store.update_mail(mail.id, attempts=attempts, next_attempt_at=later, claimed_by="")

    def _quarantine(self, mail: MailRow, error: Exception) -> None:
        """Give up on the mail, not on the person: it stands in the queue, and the archive has it."""
        entry = quarantine_entry(mail, error, self._clock.now())
        with self._store.transaction():
            self._store.update_mail(
                mail.id, state="failed", attempts=mail.attempts + 1, reason=entry.codes[0]
            )
            self._tell(mail, "given_up", {"error": type(error).__name__}, mail.dossier_id)
            self._store.open_entry(entry)

    # Reading

    def _read(self, mail: MailRow, lane: Lane | None) -> bool:
        """False when the mail was left to the slow lane."""
        raw = self._archive.get(mail.sha256)
        if lane == "":
            quick = self._readers.read_quickly(raw)
            if quick is None:
                with self._store.transaction():
                    if self._store.holds_mail(mail.id, self._holder):
                        self._store.update_mail(mail.id, lane="slow", claimed_by="")
                return False
            reading = quick
        else:
            reading = (self._slow_readers if lane else self._readers).read_mail(raw)
        self._file(mail, reading)
        return True

    def _file(self, mail: MailRow, reading: MailReading) -> None:
        """Put the mail to its dossier, where it waits for its decision."""
        message = reading.message
        with self._store.transaction():
            if not self._store.holds_mail(mail.id, self._holder):
                return  # it took so long that another process was given it
            mark = self._considering.mark(message)
            if self._considering.is_for_nobody(reading, mark):
                file_machine_mail(self._store, mail, reading, mark, self._clock.now())
                return
            content = content_key(reading)
            found = self._considering.identify(reading)
            row = found.row
            earlier = self._considering.same_content(reading, mail.id, row)
            if earlier is not None:
                self._store.update_mail(
                    mail.id,
                    state="recorded",
                    reason=f"same_content:{earlier.id}",
                    dossier_id=earlier.dossier_id,
                    content_key=content,
                    reading=reading,
                )
                self._tell(mail, "recorded", {"same_content": earlier.id}, earlier.dossier_id)
                return
            if row is None and self._considering.opens_dossier(reading):
                row = self._open_dossier(Read(reading, mail.received_at, mail.id, mail.sha256))
            dossier_id = row.id if row else None
            self._considering.remember_authentication(message)
            self._store.add_documents(mail.id, dossier_id, reading.documents)
            settle = timedelta(minutes=self._config.automation.settle_minutes)
            # A mail that waited in the mailbox while mailbot was down has waited already.
            start = min(mail.received_at, mail.seen_at)
            self._store.update_mail(
                mail.id,
                state="waiting",
                dossier_id=dossier_id,
                decide_at=start + settle if dossier_id else self._clock.now(),
                reading=_with_documents_elsewhere(reading),
                content_key=content,
                reason="contested" if found.contested else "",
            )

    def _tell(self, mail: MailRow, what: str, detail: dict[str, Any], dossier_id: int | None) -> None:
        """A line of history about a mail that no rule had to decide."""
        row = HistoryRow(0, self._clock.now(), "mailbot", what, detail, dossier_id, mail_id=mail.id)
        self._store.add_history(row)

    def _open_dossier(self, read: Read) -> DossierRow:
        """A new dossier with its reference; its case opens with the decision."""
        dossier = self._considering.opened(read)
        number = self._store.next_number()
        dossier = dossier.model_copy(update={"reference": self._references.make(number)})
        row = self._store.new_dossier(
            dossier, self._clock.now(), name_key=name_key(dossier.name), number=number
        )
        self._store.add_history(
            HistoryRow(
                id=0,
                at=self._clock.now(),
                actor="mailbot",
                what="opened",
                detail={},
                dossier_id=row.id,
                mail_id=read.mail_id,
            )
        )
        return row

    def enter(self, mail: MailRow, reading: MailReading, row: DossierRow | None) -> None:
        """A mail that staff made of documents which came another way: for that dossier, decided at once."""
        with self._store.transaction():
            if mail.state != "archived":
                return  # the same files were entered before
            if row is None:
                row = self._open_dossier(Read(reading, mail.received_at, mail.id, mail.sha256))
            self._store.add_documents(mail.id, row.id, reading.documents)
            self._store.update_mail(
                mail.id,
                state="waiting",
                reason=ENTERED,
                dossier_id=row.id,
                decide_at=self._clock.now(),
                reading=_with_documents_elsewhere(reading),
                content_key=content_key(reading),
            )
        self._guarded_decision([self._store.mail(mail.id)])

    # Deciding

    def decide_settled(self) -> int:
        """Decide the waiting mails of every dossier that has settled; returns how many mails that were."""
        with self._deciding:
            return self._decide_settled()

    def _decide_settled(self) -> int:
        now = self._clock.now()
        waiting = self._store.mails_to_decide(now)
        slow = self._store.senders_in_lane("slow") if waiting else set()
        done = 0
        by_dossier: dict[int | None, list[MailRow]] = {}
        for mail in waiting:
            by_dossier.setdefault(mail.dossier_id, []).append(mail)
        for dossier_id, mails in by_dossier.items():
            if dossier_id is None:
                for mail in mails:
                    done += self._guarded_decision([mail])
            elif now >= self._settled_at(mails, more_to_come=any(m.sender in slow for m in mails)):
                for _, same_sender in groupby(mails, key=lambda m: m.sender):
                    done += self._guarded_decision(list(same_sender))
        return done

    def _settled_at(self, mails: Sequence[MailRow], *, more_to_come: bool) -> datetime:
        """When the dossier's answer may leave; `more_to_come`: the writer's next mail is being read."""
        times = [m.decide_at or m.received_at for m in mails]
        settle = timedelta(minutes=self._config.automation.settle_minutes)
        latest = min(times) + _LONGEST_WAIT * settle
        return latest if more_to_come else min(max(times), latest)

    def _guarded_decision(self, mails: list[MailRow]) -> int:
        try:
            return len(mails) if self._decide(mails) else 0
        except (StaleDossier, Unreachable) as error:
            log.warning("decision_put_off", mails=[m.id for m in mails], error=type(error).__name__)
            return 0  # nothing was stored: the next pass decides
        except Exception as error:  # noqa: BLE001 - a rule or template that fails costs these mails only
            log.error("mail_not_decided", mails=[m.id for m in mails], **_where(error))
            for mail in mails:
                self._quarantine(mail, error)
            return 0

    def _decide(self, mails: list[MailRow]) -> bool:
        """False when another process decides, or has decided, some of them."""
        last = mails[-1]
        with self._store.transaction():
            if not self._store.lock_waiting([m.id for m in mails]):
                return False
            row = self._store.dossier(last.dossier_id) if last.dossier_id else None
            reads = [self.read_again(m) for m in mails]
            contested = any(m.reason == "contested" for m in mails)
            submission = self._considering.submission(
                reads, row.dossier if row else None, contested=contested
            )
            decision = self._considering.decide(row.dossier if row else None, submission, last.dossier_id)
            cause = Cause(
                key=self._key(last),
                at=self._clock.now(),
                mail_id=last.id,
                message=reads[-1].reading.message,
            )
            about = About(cause, submission, tuple(m.id for m in mails))
            self._recorder.record(row, decision, about)
            known = decision.dossier or (row.dossier if row else None)
            if known is not None and _keeps(known):
                self.take_up_kept(last.dossier_id, cause)
            for mail in mails:
                self._store.update_mail(mail.id, state="decided", reason=decision.outcome)
        log.info("mail_decided", mail=last.id, outcome=decision.outcome, held=decision.held)
        return True

    def take_up_kept(self, dossier_id: int | None, cause: Cause, actor: str = "mailbot") -> None:
        """Decide documents that came too early and whose turn has come with what was just recorded."""
        row = self._store.dossier(dossier_id) if dossier_id else None
        kept = _keeps(row.dossier) if row else []
        if row is None or not kept:
            return
        precedents = self._considering.precedents([e for c in kept for e in c.exhibits], row.id)
        for decision in take_up(row.dossier, self._considering.policy, precedents):
            case = next((c for c in kept if c.name == decision.case), None)
            mail_ids = tuple(dict.fromkeys(e.mail_id for e in case.exhibits if e.mail_id)) if case else ()
            own = Cause(key=f"{cause.key}:{decision.case}", at=cause.at)
            self._recorder.record(self._store.dossier(row.id), decision, About(own, None, mail_ids, actor))

    def _key(self, mail: MailRow) -> str:
        """One answer per mail, unless a person asked for it to be read and answered anew."""
        again = len(self._store.history(mail_id=mail.id, what="reprocess"))
        return f"mail:{mail.id}" + (f":{again}" if again else "")

    def read_again(self, mail: MailRow) -> Read:
        """The stored reading of a mail, with the documents as people corrected them."""
        stored = self._store.mail(mail.id)
        if stored.reading is None:
            raise ReadingFailed("never_read", f"mail {mail.id} was never read")
        documents = self._store.documents_of_mail(mail.id)
        reading = stored.reading.model_copy(update={"documents": tuple(d.document for d in documents)})
        return Read(reading, stored.received_at, stored.id, stored.sha256, tuple(d.id for d in documents))

    def read_afresh(self, mail: MailRow) -> None:
        """Forget what was read of the mail, so that the next pass reads it again from the archive."""
        self._store.forget_documents(mail.id)
        self._store.update_mail(
            mail.id,
            state="archived",
            attempts=0,
            claimed_by="",
            next_attempt_at=None,
            decide_at=None,
            reason="",
            content_key="",
        )

    def open_dossier_for(self, mail: MailRow) -> DossierRow:
        """A dossier of its own for a mail that a person put there."""
        return self._open_dossier(self.read_again(mail))

    def submission_of(self, mails: Sequence[MailRow], row: DossierRow | None) -> Submission:
        """The submission that these mails make, as it would be decided now."""
        return self._considering.submission([self.read_again(m) for m in mails], row.dossier if row else None)


def _keeps(dossier: Dossier) -> list[Case]:
    """Its cases that hold documents which came too early."""
    return [case for case in dossier.cases if case.facts.get("kept")]


def _with_documents_elsewhere(reading: MailReading) -> MailReading:
    """As it is stored with a mail whose documents stand in their own table: they may be corrected there."""
    return reading.model_copy(update={"documents": ()})


def _where(error: Exception) -> dict[str, str]:
    """What broke and where in the code. Not the message: it may quote what is personal."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return {"error": type(error).__name__, "at": f"{Path(frame.filename).name}:{frame.lineno}"}
