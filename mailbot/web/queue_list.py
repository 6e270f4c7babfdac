"""Which entries stand in which tab, which a search finds, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from mailbot.web.app import Web
from mailbot.web_rows import QueueKey, QueueLine
from rules.calendar import local_day

TABS = ("review", "mine", "waiting", "labelling", "closed")
SORTS = ("place", "age", "deadline")
PER_PAGE = 50
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the person asked to see. `handle`: what stands in addresses for the text."""

    tab: str = "review"
    text: str = ""
    code: str = ""
    step: str = ""
    sort: str = "place"
    page: int = 1
    handle: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of the list, and the counters of the tabs. `found`: before the list was cut into pages."""

    lines: list[QueueLine]
    found: int
    counts: dict[str, int]
    codes: list[str]
    steps: list[str]


class QueueList:
    def __init__(self, web: Web, user: str) -> None:
        self._web = web
        self._user = user
        self._snapshot = web.queue_memory.current(local_day(web.service.clock.now()))
        self._deadlines: dict[str, datetime | None] = {}

    def listed(self, wanted: Wanted) -> Listed:
        store, snapshot = self._web.store, self._snapshot
        tabs = self._tabs(snapshot.keys)
        counts = {tab: len(found) for tab, found in tabs.items()} | {"closed": snapshot.marker.counts[-1]}
        found = self._found(wanted, tabs)
        codes = sorted({code for key in found for code in key.codes})
        steps = sorted({key.step for key in found if key.step})
        here = self._in_order(wanted, found)
        start = (wanted.page - 1) * PER_PAGE
        lines = store.queue_lines_of([key.id for key in here[start : start + PER_PAGE]])
        return Listed(lines, len(here), counts, codes, steps)

    def neighbours(self, entry_id: int, wanted: Wanted) -> tuple[int | None, int | None]:
        """The entries before and after this one: in that list, or else in the tab where it stands first."""
        tabs = self._tabs(self._snapshot.keys)
        order = [key.id for key in self._in_order(wanted, self._found(wanted, tabs))]
        if entry_id not in order:
            tab = "waiting" if entry_id in self._snapshot.elsewhere else "review"
            order = [key.id for key in tabs[tab]]
        if entry_id not in order:
            return None, None
        place = order.index(entry_id)
        return (order[place - 1] if place else None), (order[place + 1] if place + 1 < len(order) else None)

    def _found(
        self, wanted: Wanted, tabs: dict[str, list[QueueKey]]
    ) -> Sequence[QueueKey] | Sequence[QueueLine]:
        """What the tab holds of the text searched for, before the filters."""
        if wanted.tab == "closed":
            store, text = self._web.store, wanted.text
            return store.closed_lines_matching(text) if text else store.closed_keys()
        if wanted.sort != "place":
            tabs = self._tabs(self._web.queue_memory.by_age(self._snapshot))
        return self._matching(tabs[wanted.tab], wanted.text)

    def _in_order(
        self, wanted: Wanted, found: Sequence[QueueKey] | Sequence[QueueLine]
    ) -> Sequence[QueueKey | QueueLine]:
        """What the filters leave, in the order wanted."""
        here = [key for key in found if not wanted.code or wanted.code in key.codes]
        here = [key for key in here if not wanted.step or wanted.step == key.step]
        if wanted.sort == "deadline" and wanted.tab != "closed":
            return sorted(here, key=lambda key: self.deadline(key) or _NEVER)
        return here

    def deadline(self, line: QueueKey | QueueLine) -> datetime | None:
        """The first instant that is too late for the step of the entry."""
        if line.step not in self._deadlines:
            closes = self._web.service.policy.calendar.closes
            self._deadlines[line.step] = closes(line.step) if line.step else None
        return self._deadlines[line.step]

    def _tabs(self, keys: list[QueueKey]) -> dict[str, list[QueueKey]]:
        elsewhere, user = self._snapshot.elsewhere, self._user
        return {
            "review": [key for key in keys if key.id not in elsewhere],
            "mine": [key for key in keys if key.owner == user],
            "waiting": [key for key in keys if key.id in elsewhere],
            "labelling": [key for key in keys if key.in_labelling_order and key.step == "L4"],
        }

    def _matching(self, keys: list[QueueKey], text: str) -> list[QueueKey]:
        """Names and references anywhere; of a matricule its last four digits, and only exactly."""
        if not text:
            return keys
        wanted = text.casefold()
        digits = f"\n…{wanted}" if len(wanted) == 4 and wanted.isdigit() else ""
        mails = self._web.store.mails_with_file(text)
        rest = [key.mail_id for key in keys if key.mail_id is not None and key.mail_id not in mails]
        mails |= self._web.mail_words.holding(text, rest)
        said = self._web.queue_memory.said(self._snapshot)
        return [
            key
            for key in keys
            if key.mail_id in mails
            or wanted in said.get(key.id, "").rpartition("\n…")[0]
            or (digits and said.get(key.id, "").endswith(digits))
        ]
