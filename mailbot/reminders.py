"""The nightly run: who is reminded of which deadline, and INCERT's summary of the day.

At most one mail per Industriel and night that lists all its cases; never twice for one step of one deadline
and one of the configured days, even if the run is killed and started again. Source: process.md, « Calendar ».
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from mailbot.config import Config
from mailbot.outbox import Cause, Outbox
from mailbot.ports import Clock
from mailbot.rows import DossierRow, OutboxRow
from mailbot.store_port import Store
from mailbot.summary import Summary
from rules.awaited import awaited_lines
from rules.calendar import local_day
from rules.facts import Policy
from rules.types import CaseLine, Letter, PlannedMail

_JOB = "reminder"
_LAST_RUN = "reminders:last_run"
_AES_WAITS_DAYS = 7  # AeS is asked again for a signature after a week, then weekly
_ALL = 1_000_000
_AT_ONCE = 20
_PUT_OFF_DAYS = 3  # so long a reminder may be late that gave way to another mail of the last 48 hours


@dataclass(frozen=True, slots=True)
class Reminder:
    """A mail that the night would send. `keys`: what it claims for ever; `about`: whom it is for."""

    planned: PlannedMail
    dossier_id: int | None
    keys: tuple[str, ...]
    about: str


class Reminders:
    """Finds and sends what is due on a day."""

    def __init__(self, store: Store, clock: Clock, config: Config, policy: Policy, outbox: Outbox) -> None:
        self._store = store
        self._clock = clock
        self._config = config
        self._policy = policy
        self._outbox = outbox
        self._last_run: date | None = None

    def due(self) -> list[Reminder]:
        """Who would get what now. Changes nothing."""
        now = self._clock.now()
        last_run = self._store.switch(_LAST_RUN)
        self._last_run = date.fromisoformat(last_run) if last_run else None
        rows = self._store.dossier_overviews()
        with_staff, undecided = self._cases_with_staff(), self._undecided()
        found = [
            self._for_industriel(row, now, with_staff[row.id])
            for row in rows
            if row.id not in undecided and row.dossier.email.casefold() not in undecided
        ]
        found += [self._for_aes(rows, now), self._summary(rows, now)]
        return [reminder for reminder in found if reminder is not None]

    def run(self) -> list[OutboxRow]:
        """Put what is due into the outbox, each reminder once."""
        added: list[OutboxRow] = []
        now = self._clock.now()
        due = self.due()
        for start in range(0, len(due), _AT_ONCE):  # others write in between
            with self._store.transaction():
                added += [row for r in due[start : start + _AT_ONCE] if (row := self._add(r, now))]
        with self._store.transaction():
            self._store.set_switch(_LAST_RUN, local_day(now).isoformat())
        return added

    def _add(self, reminder: Reminder, now: datetime) -> OutboxRow | None:
        """The reminder with all that it claims; None where another run was first."""
        if not [key for key in reminder.keys if self._store.claim_once(_JOB, key, now)]:
            return None
        cause = Cause(key=f"reminder:{reminder.about}:{local_day(now)}", at=now)
        return self._outbox.add(reminder.planned, cause, reminder.dossier_id, "due")

    def _cases_with_staff(self) -> defaultdict[int, set[str]]:
        """Dossier -> its cases in which an answer waits for a person, so that the Industriel is not next."""
        found: defaultdict[int, set[str]] = defaultdict(set)
        for entry in self._store.entries():
            if entry.dossier_id is not None and entry.facts.get("held"):
                found[entry.dossier_id].add(entry.case)
        return found

    def _undecided(self) -> set[int | str]:
        """Dossiers and addresses of mails that nobody has decided yet: what is awaited may be among them."""
        far = datetime.max.replace(tzinfo=UTC)
        found: set[int | str] = set()
        for state in ("archived", "waiting"):
            for mail in self._store.mails_in_state(state, far, _ALL):
                found.add(mail.dossier_id or mail.sender.casefold())
        for entry in self._store.entries():
            if "processing_failed" in entry.codes:
                found.add(entry.dossier_id or entry.sender.casefold())
        return found

    def _for_industriel(self, row: DossierRow, now: datetime, with_staff: set[str]) -> Reminder | None:
        dossier, today = row.dossier, local_day(now)
        if not dossier.email:
            return None
        lines = awaited_lines(dossier, self._policy.calendar, today, with_staff)
        keys = [key for line in lines if (key := self._key(dossier.reference, line, today))]
        if not keys or self._written_to_lately(row.id, now):
            return None
        letter = Letter(
            language=dossier.language,
            reference=dossier.reference,
            industriel=dossier.name,
            deadline=lines[0].deadline,
            lines=tuple(line.model_copy(update={"since": None}) for line in lines),
        )
        planned = PlannedMail(
            template="rappel_echeance", role="industriel", address=dossier.email, letter=letter, reply=False
        )
        return Reminder(planned, row.id, tuple(keys), dossier.reference)

    def _key(self, reference: str, line: CaseLine, today: date) -> str:
        """The claim of the configured day that was reached last, empty where nothing is due for it.

        A day that a missed run left out is caught up; one on which the case did not wait yet is not.
        """
        stages = [days for days in self._config.reminders.days if days >= (line.days_left or 0)]
        if not stages or line.deadline is None:
            return ""
        reached = line.deadline - timedelta(days=min(stages))
        if line.since is not None and reached < line.since:
            return ""
        missed = self._last_run is not None and reached > self._last_run
        if not missed and (today - reached).days > _PUT_OFF_DAYS:
            return ""
        key = f"{reference}/{line.case}:{line.step}:{line.deadline}:{min(stages)}"
        return "" if self._is_claimed(key) else key

    def _is_claimed(self, key: str) -> bool:
        return self._store.is_claimed(_JOB, key)

    def _written_to_lately(self, dossier_id: int, now: datetime) -> bool:
        written = self._store.last_written_to(dossier_id)
        quiet = timedelta(hours=self._config.reminders.quiet_hours)
        return written is not None and timedelta(0) <= now - written < quiet

    def _for_aes(self, rows: Iterable[DossierRow], now: datetime) -> Reminder | None:
        """One mail to AeS that lists the NDAs that have waited for its signature for a week or more."""
        address, today = self._config.parties.aes_address, local_day(now)
        lines, keys = [], []
        for row in rows:
            case = row.dossier.case("E")
            if case is None or case.state != "chez_aes" or not case.fact("nda_sent_at"):
                continue
            since = local_day(datetime.fromisoformat(case.fact("nda_sent_at")))
            weeks = (today - since).days // _AES_WAITS_DAYS
            if weeks < 1:
                continue
            reference = row.dossier.reference
            name = row.dossier.name
            lines.append(CaseLine(case=reference, step="E3", what="nda_a_signer", subject=name, since=since))
            key = f"{reference}/E:aes:{since}:{weeks}"
            if not self._is_claimed(key):
                keys.append(key)
        if not keys or not address:
            return None
        planned = PlannedMail(
            template="rappel_partie",
            role="aes",
            address=address,
            letter=Letter(lines=tuple(lines)),
            reply=False,
        )
        return Reminder(planned, None, tuple(keys), "aes")

    def _summary(self, rows: list[DossierRow], now: datetime) -> Reminder | None:
        """INCERT's summary, once a day."""
        address, key = self._config.parties.incert_address, f"summary:{local_day(now)}"
        if not address or self._is_claimed(key):
            return None
        letter = Summary(self._store, self._policy.calendar).letter(rows, now)
        planned = PlannedMail(
            template="synthese_quotidienne", role="incert", address=address, letter=letter, reply=False
        )
        return Reminder(planned, None, (key,), "summary")
