"""What a reading process can be asked. Each function takes bytes and gives typed claims."""

from __future__ import annotations

from mailbot.adapters.libreoffice import converter
from parsers import read
from parsers.types import Document, Intent, MailReading, ReadOptions

__all__ = ["read_file", "read_mail", "read_part", "read_words"]


def read_mail(raw: bytes, options: ReadOptions) -> MailReading:
    """See parsers.read; old text formats through LibreOffice where it is configured."""
    return read.read_mail(raw, options, converter(options))


def read_file(name: str, data: bytes, options: ReadOptions) -> list[Document]:
    """See parsers.read; old text formats through LibreOffice where it is configured."""
    return read.read_file(name, data, options, converter(options))


def read_words(raw: bytes, options: ReadOptions) -> MailReading:
    """The mail with none of its documents read: its header, its words, the list of its parts."""
    from parsers.message import read_message

    message = read_message(raw, options)
    bare = tuple(part.model_copy(update={"data": b""}) for part in message.parts)
    return MailReading(
        message=message.model_copy(update={"parts": bare}),
        intent=Intent(kind="cover", confidence=0, evidence=("the mail could only be read part by part",)),
    )


def read_part(raw: bytes, path: str, name: str, options: ReadOptions) -> list[Document]:
    """The documents of one part of a mail, as read_mail would give them."""
    from parsers.message import part_bytes

    documents = read_file(name, part_bytes(raw, path, options), options)
    return [document.model_copy(update={"file": name, "part": path}) for document in documents]
