"""Figures for Prometheus: what the store counts, and what the loops measured. No personal data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from mailbot.bootstrap import Service
from mailbot.breaker import HELD, HOLD
from mailbot.errors import StoreUnreachable
from mailbot.monitoring.troubles import Troubles, expiry
from mailbot.monitoring.vitals import Vitals
from mailbot.reconcile import last_reconciliation

FAR_BACK = timedelta(days=36_500)


class Figures(Collector):
    """Asks the store at every scrape: the same figures whichever process counts, and after a restart."""

    def __init__(self, service: Service, vitals: Vitals, troubles: Troubles) -> None:
        self._service = service
        self._vitals = vitals
        self._troubles = troubles

    def collect(self) -> Iterator[Metric]:
        now = self._service.clock.now()
        yield from self._signs(now)
        try:
            found = [*self._from_store(now)]
        except StoreUnreachable:
            found = []
        yield _gauge("mailbot_store_up", "1: the store can be used", 1 if found else 0)
        yield from found

    def _signs(self, now: datetime) -> Iterator[Metric]:
        vitals = self._vitals
        yield _gauge("mailbot_working", "1: holds the lease; 0: stands by", vitals.started_at is not None)
        yield _gauge("mailbot_last_poll_timestamp_seconds", "The last whole look", _at(vitals.last_poll))
        yield _gauge("mailbot_mailbox_up", "1: the mailbox answers", vitals.mailbox_failed_since is None)
        yield _gauge("mailbot_smtp_up", "1: the SMTP server takes mail", vitals.smtp_failed_since is None)
        yield _gauge("mailbot_web_up", "1: the web app runs", vitals.web_failed_since is None)
        yield _gauge("mailbot_stuck_loops", "Loops that say nothing any more", len(vitals.stuck()))
        yield _gauge("mailbot_disk_free_bytes", "Free where the archive grows", self._troubles.disk_free())
        yield _gauge(
            "mailbot_token_expiry_timestamp_seconds",
            "End of the access token",
            _at(expiry(self._service.config)),
        )

    def _from_store(self, now: datetime) -> Iterator[Metric]:
        store = self._service.store
        counts = store.count_by_state()
        received, sent = store.count_received(now - FAR_BACK, now), store.count_sent(now - FAR_BACK, now)
        yield _counter("mailbot_mails_received", "Mails that came in", received)
        yield _counter("mailbot_mails_sent", "Mails that left", sent)
        yield _by("mailbot_mails", "Mails by state", "state", counts["mails"])
        yield _by("mailbot_outbox", "Outgoing mails by state", "state", counts["outbox"])
        entries = store.entries()
        reasons = Counter(code for entry in entries for code in entry.codes)
        yield _by("mailbot_queue", "What waits for a person, by reason", "code", reasons)
        yield _gauge("mailbot_queue_entries", "What waits for a person", len(entries))
        oldest = min((entry.received_at for entry in entries), default=now)
        yield _gauge(
            "mailbot_queue_oldest_seconds", "Age of the oldest entry", (now - oldest).total_seconds()
        )
        yield _gauge("mailbot_on_hold", "1: all sending is held", store.switch(HOLD) == HELD)
        yield from self._reconciled()
        yield _counter("mailbot_audit_rows", "Rows of the audit trail", store.audit_head().rows)
        active = {trouble.name: 1 for trouble in self._troubles.now()}
        yield _by("mailbot_trouble", "1: something has to be seen to", "name", active)

    def _reconciled(self) -> Iterator[Metric]:
        found = last_reconciliation(self._service.store)
        at = found.at if found else None
        yield _gauge("mailbot_reconciliation_timestamp_seconds", "The last reconciliation", _at(at))
        gaps = {gap.kind: gap.number for gap in found.gaps} if found else {}
        yield _by("mailbot_reconciliation_gaps", "What it found, by kind", "kind", gaps)


def exposition(registry: CollectorRegistry) -> bytes:
    """All of them in Prometheus' text format."""
    return generate_latest(registry)


def _gauge(name: str, says: str, value: float) -> Metric:
    return GaugeMetricFamily(name, says, value=float(value))


def _counter(name: str, says: str, value: float) -> Metric:
    return CounterMetricFamily(name, says, value=float(value))


def _by(name: str, says: str, label: str, values: Mapping[Any, int]) -> Metric:
    family = GaugeMetricFamily(name, says, labels=[label])
    for key, value in sorted(values.items(), key=lambda item: str(item[0])):
        family.add_metric([str(key)], value)
    return family


def _at(moment: datetime | None) -> float:
    """Seconds since the epoch; NaN says that there is none."""
    return moment.timestamp() if moment is not None else float("nan")
