"""The states of all cases, kept between requests: only dossiers that changed are read again."""

from __future__ import annotations

import threading

from mailbot.ports import WebStore


class CaseStates:
    def __init__(self, store: WebStore) -> None:
        self._store = store
        self._versions: dict[int, int] = {}
        self._states: dict[int, dict[str, str]] = {}
        self._turn = threading.Lock()

    def current(self) -> dict[int, dict[str, str]]:
        """Dossier id -> case name -> state, as the store has them now."""
        with self._turn:
            versions = self._store.dossier_versions()
            changed = [i for i, version in versions.items() if self._versions.get(i) != version]
            if changed:
                self._states |= self._store.case_states(changed)
            self._versions = versions
            return self._states
