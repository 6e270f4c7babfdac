"""What a process and all its descendants have used, from /proc."""

from __future__ import annotations

import os
import threading
from collections import defaultdict
from contextlib import suppress
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_EVERY_SECONDS = 0.1


def members(root: int) -> list[int]:
    """The process and those below it, whatever sessions they made."""
    children: dict[int, list[int]] = defaultdict(list)
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(OSError):
                children[int(_stat(int(entry.name))[1])].append(int(entry.name))
    found, waiting = [], [root]
    while waiting:
        found.append(waiting.pop())
        waiting += children[found[-1]]
    return found


def cpu_seconds(root: int) -> float:
    """User and system time of the tree, ended and waited-for descendants included."""
    ticks = 0
    for pid in members(root):
        with suppress(OSError):
            ticks += sum(int(value) for value in _stat(pid)[11:15])
    return ticks / _TICKS


def pss_bytes(root: int) -> int:
    """The tree's proportional share of memory."""
    total = 0
    for pid in members(root):
        with suppress(OSError):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * 1024
    return total


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the state on."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


class Memory:
    """Looks at the tree's memory again and again while the `with` lasts; `peak` and `samples` in bytes."""

    def __init__(self, root: int, every: float = _EVERY_SECONDS) -> None:
        self._root = root
        self._every = every
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.samples: list[int] = []

    @property
    def peak(self) -> int:
        return max(self.samples, default=0)

    def _watch(self) -> None:
        while not self._ended.wait(self._every):
            self.samples.append(pss_bytes(self._root))

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self.samples.append(pss_bytes(self._root))
