"""The vital signs of the running service, written by its loops and read by whoever watches it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from prometheus_client import CollectorRegistry, Histogram

Loop = Literal["intake", "processing", "slow lane", "delivery", "copies", "recovery"]
Stage = Literal["poll", "processing", "sending"]
LONGEST_SILENCE_SECONDS: Mapping[Loop, float] = {
    "intake": 900,
    "processing": 900,
    "slow lane": 900,
    "delivery": 900,
    "copies": 900,
    "recovery": 900,
}
_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)


@dataclass
class Vitals:
    """For several threads: every sign is one assignment. Times of failures are when they began.

    `monotonic`: seconds that only ever grow, so that a changed clock makes nobody seem stuck.
    """

    monotonic: Callable[[], float] = time.monotonic
    started_at: datetime | None = None  # since then the service works: the lease is its own
    standing_by_for: str = ""
    last_poll: datetime | None = None
    mailbox_failed_since: datetime | None = None
    smtp_failed_since: datetime | None = None
    scanner_failed_since: datetime | None = None
    web_failed_since: datetime | None = None
    idle_seconds: float = 0  # how long the intake may say nothing, because it waits for the server
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)

    def __post_init__(self) -> None:
        self._beats: dict[Loop, float] = {}
        self._lock = threading.Lock()
        self._durations = Histogram(
            "mailbot_stage_seconds",
            "How long a stage took: a look at the mailbox, a pass of processing, a sending",
            ["stage"],
            registry=self.registry,
            buckets=_SECONDS,
        )

    def beat(self, loop: Loop) -> None:
        """The loop goes on."""
        with self._lock:
            self._beats[loop] = self.monotonic()

    def stuck(self) -> list[Loop]:
        """The loops that have said nothing for longer than anything they do may take."""
        now = self.monotonic()
        with self._lock:
            beats = dict(self._beats)
        longest = dict(LONGEST_SILENCE_SECONDS)
        longest["intake"] += self.idle_seconds
        return [loop for loop, at in beats.items() if now - at > longest[loop]]

    @contextmanager
    def timed(self, stage: Stage) -> Iterator[None]:
        begun = self.monotonic()
        yield
        self._durations.labels(stage).observe(self.monotonic() - begun)

    def polled(self, at: datetime) -> None:
        self.last_poll, self.mailbox_failed_since = at, None

    def mailbox_failed(self, at: datetime) -> None:
        self.mailbox_failed_since = self.mailbox_failed_since or at

    def processed(self) -> None:
        self.scanner_failed_since = None

    def scanner_failed(self, at: datetime) -> None:
        self.scanner_failed_since = self.scanner_failed_since or at

    def sent(self) -> None:
        self.smtp_failed_since = None

    def smtp_failed(self, at: datetime) -> None:
        self.smtp_failed_since = self.smtp_failed_since or at

    def web_runs(self) -> None:
        self.web_failed_since = None

    def web_failed(self, at: datetime) -> None:
        self.web_failed_since = self.web_failed_since or at
