"""An outbox row as the bytes that leave: RFC 5322, the same for the same row and date."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from email.errors import HeaderParseError, MessageError
from email.header import Header
from email.headerregistry import Address, HeaderRegistry
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from typing import Any

from mailbot.errors import MailNotComposable
from mailbot.rows import OutboxRow

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
_BY_WORDS = _ID_HEADERS | {"subject", "date"}
_LARGEST_KEPT = 1_000_000  # bytes of an attachment
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,900}>")
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")


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


class _Policy(EmailPolicy):
    """SMTP's policy, but for what the stdlib folds wrongly.

    Message ids are folded between, never inside: the stdlib encodes long ones. A subject's spaces stay: the
    stdlib loses or doubles the one beside an encoded word at a line's end. A plain header that fits on its
    line is written as it is, which is what the stdlib comes to, slowly.
    """

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        """What is written as it is, word by word, need not be parsed."""
        if type(value) is str and name.lower() in _BY_WORDS and value.isprintable() and "=?" not in value:
            return name, value
        return super().header_store_parse(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() in _ID_HEADERS:
            return (f"{name}: " + "\r\n ".join(str(value).split()) + "\r\n").encode("ascii")
        if name.lower() == "subject":
            return f"{name}: {_folded_words(str(value), name)}\r\n".encode("ascii")
        written = f"{name}: {value}"
        if len(written) <= 78 and written.isascii() and written.isprintable() and "=?" not in written:
            return written.encode("ascii") + b"\r\n"
        if name.lower() == "from":  # the same in every mail, and the slowest to fold
            return _folded_sender(str(value))
        return super().fold_binary(name, value)


def _folded_words(value: str, name: str) -> str:
    """The words in ASCII as they are, from the first other one on in encoded words (RFC 2047)."""
    words = value.split(" ")
    plain = next((n for n, word in enumerate(words) if not word.isascii()), len(words))
    header = Header(header_name=name, maxlinelen=_LINE)
    for part, charset in ((words[:plain], "us-ascii"), (words[plain:], "utf-8")):
        if part:
            header.append(" ".join(part), charset)
    return header.encode(linesep="\r\n")


_POLICY = _Policy(linesep="\r\n", max_line_length=_LINE, raise_on_defect=False, header_factory=_Headers())


@lru_cache(32)
def _folded_sender(value: str) -> bytes:
    name = "From"
    policy = EmailPolicy(linesep="\r\n", max_line_length=_LINE, raise_on_defect=False)
    return policy.fold_binary(name, policy.header_factory(name, value))


def compose(
    row: OutboxRow, *, sender: str, public_name: str, at: datetime, files: Sequence[tuple[str, bytes]] = ()
) -> bytes:
    """The mail with CRLF line ends. `files` are names with their bytes, in the row's order.

    Raises MailNotComposable for what would not be a valid mail, so that nothing is sent instead.
    """
    message = EmailMessage(policy=_POLICY)
    try:
        if not row.to or not _ids(row.message_id):
            raise ValueError("a mail needs a recipient and a Message-ID")
        message["From"] = Address(_line(public_name), addr_spec=envelope_address(sender))
        message["To"] = [Address(addr_spec=envelope_address(to)) for to in row.to]
        message["Subject"] = _line(row.subject)
        message["Date"] = format_datetime(at)
        message["Message-ID"] = _ids(row.message_id)
        for name, value in row.headers.items():
            kept = _ids(value) if name.lower() in _ID_HEADERS else _line(value)
            if kept:
                message[_own_name(name)] = kept
        message.set_content(row.text, cte="quoted-printable")
        if row.html:
            message.add_alternative(row.html, subtype="html", cte="quoted-printable")
        places = [_place(row.message_id, number) for number in range(len(files))]
        for place, (name, _) in zip(places, files, strict=True):
            maintype, subtype = MEDIA_TYPES.get(
                name.rpartition(".")[2].lower(), ("application", "octet-stream")
            )
            message.add_attachment(place, maintype=maintype, subtype=subtype, filename=_file_name(name))
        _settle(message, row.message_id)
        return _filled(message.as_bytes(), places, [data for _, data in files])
    except (ValueError, MessageError, HeaderParseError, LookupError, AttributeError) as error:
        raise MailNotComposable(f"outbox entry {row.id} makes no valid mail: {error}") from error


def _place(seed: str, number: int) -> bytes:
    """What stands for an attachment until the mail is written. As base64 it is one line, which ends in `=`:
    no text does that in quoted-printable."""
    return hashlib.sha256(f"{seed}\0{number}".encode()).digest()


def _filled(raw: bytes, places: Sequence[bytes], files: Sequence[bytes]) -> bytes:
    """The mail with the files in their places: the stdlib would encode and write each line by itself."""
    pieces: list[bytes] = []
    for place, data in reversed([*zip(places, files, strict=True)]):
        raw, _, after = raw.rpartition(_encoded(place))  # the last one: what comes before could be a subject
        encoded = _encoded_before(data) if len(data) <= _LARGEST_KEPT else _encoded(data)
        pieces += (after, encoded)
    return b"".join((raw, *reversed(pieces)))


def _encoded(data: bytes) -> bytes:
    return base64.encodebytes(data).replace(b"\n", b"\r\n")


@lru_cache(8)  # mail after mail brings the same blank form
def _encoded_before(data: bytes) -> bytes:
    return _encoded(data)


def _settle(message: EmailMessage, seed: str) -> None:
    """Boundaries that follow from the Message-ID, instead of random ones."""
    digest = hashlib.sha256(seed.encode()).hexdigest()[:24]
    for number, part in enumerate(message.walk()):
        if part.is_multipart():
            part.set_boundary(f"=_{digest}_{number}")
        if number:
            del part["MIME-Version"]


def _line(value: str) -> str:
    """One line: whatever ends or hides a line becomes a space, so that no header can be slipped in."""
    return " ".join("".join(c if c.isprintable() else " " for c in value).split())


def envelope_address(address: str) -> str:
    """The bare address, its domain in IDNA. Raises ValueError for what plain SMTP cannot carry."""
    name, bare = parseaddr(address)
    local, at, domain = bare.rpartition("@")
    if not (at and local.isascii() and local.isprintable() and domain) or (
        name == "" and bare != address.strip()
    ):
        raise ValueError("an address that cannot be written to")
    return f"{local}@{domain.encode('idna').decode('ascii')}"


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
