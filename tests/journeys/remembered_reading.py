"""The readers for worlds: a document that came before is not read again.

Readings are functions of the bytes and the options alone, and most journeys begin with the same forms.
"""

from __future__ import annotations

import hashlib
from unittest.mock import patch

from mailbot.adapters import reading
from mailbot.adapters.reading import read_file
from parsers import read
from parsers.documents.converting import Convert
from parsers.forms import FormBook
from parsers.types import Document, MailReading, Part, ReadOptions

__all__ = ["read_file", "read_mail"]

_as_it_is = read._documents_of
_known: dict[tuple[str, str, str], list[Document]] = {}


def read_mail(raw: bytes, options: ReadOptions) -> MailReading:
    with patch.object(read, "_documents_of", _remembered):
        return reading.read_mail(raw, options)


def _remembered(
    part: Part, data: bytes, book: FormBook, options: ReadOptions, convert: Convert | None
) -> list[Document]:
    of_the_part = part.model_copy(update={"data": b""}).model_dump_json()
    key = (hashlib.sha256(data).hexdigest(), of_the_part, options.model_dump_json())
    if key not in _known:
        _known[key] = _as_it_is(part, data, book, options, convert)
    return list(_known[key])
