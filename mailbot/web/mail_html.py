"""The HTML body of a raw mail, undressed of nothing: it is cleaned where it is shown."""

from __future__ import annotations

import email
import email.policy
from email.message import Message

_LONGEST = 2_000_000


def html_of(raw: bytes) -> str:
    """The first text/html part that is no attachment; empty where there is none."""
    message = email.message_from_bytes(raw, policy=email.policy.compat32)
    for part in message.walk():
        if part.get_content_type() == "text/html" and "attachment" not in str(
            part.get("Content-Disposition", "")
        ):
            return _text(part)
    return ""


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    data = payload[:_LONGEST] if isinstance(payload, bytes) else b""
    charset = part.get_param("charset") or "utf-8"
    try:
        return data.decode(str(charset), "replace")
    except LookupError:
        return data.decode("utf-8", "replace")
