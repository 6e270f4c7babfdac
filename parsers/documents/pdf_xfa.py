"""The XFA packets (XML forms) that a PDF carries, unpacked within bounds; `xfa_form` reads them."""

from __future__ import annotations

import zlib
from typing import Any

from pikepdf import Array, Name, Stream

_MAX_XML = 20_000_000


class XfaTooLarge(Exception):
    """The packets expand to more than any form has."""


def packets(xfa: Any) -> bytes:
    """The XFA packets, joined to one XML text; empty without XFA. Raises XfaTooLarge."""
    streams = [xfa] if isinstance(xfa, Stream) else xfa if isinstance(xfa, Array) else ()
    found: list[bytes] = []
    left = _MAX_XML
    for stream in streams:
        if isinstance(stream, Stream):
            found.append(bounded_bytes(stream, left))
            left -= len(found[-1])
            if left < 0:
                raise XfaTooLarge
    return b"\n".join(found)


def bounded_bytes(stream: Stream, limit: int) -> bytes:
    """The stream's bytes, of which at most one more than `limit` are unpacked. pikepdf's errors pass.

    qpdf itself unpacks without a limit: a megabyte can become a gigabyte.
    """
    if stream.get("/Filter") == Name.FlateDecode and "/DecodeParms" not in stream:
        try:
            return zlib.decompressobj().decompress(stream.read_raw_bytes(), limit + 1)
        except zlib.error:
            pass  # qpdf mends what it can
    return stream.read_bytes()[: limit + 1]
