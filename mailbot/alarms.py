"""Alarms in the log: what there is where nobody is told by mail."""

from __future__ import annotations

import structlog

log = structlog.get_logger(__name__)


class LoggedAlarms:
    """ports.Alarms. Says each trouble once, until it is over."""

    def __init__(self) -> None:
        self._raised: set[str] = set()

    def alarm(self, trouble: str, message: str) -> None:
        if trouble not in self._raised:
            self._raised.add(trouble)
            log.error("alarm", trouble=trouble, said=message)

    def over(self, trouble: str) -> None:
        if trouble in self._raised:
            self._raised.remove(trouble)
            log.info("alarm_over", trouble=trouble)
