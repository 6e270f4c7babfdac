"""The standard library's parser without its walk over every line of the attachments.

It looks at each line for a boundary, a header, an end. Many lines of nothing but base64 can be none of these,
so they are put aside before and back into their places afterwards; the result is the same.
"""

from __future__ import annotations

import email.message
import email.parser
import email.policy
import re

_WORTH_IT = 20_000
"""Bytes of a mail from which on looking for such lines costs less than it saves."""
_LINES = re.compile(rb"^(?:[A-Za-z0-9+/]{40,}+\r?\n){16,}+", re.M)


def parsed(data: bytes) -> email.message.Message:
    """The mail as `email.parser` takes it apart under compat32."""
    if len(data) < _WORTH_IT:
        return email.parser.BytesParser(policy=email.policy.compat32).parsebytes(data)
    mark = _unused(data)
    aside: list[str] = []

    def put_aside(found: re.Match[bytes]) -> bytes:
        lines = found[0]
        end = b"\r\n" if lines.endswith(b"\r\n") else b"\n"
        aside.append(lines[: -len(end)].decode("ascii"))
        return b"%s%08d%s" % (mark, len(aside) - 1, end)

    root = email.parser.BytesParser(policy=email.policy.compat32).parsebytes(_LINES.sub(put_aside, data))
    marked = re.compile(mark.decode("ascii") + r"(\d{8})")
    waiting = [root]
    while waiting:
        entity = waiting.pop()
        inside = entity.get_payload()
        if isinstance(inside, list):
            waiting += [part for part in inside if isinstance(part, email.message.Message)]
        # Not by set_payload: get_payload gives a text with bytes beyond ASCII as something else than it is.
        for name, value in vars(entity).items():
            if isinstance(value, str):
                vars(entity)[name] = marked.sub(lambda found: aside[int(found[1])], value)
    return root


def _unused(data: bytes) -> bytes:
    """The beginning of a line that looks like base64 and does not occur in the mail."""
    number = 0
    while (mark := b"LinesPutAside%08d" % number) in data:
        number += 1
    return mark
