"""What was derived from objects that do not change, kept for when the same objects come again.

A reading process meets the same few blank forms thousands of times. Objects are told by identity: comparing
or hashing all the words of a page would take about as long as what it saves.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")

TEXTS_OF_MAILS = 2048
"""How many words and lines are kept with what was found out about them: a few mails' worth. What forms print
comes again with every mail and stays; what senders filled in goes, or memory would grow from mail to mail."""
TEXTS_OF_FORMS = 4096
"""The same where all that the forms and blanks print is looked up."""


class Remembered(Generic[T]):
    """The last `most` results; a longest unused one goes first. What they were derived from lives as long."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[Hashable, tuple[tuple[object, ...], T]] = {}
        self._lock = Lock()

    def of(
        self, owners: tuple[object, ...], make: Callable[[], T], key: Hashable = None, *, keep: bool = True
    ) -> T:
        """What was made of these very objects and that key, or what `make` gives now.

        Without `keep`, only the latter: for what is too large, or will not come again.
        """
        if not keep:
            return make()
        known = self.find(owners, key)
        return known if known is not None else self.keep(owners, make(), key)

    def find(self, owners: tuple[object, ...], key: Hashable = None) -> T | None:
        """What is kept of these very objects and that key, None for nothing."""
        at = (*map(id, owners), key)
        with self._lock:
            known = self._kept.pop(at, None)
            if known is None:
                return None
            self._kept[at] = known
        return known[1]

    def keep(self, owners: tuple[object, ...], value: T, key: Hashable = None) -> T:
        """Keeps the value, and the objects, whose identity can be no other's meanwhile."""
        with self._lock:
            self._kept[(*map(id, owners), key)] = (owners, value)
            if len(self._kept) > self._most:
                del self._kept[next(iter(self._kept))]
        return value
