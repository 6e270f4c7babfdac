"""The web app as a child of the daemon: started anew when it ends, ended with its parent whatever happens.

It gets no password of the mail servers: it only writes to the store, and the daemon sends.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence

from mailbot.adapters.backoff import backoff_seconds
from mailbot.bootstrap import Service
from mailbot.logs import logger
from mailbot.monitoring.vitals import Vitals

log = logger(__name__)
STEADY_SECONDS = 5.0  # so long it has to run before it counts as running
END_SECONDS = 5.0
LONGEST_WAIT_SECONDS = 60.0


class WebChild:
    """Keeps `mailbot web` running until `stop`, from a thread that only waits."""

    def __init__(
        self,
        service: Service,
        vitals: Vitals,
        *,
        shifted: bool,
        command: Callable[[], Sequence[str]] | None = None,
    ) -> None:
        self._service = service
        self._vitals = vitals
        self._shifted = shifted  # the clock was set by hand: the child's has to be, too
        self._command = command or self._own_command
        self._ended = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name="web", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ask it to end, insist, and wait."""
        self._ended.set()
        child = self._child
        if child is not None and child.poll() is None:
            child.terminate()
        if self._thread.is_alive():
            self._thread.join(timeout=END_SECONDS)
        if child is not None and child.poll() is None:
            child.kill()
            child.wait(timeout=1)

    def _keep(self) -> None:
        failures = 0
        while not self._ended.is_set():
            self._child = subprocess.Popen(self._command(), stdin=subprocess.PIPE, env=self._environment())
            try:
                self._child.wait(timeout=STEADY_SECONDS)
            except subprocess.TimeoutExpired:
                failures = 0
                self._vitals.web_runs()
                self._child.wait()
            if self._ended.is_set():
                return
            failures += 1
            self._vitals.web_failed(self._service.clock.now())
            log.warning("web_ended", code=self._child.returncode, failures=failures)
            self._ended.wait(backoff_seconds(failures, first=1.0, most=LONGEST_WAIT_SECONDS))

    def _own_command(self) -> list[str]:
        clock = ["--now", self._service.clock.now().isoformat()] if self._shifted else []
        config = ["--config", str(self._service.config.path)]
        return [sys.executable, "-m", "mailbot.cli", *config, *clock, "web", "--with-parent"]

    def _environment(self) -> dict[str, str]:
        config = self._service.config
        secrets = {
            config.imap.password_env,
            config.smtp.password_env,
            config.oauth.token_env,
            config.oauth.client_secret_env,
            "NOTIFY_SOCKET",
            "WATCHDOG_USEC",
        }
        return {name: value for name, value in os.environ.items() if name not in secrets}
