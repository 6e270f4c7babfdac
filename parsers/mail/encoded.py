"""The standard library's parser without its walk over every line of the attachments.

It looks at each line for a boundary, a header, an end. Many lines of nothing but base64 can be none of these,
so they are put aside before and back into their places afterwards; the result is the same. It also compiles a
pattern for each boundary, which takes longer than all the rest: boundaries get names that come again.
"""

from __future__ import annotations

import email.message
import email.parser
import email.policy
import re
from collections.abc import Iterator

_WORTH_IT = 20_000
"""Bytes of a mail from which on looking for such lines costs less than it saves."""
_FEWEST = 16
_LINE = re.compile(rb"^[A-Za-z0-9+/]{40,}+\r?\n", re.M)
_LINES = re.compile(rb"^(?:[A-Za-z0-9+/]{40,}+\r?\n){%d,}+" % _FEWEST, re.M)
_LETTERS = re.compile(rb"[A-Za-z0-9+/]")
_BOUNDARY = re.compile(rb'boundary="?([A-Za-z0-9\'()+_,./=?-]{12,70})', re.I)
_MOST_BOUNDARIES = 50
_ALIKE = bytes(b"A"[0] if _LETTERS.match(bytes([byte])) else byte for byte in range(256))


def parsed(data: bytes) -> email.message.Message:
    """The mail as `email.parser` takes it apart under compat32."""
    if len(data) < _WORTH_IT:
        return email.parser.BytesParser(policy=email.policy.compat32).parsebytes(data)
    mark = _unused(data)
    aside: list[str] = []
    kept: list[bytes] = []
    at = 0
    for begin, end in _runs(data):
        lines = data[begin:end]
        line_end = b"\r\n" if lines.endswith(b"\r\n") else b"\n"
        kept += (data[at:begin], b"%s%08d%s" % (mark, len(aside), line_end))
        aside.append(lines[: -len(line_end)].decode("ascii"))
        at = end
    rest, names = _with_other_boundaries(b"".join((*kept, data[at:])))
    root = email.parser.BytesParser(policy=email.policy.compat32).parsebytes(rest)
    marked = re.compile(mark.decode("ascii") + r"(\d{8})")

    def put_back(text: str) -> str:
        for name, own in names.items():
            text = text.replace(name, own)
        return marked.sub(lambda found: aside[int(found[1])], text)

    waiting = [root]
    while waiting:
        entity = waiting.pop()
        inside = entity.get_payload()
        if isinstance(inside, list):
            waiting += [part for part in inside if isinstance(part, email.message.Message)]
        # Not by set_payload: get_payload gives a text with bytes beyond ASCII as something else than it is.
        for name, value in vars(entity).items():
            if isinstance(value, str):
                vars(entity)[name] = put_back(value)
        if names:
            fields = [(put_back(name), put_back(value)) for name, value in vars(entity)["_headers"]]
            vars(entity)["_headers"] = fields
    return root


def _with_other_boundaries(data: bytes) -> tuple[bytes, dict[str, str]]:
    """The mail with other words for its boundaries, wherever they stand, and what each of them was."""
    found = sorted(set(_BOUNDARY.findall(data)), key=len, reverse=True)  # one may begin like another
    begin = b"Boundary~Aside~"  # with a character that none of those found has
    if begin in data or len(found) > _MOST_BOUNDARIES:
        return data, {}
    names: dict[str, str] = {}
    for number, own in enumerate(found):
        name = b"%s%08d" % (begin, number)
        data = data.replace(own, name)
        names[name.decode("ascii")] = own.decode("ascii")
    return data, names


def _runs(data: bytes) -> Iterator[tuple[int, int]]:
    """Where such lines begin and end. Of one length, as mailers write them, many are compared at a time."""
    alike = data.translate(_ALIKE)
    at = 0
    while (first := _LINE.search(data, at)) is not None:
        begin, at = first.span()
        line = alike[begin:at]
        for block in (line * 256, line * _FEWEST, line):
            while alike.startswith(block, at):
                at += len(block)
        if at - begin < _FEWEST * len(line):
            uneven = _LINES.match(data, begin)
            if uneven is None:
                continue
            at = uneven.end()
        yield begin, at


def _unused(data: bytes) -> bytes:
    """The beginning of a line that looks like base64 and does not occur in the mail."""
    number = 0
    while (mark := b"LinesPutAside%08d" % number) in data:
        number += 1
    return mark
