"""What the ledger keeps of a mail: who, what, and a fingerprint that survives another way of delivery."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import parseaddr

LONGEST = 998  # a header line's limit, RFC 5322
_HEADER_END = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True, slots=True)
class Outline:
    """Header values, decoded and clean of control characters; empty where a mail has none."""

    message_id: str
    sender: str
    subject: str
    fingerprint: str


def outline(raw: bytes) -> Outline:
    """The outline of any bytes at all; never raises.

    The fingerprint is the SHA-256 of Message-ID, sender and body, so that a second copy that came another
    way (an alias, a list), with other trace headers, has the same one. Without a Message-ID there is none.
    """
    end = _HEADER_END.search(raw)
    head, body = (raw[: end.start() + 2], raw[end.end() :]) if end else (raw, b"")
    headers = BytesHeaderParser().parsebytes(head)
    message_id = _value(headers, "message-id")
    sender = _address(_value(headers, "from"))
    fingerprint = ""
    if message_id:
        digest = hashlib.sha256(f"{message_id}\n{sender}\n".encode())
        digest.update(_plain_lines(body).strip())
        fingerprint = digest.hexdigest()
    return Outline(message_id, sender, _value(headers, "subject"), fingerprint)


def _plain_lines(body: bytes) -> bytes:
    """The lines without blanks at their ends, and without their carriage return."""
    plain = body.replace(b"\r\n", b"\n")
    lines = plain.split(b"\n")
    if list(map(bytes.rstrip, lines)) == lines:  # a search for ` \n` takes four times as long
        return plain
    *ended, last = lines
    return b"\n".join([*(line.rstrip(b" \t") for line in ended), last])


def _value(headers: Message, name: str) -> str:
    try:
        value = str(headers.get(name, ""))
    except Exception:  # noqa: BLE001 - the stdlib raises nearly anything on broken headers
        return ""
    try:
        decoded = str(make_header(decode_header(value)))
    except Exception:  # noqa: BLE001 - unknown charsets, bad base64: then as it was written
        decoded = value
    return _clean(decoded)


def _address(value: str) -> str:
    try:
        return parseaddr(value)[1].lower()
    except Exception:  # noqa: BLE001 - see above
        return ""


def _clean(value: str) -> str:
    """One line of text that any database takes."""
    text = value.encode("utf-8", "replace").decode("utf-8")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:LONGEST]
