"""From the mailbox to the archive and the ledger. Nothing is looked into, nothing is answered here.

The order is what matters: a mail's bytes are on disk and its ledger row is committed before anything is
changed on the server. Whatever dies in between, the next pass goes on from the ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from mailbot.errors import MailboxRefused
from mailbot.fingerprint import outline
from mailbot.mail_ports import FetchedMail, FolderState, Mailbox
from mailbot.ports import Archive, Clock
from mailbot.rows import RECEIVED, Arrival, HistoryRow, LedgerRow, MailRow
from mailbot.store_port import Store

RECORD_ONLY_FLAGS = frozenset({"\\sent", "\\drafts", "\\junk", "\\trash", "\\all"})
LOOK_BACK = 1_000  # UIDs before the last pass: a server may show mails in another order than it numbers them
LONGEST_GAP = 10_000  # UIDs: beyond that a server has jumped, and nobody moved so many mails
CLOCK_SKEW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class IntakeReport:
    """What one pass did. `gaps` are sentences about mails that were there and could not be had."""

    new: int = 0
    copies: int = 0
    sent: int = 0
    handled: int = 0
    found_elsewhere: int = 0
    gaps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Compared:
    """How the mailbox stands to the ledger. `lacking`: mails that are there and were never taken in.

    Mails that wait in the inbox for the next pass are not lacking.
    """

    present: int = 0
    waiting: int = 0
    lacking: int = 0
    sent_read_at: datetime | None = None  # when the Sent folder was looked through last


@dataclass(slots=True)
class _Count:
    new: int = 0
    copies: int = 0
    sent: int = 0
    handled: int = 0
    found_elsewhere: int = 0
    gaps: list[str] = field(default_factory=list)

    def report(self) -> IntakeReport:
        return IntakeReport(
            self.new, self.copies, self.sent, self.handled, self.found_elsewhere, tuple(self.gaps)
        )


class Intake:
    """The way in. `once` is one pass; it may be repeated and interrupted at any point."""

    def __init__(
        self,
        mailbox: Mailbox,
        store: Store,
        archive: Archive,
        clock: Clock,
        *,
        answer_from: datetime | None = None,
        progress: Callable[[], None] = lambda: None,
    ) -> None:
        self._mailbox = mailbox
        self._store = store
        self._archive = archive
        self._clock = clock
        self._answer_from = answer_from
        self.progress = progress  # called with every batch

    def once(self, *, whole: bool = False) -> IntakeReport:
        """Take in all that is new. With `whole`, all of the mailbox is compared with the ledger (nightly).

        Raises MailboxUnreachable when the connection is lost (what was recorded until then stays) and
        StoreUnreachable when the disk or the database gives out (then the server was not touched).
        """
        count = _Count()
        self._inbox(count, whole)
        self._sent_folder(count, whole)
        if whole:
            self._processed_folder(count)
        return count.report()

    def compare(self, after: IntakeReport | None = None) -> Compared:
        """Count what the mailbox has and the ledger has not; changes nothing on either side.

        `after`: the report of a pass just done over the whole mailbox. Without one, what lies in the
        processed folder is not counted: our own moves are known there only after such a pass.
        Raises MailboxUnreachable.
        """
        inbox, processed = self._mailbox.inbox(), self._mailbox.processed_folder()
        there = {folder.name for folder in self._mailbox.folders()}
        present = waiting = lacking = 0
        for name in dict.fromkeys((inbox, processed)):
            if name is None or (name != inbox and name not in there):
                continue
            state = self._mailbox.open(name, readonly=True)
            uids = self._mailbox.uids()
            known = self._known(state)
            unknown = sum(1 for uid in uids if uid not in known) if state.uidvalidity else 0
            present += len(uids)
            if name == inbox:
                waiting = unknown
            elif after is not None:
                lacking += unknown
        sent, read_at = self._mailbox.sent_folder(), None
        if sent is not None and sent in there:
            last = self._last_pass(self._mailbox.open(sent, readonly=True))
            read_at = last[1] if last else None
        return Compared(present, waiting, lacking + len(after.gaps if after else ()), read_at)

    def _inbox(self, count: _Count, whole: bool) -> None:
        state = self._mailbox.open(self._mailbox.inbox())
        if not whole and self._unchanged(state) and not self._unhandled(state):
            return
        first = 1 if whole else self._first(state)
        known = self._known(state, first)
        present = self._mailbox.uids(first)
        fetched = self._take(state, [uid for uid in present if uid not in known], count)
        missing = [uid for uid in present if uid not in known and uid not in fetched]
        still_there: list[int] = []
        if missing:
            still_there = sorted(set(missing) & set(self._mailbox.uids(first)))
            retried = self._take(state, still_there, count) if still_there else set()
            fetched |= retried
            still_there = [uid for uid in still_there if uid not in retried]
        if still_there:
            count.gaps.append(
                f"{state.name}: the server does not hand out {_uids(still_there)}, though they are there"
            )
        self._put_aside(state, first, set(present) | fetched, count)
        vanished = [uid for uid in missing if uid not in fetched and uid not in still_there]
        vanished += self._never_seen(state, known | set(present) | fetched)
        if vanished:
            self._look_elsewhere(state, sorted(set(vanished)), count)
        if not still_there:
            self._remember(state, present)

    def _first(self, state: FolderState) -> int:
        """The first UID that has to be looked at: what is older was, in the last pass or in the night's."""
        last = self._last_pass(state)
        return max(last[0] - LOOK_BACK, 1) if last and state.uidvalidity else 1

    def _known(self, state: FolderState, first: int = 1) -> set[int]:
        """The UIDs that the ledger has; none where the server cannot promise that they keep their meaning."""
        if not state.uidvalidity:
            return set()
        return self._store.known_uids(self._mailbox.account, state.name, state.uidvalidity, first)

    def _take(
        self,
        state: FolderState,
        uids: Sequence[int],
        count: _Count,
        *,
        direction: Literal["in", "sent"] = "in",
        not_before: datetime | None = None,
        elsewhere: bool = False,
    ) -> set[int]:
        """Fetch, archive and record those mails, batch by batch. Returns the UIDs that came."""
        came: set[int] = set()
        for batch in self._mailbox.fetch(uids):
            came.update(mail.uid for mail in batch)
            wanted = [m for m in batch if not_before is None or self._received(m) >= not_before]
            self._record(state, wanted, count, direction, elsewhere=elsewhere)
            del batch, wanted  # before the next one is fetched: two at a time would be twice as much
        return came

    def _record(
        self,
        state: FolderState,
        batch: Iterable[FetchedMail],
        count: _Count,
        direction: Literal["in", "sent"],
        *,
        elsewhere: bool,
    ) -> None:
        arrivals = [self._arrival(state, mail, direction) for mail in batch]
        if not arrivals:
            self.progress()
            return
        with self._store.transaction():
            seen = self._store.known_mails([a.sha256 for a in arrivals])
            rows = self._store.record_arrivals(arrivals)
            self._tell(arrivals, rows, seen)
        for arrival, row in zip(arrivals, rows, strict=True):
            if direction == "sent":
                count.sent += arrival.sha256 not in seen
            elif arrival.sha256 in seen or row.reason.startswith("copy:"):
                count.copies += 1
            else:
                count.new += 1
                count.found_elsewhere += elsewhere
            seen.add(arrival.sha256)
        self.progress()

    def _tell(self, arrivals: Sequence[Arrival], rows: Sequence[MailRow], known: set[str]) -> None:
        """One line of history for the new mails of a batch: what came, by its digest."""
        came = {str(r.id): a.sha256 for a, r in zip(arrivals, rows, strict=True) if a.sha256 not in known}
        if came:
            self._store.add_history(HistoryRow(0, self._clock.now(), "mailbot", RECEIVED, {"mails": came}))

    def _arrival(self, state: FolderState, mail: FetchedMail, direction: Literal["in", "sent"]) -> Arrival:
        sha256 = self._archive.put(mail.raw)
        seen = outline(mail.raw)
        received_at = self._received(mail)
        return Arrival(
            account=self._mailbox.account,
            folder=state.name,
            uidvalidity=state.uidvalidity,
            uid=mail.uid,
            sha256=sha256,
            size=len(mail.raw),
            received_at=received_at,
            seen_at=self._clock.now(),
            message_id=seen.message_id,
            sender=seen.sender,
            subject=seen.subject,
            fingerprint=seen.fingerprint,
            direction=direction,
            old=self._answer_from is not None and received_at < self._answer_from,
        )

    def _received(self, mail: FetchedMail) -> datetime:
        """When the mailbox received it; where the server does not know, that is now."""
        return mail.received_at or self._clock.now()

    def _put_aside(self, state: FolderState, first: int, present: set[int], count: _Count) -> None:
        """Move or flag what is recorded and not handled yet, leftovers of a pass that died included.

        present: the UIDs that are there, from `first` on.
        """
        while rows := self._unhandled(state):
            if rows[0].uid < first:
                first = rows[0].uid
                present = present | set(self._mailbox.uids(first))
            here = [row.uid for row in rows if row.uid in present]
            try:
                if here:
                    self._mailbox.put_aside(here)
            except MailboxRefused as error:  # they are safe, and processed; the next pass tries again
                count.gaps.append(f"{state.name}: {_uids(here)} cannot be moved or flagged: {error}")
                self._mark_handled([row for row in rows if row.uid not in present])
                return
            self._mark_handled(rows)
            count.handled += len(here)

    def _mark_handled(self, rows: Sequence[LedgerRow]) -> None:
        if rows:
            with self._store.transaction():
                self._store.mark_handled([row.id for row in rows])

    def _unhandled(self, state: FolderState) -> list[LedgerRow]:
        return self._store.unhandled(self._mailbox.account, state.name, state.uidvalidity)

    # Reconciling

    def _never_seen(self, state: FolderState, accounted: set[int]) -> list[int]:
        """UIDs that were given out since the last pass and are neither there nor in the ledger."""
        last = self._last_pass(state)
        if last is None or not state.uidvalidity:
            return []
        first = max(last[0], state.uidnext - LONGEST_GAP)
        return [uid for uid in range(first, state.uidnext) if uid not in accounted]

    def _look_elsewhere(self, state: FolderState, vanished: list[int], count: _Count) -> None:
        """A colleague may have moved them before they were read: a move keeps bytes and date of arrival."""
        last = self._last_pass(state)
        since = (last[1] if last else self._clock.now() - timedelta(days=1)) - CLOCK_SKEW
        before = count.found_elsewhere
        skip = {state.name, self._mailbox.processed_folder(), self._mailbox.sent_folder()}
        for folder in self._mailbox.folders():
            if folder.name in skip or folder.flags & RECORD_ONLY_FLAGS:
                continue
            other = self._mailbox.open(folder.name, readonly=True)
            there = self._mailbox.since(_day_before(since))
            known = self._known(other, there[0]) if there else set()
            recent = [uid for uid in there if uid not in known]
            self._take(other, recent, count, not_before=since, elsewhere=True)
            self._leave(other)
        lost = len(vanished) - (count.found_elsewhere - before)
        if lost > 0:
            count.gaps.append(
                f"{state.name}: {lost} of {_uids(vanished)} were taken away before they were read, "
                "and are in no other folder that is looked into"
            )

    def _leave(self, state: FolderState) -> None:
        """What stands in a folder that is not ours to tidy stays there."""
        while rows := self._unhandled(state):
            self._mark_handled(rows)

    def _processed_folder(self, count: _Count) -> None:
        """What a person put there without our having seen it; our own moves are known by their content."""
        name = self._mailbox.processed_folder()
        if name is None or all(folder.name != name for folder in self._mailbox.folders()):
            return
        state = self._mailbox.open(name, readonly=True)
        known = self._known(state)
        self._take(state, [u for u in self._mailbox.uids() if u not in known], count, elsewhere=True)
        self._leave(state)

    def _sent_folder(self, count: _Count, whole: bool) -> None:
        """What staff sent by hand: recorded, never moved. Older than `answer_from` is not of interest."""
        name = self._mailbox.sent_folder()
        if name is None or name == self._mailbox.inbox():
            return
        state = self._mailbox.open(name, readonly=True)
        if not whole and self._unchanged(state):
            return
        first = 1 if whole else self._first(state)
        known = self._known(state, first)
        start = self._answer_from
        uids = self._mailbox.uids(first) if start is None else self._mailbox.since(_day_before(start), first)
        self._take(state, [uid for uid in uids if uid not in known], count, direction="sent")
        self._leave(state)
        self._remember(state, uids)

    def _last_pass(self, state: FolderState) -> tuple[int, datetime] | None:
        """Where the last pass over this folder ended: the next UID then, and when that was."""
        value = self._store.switch(self._switch(state)).split(" ")
        if len(value) != 3 or value[0] != str(state.uidvalidity):
            return None
        return int(value[1]), datetime.fromisoformat(value[2])

    def _unchanged(self, state: FolderState) -> bool:
        """Whether no mail can have come since the last pass, as the server's next UID shows."""
        last = self._last_pass(state)
        return bool(last and state.uidvalidity and state.uidnext and last[0] == state.uidnext)

    def _remember(self, state: FolderState, present: Sequence[int]) -> None:
        uidnext = max([state.uidnext, *(uid + 1 for uid in present[-1:])])
        with self._store.transaction():
            now = self._clock.now().isoformat()
            self._store.set_switch(self._switch(state), f"{state.uidvalidity} {uidnext} {now}")

    def _switch(self, state: FolderState) -> str:
        return f"pass:{self._mailbox.account}:{state.name}"


def _day_before(instant: datetime) -> date:
    """IMAP's SINCE compares days in the server's own zone."""
    return (instant.astimezone(UTC) - timedelta(days=1)).date()


def _uids(uids: Sequence[int]) -> str:
    shown = ", ".join(str(uid) for uid in uids[:10])
    return f"UID {shown}{' …' if len(uids) > 10 else ''}"
