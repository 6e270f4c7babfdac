"""Which entries stand in which tab, which a search finds, and in which order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time

from mailbot.ports import QueueLine
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
    """What the person asked to see."""

    tab: str = "review"
    text: str = ""
    code: str = ""
    step: str = ""
    sort: str = "place"
    page: int = 1


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of the list, and the counters of the tabs. `found`: before the list was cut into pages."""

    lines: list[QueueLine]
    found: int
    counts: dict[str, int]
    codes: list[str]
    steps: list[str]
    order: list[int]


class QueueList:
    def __init__(self, web: Web, user: str) -> None:
        self._web = web
        self._now = web.service.clock.now()
        self._user = user
        self._states = web.case_states.current()

    def listed(self, wanted: Wanted) -> Listed:
        lines = self._web.store.queue_lines()
        tabs = {tab: [line for line in lines if belongs(line)] for tab, belongs in self._tabs().items()}
        counts = {tab: len(found) for tab, found in tabs.items()}
        counts["closed"] = self._web.store.count_closed_entries()
        if wanted.tab == "closed":
            text = wanted.text
            here = (
                self._web.store.closed_lines_matching(text)
                if text
                else self._web.store.queue_lines(closed=True)
            )
        else:
            here = self._matching(tabs[wanted.tab], wanted.text)
        codes = sorted({code for line in here for code in line.codes})
        steps = sorted({line.step for line in here if line.step})
        here = [line for line in here if not wanted.code or wanted.code in line.codes]
        here = [line for line in here if not wanted.step or wanted.step == line.step]
        if wanted.tab != "closed":
            here = self._sorted(here, wanted.sort)
        start = (wanted.page - 1) * PER_PAGE
        order = [line.id for line in here]
        return Listed(here[start : start + PER_PAGE], len(here), counts, codes, steps, order)

    def deadline(self, line: QueueLine) -> datetime | None:
        """The first instant that is too late for the step of the entry."""
        return self._web.service.policy.calendar.closes(line.step) if line.step else None

    def is_elsewhere(self, line: QueueLine) -> bool:
        """Whether somebody else has to move first."""
        if line.state == "postponed":
            until = line.until
            return until is None or datetime.combine(until, time(), LUXEMBOURG) > self._now
        if "manual_task" not in line.codes or line.dossier_id is None:
            return False
        return self._states.get(line.dossier_id, {}).get(line.case) in _ELSEWHERE

    def _tabs(self) -> dict[str, Callable[[QueueLine], bool]]:
        return {
            "review": lambda line: not self.is_elsewhere(line),
            "mine": lambda line: line.owner == self._user,
            "waiting": self.is_elsewhere,
            "labelling": lambda line: line.step == "L4" and line.order_at is not None,
        }

    def _matching(self, lines: list[QueueLine], text: str) -> list[QueueLine]:
        if not text:
            return lines
        wanted = text.casefold()
        mails = self._web.store.mails_with_file(text)
        rest = [line.mail_id for line in lines if line.mail_id is not None and line.mail_id not in mails]
        mails |= self._web.mail_words.holding(text, rest)
        return [line for line in lines if line.mail_id in mails or _says(line, wanted)]

    def _sorted(self, lines: list[QueueLine], sort: str) -> list[QueueLine]:
        if sort == "deadline":
            return sorted(lines, key=lambda line: (self.deadline(line) or _NEVER, line.received_at))
        if sort == "age":
            return sorted(lines, key=lambda line: (line.received_at, line.id))
        return lines


def _says(line: QueueLine, wanted: str) -> bool:
    """Names and references anywhere; of a matricule its last four digits, and only exactly."""
    if len(wanted) == 4 and wanted.isdigit() and (line.matricule or "").endswith(wanted):
        return True
    said = (line.industriel, line.subject, line.sender, line.reference or "", *line.messages)
    return any(wanted in text.casefold() for text in said)
