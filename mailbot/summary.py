"""INCERT's summary of a day: what came in and went out, what waits and since when, deadlines, oddities."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from mailbot.daily_figures import DailyFigures, Deadline
from mailbot.reconcile import last_reconciliation
from mailbot.rows import DossierRow, EntryRow
from mailbot.store_port import Store
from rules.calendar import Calendar, last_day, local_day
from rules.types import CaseLine, Letter, Step

_LINES = 50
_WAITS_LONG_DAYS = 5
_AT_AES_LONG_DAYS = 30
_TASKS: dict[str, str] = {
    "C": "changement_a_decider",
    "E4": "enrolement_a_valider",
    "L2": "acces_a_configurer",
    "L4": "tests_a_verifier",
    "L5": "attestation_a_enregistrer",
    "R2": "raccordement_a_verifier",
}
_ODD = {
    "bounce": "courriel(s) revenu(s) sans être remis",
    "delivery_failed": "courriel(s) que le serveur a refusé(s)",
    "delivery_uncertain": "courriel(s) dont l'envoi est incertain",
    "loop_suspected": "échange(s) automatique(s) soupçonné(s)",
    "processing_failed": "courriel(s) non traité(s)",
    "virus": "fichier(s) écarté(s) pour cause de virus",
}


class Summary:
    """Makes the letter of `synthese_quotidienne`."""

    def __init__(self, store: Store, calendar: Calendar) -> None:
        self._store = store
        self._calendar = calendar

    def letter(self, rows: Sequence[DossierRow], now: datetime) -> Letter:
        """`rows`: overviews of all dossiers."""
        today, since = local_day(now), now - timedelta(days=1)
        entries, head = self._store.entries(), self._store.audit_head()
        figures = DailyFigures(
            day=today,
            received=self._store.count_received(since, now),
            answered=self._store.count_sent(since, now),
            queued=len(entries),
            queued_by_reason=dict(Counter(code for e in entries for code in e.codes).most_common()),
            oldest_waiting=min((e.received_at for e in entries), default=None),
            dossiers=len(rows),
            deadlines=tuple(self._deadlines(today)),
            odd=tuple(self._odd(rows, entries, now)),
            reconciliation=tuple(self._reconciliation(now)),
            audit_rows=head.rows,
            audit_head=head.chain,
        )
        references = {row.id: row.dossier.reference for row in rows}
        lines = [self._line(entry, references, today) for entry in entries]
        return Letter(lines=tuple(lines[:_LINES]), figures=figures.model_dump(mode="json"), received_at=now)

    def _line(self, entry: EntryRow, references: dict[int, str], today: date) -> CaseLine:
        """An entry of the queue: what has to be done, for whom, since when, and by when."""
        is_task = "manual_task" in entry.codes and entry.step in _TASKS
        reference = references.get(entry.dossier_id or 0, "")
        closes = self._calendar.closes("L4") if is_task and entry.step == "L4" else None
        deadline = last_day(closes) if closes else None
        step: Step = (
            "Q"
            if not entry.step
            else CaseLine.model_validate({"case": "", "step": entry.step, "what": ""}).step
        )
        return CaseLine(
            case="/".join(part for part in (reference, entry.case) if part),
            entry=entry.id,
            step=step,
            what=_TASKS[entry.step] if is_task else "entree_a_traiter",
            subject=" – ".join(part for part in (entry.industriel, entry.subject) if part),
            deadline=deadline,
            days_left=(deadline - today).days if deadline else None,
            since=local_day(entry.received_at),
        )

    def _deadlines(self, today: date) -> Iterator[Deadline]:
        """The dates that close something and lie ahead, INCERT's own too."""
        dates = (d for d in self._calendar.dates if d.effect == "closes" and d.last_day)
        for found in sorted(dates, key=lambda d: d.last_day or date.max):
            if found.last_day is not None and found.last_day >= today:
                left = (found.last_day - today).days
                yield Deadline(label=found.label, day=found.last_day, days_left=left)

    def _reconciliation(self, now: datetime) -> Iterator[str]:
        """The newest comparison, if it is of this day."""
        found = last_reconciliation(self._store)
        if found is not None and now - found.at < timedelta(days=1):
            yield from found.said
        elif found is not None:
            yield f"Dernier rapprochement : le {local_day(found.at):%d/%m/%Y}."

    def _odd(self, rows: Sequence[DossierRow], entries: Sequence[EntryRow], now: datetime) -> Iterator[str]:
        if self._store.switch("hold"):
            yield "L'envoi est suspendu (« mailbot resume » le reprend)."
        codes = Counter(code for entry in entries for code in entry.codes)
        for code, said in _ODD.items():
            if codes[code]:
                yield f"{codes[code]} {said}."
        long = sum(1 for e in entries if now - e.received_at > timedelta(days=_WAITS_LONG_DAYS))
        if long:
            yield f"{long} entrée(s) attendent une personne depuis plus de {_WAITS_LONG_DAYS} jours."
        for row in rows:
            case = row.dossier.case("E")
            sent = case.fact("nda_sent_at") if case and case.state == "chez_aes" else ""
            if sent and now - datetime.fromisoformat(sent) > timedelta(days=_AT_AES_LONG_DAYS):
                yield (
                    f"{row.dossier.reference} : le NDA est chez l'AeS depuis le "
                    f"{local_day(datetime.fromisoformat(sent)):%d/%m/%Y}."
                )
