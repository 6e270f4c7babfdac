"""How much of a mail is read: files, bytes, depth and seconds, over all its layers together."""

from __future__ import annotations

import time

from parsers.types import Problem, ReadOptions


class Exhausted(Exception):
    """A limit is reached: what was read so far stands, `problem` says what is left out."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class Budget:
    """What is left of the limits of a ReadOptions."""

    def __init__(self, options: ReadOptions) -> None:
        self._until = time.monotonic() + options.seconds
        self._seconds = options.seconds
        self._bytes = options.max_unpacked
        self._members = options.max_members
        self.max_depth = options.max_depth

    def bytes_left(self) -> int:
        """How many more bytes may come out of archives."""
        return self._bytes

    def take(self, size: int) -> None:
        """Count bytes that came out of an archive. Raises Exhausted."""
        self._bytes -= size
        if self._bytes < 0:
            raise Exhausted(Problem(code="bomb", message="unpacks to more bytes than is allowed"))
        self.check_time()

    def count(self) -> None:
        """Count one more file. Raises Exhausted."""
        self._members -= 1
        if self._members < 0:
            raise Exhausted(Problem(code="truncated", message="more files than are read from one mail"))
        self.check_time()

    def check_time(self) -> None:
        """Raises Exhausted when the seconds are used up."""
        if time.monotonic() > self._until:
            message = f"reading took longer than {self._seconds:g} seconds"
            raise Exhausted(Problem(code="timeout", message=message))
