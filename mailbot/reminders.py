"""The nightly run: who is reminded of which deadline, and INCERT's summary of the day.

At most one mail per Industriel and night that lists all its cases; never twice for one step of one deadline
and one of the configured days, even if the run is killed and started again. Source: process.md, « Calendar ».
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from mailbot.config import Config
from mailbot.daily_figures import DailyFigures
from mailbot.outbox import Cause, Outbox
from mailbot.ports import Clock, DossierRow, OutboxRow, Store
from rules.calendar import last_day, local_day
from rules.facts import Policy
from rules.trust import is_enrolled
from rules.types import Case, CaseLine, Dossier, Letter, PlannedMail, Step
from rules.workflow import INDUSTRIEL_IS_NEXT, gate_step

_AWAITED = {
    ("E", "ouvert"): "formulaire_1_ou_nda",
    ("L", "ouvert"): "formulaire_2",
    ("L", "acces_configure"): "formulaire_3",
    ("L", "complement_demande"): "complement",
    ("L", "tests_echoues"): "nouvel_envoi_tests",
    ("L", "a_renouveler"): "nouveaux_tests",
    ("R", "ouvert"): "formulaire_4",
}
_AES_WAITS_DAYS = 7  # AeS is asked again for a signature after a week, then weekly


@dataclass(frozen=True, slots=True)
class Reminder:
    """A mail that the night would send."""

    planned: PlannedMail
    dossier_id: int | None
    keys: tuple[str, ...]  # (job, key) claims that make it unique


class Reminders:
    """Finds and sends what is due on a day."""

    def __init__(self, store: Store, clock: Clock, config: Config, policy: Policy, outbox: Outbox) -> None:
        self._store = store
        self._clock = clock
        self._config = config
        self._policy = policy
        self._outbox = outbox

    def due(self) -> list[Reminder]:
        """Who would get what now. Changes nothing."""
        now = self._clock.now()
        rows = self._store.dossiers()
        reminders = [r for row in rows if (r := self._for_industriel(row, now)) is not None]
        to_aes = self._for_aes(rows, now)
        if to_aes is not None:
            reminders.append(to_aes)
        summary = self._summary(rows, now)
        if summary is not None:
            reminders.append(summary)
        return reminders

    def run(self) -> list[OutboxRow]:
        """Put what is due into the outbox, each reminder once."""
        added: list[OutboxRow] = []
        for reminder in self.due():
            with self._store.transaction():
                fresh = [k for k in reminder.keys if self._store.claim_once("reminder", k, self._clock.now())]
                if len(fresh) < len(reminder.keys):
                    continue
                cause = Cause(key="reminder:" + "|".join(reminder.keys), at=self._clock.now())
                added.append(self._outbox.add(reminder.planned, cause, reminder.dossier_id, "due"))
        return added

    def _for_industriel(self, row: DossierRow, now: datetime) -> Reminder | None:
        dossier = row.dossier
        if not dossier.email or self._written_to_lately(row.id, now):
            return None
        today = local_day(now)
        lines, keys = [], []
        for case in dossier.cases:
            line = self._line(dossier, case, today)
            if line is None or line.deadline is None:
                continue
            lines.append(line)
            key = f"{dossier.reference}/{case.name}:{line.step}:{line.deadline}:{line.days_left}"
            if line.days_left in self._config.reminders.days and not self._is_claimed(key):
                keys.append(key)
        if not keys:
            return None
        letter = Letter(
            language=dossier.language,
            reference=dossier.reference,
            industriel=dossier.name,
            deadline=min(line.deadline for line in lines if line.deadline),
            lines=tuple(sorted(lines, key=lambda line: line.deadline or date.max)),
        )
        planned = PlannedMail(
            template="rappel_echeance", role="industriel", address=dossier.email, letter=letter, reply=False
        )
        return Reminder(planned, row.id, tuple(keys))

    def _is_claimed(self, key: str) -> bool:
        return self._store.is_claimed("reminder", key)

    def _written_to_lately(self, dossier_id: int, now: datetime) -> bool:
        written = self._store.last_written_to(dossier_id)
        quiet = timedelta(hours=self._config.reminders.quiet_hours)
        return written is not None and timedelta(0) <= now - written < quiet

    def _line(self, dossier: Dossier, case: Case, today: date) -> CaseLine | None:
        """The case as a reminder tells it; None where the Industriel is not next, or nothing closes."""
        if case.state not in INDUSTRIEL_IS_NEXT[case.kind] or case.facts.get("kept"):
            return None
        if case.kind == "L" and not is_enrolled(dossier):
            return None
        step: Step | None = gate_step(case)
        if step is None:
            return None
        # Whoever still needs access has to hand in Formulaire 3 by the same day.
        closes = self._policy.calendar.closes("L3" if step == "L1" else step)
        if closes is None:
            return None
        deadline = last_day(closes)
        left = (deadline - today).days
        if left < 0:
            return None
        subject = " ".join(p for p in (case.fact("product"), case.fact("version"), case.fact("client")) if p)
        what = _AWAITED.get((case.kind, case.state), "formulaire_1_ou_nda")
        return CaseLine(
            case=case.name, step=step, what=what, subject=subject, deadline=deadline, days_left=left
        )

    def _for_aes(self, rows: Iterable[DossierRow], now: datetime) -> Reminder | None:
        """One mail to AeS that lists the NDAs that have waited for its signature for a week or more."""
        if not self._config.parties.aes_address:
            return None
        today = local_day(now)
        lines, keys = [], []
        for row in rows:
            case = row.dossier.case("E")
            if case is None or case.state != "chez_aes" or not case.fact("nda_sent_at"):
                continue
            since = local_day(datetime.fromisoformat(case.fact("nda_sent_at")))
            weeks = (today - since).days // _AES_WAITS_DAYS
            if weeks < 1:
                continue
            what = f"{row.dossier.reference} – {row.dossier.name}"
            lines.append(
                CaseLine(
                    case=row.dossier.reference, step="E3", what="nda_a_signer", subject=what, since=since
                )
            )
            key = f"{row.dossier.reference}/E:aes:{weeks}"
            if not self._is_claimed(key):
                keys.append(key)
        if not keys:
            return None
        letter = Letter(lines=tuple(lines))
        address = self._config.parties.aes_address
        planned = PlannedMail(template="rappel_partie", role="aes", address=address, letter=letter, reply=False)
        return Reminder(planned, None, tuple(keys))

    def _summary(self, rows: list[DossierRow], now: datetime) -> Reminder | None:
        """INCERT's summary, once a day."""
        address, today = self._config.parties.incert_address, local_day(now)
        key = f"summary:{today}"
        if not address or self._is_claimed(key):
            return None
        figures = self._figures(rows, now)
        lines = [line for row in rows for c in row.dossier.cases if (line := self._own_line(row, c, today))]
        letter = Letter(
            lines=tuple(sorted(lines, key=lambda line: line.deadline or date.max)[:50]),
            figures=figures.model_dump(mode="json"),
            received_at=now,
        )
        planned = PlannedMail(
            template="synthese_quotidienne", role="incert", address=address, letter=letter, reply=False
        )
        return Reminder(planned, None, (key,))

    def _own_line(self, row: DossierRow, case: Case, today: date) -> CaseLine | None:
        """What INCERT itself has to decide before a day: labelling ends on 30 September 2026."""
        if case.kind != "L" or case.state != "demande_complete":
            return None
        closes = self._policy.calendar.closes("L4")
        if closes is None:
            return None
        deadline = last_day(closes)
        return CaseLine(
            case=f"{row.dossier.reference}/{case.name}",
            step="L4",
            what="tests_a_verifier",
            subject=f"{case.fact('product')} {case.fact('version')}".strip(),
            deadline=deadline,
            days_left=(deadline - today).days,
        )

    def _figures(self, rows: list[DossierRow], now: datetime) -> DailyFigures:
        since = now - timedelta(days=1)
        entries = self._store.entries()
        reasons = Counter(code for entry in entries for code in entry.codes)
        return DailyFigures.model_validate(
            {
                "day": local_day(now),
                "received": self._store.count_received(since, now),
                "answered": self._store.count_sent(since, now),
                "queued": len(entries),
                "queued_by_reason": dict(reasons.most_common()),
                "oldest_waiting": min((e.received_at for e in entries), default=None),
                "dossiers": len(rows),
            }
        )
