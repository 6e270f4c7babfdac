"""Access details leave once and are then forgotten: the store keeps a digest of them, not the words."""

from __future__ import annotations

import hashlib
from typing import Any

from mailbot.rows import OutboxRow

MASK = "•••"
_SECRET = frozenset({"acces_environnement"})


def masked(row: OutboxRow) -> dict[str, Any]:
    """What to change in a row of the outbox after it has left and its copy is saved."""
    if row.template not in _SECRET or row.text.startswith(MASK):
        return {}
    digest = hashlib.sha256(row.text.encode()).hexdigest()
    letter = row.letter.model_copy(update={"note": MASK}) if row.letter else None
    return {"text": f"{MASK} (sha256 {digest})", "html": "", "letter": letter}
