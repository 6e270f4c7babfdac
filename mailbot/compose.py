"""An outbox row as the bytes that leave: the same for the same row and date."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from datetime import datetime
from email.errors import HeaderParseError, MessageError
from functools import lru_cache

from mailbot.errors import MailNotComposable
from mailbot.mail_headers import attachment_headers, main_headers
from mailbot.rows import OutboxRow

_QUOTED = "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
_LARGEST_KEPT = 1_000_000  # bytes of an attachment


def compose(
    row: OutboxRow, *, sender: str, public_name: str, at: datetime, files: Sequence[tuple[str, bytes]] = ()
) -> bytes:
    """The mail with CRLF line ends. `files` are names with their bytes, in the row's order.

    Raises MailNotComposable for what would not be a valid mail, so that nothing is sent instead.
    """
    try:
        headers = main_headers(
            sender=sender,
            public_name=public_name,
            to=row.to,
            subject=row.subject,
            at=at,
            message_id=row.message_id,
            more=row.headers,
        )
        return b"".join((*headers, b"MIME-Version: 1.0\r\n", *_body(row, files)))
    except (ValueError, MessageError, HeaderParseError, LookupError, AttributeError) as error:
        raise MailNotComposable(f"outbox entry {row.id} makes no valid mail: {error}") from error


def _body(row: OutboxRow, files: Sequence[tuple[str, bytes]]) -> list[bytes]:
    """The text, the HTML beside it, the files behind. Boundaries follow from the Message-ID."""
    seed = hashlib.sha256(row.message_id.encode()).hexdigest()[:24]
    body = _text("plain", row.text)
    if row.html:
        body = _multipart("alternative", f"=_{seed}_1", [body, _text("html", row.html)])
    if files:
        body = _multipart("mixed", f"=_{seed}_0", [body, *(_attachment(name, data) for name, data in files)])
    return body


def _multipart(kind: str, boundary: str, parts: Sequence[list[bytes]]) -> list[bytes]:
    """No part can hold a line that is a boundary: quoted-printable and base64 have no such `=`."""
    pieces = [f'Content-Type: multipart/{kind};\r\n boundary="{boundary}"\r\n\r\n'.encode("ascii")]
    for part in parts:
        pieces += (f"--{boundary}\r\n".encode("ascii"), *part, b"\r\n")
    return [*pieces, f"--{boundary}--\r\n".encode("ascii")]


def _text(subtype: str, text: str) -> list[bytes]:
    headers = f'Content-Type: text/{subtype}; charset="utf-8"\r\n{_QUOTED}'
    lines = b"\r\n".join([*text.encode("utf-8").splitlines(), b""])
    return [headers.encode("ascii"), binascii.b2a_qp(lines)]


def _attachment(name: str, data: bytes) -> list[bytes]:
    encoded = _encoded_before(data) if len(data) <= _LARGEST_KEPT else _encoded(data)
    return [attachment_headers(name), encoded]


def _encoded(data: bytes) -> bytes:
    return base64.encodebytes(data).replace(b"\n", b"\r\n")


@lru_cache(8)  # mail after mail brings the same blank form
def _encoded_before(data: bytes) -> bytes:
    return _encoded(data)
