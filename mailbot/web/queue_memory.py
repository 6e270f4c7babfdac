"""The queue's keys and the states of its cases, kept between requests: read again when something changed.

What changes an entry or a case also stands in the history, in the same transaction; what somebody merely
looked at does not count. So the marker is the last line that counts, with how many entries there are.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import date

from mailbot.store_port import WebStore
from mailbot.web_rows import QueueKey, QueueMarker

_ELSEWHERE = frozenset({"complement_demande", "tests_echoues", "valide_incert"})
"""States in which a standing task waits for the Industriel or AeS, not for INCERT."""


@dataclass(slots=True)
class Snapshot:
    """The entries that are not closed. `elsewhere`: those for which somebody else has to move first."""

    marker: QueueMarker
    day: date
    keys: list[QueueKey]
    elsewhere: frozenset[int]
    by_age: list[QueueKey] | None = None
    said: dict[int, str] | None = None


class QueueMemory:
    def __init__(self, store: WebStore) -> None:
        self._store = store
        self._turn = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._mark: tuple[int, int] | None = None
        self._versions: dict[int, int] = {}
        self._states: dict[int, dict[str, str]] = {}

    def current(self, day: date) -> Snapshot:
        """As the store has it now; `day` tells which postponed entries are back."""
        with self._turn:
            known = self._snapshot
            marker = self._store.queue_marker(known.marker if known else None)
            if known is None or (known.marker.counts, known.day) != (marker.counts, day):
                known = self._snapshot = self._read(marker, day)
            else:
                known.marker = marker
            return known

    def by_age(self, snapshot: Snapshot) -> list[QueueKey]:
        """The same keys in the order of age."""
        if snapshot.by_age is None:
            known = {key.id: key for key in snapshot.keys}
            snapshot.by_age = [known[i] for i in self._store.queue_ids_by_age() if i in known]
        return snapshot.by_age

    def said(self, snapshot: Snapshot) -> dict[int, str]:
        """Entry -> what its line says, case aside: names, reference, sender, subject, reasons, matricule."""
        if snapshot.said is None:
            snapshot.said = {
                line.id: "\n".join(
                    (line.industriel, line.subject, line.sender, line.reference or "", *line.messages)
                ).casefold()
                + f"\n…{(line.matricule or '')[-4:]}"
                for line in self._store.queue_lines()
            }
        return snapshot.said

    def _read(self, marker: QueueMarker, day: date) -> Snapshot:
        states = self._case_states()
        keys = self._store.queue_keys()
        elsewhere = frozenset(key.id for key in keys if _is_elsewhere(key, states, day))
        return Snapshot(marker, day, keys, elsewhere)

    def _case_states(self) -> dict[int, dict[str, str]]:
        """Dossier id -> case name -> state; only dossiers that changed are read again."""
        mark = self._store.dossiers_mark()
        if mark == self._mark:
            return self._states
        versions = self._store.dossier_versions()
        changed = [i for i, version in versions.items() if self._versions.get(i) != version]
        if changed:
            self._states |= self._store.case_states(changed)
        self._versions, self._mark = versions, mark
        return self._states


def _is_elsewhere(key: QueueKey, states: dict[int, dict[str, str]], day: date) -> bool:
    if key.state == "postponed":
        return key.until is None or key.until > day
    if "manual_task" not in key.codes or key.dossier_id is None:
        return False
    return states.get(key.dossier_id, {}).get(key.case) in _ELSEWHERE
