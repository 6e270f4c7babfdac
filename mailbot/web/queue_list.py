"""Which entries stand in which tab, which a search finds, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

from mailbot.ports import QueueKey, QueueLine
from mailbot.web.app import Web
from rules.calendar import LUXEMBOURG

TABS = ("review", "mine", "waiting", "labelling", "closed")
SORTS = ("place", "age", "deadline")
PER_PAGE = 50
_ELSEWHERE = frozenset({"complement_demande", "tests_echoues", "valide_incert"})
"""States in which a standing task waits for the Industriel or AeS, not for INCERT."""
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
        self._now = web.service.clock.now()
        self._user = user
        self._states = web.case_states.current()

    def listed(self, wanted: Wanted) -> Listed:
        store = self._web.store
        keys = store.queue_keys(by_age=wanted.sort != "place")
        tabs = {tab: [key for key in keys if belongs(key)] for tab, belongs in self._tabs().items()}
        counts = {tab: len(found) for tab, found in tabs.items()}
        counts["closed"] = store.count_closed_entries()
        here: Sequence[QueueKey | QueueLine]
        if wanted.tab == "closed":
            text = wanted.text
            here = store.closed_lines_matching(text) if text else store.queue_lines(closed=True)
        else:
            here = self._matching(tabs[wanted.tab], wanted.text)
        codes = sorted({code for key in here for code in key.codes})
        steps = sorted({key.step for key in here if key.step})
        here = [key for key in here if not wanted.code or wanted.code in key.codes]
        here = [key for key in here if not wanted.step or wanted.step == key.step]
        if wanted.sort == "deadline" and wanted.tab != "closed":
            here = sorted(here, key=lambda key: self.deadline(key) or _NEVER)
        start = (wanted.page - 1) * PER_PAGE
        lines = store.queue_lines_of([key.id for key in here[start : start + PER_PAGE]])
        return Listed(lines, len(here), counts, codes, steps)

    def order(self, tab: str) -> list[int]:
        """The entries of a tab, as they follow each other."""
        belongs = self._tabs()[tab]
        return [key.id for key in self._web.store.queue_keys() if belongs(key)]

    def deadline(self, line: QueueKey | QueueLine) -> datetime | None:
        """The first instant that is too late for the step of the entry."""
        return self._web.service.policy.calendar.closes(line.step) if line.step else None

    def is_elsewhere(self, line: QueueKey) -> bool:
        """Whether somebody else has to move first."""
        if line.state == "postponed":
            until = line.until
            return until is None or datetime.combine(until, time(), LUXEMBOURG) > self._now
        if "manual_task" not in line.codes or line.dossier_id is None:
            return False
        return self._states.get(line.dossier_id, {}).get(line.case) in _ELSEWHERE

    def _tabs(self) -> dict[str, Callable[[QueueKey], bool]]:
        return {
            "review": lambda line: not self.is_elsewhere(line),
            "mine": lambda line: line.owner == self._user,
            "waiting": self.is_elsewhere,
            "labelling": lambda line: line.step == "L4" and line.in_labelling_order,
        }

    def _matching(self, keys: list[QueueKey], text: str) -> list[QueueKey]:
        if not text:
            return keys
        wanted = text.casefold()
        mails = self._web.store.mails_with_file(text)
        rest = [key.mail_id for key in keys if key.mail_id is not None and key.mail_id not in mails]
        mails |= self._web.mail_words.holding(text, rest)
        said = {line.id for line in self._web.store.queue_lines() if _says(line, wanted)}
        return [key for key in keys if key.mail_id in mails or key.id in said]


def _says(line: QueueLine, wanted: str) -> bool:
    """Names and references anywhere; of a matricule its last four digits, and only exactly."""
    if len(wanted) == 4 and wanted.isdigit() and (line.matricule or "").endswith(wanted):
        return True
    said = (line.industriel, line.subject, line.sender, line.reference or "", *line.messages)
    return any(wanted in text.casefold() for text in said)
