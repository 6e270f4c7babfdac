"""The header lines of a mail that leaves, and of its parts: RFC 5322, MIME, CRLF, ASCII.

A plain line is written as it stands, which is what the standard library comes to, slowly; it writes the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from email.header import Header
from email.headerregistry import Address, HeaderRegistry
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr
from functools import lru_cache

MEDIA_TYPES = {
    "pdf": ("application", "pdf"),
    "docx": ("application", "vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "zip": ("application", "zip"),
    "png": ("image", "png"),
    "jpg": ("image", "jpeg"),
    "jpeg": ("image", "jpeg"),
    "txt": ("text", "plain"),
    "csv": ("text", "csv"),
    "xml": ("application", "xml"),
}
MOST_REFERENCES = 20  # the first and the last ones are what mail programs look at
OWN_HEADERS = frozenset(
    {"from", "to", "cc", "bcc", "sender", "reply-to", "subject", "date", "message-id", "mime-version"}
)
_LINE = 78
_ID_HEADERS = frozenset({"message-id", "in-reply-to", "references"})
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,900}>")
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_PLAIN_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")


class _Headers(HeaderRegistry):
    """The stdlib's, which makes a class for every header of every mail: here one for every kind of header.

    Classes refer to themselves and live until the garbage is collected, which takes thousands of them.
    """

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[str, type] = {}

    def __getitem__(self, name: str) -> type:
        kind = name.lower() if name.lower() in self.registry else ""
        made = self._made.get(kind)
        if made is None:
            made = self._made[kind] = super().__getitem__(name)
        return made


_HEADERS = _Headers()
_POLICY = EmailPolicy(linesep="\r\n", max_line_length=_LINE, raise_on_defect=False, header_factory=_HEADERS)


def main_headers(
    *,
    sender: str,
    public_name: str,
    to: Sequence[str],
    subject: str,
    at: datetime,
    message_id: str,
    more: Mapping[str, str],
) -> Iterator[bytes]:
    """Raises ValueError, or what the stdlib's headers raise, for what would not be a valid mail."""
    if not to or not _ids(message_id):
        raise ValueError("a mail needs a recipient and a Message-ID")
    yield _from(public_name, sender)
    yield _to(to)
    yield f"Subject: {_folded_words(_line(subject), 'Subject')}\r\n".encode("ascii")
    yield f"Date: {format_datetime(at)}\r\n".encode("ascii")
    yield _id_line("Message-ID", _ids(message_id))
    if len({name.lower() for name in more}) != len(more):
        raise ValueError("a header is there twice")
    for name, value in more.items():
        kept = _ids(value) if name.lower() in _ID_HEADERS else _line(value)
        if kept:
            yield _own_line(_own_name(name), kept)


@lru_cache(64)  # mail after mail brings the same blank forms
def attachment_headers(name: str) -> bytes:
    """Those of a file of that name, in base64; the last line is empty."""
    maintype, subtype = MEDIA_TYPES.get(name.rpartition(".")[2].lower(), ("application", "octet-stream"))
    part = EmailMessage(policy=_POLICY)
    part.set_content(
        b"", maintype=maintype, subtype=subtype, disposition="attachment", filename=_file_name(name)
    )
    del part["MIME-Version"]
    return part.as_bytes().rstrip() + b"\r\n\r\n"


@lru_cache(512)
def envelope_address(address: str) -> str:
    """The bare address, its domain in IDNA. Raises ValueError for what plain SMTP cannot carry."""
    name, bare = parseaddr(address)
    local, at, domain = bare.rpartition("@")
    if not (at and local.isascii() and local.isprintable() and domain) or (
        name == "" and bare != address.strip()
    ):
        raise ValueError("an address that cannot be written to")
    return f"{local}@{domain.encode('idna').decode('ascii')}"


@lru_cache(32)  # the same in every mail, and the slowest to fold
def _from(public_name: str, sender: str) -> bytes:
    return _folded("From", Address(_line(public_name), addr_spec=envelope_address(sender)))


def _to(addresses: Sequence[str]) -> bytes:
    bare = [envelope_address(address) for address in addresses]
    line = f"To: {', '.join(bare)}"
    if len(line) <= _LINE and all(_PLAIN_ADDRESS.fullmatch(address) for address in bare):
        return line.encode("ascii") + b"\r\n"
    return _folded("To", [Address(addr_spec=address) for address in bare])


def _own_line(name: str, value: str) -> bytes:
    """A header that the outbox entry brings."""
    if name.lower() in _ID_HEADERS:
        return _id_line(name, value)
    written = f"{name}: {value}"
    plain = written.isascii() and written.isprintable() and "=?" not in written
    if plain and len(written) <= _LINE:
        return written.encode("ascii") + b"\r\n"
    return _folded(name, value)


def _folded(name: str, value: object) -> bytes:
    return _POLICY.fold_binary(*_POLICY.header_store_parse(name, value))


def _id_line(name: str, ids: str) -> bytes:
    """Message ids are folded between, never inside: the stdlib encodes long ones."""
    return (f"{name}: " + "\r\n ".join(ids.split()) + "\r\n").encode("ascii")


def _folded_words(value: str, name: str) -> str:
    """The words in ASCII as they are, from the first other one on in encoded words (RFC 2047).

    All spaces stay: the stdlib's policy loses or doubles the one beside an encoded word at a line's end.
    """
    if value.isascii() and len(name) + 2 + len(value) <= _LINE and "=?" not in value:
        return value
    words = value.split(" ")
    plain = next((n for n, word in enumerate(words) if not word.isascii()), len(words))
    header = Header(header_name=name, maxlinelen=_LINE)
    for part, charset in ((words[:plain], "us-ascii"), (words[plain:], "utf-8")):
        if part:
            header.append(" ".join(part), charset)
    return header.encode(linesep="\r\n")


def _line(value: str) -> str:
    """One line: whatever ends or hides a line becomes a space, so that no header can be slipped in."""
    if not value.isprintable():
        value = "".join(c if c.isprintable() else " " for c in value)
    return " ".join(value.split())


def _own_name(name: str) -> str:
    lower = name.lower()
    if not _HEADER_NAME.fullmatch(name) or lower in OWN_HEADERS or lower.startswith("content-"):
        raise ValueError(f"a header named {name!r} is not for an outbox entry to set")
    return name


def _ids(value: str) -> str:
    """The message ids in the value, and nothing else; of very many the first and the last ones."""
    ids = _MESSAGE_ID.findall(value if "<" in value else f"<{value.strip()}>")
    return " ".join(ids[:1] + ids[1:][-(MOST_REFERENCES - 1) :])


def _file_name(name: str) -> str:
    return _line(name).replace("/", "_").replace("\\", "_") or "document"
