"""One mailbot at a time takes mail in and sends it; another one stands by until the first gives up its lease.

The lease is about processes, so it goes by the machine's clock whatever `--now` says. That of a process which
died on this machine is free at once, elsewhere when it is over.
"""

from __future__ import annotations

import os
import socket
import threading
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from mailbot.adapters.clock import SystemClock
from mailbot.errors import StoreUnreachable
from mailbot.ports import Clock
from mailbot.rows import WORKER
from mailbot.store_port import Store

NAME = "service"
LENGTH = timedelta(seconds=60)
RENEW_SECONDS = 15.0


def own_name() -> str:
    """This process among all that may share a store, as host:pid."""
    return f"{socket.gethostname()}:{os.getpid()}"


class Lease:
    """The right to work on the store. A thread renews it until `release`; `lost` is set if that failed."""

    def __init__(self, store: Store, clock: Clock | None = None, *, name: str = NAME) -> None:
        self._store = store
        self._clock = clock or SystemClock()
        self._name = name
        self.holder = own_name()
        self.lost = threading.Event()
        self._ended = threading.Event()
        self._renewing: threading.Thread | None = None

    def take(self) -> bool:
        """True when it is ours now. Raises StoreUnreachable."""
        if not self._take():
            other = self.other()
            if not _is_dead(other):
                return False
            self._store.release_lease(self._name, other)
            if not self._take():
                return False
        self._renewing = threading.Thread(target=self._renew, name="lease", daemon=True)
        self._renewing.start()
        return True

    def _take(self) -> bool:
        now = self._clock.now()
        return self._store.take_lease(self._name, self.holder, now, now + LENGTH)

    def other(self) -> str:
        """Who has it, as host:pid."""
        return self._store.lease_holder(self._name)

    def _renew(self) -> None:
        until = self._clock.now() + LENGTH
        while not self._ended.wait(RENEW_SECONDS):
            try:
                if not self._take():
                    self.lost.set()
                    return
                until = self._clock.now() + LENGTH
            except StoreUnreachable:
                if self._clock.now() >= until:
                    self.lost.set()
                    return

    def release(self) -> None:
        """Give it back. Never raises: it would be over by itself."""
        self._ended.set()
        if self._renewing is not None:
            self._renewing.join(timeout=2)
            self._renewing = None
        with suppress(StoreUnreachable):
            self._store.release_lease(self._name, self.holder)


def release_dead(store: Store) -> None:
    """Give up the leases of this machine's processes that died, so that their claims come back at once."""
    for holder in store.workers(SystemClock().now()):
        if _is_dead(holder):
            store.release_lease(WORKER + holder, holder)


def _is_dead(holder: str) -> bool:
    """Whether that process was one of this machine and is there no more."""
    host, _, pid = holder.rpartition(":")
    if host != socket.gethostname() or not pid.isdecimal():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    with suppress(OSError, IndexError):  # a dead child whose parent has not looked yet is dead all the same
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    return False
