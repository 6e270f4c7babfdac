"""What people search for: names, digits of a matricule. An address bears only a handle, never the words.

Addresses stay behind in browsers' histories and in the logs of whatever stands in between. Kept in memory:
after a restart a search is made again.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from collections import OrderedDict

_MOST_KEPT = 2_000
LONGEST = 200


class Searches:
    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._kept: OrderedDict[str, str] = OrderedDict()
        self._turn = threading.Lock()

    def keep(self, user: str, text: str) -> str:
        """The handle of that text for that person; empty for no text."""
        text = " ".join(text.split())[:LONGEST]
        if not text:
            return ""
        handle = self._handle(user, text)
        with self._turn:
            self._kept[handle] = text
            self._kept.move_to_end(handle)
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return handle

    def text(self, user: str, handle: str) -> str | None:
        """What that handle of the person's own stands for; None when it is not known (any more)."""
        if not handle:
            return ""
        text = self._kept.get(handle)
        return text if text is not None and self._handle(user, text) == handle else None

    def _handle(self, user: str, text: str) -> str:
        return hmac.new(self._key, f"{user}\0{text}".encode(), hashlib.sha256).hexdigest()[:16]
